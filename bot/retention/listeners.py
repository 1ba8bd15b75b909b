"""Listeners of deleting what is due, and of legal holds.

A record is in no list and no count of people who may not know of it. Only records that
somebody approved one by one, and then confirmed, are deleted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from slack_bolt import App
from slack_sdk import WebClient
from sqlalchemy import Connection

from bot.context import Services
from bot.permission import Act, may
from bot.retention import modals
from bot.retention.due import items_for, keeper
from bot.slack import block_kit
from bot.slack.failures import guarded, log_failure
from bot.slack.listeners import NO_REASON, Answer, Listeners, errors, update
from bot.slack.payloads import Press, Sent
from bot.slack.replies import Replies
from flows.case import Did
from flows.events import OutboxKind
from flows.records.retention import ReasonKept, years_after
from flows.sentences import is_sentence
from services.retention import Retention
from storage import outbox

Action = Callable[[Retention, str, str, str, str], Did]
_MESSAGES_LIVE = timedelta(days=62)


@dataclass
class _Chosen:
    """What became of the choices in the list so far. Records are given by reference."""

    approved: dict[str, str] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    stays: list[tuple[str, ReasonKept]] = field(default_factory=list)
    held_before: list[tuple[str, str]] = field(default_factory=list)


class Deleting:
    """Listeners of the list and of legal holds."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def open_list(self, press: Press) -> block_kit.Block:
        """Return the list of records due that this reader may decide about. The opening is recorded first (I21)."""
        with self._services.database.read() as tx:
            items = items_for(self._services, tx, press.user.id)
        with self._services.write() as tx:
            keeper(self._services, tx).listed([item.check.id for item in items[: modals.MOST]], press.user.id)
        if self._services.roster.person_at(press.user.id) is None:
            return modals.said(modals.NOT_YOURS)
        return modals.the_list(items, self._services.clock.now(), self._services.organisation.zone)

    def decide(self, sent: Sent) -> Answer:
        """Apply the choice for each record; ask for confirmation of those to delete."""
        chosen = {check: choice for check in _listed(sent) for choice in sent.chosen(f"{modals.DECIDE}.{check}")}
        if wrong := _wrong(sent, chosen):
            return errors(wrong)
        outcome = self._carry_out(sent, chosen)
        return update(modals.confirm(outcome) if outcome.approved else modals.saved(outcome))

    def _carry_out(self, sent: Sent, chosen: dict[str, str]) -> modals.ApprovalResult:
        done = _Chosen()
        with self._services.write() as tx:
            for check, choice in sorted(chosen.items()):
                self._carry_out_one(tx, sent, check, choice, done)
            outbox.mark_recent_due(
                tx, OutboxKind.DELETIONS_DUE, self._services.clock.now() - _MESSAGES_LIVE, self._services.clock.now()
            )
        return modals.ApprovalResult(done.approved, done.kept, done.held, done.stays, done.held_before)

    def _carry_out_one(self, tx: Connection, sent: Sent, check: str, choice: str, done: _Chosen) -> None:
        subject = self._services.subject(tx, check, lock=True)
        act = Act.HOLD if choice == modals.HOLD else Act.ERASE
        if subject is None or not may(subject, sent.user.id, act, self._services.roster):
            return
        ref, work = subject.check.ref, keeper(self._services, tx)
        given = (check, sent.user.id, sent.typed(f"{modals.REASON}.{check}"))
        request = sha256(f"{sent.request}\n{check}".encode()).hexdigest()
        if choice == modals.DELETE:
            why = work.approve(*given, request)
            if why is None:
                done.approved[check] = ref
            else:
                done.stays.append((ref, why))
        elif choice == modals.HOLD:
            if work.hold(*given, request) is Did.STALE:
                done.held_before.append((ref, given[-1]))
            else:
                done.held.append(ref)
        else:
            work.keep(*given, _in_a_year(self._services.clock.now()), request)
            done.kept.append(ref)

    def delete(self, sent: Sent) -> Answer:
        """Erase the confirmed records, each checked again and in its own transaction.

        A failure is logged and shown with its error reference; it neither stops the others nor hides those already
        erased.
        """
        done = modals.Deleted()
        for check, ref in modals.confirmed(sent.view.private_metadata):
            try:
                found = self._erase(check, sent.user.id)
            except Exception as error:  # noqa: BLE001 - the records erased so far must be reported
                done.failed.append((ref, log_failure(error)))
                continue
            if found is not None and found[1] is None:
                done.gone.append(found[0])
            elif found is not None:
                done.stays.append((found[0], found[1] or ReasonKept.NOT_YET))
        return update(modals.deleted(done))

    def _erase(self, check: str, who: str) -> tuple[str, ReasonKept | None] | None:
        """Erase a record. Return its reference and why it was kept, if it was; None where the person may not."""
        with self._services.write() as tx:
            subject = self._services.subject(tx, check, lock=True)
            if subject is None or not may(subject, who, Act.ERASE, self._services.roster):
                return None
            return subject.check.ref, keeper(self._services, tx).erase(check, who)

    def tidy_up(self, _sent: Sent, _client: WebClient) -> None:
        """Empty the WAL, so that it holds nothing erased, and update the monthly messages, whose number has changed."""
        self._services.database.empty_log()
        with self._services.write() as tx:
            now = self._services.clock.now()
            outbox.mark_recent_due(tx, OutboxKind.DELETIONS_DUE, now - _MESSAGES_LIVE, now)

    def open_hold(self, press: Press) -> block_kit.Block:
        """Return the modal that asks, from the summary, why a hold is set or lifted."""
        with self._services.database.read() as tx:
            subject = self._services.subject(tx, press.check)
        if subject is None or not may(subject, press.user.id, Act.HOLD, self._services.roster):
            return modals.said(modals.NOT_YOURS)
        return (modals.hold if press.verb == "hold_record" else modals.lift)(subject.check.ref, press.check)

    def hold(self, sent: Sent) -> Answer:
        """Put the record on legal hold, with the reason."""
        words = "{ref} is on legal hold. It is kept until somebody lifts the hold."
        return self._hold(sent, Retention.hold, words, modals.HELD_BEFORE)

    def lift(self, sent: Sent) -> Answer:
        """Lift the legal hold, with the reason."""
        return self._hold(sent, Retention.lift, "{ref} is not on legal hold any more.", modals.LIFTED_BEFORE)

    def _hold(self, sent: Sent, action: Action, words: str, stale: str) -> Answer:
        reason = sent.typed("text")
        if not is_sentence(reason):
            return errors({"text": NO_REASON})
        with self._services.write() as tx:
            subject = self._services.subject(tx, sent.check, lock=True)
            if subject is None or not may(subject, sent.user.id, Act.HOLD, self._services.roster):
                return update(modals.said(modals.NOT_YOURS))
            did = action(keeper(self._services, tx), sent.check, sent.user.id, reason, sent.request)
        if did is Did.STALE:
            return errors({"text": stale})
        return update(modals.said(words.format(ref=subject.check.ref)))


def _wrong(sent: Sent, chosen: dict[str, str]) -> dict[str, str]:
    """Return errors by block id: reasons that are missing, or, where nothing was chosen, that a choice is needed."""
    if not chosen:
        return {f"{modals.DECIDE}.{check}": modals.CHOOSE for check in _listed(sent)[:1]}
    return {
        f"{modals.REASON}.{check}": NO_REASON
        for check, choice in chosen.items()
        if choice != modals.DELETE and not is_sentence(sent.typed(f"{modals.REASON}.{check}"))
    }


def _listed(sent: Sent) -> list[str]:
    """Return the ids of the records in the modal, in its order."""
    verbs = (block_id.partition(".") for block_id in sent.view.state.values)
    return [check for verb, _, check in verbs if verb == modals.DECIDE]


def _in_a_year(now: datetime) -> datetime:
    return datetime.combine(years_after(now.date(), 1), now.timetz())


def register(app: App, services: Services, replies: Replies) -> None:
    """Register the list of records due, its confirmation, and legal holds."""
    deleting, on = Deleting(services), Listeners(app, replies)
    on.opens("deletion_list", deleting.open_list)
    on.submission("deletion_list", deleting.decide)
    on.submission("delete_for_good", deleting.delete, then=guarded(deleting.tidy_up))
    on.opens("hold_record", deleting.open_hold)
    on.opens("lift_hold", deleting.open_hold)
    on.submission("hold_record", deleting.hold)
    on.submission("lift_hold", deleting.lift)
