"""Check when people are asked: within the rung, at once after a lead is gone, by e-mail where Slack fails.

Everything is measured in real time, never by the clock of the bot's machine, and the waits stand here as the policy has
them, not as the code works them out.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from simulation import promises
from simulation.observed import SOON, Observed, Since
from simulation.stored_state import StoredCase

RUNGS = {"P0": timedelta(minutes=5), "P1": timedelta(minutes=15), "P2": timedelta(hours=26), "P3": timedelta(hours=72)}
"""The longest between two asks (docs/rules.md, "Response targets"): P2 is asked about every morning."""
OWED = timedelta(minutes=7)
"""Slack has had nothing of an ask for this long, and the bot was there: an e-mail is owed, however often it failed."""


class AskChecks:
    """Comparison of when people were asked with when they should have been."""

    def __init__(self, observed: Observed) -> None:
        self._observed = observed
        self._asked: dict[str, Since] = {}
        self._late: dict[str, Since] = {}
        self._leaderless: dict[str, Since] = {}
        self._led: dict[str, bool] = {}

    def note_changes(self) -> None:
        """Note the newest ask of each case, and which have lost their lead, after the file changed."""
        for case in self._observed.stored.cases.values():
            before = self._asked.get(case.check)
            if before is None or before.what != case.asks:
                self._asked[case.check] = self._observed.since(case.asks)
                self._late.pop(case.check, None)
                self._leaderless.pop(case.check, None)
            is_led = case.led_by is not None
            if self._led.get(case.check) and not is_led and before is not None and before.what == case.asks:
                self._leaderless[case.check] = self._observed.since()
            self._led[case.check] = is_led

    def plan_anew(self) -> None:
        """Count every wait from now: the clock jumped while no process was there that could have seen it."""
        for check, asked in self._asked.items():
            self._asked[check] = self._observed.since(asked.what)

    def check(self, case: StoredCase) -> None:
        """Check one case that nobody leads."""
        if case.status != "open" or case.check not in self._asked:
            self._late.pop(case.check, None)
            return
        name, timeline = self._observed.stored.name(case.check), self._observed.timeline
        asked = self._asked[case.check]
        if timeline.now > asked.at + RUNGS[case.urgency]:
            late = self._late.setdefault(case.check, self._observed.since())
            waited = timeline.now - asked.at
            self._observed.hold(promises.asked_within_rung(name, case.urgency, waited, timeline.up - late.up, SOON))
        gone = self._leaderless.get(case.check)
        if gone is not None:
            self._observed.hold(promises.asked_once_nobody_leads(name, timeline.up - gone.up, SOON))

    def check_owed(self, case: StoredCase, *, is_reached: bool, has_mail: bool, mailed_at: datetime | None) -> None:
        """Check that an ask that Slack did not take went out by e-mail, where there is e-mail."""
        asked = self._asked.get(case.check)
        if case.status != "open" or asked is None or is_reached or not has_mail:
            return
        waited = self._observed.timeline.up - asked.up
        is_mailed = mailed_at is not None and mailed_at >= asked.at
        name = f"ask {case.asks} of {self._observed.stored.name(case.check)}"
        self._observed.hold(promises.mail_is_sent_where_slack_fails(name, waited, OWED, is_mailed=is_mailed))
