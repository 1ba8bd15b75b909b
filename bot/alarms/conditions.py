"""The alarm about conditions: no page arrives because of the token, the channel, the connection or the database.

None is about a check, so nobody is left out. Everybody is told in every way there is: one of them may work.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.client import HTTPException

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.alarms import audience
from bot.alarms.messages import conditions_elsewhere, conditions_present
from bot.context import Services
from bot.delivery import differences
from bot.delivery.other_channels import NotSent, Via
from bot.delivery.sender import OtherWays
from bot.findings import ABOUT_A_CHECK, Condition
from flows.events import OutboxKind
from storage import outbox
from storage.engine import schema_objects
from storage.health import liveness

log = logging.getLogger("share-check")
HOURS = 4
"""Hours after which an alarm about the same conditions is sent again."""
PASSING = frozenset({Condition.SLACK_AWAY, Condition.NOT_CONNECTED, Condition.CLOCK_WRONG})
"""Seen once they may be a moment's trouble: they count when they are there at two looks in a row."""
_REMEMBERED = timedelta(days=2)


class ConditionWatch:
    """Looks for conditions, keeps them where every process and the alarm's text read them, and alarms.

    look: the conditions that Slack answers about. administrators: their ways other than Slack.
    """

    def __init__(
        self,
        services: Services,
        client: WebClient,
        look: Callable[[], frozenset[Condition]],
        other_ways: OtherWays | None,
        administrators: Sequence[Via],
    ) -> None:
        self._services = services
        self._client = client
        self._look = look
        self._other_ways = other_ways
        self._administrators = administrators
        self._before: frozenset[Condition] = frozenset()
        self._told_directly = datetime.min.replace(tzinfo=UTC)

    def see(self, *, is_connected: bool) -> frozenset[Condition]:
        """Ask Slack, and keep what is wrong in this process. Call it outside of every transaction."""
        seen = self._look() | (frozenset() if is_connected else frozenset({Condition.NOT_CONNECTED}))
        if Condition.SLACK_AWAY not in seen:
            self._services.conditions.doubt_clock(math.inf if Condition.CLOCK_WRONG in seen else 0.0)
        if self._services.conditions.has_clock_jumped(self._services.clock.monotonic()):
            seen |= {Condition.CLOCK_JUMPED}
        if self._is_database_changed():
            seen |= {Condition.DATABASE_CHANGED}
            self._tell_directly(frozenset({Condition.DATABASE_CHANGED}))  # what was planted may empty the outbox
        present = (seen - PASSING) | (seen & PASSING & self._before) | self._differs()
        self._before = seen
        self._services.conditions.keep(present)
        if Condition.SLACK_AWAY not in seen and Condition.TOKEN_REFUSED not in seen:
            self._services.conditions.is_channel_checked = True
        return present

    def _differs(self) -> frozenset[Condition]:
        """Return RECORD_DIFFERS for a day after anything last differed. Where the database is away, as before."""
        services = self._services
        try:
            with services.database.read() as tx:
                last = liveness.last_difference(tx)
        except SQLAlchemyError:
            return services.conditions.present & ABOUT_A_CHECK
        is_new = last is not None and services.clock.now() - last < differences.REMEMBERED
        return ABOUT_A_CHECK if is_new else frozenset()

    def tell(self, tx: Connection) -> None:
        """Queue an alarm where something is wrong, at once where it is new, else every four hours.

        Where the conditions have changed, older alarms are edited to say what is true now.
        """
        services, now = self._services, self._services.clock.now()
        present = services.conditions.present - ABOUT_A_CHECK
        if liveness.keep_conditions(tx, map(str, services.conditions.present), now):
            outbox.mark_recent_due(tx, OutboxKind.CONDITION, now - _REMEMBERED, now)
        if not present:
            return
        log.error("pages may not arrive: %s", ", ".join(sorted(present)))
        key = f"condition:{_short(present)}:{now:%Y-%m-%d}:{now.hour // HOURS}"
        audience.tell(services, tx, key, OutboxKind.CONDITION, self._in_slack(), self._elsewhere())

    def tell_that_nothing_is_saved(self) -> None:
        """Tell everybody that nothing can be saved, past the outbox, which cannot be written; every four hours."""
        present = frozenset({Condition.CANNOT_SAVE})
        self._services.conditions.keep(self._services.conditions.present | present)
        log.error("the database takes no writes: nothing is saved, and no page is timed")
        self._tell_directly(present)

    def _tell_directly(self, present: frozenset[Condition]) -> None:
        """Tell everybody past the outbox, every four hours. A way that fails is logged by its class."""
        now = self._services.clock.now()
        if abs(now - self._told_directly) < timedelta(hours=HOURS):
            return
        reached = [self._send(via, target, present) for via, target in self._elsewhere()]
        reached += [self._post(target, present) for target in dict.fromkeys(self._in_slack())]
        if any(reached):
            self._told_directly = now

    def _is_database_changed(self) -> bool:
        """Return whether the database holds programs that no migration made. False where it does not answer."""
        try:
            with self._services.database.read() as tx:
                return bool(schema_objects.differences(tx))
        except SQLAlchemyError:
            return False

    def _send(self, via: Via, target: str, present: frozenset[Condition]) -> bool:
        try:
            assert self._other_ways is not None  # noqa: S101 - without them there are no ways
            self._other_ways.send(via, self._services.roster.person_at(target) or target, conditions_elsewhere(present))
        except NotSent as problem:
            log.error("an alarm could not be sent: %s", problem)  # noqa: TRY400 - its text may hold an address
            return False
        return True

    def _post(self, target: str, present: frozenset[Condition]) -> bool:
        message = conditions_present(present)
        try:
            self._client.chat_postMessage(channel=target, text=message.text, blocks=message.blocks)
        except (SlackApiError, SlackClientError, OSError, HTTPException) as problem:
            log.error("an alarm could not be posted: %s", type(problem).__name__)  # noqa: TRY400 - may hold a token
            return False
        return True

    def _in_slack(self) -> Sequence[str]:
        """Return the Slack ids of the channel, the leads and the administrators."""
        roster = self._services.roster
        leads = (roster.slack[lead] for lead in roster.people.leads)
        return (roster.channel, *leads, *self._services.organisation.administrators)

    def _elsewhere(self) -> Sequence[audience.Way]:
        return audience.elsewhere(self._services, self._services.roster.people.leads, self._administrators)


def _short(present: frozenset[Condition]) -> str:
    return sha256(" ".join(sorted(present)).encode()).hexdigest()[:8]
