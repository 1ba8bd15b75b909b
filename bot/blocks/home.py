"""The Home tab: a way in, and where each of a person's own checks stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.blocks import kit
from bot.blocks.cover import OnCover, today, your_days
from bot.blocks.kit import Block
from bot.organisation import Organisation
from flows.case import Check, CheckStatus
from flows.checklist import CHECKLIST

MOST_CHECKS = 10
_UNFINISHED = (CheckStatus.DRAFT, CheckStatus.SHELVED)
_STATUS = {
    CheckStatus.DRAFT: "not finished",
    CheckStatus.SENT: "sent",
    CheckStatus.CLOSED: "complete",
    CheckStatus.SHELVED: "put away",
}


def home(
    checks: Sequence[Check],
    organisation: Organisation,
    to_sample: Sequence[Check] = (),
    cover: OnCover | None = None,
) -> Block:
    """checks: the reader's own, newest first; at most ten are shown. to_sample: those a lead may look at."""
    there = [today(cover, organisation)] if cover else []
    days = your_days(cover) if cover else ()
    practice = _practice() if cover and cover.days is not None else ()
    more = (*_sample(to_sample), *days, *practice, *_policy())
    return kit.home([*_start(organisation), *there, *_checks(checks), *more])


def _practice() -> Iterator[Block]:
    """For those who can be asked: a page about nobody, through the real ladder."""
    yield kit.divider()
    yield kit.section(
        "*Practise*\nA practice page goes to the leads as an urgent one would, and says that it is practice.",
        kit.button("Start practice", "start_drill", confirm=_sure_to_practise()),
    )


def _sure_to_practise() -> Block:
    return kit.confirm("Start practice?", "The leads are paged now, until one presses I will lead.", "Start", "Not now")


def _sample(checks: Sequence[Check]) -> Iterator[Block]:
    """Checks that ended without a page: the staff member was told that a lead can see their reasons."""
    if not checks:
        return
    yield kit.divider()
    yield kit.section(
        "*Ended without a page*\nNobody had to be told. You can look at what was answered; it is recorded."
    )
    for check in checks:
        outcome = check.outcome.words if check.outcome else ""
        words = f"*{check.ref}* {outcome}, {kit.on(check.sent_at or check.touched_at)}"
        yield kit.section(words, kit.button("Open", f"open_check.{check.ref}", check.id))


def _start(organisation: Organisation) -> Iterator[Block]:
    yield kit.header("Before you share information about someone")
    yield kit.section(
        f"I take you through {kit.esc(organisation.name)}'s Information Sharing Checklist, one question at a time, "
        "in private. You can stop and come back. If someone may be at risk, I tell a safeguarding lead."
    )
    yield kit.actions(kit.button("Start a check", "start", style="primary"))
    yield kit.context("If anyone is in danger right now, call 999 first.")


def _checks(checks: Sequence[Check]) -> Iterator[Block]:
    yield kit.divider()
    yield kit.section("*Your checks*" if checks else "*Your checks*\nYou have none yet.")
    for check in checks[:MOST_CHECKS]:
        words = f"*{check.ref}* {_STATUS[check.status]}, {kit.on(check.touched_at)}"
        carry_on = kit.button("Carry on", f"carry_on.{check.ref}", check.id) if check.status in _UNFINISHED else None
        yield kit.section(words, carry_on)


def _policy() -> Iterator[Block]:
    yield kit.divider()
    yield kit.section("*The policy at a glance*\nBefore sharing personal information, the policy asks:")
    for part, title in (
        ("3.1", "Your right to share it"),
        ("3.2", "The information"),
        ("3.3", "Who you share it with, and how"),
        ("3.4", "After sharing"),
    ):
        asked = [question.policy_words for question in CHECKLIST if question.id.startswith(part)]
        yield kit.section(f"*{part} {title}*\n" + kit.lines(f"• {words}" for words in asked))
    yield kit.section("*4.2* If sharing seems best, agree a plan with the safeguarding leads first.")
