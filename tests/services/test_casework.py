"""What leads do with a case: each deed once, nothing closed too early, somebody always asked."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from flows.case import CaseStatus, CheckStatus, Did, Shared, StrandStatus
from flows.events import EventKind, OutboxKind
from flows.model import Answers
from services.case_steps import Result
from services.casework import Casework
from tests.flows.builders import calm_but, stopped_after
from tests.storage.builders import DONE, LEAD_ONE, LEAD_TWO, REPORTER, Office, not_done

URGENT = stopped_after("S4", calm_but(S4="yes"))
AFTER = {"3.4.1": ("yes_told",), "3.4.2": ("yes",)}
WHAT = {"what": "what", "whom": "whom", "why": "why", "how": "how"}
PEOPLE = {"lead-1": LEAD_ONE, "lead-2": LEAD_TWO, "deputy-1": "U0DEPUTY", "independent": "U0INDEP"}


def _do(office: Office, deed: Callable[[Casework], Result]) -> Result:
    with office.leading() as work:
        return deed(work)


def _agreed(office: Office, sheet: Answers = URGENT, decision: str = "share") -> str:
    check = office.planned(sheet, decision)
    assert _do(office, lambda work: work.agree(check, REPORTER, 1)).did is Did.DONE
    return check


def _closed(office: Office) -> str:
    check = _agreed(office)
    _do(office, lambda work: work.shared(check, LEAD_ONE, AFTER, WHAT, office.request()))
    assert _do(office, lambda work: work.close(check, LEAD_ONE, {}, office.request())).did is Did.DONE
    return check


def test_the_first_to_press_leads_and_the_paging_stops(office: Office) -> None:
    """The second is told who was first; pressing again changes nothing."""
    check = office.raised(URGENT)
    assert office.next_page_at(check) is not None
    assert _do(office, lambda work: work.lead(check, LEAD_ONE, "lead-1")).did is Did.DONE
    assert _do(office, lambda work: work.lead(check, LEAD_ONE, "lead-1")).did is Did.ALREADY
    late = _do(office, lambda work: work.lead(check, LEAD_TWO, "lead-2"))
    assert (late.did, late.case.led_by) == (Did.STALE, "lead-1")
    assert office.next_page_at(check) == office.now + timedelta(hours=4)  # the plan is asked for then
    assert office.happened(check).count(EventKind.LED) == 1


def test_seen_is_noted_once_and_the_paging_goes_on(office: Office) -> None:
    """Seeing is not leading."""
    check = office.raised(URGENT)
    for did in (Did.DONE, Did.ALREADY):
        assert _do(office, lambda work: work.see(check, LEAD_ONE, "lead-1")).did is did
    found = office.the_case(check)
    assert (found.status, found.seen_by) == (CaseStatus.OPEN, ("lead-1",))
    assert office.next_page_at(check) is not None


def test_the_ladder_climbs_while_nobody_leads_and_never_ends(office: Office) -> None:
    """Leads, then deputies, then the independent contact too, and so on for ever; each page once."""
    check = office.raised(URGENT)
    asked = []
    for _ in range(5):
        office.now = office.next_page_at(check) or office.now
        for _ in range(2):
            with office.leading() as work:
                work.escalate_due(check)
        asked.append(
            len([row for row in office.rows(check, OutboxKind.PAGE) if row["ask"] == office.the_case(check).asks])
        )
    assert asked == [4, 5, 5, 5, 5]
    assert office.the_case(check).asks == 6
    assert len({row["key"] for row in office.rows(check, OutboxKind.PAGE)}) == len(office.rows(check, OutboxKind.PAGE))


def test_nobody_is_paged_because_of_a_timer_that_somebody_was_faster_than(office: Office) -> None:
    """Led in the meantime: the climb that was on its way does nothing."""
    check = office.led(URGENT)
    office.forward(hours=1)
    with office.leading() as work:
        work.escalate_due(check)
    assert office.the_case(check).asks == 1


def test_handing_on_asks_everybody_allowed_again(office: Office) -> None:
    """The case is nobody's until somebody takes it."""
    check = office.led(URGENT)
    assert _do(office, lambda work: work.hand_on(check, LEAD_ONE)).did is Did.DONE
    assert _do(office, lambda work: work.hand_on(check, LEAD_ONE)).did is Did.STALE
    found = office.the_case(check)
    assert (found.status, found.led_by, found.asks) == (CaseStatus.OPEN, None, 2)
    assert office.next_page_at(check) is not None


def test_stepping_aside_is_once_and_a_leader_who_does_is_replaced(office: Office) -> None:
    """They see nothing of it from then on, and the next are asked."""
    check = office.led(URGENT)
    for did in (Did.DONE, Did.ALREADY):
        assert _do(office, lambda work: work.step_aside(check, LEAD_ONE, "lead-1")).did is did
    found = office.the_case(check)
    assert (found.status, found.led_by) == (CaseStatus.OPEN, None)
    assert "lead-1" in found.left_out
    again = [row["target"] for row in office.rows(check, OutboxKind.PAGE) if row["ask"] == 2]
    assert LEAD_ONE not in again
    assert LEAD_TWO in again


def test_the_last_person_who_may_know_cannot_step_aside(office: Office) -> None:
    """I13: recipients are never empty, whoever goes and in whichever order."""
    check = office.raised(URGENT)

    def step_aside(person: str) -> Did:
        return _do(office, lambda work: work.step_aside(check, PEOPLE[person], person)).did

    dids = [step_aside(person) for person in PEOPLE]
    assert dids == [Did.DONE, Did.DONE, Did.DONE, Did.REFUSED]
    assert office.the_case(check).left_out & set(PEOPLE) == {"lead-1", "lead-2", "deputy-1"}
    assert office.next_page_at(check) is not None


def test_stepping_aside_from_a_closed_case_does_not_open_it(office: Office) -> None:
    """An old button wakes nobody up."""
    check = _closed(office)
    assert _do(office, lambda work: work.step_aside(check, LEAD_ONE, "lead-1")).did is Did.STALE
    assert office.the_case(check).status is CaseStatus.CLOSED


def test_the_plan_needs_a_decision_and_the_reporters_agreement_to_this_very_plan(office: Office) -> None:
    """Together (policy 4.2): agreeing an older plan agrees nothing."""
    check = office.led(URGENT)
    assert office.plan(check).did is Did.STALE
    office.decide(check, "share")
    assert office.plan(check).case.plan_round == 1
    assert office.plan(check).case.plan_round == 2
    assert _do(office, lambda work: work.agree(check, REPORTER, 1)).did is Did.STALE
    assert _do(office, lambda work: work.agree(check, REPORTER, 2)).did is Did.DONE
    assert _do(office, lambda work: work.agree(check, REPORTER, 2)).did is Did.ALREADY
    assert office.the_case(check).strands == DONE


def test_another_decision_needs_the_reporters_agreement_again(office: Office) -> None:
    """What was agreed was a plan to share; deciding otherwise afterwards is not agreed by anybody."""
    check = _agreed(office)
    office.decide(check, "no_further_action")
    found = office.the_case(check)
    assert (found.status, found.reporter_agreed_at) == (CaseStatus.LED, None)
    deed = _do(office, lambda work: work.close(check, LEAD_ONE, {}, office.request()))
    assert (deed.did, len(deed.missing)) == (Did.STALE, 2)  # nobody was asked S6: was it shared?
    assert _do(office, lambda work: work.agree(check, REPORTER, 1)).did is Did.STALE


def test_a_decision_not_to_share_needs_no_record_of_sharing(office: Office) -> None:
    """And one to share needs it again, unless it was recorded."""
    check = office.led(calm_but(S4="yes"))
    assert office.decide(check, "not_for_now").case.shared is Shared.CHOSE_NOT_TO
    assert office.decide(check, "share").case.shared is None
    _do(office, lambda work: work.shared(check, LEAD_ONE, AFTER, WHAT, office.request()))
    assert office.decide(check, "no_further_action").case.shared is Shared.RECORDED


def test_what_nobody_was_asked_is_not_taken_for_no(office: Office) -> None:
    """I26: a check stopped before S6 may have been shared already; a decision to share nothing settles nothing."""
    check = office.led(URGENT)
    assert office.decide(check, "not_for_now").case.shared is None


def test_disagreeing_keeps_the_reason_and_asks_somebody_else(office: Office) -> None:
    """Not the leader whose plan it is, while anybody else may know."""
    check = office.planned(URGENT)
    deed = _do(office, lambda work: work.disagree(check, REPORTER, 1, "too soon", "one"))
    assert (deed.did, deed.case.disagreed) == (Did.DONE, True)
    assert _do(office, lambda work: work.disagree(check, REPORTER, 1, "too soon", "one")).did is Did.ALREADY
    asked = [row["target"] for row in office.rows(check, OutboxKind.PAGE) if row["ask"] == 2]
    assert sorted(map(str, asked)) == ["C0LEADS", LEAD_TWO]
    assert [entry.content["reason"] for entry in office.history(check) if entry.what == EventKind.DISAGREED] == [
        "too soon"
    ]


def test_disagreeing_in_a_conflict_asks_the_independent_contact_by_direct_message(office: Office) -> None:
    """Never in the shared channel."""
    check = office.raised({**URGENT, "S2": ("lead-2", "deputy-1")})
    _do(office, lambda work: work.lead(check, LEAD_ONE, "lead-1"))
    office.decide(check, "share")
    office.plan(check)
    _do(office, lambda work: work.disagree(check, REPORTER, 1, "too soon", "one"))
    assert [row["target"] for row in office.rows(check, OutboxKind.PAGE) if row["ask"] == 2] == ["U0INDEP"]


def test_a_question_waits_until_it_is_answered_and_each_is_kept_once(office: Office) -> None:
    """I24, and the reporter hears of a question in a message of its own."""
    check = office.led(URGENT)
    for did in (Did.DONE, Did.ALREADY):
        deed = _do(office, lambda work: work.write(check, LEAD_ONE, EventKind.QUESTION, {"text": "q"}, "one"))
        assert deed.did is did
    assert office.the_case(check).waiting_for_answer
    assert len(office.rows(check, OutboxKind.NOTICE)) == 2
    _do(office, lambda work: work.write(check, REPORTER, EventKind.REPLY, {"text": "a", "to": 1}, "two"))
    assert not office.the_case(check).waiting_for_answer


def test_a_case_does_not_close_before_everything_is_there(office: Office) -> None:
    """I20: each step takes its problem off the list, and only an empty list closes."""
    check = office.led(URGENT)
    counts = []

    def close() -> Result:
        deed = _do(office, lambda work: work.close(check, LEAD_ONE, {"outcome": "o"}, office.request()))
        counts.append(len(deed.missing))
        return deed

    close()
    office.decide(check, "share")
    close()
    office.plan(check, not_done())
    close()
    _do(office, lambda work: work.agree(check, REPORTER, 1))
    close()
    _do(office, lambda work: work.finish_strands(check, LEAD_ONE, DONE, office.request()))
    assert close().did is Did.STALE
    _do(office, lambda work: work.shared(check, LEAD_ONE, AFTER, WHAT, office.request()))
    assert close().did is Did.DONE
    assert counts == [5, 5, 5, 4, 1, 0]
    assert (office.the_case(check).status, office.check(check).status) == (CaseStatus.CLOSED, CheckStatus.CLOSED)
    assert close().did is Did.STALE


@pytest.mark.parametrize("answers", [{**AFTER, "3.4.2": ()}, {**AFTER, "3.4.1": ("forged",)}])
def test_forged_answers_after_sharing_are_refused_and_the_check_still_opens(office: Office, answers: Answers) -> None:
    """An option that is not there would make the check unreadable for ever."""
    check = _agreed(office)
    assert _do(office, lambda work: work.shared(check, LEAD_ONE, answers, WHAT, office.request())).did is Did.STALE
    assert office.the_case(check).shared is None
    assert "3.4.1" not in office.check(check).answers


def test_what_is_known_of_sharing_is_noted_once_and_a_record_stands(office: Office) -> None:
    """Not yet, chose not to, or recorded; what was recorded is not taken back by a button."""
    check = _agreed(office)

    def press(*, chose: bool) -> Did:
        if not chose:
            return _do(office, lambda work: work.not_shared_yet(check, REPORTER)).did
        return _do(office, lambda work: work.chose_not_to_share(check, REPORTER, "It can wait.", "the same")).did

    presses = [press(chose=chose) for chose in (False, False, True, True)]
    assert presses == [Did.DONE, Did.ALREADY, Did.DONE, Did.ALREADY]
    _do(office, lambda work: work.shared(check, LEAD_ONE, AFTER, WHAT, "one"))
    assert _do(office, lambda work: work.shared(check, LEAD_ONE, AFTER, WHAT, "one")).did is Did.ALREADY
    assert (
        _do(office, lambda work: work.chose_not_to_share(check, REPORTER, "It can wait.", office.request())).did
        is Did.STALE
    )
    assert office.check(check).answers["3.4.2"] == ("yes",)


def test_a_closed_case_is_left_alone_until_it_is_opened_again(office: Office) -> None:
    """Old windows and buttons change nothing; reopening does, once, with its reason."""
    check = _closed(office)
    to_do = (replace(DONE[0], status=StrandStatus.TO_DO), *DONE[1:])
    deeds: list[Callable[[Casework], Result]] = [
        lambda work: work.page_again(check, LEAD_ONE),
        lambda work: work.hand_on(check, LEAD_ONE),
        lambda work: work.shared(check, LEAD_ONE, AFTER, WHAT, "x1"),
        lambda work: work.chose_not_to_share(check, REPORTER, "It can wait.", office.request()),
        lambda work: work.finish_strands(check, LEAD_ONE, to_do, "x2"),
        lambda work: work.decide(check, LEAD_ONE, "share", {}, "x3"),
        lambda work: work.plan(check, LEAD_ONE, "lead-1", DONE, "x4"),
        lambda work: work.agree(check, REPORTER, 2),
        lambda work: work.talk_first(check, REPORTER, 1),
        lambda work: work.disagree(check, REPORTER, 1, "r", "x5"),
    ]
    before = office.the_case(check)
    office.forward(minutes=2)
    assert [_do(office, deed).did for deed in deeds] == [Did.STALE] * len(deeds)
    assert office.the_case(check) == before
    assert _do(office, lambda work: work.reopen(check, LEAD_TWO, "news", "again")).did is Did.DONE
    assert _do(office, lambda work: work.reopen(check, LEAD_TWO, "news", "again")).did is Did.ALREADY
    assert office.the_case(check).status is CaseStatus.LED
    assert office.check(check).status is CheckStatus.SENT


def test_a_replayed_reopening_does_not_open_what_was_closed_again(office: Office) -> None:
    """I24: the same window sent twice opens it once."""
    check = _closed(office)
    _do(office, lambda work: work.reopen(check, LEAD_ONE, "news", "one-window"))
    _do(office, lambda work: work.close(check, LEAD_ONE, {}, office.request()))
    assert _do(office, lambda work: work.reopen(check, LEAD_ONE, "news", "one-window")).did is Did.ALREADY
    assert office.the_case(check).status is CaseStatus.CLOSED


def test_asking_for_a_lead_opens_a_closed_case(office: Office) -> None:
    """Ask a lead works at every step, also after the last."""
    check = _closed(office)
    office.forward(minutes=2)
    with office.reporting() as work:
        work.ask_lead(check, REPORTER, office.request())
    assert office.the_case(check).status is CaseStatus.OPEN
    assert office.next_page_at(check) is not None
    assert len([row for row in office.rows(check, OutboxKind.PAGE) if row["ask"] == 2]) > 0


def test_every_look_is_in_the_record(office: Office) -> None:
    """I21: who opened what, each time."""
    check = office.led(URGENT)
    for _ in range(2):
        with office.leading() as work:
            work.viewed(check, LEAD_TWO, EventKind.OPENED_OPEN_CASE)
    looked = [entry.who for entry in office.history(check) if entry.what is EventKind.OPENED_OPEN_CASE]
    assert looked == [LEAD_TWO] * 2


def test_what_a_lead_writes_is_sealed_and_comes_back(office: Office) -> None:
    """Decision, strands and sharing, in the words they were written in."""
    check = _closed(office)
    content = {entry.what: entry.content for entry in office.history(check)}
    decided = content[EventKind.DECIDED]
    assert (decided["decision"], decided["reason"], decided["basis"]) == ("share", "the reason", "said so")
    assert content[EventKind.PLANNED]["round"] == 1
    assert content[EventKind.SHARED] == {**WHAT, "answers": {key: list(value) for key, value in AFTER.items()}}
    assert office.the_case(check).strands == DONE


def test_each_event_of_a_case_is_one_line_in_the_channel_and_in_a_conflict_one_for_each(office: Office) -> None:
    """Lines never go where the case itself may not."""
    check = office.led(URGENT)
    assert {row["target"] for row in office.rows(check, OutboxKind.LINE)} == {"C0LEADS"}
    conflict = office.raised({**URGENT, "S2": ("lead-1",)})
    _do(office, lambda work: work.lead(conflict, LEAD_TWO, "lead-2"))
    assert {row["target"] for row in office.rows(conflict, OutboxKind.LINE)} == {LEAD_TWO, "U0INDEP"}


def test_whoever_leads_is_reminded_until_there_is_a_plan(office: Office) -> None:
    """A lead who falls silent does not freeze a case: the page comes again, without end."""
    check = office.raised(URGENT)
    _do(office, lambda work: work.lead(check, LEAD_ONE, "lead-1"))
    for _ in range(3):
        office.forward(hours=5)
        asks = office.the_case(check).asks
        with office.leading() as work:
            work.escalate_due(check)
        assert office.the_case(check).asks == asks + 1
        assert office.the_case(check).led_by == "lead-1"
        assert office.next_page_at(check) == office.now + timedelta(hours=4)


def test_another_lead_can_take_over(office: Office) -> None:
    """The new lead leads at once, and both are in the record."""
    check = office.raised(URGENT)
    _do(office, lambda work: work.lead(check, LEAD_ONE, "lead-1"))
    deed = _do(office, lambda work: work.take_over(check, LEAD_TWO, "lead-2"))
    assert (deed.did, deed.case.led_by) == (Did.DONE, "lead-2")
    assert _do(office, lambda work: work.take_over(check, LEAD_TWO, "lead-2")).did is Did.ALREADY
    assert office.happened(check).count(EventKind.LED) == 2


def test_a_leader_who_is_no_longer_listed_leaves_the_case_to_the_others(office: Office) -> None:
    """Somebody who left the organisation does not keep a case."""
    check = office.raised(URGENT)
    _do(office, lambda work: work.lead(check, LEAD_ONE, "somebody-gone"))
    with office.leaving() as work:
        work.look_after(check)
    assert office.the_case(check).status is CaseStatus.OPEN
    assert office.next_page_at(check) is not None
