"""Renderers of a case's outbox rows: pages, thread lines, notices to the reporter, and alerts outside Slack."""

from __future__ import annotations

from sqlalchemy import Connection

from bot.cases.notices import notice
from bot.cases.page import alert, asked_again_below, line, old_page, page
from bot.check_view import CheckView
from bot.context import Services
from bot.delivery.render import LATE, Outgoing, Renderers, entry_of, reference_only
from bot.slack import block_kit
from bot.slack.block_kit import Message
from bot.words import Words
from flows.case import SYSTEM, CaseStatus, CheckStatus, Entry
from flows.events import OutboxKind
from storage import outbox
from storage.outbox import Claimed


def register(renderers: Renderers) -> None:
    renderers.add_of_check(OutboxKind.PAGE, _page, _shrunk_page)
    renderers.add_of_check(OutboxKind.OLD_PAGE, _old_page)
    renderers.add_of_check(OutboxKind.LINE, _line, _shrunk_line)
    renderers.add_of_check(OutboxKind.NOTICE, _notice, _shrunk_notice)
    renderers.add_elsewhere(OutboxKind.ALERT, _alert)


def may_read(services: Services, target: str, view: CheckView) -> bool:
    """Return whether `target` may read about the case when the message is sent.

    The leads' channel may where nobody is left out of the case (docs/rules.md, decision 8), a person where they may
    know.
    """
    if target == services.roster.channel:
        return view.case is not None and not view.case.dm_only
    return services.roster.person_at(target) in view.people


def _page(services: Services, _tx: Connection, row: Claimed, view: CheckView) -> Outgoing:
    case = view.case
    if case is None or not may_read(services, row.target, view):
        return Outgoing(None)
    answered_before = case.led_at is not None and row.created_at < case.led_at and not case.disagreed
    is_new = row.ts is None and not row.is_lost
    if is_new and (answered_before or case.closed_at is not None):
        return Outgoing(None)
    is_late = is_new and view.now - row.created_at > LATE
    return Outgoing(page(view, case, row.ask, row.target, was_due=row.created_at if is_late else None))


def _shrunk_page(view: CheckView, message: Message, _entry: Entry | None, *, is_old: bool) -> Message:
    if view.case is None or view.case.status is CaseStatus.CLOSED or not is_old:
        return message
    return old_page(view, view.case)


def _old_page(services: Services, _tx: Connection, row: Claimed, view: CheckView) -> Outgoing:
    """Replace an older page by a pointer to the newer one below it; send nothing where it was never posted."""
    if row.ts is None or not may_read(services, row.target, view):
        return Outgoing(None)
    return Outgoing(asked_again_below(view))


def _line(services: Services, tx: Connection, row: Claimed, view: CheckView) -> Outgoing:
    entry = entry_of(view, row)
    if entry is None or not may_read(services, row.target, view):
        return Outgoing(None)
    if row.ts is None and view.check.status is CheckStatus.CLOSED and not entry.what.properties.ends_case:
        return Outgoing(None)
    thread = outbox.thread_of(tx, view.check.id, row.target)
    if thread is None:
        return Outgoing(None, later=outbox.is_awaited(tx, view.check.id, row.target))
    who = "share-check" if entry.who == SYSTEM else f"<@{entry.who}>"
    return Outgoing(line(entry.what, who, block_kit.at(entry.at), entry.content, view), thread)


def _shrunk_line(view: CheckView, message: Message, entry: Entry | None, *, is_old: bool) -> Message:
    is_last = entry is not None and entry.what.properties.ends_case
    return message if is_last and not is_old else reference_only(view)


def _notice(_services: Services, _tx: Connection, row: Claimed, view: CheckView) -> Outgoing:
    entry = entry_of(view, row)
    if entry is None or view.case is None:
        return Outgoing(None)
    return Outgoing(notice(view, view.case, entry))


def _shrunk_notice(view: CheckView, message: Message, _entry: Entry | None, *, is_old: bool) -> Message:
    is_over = view.case is not None and view.case.status is CaseStatus.CLOSED
    return reference_only(view) if is_over and is_old else message


def _alert(services: Services, tx: Connection, row: Claimed) -> Words | None:
    view = services.look(tx, row.check) if row.check else None
    if view is None or view.case is None or view.case.led_by is not None or not may_read(services, row.target, view):
        return None
    return alert(view, view.case, not_taken=row.target in view.not_taken)
