"""The Home tab's sections by role: open checks for leads and deputies, the bot's own state for administrators."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.slack import block_kit
from bot.slack.block_kit import Block
from bot.words import URGENCY_WORDS
from flows.case import STRAND_TITLES, Case, CaseStatus, StrandName
from flows.paging.cover import Away, Gap
from flows.reports.waiting import age_words, waiting_for

CASES_A_PAGE = 12
MOST_STRANDS = 8
MOST_AWAY = 8
MOST_GAPS = 8
MOST_UNREADABLE = 8
MOST_TROUBLES = 8
SEALED_WITHIN = timedelta(hours=2)
"""An entry not sealed for this long is reported: the bot seals the record once an hour."""
_HOUR = timedelta(hours=1)
_UK = ZoneInfo("Europe/London")
CANNOT_BE_OPENED = "cannot be opened: whoever runs share-check must look."


@dataclass(frozen=True, slots=True)
class Due:
    """A strand of a plan that is not done. when: its due date, None where none was set."""

    case: Case
    name: StrandName
    when: date | None


@dataclass(frozen=True, slots=True)
class Office:
    """What waits for a lead or deputy, all of it theirs to know. open: one page of open cases, most pressing first.

    page: from 0. more: whether there is another page. due: strands of plans. away: days away of people, by Slack id.
    gaps: days without cover. me: the reader's organisation id. unreadable: references of cases that do not decrypt.
    practised: the newest practice page, None where there was none. now: when it is read, in `zone`. since: by check,
    since when each of `open` waits for what it waits for.
    """

    me: str
    open: Sequence[Case]
    page: int
    more: bool
    due: Sequence[Due]
    away: Sequence[tuple[str, Away]]
    gaps: Sequence[Gap]
    today: date
    unreadable: Sequence[str] = ()
    practised: Case | None = None
    now: datetime | None = None
    zone: ZoneInfo = _UK
    since: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Engine:
    """The state of the bot itself. open_points: what organisation.toml leaves unset.

    backup: when the last backup was made, None where there is none.
    unsealed: how long the oldest unsealed entry has waited; less than SEALED_WITHIN is normal. The newest seal is not
    shown: its number and time tell that something happened, also to a lead who may not know of it.
    troubles: what doctor found when it last ran, worst first.
    """

    version: str
    is_well: bool
    backup: datetime | None
    unsealed: timedelta
    open_points: Sequence[str]
    troubles: Sequence[str] = ()


def office_blocks(office: Office) -> Iterator[Block]:
    """Yield open checks by urgency and time, strands of plans to do, and cover in the next 14 days."""
    yield block_kit.divider()
    yield block_kit.section(
        "*Open checks*" if office.open or office.unreadable else "*Open checks*\nNothing waits for you here."
    )
    if office.unreadable:
        more = len(office.unreadable) - MOST_UNREADABLE
        rows = [f"• *{ref}* {CANNOT_BE_OPENED}" for ref in office.unreadable[:MOST_UNREADABLE]]
        yield block_kit.section("\n".join([*rows, *([f"• and {more} more like these."] if more > 0 else [])]))
    for case in office.open:
        button = block_kit.button("Open", f"open_case.{case.check.ref}", case.check.id)
        words = f"*{case.check.ref}* {URGENCY_WORDS[case.urgency]}, {_waits(case, office.me)}"
        yield block_kit.section(f"{words}{_more_of(case, office)}", button)
    if turns := list(_turns(office)):
        yield block_kit.actions(*turns)
    if office.due:
        yield block_kit.section("*Parts of plans to do*\n" + "\n".join(_due(each, office.today) for each in office.due))
    yield from _cover(office)


def _waits(case: Case, me: str) -> str:
    if case.status is CaseStatus.OPEN:
        return f"nobody leads. Answer by {block_kit.on(case.answer_by)}"
    who = "you lead" if case.led_by == me else "somebody leads"
    if case.status is CaseStatus.LED:
        return f"{who}. No plan yet"
    if case.status is CaseStatus.PLANNED:
        return f"{who}. The staff member disagrees" if case.disagreed else f"{who}. The plan waits for agreement"
    return f"{who}. The plan is agreed"


def _more_of(case: Case, office: Office) -> str:
    """Say who raised it, how old it is, what it waits for and since when."""
    if office.now is None:
        return ""
    wait = waiting_for(case)
    since = block_kit.when(office.since.get(case.check.id, wait.since), office.now, office.zone)
    age = age_words(case.raised_at, office.now)
    return f"\nRaised by <@{case.check.reporter}>, {age} old. Waits for {wait.words}, since {since}."


def open_list(office: Office) -> Block:
    """Render the list of open checks as a modal, for whoever comes from the weekly digest."""
    return block_kit.modal("Open checks", [*office_blocks(office)][1:])


def _turns(office: Office) -> Iterator[Block]:
    if office.page:
        yield block_kit.button("Before", f"home_page.{office.page - 1}", str(office.page - 1))
    if office.more:
        yield block_kit.button("More", f"home_page.{office.page + 1}", str(office.page + 1))


def _due(due: Due, today: date) -> str:
    title = STRAND_TITLES[due.name]
    if due.when is None:
        return f"• *{due.case.check.ref}* {title}: no date"
    late = ", *overdue*" if due.when < today else ""
    return f"• *{due.case.check.ref}* {title}: {due.when:%a %d %b}{late}"


def _cover(office: Office) -> Iterator[Block]:
    rows = [
        f"• <@{who}> is away {each.first:%a %d %b} to {each.last:%a %d %b}" for who, each in office.away[:MOST_AWAY]
    ]
    rows += [f"• *Nobody is on cover on {gap.day:%a %d %b}*" for gap in office.gaps[:MOST_GAPS]]
    rows += [] if office.gaps else ["• Somebody is on cover every day."]
    yield block_kit.section("*Cover in the next 14 days*\n" + "\n".join(rows))


def engine_blocks(engine: Engine) -> Iterator[Block]:
    """Yield the state of the bot for administrators, with nothing of any check: they may not read one."""
    yield block_kit.divider()
    state = "Nothing is late." if engine.is_well else "*Something is late: look at the alarm and the log.*"
    backup = f"The last backup is from {block_kit.on(engine.backup)}." if engine.backup else "*There is no backup yet.*"
    late = engine.unsealed >= SEALED_WITHIN
    waits = f"*Something has not been sealed for {engine.unsealed // _HOUR} hours.*"
    seal = waits if late else "What is recorded is sealed."
    yield block_kit.section(f"*The engine*\nVersion {engine.version}. {state}\n{backup} {seal}")
    if engine.troubles:
        found = block_kit.lines(f"• {one}" for one in engine.troubles[:MOST_TROUBLES])
        yield block_kit.section(f"*What doctor found*\n{found}")
    if engine.open_points:
        yield block_kit.section(
            "*Open points of organisation.toml*\n" + block_kit.lines(f"• {one}" for one in engine.open_points)
        )
