"""Words about a check that more than one feature shows. Pure functions, like every screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.config.organisation import Organisation
from bot.config.roster import phone_words
from bot.slack import block_kit
from bot.slack.block_kit import Block
from flows.case import Check, CheckStatus
from flows.model import Question, Urgency

URGENCY_WORDS = {Urgency.P0: "emergency", Urgency.P1: "urgent", Urgency.P2: "soon", Urgency.P3: "routine"}
_STATUS = {
    CheckStatus.DRAFT: "not finished",
    CheckStatus.SENT: "sent",
    CheckStatus.CLOSED: "complete",
    CheckStatus.SHELVED: "put away",
}
_MOST_EARLIER = 10


@dataclass(frozen=True, slots=True)
class Words:
    """Title and body of a message outside Slack. Strangers may read it, so it holds nothing of the check's content."""

    title: str
    body: str


def labels(question: Question, choices: tuple[str, ...]) -> str:
    """Return the labels of the chosen options; people who are left out are not named."""
    return block_kit.esc(", ".join(option.label for _, option in question.meaning(choices).chosen))


def nobody_on_cover(organisation: Organisation) -> str:
    """Say that no lead and no deputy is on cover, and whom to phone; the reporter is never sent away."""
    return (
        "No safeguarding lead is marked as on cover today. I will still ask for help. "
        f"You can also phone {block_kit.esc(phone_words(organisation))}."
    )


def one_line(check: Check) -> str:
    """Return reference, status, outcome and date of a check, and nothing of the person."""
    outcome = f", {check.outcome.words}" if check.outcome else ""
    return f"*{check.ref}* {_STATUS.get(check.status, '')}{outcome}, started {block_kit.on(check.started_at)}"


def row(check: Check, *, may_open: bool) -> Block:
    """Render a check in a list, with an Open button unless the reader may only know of it, as of a shelved one."""
    return block_kit.section(
        one_line(check), block_kit.button("Open", f"open_record.{check.ref}", check.id) if may_open else None
    )


def earlier(found: Sequence[tuple[Check, bool]]) -> Iterator[Block]:
    """Yield, for a lead's summary, the earlier checks about the same person that the reader may know of."""
    if found:
        yield block_kit.section(
            "*Earlier checks about the same person*\nBy name, birthday or number. Look before relying on it."
        )
    for check, may_open in found[:_MOST_EARLIER]:
        yield row(check, may_open=may_open)
    if len(found) > _MOST_EARLIER:
        yield block_kit.context(f"And {len(found) - _MOST_EARLIER} older. Find a record, on the Home tab, shows them.")


_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60))


def how_long(wait: timedelta) -> str:
    """Say a wait in the largest unit of which it has at least two: "90 seconds", "119 minutes", "17 hours"."""
    seconds = round(wait.total_seconds())
    for unit, length in _UNITS:
        if seconds >= 2 * length:
            return f"{round(seconds / length)} {unit}s"
    return "1 second" if seconds == 1 else f"{seconds} seconds"


def day_words(day: date) -> str:
    """Return a day as "Monday 14 December"."""
    return f"{day:%A} {day.day} {day:%B}"


def span_words(first: date, last: date) -> str:
    return day_words(first) if first == last else f"{day_words(first)} to {day_words(last)}"


def not_for_outsiders(organisation: Organisation) -> str:
    """Tell guests and people of other organisations where to turn."""
    worried = organisation.staff_help or "If you are worried about someone, phone 999 or the NSPCC on 0808 800 5000."
    return f"I can only help staff of {block_kit.esc(organisation.name)}. {block_kit.esc(worried)}"
