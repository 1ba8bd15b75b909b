"""Real instances of the bot, killed and put to sleep at random while many people use them, and what came of it.

    python -m tests.reliability.campaign --minutes 5 --seed 1
    python -m tests.reliability.campaign --minutes 5 --seed 1 --database postgresql

The seed decides what everybody does and how long each life is; the machine decides what that meets.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sandbox import Workspace
from tests.harness import MANIFEST
from tests.postgres import find_programs, running_server
from tests.reliability.answer_paths import CALM, LONG, STOPS, URGENT, Walk
from tests.reliability.final_state import Books, books_of
from tests.reliability.journal import Journal
from tests.reliability.programs import CONNECTED_WITHIN, Fleet
from tests.reliability.promises import Verdict
from tests.reliability.users import LOOK_EVERY, Crowd

SLACK_TAKES = 80.0
"""Milliseconds: as with the real Slack, there is always something under way."""

SLACK_WAITS = 6.0
"""Seconds until somebody who pressed is told that the app did not answer: twice Slack's, as other tests run beside."""

IN_ITS_PRIME = 0.75
"""How many lives end once it is connected; the others may end while it starts."""

ENOUGH, LONGER = 60, 45.0
"""Presses that were ticked off, and seconds that a campaign goes on for them at the most."""

ASLEEP = (5.0, 45.0)
"""Seconds."""

NO_CHOICE = 61.0
"""Seconds after which the leads are told of somebody in danger who chose nobody."""

QUIET_WITHIN = 90.0
"""Seconds: the lease of a row whose sender is gone, and some."""


DISAGREEING = (0.0, 7.0, -5.0)
"""Seconds by which the clocks of three instances are wrong."""


@dataclass(frozen=True)
class Plan:
    """One campaign. skews: one for each instance, in seconds. mortal: numbers of those killed and started again.

    doomed: the number of one that is killed for good half-way; late: of one that starts only then; sleepy: of one
    that stands still now and then, for longer than the others believe in it.
    longest_life: of a mortal one, in seconds. waits: whether whoever chose nobody is waited for, a minute.
    jump: whether the clocks are moved over that minute.
    """

    seed: int
    seconds: float
    skews: tuple[float, ...] = (0.0,)
    mortal: tuple[int, ...] = ()
    doomed: int | None = None
    late: int | None = None
    sleepy: int | None = None
    people: int = 5
    walks: tuple[Walk, ...] = (*URGENT, *CALM)
    longest_life: float = 4.0
    waits: bool = True
    jump: bool = True


@dataclass(frozen=True)
class Report:
    """What came of it. Times in seconds."""

    plan: Plan
    verdict: Verdict
    journal: Journal
    kills: int
    sleeps: int
    falls: int
    quiet_after: float
    codes: list[int]

    @property
    def broken(self) -> list[str]:
        """Every promise that was not kept."""
        left = [f"an instance that was told to stop ended with {code}" for code in self.codes if code]
        fallen = [f"instances ended {self.falls} times although nobody ended them"] if self.falls else []
        return [*self.verdict.broken, *left, *fallen]

    def figures(self) -> dict[str, int | float]:
        """What to print."""
        verdict, journal = self.verdict, self.journal
        return {
            "kills": self.kills,
            "times asleep": self.sleeps,
            "checks": verdict.checks,
            "presses acknowledged": len(journal.acks),
            "presses not acknowledged": len(journal.failed),
            "acknowledged and lost": len(verdict.lost),
            "commands typed again": journal.typed_again,
            "pages due": len(verdict.due),
            "pages delivered": len(verdict.pages),
            "pages sent more than once": len(verdict.twice),
            "most copies of one page": max((len(page.at) for page in verdict.pages), default=0),
            "longest lateness (s)": round(max(verdict.late, default=0.0), 1),
            "longest wait for a card (s)": round(journal.longest_wait, 1),
            "quiet after (s)": round(self.quiet_after, 1),
        }

    def __str__(self) -> str:
        lines = [f"{name}: {figure}" for name, figure in self.figures().items()]
        return "\n".join([f"seed: {self.plan.seed}", *lines, *(f"BROKEN: {each}" for each in self.broken)])


@contextmanager
def fleet_of(plan: Plan, folder: Path, database_url: str) -> Iterator[Fleet]:
    """A workspace that takes its time, and the instances, all connected; gone afterwards whatever happens."""
    with (
        Workspace(manifest=MANIFEST, ack_seconds=SLACK_WAITS, rates=False) as workspace,
        Fleet(folder, workspace, database_url, plan.skews) as fleet,
    ):
        fleet.start(*(number for number in range(len(plan.skews)) if number != plan.late))
        workspace.faults.slow("chat.*", milliseconds=SLACK_TAKES, times=None)
        yield fleet


def run(plan: Plan, folder: Path, database_url: str) -> Report:
    """The whole of it."""
    with fleet_of(plan, folder, database_url) as fleet, books_of(database_url, fleet.key) as books:
        crowd = Crowd(fleet.workspace, plan.seed, plan.people, plan.walks)
        crowd.start()
        try:
            _live_and_die(fleet, plan, crowd.journal)
        finally:
            crowd.stop()
        quiet_after = _calm_down(fleet, books, plan)
        falls = sum(program.falls + program.has_fallen() for program in fleet.programs)
        codes = fleet.stop()
        verdict = Verdict(fleet, crowd.journal, books, waited=plan.waits)
        return Report(plan, verdict, crowd.journal, len(fleet.kills), len(fleet.sleeps), falls, quiet_after, codes)


def _live_and_die(fleet: Fleet, plan: Plan, journal: Journal) -> None:
    """Kill the mortal again and again, the doomed once; at the end all but the doomed are connected, and awake."""
    over = threading.Event()
    with ThreadPoolExecutor(len(plan.mortal) + 1) as killers:
        try:
            killing = [killers.submit(_kill_again, fleet, plan, number, over) for number in plan.mortal]
            if plan.sleepy is not None:
                killing.append(killers.submit(_sleep_again, fleet, plan, plan.sleepy, over))
            over.wait(plan.seconds / 2)
            if plan.doomed is not None:
                fleet.kill(plan.doomed)
            if plan.late is not None:
                fleet.start(plan.late)
            over.wait(plan.seconds / 2)
            _wait_for_enough(fleet, plan, journal)
        finally:
            over.set()
    for each in killing:
        each.result()
    fleet.workspace.wait_for_bot(fleet.running, CONNECTED_WITHIN)


def _wait_for_enough(fleet: Fleet, plan: Plan, journal: Journal) -> None:
    """On a machine that has much else to do it goes on until there was something to lose, and somebody was killed."""
    until = time.monotonic() + LONGER
    kills = 2 if plan.mortal else 0
    while (len(journal.acks) < ENOUGH or len(fleet.kills) < kills) and time.monotonic() < until:
        time.sleep(LOOK_EVERY)


def _kill_again(fleet: Fleet, plan: Plan, number: int, over: threading.Event) -> None:
    """Some lives end before it is connected. It is started again at once, as whatever runs it would."""
    chance = random.Random(f"{plan.seed} {number}")  # noqa: S311 - whims, not secrets
    while not over.wait(chance.uniform(0.1, plan.longest_life)):
        fleet.kill(number)
        fleet.programs[number].start()
        if chance.random() < IN_ITS_PRIME:
            _wait_until_connected(fleet, over)


def _sleep_again(fleet: Fleet, plan: Plan, number: int, over: threading.Event) -> None:
    """Sometimes shorter and sometimes longer than it takes until the others send what it was sending."""
    chance, program = random.Random(f"{plan.seed} sleep"), fleet.programs[number]  # noqa: S311 - whims, not secrets
    while not over.wait(chance.uniform(5, 30)):
        since = fleet.now
        program.freeze()
        try:
            over.wait(chance.uniform(*ASLEEP))
        finally:
            program.thaw(since, fleet.now)


def _wait_until_connected(fleet: Fleet, over: threading.Event) -> None:
    until = time.monotonic() + CONNECTED_WITHIN
    while fleet.workspace.connections < fleet.running and time.monotonic() < until and not over.wait(LOOK_EVERY):
        pass


def _calm_down(fleet: Fleet, books: Books, plan: Plan) -> float:
    """Wait until everything is sent, and return the seconds that took; then until whoever chose nobody is heard."""
    began, world = time.monotonic(), fleet.workspace.slack.world
    world.wait(books.is_quiet, QUIET_WITHIN)
    took = time.monotonic() - began
    if plan.waits:
        fleet.forward(NO_CHOICE if plan.jump else 0)
        world.wait(lambda: not books.undecided() and books.is_quiet(), QUIET_WITHIN)
    return took


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one by hand; 1 where a promise was broken. Told to stop, it takes its instances with it."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--people", type=int, default=6)
    parser.add_argument("--keep", type=Path, help="a folder for logs and database, which then stay")
    asked = parser.parse_args(arguments)
    several = asked.database == "postgresql"
    plan = Plan(
        seed=asked.seed,
        seconds=asked.minutes * 60,
        skews=DISAGREEING if several else (0.0,),
        mortal=(2,) if several else (0,),
        doomed=1 if several else None,
        sleepy=0 if several else None,
        people=asked.people,
        walks=(*URGENT, *CALM, LONG, STOPS),
        longest_life=12.0,
        jump=False,
    )
    with tempfile.TemporaryDirectory(prefix="share-check-") as passing:
        folder = asked.keep or Path(passing)
        folder.mkdir(parents=True, exist_ok=True)
        with _database(asked.database, folder) as url:
            report = run(plan, folder, url)
    sys.stdout.write(f"{report}\n")
    return 1 if report.broken else 0


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'campaign.db'}"
        return
    programs = find_programs()
    if programs is None:
        raise SystemExit("PostgreSQL is not installed: apt install postgresql")
    with running_server(programs) as server:
        yield server.fresh_database()


if __name__ == "__main__":
    sys.exit(main())
