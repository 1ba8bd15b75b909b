"""Leads who are away: the next are asked at once, everybody sees who is there, and somebody is always asked."""

import copy
from datetime import date, timedelta
from typing import Any

from bot.cover.schedule import AccountWatch
from flows.events import EventKind
from flows.paging.cover import Away
from sandbox.client.people import Person
from sandbox.client.result import InteractionResult
from storage import cover
from tests.harness import (
    HARM,
    LEADS,
    TELL_ALL,
    Stage,
    card_of,
    on_every_stage,
    opened,
    page_of,
    thread_of,
    words_of,
)

NOBODY = "No safeguarding lead is marked as on cover today. I will still ask for help."
PHONES = "You can also phone Independent contact 020 7946 0104, children's social care 020 7946 0110"
AT_ONCE = "Asked again. Somebody on the list is away, so the next were asked at once."


def _today(stage: Stage) -> date:
    services = stage.bot.services
    return services.roster.week.day_of(services.clock.now())


def _away(stage: Stage, *people: str) -> None:
    """Away today and tomorrow."""
    services, first = stage.bot.services, _today(stage)
    for person in people:
        with services.write() as tx:
            request = f"away-{person}"
            last = first + timedelta(days=1)
            cover.set_away(tx, person, first, last, by="U0LEAD1", now=services.clock.now(), request=request)


def _entries(stage: Stage) -> list[Away]:
    with stage.bot.services.database.read() as tx:
        return list(cover.from_day(tx, _today(stage)))


def _open_days(who: Person) -> None:
    who.open_home()
    who.wait_for("Your days away")
    assert who.press("Set days away", "home").acked
    opened(who, "Set days away")


def _set_days(
    stage: Stage, who: Person, first: int = 0, last: int = 1, instead: str | None = None
) -> InteractionResult:
    """Through the Home tab, for oneself or for somebody else; days from today on."""
    _open_days(who)
    days = [(_today(stage) + timedelta(days=number)).isoformat() for number in (first, last)]
    other = {"Who is away?": instead} if instead else {}
    return who.submit({**other, "First day away": days[0], "Last day away": days[1]})


def _as(stage: Stage, user: str, acted: InteractionResult, **action: str) -> InteractionResult:
    """What somebody did, as if another person had."""
    payload: dict[str, Any] = copy.deepcopy(acted.payload or {})
    payload["user"]["id"] = user
    if action:
        payload["actions"][0] |= action
    replayed = stage.workspace.replay(InteractionResult(acked=True, payload=payload))
    stage.settle()
    return replayed


@on_every_stage
def test_both_leads_are_away(stage: Stage) -> None:
    """One lead sets it for both; the deputy is asked at once, and the staff member is told who was."""
    _set_days(stage, stage.lead_one)
    stage.lead_one.wait_for("On cover today: <@U0LEAD2>, <@U0DEPUTY>")
    _set_days(stage, stage.lead_one, instead="Lead two")
    stage.lead_one.wait_for("On cover today: <@U0DEPUTY>")
    stage.begin()
    assert NOBODY not in words_of(card_of(stage.staff))
    stage.answer(*HARM)
    stage.settle()
    assert stage.paged() == {LEADS, "U0DEPUTY"}
    assert "*I have told Deputy one*" in words_of(card_of(stage.staff))
    raised = next(entry for entry in stage.record() if entry.what == EventKind.RAISED)
    assert raised.content["skipped"] == ["lead-1", "lead-2"]
    stage.lead(stage.deputy)
    assert "is on it*" in words_of(card_of(stage.staff))


def test_a_rung_with_nobody_on_it_is_skipped_at_once_and_that_is_said(stage: Stage) -> None:
    """Leads and deputies away: the independent contact hears of it first, and the thread says why, without a name."""
    _away(stage, "lead-1", "lead-2", "deputy-1")
    stage.begin()
    stage.answer(*HARM)
    stage.settle()
    assert stage.paged() == {LEADS, "U0INDEP"}
    stage.pass_time(minutes=16)
    assert stage.paged() == {LEADS, "U0INDEP"}
    assert AT_ONCE in thread_of(stage.lead_one)


def test_a_lead_who_is_there_is_asked_and_nothing_is_said_of_the_other(stage: Stage) -> None:
    """No step was passed over, so the thread does not say so."""
    _away(stage, "lead-1")
    stage.begin()
    stage.answer(*HARM)
    stage.pass_time(minutes=16)
    assert stage.paged() == {LEADS, "U0LEAD2", "U0DEPUTY"}
    assert thread_of(stage.lead_two) == []


def test_everybody_is_away_and_everybody_is_asked(stage: Stage) -> None:
    """All of them, at once: somebody must be able to help."""
    _away(stage, *stage.bot.services.roster.everyone)
    stage.begin()
    stage.answer(*HARM)
    stage.settle()
    assert stage.paged() == {LEADS, "U0LEAD1", "U0LEAD2", "U0DEPUTY", "U0INDEP"}


def test_in_danger_and_no_choice_skips_who_is_away_as_well(stage: Stage) -> None:
    """The page without content goes to who is there; a lead who is left out later is none of them."""
    _away(stage, "lead-1")
    stage.begin()
    stage.answer("Yes")
    shown = words_of(card_of(stage.staff))
    assert "Numbers for now:\n- Lead two: 020 7946 0102" in shown
    assert "Lead one" not in shown
    stage.pass_time(seconds=61)
    assert stage.paged() == {"U0LEAD2", "U0INDEP"}
    stage.press(TELL_ALL)
    assert "Outcome" in words_of(page_of(stage.lead_two))


def test_a_closed_account_is_skipped(stage: Stage) -> None:
    """Found by asking Slack; asked again once it works again."""
    stage.workspace.change_person("U0LEAD1", deactivated=True)
    AccountWatch(stage.bot.services, stage.bot.app.client).turn()
    stage.staff.open_home()
    stage.staff.wait_for("On cover today: <@U0LEAD2>, <@U0DEPUTY>")
    stage.begin()
    stage.answer(*HARM)
    stage.settle()
    assert stage.paged() == {LEADS, "U0LEAD2"}
    stage.workspace.change_person("U0LEAD1", deactivated=False)
    AccountWatch(stage.bot.services, stage.bot.app.client).turn()
    stage.pass_time(minutes=16)
    assert stage.paged() == {LEADS, "U0LEAD1", "U0LEAD2", "U0DEPUTY"}


def test_a_leader_whose_account_is_closed_leaves_the_case_to_the_others(stage: Stage) -> None:
    """Reminders to an account that nobody reads would help nobody."""
    stage.begin()
    stage.answer(*HARM)
    stage.lead()
    stage.workspace.change_person("U0LEAD1", deactivated=True)
    AccountWatch(stage.bot.services, stage.bot.app.client).turn()
    stage.settle()
    case = stage.case()
    assert case is not None
    assert case.led_by is None
    assert "*Nobody leads this yet.*" in words_of(page_of(stage.lead_two))
    assert "U0DEPUTY" in stage.paged()


def test_whoever_is_set_away_by_another_lead_is_told(stage: Stage) -> None:
    """In a direct message; whoever sets their own is not."""
    told = "Another lead has set days away for you."
    _set_days(stage, stage.lead_one)
    _set_days(stage, stage.lead_one, instead="Lead two")
    stage.settle()
    assert any(told in words_of(message) for message in stage.lead_two.dm)
    assert not any(told in words_of(message) for message in stage.lead_one.dm)


def test_with_nobody_on_cover_the_first_card_and_home_give_the_numbers(stage: Stage) -> None:
    """It never sends anybody away: the question stands there as always."""
    _away(stage, "lead-1", "lead-2", "deputy-1")
    stage.begin()
    shown = words_of(card_of(stage.staff))
    assert f"{NOBODY} {PHONES}" in shown
    assert "in danger right now" in shown
    stage.answer("No")
    assert NOBODY not in words_of(card_of(stage.staff))
    stage.staff.open_home()
    stage.staff.wait_for(f"{NOBODY} {PHONES}")
    assert "Set days away" not in stage.staff.buttons("home")


@on_every_stage
def test_days_away_that_leave_nobody_are_said_at_once(stage: Stage) -> None:
    """Before the window is closed: those who plan can still change it."""
    _away(stage, "lead-1", "lead-2")
    assert _set_days(stage, stage.deputy, 1, 3).acked
    opened(stage.deputy, "Saved")
    assert "*Saved.* Nobody is on cover on " in stage.deputy.text()
    assert stage.deputy.modal is not None
    assert f"{_today(stage) + timedelta(days=1):%A}" in repr(stage.deputy.modal.blocks)
    assert f"{_today(stage) + timedelta(days=2):%A}" not in repr(stage.deputy.modal.blocks)


def test_days_away_can_be_removed_and_the_home_tab_shows_it(stage: Stage) -> None:
    """After a question; from then on they are asked again."""
    _set_days(stage, stage.deputy)
    stage.deputy.wait_for(lambda: "Remove" in stage.deputy.buttons("home"))
    assert stage.deputy.modal is None
    assert not stage.deputy.press("Remove", "home", confirm=False).acked
    assert len(_entries(stage)) == 1
    stage.deputy.press("Remove", "home")
    stage.deputy.wait_for("You have set none.")
    assert _entries(stage) == []
    stage.staff.open_home()
    stage.staff.wait_for("<@U0DEPUTY>")


def test_days_that_cannot_be_are_said_beside_the_box_and_nothing_is_lost(stage: Stage) -> None:
    """The window stays, with what was chosen."""
    _set_days(stage, stage.lead_one, 3, 2)
    assert stage.lead_one.modal is not None
    assert stage.lead_one.modal.errors == {
        "last": "The last day is before the first. Choose the first day or a later one."
    }
    assert _entries(stage) == []
    stage.lead_one.submit({"Last day away": (_today(stage) + timedelta(days=4)).isoformat()})
    stage.lead_one.wait_for(lambda: stage.lead_one.modal is None)
    (entry,) = _entries(stage)
    assert (entry.person, (entry.last - entry.first).days) == ("lead-1", 1)


def test_the_same_submission_twice_is_one_entry(stage: Stage) -> None:
    """A double click, or Slack sending it again."""
    _set_days(stage, stage.lead_one)
    stage.workspace.replay()
    stage.settle()
    assert len(_entries(stage)) == 1


def test_a_deputy_sets_their_own_days_only(stage: Stage) -> None:
    """Only a lead may for others; the independent contact's are their own."""
    _open_days(stage.deputy)
    assert "Who is away?" not in stage.deputy.text()
    mine = _set_days(stage, stage.lead_one, instead="Lead two")
    assert [entry.person for entry in _entries(stage)] == ["lead-2"]
    for user in ("U0DEPUTY", "U0INDEP"):
        refused = _as(stage, user, mine)
        assert refused.acked
        assert refused.response is not None
        assert refused.response["response_action"] == "update"
        assert "nothing was saved" in str(refused.response["view"])
    assert len(_entries(stage)) == 1


def test_what_an_outsider_forges_does_nothing(stage: Stage) -> None:
    """Neither opening the window, nor sending it, nor removing what somebody set."""
    mine = _set_days(stage, stage.lead_one)
    before = _entries(stage)
    stage.staff.open_home()
    stage.staff.wait_for("On cover today")
    pressed = stage.staff.press("Start a check", "home")
    stage.settle()
    for user in ("U0STAFF", "U0ADMIN", "U0DEPUTY"):
        _as(stage, user, mine)
        for value in (str(before[0].id), "0", "not a number", "9" * 40):
            _as(stage, user, pressed, action_id=f"remove_days_away.{value}", value=value)
    _as(stage, "U0STAFF", pressed, action_id="set_days_away", value="-")
    assert stage.staff.modal is None
    assert _entries(stage) == before
    value = str(before[0].id)
    _as(stage, "U0LEAD2", pressed, action_id=f"remove_days_away.{value}", value=value)
    stage.lead_two.wait_for("You have set none.")
    assert _entries(stage) == []
