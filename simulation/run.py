"""One run: people, weather and a bot, event by event until the days are over, and whether every promise held."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from bot.checks.card import card
from bot.delivery.other_channels import NotSent, Via, Words
from simulation import hands, setting
from simulation.checker import PromiseChecker
from simulation.figures import RunFigures
from simulation.habits import LEADS, STAFF
from simulation.host import Host
from simulation.kept import Stored
from simulation.machine import Json, Parts
from simulation.people import SimulatedPerson
from simulation.scene import PromiseBroken, Scene
from simulation.slack import Slack
from simulation.weather import Spell, draw
from simulation.workspace import Call, Post, SimulatedWorkspace, owner
from simulation.world import Killed, WallClock, World

TOLD = 40
"""So many of the last events are told where a promise was broken."""
_QUIET = timedelta(minutes=12)
"""At the end nothing goes wrong and nobody presses anything for so long."""
_AT_LEAST = timedelta(hours=3)
_MINUTE = timedelta(minutes=1)
_DEEPEST = 2
_HURRY = 0.1
_USERS = ("U0STAFF1", "U0STAFF2", "U0STAFF3")
_A_LEAD_ASKS = 0.12


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """What came of one seed. broken: the promise that did not hold, told in full; empty where all held."""

    seed: int
    figures: RunFigures
    trace: tuple[str, ...]
    broken: str = ""


def play(seed: int, days: float = 1, listen: Callable[[str], None] | None = None) -> RunOutcome:
    """One seed from its first event to its last; one at a time. The same seed and days are always the same run."""
    with _hushed():
        run = Run(seed, days, listen)
        broken = ""
        try:
            run.play()
        except PromiseBroken as promise:
            broken = run.told(str(promise))
        finally:
            run.close()
        return RunOutcome(seed, run.scene.figures, tuple(run.world.trace), broken)


@contextmanager
def _hushed() -> Iterator[None]:
    """What the bot logs of all this trouble is not read by anybody."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


class Run:
    """Everything of one seed."""

    def __init__(self, seed: int, days: float, listen: Callable[[str], None] | None = None) -> None:
        chance = Random(seed)  # noqa: S311 - a seed is to give the same run again
        organisation, roster = setting.organisation(chance.choice(setting.KINDS), chance.choice(setting.WAYS))
        self._seed, self._days = seed, days
        self.weather = draw(chance, days, [roster.channel, *roster.slack.values()])
        self.world = World(chance, self.weather.begins, listen)
        members = [roster.slack[person] for person in (*roster.people.leads, *roster.people.deputies)]
        self.workspace = SimulatedWorkspace(self.world, self.weather, roster.channel, members)
        kept = Stored(setting.afresh(), setting.witness(), setting.keyring())
        self.scene = Scene(self.world, kept, self.workspace, roster)
        self.promises = PromiseChecker(self.scene)
        self.host = Host(self.scene, self.weather, setting.disk())
        self._slack = Slack(self.world, self.weather, self.workspace, self._meanwhile, self.host.strike)
        clock, mail = WallClock(self.world, self._meanwhile), Mail(self)
        parts = (organisation, roster, setting.keyring(), clock, self._slack, mail, self._whisper)
        self.host.is_for(Parts(*parts))
        names = {person.slack: person.name.lower() for person in organisation.everyone}
        names |= {user: f"staff member {number}" for number, user in enumerate(_USERS, 1)}
        self._people = {user: self._person(user, name) for user, name in names.items()}
        self.workspace.watch = self
        self.workspace.arrived = self._arrived

    def _person(self, user: str, name: str) -> SimulatedPerson:
        temper = self.world.chance.choice(STAFF if user in _USERS else LEADS)
        temper = replace(temper, acts=math.ceil(temper.acts * min(0.3 + self._days, 1)))
        return SimulatedPerson(user, name, temper, self.world, self.workspace, self.promises, self.host.take)

    def close(self) -> None:
        self.scene.figures.refusals = self._slack.refusals
        self.host.stop()
        self.scene.kept.close()

    def told(self, broken: str) -> str:
        """A broken promise with all that is needed to see it again."""
        events = "\n".join(self.world.trace[-TOLD:])
        again = f"python -m simulation --seed {self._seed} --days {self._days:g} --verbose"
        when = f"{self.world.now:%a %d %b %Y %H:%M:%S} UTC"
        return f"Seed {self._seed}, {when}. A promise was broken.\n{broken}\n\n{events}\n\nTo see it again: {again}"

    # From the first event to the last

    def play(self) -> None:
        """Raises PromiseBroken."""
        ends = self.weather.begins + timedelta(days=self._days)
        self._plan()
        self._until(ends)
        self._be_quiet()
        self._until(ends + _QUIET)
        self.promises.end()
        self._cards_are_true()

    def _plan(self) -> None:
        """Put everything that is drawn into the course of time."""
        world, host, weather = self.world, self.host, self.weather
        world.at(weather.begins, host.start)
        for _ in range(math.ceil(self._days) * world.chance.choice((1, 1, 2))):
            hours = world.chance.triangular(0, 24 * self._days, 6 * self._days)
            world.at(weather.begins + timedelta(hours=hours), self._somebody().starts)
        for spell in weather.outages:
            world.at(spell.begins, lambda spell=spell: self._outage(spell))  # type: ignore[misc] # a default binds the value of this turn
            world.at(spell.ends, self._slack_is_back)
        for spell in weather.deaf:
            world.at(spell.begins, lambda: host.go_deaf(1))
            world.at(spell.ends, lambda: host.go_deaf(-1))
        for spell in weather.restarts:
            world.at(spell.begins, lambda spell=spell: host.restart(spell))  # type: ignore[misc] # a default binds the value of this turn
        for moment, step in weather.steps:
            world.at(moment, lambda step=step: host.step_clock(step))  # type: ignore[misc] # a default binds the value of this turn
        for moment in weather.lost:
            world.at(moment, self.workspace.lose_one)

    def _somebody(self) -> SimulatedPerson:
        """Whoever starts a check: staff, and now and then a lead."""
        among = [*self._people] if self.world.is_so(_A_LEAD_ASKS) else _USERS
        return self._people[self.world.chance.choice(among)]

    def _until(self, ends: datetime) -> None:
        while (at := self._next_at()) <= ends:
            self._live(at)
        self._live(ends)

    def _next_at(self) -> datetime:
        """When something happens next."""
        found = (self.world.next_at, self.host.next_at(), self.world.now + _AT_LEAST)
        return min(at for at in found if at is not None)

    def _live(self, at: datetime) -> None:
        """Let time come to this moment, and everything happen that it brings."""
        try:
            self.host.keep_pulse(at)
            self.world.move_to(at)
            self._happen_until(at)
            self.host.settle()
        except Killed:
            self.world.depth = 0
            self.host.stop()
        self.promises.look()

    def _happen_until(self, at: datetime) -> None:
        while self.world.next_at is not None and self.world.next_at <= at:
            self.world.take_next()()
            self.promises.look()

    def _meanwhile(self, seconds: float) -> None:
        """While one call takes its time others press, and whatever else is due is done."""
        world, until = self.world, self.world.now + timedelta(seconds=seconds)
        if world.depth >= _DEEPEST:
            world.move_to(until)
            return
        if world.next_at is not None and world.next_at - until < _MINUTE and world.is_so(_HURRY):
            until = max(until, world.next_at)
        world.depth += 1
        self._happen_until(until)
        world.move_to(until)
        self.host.tick()
        self.host.send()
        world.depth -= 1

    def _be_quiet(self) -> None:
        """From now on nothing goes wrong and nobody presses anything."""
        calm = replace(self.weather, faults=0.0, kills=0.0, full_disk=0.0, outages=())
        self.weather = self._slack.weather = self.host.weather = calm
        self.world.is_slack_there = True
        for person in self._people.values():
            person.is_awake = False
        self.world.after(0, self.host.start)
        self.world.say("from here on nothing goes wrong")

    def _cards_are_true(self) -> None:
        """Once nothing happens any more, the newest card of each check has the buttons that its state asks for."""
        process, posts = self.host.process, {post.ts: post for post in self.workspace.posts if not post.gone}
        if process is None:
            self.scene.broken("the bot is back in the end", "it is not there")
        for check, ts in self.scene.kept.newest_cards().items():
            with process.disk.read() as tx:
                message = card(process.services.look(tx, check))
            shown, true = (
                [*hands.offers([*blocks], {})] for blocks in (posts[ts].blocks if ts in posts else [], message.blocks)
            )
            if ts in posts and shown != true:
                words = f"{[offer.label for offer in shown]}, not {[offer.label for offer in true]}"
                self.scene.broken("a card is true", f"the newest of {self.scene.kept.name(check)} offers {words}")

    # Between people, Slack and the bot

    def _outage(self, spell: Spell) -> None:
        self.scene.figures.outages += 1
        self.world.is_slack_there = False
        self.world.say(f"Slack is out until {spell.ends:%H:%M:%S}: {spell.what}")

    def _slack_is_back(self) -> None:
        self.world.is_slack_there = self.weather.outage_at(self.world.now) is None
        self.world.say("Slack is back")

    def _arrived(self, user: str, _post: Post) -> None:
        if user in self._people:
            self._people[user].notices()

    def _whisper(self, url: str, message: Json) -> None:
        user = url.rpartition("/")[2]
        self.world.say(
            f"{self._people[user].words} alone is told: {self.scene.kept.nameless(str(message.get('text')))}"
        )
        self.workspace.whisper(user, message)

    def asked(self, call: Call) -> None:
        """The bot is about to call Slack."""
        if self.host.process is not None and self.host.process.disk.open:
            self.scene.broken("no call to Slack inside a transaction", call.method)
        self.promises.asked(call)

    def shown(self, post: Post, call: Call, *, is_new: bool) -> None:
        """Slack shows a message."""
        here = self._people.get(owner(post.channel))
        who = (
            here.words if here else "the leads' channel" if post.channel == self.workspace.room else "an administrator"
        )
        self.world.say(f"{who} {'gets' if is_new else 'has, changed'}: {self.scene.kept.nameless(post.text)}")
        self.promises.shown(post, call, is_new=is_new)


class Mail:
    """Every way but Slack; it fails as often as Slack does."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def send(self, via: Via, person: str, words: Words) -> None:
        """Hand it over. Raises NotSent."""
        run = self._run
        run.promises.mailed(person, words)
        if run.world.is_so(run.weather.faults):
            raise NotSent("TimeoutError")
        run.promises.handed_over(person, words)
        run.world.say(f"{person} gets by {via}: {run.scene.kept.nameless(words.title)}")
