"""The counts of a run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import timedelta

_WORDS = {
    "checks": "checks started",
    "cases": "checks that needed a lead",
    "presses": "buttons pressed and windows sent",
    "pages_due": "pages due",
    "delivered": "pages delivered",
    "withdrawn": "pages not needed any more before they went",
    "duplicated": "pages delivered more than once",
    "late": "pages late by more than 60 s of good time",
    "lost": "pages lost",
    "elsewhere": "pages handed over by e-mail or phone",
    "kills": "kills",
    "restarts": "restarts",
    "outages": "outages of Slack",
    "refusals": "calls that Slack did not take",
    "latest": "longest lateness, in good time",
    "latest_of_all": "longest lateness, outages and down time included",
}


@dataclass
class RunFigures:
    """Counts of one run, or of many. Good time: the bot was there, and Slack took messages."""

    checks: int = 0
    cases: int = 0
    presses: int = 0
    pages_due: int = 0
    delivered: int = 0
    withdrawn: int = 0
    duplicated: int = 0
    late: int = 0
    lost: int = 0
    elsewhere: int = 0
    kills: int = 0
    restarts: int = 0
    outages: int = 0
    refusals: int = 0
    latest: timedelta = timedelta()
    latest_of_all: timedelta = timedelta()

    @property
    def rows(self) -> list[tuple[str, str]]:
        """Return each figure's words and value, in the order in which they are printed."""
        return [(_WORDS[field.name], _shown(getattr(self, field.name))) for field in fields(self)]

    @property
    def table(self) -> str:
        """Return the figures as text, one a line."""
        return "\n".join(f"{words:<50} {value:>12}" for words, value in self.rows)


def total(each: Iterable[RunFigures]) -> RunFigures:
    """Add up the counts; of durations keep the longest."""
    found = RunFigures()
    for one in each:
        for field in fields(found):
            ours, theirs = getattr(found, field.name), getattr(one, field.name)
            setattr(found, field.name, max(ours, theirs) if isinstance(ours, timedelta) else ours + theirs)
    return found


def _shown(value: int | timedelta) -> str:
    return str(timedelta(seconds=round(value.total_seconds()))) if isinstance(value, timedelta) else f"{value:,}"
