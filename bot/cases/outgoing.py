"""Renderers of a case's outbox rows: pages, thread lines, notices to the reporter, and alerts outside Slack."""

from __future__ import annotations

from sqlalchemy import Connection

from bot.cases.notices import notice
from bot.cases.page import alert, asked_again_below, line, neutral, old_page, page
from bot.check_view import CheckView
from bot.context import Services
from bot.delivery.render import LATE, Outgoing, Renderers, entry_of, reference_only
from bot.slack import block_kit
from bot.slack.block_kit import Message
from bot.words import Words
from flows.case import SYSTEM, CaseStatus, Entry
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
    is_late = case.led_by is None and (row.delivered_at or view.now) - row.created_at > LATE
    made = page(view, case, row.ask, row.target, was_due=row.created_at if is_late else None)
    return Outgoing(made, neutral=neutral(view, case, made))


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
    """Render a line of the thread; from when the case ends only the last line stands, and none comes back."""
    entry = entry_of(view, row)
    if entry is None or not may_read(services, row.target, view):
        return Outgoing(None)
    if _is_over(view, entry):
        return Outgoing(None, shrinks=True)
    thread = outbox.thread_of(tx, view.check.id, row.target)
    if thread is None:
        return Outgoing(None, later=outbox.is_awaited(tx, view.check.id, row.target))
    moment = block_kit.when(entry.at, view.now, view.organisation.zone)
    return Outgoing(line(entry.what, _role(view, entry.who), moment, entry.content, view), thread)


def _role(view: CheckView, who: str) -> str:
    """Return what somebody is in this case. A line names nobody: all in its thread have it on their lock screens."""
    if who in (SYSTEM, view.check.reporter):
        return "share-check" if who == SYSTEM else "The staff member"
    return "A lead" if view.roster.person_at(who) in view.roster.people.leads else "Somebody"


def _shrunk_line(view: CheckView, message: Message, _entry: Entry | None, *, is_old: bool) -> Message:
    return reference_only(view) if is_old else message


def _is_over(view: CheckView, entry: Entry) -> bool:
    """Return whether the case has ended since this entry: no message about it is needed any more."""
    return any(one.what.properties.ends_case and one.id > entry.id for one in view.entries)


def _notice(_services: Services, _tx: Connection, row: Claimed, view: CheckView) -> Outgoing:
    entry = entry_of(view, row)
    if entry is None or view.case is None:
        return Outgoing(None)
    if _is_over(view, entry):
        return Outgoing(None, shrinks=True)
    return Outgoing(notice(view, view.case, entry))


def _shrunk_notice(view: CheckView, message: Message, _entry: Entry | None, *, is_old: bool) -> Message:
    is_over = view.case is not None and view.case.status is CaseStatus.CLOSED
    return reference_only(view) if is_over and is_old else message


def _alert(services: Services, tx: Connection, row: Claimed) -> Words | None:
    view = services.look(tx, row.check) if row.check else None
    if view is None or view.case is None or view.case.led_by is not None or not may_read(services, row.target, view):
        return None
    return alert(view, view.case, not_taken=row.target in view.not_taken)
