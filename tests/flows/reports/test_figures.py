"""Weeks, comparisons and words of the digests; and small counts, which nothing gives away."""

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import date, time, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from flows.checklist import CHECKLIST
from flows.reports.bands import NOT_SHOWN, SMALLEST, Band, band, parts_of
from flows.reports.board import NOTE, board
from flows.reports.figures import Trend, Week, WeekFigures, against, age, most, spoken, takeaways, weeks_within
from flows.training.briefings import BRIEFINGS

LONDON = ZoneInfo("Europe/London")
DAYS = some.dates(date(2000, 1, 1), date(2100, 1, 1))
COUNTS = some.lists(some.integers(0, 12), min_size=1, max_size=4)


@given(DAYS)
def test_a_week_has_every_day_and_its_neighbours_the_others(day: date) -> None:
    """Also over the turn of the year, where a week has the number of the year that has its Thursday."""
    week = Week.of(day)
    assert week.first <= day <= week.last
    assert week.following.first - week.last == timedelta(days=1)
    assert week.following.before == week == Week.parse(str(week)) == Week.from_key(week.key)
    assert (week < week.following) == (str(week) < str(week.following)) == (week.key < week.following.key) is True


@pytest.mark.parametrize("written", ["2026-W54", "2026-47", "2026-W00", "47", "", "2026-W4", "2027-W53", "2026-W47; x"])
def test_what_is_not_a_week_is_refused_in_words(written: str) -> None:
    """The year 2026 has 53 weeks, and 2027 has 52."""
    with pytest.raises(ValueError, match=r"is not a week\. Write it like 2026-W47\."):
        Week.parse(written)


def test_a_digest_is_due_on_the_day_after_by_the_clocks_on_the_wall() -> None:
    """In winter and in summer at the same time of day."""
    due = [Week(2026, number).due(0, time(8, 30), LONDON) for number in (12, 13)]
    assert [f"{each:%d %H:%M}" for each in due] == ["23 08:30", "30 07:30"]


def test_a_week_is_named_by_its_days() -> None:
    """The month or year of the first only where it is another."""
    assert Week(2026, 47).words == "Week 47: 16 to 22 November 2026"
    assert Week(2026, 49).words == "Week 49: 30 November to 6 December 2026"
    assert Week(2026, 53).words == "Week 53: 28 December 2026 to 3 January 2027"


def test_only_whole_weeks_lie_within_days() -> None:
    """Neither begun nor left off in the middle."""
    assert weeks_within(date(2026, 11, 17), date(2026, 12, 5)) == (Week(2026, 48),)
    assert weeks_within(date(2026, 11, 16), date(2026, 11, 22)) == (Week(2026, 47),)
    assert weeks_within(date(2026, 11, 17), date(2026, 11, 22)) == ()


def test_what_is_kept_is_read_again_also_by_an_older_or_newer_version() -> None:
    """What it did not count is nought; what we do not know is left."""
    figures = WeekFigures(started=3, answers=(60, 90), outcomes={"HOLD": 2}, late=(61,))
    assert WeekFigures.read(figures.written()) == figures
    assert WeekFigures.read('{"started": 4, "moon": [1]}') == WeekFigures(started=4)


def test_a_trend_ends_with_its_week_and_says_what_was_not_counted() -> None:
    """Twelve weeks, over the turn of the year."""
    week = Week(2027, 3)
    trend = Trend.up_to(week, {week: WeekFigures(started=1), week.before: WeekFigures(started=2)})
    assert [str(each) for each, _ in trend.weeks][::11] == ["2026-W45", "2027-W03"]
    assert [one.started for one in trend.counted] == [2, 1]
    assert trend.before == WeekFigures(started=2)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "less than a second"),
        (1, "1 second"),
        (119, "119 seconds"),
        (120, "2 minutes"),
        (7100, "118 minutes"),
        (7200, "2 hours"),
        (172000, "2 days"),
    ],
)
def test_waits_are_said_as_people_say_them(seconds: int, words: str) -> None:
    assert spoken(seconds) == words


def test_comparisons_say_more_fewer_or_the_same() -> None:
    """And nothing where the week before was not counted."""
    found = [against(3, before) for before in (1, 3, 4, None)]
    assert found == ["2 more than the week before", "as in the week before", "1 fewer than the week before", ""]


def test_the_week_in_a_few_sentences() -> None:
    """What came in, how soon it was answered, what waits."""
    busy = WeekFigures(started=9, cases=3, answers=(60, 300, 1320), missed=1, nobody_leads=1, strands_overdue=1)
    assert takeaways(busy, WeekFigures(started=7)) == (
        "9 checks were started, 2 more than the week before; 3 came to a lead.",
        "Half were answered within 5 minutes, the last after 22 minutes; 1 target was missed.",
        "2 things wait for somebody now.",
    )
    assert takeaways(WeekFigures(), None) == ("No checks were started; none came to a lead.", "Nothing waits.")
    assert takeaways(WeekFigures(started=1, cases=1, missed=1), None)[1] == "1 of them has no lead yet."
    assert "It was answered after 2 minutes; no targets were missed." in takeaways(
        WeekFigures(started=1, cases=1, answers=(120,)), None
    )


@pytest.mark.parametrize(
    ("cases", "answers", "words"),
    [
        (3, (300,), "1 of 3 was answered, after 5 minutes; 2 have no lead yet; no targets were missed."),
        (2, (300,), "1 of 2 was answered, after 5 minutes; 1 has no lead yet; no targets were missed."),
        (
            4,
            (60, 600),
            "2 of 4 were answered, the last of them after 10 minutes; 2 have no lead yet; no targets were missed.",
        ),
    ],
)
def test_a_case_without_a_lead_is_not_said_to_be_answered(cases: int, answers: tuple[int, ...], words: str) -> None:
    """Those that were answered are counted beside those that were not."""
    assert takeaways(WeekFigures(started=cases, cases=cases, answers=answers), None)[1] == words


def test_the_board_reads_of_misses_what_they_are() -> None:
    """A page that never arrived was not delivered late, and a case is no page."""
    said = board("Trust", {Week(2026, 47): WeekFigures(undelivered=3, forgotten=2)}).written("text")
    assert "Misses of share-check: pages late or not delivered, and cases it had lost sight of: 5 to 9" in said
    assert "delivered late" not in said


def test_ages_and_the_largest_counts() -> None:
    """A week is seven days to the second; equal counts stand by their names."""
    days = [age(timedelta(days=number)) for number in (0, 6.99, 7, 27.9, 28)]
    assert [each.removeprefix("for ") for each in days] == [
        *["under a week"] * 2,
        *["one to four weeks"] * 2,
        "over four weeks",
    ]
    assert most({"b": 1, "c": 2, "a": 1}, 2) == (("c", 2), ("a", 1))


def test_every_question_has_its_two_minutes() -> None:
    """Short, calm, and about nobody."""
    assert BRIEFINGS.keys() == CHECKLIST.by_id.keys()
    for each in BRIEFINGS.values():
        assert each.ask.startswith("Ask: ")
        assert "!" not in each.tip + each.ask
        assert len(each.tip) <= 200


# Small counts


def test_a_count_under_five_reads_the_same_as_nought() -> None:
    """And larger ones as bands, so that no two totals of nearly the same weeks give one away."""
    assert {band(count) for count in range(SMALLEST)} == {"fewer than 5"}
    assert [band(count) for count in (5, 9, 10, 104)] == ["5 to 9", "5 to 9", "10 to 14", "100 to 104"]


@given(COUNTS)
def test_nothing_that_is_shown_narrows_a_small_part_down(counts: list[int]) -> None:
    """Every table that reads the same is tried: in them a part under five is 0, 1, 2, 3 and 4."""
    shown = parts_of({str(number): count for number, count in enumerate(counts)})
    alike = [table for table in _tables(shown.parts) if parts_of(table) == shown]
    for key, part in shown.parts.items():
        if part.is_small:
            assert {table[key] for table in alike} == set(range(SMALLEST))


def _tables(parts: Mapping[str, Band]) -> Iterator[dict[str, int]]:
    for numbers in product(*(range(each.low, each.high + 1) for each in parts.values())):
        yield dict(zip(parts, numbers, strict=True))


def test_a_total_stands_only_beside_parts_that_are_all_large() -> None:
    """Fourteen or more together, with a part of ten to fourteen, would say that the other is not nought."""
    assert parts_of({"a": 0, "b": 0}).total_words == NOT_SHOWN
    assert parts_of({"a": 14, "b": 2}).total_words == NOT_SHOWN
    assert parts_of({"a": 14, "b": 5}).total_words == "15 to 19"


FIGURES = WeekFigures(
    started=12, finished=11, outcomes={"HOLD": 6, "CONSULT": 3}, cases=3, missed=1, drills=1, disagreements=4
)


def test_the_boards_summary_is_the_same_in_every_form() -> None:
    """Text, CSV and HTML; nowhere a count under five."""
    weeks = {Week(2026, 46): FIGURES, Week(2026, 47): WeekFigures(started=2)}
    found = board("Example <Trust>", weeks)
    text, page = found.written("text"), found.written("html")
    rows = list(csv.DictReader(io.StringIO(found.written("csv"))))
    assert [(row["table"], row["figure"], row["value"]) for row in rows] == [
        (row.part, row.name, row.value) for row in found.rows
    ]
    assert ("Other figures", "Checks started", "10 to 14") in [(row.part, row.name, row.value) for row in found.rows]
    assert found.period == "Monday 9 November 2026 to Sunday 22 November 2026, 2 weeks"
    for row in rows:
        assert f"{row['figure']}: {row['value']}" in text
        assert f'<th scope="row">{row["figure"]}</th><td>{row["value"]}</td>' in page
    assert NOTE in text
    assert "<h1>Example &lt;Trust&gt;: information sharing checks</h1>" in page


@given(some.integers(0, 4), some.integers(0, 4))
def test_the_board_cannot_tell_one_case_from_none(first: int, second: int) -> None:
    """Whatever small numbers there are, it reads the same."""
    empty = board("Trust", {Week(2026, 47): WeekFigures()})
    small = WeekFigures(
        started=first, finished=first, outcomes={"CONSULT": first}, cases=second, missed=second, closed=first
    )
    assert board("Trust", {Week(2026, 47): small}) == empty
