"""The Home tab that everybody has: starting a check, the status of one's own checks, and what waits for an answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from bot.config.organisation import Organisation
from bot.config.roster import phone_words
from bot.home.cover_section import OnCover, today, your_days
from bot.home.role_sections import CANNOT_BE_OPENED, Engine, Office, engine_blocks, office_blocks
from bot.slack import block_kit
from bot.slack.block_kit import Block
from bot.words import how_long
from flows.case import Case, CaseStatus, Check, CheckStatus
from flows.checklist import CHECKLIST
from flows.closure import waits_for_sharing

Asked: TypeAlias = tuple[Case, int]
MOST_CHECKS = 10
_UNFINISHED = (CheckStatus.DRAFT, CheckStatus.SHELVED)
_STATUS = {
    CheckStatus.DRAFT: "not finished",
    CheckStatus.SENT: "sent",
    CheckStatus.CLOSED: "complete",
    CheckStatus.SHELVED: "put away",
    CheckStatus.ERASED: "its time was over, and it was deleted",
    CheckStatus.REQUEST: "a request about somebody's records",
}


def home(
    checks: Sequence[Check | str],
    organisation: Organisation,
    to_sample: Sequence[Check] = (),
    cover: OnCover | None = None,
    cases: Mapping[str, Asked] | None = None,
    office: Office | None = None,
    engine: Engine | None = None,
    more_for_them: Iterable[Block] = (),
    *,
    is_well: bool = True,
) -> Block:
    """Render the Home tab.

    checks: the reader's own, newest first; one that cannot be decrypted is given by its reference. Ten are shown.
    to_sample: checks that ended without a page and that the reader, a lead, may open.
    cases: of the reader's checks that became a case, by id, each with the entry id of the lead's open question, else 0.
    office: the section of leads and deputies. engine: the section of administrators. more_for_them: practice, and the
    search of records for those who may. is_well: whether nothing is overdue, as far as the reader may know.
    """
    there = [today(cover, organisation)] if cover else []
    there.append(_health(organisation, is_well=is_well))
    days = your_days(cover) if cover else ()
    practice = _practice(office.practised if office else None) if cover and cover.days is not None else ()
    work = office_blocks(office) if office else ()
    runs = engine_blocks(engine) if engine else ()
    mine = _checks(checks, cases or {}, organisation)
    more = (*work, *runs, *_sample(to_sample), *more_for_them, *days, *practice, *_policy(organisation))
    return block_kit.home([*_start(organisation), *there, *mine, *more])


def _health(organisation: Organisation, *, is_well: bool) -> Block:
    if is_well:
        return block_kit.context("Everything is working.")
    return block_kit.section(
        f"*Slack messages are slow today.* For urgent things, phone {block_kit.esc(phone_words(organisation))}."
    )


def learn(practised: str, *, sees_who: bool) -> Iterator[Block]:
    """Yield the practice checklist: a made-up situation, for everybody. practised: when the reader last did one."""
    yield block_kit.divider()
    yield block_kit.section(
        "*Try the checklist*\nOn a made-up situation, with the reasons at the end. Your answers are not kept. "
        f"It is part of your induction. {practised or 'You have not finished one yet.'}",
        block_kit.button("Practise", "practise"),
    )
    if sees_who:
        yield block_kit.actions(block_kit.button("Who has practised", "who_practised"))


def _practice(practised: Case | None) -> Iterator[Block]:
    """Yield the practice page, for leads and deputies: a page about nobody, through the real ladder."""
    newest = _last(practised) if practised else "There was none yet."
    yield block_kit.divider()
    yield block_kit.section(
        f"*Practice page*\nIt goes to the leads as an urgent one would, and says that it is practice. {newest}",
        block_kit.button("Start practice", "start_drill", confirm=_sure_to_practise()),
    )


def _sure_to_practise() -> Block:
    return block_kit.confirm(
        "Start practice?", "The leads are paged now, until one presses I will lead.", "Start", "Not now"
    )


def _sample(checks: Sequence[Check]) -> Iterator[Block]:
    """Yield checks that ended without a page. Their reporters were told that a lead can see their reasons."""
    if not checks:
        return
    yield block_kit.divider()
    yield block_kit.section(
        "*Ended without a page*\nNobody had to be told. You can look at what was answered; it is recorded."
    )
    for check in checks:
        outcome = check.outcome.words if check.outcome else ""
        words = f"*{check.ref}* {outcome}, {block_kit.on(check.sent_at or check.touched_at)}"
        yield block_kit.section(words, block_kit.button("Open", f"open_check.{check.ref}", check.id))


def _start(organisation: Organisation) -> Iterator[Block]:
    yield block_kit.header("Before you share")
    yield block_kit.section(
        f"I take you through {block_kit.esc(organisation.name)}'s Information Sharing Checklist, one question at a "
        "time, in private. You can stop and come back. If someone may be at risk, I tell a safeguarding lead."
    )
    yield block_kit.actions(block_kit.button("Start a check", "start", style="primary"))
    yield block_kit.context("If anyone is in danger right now, call 999 first.")


def _checks(checks: Sequence[Check | str], cases: Mapping[str, Asked], organisation: Organisation) -> Iterator[Block]:
    """Yield the reader's checks, also those that cannot be decrypted, so that nobody believes one gone or read."""
    yield block_kit.divider()
    yield block_kit.section("*Your checks*" if checks else "*Your checks*\nYou have none yet.")
    for check in checks[:MOST_CHECKS]:
        if isinstance(check, str):
            phone = block_kit.esc(phone_words(organisation))
            yield block_kit.section(f"*{check}* {CANNOT_BE_OPENED} If it cannot wait, phone {phone}.")
            continue
        case, question = cases.get(check.id, (None, 0))
        step = _next_step(check, case, question)
        yield block_kit.section(f"*{check.ref}* {_stands(check, case)}, {block_kit.on(check.touched_at)}", step)


def _stands(check: Check, case: Case | None) -> str:
    """Return the status of a check in words for its reporter."""
    if case is None or check.status is CheckStatus.CLOSED:
        return _STATUS[check.status]
    sent = "" if check.status is CheckStatus.SENT else ", not finished"
    if case.waiting_for_answer:
        return f"*a question waits for you*{sent}"
    if case.status is CaseStatus.PLANNED and not case.disagreed:
        return "*the plan waits for you*"
    if waits_for_sharing(case):
        return "*two last questions wait for you*"
    if case.led_by is None:
        return f"somebody is being asked{sent}"
    return f"somebody is on it{sent}"


def _next_step(check: Check, case: Case | None, question: int) -> Block | None:
    if case is not None and case.waiting_for_answer and question:
        return block_kit.button("Answer", f"reply.{check.ref}", f"{check.id}:{question}")
    if case is not None and case.status is CaseStatus.PLANNED and not case.disagreed:
        return block_kit.button("See my part", f"see_plan.{check.ref}", f"{check.id}:{case.plan_round}")
    if case is not None and waits_for_sharing(case):
        return block_kit.button("Answer", f"record_sharing.{check.ref}", check.id)
    if check.status in _UNFINISHED:
        return block_kit.button("Carry on", f"carry_on.{check.ref}", check.id)
    return None


def _policy(organisation: Organisation) -> Iterator[Block]:
    yield block_kit.divider()
    yield block_kit.section("*The policy at a glance*\nThis is what the policy asks before you share:")
    for part, title in (
        ("3.1", "Your right to share it"),
        ("3.2", "The information"),
        ("3.3", "Who you share it with, and how"),
        ("3.4", "After sharing"),
    ):
        asked = [question.policy_words for question in CHECKLIST if question.id.startswith(part)]
        yield block_kit.section(f"*{part} {title}*\n" + block_kit.lines(f"• {words}" for words in asked))
    yield block_kit.section("*4.2* If sharing seems best, agree a plan with the safeguarding leads first.")
    links = [
        f"<{block_kit.esc(address)}|{words}>"
        for words, address in (
            ("Read the policy in full", organisation.policy_url),
            ("Read the Safeguarding Policy", organisation.safeguarding_policy_url),
        )
        if address
    ]
    if links:
        yield block_kit.section("\n".join(links))


def _last(case: Case) -> str:
    """Say when the last practice page was, and how long it took until somebody answered."""
    started = f"The last one, {block_kit.on(case.raised_at)}"
    if case.led_at is not None:
        return f"{started}: answered after {how_long(case.led_at - case.raised_at)}."
    return f"{started}: {'nobody answered' if case.status is CaseStatus.CLOSED else 'nobody has answered yet'}."
