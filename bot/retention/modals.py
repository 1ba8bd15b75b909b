"""Deleting what is due, and legal holds: the list, the confirmation, and the monthly message.

The list shows references, kinds and dates, nothing of a record's content. The message shows a number alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.slack import block_kit
from bot.slack.block_kit import Block, Message
from flows.case import CheckStatus
from flows.records.retention import DueRecord, Kind, ReasonKept

MOST = 20
"""Records in one modal: each takes four of the 100 blocks that Slack allows."""
TITLE = "Records to delete"
DECIDE, REASON = "decide", "reason"
DELETE, KEEP, HOLD = "delete", "keep", "hold"
CHOOSE = "Choose for at least one record, or close this."
NOTHING = "No record has reached the end of its time."
HELD_BEFORE = (
    "Somebody else has put it on legal hold meanwhile, with a reason of their own. Yours was not saved: copy what you "
    "need of it, and close this."
)
LIFTED_BEFORE = (
    "Somebody else has lifted the hold meanwhile, with a reason of their own. Yours was not saved: copy what you "
    "need of it, and close this."
)
NOT_YOURS = "Only a safeguarding lead or the independent contact can do that."
_KEEP_WORDS = {KEEP: "Keep it for another year", HOLD: "Legal hold: keep it until somebody lifts the hold"}
_KINDS = {
    Kind.NO_RISK: "kept for a set time from its last change",
    Kind.CHILD: "a child's, kept from their date of birth",
    Kind.LONGEST: "no child's date of birth is known, kept the longest",
    Kind.REQUEST: "a request, kept for a set time from when it was closed",
}
STAYS = {
    ReasonKept.OPEN: "it is open",
    ReasonKept.UNREAD: "something in it has not been read yet",
    ReasonKept.HELD: "it is on legal hold",
    ReasonKept.RECENT: "it was changed not long ago",
    ReasonKept.WANTED: "somebody wants it kept",
    ReasonKept.UNSENT: "a message about it is still on its way to Slack; try again in a few minutes",
    ReasonKept.NOT_YET: "its time is not over",
    ReasonKept.NOT_APPROVED: "the approval was taken back",
}


@dataclass(frozen=True, slots=True)
class ApprovalResult:
    """The result of the choices in the list. Records are given by reference, `approved` by id. stays: with the reason.

    held_before: already on hold, each with the reason typed, which was not saved.
    """

    approved: Mapping[str, str]
    kept: Sequence[str] = ()
    held: Sequence[str] = ()
    stays: Sequence[tuple[str, ReasonKept]] = ()
    held_before: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Deleted:
    """The result of an erasure, by reference. stays: with the reason. failed: with the reference of the error."""

    gone: list[str] = field(default_factory=list)
    stays: list[tuple[str, ReasonKept]] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)


def due(count: int) -> Message:
    """Render the monthly message: how many records its readers have to decide about, and nothing else."""
    if not count:
        words = "No record waits for a decision at the end of its time."
        return Message(words, [block_kit.context(words)])
    counted = "1 record reaches" if count == 1 else f"{count} records reach"
    text = f"{counted} the end of {'its' if count == 1 else 'their'} time. Open Home to look."
    more = "Nothing is deleted unless you say so, one record at a time."
    return Message(text, [block_kit.section(f"*{text}*\n{more}", block_kit.button("Open the list", "deletion_list"))])


def the_list(items: Sequence[DueRecord], now: datetime, zone: ZoneInfo) -> Block:
    """Render the records due, each with its choices, none preselected: nothing is deleted unless somebody chose it."""
    if not items:
        return block_kit.modal(TITLE, [block_kit.section(NOTHING)])
    blocks = [
        block_kit.section(
            "The time of these records is over, or will be within a month. Choose for each, or leave it for later. "
            "You are asked again before anything is deleted."
        )
    ]
    for item in items[:MOST]:
        blocks += _item(item, now, zone)
    if len(items) > MOST:
        blocks.append(block_kit.context(f"There are {len(items) - MOST} more. They come up when these are done."))
    return block_kit.modal(TITLE, blocks, callback_id="deletion_list", submit="Next")


def _item(item: DueRecord, now: datetime, zone: ZoneInfo) -> Iterator[Block]:
    check, is_due = item.check, item.due <= now
    ends = f"Its time was over on {_day(item.due, zone)}" if is_due else f"Its time is over on {_day(item.due, zone)}"
    approved = " A lead has approved that it is deleted; that was not confirmed yet." if item.approved_by else ""
    yield block_kit.divider()
    window = "request" if check.status is CheckStatus.REQUEST else "open_record"
    may_open = check.status is not CheckStatus.SHELVED
    words = (
        f"*{check.ref}* {_what(item)}.\nMade {_day(check.started_at, zone)}, last changed "
        f"{_day(item.keeping.last_change, zone)}. {ends}: {_KINDS[item.keeping.kind]}.{approved}"
    )
    yield block_kit.section(words, block_kit.button("Open", f"{window}.{check.ref}", check.id) if may_open else None)
    options = {DELETE: "Delete it", **_KEEP_WORDS} if is_due else _KEEP_WORDS
    choice = block_kit.choice("radio_buttons", "option", options)
    yield block_kit.input_(f"What shall become of {check.ref}?", choice, f"{DECIDE}.{check.id}", optional=True)
    box = block_kit.text_input(longest=500)
    yield block_kit.input_("Why?", box, f"{REASON}.{check.id}", optional=True, hint="Needed to keep it, or to hold it.")


def _what(item: DueRecord) -> str:
    check = item.check
    if item.case is not None:
        return "Case, closed"
    if check.status is CheckStatus.REQUEST:
        return "Request for a copy of records, closed"
    if check.status is CheckStatus.SHELVED:
        return "Check that was not finished, put away"
    return f"Check that needed nobody: {check.outcome.words}" if check.outcome else "Check that needed nobody"


def _day(moment: datetime, zone: ZoneInfo) -> str:
    here = moment.astimezone(zone)
    return f"{here.day} {here:%B %Y}"


def confirm(outcome: ApprovalResult) -> Block:
    """Render the confirmation before records are erased."""
    refs = ", ".join(outcome.approved.values())
    is_one = len(outcome.approved) == 1
    many, them = ("This record is", "it") if is_one else (f"These {len(outcome.approved)} records are", "them")
    words = (
        f"*{many} deleted for good when you press Delete for good:* {refs}.\nNobody can bring {them} back. "
        "Reference and dates stay, and that it was deleted, when, and who approved it."
    )
    blocks = [*_done(outcome), block_kit.section(words)]
    blocks.append(block_kit.context(f"The backups from before today still hold {them}, until they go too."))
    return block_kit.modal(
        "Delete for good?",
        blocks,
        callback_id="delete_for_good",
        metadata=",".join(f"{check}:{ref}" for check, ref in outcome.approved.items()),
        submit="Delete for good",
        close="Not now",
    )


def confirmed(metadata: str) -> Iterator[tuple[str, str]]:
    """Yield id and reference of each record that the confirmation was about."""
    for each in filter(None, metadata.split(",")):
        check, _, ref = each.partition(":")
        yield check, ref


def saved(outcome: ApprovalResult) -> Block:
    """Render what was kept or put on hold, where nothing is to be erased."""
    return block_kit.modal(TITLE, list(_done(outcome)) or [block_kit.section("Nothing was changed.")])


def _done(outcome: ApprovalResult) -> Iterator[Block]:
    if outcome.kept:
        yield block_kit.section(f"*Kept for another year:* {', '.join(outcome.kept)}.")
    if outcome.held:
        yield block_kit.section(f"*On legal hold:* {', '.join(outcome.held)}.")
    for ref, typed in outcome.held_before:
        yield block_kit.section(
            f"*{ref} was on legal hold already,* with another reason. What you wrote was not saved:"
        )
        yield from block_kit.labelled("You wrote", typed)
    yield from stayed(outcome.stays)


def stayed(stays: Iterable[tuple[str, ReasonKept]]) -> Iterator[Block]:
    """Yield the records that could not be erased, each with its reason."""
    for ref, why in stays:
        yield block_kit.section(f"*{ref} is not deleted:* {STAYS[why]}.")


def deleted(done: Deleted) -> Block:
    """Render what was erased, and what was not."""
    blocks = [block_kit.section(f"*Deleted for good:* {', '.join(done.gone)}.")] if done.gone else []
    blocks += list(stayed(done.stays))
    for ref, error in done.failed:
        which = block_kit.esc(ref) or "A record"
        words = f"*{which} could not be deleted:* something went wrong. Open the list again to see"
        blocks.append(block_kit.section(f"{words} whether it is still there, and try again. (Error {error})"))
    return block_kit.modal(TITLE, blocks or [block_kit.section("Nothing was deleted: somebody else was quicker.")])


def hold(ref: str, check: str) -> Block:
    """Render the modal that asks why a record must be kept."""
    words = block_kit.section(f"*{ref}* is kept, even once its time is over, until a lead lifts the hold.")
    box = block_kit.input_(
        "Why must it be kept?", block_kit.text_input(lines=True), "text", hint="For example: a claim, an inquiry."
    )
    return block_kit.modal("Legal hold", [words, box], callback_id="hold_record", metadata=check, submit="Hold")


def lift(ref: str, check: str) -> Block:
    """Render the modal that asks why a legal hold ends."""
    words = block_kit.section(f"*{ref}* can be deleted again once its time is over. A lead is asked first.")
    box = block_kit.input_("Why does the hold end?", block_kit.text_input(lines=True), "text")
    return block_kit.modal(
        "Lift the hold", [words, box], callback_id="lift_hold", metadata=check, submit="Lift the hold"
    )


def said(words: str) -> Block:
    """Render a modal that says one sentence."""
    return block_kit.modal("Records", [block_kit.section(block_kit.esc(words))])
