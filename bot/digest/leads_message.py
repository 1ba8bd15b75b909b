"""The leads' weekly digest, with charts or as text.

Counts, days and the checklist's own words; never a reference, and never who did what.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bot.digest import charts
from bot.digest.charts import NO_FIGURE, Cell
from bot.slack import block_kit
from bot.slack.block_kit import Block, Message
from flows.case import DECISIONS
from flows.checklist import CHECKLIST
from flows.model import Outcome
from flows.paging.cover import Gap
from flows.reports.figures import AGES, Trend, Week, WeekFigures, counted, most, spoken, takeaways
from flows.training.briefings import BRIEFINGS

TEXT = "The weekly digest for safeguarding leads is here. Open Slack to read it."
LEFT_OUT = (
    "A check that anybody is left out of, or may have to be, is in none of these figures, in any week. Those who may "
    "know of one are told by themselves."
)
_OUTCOMES = tuple(one for one in Outcome if one is not Outcome.UNFINISHED)
_COVERED = "Somebody is on cover every day."
_BRIEFED = 3


@dataclass(frozen=True, slots=True)
class LeadsDigest:
    """The content of the leads' digest. trend: ends with its own week. gaps: days without cover in the following week.

    late: when it was due, in words; None where it is not late. head: of the seal, in hex. so_far: the week is not over.
    """

    week: Week
    figures: WeekFigures
    trend: Trend
    gaps: tuple[Gap, ...] = ()
    late: str | None = None
    head: str | None = None
    so_far: bool = False


def leads(digest: LeadsDigest, *, pictures: bool = True) -> Message:
    """Render the digest for the leads' channel; without `pictures`, as text for workspaces that refuse charts."""
    return Message(TEXT, list(_leads(digest, pictures=pictures)))


def _leads(digest: LeadsDigest, *, pictures: bool) -> Iterator[Block]:
    figures, trend = digest.figures, digest.trend
    yield block_kit.header(digest.week.words)
    if digest.late:
        yield block_kit.section(f"*This digest is late.* It was due on {digest.late}, and could not be sent then.")
    if digest.so_far:
        yield block_kit.section("*This week is not over.* These are the figures so far.")
    yield block_kit.section("\n".join(f"*{each}*" for each in takeaways(figures, trend.before)))
    yield from _pressing(digest)
    yield block_kit.actions(block_kit.button("See the open checks", "open_list"))
    yield from _by_week(trend, pictures=pictures)
    yield from _answers(trend, pictures=pictures)
    yield from _table(figures, trend, pictures=pictures)
    yield from _more(figures)
    yield from _briefings(figures)
    if digest.head:
        yield block_kit.context(f"Seal of the record, with these figures in it: {digest.head}")
    yield block_kit.context(LEFT_OUT)


def _by_week(trend: Trend, *, pictures: bool) -> Iterator[Block]:
    """Yield checks week by week; nothing for fewer than two weeks."""
    weeks = [(week, figures) for week, figures in trend.weeks if figures is not None]
    numbers = [figures.started for _, figures in weeks]
    if len(weeks) < 2:  # noqa: PLR2004 - one point is no trend
        return
    usual = f"{min(numbers)} to {max(numbers)}" if min(numbers) < max(numbers) else f"{numbers[0]}"
    yield block_kit.section(
        f"In the last {len(weeks)} weeks {usual} checks were started a week; this week {numbers[-1]}."
    )
    series = {
        "Started": numbers,
        "Finished": [figures.finished for _, figures in weeks],
        "Came to a lead": [figures.cases for _, figures in weeks],
    }
    labels = [_short(week.first) for week, _ in weeks]
    if pictures:
        yield charts.chart("line", "Checks by week", labels, series, across="Week from", up="Checks")
    else:
        yield charts.week_lines(labels, series)


def _answers(trend: Trend, *, pictures: bool) -> Iterator[Block]:
    """Yield how soon leads answered, over the weeks in which they were paged; nothing for fewer than two such weeks."""
    weeks = [(week, figures) for week, figures in trend.weeks if figures is not None and figures.answers]
    if len(weeks) < 2:  # noqa: PLR2004 - one point is no trend
        return
    missed = sum(figures.missed for figures in trend.counted)
    worst = max(figures.worst or 0 for _, figures in weeks)
    said = f"{counted(missed, 'target was', 'targets were')} missed"
    yield block_kit.section(f"In these weeks {said}; the longest anybody waited for a lead was {spoken(worst)}.")
    series = {
        "Half within": [_minutes(figures.median) for _, figures in weeks],
        "Longest": [_minutes(figures.worst) for _, figures in weeks],
    }
    labels = [_short(week.first) for week, _ in weeks]
    if pictures:
        yield charts.chart("bar", "Minutes until a lead answered", labels, series, across="Week from", up="Minutes")
    else:
        yield charts.week_lines(labels, {"Minutes, half within": series["Half within"], "longest": series["Longest"]})


def _table(figures: WeekFigures, trend: Trend, *, pictures: bool) -> Iterator[Block]:
    head = ("Figure", "This week", "Week before", f"Average of {counted(len(trend.counted), 'week')}")
    rows = list(_rows(figures, trend))
    if pictures:
        yield charts.table("This week, the week before, and the average", head, rows)
    else:
        yield block_kit.section("*This week, the week before, and the average*")
        yield charts.as_lines(head, rows)


def _rows(figures: WeekFigures, trend: Trend) -> Iterator[tuple[Cell, ...]]:
    weeks = (figures, trend.before)

    def row(label: str, name: str) -> tuple[Cell, ...]:
        return (label, *(_whole(one, name) for one in weeks), _average(trend.counted, name))

    yield row("Checks started", "started")
    yield row("Checks finished", "finished")
    yield row("Not finished", "abandoned")
    for outcome in _OUTCOMES:
        label = f"Outcome: {outcome.words}"
        numbers = [one.outcomes.get(outcome, 0) for one in trend.counted]
        now, before = (one.outcomes.get(outcome, 0) if one else NO_FIGURE for one in weeks)
        yield (label, now, before, _mean(numbers))
    yield row("Came to a lead", "cases")
    yield row("Possible data breaches", "breaches")
    yield ("Half were answered within", *(_wait(one.median if one else None) for one in weeks), NO_FIGURE)
    yield ("The last was answered after", *(_wait(one.worst if one else None) for one in weeks), NO_FIGURE)
    yield row("Answer targets missed", "missed")
    yield ("Came in out of hours", *(_share(one) for one in weeks), NO_FIGURE)
    yield row("Cases closed", "closed")
    yield row("Open now", "open")
    yield row("Disagreed with a plan", "disagreements")
    yield row("Practice pages", "drills")
    yield row("Misses of share-check itself", "misses")


def _whole(figures: WeekFigures | None, name: str) -> Cell:
    return NO_FIGURE if figures is None else int(getattr(figures, name))


def _average(weeks: Sequence[WeekFigures], name: str) -> Cell:
    return _mean([int(getattr(one, name)) for one in weeks])


def _mean(numbers: Sequence[int]) -> Cell:
    return round(sum(numbers) / len(numbers), 1) if numbers else NO_FIGURE


def _wait(seconds: int | None) -> Cell:
    return NO_FIGURE if seconds is None else spoken(seconds)


def _share(figures: WeekFigures | None) -> Cell:
    if figures is None or not figures.cases:
        return NO_FIGURE
    return f"{figures.out_of_hours} of {figures.cases} ({round(100 * figures.out_of_hours / figures.cases)}%)"


def _minutes(seconds: int | None) -> int:
    return round((seconds or 0) / 60)


def _pressing(digest: LeadsDigest) -> Iterator[Block]:
    """Yield what needs action: open cases, days without cover, and the bot's own misses."""
    uncovered = [_day(gap) for gap in digest.gaps]
    following = f"week {digest.week.following.number}"
    yield _list("Waiting now", _waiting(digest.figures))
    yield _list(
        f"Nobody is on cover on these days of {following}" if uncovered else f"Cover in {following}",
        uncovered or [_COVERED],
    )
    yield _list("share-check itself", _misses(digest.figures))


def _more(figures: WeekFigures) -> Iterator[Block]:
    for title, lines in (
        ("Decisions", [f"{DECISIONS.get(key, key)}: {number}" for key, number in most(figures.decisions, 9)]),
        ("To sort out before sharing", [f"{_fix_name(key)}: {n}" for key, n in _known_fixes(figures)]),
        ("To sample", _sample(figures)),
        ("Practice", _practice(figures)),
        ("Retention", _retention(figures)),
    ):
        if lines:
            yield _list(title, lines)


def _list(title: str, lines: Sequence[str]) -> Block:
    return block_kit.section(f"*{title}*\n" + "\n".join(f"• {block_kit.esc(line)}" for line in lines))


def _fix_name(key: str) -> str:
    """Return what there is to sort out, without the part that is about one check: whose consent, and who will help."""
    return re.split("[,;:]", CHECKLIST.fixes[key])[0]


def _known_fixes(figures: WeekFigures) -> tuple[tuple[str, int], ...]:
    return most({key: number for key, number in figures.fixes.items() if key in CHECKLIST.fixes}, 11)


def _waiting(figures: WeekFigures) -> list[str]:
    if not figures.open and not figures.waiting:
        return ["Nothing. No case is open."]
    ages = ", ".join(f"{figures.open_by_age[age]} {age}" for age in AGES if figures.open_by_age.get(age))
    said = {
        "Nobody leads yet": figures.nobody_leads,
        "Led, and without a plan yet": figures.no_plan_yet,
        "Plans that wait for the staff member": figures.plans_waiting,
        "Parts of plans that are overdue": figures.strands_overdue,
        "Agencies to ask again": figures.agencies_overdue,
        "Waiting for the two answers after sharing (3.4)": figures.sharing_waiting,
        "Questions to staff without an answer": figures.questions_waiting,
    }
    return [f"Open cases: {figures.open} ({ages})", *(f"{words}: {number}" for words, number in said.items() if number)]


def _misses(figures: WeekFigures) -> list[str]:
    late = [
        f"{counted(len(figures.late), 'page')} arrived late, the latest {spoken(max(figures.late, default=0))} late"
    ]
    lines = late if figures.late else []
    if figures.undelivered:
        lines.append(f"{counted(figures.undelivered, 'page has', 'pages have')} not arrived in Slack yet")
    if figures.forgotten:
        lines.append(f"{counted(figures.forgotten, 'case')} had no next step, until the audit found it")
    return lines or ["No misses: every page arrived within a minute."]


def _sample(figures: WeekFigures) -> list[str]:
    kinds = (Outcome.HOLD, Outcome.FIX_FIRST)
    found = [f'Ended as "{one.words}": {figures.to_sample[one]}' for one in kinds if figures.to_sample.get(one)]
    return [*found, "A lead can open them on my Home tab."] if found else []


def _practice(figures: WeekFigures) -> list[str]:
    if not figures.drills:
        return ["No practice page this week."]
    answered = [f"answered after {spoken(each)}" for each in figures.drill_answers]
    unanswered = [counted(figures.drills_unanswered, "not answered", "not answered")] * bool(figures.drills_unanswered)
    return [f"{counted(figures.drills, 'practice page')}: {', '.join((*answered, *unanswered)) or 'still open'}"]


def _retention(figures: WeekFigures) -> list[str]:
    if not figures.retention:
        return []
    return [
        f"{counted(figures.retention, 'record comes', 'records come')} to the end of its time in the next seven days"
    ]


def _briefings(figures: WeekFigures) -> Iterator[Block]:
    """Yield the questions most often answered "not sure", each with a two-minute briefing for the next meeting."""
    found = [one for one in most(figures.unsure, len(figures.unsure)) if one[0] in BRIEFINGS][:_BRIEFED]
    if not found:
        yield block_kit.section('*Most often "not sure"*\n• Nobody was unsure this week.')
        return
    yield block_kit.section('*Most often "not sure"*, each with two minutes for your next meeting')
    for question, number in found:
        briefing = BRIEFINGS[question]
        asked = block_kit.esc(CHECKLIST[question].ask)
        times = counted(number, "time")
        yield block_kit.section(
            f"*{question}* {asked} ({times})\n{block_kit.esc(briefing.tip)}\n_{block_kit.esc(briefing.ask)}_"
        )


def _day(gap: Gap) -> str:
    return f"{gap.day:%A} {gap.day.day} {gap.day:%B}{'' if gap.works else ' (not a working day)'}"


def _short(day: date) -> str:
    return f"{day.day}/{day.month}"
