"""The Home tab's sections about cover: who is on cover today, and the reader's own days away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.config.organisation import Organisation
from bot.slack import block_kit
from bot.slack.block_kit import Block
from bot.words import nobody_on_cover, span_words
from flows.paging.cover import Away

MOST_ENTRIES = 20


@dataclass(frozen=True, slots=True)
class OnCover:
    """What a reader's Home tab shows of cover. present: Slack ids of the leads and deputies on cover today.

    days: the reader's own days away, None where they are not on the safeguarding list. reader: their Slack id.
    """

    present: tuple[str, ...]
    reader: str
    days: tuple[Away, ...] | None = None


def today(cover: OnCover, organisation: Organisation) -> Block:
    """Render who is on cover today, in one line for everybody."""
    mentions = ", ".join(f"<@{one}>" for one in cover.present)
    return block_kit.section(f"On cover today: {mentions}" if mentions else nobody_on_cover(organisation))


def your_days(cover: OnCover) -> Iterator[Block]:
    """Yield the reader's own days away, each with a Remove button; nothing for people who are not on the list."""
    if cover.days is None:
        return
    yield block_kit.divider()
    said = "On these days you are not asked, unless nobody else is there." if cover.days else "You have set none."
    yield block_kit.section(f"*Your days away*\n{said}", block_kit.button("Set days away", "set_days_away"))
    for entry in cover.days[:MOST_ENTRIES]:
        by = f" Set by <@{entry.set_by}>." if entry.set_by != cover.reader else ""
        remove = block_kit.button("Remove", f"remove_days_away.{entry.id}", str(entry.id), confirm=_sure_to_remove())
        yield block_kit.section(f"{span_words(entry.first, entry.last)} {entry.last.year}.{by}", remove)


def _sure_to_remove() -> Block:
    return block_kit.confirm("Remove these days?", "You are asked again, from today on.", "Remove", "Keep them")
