"""The parts of the Home tab that only some have: open checks for those who can be asked, the engine for who runs it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.blocks import kit
from bot.blocks.kit import Block
from bot.blocks.page import URGENCY_WORDS
from flows.case import STRAND_TITLES, Case, CaseStatus, StrandName
from flows.cover import Away, Gap

CASES_A_PAGE = 12
MOST_STRANDS = 8
MOST_AWAY = 8
MOST_GAPS = 8


@dataclass(frozen=True, slots=True)
class Due:
    """A part of a plan that is not done. when: its date, None where none was set."""

    case: Case
    name: StrandName
    when: date | None


@dataclass(frozen=True, slots=True)
class Office:
    """What waits for somebody who can be asked, all of it theirs to know. open: one page of it, most pressing first.

    page: from 0. more: whether there is another page. due: parts of plans. away: days away of people, by Slack id.
    gaps: days on which nobody is there. me: the reader's organisation id.
    """

    me: str
    open: Sequence[Case]
    page: int
    more: bool
    due: Sequence[Due]
    away: Sequence[tuple[str, Away]]
    gaps: Sequence[Gap]
    today: date


@dataclass(frozen=True, slots=True)
class Engine:
    """How the bot itself is. seal: number and time of the newest. open_points: what organisation.toml leaves open."""

    version: str
    is_well: bool
    backup: datetime | None
    seal: tuple[int, datetime] | None
    open_points: Sequence[str]


def office_blocks(office: Office) -> Iterator[Block]:
    """Open checks by urgency and time, parts of plans, and who is away."""
    yield kit.divider()
    yield kit.section("*Open checks*" if office.open else "*Open checks*\nNothing waits for you here.")
    for case in office.open:
        button = kit.button("Open", f"open_case.{case.check.ref}", case.check.id)
        yield kit.section(f"*{case.check.ref}* {URGENCY_WORDS[case.urgency]}, {_waits(case, office.me)}", button)
    if turns := list(_turns(office)):
        yield kit.actions(*turns)
    if office.due:
        yield kit.section("*Parts of plans to do*\n" + "\n".join(_due(each, office.today) for each in office.due))
    yield from _cover(office)


def _waits(case: Case, me: str) -> str:
    if case.status is CaseStatus.OPEN:
        return f"nobody leads. Answer by {kit.on(case.answer_by)}"
    who = "you lead" if case.led_by == me else "somebody leads"
    if case.status is CaseStatus.LED:
        return f"{who}. No plan yet"
    if case.status is CaseStatus.PLANNED:
        return f"{who}. The staff member disagrees" if case.disagreed else f"{who}. The plan waits for agreement"
    return f"{who}. The plan is agreed"


def _turns(office: Office) -> Iterator[Block]:
    if office.page:
        yield kit.button("Before", f"home_page.{office.page - 1}", str(office.page - 1))
    if office.more:
        yield kit.button("More", f"home_page.{office.page + 1}", str(office.page + 1))


def _due(due: Due, today: date) -> str:
    title = STRAND_TITLES[due.name]
    if due.when is None:
        return f"• *{due.case.check.ref}* {title}: no date"
    late = ", *overdue*" if due.when < today else ""
    return f"• *{due.case.check.ref}* {title}: {due.when:%a %d %b}{late}"


def _cover(office: Office) -> Iterator[Block]:
    if not office.away and not office.gaps:
        return
    rows = [
        f"• <@{who}> is away {each.first:%a %d %b} to {each.last:%a %d %b}" for who, each in office.away[:MOST_AWAY]
    ]
    rows += [f"• *Nobody is on cover on {gap.day:%a %d %b}*" for gap in office.gaps[:MOST_GAPS]]
    yield kit.section("*Cover in the next 14 days*\n" + "\n".join(rows))


def engine_blocks(engine: Engine) -> Iterator[Block]:
    """Nothing of any check: whoever runs it reads none."""
    yield kit.divider()
    state = "Nothing is late." if engine.is_well else "*Something is late: look at the alarm and the log.*"
    backup = f"The last backup is from {kit.on(engine.backup)}." if engine.backup else "*There is no backup yet.*"
    seal = f"The newest seal is number {engine.seal[0]}, {kit.on(engine.seal[1])}." if engine.seal else "No seal yet."
    yield kit.section(f"*The engine*\nVersion {engine.version}. {state}\n{backup} {seal}")
    if engine.open_points:
        yield kit.section("*Open points of organisation.toml*\n" + kit.lines(f"• {one}" for one in engine.open_points))
