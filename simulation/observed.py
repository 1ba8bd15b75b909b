"""What is observed of a run, for every promise to be checked on, and the exception for one that is broken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NoReturn

from flows.paging.roster import Roster
from simulation.figures import RunFigures
from simulation.promises import BrokenPromise
from simulation.stored_state import StoredState
from simulation.timeline import Timeline
from simulation.workspace import SimulatedWorkspace

SOON = timedelta(seconds=60)
"""Whatever is due happens within this, in time in which the bot was there."""


class PromiseBroken(BaseException):
    """A promise does not hold. Not an Exception, as the bot's own loops outlive those."""


@dataclass(frozen=True, slots=True)
class Since:
    """When something began: in simulated time, in time in which the bot was there, and in good time.

    what: what began, where the same thing can begin again.
    """

    at: datetime
    up: timedelta
    good: timedelta
    what: object = None


@dataclass
class Observed:
    """What is observed of a run. interruptions: how often the bot may have lost an answer of Slack's.

    replanned: the clock jumped while no process was there to see it. is_late_call: a call arrives that began before its
    row was given to another instance.
    """

    timeline: Timeline
    stored: StoredState
    workspace: SimulatedWorkspace
    roster: Roster
    figures: RunFigures = field(default_factory=RunFigures)
    interruptions: int = 0
    replanned: bool = False
    is_late_call: bool = False

    def since(self, what: object = None) -> Since:
        """Return the present moment."""
        return Since(self.timeline.now, self.timeline.up, self.timeline.good, what)

    def broken(self, promise: str, words: str) -> NoReturn:
        """Raise PromiseBroken with the promise and what broke it."""
        raise PromiseBroken(str(BrokenPromise(promise, words)))

    def hold(self, broken: Iterable[BrokenPromise]) -> None:
        """Raise PromiseBroken for the first of these, if there is any."""
        for each in broken:
            self.broken(*each)
