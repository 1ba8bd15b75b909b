"""Who is asked next, and when: the ladder climbs, its last rung repeats, and somebody is always asked."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import chain, combinations
from zoneinfo import ZoneInfo

import pytest

from flows.case import Check, CheckStatus
from flows.model import Answers, Level, Urgency
from flows.paging.recipients import People
from flows.paging.roster import Counts, Roster, Rung, skipped
from flows.paging.worktime import WorkingWeek

NOW = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
PEOPLE = People(("lead-1", "lead-2"), ("deputy-1",), "independent")
EVERYONE = PEOPLE.everybody
NOBODY: frozenset[str] = frozenset()
MINUTES = timedelta(minutes=5)
DAY = (time(8, 30), time(17))
LADDER = (
    Rung(PEOPLE.leads, MINUTES),
    Rung((*PEOPLE.leads, *PEOPLE.deputies), 2 * MINUTES),
    Rung(EVERYONE, 3 * MINUTES),
)
ROSTER = Roster(
    people=PEOPLE,
    slack={"lead-1": "U1", "lead-2": "U2", "deputy-1": "U3", "independent": "U4"},
    channel="C1",
    ladders={
        Urgency.P0: LADDER,
        Urgency.P1: (Rung(PEOPLE.leads, MINUTES), Rung(PEOPLE.deputies, MINUTES), Rung(PEOPLE.leads, MINUTES)),
        Urgency.P2: (Rung(PEOPLE.leads, timedelta(hours=4), Counts.WORKING_TIME),),
    },
    week=WorkingWeek(ZoneInfo("Europe/London"), (DAY,) * 5 + (None, None)),
    daytime=WorkingWeek(ZoneInfo("Europe/London"), ((time(8), time(22)),) * 7),
    idle=timedelta(minutes=15),
    morning=time(9),
)


def _check(s2: tuple[str, ...] | None, reporter: str = "U9") -> Check:
    answers: Answers = {"S1": ("no",), **({"S2": s2} if s2 else {})}
    return Check("c", "SC-7K2M", reporter, CheckStatus.DRAFT, Level.CONSULT, answers, 1, "v", NOW, NOW)


def test_everyone_is_leads_then_deputies_then_the_independent_contact() -> None:
    """The order in which people are asked."""
    assert ROSTER.everyone == EVERYONE
    assert ROSTER.person_at("U3") == "deputy-1"
    assert ROSTER.person_at("U9") is None


def test_each_ask_climbs_one_rung_and_the_last_repeats_for_ever() -> None:
    """Nobody gives up: the hundredth ask goes to the same people as the third."""
    assert ROSTER.next_ask(Urgency.P0, 1, EVERYONE, NOW) == (LADDER[1].who, NOW + 2 * MINUTES)
    for asks in (2, 3, 4, 100):
        assert ROSTER.next_ask(Urgency.P0, asks, EVERYONE, NOW) == (EVERYONE, NOW + 3 * MINUTES)


def test_a_rung_with_nobody_who_may_be_told_is_passed_over_at_once() -> None:
    """No time is lost waiting for people who were never asked."""
    people, following = ROSTER.next_ask(Urgency.P0, 0, ("deputy-1",), NOW)
    assert (people, following) == (("deputy-1",), NOW + 2 * MINUTES)
    assert ROSTER.next_ask(Urgency.P0, 0, ("independent",), NOW) == (("independent",), NOW + 3 * MINUTES)


def test_whoever_may_not_be_told_is_not_asked() -> None:
    """I13: the others on the rung are."""
    assert ROSTER.next_ask(Urgency.P0, 1, ("lead-2", "deputy-1"), NOW)[0] == ("lead-2", "deputy-1")


@pytest.mark.parametrize("urgency", [Urgency.P0, Urgency.P1, Urgency.P2])
def test_somebody_is_always_asked_while_anybody_may_be(urgency: Urgency) -> None:
    """I13: every set of people but the empty one, on every rung; never anybody else."""
    sets = chain.from_iterable(combinations(EVERYONE, size) for size in range(1, 5))
    for allowed in sets:
        for asks in range(6):
            people, following = ROSTER.next_ask(urgency, asks, allowed, NOW)
            assert people
            assert set(people) <= set(allowed)
            assert following > NOW


def _subsets(people: tuple[str, ...]) -> Iterator[frozenset[str]]:
    """Every set of them, the empty one included."""
    sizes = range(len(people) + 1)
    return (frozenset(some) for size in sizes for some in combinations(people, size))


def test_whoever_is_away_is_not_asked_and_the_others_on_the_rung_are() -> None:
    """One lead there is a lead to ask."""
    away = frozenset({"lead-1"})
    assert ROSTER.next_ask(Urgency.P0, 0, EVERYONE, NOW, away) == (("lead-2",), NOW + MINUTES)
    assert ROSTER.first_asked(_check(("no",)), NOBODY, away) == ("lead-2",)


def test_a_rung_of_people_who_are_away_is_passed_over_at_once() -> None:
    """No time is lost waiting for people who are not there."""
    away = frozenset(PEOPLE.leads)
    assert ROSTER.next_ask(Urgency.P0, 0, EVERYONE, NOW, away) == (PEOPLE.deputies, NOW + 2 * MINUTES)
    assert ROSTER.first_asked(_check(("no",)), NOBODY, away) == PEOPLE.deputies
    all_but_one = frozenset((*PEOPLE.leads, *PEOPLE.deputies))
    assert ROSTER.next_ask(Urgency.P0, 0, EVERYONE, NOW, all_but_one) == (("independent",), NOW + 3 * MINUTES)
    assert ROSTER.next_ask(Urgency.P1, 9, EVERYONE, NOW, away)[0] == ("deputy-1", "independent")


def test_a_page_before_it_is_known_who_may_be_told_follows_the_same_rule() -> None:
    """S1 and no choice: the leads who are there and the independent contact, then the deputies."""
    check, leads = _check(None), frozenset(PEOPLE.leads)
    assert ROSTER.first_asked(check, NOBODY, frozenset({"lead-2"})) == ("lead-1", "independent")
    assert ROSTER.first_asked(check, NOBODY, leads) == ("independent",)
    assert ROSTER.first_asked(check, NOBODY, leads | {"independent"}) == ("deputy-1",)


def test_everybody_away_means_everybody_is_asked() -> None:
    """At once and not one after the other; accounts that are closed only where there is nobody else at all."""
    away = frozenset(EVERYONE)
    for asks in range(4):
        assert ROSTER.next_ask(Urgency.P0, asks, EVERYONE, NOW, away)[0] == EVERYONE
    assert ROSTER.first_asked(_check(("no",)), NOBODY, away) == EVERYONE
    closed = frozenset({"lead-1", "independent"})
    assert ROSTER.next_ask(Urgency.P0, 1, EVERYONE, NOW, away, closed)[0] == ("lead-2", "deputy-1")
    assert ROSTER.first_asked(_check(("no",)), NOBODY, away, closed) == ("lead-2", "deputy-1")
    assert ROSTER.next_ask(Urgency.P0, 1, EVERYONE, NOW, away, away)[0] == EVERYONE


@pytest.mark.parametrize("urgency", [Urgency.P0, Urgency.P1, Urgency.P2])
def test_nobody_being_there_never_leaves_nobody_to_ask(urgency: Urgency) -> None:
    """I13: whoever is away or gone, somebody who may know is asked, and nobody who is away while another is there."""
    for allowed in filter(None, _subsets(EVERYONE)):
        for absent in _subsets(EVERYONE):
            for unreachable in _subsets(tuple(absent)):
                people, following = ROSTER.next_ask(urgency, 1, allowed, NOW, absent, unreachable)
                assert people
                assert set(people) <= allowed
                assert following > NOW
                assert not set(people) & absent or allowed <= absent
                assert not set(people) & unreachable or allowed <= unreachable


@pytest.mark.parametrize("s2", [None, ("no",), ("lead-1",), ("lead-1", "lead-2"), ("not_sure",)])
def test_the_first_page_always_goes_to_somebody(s2: tuple[str, ...] | None) -> None:
    """I13, with everybody who may have been left out and everybody who may be away."""
    check = _check(s2)
    for out in _subsets(EVERYONE):
        may = set(ROSTER.may_know(check, out))
        for absent in _subsets(EVERYONE):
            people = set(ROSTER.first_asked(check, out, absent, absent & {"lead-2"}))
            assert bool(people) is bool(may)
            assert people <= may
            assert not people & absent or may <= absent


def test_a_step_is_skipped_only_where_nobody_on_it_is_there() -> None:
    """What the record and the thread say."""
    assert skipped(PEOPLE.leads, PEOPLE.deputies) == PEOPLE.leads
    assert skipped(PEOPLE.leads, ("lead-2",)) == ()
    assert skipped(PEOPLE.leads, EVERYONE) == ()


def test_urgent_answers_are_due_at_any_hour_and_others_in_working_hours() -> None:
    """At ten at night five minutes are five minutes, and four working hours end tomorrow at half past twelve."""
    assert ROSTER.answer_by(Urgency.P0, NOW) == NOW + MINUTES
    assert ROSTER.answer_by(Urgency.P2, NOW) == datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
    assert ROSTER.next_ask(Urgency.P2, 5, EVERYONE, NOW)[1] == datetime(2026, 11, 24, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("s2", "reporter", "out", "may"),
    [
        (None, "U9", (), EVERYONE),
        (("no",), "U9", (), EVERYONE),
        (("no",), "U1", (), ("lead-2", "deputy-1", "independent")),
        (("lead-1",), "U9", ("lead-1",), ("lead-2", "deputy-1", "independent")),
        (("lead-1", "lead-2"), "U9", ("lead-1", "lead-2"), ("deputy-1", "independent")),
        (("lead-1",), "U2", ("lead-1",), ("deputy-1", "independent")),
        (("not_sure",), "U9", (), ("independent",)),
        (("not_sure",), "U4", (), ("deputy-1",)),
        (("not_sure",), "U9", ("independent",), ("deputy-1",)),
        (("not_sure",), "U9", ("independent", "deputy-1"), ()),  # the last of them cannot step aside
        (("not_sure",), "U4", ("deputy-1",), ("lead-1", "lead-2")),  # somebody must help
        (("no",), "U9", ("lead-2",), ("lead-1", "deputy-1", "independent")),
        (("no",), "U9", EVERYONE, ()),
    ],
)
def test_who_may_know_of_a_check(
    s2: tuple[str, ...] | None, reporter: str, out: tuple[str, ...], may: tuple[str, ...]
) -> None:
    """I13: left out, stepped aside, or the reporter: none of them; somebody, while anybody is left."""
    assert ROSTER.may_know(_check(s2, reporter), frozenset(out)) == may
