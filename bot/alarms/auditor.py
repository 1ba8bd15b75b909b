"""The auditor: once a minute it checks that every timer, page and open case is being processed.

If something is late it alarms the leads and the administrators, and withholds the external heartbeat, so that somebody
is told even if this process, its network or its database is down.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta

from sqlalchemy import Connection

from bot.alarms import audience, broken_seal
from bot.alarms.conditions import ConditionWatch
from bot.alarms.heartbeat import Heartbeat
from bot.alarms.record_watch import RecordWatch
from bot.context import Services
from bot.cover.schedule import plan_gap_report
from bot.delivery.other_channels import Via
from bot.each import each
from bot.supervised_loop import SupervisedLoop
from flows.events import OutboxKind
from storage import outbox
from storage.errors import DatabaseAway
from storage.health import liveness, overdue
from storage.health.overdue import Findings
from storage.proof.seal import seal_due

log = logging.getLogger(__name__)
EVERY = 60.0
"""Seconds between two rounds."""
_REMEMBERED = timedelta(days=1)


class Auditor:
    """The loop that audits once a minute. administrators: their channels other than Slack.

    looks: what else is looked at each time, last, as it may wait for Slack.
    """

    def __init__(
        self,
        services: Services,
        looks: Sequence[Callable[[], object]],
        administrators: Sequence[Via],
        heartbeat: Heartbeat,
        conditions: ConditionWatch,
    ) -> None:
        self._services = services
        self._looks = looks
        self._administrators = administrators
        self._heartbeat = heartbeat
        self._conditions = conditions
        self._said_well = False
        self._record = RecordWatch(services)
        self.is_connected: Callable[[], bool] = lambda: True

    def loop(self) -> SupervisedLoop:
        """Return the loop that audits once a minute, the first time a minute after the start."""
        meter = self._services.meters.turned
        return SupervisedLoop("auditor", self.turn, every=EVERY, failure="the audit failed", meter=meter)

    def turn(self) -> Findings:
        """Audit once: repair what can be repaired, alarm about the rest, and send the heartbeat only if all is well.

        Return what is late. Raises DatabaseAway where the database takes no writes, once everybody is told.
        """
        now, is_connected = self._services.clock.now(), self.is_connected()
        present = self._conditions.see(is_connected=is_connected)
        if not self._services.database.can_write():
            self._conditions.tell_that_nothing_is_saved()
            raise DatabaseAway
        with self._services.write() as tx:
            self._conditions.tell(tx)
            found = overdue.look(tx, now)
            if found.is_well:
                self._say_well(tx)
            else:
                self._alarm(tx, found)
            plan_gap_report(self._services, tx, now)
            is_whole = broken_seal.look(self._services, tx, self._administrators)
        self._record.turn()
        each(self._services, found.unwatched, lambda tx, check: self._services.casework(tx).look_again(check))
        if found.is_well and is_whole and is_connected and not present:
            self._heartbeat.beat()
        for look in self._looks:
            look()
        with self._services.database.begin() as tx:
            if is_whole:
                seal_due(tx, self._services.seal_key, now)
            if is_connected:
                liveness.connected(tx, now)
        return found

    def _alarm(self, tx: Connection, found: Findings) -> None:
        """Queue an alarm to everybody who may know of it, at most once an hour each while it lasts."""
        log.error("late: %s timers, %s messages, %s cases", len(found.late), len(found.unsent), len(found.unwatched))
        self._said_well = False
        services = self._services
        roster, whose = services.roster, audience.whose(services, tx, found.checks)
        in_channel = audience.is_open_to_all(services, tx, found.checks)
        told = (roster.channel,) if in_channel else [roster.slack[one] for one in roster.everyone if one in whose]
        leads = [one for one in roster.everyone if one in whose and (one in roster.people.leads or not in_channel)]
        key = f"alarm:{services.clock.now():%Y-%m-%dT%H}"
        ways = audience.elsewhere(services, leads, self._administrators)
        audience.tell(services, tx, key, OutboxKind.ALARM, (*told, *services.organisation.administrators), ways)

    def _say_well(self, tx: Connection) -> None:
        """Update the alarms of the last day, once, to say that they are over."""
        if not self._said_well:
            now = self._services.clock.now()
            outbox.mark_recent_due(tx, OutboxKind.ALARM, now - _REMEMBERED, now)
            self._said_well = True
