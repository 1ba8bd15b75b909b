"""A practice page: looks and works like a real page, and says on every line that it is practice."""

from __future__ import annotations

from collections.abc import Iterator

from bot.check_view import CheckView
from bot.slack import block_kit
from bot.slack.block_kit import Block, Message
from bot.words import Words, how_long
from flows.case import Case, CaseStatus

_NOBODY_AT_RISK = "This is practice: nobody is at risk."


def page(view: CheckView, case: Case, ask: int) -> Message:
    """Render a practice page, the same for the leads' channel and direct messages. `ask` counts the pages, from 1."""
    ref = view.check.ref
    if case.status is CaseStatus.CLOSED:
        return Message(f"Practice {ref} is closed.", [block_kit.section(over(view, case))])
    return Message(f"Practice: {ref}.{_again(ask)} Open Slack to see it.", list(_open(view, case, ask)))


def _again(ask: int) -> str:
    return f" This is ask {ask}." if ask > 1 else ""


def _open(view: CheckView, case: Case, ask: int) -> Iterator[Block]:
    check = view.check
    mentions = " ".join(view.slack(one) for one in case.asked if one in view.people)
    yield block_kit.section(f"*Practice page {check.ref}*{_again(ask)} {mentions}".strip())
    yield block_kit.section(
        f"{_NOBODY_AT_RISK} Press *I will lead*, as you would for a real one. "
        f"Started {block_kit.at(case.raised_at)} by {view.reporter}."
    )
    yield block_kit.actions(
        block_kit.button("I will lead", "lead", check.id, style="primary"),
        block_kit.button("I have seen it", "seen", check.id),
        block_id="answer",
    )


def alert(view: CheckView) -> Words:
    """Return a practice page for e-mail or push."""
    return Words(f"Practice: {view.check.ref}", f"{_NOBODY_AT_RISK} Open Slack and press I will lead.")


def over(view: CheckView, case: Case) -> str:
    """Return the result of a practice page: who answered and how fast, or that nobody did."""
    ref = view.check.ref
    if case.led_by is None or case.led_at is None:
        return f"Practice {ref} is over. Nobody answered it. Please find out why, and practise again."
    return f"Practice {ref} is over. {view.slack(case.led_by)} answered after {how_long(case.led_at - case.raised_at)}."
