"""What every promise is checked against, and what it means that one is broken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NoReturn

from flows.paging.roster import Roster
from simulation.figures import RunFigures
from simulation.kept import Stored
from simulation.promises import BrokenPromise
from simulation.workspace import SimulatedWorkspace
from simulation.world import World

SOON = timedelta(seconds=60)
"""Whatever is due happens within this, in time in which the bot was there."""


class PromiseBroken(BaseException):
    """One of the promises does not hold. No Exception: the bot's own loops outlive each of those."""


@dataclass(frozen=True, slots=True)
class Since:
    """When something began: in the world's time, in time in which the bot was there, and in good time.

    what: what began, where the same thing can begin again.
    """

    at: datetime
    up: timedelta
    good: timedelta
    what: object = None


@dataclass
class Scene:
    """Everything there is to look at. mishaps: how often the bot may have lost what Slack had told it."""

    world: World
    kept: Stored
    workspace: SimulatedWorkspace
    roster: Roster
    figures: RunFigures = field(default_factory=RunFigures)
    mishaps: int = 0

    def since(self, what: object = None) -> Since:
        """From now on."""
        return Since(self.world.now, self.world.up, self.world.good, what)

    def broken(self, promise: str, words: str) -> NoReturn:
        """Say which promise, and how."""
        raise PromiseBroken(str(BrokenPromise(promise, words)))

    def hold(self, broken: Iterable[BrokenPromise]) -> None:
        """Raise PromiseBroken for the first of these, if there is any."""
        for each in broken:
            self.broken(*each)
