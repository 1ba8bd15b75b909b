"""The Home tab by role: what is theirs to know, current while they look at it, and within Slack's limits."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.home.tab import draw, draw_list
from bot.serve import look_once
from flows.events import EventKind
from sandbox.client.people import Person
from storage import outbox
from storage.proof import seal
from tests.harness import HARM, Stage, on_every_stage, opened, page_of, press_on
from tests.scenarios.test_left_out import raise_without


def _home(stage: Stage, person: Person) -> str:
    person.open_home()
    stage.settle()
    person.wait_for(lambda: person.home)
    return _shown(person)


def _shown(person: Person) -> str:
    assert person.home is not None
    named = ({key: value for key, value in block.items() if key != "block_id"} for block in person.home.blocks)
    return repr(list(named))  # Slack makes up a block's id each time


def _office(shown: str) -> str:
    return shown[shown.index("*Open checks*") :]


@on_every_stage
def test_staff_see_where_their_checks_stand_and_what_waits_for_them(stage: Stage) -> None:
    """Asked, led, planned: the tab follows, with the one step that is theirs."""
    stage.begin()
    stage.answer(*HARM)
    stage.settle()
    assert "somebody is being asked" in _home(stage, stage.staff)
    stage.lead()
    assert "somebody is on it" in _home(stage, stage.staff)
    stage.plan("Keep it confidential for now")
    assert "the plan waits for you" in _home(stage, stage.staff)
    stage.staff.press("See my part", "home")
    stage.staff.wait_for(lambda: stage.staff.modal)
    shown = _home(stage, stage.staff)
    for words in ("Everything is working.", "On cover today", "The policy at a glance", "Practise"):
        assert words in shown
    assert "*Open checks*" not in shown
    assert "The engine" not in shown


def test_leads_see_open_checks_by_urgency_and_open_them_with_one_tap(stage: Stage) -> None:
    """The opening is recorded like any other."""
    stage.begin()
    stage.answer(*HARM)
    stage.settle()
    shown = _office(_home(stage, stage.lead_one))
    assert stage.check().ref in shown
    assert "nobody leads. Answer by" in shown
    stage.lead_one.press("Open", "home")
    stage.lead_one.wait_for("Opening this is recorded.")
    assert stage.events()[EventKind.OPENED_OPEN_CASE] == 1


def test_mondays_list_says_who_raised_it_what_it_waits_for_and_since_when(stage: Stage) -> None:
    """A time that is not today has its weekday and date; from the digest the same list opens, for its reader alone."""
    stage.begin()
    stage.answer(*HARM)
    stage.lead()
    case = stage.case()
    assert case is not None
    assert case.led_at is not None
    stage.forward(hours=24 * 7)
    led = case.led_at.astimezone(stage.bot.services.organisation.zone)
    shown = _office(_home(stage, stage.lead_one))
    assert "Raised by <@U0STAFF>, 7 days old." in shown
    assert f"Waits for a plan, by whoever leads, since {led:%a} {led.day} {led:%b %H:%M}." in shown
    with stage.bot.services.database.read() as tx:
        assert stage.check().ref in repr(draw_list(stage.bot.services, tx, "U0LEAD2"))
        assert draw_list(stage.bot.services, tx, "U0STAFF") is None


def test_the_list_from_the_digest_has_no_trace_for_somebody_left_out(stage: Stage) -> None:
    """It is drawn for whoever presses the button."""
    raise_without(stage, "Lead one")
    with stage.bot.services.database.read() as tx:
        assert stage.check().ref not in repr(draw_list(stage.bot.services, tx, "U0LEAD1"))
        assert stage.check().ref in repr(draw_list(stage.bot.services, tx, "U0LEAD2"))


def test_the_tab_of_somebody_left_out_is_the_same_as_without_the_check(stage: Stage) -> None:
    """No list, no number and no gap tells them; those who may know see it."""
    before = _home(stage, stage.lead_one)
    raise_without(stage, "Lead one")
    assert _home(stage, stage.lead_one) == before
    assert stage.check().ref in _home(stage, stage.lead_two)
    assert stage.check().ref in _home(stage, stage.independent)


def test_a_tab_that_is_open_follows_what_happens(stage: Stage) -> None:
    """Nobody has to open it again; what looks the same is not sent again."""
    before = _home(stage, stage.lead_one)
    stage.begin()
    stage.answer(*HARM)
    stage.settle()
    stage.pass_time(seconds=11)
    stage.settle()
    assert stage.check().ref in _shown(stage.lead_one)
    assert before != _shown(stage.lead_one)
    drawn = len(stage.workspace.calls("views.publish"))
    stage.pass_time(seconds=11)
    stage.pass_time(seconds=11)
    assert len(stage.workspace.calls("views.publish")) == drawn


def test_whoever_runs_it_sees_the_engine_and_no_check(stage: Stage) -> None:
    """Version, backup, seal, what doctor found and what the file leaves open; not even a reference."""
    stage.begin()
    stage.answer(*HARM)
    stage.settle()
    assert "What doctor found" not in _home(stage, stage.workspace.person("U0ADMIN"))
    look_once(stage.bot, stage.settings)
    shown = _home(stage, stage.workspace.person("U0ADMIN"))
    assert "*The engine*" in shown
    assert "There is no backup yet." in shown
    assert "*What doctor found*" in shown
    assert len(stage.bot.services.doctor.troubles) >= 1
    assert all(trouble[:40] in shown for trouble in stage.bot.services.doctor.troubles)
    assert "What doctor found" not in _home(stage, stage.lead_one)
    services = stage.bot.services
    assert "Open points" not in shown
    unsettled = replace(services, organisation=services.organisation.model_copy(update={"data_protection_lead": None}))
    with services.database.read() as tx:
        shown = repr(draw(unsettled, tx, "U0ADMIN", 0))
    assert "*Open points of organisation.toml*\\n• data_protection_lead: nobody is named" in shown
    assert stage.check().ref not in shown
    assert "Lead one" not in shown
    assert "School one" not in shown


@dataclass(frozen=True)
class _At(Clock):
    """A clock that stands."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment


def test_the_engine_does_not_tell_that_something_happened(stage: Stage) -> None:
    """A lead may run it too. Seals are made only where there is something, so their number and time are not shown."""
    services, seen = stage.bot.services, []
    for person in (stage.staff, stage.colleague):
        stage.begin(person)
        with services.database.begin() as tx:
            assert seal.seal_now(tx, services.seal_key, services.clock.now())
            seen.append(draw(services, tx, "U0ADMIN", 0))
    assert seen[0] == seen[1]
    assert "What is recorded is sealed." in repr(seen[0])
    later = replace(services, clock=_At(services.clock.now() + timedelta(days=3, minutes=30)))
    with services.database.begin() as tx:
        assert "What is recorded is sealed." in repr(draw(later, tx, "U0ADMIN", 0))
    stage.begin(stage.lead_one)
    with services.database.begin() as tx:
        assert "*Something has not been sealed for 72 hours.*" in repr(draw(later, tx, "U0ADMIN", 0))


@on_every_stage
def test_a_leads_question_is_answered_from_the_tab(stage: Stage) -> None:
    """It says so, and its button opens the newest question; once answered, both are gone."""
    stage.begin()
    stage.answer(*HARM)
    stage.settle()
    stage.lead()
    for question in ("Where were you?", "When was it?"):
        stage.open("Ask the staff member", "Ask the staff member")
        stage.lead_one.submit({"text": question})
        stage.settle()
    assert "a question waits for you" in _home(stage, stage.staff)
    stage.staff.press("Answer", "home")
    opened(stage.staff, "Answer a question")
    assert "When was it?" in stage.staff.text()
    assert stage.staff.submit({"text": "On Tuesday."}).error is None
    stage.settle()
    assert stage.events()[EventKind.REPLY] == 1
    assert "a question waits for you" not in _home(stage, stage.staff)
    assert "Answer" not in stage.staff.buttons("home")


@on_every_stage
def test_leads_see_cover_and_the_last_practice_also_when_all_is_well(stage: Stage) -> None:
    """That nobody is missing is said; when somebody practised last, and how soon it was answered."""
    shown = _home(stage, stage.lead_one)
    assert "*Cover in the next 14 days*" in shown
    assert "Somebody is on cover every day." in shown
    assert "There was none yet." in shown
    stage.lead_one.press("Start practice", "home")
    stage.settle()
    assert "nobody has answered yet." in _home(stage, stage.lead_one)
    stage.pass_time(minutes=3)
    assert stage.lead_two.press("I will lead").acked
    stage.settle()
    assert "answered after 3 minutes." in _home(stage, stage.lead_one)
    assert "Practice page" not in _home(stage, stage.staff)


def test_many_open_checks_are_turned_page_by_page(stage: Stage) -> None:
    """Within Slack's hundred blocks, whatever there is."""
    services = stage.bot.services
    for number in range(30):
        with services.write() as tx:
            check = services.reporting(tx).start(f"U0MANY{number}", f"many-{number}").check.id
        for question, choice in (("S1", "no"), ("S2", "no"), ("S3", "harm")):
            with services.write() as tx:
                services.reporting(tx).answer(check, f"U0MANY{number}", question, (choice,))
    with services.database.begin() as tx:
        tx.exec_driver_sql("UPDATE outbox SET due_at = NULL")
    _home(stage, stage.lead_one)
    seen: list[str] = []
    for _ in range(3):
        assert stage.lead_one.home is not None
        assert len(stage.lead_one.home.blocks) <= 100
        seen += [one for one in _shown(stage.lead_one).split("'") if one.startswith("open_case.")]
        if "More" in stage.lead_one.buttons("home"):
            stage.lead_one.press("More", "home")
            stage.settle()
    assert len(seen) == len(set(seen)) == 30
    with services.database.begin() as tx:
        outbox.put_home(tx, "U0LEAD1", services.clock.now(), 99_999)
    stage.settle()
    assert "Before" in stage.lead_one.buttons("home")
    assert "More" not in stage.lead_one.buttons("home")


def test_a_button_of_an_old_tab_opens_nothing_for_somebody_left_out_since(stage: Stage) -> None:
    """The tab was drawn before they were left out; the gate decides when it is pressed."""
    stage.begin()
    stage.answer(*HARM)
    stage.settle()
    _home(stage, stage.lead_one)
    press_on(stage.lead_one, "I should not deal with this", page_of(stage.lead_one))
    stage.settle()
    before = stage.events()
    stage.lead_one.press("Open", "home")
    stage.lead_one.wait_for("This card is out of date. There is nothing to do here.")
    stage.settle()
    assert stage.events() == before
