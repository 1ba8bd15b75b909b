"""The one gate, cell by cell: who may see or do what, left-out people first."""

import itertools
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from bot.permission import (
    MATRIX,
    Act,
    Gate,
    Role,
    Subject,
    gate,
    may,
    may_know_unreadable,
    may_see_who_practised,
    may_set_away,
    role,
    table,
)
from flows.case import Case, CaseStatus, CheckStatus
from flows.model import Level
from flows.paging.roster import Roster
from storage.unreadable import Unreadable
from tests.bot.builders import ROSTER, case, check, led

ACCOUNTS = {
    "lead-1": "U0LEAD1",
    "lead-2": "U0LEAD2",
    "deputy-1": "U0DEPUTY",
    "independent": "U0INDEP",
}
STRANGERS = ("U0STAFF2", "U0ADMIN", "U0GUEST", "U0OTHER", "", "lead-1", "share-check")
HELPER = [
    *("know", "count", "open", "see", "lead", "take_over", "step_aside"),
    *("note", "page_again", "ask", "reopen", "correct", "breach", "review"),
]
KEEPER = [*HELPER, "export", "hold", "erase"]
MAY: dict[Role, list[str]] = {
    Role.REPORTER: ["know", "reply", "read_plan", "agree", "record_sharing", "correct"],
    Role.LEFT_OUT: [],
    Role.LEADER: [*KEEPER, "plan", "hand_on", "remind", "record_sharing", "close"],
    Role.LEAD: KEEPER,
    Role.DEPUTY: HELPER,
    Role.INDEPENDENT: KEEPER,
    Role.DATA_PROTECTION: ["know", "breach"],
    Role.ADMINISTRATOR: [],
    Role.NOBODY: [],
}
"""Written out a second time on purpose: whoever changes the one must mean the other."""

CALM = check({"S1": ("no",), "S2": ("no",)}, level=Level.CONSULT)


def _led(**changes: object) -> Case:
    return led(CALM, **changes)


def _wrong(
    subject: Subject | None,
    allowed: Mapping[str, Collection[str]],
    otherwise: Gate,
    roster: Roster = ROSTER,
) -> list[tuple[str, Act, Gate]]:
    """List every cell, and what it says, where the gate differs: `allowed` by account, and `otherwise` for the rest."""
    cells = [(slack, act, gate(subject, slack, act, roster)) for slack, act in itertools.product(allowed, Act)]
    return [
        (slack, act, found)
        for slack, act, found in cells
        if found is not (Gate.ALLOWED if act.name.lower() in allowed[slack] else otherwise)
    ]


def test_every_cell_of_the_matrix() -> None:
    """Each role may do exactly what is written for it, and nothing else."""
    cells = itertools.product(Role, Act)
    assert [(who, act) for who, act in cells if (act in MATRIX[who]) is not (act.name.lower() in MAY[who])] == []


@pytest.mark.parametrize(
    ("slack", "expected"),
    [
        ("U0STAFF", Role.REPORTER),
        ("U0LEAD1", Role.LEADER),
        ("U0LEAD2", Role.LEAD),
        ("U0DEPUTY", Role.DEPUTY),
        ("U0INDEP", Role.INDEPENDENT),
        ("U0ADMIN", Role.ADMINISTRATOR),
        *((stranger, Role.NOBODY) for stranger in STRANGERS if stranger != "U0ADMIN"),
    ],
)
def test_who_somebody_is_to_a_case(slack: str, expected: Role) -> None:
    """A person's Slack account decides, and nothing they could type."""
    assert role(Subject.of(_led()), slack, ROSTER) is expected


def test_the_data_protection_lead_works_on_a_breach_and_sees_nothing_else() -> None:
    """Of a case without one they learn nothing; nor where they are left out, or raised it, or it is not known."""
    breach = replace(Subject.of(_led()), is_breach=True)
    assert role(breach, "U0DATA", ROSTER) is Role.DATA_PROTECTION
    assert _wrong(breach, {"U0DATA": MAY[Role.DATA_PROTECTION]}, otherwise=Gate.NOT_YOURS) == []
    for other in (
        Subject.of(_led()),
        replace(breach, left_out=frozenset({"data-protection"})),
        replace(breach, left_out=frozenset({"U0DATA"})),
        replace(Subject.of(case(check({"S1": ("no",), "S2": ("not_sure",)}))), is_breach=True),
        replace(Subject.of(case(check({"S1": ("yes",)}))), is_breach=True),
    ):
        assert _wrong(other, {"U0DATA": []}, otherwise=Gate.NOT_FOUND) == []
    own = replace(Subject.of(case(replace(CALM, reporter="U0DATA"))), is_breach=True)
    assert role(own, "U0DATA", ROSTER) is Role.REPORTER


def test_a_lead_who_sees_to_data_protection_keeps_what_a_lead_may() -> None:
    """`data_protection_lead = "lead-2"`: the one role does not take from the other, and left out is left out."""
    both = replace(ROSTER, data_protection=("lead-2", "U0LEAD2"))
    breach = replace(Subject.of(_led()), is_breach=True)
    assert role(breach, "U0LEAD2", both) is Role.LEAD
    assert role(replace(breach, left_out=frozenset({"lead-2"})), "U0LEAD2", both) is Role.LEFT_OUT


def test_an_outsider_finds_nothing_whatever_they_try() -> None:
    """There is no telling a case one may not know of from one that is not there."""
    for subject in (Subject.of(_led()), None):
        assert _wrong(subject, {slack: [] for slack in STRANGERS}, otherwise=Gate.NOT_FOUND) == []


@pytest.mark.parametrize("person", list(ACCOUNTS))
def test_somebody_left_out_finds_nothing_whatever_they_try(person: str) -> None:
    """I13, cell by cell: left out by the reporter, in every status of the case, leading it or not."""
    of = check({"S1": ("no",), "S2": (person,)}, level=Level.CONSULT)
    for status, leader in itertools.product(CaseStatus, (None, person)):
        a_case = case(of, status=status, led_by=leader, asked=tuple(ACCOUNTS))
        assert _wrong(Subject.of(a_case), {ACCOUNTS[person]: []}, otherwise=Gate.NOT_FOUND) == [], (status, leader)


@pytest.mark.parametrize("person", list(ACCOUNTS))
def test_somebody_who_stepped_aside_finds_nothing(person: str) -> None:
    """From then on it is as if they had never been asked."""
    a_case = case(CALM, left_out=frozenset({person}), asked=tuple(ACCOUNTS))
    assert _wrong(Subject.of(a_case), {ACCOUNTS[person]: []}, otherwise=Gate.NOT_FOUND) == []


@pytest.mark.parametrize("leader", [None, "lead-1", "lead-2"])
def test_a_lead_who_raised_it_is_its_reporter_and_no_more(leader: str | None) -> None:
    """I13: nobody is their own reviewer, also where the case says that they lead it."""
    of = check({"S1": ("no",), "S2": ("no",)}, level=Level.CONSULT, reporter="U0LEAD1")
    subject = Subject.of(case(of, led_by=leader))
    assert _wrong(subject, {"U0LEAD1": MAY[Role.REPORTER]}, otherwise=Gate.NOT_YOURS) == []


def test_not_sure_who_it_is_about_lets_in_the_independent_contact_alone() -> None:
    """S2 "not sure": any lead may be the one it is about."""
    subject = Subject.of(case(check({"S1": ("no",), "S2": ("not_sure",)}, level=Level.CONSULT)))
    others: dict[str, list[str]] = {slack: [] for person, slack in ACCOUNTS.items() if person != "independent"}
    assert _wrong(subject, {"U0INDEP": MAY[Role.INDEPENDENT]}, otherwise=Gate.NOT_YOURS) == []
    assert _wrong(subject, others, otherwise=Gate.NOT_FOUND) == []


def test_when_the_independent_contact_cannot_the_deputies_can_before_any_lead() -> None:
    """Somebody must be able to help, and a lead it may be about comes last."""
    answers = {"S1": ("no",), "S2": ("not_sure",)}
    own = case(check(answers, level=Level.CONSULT, reporter="U0INDEP"))
    aside = case(check(answers, level=Level.CONSULT), left_out=frozenset({"independent"}))
    for a_case in (own, aside):
        assert gate(Subject.of(a_case), "U0DEPUTY", Act.LEAD, ROSTER) is Gate.ALLOWED
        assert gate(Subject.of(a_case), "U0LEAD1", Act.OPEN, ROSTER) is Gate.NOT_FOUND


def test_whoever_leads_may_do_more_than_one_who_helps() -> None:
    """Only the lead of a case plans, hands on and closes; a helper is told that it is not theirs."""
    allowed = {"U0LEAD1": MAY[Role.LEADER], "U0LEAD2": MAY[Role.LEAD]}
    assert _wrong(Subject.of(_led()), allowed, otherwise=Gate.NOT_YOURS) == []


def test_another_left_out_person_does_not_shut_the_rest_out() -> None:
    """Leaving one lead out leaves the other."""
    of = check({"S1": ("no",), "S2": ("lead-1",)}, level=Level.CONSULT)
    assert gate(Subject.of(case(of)), "U0LEAD2", Act.LEAD, ROSTER) is Gate.ALLOWED
    assert gate(Subject.of(case(of)), "U0INDEP", Act.LEAD, ROSTER) is Gate.ALLOWED


@pytest.mark.parametrize(
    ("slack", "may"),
    [
        ("U0LEAD1", {"lead-1", "lead-2", "deputy-1"}),
        ("U0LEAD2", {"lead-1", "lead-2", "deputy-1"}),
        ("U0DEPUTY", {"deputy-1"}),
        ("U0INDEP", {"independent"}),
        *((stranger, set()) for stranger in STRANGERS),
    ],
)
def test_whose_days_away_somebody_may_set(slack: str, may: set[str]) -> None:
    """Their own; a lead those of every lead and deputy; nobody the independent contact's but they themselves."""
    assert {one for one in (*ROSTER.everyone, "nobody") if may_set_away(slack, one, ROSTER)} == may


SENT = {"know", "count", "open", "correct", "export", "hold", "erase"}
PUT_AWAY = SENT - {"open", "correct"}


@pytest.mark.parametrize(
    ("status", "keepers", "reporter"),
    [
        (CheckStatus.SENT, SENT, {"know", "correct"}),
        (CheckStatus.CLOSED, SENT, {"know", "correct"}),
        (CheckStatus.SHELVED, PUT_AWAY, {"know"}),
        (CheckStatus.DRAFT, {"count"}, set()),
        (CheckStatus.REQUEST, {"hold", "erase"}, set()),
        (CheckStatus.ERASED, set(), set()),
    ],
)
def test_a_check_that_nobody_was_paged_about(status: CheckStatus, keepers: set[str], reporter: set[str]) -> None:
    """Leads and the independent contact keep it; a draft is only counted; to everybody else it is not there."""
    calm = check({"S1": ("no",), "S2": ("no",)}, status=status)
    independent = keepers - {"open", "correct"}
    kept = {"U0LEAD1": keepers, "U0LEAD2": keepers, "U0INDEP": independent, "U0STAFF": reporter}
    everybody = (*ACCOUNTS.values(), *STRANGERS, "U0STAFF")
    wanted = {slack: kept.get(slack, set()) for slack in everybody}
    assert _wrong(Subject(calm, frozenset()), wanted, otherwise=Gate.NOT_FOUND) == []


def test_before_it_is_known_who_to_leave_out_only_who_leads_sees_more() -> None:
    """A page that went out because nobody chose: any lead may still turn out to be the one it is about."""
    of = check({"S1": ("yes",)}, level=Level.EMERGENCY)
    too_early = (Act.OPEN, Act.REVIEW, Act.ASK, Act.NOTE, Act.CORRECT, Act.EXPORT, Act.HOLD, Act.ERASE)
    cells = itertools.product(("U0LEAD2", "U0DEPUTY", "U0INDEP"), too_early)
    nobody_leads = Subject.of(case(of, content_free=True))
    assert [(slack, act) for slack, act in cells if may(nobody_leads, slack, act, ROSTER)] == []
    assert may(Subject.of(case(of, content_free=True, led_by="lead-1")), "U0LEAD1", Act.OPEN, ROSTER)


def test_another_id_in_the_organisations_file_lets_nobody_back_in() -> None:
    """Left out as lead-1 with one Slack account: neither that account under another id, nor the id, gets in."""
    of = check({"S1": ("no",), "S2": ("lead-1",)}, level=Level.CONSULT)
    a_case = case(of, left_out=frozenset({"lead-1", "U0LEAD1"}))
    swapped = replace(ROSTER, slack={**ROSTER.slack, "lead-1": "U0LEAD2", "lead-2": "U0LEAD1"})
    assert _wrong(Subject.of(a_case), {"U0LEAD1": [], "U0LEAD2": []}, Gate.NOT_FOUND, swapped) == []
    assert may(Subject.of(a_case), "U0INDEP", Act.OPEN, swapped)


@pytest.mark.docs
def test_the_printed_matrix_is_current() -> None:
    """If this fails: put what bot.permission.table() gives into docs/who-may-do-what.md."""
    page = Path(__file__).parents[2] / "docs/who-may-do-what.md"
    assert table() in page.read_text(encoding="utf-8")


_S2: tuple[tuple[str, ...] | None, ...] = (
    *(None, ("no",), ("not_sure",), ("lead-1",), ("lead-1", "lead-2"), ("independent",)),
    ("independent", "lead-1", "lead-2"),
)
_ASIDE = ((), ("lead-1",), ("independent",), ("deputy-1",))
_BEFORE = ((), ("lead-2",))


@pytest.mark.parametrize("chosen", _S2)
def test_of_a_check_that_does_not_open_nobody_knows_more_than_the_gate_lets_them(
    chosen: tuple[str, ...] | None,
) -> None:
    """Whatever the answers say that cannot be read. Where nobody may be part of it, everybody the gate lets in."""
    cases = itertools.product(_ASIDE, _BEFORE, ("U0STAFF", *ACCOUNTS.values()), (None, *ACCOUNTS))
    assert [each for each in cases if not _knows_no_more_unopened(chosen, *each)] == []


def _knows_no_more_unopened(
    chosen: tuple[str, ...] | None, aside: tuple[str, ...], before: tuple[str, ...], reporter: str, leader: str | None
) -> bool:
    """Whether all who may know of the check unopened may know of it opened; without a conflict, exactly those."""
    named = tuple(one for one in chosen or () if one in ACCOUNTS)
    people = frozenset((*named, *aside, *before))
    out = people | {ACCOUNTS[one] for one in people}
    of = check({} if chosen is None else {"S2": chosen}, reporter=reporter)
    if leader is not None and leader not in ROSTER.may_know(of, out):
        return True  # they lost it when that was answered
    is_conflict = bool(out) or chosen not in (None, ("no",))
    content_free = chosen is None
    dm_only = is_conflict or content_free
    full = Subject.of(case(of, left_out=out, dm_only=dm_only, content_free=content_free, led_by=leader))
    shut = Unreadable(of.ref, reporter, out, dm_only=dm_only, content_free=content_free, led_by=leader)
    accounts = (*ACCOUNTS.values(), *STRANGERS)
    opened = {one for one in accounts if may(full, one, Act.KNOW, ROSTER)}
    unopened = {one for one in accounts if may_know_unreadable(shut, one, ROSTER)}
    return unopened <= opened if is_conflict else unopened == opened


def test_only_leads_see_who_has_practised() -> None:
    """They see to the induction; a deputy, the independent contact and staff see their own date."""
    allowed = {one for one, slack in ROSTER.slack.items() if may_see_who_practised(slack, ROSTER)}
    assert allowed == set(ROSTER.people.leads)
    assert not may_see_who_practised("U0STAFF", ROSTER)
    assert not may_see_who_practised("U0ADMIN", ROSTER)
