"""What a reporter does: each step saved once, the level never falls, and the right people are paged."""

from datetime import timedelta

import pytest

from flows.case import CaseStatus, CheckStatus, Cover, Did
from flows.checklist import CHECKLIST
from flows.events import EventKind, OutboxKind
from flows.model import Answers, Level, Outcome
from flows.paging.roster import Roster
from tests.flows.builders import calm_but, stopped_after
from tests.storage.builders import LEAD_ONE, REPORTER, START, Office

CHANNEL = "C0LEADS"
URGENT = stopped_after("S4", calm_but(S4="yes"))
MINUTE = timedelta(minutes=1)


def _asked_lead(office: Office, sheet: Answers) -> str:
    check = office.start()
    office.answers(check, sheet)
    with office.reporting() as work:
        assert work.ask_lead(check, REPORTER, office.request()).did is Did.DONE
    return check


@pytest.mark.parametrize(
    "press",
    [
        lambda work, check: work.answer(check, LEAD_ONE, "S1", ("no",)),
        lambda work, check: work.change(check, LEAD_ONE, "S1", ("yes",)),
        lambda work, check: work.back(check, LEAD_ONE, 0),
        lambda work, check: work.forward(check, LEAD_ONE),
        lambda work, check: work.hide(check, LEAD_ONE),
        lambda work, check: work.show(check, LEAD_ONE),
        lambda work, check: work.stop(check, LEAD_ONE),
        lambda work, check: work.ask_lead(check, LEAD_ONE, "r"),
        lambda work, check: work.write(check, LEAD_ONE, EventKind.NOTE, {}, "r"),
        lambda work, check: work.send(check, LEAD_ONE),
        lambda work, check: work.reopen(check, LEAD_ONE),
        lambda work, check: work.carry_on(check, LEAD_ONE),
    ],
    ids=range(12),
)
def test_nobody_but_the_reporter_does_anything(office: Office, press: object) -> None:
    """Anybody who sees a card can press it; a lead who does changes nothing."""
    check = office.start()
    office.answer(check, "S1", "no")
    before = (office.check(check), office.happened(check))
    with office.reporting() as work:
        assert press(work, check).did is Did.REFUSED  # type: ignore[operator] # one of the above
    assert (office.check(check), office.happened(check)) == before


@pytest.mark.parametrize(
    ("question", "choices"),
    [
        ("S1", ("maybe",)),
        ("S1", ()),
        ("S1", ("yes", "no")),
        ("S2", ("no",)),
        ("4.2", ("no",)),
        ("no such question", ("no",)),
        ("", ("",)),
    ],
)
def test_a_forged_answer_changes_nothing(office: Office, question: str, choices: tuple[str, ...]) -> None:
    """Only the question that is asked, and only its own options."""
    check = office.start()
    assert office.answer(check, question, *choices).did is Did.STALE
    assert office.check(check).answers == {}


@pytest.mark.parametrize(
    "choices", [("leads",), ("nobody",), ("lead-1", "nobody"), ("no", "lead-1"), ("no", "not_sure")]
)
def test_only_people_who_could_be_told_can_be_left_out(office: Office, choices: tuple[str, ...]) -> None:
    """S2 takes no, not sure, or people of the roster: no made-up name and no mixture."""
    check = office.start()
    office.answer(check, "S1", "no")
    assert office.answer(check, "S2", *choices).did is Did.STALE
    assert "S2" not in office.check(check).answers


def test_pressing_twice_answers_once_and_an_old_button_answers_nothing(office: Office) -> None:
    """I24: the second press is ALREADY; another option of a question answered before is STALE."""
    check = office.start()
    assert office.answer(check, "S1", "no").did is Did.DONE
    assert office.answer(check, "S1", "no").did is Did.ALREADY
    assert office.answer(check, "S1", "yes").did is Did.STALE
    assert office.check(check).level is Level.NONE


@pytest.mark.parametrize(
    ("sheet", "expected"),
    [
        (URGENT, [CHANNEL, "U0LEAD1", "U0LEAD2"]),
        (stopped_after("S2", calm_but(S1="yes")), [CHANNEL, "U0LEAD1", "U0LEAD2"]),
        ({**URGENT, "S2": ("lead-1",)}, ["U0LEAD2", "U0INDEP"]),
        ({**URGENT, "S2": ("lead-1", "lead-2")}, ["U0INDEP"]),
        ({**URGENT, "S2": ("not_sure",)}, ["U0INDEP"]),
        ({**URGENT, "S2": ("lead-1", "lead-2", "independent")}, ["U0DEPUTY"]),
    ],
)
def test_the_page_is_in_the_outbox_when_the_answer_is_saved(
    office: Office, sheet: Answers, expected: list[str]
) -> None:
    """Page first, ask later: to the allowed people only, and in a conflict never in the channel."""
    check = office.start()
    office.answers(check, sheet)
    assert sorted(office.paged(check)) == sorted(expected)


def test_a_lead_who_reports_is_not_paged(office: Office) -> None:
    """I13: nobody reviews their own check."""
    check = office.start(LEAD_ONE)
    office.answers(check, URGENT)
    assert office.paged(check) == [CHANNEL, "U0LEAD2"]


def test_nobody_is_paged_before_it_is_known_who_may_be(office: Office) -> None:
    """S1 yes or not sure: S2 comes first; only then a page."""
    for danger in ("yes", "not_sure"):
        check = office.start()
        office.answer(check, "S1", danger)
        assert office.paged(check) == []
        office.answer(check, "S2", "no")
        assert office.paged(check) == [CHANNEL, "U0LEAD1", "U0LEAD2"]


def test_calm_answers_page_nobody_until_it_is_sent(office: Office) -> None:
    """CONSULT waits for Send, HOLD pages nobody at all."""
    for sheet, outcome, pages in ((calm_but(S3="low_level"), Outcome.CONSULT, 3), (calm_but(), Outcome.HOLD, 0)):
        check = office.start()
        office.answers(check, sheet)
        assert office.paged(check) == []
        with office.reporting() as work:
            assert work.send(check, REPORTER).did is Did.DONE
        with office.reporting() as work:
            assert work.send(check, REPORTER).did is Did.ALREADY
        assert len(office.paged(check)) == pages
        assert (office.check(check).outcome, office.check(check).status) == (outcome, CheckStatus.SENT)


def test_an_unfinished_check_is_not_sent(office: Office) -> None:
    """Send on an old window changes nothing."""
    check = office.start()
    office.answer(check, "S1", "no")
    with office.reporting() as work:
        assert work.send(check, REPORTER).did is Did.STALE
    assert office.check(check).status is CheckStatus.DRAFT


def test_the_level_never_falls(office: Office) -> None:
    """I11: answers changed to the mildest leave it where it was, and the page where it is."""
    check = office.start()
    office.answers(check, calm_but(S4="yes"))
    pages = office.paged(check)
    with office.reporting() as work:
        assert work.change(check, REPORTER, "S4", ("no",)).did is Did.DONE
    found = office.check(check)
    assert found.answers["S4"] == ("no",)
    assert found.level is Level.CONSULT_URGENT
    assert office.paged(check) == pages
    with office.reporting() as work:
        work.send(check, REPORTER)
    assert office.check(check).outcome is Outcome.CONSULT_URGENT


def test_changing_an_answer_keeps_the_others_and_names_what_it_brings_up(office: Office) -> None:
    """Only what is newly needed is asked again."""
    check = office.start()
    sheet = calm_but()
    office.answers(check, sheet)
    with office.reporting() as work:
        step = work.change(check, REPORTER, "S4", ("possibly",))
    assert (step.did, step.opens) == (Did.DONE, ("S5",))
    assert office.check(check).answers == {**sheet, "S4": ("possibly",)}
    with office.reporting() as work:
        assert work.change(check, REPORTER, "S4", ("possibly",)).did is Did.ALREADY
        assert work.change(check, REPORTER, "S4", ("maybe",)).did is Did.STALE
        assert work.change(check, REPORTER, "3.1.8", ("sharing_worse",)).did is Did.STALE


def test_leaving_somebody_out_after_the_page_takes_it_from_the_channel(office: Office) -> None:
    """I13: whoever was paged before it was known is no longer among those who may know."""
    check = office.raised(URGENT)
    with office.reporting() as work:
        assert work.change(check, REPORTER, "S2", ("lead-1",)).did is Did.DONE
    found = office.the_case(check)
    assert found.dm_only
    assert found.left_out == {"lead-1", "U0LEAD1"}
    assert all(row["due_at"] is not None for row in office.rows(check, OutboxKind.PAGE))


def test_leaving_out_whoever_leads_asks_the_others_again(office: Office) -> None:
    """No case is led by somebody who may not know of it, and none is led by nobody without anybody being asked."""
    check = office.led(URGENT)
    with office.reporting() as work:
        work.change(check, REPORTER, "S2", ("lead-1",))
    found = office.the_case(check)
    assert (found.status, found.led_by, found.asks) == (CaseStatus.OPEN, None, 2)
    assert "U0LEAD1" not in [row["target"] for row in office.rows(check, OutboxKind.PAGE) if row["ask"] == 2]
    assert office.next_page_at(check) is not None


def test_back_goes_one_step_however_often_it_is_pressed_and_forward_keeps_the_answer(office: Office) -> None:
    """The answer stays until another takes its place."""
    check = office.start()
    office.answers(check, stopped_after("S3", calm_but()))
    shown = office.check(check).revision
    for did in (Did.DONE, Did.ALREADY):
        with office.reporting() as work:
            assert work.back(check, REPORTER, shown).did is did
    assert office.check(check).revisiting == "S3"
    with office.reporting() as work:
        work.back(check, REPORTER, office.check(check, work.tx).revision)
    assert office.check(check).revisiting == "S2"
    with office.reporting() as work:
        work.forward(check, REPORTER)
    assert office.check(check).revisiting is None
    assert office.check(check).answers == stopped_after("S3", calm_but())


def test_answering_a_question_shown_again_changes_it_and_goes_on(office: Office) -> None:
    """Back, another answer, and on from there."""
    check = office.start()
    office.answers(check, stopped_after("S3", calm_but()))
    with office.reporting() as work:
        work.back(check, REPORTER, office.check(check, work.tx).revision)
    office.answer(check, "S3", "low_level")
    found = office.check(check)
    assert (found.answers["S3"], found.revisiting, found.level) == (("low_level",), None, Level.CONSULT)
    assert office.happened(check)[-1] == EventKind.CHANGED


def test_stopping_where_somebody_may_be_at_risk_tells_the_leads_at_once(office: Office) -> None:
    """As the first card promised (I12); with nothing at risk nobody is told."""
    check = office.start()
    office.answers(check, stopped_after("S4", calm_but(S4="possibly")))
    with office.reporting() as work:
        work.stop(check, REPORTER)
    assert office.paged(check) == [CHANNEL, "U0LEAD1", "U0LEAD2"]
    assert office.check(check).cover is Cover.STOPPED
    calm = office.start()
    office.answers(calm, stopped_after("S4", calm_but()))
    with office.reporting() as work:
        work.stop(calm, REPORTER)
    assert office.paged(calm) == []


@pytest.mark.parametrize(
    ("sheet", "wait"),
    [
        (stopped_after("S4", calm_but(S4="possibly")), timedelta(minutes=15)),
        ({"S1": ("not_sure",)}, timedelta(minutes=15)),
        ({"S1": ("yes",)}, timedelta(seconds=60)),
        (URGENT, None),
    ],
)
def test_when_stopping_here_means_that_the_leads_are_told(
    office: Office, sheet: Answers, wait: timedelta | None
) -> None:
    """After a quarter of an hour, in an emergency after a minute, never once they are told."""
    check = office.start()
    office.answers(check, sheet)
    assert office.wake_at(check) == (wait and START + wait)


def test_an_abandoned_check_pages_what_is_known(office: Office) -> None:
    """I12: with S2 answered whoever may know; without it a page that says nothing, to leads and independent."""
    known = office.start()
    office.answers(known, {**stopped_after("S4", calm_but(S4="possibly")), "S2": ("lead-1",)})
    unknown = office.start()
    office.answer(unknown, "S1", "yes")
    office.forward(minutes=16)
    for check in (known, unknown):
        for _ in range(2):
            with office.reporting() as work:
                work.wake(check)
    assert office.paged(known) == ["U0LEAD2", "U0INDEP"]
    assert sorted(office.paged(unknown)) == ["U0INDEP", "U0LEAD1", "U0LEAD2"]
    assert office.the_case(unknown).content_free
    assert office.happened(unknown).count(EventKind.ABANDONED) == 1
    assert office.wake_at(known) is None


def test_nobody_is_told_of_somebody_who_came_back_in_time(office: Office) -> None:
    """The timer that was on its way finds that the answer was given, and waits anew."""
    check = office.start()
    office.answers(check, stopped_after("S4", calm_but(S4="possibly")))
    office.forward(minutes=14)
    office.answer(check, "S5", "no")
    office.forward(minutes=2)
    with office.reporting() as work:
        work.wake(check)
    assert office.case(check) is None
    assert office.wake_at(check) == START + timedelta(minutes=29)


def test_a_calm_check_left_lying_is_reminded_of_put_away_and_never_lost(office: Office) -> None:
    """Nobody but the reporter hears of it; the answers are all there."""
    check = office.start()
    office.answer(check, "S1", "no")
    for _ in range(5):
        if (wake := office.wake_at(check)) is not None:
            office.now = wake
        with office.reporting() as work:
            work.wake(check)
    assert office.case(check) is None
    found = office.check(check)
    assert (found.status, found.answers) == (CheckStatus.SHELVED, {"S1": ("no",)})
    assert office.happened(check).count(EventKind.REMINDED) == 2
    assert office.wake_at(check) is None
    with office.reporting() as work:
        assert work.carry_on(check, REPORTER).did is Did.DONE
    assert office.check(check).status is CheckStatus.DRAFT


def test_asking_a_lead_works_at_every_step_and_needs_no_reason(office: Office) -> None:
    """Before S2 it asks who may be told; after it, a lead is paged at once."""
    before = _asked_lead(office, {"S1": ("no",)})
    assert office.paged(before) == []
    assert office.wake_at(before) == START + MINUTE
    office.answer(before, "S2", "no")
    assert office.paged(before) == [CHANNEL, "U0LEAD1", "U0LEAD2"]
    after = _asked_lead(office, stopped_after("3.2.1", calm_but()))
    assert len(office.paged(after)) == 3
    assert office.check(after).level is Level.CONSULT


def test_asking_at_the_very_first_question_asks_who_may_be_told_first(office: Office) -> None:
    """S2 can be answered before S1 where a lead was asked for."""
    check = _asked_lead(office, {})
    assert office.answer(check, "S1", "no").did is Did.STALE
    assert office.answer(check, "S2", "no").did is Did.DONE
    assert len(office.paged(check)) == 3
    assert office.answer(check, "S1", "no").did is Did.DONE


def test_asking_again_pages_again_but_not_within_a_minute(office: Office) -> None:
    """A double press is one, and so is the same request; later is another."""
    check = _asked_lead(office, stopped_after("S4", calm_but()))
    pages = len(office.paged(check))
    with office.reporting() as work:
        assert work.ask_lead(check, REPORTER, "again").did is Did.ALREADY
    office.forward(seconds=61)
    with office.reporting() as work:
        assert work.ask_lead(check, REPORTER, "again").did is Did.DONE
    assert len(office.paged(check)) > pages
    office.forward(seconds=61)
    with office.reporting() as work:
        assert work.ask_lead(check, REPORTER, "again").did is Did.ALREADY


def test_a_higher_answer_later_makes_the_case_more_urgent(office: Office) -> None:
    """Asked at CONSULT, then risk: the leads are asked anew, with a sooner answer."""
    check = _asked_lead(office, stopped_after("S3", calm_but()))
    before = office.the_case(check)
    office.answer(check, "S4", "yes")
    after = office.the_case(check)
    assert (before.urgency, after.urgency, after.asks) == ("P2", "P1", 2)
    assert after.answer_by < before.answer_by
    assert EventKind.ESCALATED in office.happened(check)


def test_what_is_typed_is_kept_once_and_told_to_whoever_follows(office: Office) -> None:
    """I24, and details added after the page reach the thread."""
    check = office.raised(URGENT)
    for did in (Did.DONE, Did.ALREADY):
        with office.reporting() as work:
            assert work.write(check, REPORTER, EventKind.DETAILS, {"facts": "typed"}, "one-request").did is did
    assert [entry.content for entry in office.history(check) if entry.what == EventKind.DETAILS] == [{"facts": "typed"}]
    assert len(office.rows(check, OutboxKind.LINE)) == 1


def test_a_check_that_ended_without_a_page_can_be_opened_again(office: Office) -> None:
    """All its answers are in place; one that became a case is a lead's."""
    check = office.start()
    office.answers(check, calm_but())
    with office.reporting() as work:
        work.send(check, REPORTER)
    for did in (Did.DONE, Did.STALE):
        with office.reporting() as work:
            assert work.reopen(check, REPORTER).did is did
    found = office.check(check)
    assert (found.status, found.outcome, found.answers) == (CheckStatus.DRAFT, None, calm_but())
    case = office.start()
    office.answers(case, calm_but(S3="low_level"))
    with office.reporting() as work:
        work.send(case, REPORTER)
        assert work.reopen(case, REPORTER).did is Did.STALE


def test_carrying_on_puts_a_newer_card_below(office: Office) -> None:
    """The one before points there: two cards, the newer one in charge."""
    check = office.start()
    office.answer(check, "S1", "no")
    office.forward(minutes=1)
    with office.reporting() as work:
        work.carry_on(check, REPORTER)
    assert len(office.rows(check, OutboxKind.CARD)) == 2
    assert all(row["due_at"] is not None for row in office.rows(check, OutboxKind.CARD))


def test_after_it_was_sent_no_answer_is_taken(office: Office) -> None:
    """What was handed over stands."""
    check = office.start()
    office.answers(check, calm_but())
    with office.reporting() as work:
        work.send(check, REPORTER)
    with office.reporting() as work:
        for step in (
            work.change(check, REPORTER, "S4", ("yes",)),
            work.back(check, REPORTER, office.check(check, work.tx).revision),
            work.hide(check, REPORTER),
            work.stop(check, REPORTER),
        ):
            assert step.did is Did.STALE
    assert office.check(check).answers == calm_but()


def test_every_answer_is_in_the_record(office: Office) -> None:
    """I21: question and options, one line each."""
    check = office.start()
    office.answers(check, calm_but())
    kept = [entry.content for entry in office.history(check) if entry.what == EventKind.ANSWERED]
    assert kept == [{"question": one, "options": list(given)} for one, given in calm_but().items()]
    assert set(calm_but()) < set(CHECKLIST.by_id)


def test_a_case_by_the_independent_contact_goes_to_a_deputy(office: Office) -> None:
    """S2 "not sure" raised by the only person who may otherwise know."""
    assert isinstance(office.roster, Roster)
    check = office.start("U0INDEP")
    office.answers(check, {**URGENT, "S2": ("not_sure",)})
    assert office.paged(check) == ["U0DEPUTY"]
    office.forward(minutes=16)
    with office.leading() as work:
        work.escalate_due(check)
    assert set(office.paged(check)) == {"U0DEPUTY"}
