"""To whom each kind of outbox row may go: computed from the check and its record, and never believed from the row.

Somebody who can write to the database could otherwise have any check shown to anybody. The sender asks before each
message; a row that says otherwise is not sent, and is an alarm.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from bot.check_view import CheckView
from bot.config.settings import ADMINISTRATORS
from bot.context import Services
from bot.delivery import differences
from bot.permission import Act, may
from flows.events import EventKind, OutboxKind
from storage import checks, outbox
from storage.outbox import SLACK, Claimed


class WrongAddressee(Exception):
    """The row would be shown to somebody whom neither the check nor its record names. check: its id, if it has one."""

    def __init__(self, check: str | None) -> None:
        super().__init__()
        self.check = check


@dataclass(frozen=True, slots=True)
class _Asked:
    """A row about to be sent. view: of its check, with its history; None for a row about no check."""

    services: Services
    tx: Connection
    row: Claimed
    view: CheckView | None

    @property
    def about(self) -> CheckView:
        assert self.view is not None  # noqa: S101 - rows about a check are asked with it
        return self.view

    @property
    def event(self) -> EventKind | None:
        """The kind of the entry that the row is about; None where it is about none, or that entry is not sound."""
        entry = next((one for one in self.about.entries if one.id == self.row.event and one.is_sound), None)
        return entry.what if entry else None


Rule = Callable[[_Asked], bool]
_BESIDE_THE_LINES = frozenset({EventKind.ASKED_AGAIN, EventKind.STEPPED_ASIDE})
"""Kinds of events that the reporter is told of, besides those that always tell."""


def _is_reporter(asked: _Asked) -> bool:
    """By the record; `checks.load` opens the answers of nobody else's check, for those of before there was an entry."""
    said, reporter = asked.about.recorded.reporter, asked.about.check.reporter
    return asked.row.target == reporter and said in (None, reporter)


def _card(asked: _Asked) -> bool:
    return _is_reporter(asked) and (asked.row.event is None or asked.event is EventKind.AWAY)


def _reminder(asked: _Asked) -> bool:
    return _is_reporter(asked) and asked.event is EventKind.REMINDED


def _notice(asked: _Asked) -> bool:
    event = asked.event
    return _is_reporter(asked) and event is not None and (event.properties.tells_reporter or event in _BESIDE_THE_LINES)


def _was_asked(asked: _Asked) -> bool:
    """Return whether this is, or was, somebody to be asked: what they may no longer read is taken away from them."""
    target, view = asked.row.target, asked.about
    if target == asked.services.roster.channel:
        return asked.row.via == SLACK and view.recorded.was_in_channel
    person, said = asked.services.roster.person_at(target), view.recorded
    was_asked = target in said.asked_slack or person in said.asked or any(sent.to == target for sent in said.sent)
    return person in view.people or was_asked


def _line(asked: _Asked) -> bool:
    event = asked.event
    return _was_asked(asked) and event is not None and bool(event.properties.line)


def _old_page(asked: _Asked) -> bool:
    """Only where a newer page followed: a page in force that is called old would send people away from it."""
    check = asked.about.check.id
    return _was_asked(asked) and outbox.has_newer_page(asked.tx, check, asked.row.target, asked.row.id)


def _breach(asked: _Asked) -> bool:
    target, check = asked.row.target, asked.about.check.id
    is_known = may(asked.services.subject(asked.tx, check), target, Act.BREACH, asked.services.roster)
    return is_known or target in asked.about.recorded.breach_told


def _is_erased(asked: _Asked) -> bool:
    """Only of a check whose key is gone are messages taken away."""
    return asked.row.check is not None and not checks.has_key(asked.tx, asked.row.check)


def _is_shown_alarms(asked: _Asked) -> bool:
    services, target = asked.services, asked.row.target
    if target == ADMINISTRATORS:
        return asked.row.via != SLACK
    return _reads_cover(asked) or target in services.roster.slack.values()


def _is_told_of_difference(asked: _Asked) -> bool:
    services, row = asked.services, asked.row
    if row.target == ADMINISTRATORS:
        return row.via != SLACK
    return row.target in differences.readers(services, asked.tx, row.check)


def _reads_cover(asked: _Asked) -> bool:
    return asked.row.target in (asked.services.roster.channel, *asked.services.organisation.administrators)


def _is_on_the_list(asked: _Asked) -> bool:
    return asked.services.roster.person_at(asked.row.target) is not None


def _is_on_the_list_or_their_channel(asked: _Asked) -> bool:
    return _is_leads_channel(asked) or _is_on_the_list(asked)


def _is_leads_channel(asked: _Asked) -> bool:
    return asked.row.target == asked.services.roster.channel


def _is_staff_channel(asked: _Asked) -> bool:
    return asked.row.target == asked.services.organisation.staff_channel


def _own(_asked: _Asked) -> bool:
    """Let a Home tab go to anybody: it is drawn for whoever it is published to, with what they may know."""
    return True


RULES: Mapping[OutboxKind, Rule] = {
    OutboxKind.CARD: _card,
    OutboxKind.PAGE: _was_asked,
    OutboxKind.OLD_PAGE: _old_page,
    OutboxKind.ALERT: _was_asked,
    OutboxKind.BREACH: _breach,
    OutboxKind.BREACH_ALERT: _breach,
    OutboxKind.LINE: _line,
    OutboxKind.NOTICE: _notice,
    OutboxKind.REMINDER: _reminder,
    OutboxKind.ERASED: _is_erased,
    OutboxKind.HOME: _own,
    OutboxKind.ALARM: _is_shown_alarms,
    OutboxKind.CONDITION: _is_shown_alarms,
    OutboxKind.BROKEN_CHAIN: _is_shown_alarms,
    OutboxKind.DIFFERENCE: _is_told_of_difference,
    OutboxKind.GAPS: _reads_cover,
    OutboxKind.MARKED_AWAY: _is_on_the_list,
    OutboxKind.CLOSED_ACCOUNT: _reads_cover,
    OutboxKind.DIGEST: _is_leads_channel,
    OutboxKind.STAFF_DIGEST: _is_staff_channel,
    OutboxKind.DIGEST_LINE: _is_on_the_list,
    OutboxKind.DELETIONS_DUE: _is_on_the_list_or_their_channel,
}
"""Every kind of row, with whom it may go to."""
ABOUT_A_CHECK = frozenset(
    {
        *(OutboxKind.CARD, OutboxKind.PAGE, OutboxKind.OLD_PAGE, OutboxKind.ALERT, OutboxKind.BREACH),
        *(OutboxKind.BREACH_ALERT, OutboxKind.LINE, OutboxKind.NOTICE, OutboxKind.REMINDER),
    }
)
"""Kinds whose rule asks for the check."""


def insist(services: Services, tx: Connection, row: Claimed, view: CheckView | None = None) -> None:
    """Raise WrongAddressee unless the row goes to somebody it may go to. Raises KeyError for a kind of a newer version.

    view: of its check, with its history, for the kinds of ABOUT_A_CHECK.
    """
    rule = RULES[row.what]
    if row.what in ABOUT_A_CHECK and view is None:
        raise WrongAddressee(row.check)
    if not rule(_Asked(services, tx, row, view)):
        raise WrongAddressee(row.check)
