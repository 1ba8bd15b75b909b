"""Words about a check that more than one feature says: pure, like every screen."""

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
    """What is said, by someone who knows that strangers may read it."""

    title: str
    body: str


def labels(question: Question, choices: tuple[str, ...]) -> str:
    """The words of the options chosen; the people left out are never named."""
    return block_kit.esc(", ".join(option.label for _, option in question.meaning(choices).chosen))


def nobody_on_cover(organisation: Organisation) -> str:
    """Where no lead and no deputy is there. It never sends anybody away."""
    return (
        "No safeguarding lead is marked as on cover today. I will still ask for help. "
        f"You can also phone {block_kit.esc(phone_words(organisation))}."
    )


def one_line(check: Check) -> str:
    """Reference, date and outcome, and nothing of the person."""
    outcome = f", {check.outcome.words}" if check.outcome else ""
    return f"*{check.ref}* {_STATUS.get(check.status, '')}{outcome}, started {block_kit.on(check.started_at)}"


def row(check: Check, *, may_open: bool) -> Block:
    """One that was put away unfinished is known of and not looked into."""
    return block_kit.section(
        one_line(check), block_kit.button("Open", f"open_record.{check.ref}", check.id) if may_open else None
    )


def earlier(found: Sequence[tuple[Check, bool]]) -> Iterator[Block]:
    """In a lead's summary: what else there is about the same person, as far as the reader may know of it."""
    if found:
        yield block_kit.section(
            "*Earlier checks about the same person*\nBy name, birthday or number. Look before relying on it."
        )
    for check, may_open in found[:_MOST_EARLIER]:
        yield row(check, may_open=may_open)
    if len(found) > _MOST_EARLIER:
        yield block_kit.context(f"And {len(found) - _MOST_EARLIER} older. Find a record, on the Home tab, shows them.")


def how_long(wait: timedelta) -> str:
    seconds = round(wait.total_seconds())
    minutes = round(seconds / 60)
    if seconds < 120:  # noqa: PLR2004 - two minutes
        return "1 second" if seconds == 1 else f"{seconds} seconds"
    return f"{minutes} minutes"


def day_words(day: date) -> str:
    """As in Monday 14 December."""
    return f"{day:%A} {day.day} {day:%B}"


def span_words(first: date, last: date) -> str:
    return day_words(first) if first == last else f"{day_words(first)} to {day_words(last)}"


def not_for_outsiders(organisation: Organisation) -> str:
    """To guests and people of other organisations."""
    worried = organisation.staff_help or "If you are worried about someone, phone 999 or the NSPCC on 0808 800 5000."
    return f"I can only help staff of {block_kit.esc(organisation.name)}. {block_kit.esc(worried)}"
