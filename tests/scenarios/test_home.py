"""The Home tab by role: what is theirs to know, current while they look at it, and within Slack's limits."""

from sandbox.people import Person
from storage import outbox
from tests.harness import HARM, Stage, on_every_stage, page_of
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
    assert "the leads are being asked" in _home(stage, stage.staff)
    stage.lead()
    assert "a lead is on it" in _home(stage, stage.staff)
    stage.plan("Do not share for now")
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
    assert stage.events()["opened_open_case"] == 1


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
    """Version, backup, seal and open points; not even a reference."""
    stage.begin()
    stage.answer(*HARM)
    stage.settle()
    shown = _home(stage, stage.workspace.person("U0ADMIN"))
    assert "*The engine*" in shown
    assert "There is no backup yet." in shown
    assert stage.check().ref not in shown
    assert "Lead one" not in shown
    assert "School one" not in shown


def test_many_open_checks_are_turned_page_by_page(stage: Stage) -> None:
    """Within Slack's hundred blocks, whatever there is."""
    desk = stage.bot.desk
    for number in range(30):
        with desk.write() as tx:
            check = desk.conversation(tx).start(f"U0MANY{number}", f"many-{number}").check.id
        for question, choice in (("S1", "no"), ("S2", "no"), ("S3", "harm")):
            with desk.write() as tx:
                desk.conversation(tx).answer(check, f"U0MANY{number}", question, (choice,))
    with desk.database.begin() as tx:
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
    with desk.database.begin() as tx:
        outbox.put_home(tx, "U0LEAD1", desk.clock.now(), 99_999)
    stage.settle()
    assert "Before" in stage.lead_one.buttons("home")
    assert "More" not in stage.lead_one.buttons("home")


def test_a_button_of_an_old_tab_opens_nothing_for_somebody_left_out_since(stage: Stage) -> None:
    """The tab was drawn before they were left out; the gate decides when it is pressed."""
    stage.begin()
    stage.answer(*HARM)
    stage.settle()
    _home(stage, stage.lead_one)
    stage.lead_one.press("I should not deal with this", page_of(stage.lead_one))
    stage.settle()
    before = stage.events()
    stage.forge(stage.lead_one.press("Practise", "home"), "open_case", stage.check().id)
    stage.settle()
    assert stage.events() == before
