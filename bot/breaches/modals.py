"""The modals of a possible breach: the window to work in, and the log. Whoever opens one was recorded first (I21)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.check_view import CheckView
from bot.slack import block_kit
from bot.slack.block_kit import Block
from bot.words import labels
from flows.breach import ACCOUNT, KNOWN_AT, PART_ANSWERS, PART_TITLES, Breach, BreachPart, PartSaid
from flows.case import DECISIONS, Case, CaseStatus

MOST_LISTED = 20
LONGEST = 1500
_HINTS = {
    BreachPart.CONTAINED: "What was done, by whom: deleted, sent back, the link closed. Or why it cannot be.",
    BreachPart.PEOPLE: "Who was told, how and when. Or why not: for example, telling them could put somebody at risk.",
    BreachPart.ICO: "When, and the ICO's number for it. Or why not: for example, no risk to anybody.",
}
RECALL = (
    "Ask whoever got it not to read it or send it on, to delete it, and to write to you when that is done.",
    "Take the message back if your mail or app can. Close the link or the folder. Ask IT to help.",
    "Keep what was sent, and the times. Do not send it again.",
)
"""What to do to get it back, whoever does it."""
_SHOWN_BY = ("S6", "3.3.1", "3.3.2")


@dataclass(frozen=True, slots=True)
class Logged:
    """One row of the log. leader: a mention, or the words for nobody. ref and case: of its check."""

    check: str
    ref: str
    case: Case
    breach: Breach


def breach(view: CheckView, case: Case, found: Breach) -> Block:
    """Render the window to work in: the clock, what the answers say, how to get it back, and the three parts."""
    blocks = [
        block_kit.section(
            f"*{view.check.ref} - a possible data breach.*\n"
            f"Raised {block_kit.on(case.raised_at)} by {view.reporter}. {_leads(view, case)}"
        ),
        block_kit.section(clock(view, found)),
        *_answers(view),
        block_kit.section("*To get it back*\n" + block_kit.lines(f"- {one}" for one in RECALL)),
        block_kit.input_(
            "When did the staff member know?",
            block_kit.moment_input(found.known_at),
            KNOWN_AT,
            hint="Ask them. The 72 hours begin then.",
        ),
        block_kit.input_(
            "What went where?",
            block_kit.text_input(found.account, lines=True, longest=LONGEST),
            ACCOUNT,
            optional=True,
            hint="What was sent, to whom, how, and who else may have seen it.",
        ),
        *(block for part in BreachPart for block in _part(view, part, found.parts.get(part))),
        block_kit.context("Opening this is recorded. The data protection lead sees this window, and no more of it."),
    ]
    return block_kit.modal("Breach", blocks, callback_id="breach", metadata=view.check.id, submit="Save")


def clock(view: CheckView, found: Breach) -> str:
    """Say when the 72 hours end, how long that is, and where they were counted from."""
    zone = view.organisation.zone
    by, since = (block_kit.when(moment, view.now, zone) for moment in (found.report_by, found.known_at))
    asked = "the staff member was asked" if found.is_asked else "nobody has asked yet: it is when the check was started"
    return f"*72 hours: until {by}.* {left(found, view.now)}\nCounted from {since} ({asked})."


def left(found: Breach, now: datetime) -> str:
    """Say how long there is to the end of the 72 hours, or since."""
    hours = (found.report_by - now) // timedelta(hours=1)
    if hours >= 1:
        return f"{hours} hours left." if hours > 1 else "1 hour left."
    return "Less than an hour left." if found.report_by > now else "They are over."


def _leads(view: CheckView, case: Case) -> str:
    if case.status is CaseStatus.CLOSED:
        return "It is closed."
    return f"{view.slack(case.led_by)} leads." if case.led_by else "Nobody leads it yet."


def _answers(view: CheckView) -> Iterator[Block]:
    """Show the three answers that show a breach, as far as they were given, and no other."""
    given = [(view.as_read(one), view.progress.answers[one]) for one in _SHOWN_BY if one in view.progress.answers]
    rows = [f"{block_kit.esc(question.ask)} *{labels(question, choices)}*" for question, choices in given]
    if rows:
        yield block_kit.section("*What the staff member answered*\n" + "\n".join(rows))


def _part(view: CheckView, part: BreachPart, before: PartSaid | None) -> Iterator[Block]:
    chosen = (before.said,) if before else ()
    yield block_kit.input_(
        PART_TITLES[part],
        block_kit.choice("static_select", "option", PART_ANSWERS[part], chosen),
        part,
        optional=True,
    )
    box = block_kit.text_input(before.how if before else "", lines=True, longest=LONGEST)
    yield block_kit.input_("How, or why not", box, part.how, optional=True, hint=_HINTS[part])
    if before is not None:
        when = block_kit.when(before.entry.at, view.now, view.organisation.zone)
        yield block_kit.context(block_kit.esc(f"Said by {view.author(before.entry)}, {when}."))


def refused(words: str) -> Block:
    """Render why there is nothing to see."""
    return block_kit.modal("Breach", [block_kit.section(words)])


def log(view_of: Sequence[Logged], now: datetime, *, more: bool = False) -> Block:
    """Render the log: each breach with what was decided, those with something open first. more: older ones are not."""
    rows = [block for one in view_of for block in _logged(one, now)]
    blocks = [
        *(rows or [block_kit.section("No breach is recorded that you may know of.")]),
        *([block_kit.context("There are older ones. Find a record shows them.")] if more else []),
        block_kit.context("Opening this is recorded with each of them."),
    ]
    return block_kit.modal("Breach log", blocks)


def _logged(one: Logged, now: datetime) -> Iterator[Block]:
    found = one.breach
    state = left(found, now) if found.open_parts else "All is recorded."
    decision = DECISIONS.get(one.case.decision or "", "none yet")
    words = (
        f"*{one.ref}* known {block_kit.on(found.known_at)}. {state}\nWhat the leads decided: {block_kit.esc(decision)}."
    )
    yield block_kit.section(words, block_kit.button("Open", f"breach.{one.ref}", one.check))
    for part in BreachPart:
        yield from block_kit.labelled(PART_TITLES[part], said(found.parts.get(part)))


def said(part: PartSaid | None) -> str:
    """Return an answer with its words, as one line."""
    if part is None:
        return "Nothing yet"
    answer = next((each[part.said] for each in PART_ANSWERS.values() if part.said in each), part.said)
    return f"{answer}: {part.how}" if part.how else answer


def on_home() -> Iterator[Block]:
    """Yield the Home tab's section, for those who have a breach log."""
    yield block_kit.divider()
    yield block_kit.section(
        "*Breaches*\nWhere information may have gone to the wrong person. Each opening is recorded.",
        block_kit.button("Breach log", "breach_log"),
    )
