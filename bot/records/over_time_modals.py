"""The windows of somebody's chronology and of the register. Whoever opens one was recorded first (I21)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.slack import block_kit
from bot.slack.block_kit import Block
from flows.records.chronology import Chapter

MOST = 15
"""Checks in one window: each takes up to five blocks, and Slack takes 100."""
_RECORDED = "Opening this is recorded with each of them."


def chronology(chapters: Sequence[Chapter], kept_apart: str, *, about_adult: bool) -> Block:
    """Render the checks about one person, oldest first. kept_apart: the id of a check of the other kind, or empty."""
    title = "Concerns about an adult" if about_adult else "Chronology"
    intro = "By name, birthday or number. Look before relying on it."
    other = "See the others about this person" if about_adult else "See concerns about an adult of this name"
    turn = [block_kit.actions(block_kit.button(other, "chronology", kept_apart))] if kept_apart else []
    more = len(chapters) - MOST
    cut = [block_kit.context(f"And {more} older. Find a record shows them.")] if more > 0 else []
    rows = [block for one in chapters[-MOST:] for block in _chapter(one)]
    return block_kit.modal(title, [block_kit.section(intro), *cut, *rows, *turn, block_kit.context(_RECORDED)])


def register(chapters: Sequence[Chapter], page: int, *, more: bool) -> Block:
    """Render one page of the register, newest first."""
    turns = [
        *([block_kit.button("Newer", "register.back", str(page - 1))] if page else []),
        *([block_kit.button("Older", "register.on", str(page + 1))] if more else []),
    ]
    rows = [block for one in chapters for block in _chapter(one)]
    blocks = [
        *(rows or [block_kit.section("No case is recorded that you may know of.")]),
        *([block_kit.actions(*turns)] if turns else []),
        block_kit.context(_RECORDED),
    ]
    return block_kit.modal("Register", blocks)


def _chapter(one: Chapter) -> Iterator[Block]:
    worries = f"\nWorries: {block_kit.esc(', '.join(one.worries))}" if one.worries else ""
    told = ", ".join(f"{_mention(to)} {block_kit.on(at)}" for to, at in one.told) or "nobody"
    yield block_kit.section(
        f"*{one.ref}* {block_kit.on(one.started_at)}, {block_kit.esc(one.outcome)}{worries}\nTold: {told}",
        block_kit.button("Open", f"open_record.{one.ref}", one.check),
    )
    if one.decision:
        yield from block_kit.labelled(one.decision, one.reason or "No reason is recorded")
    if one.ended_at is not None:
        yield from block_kit.labelled("How it ended", one.ended or "Not said")


def _mention(target: str) -> str:
    return f"<#{target}>" if target.startswith(("C", "G")) else f"<@{target}>"
