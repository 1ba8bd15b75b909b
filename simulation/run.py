"""One run from a seed: people, faults and the bot, event by event, with every promise checked."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from bot.checks.card import card
from bot.delivery.other_channels import NotSent, Via
from bot.words import Words
from simulation import fixtures, payloads
from simulation.behaviour import LEADS, STAFF
from simulation.checker import PromiseChecker
from simulation.faults import FaultPeriod, draw_fault_plan
from simulation.figures import RunFigures
from simulation.host import SimulatedHost
from simulation.observed import Observed, PromiseBroken
from simulation.people import SimulatedPerson
from simulation.process import Json, ProcessParts
from simulation.slack import SimulatedSlack
from simulation.stored_state import StoredState
from simulation.timeline import Killed, MachineClock, Timeline
from simulation.workspace import Call, PostedMessage, SimulatedWorkspace, channel_owner

REPORTED = 40
"""How many of the last events a broken promise is reported with."""
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
    """The outcome of one seed. broken: the report on the promise that did not hold; empty where all held."""

    seed: int
    figures: RunFigures
    trace: tuple[str, ...]
    broken: str = ""


def play(seed: int, days: float = 1, listen: Callable[[str], None] | None = None) -> RunOutcome:
    """Run one seed. The same seed and days are always the same run. Not to be called by two threads at once."""
    with _hushed():
        run = SimulatedRun(seed, days, listen)
        broken = ""
        try:
            run.play()
        except PromiseBroken as promise:
            broken = run.report(str(promise))
        finally:
            run.close()
        return RunOutcome(seed, run.observed.figures, tuple(run.timeline.trace), broken)


@contextmanager
def _hushed() -> Iterator[None]:
    """Switch logging off: the bot logs every fault."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


class SimulatedRun:
    """Everything that one seed makes: people, Slack, the machine and its bot."""

    def __init__(self, seed: int, days: float, listen: Callable[[str], None] | None = None) -> None:
        chance = Random(seed)  # noqa: S311 - a seed is to give the same run again
        organisation, roster = fixtures.organisation(chance.choice(fixtures.KINDS), chance.choice(fixtures.WAYS))
        self._seed, self._days = seed, days
        self.fault_plan = draw_fault_plan(chance, days, [roster.channel, *roster.slack.values()])
        self.timeline = Timeline(chance, self.fault_plan.begins, listen)
        members = [roster.slack[person] for person in (*roster.people.leads, *roster.people.deputies)]
        self.workspace = SimulatedWorkspace(self.timeline, self.fault_plan, roster.channel, members)
        stored = StoredState(fixtures.fresh_file(), fixtures.observer_database(), fixtures.keyring())
        self.observed = Observed(self.timeline, stored, self.workspace, roster)
        self.promises = PromiseChecker(self.observed)
        self.host = SimulatedHost(self.observed, self.fault_plan, fixtures.faulty_database())
        self._slack = SimulatedSlack(
            self.timeline, self.fault_plan, self.workspace, self._meanwhile, self.host.kill_point, self.observed
        )
        clock, mail = MachineClock(self.timeline, self._meanwhile), SimulatedMail(self)
        parts = (organisation, roster, fixtures.keyring(), clock, self._slack, mail, self._respond)
        self.host.set_parts(ProcessParts(*parts))
        self.host.woke = self._woke
        if self.fault_plan.all_away:
            fixtures.everybody_is_away(roster, self.fault_plan.begins, days)
        names = {person.slack: person.name.lower() for person in organisation.everyone}
        names |= {user: f"staff member {number}" for number, user in enumerate(_USERS, 1)}
        self._people = {user: self._person(user, name) for user, name in names.items()}
        self.workspace.watch = self
        self.workspace.arrived = self._arrived

    def _person(self, user: str, name: str) -> SimulatedPerson:
        pace = self.timeline.chance.choice(STAFF if user in _USERS else LEADS)
        pace = replace(pace, acts=math.ceil(pace.acts * min(0.3 + self._days, 1)))
        return SimulatedPerson(user, name, pace, self.timeline, self.workspace, self.promises, self.host.take)

    def close(self) -> None:
        self.observed.figures.refusals = self._slack.refusals
        self.host.stop()
        self.observed.stored.close()

    def report(self, broken: str) -> str:
        """Return a broken promise with the last events and the command that repeats the run."""
        events = "\n".join(self.timeline.trace[-REPORTED:])
        again = f"python -m simulation --seed {self._seed} --days {self._days:g} --verbose"
        when = f"{self.timeline.now:%a %d %b %Y %H:%M:%S} UTC"
        return f"Seed {self._seed}, {when}. A promise was broken.\n{broken}\n\n{events}\n\nTo see it again: {again}"

    # From the first event to the last

    def play(self) -> None:
        """Run from the first event to the last. Raises PromiseBroken."""
        ends = self.fault_plan.begins + timedelta(days=self._days)
        self._plan()
        self._until(ends)
        self._be_quiet()
        self._until(ends + _QUIET)
        self.promises.end()
        self._cards_are_true()

    def _plan(self) -> None:
        """Put all that was drawn on the timeline."""
        timeline, host, fault_plan = self.timeline, self.host, self.fault_plan
        timeline.at(fault_plan.begins, host.start)
        for _ in range(math.ceil(self._days) * timeline.chance.choice((1, 1, 2))):
            hours = timeline.chance.triangular(0, 24 * self._days, 6 * self._days)
            timeline.at(fault_plan.begins + timedelta(hours=hours), self._somebody().starts)
        for period in fault_plan.outages:
            timeline.at(period.begins, lambda period=period: self._outage(period))  # type: ignore[misc] # a default binds the value of this turn
            timeline.at(period.ends, self._slack_is_back)
        for period in fault_plan.deaf:
            timeline.at(period.begins, lambda: host.go_deaf(1))
            timeline.at(period.ends, lambda: host.go_deaf(-1))
        for period in fault_plan.restarts:
            timeline.at(period.begins, lambda period=period: host.restart(period))  # type: ignore[misc] # a default binds the value of this turn
        for moment, step in fault_plan.steps:
            timeline.at(moment, lambda step=step: host.step_clock(step))  # type: ignore[misc] # a default binds the value of this turn
        for period in fault_plan.wrong_clocks:
            step = timedelta(seconds=float(period.what))
            timeline.at(period.begins, lambda step=step: host.step_clock(step))  # type: ignore[misc] # a default binds the value of this turn
            timeline.at(period.ends, lambda step=step: host.step_clock(-step))  # type: ignore[misc] # a default binds the value of this turn
        for moment in fault_plan.lost:
            timeline.at(moment, self.workspace.lose_one)

    def _woke(self) -> None:
        """Let the checks count from now where the clock jumped while no process was there that could have seen it."""
        if self.observed.replanned:
            self.observed.replanned = False
            self.promises.plan_anew()

    def _somebody(self) -> SimulatedPerson:
        """Choose who starts a check: staff, and now and then a lead."""
        among = [*self._people] if self.timeline.is_so(_A_LEAD_ASKS) else _USERS
        return self._people[self.timeline.chance.choice(among)]

    def _until(self, ends: datetime) -> None:
        while (at := self._next_at()) <= ends:
            self._live(at)
        self._live(ends)

    def _next_at(self) -> datetime:
        """Return when something happens next."""
        found = (self.timeline.next_at, self.host.next_at(), self.timeline.now + _AT_LEAST)
        return min(at for at in found if at is not None)

    def _live(self, at: datetime) -> None:
        """Move time to this moment, and let everything happen that is due by then."""
        try:
            self.host.turn_until(at)
            self.timeline.move_to(at)
            self._happen_until(at)
            self.host.settle()
        except Killed:
            self.timeline.depth = 0
            self.host.stop()
        self.promises.look()

    def _happen_until(self, at: datetime) -> None:
        while self.timeline.next_at is not None and self.timeline.next_at <= at:
            self.timeline.take_next()()
            self.promises.look()

    def _meanwhile(self, seconds: float) -> None:
        """Let so many seconds pass during a call: others press, and the other loops do what is due."""
        timeline, until = self.timeline, self.timeline.now + timedelta(seconds=seconds)
        if timeline.depth >= _DEEPEST:
            timeline.move_to(until)
            return
        if timeline.next_at is not None and timeline.next_at - until < _MINUTE and timeline.is_so(_HURRY):
            until = max(until, timeline.next_at)
        timeline.depth += 1
        self._happen_until(until)
        timeline.move_to(until)
        self.host.tick()
        self.host.send()
        timeline.depth -= 1

    def _be_quiet(self) -> None:
        """End all faults and all presses."""
        calm = replace(self.fault_plan, call_faults=0.0, kills=0.0, full_disk=0.0, outages=())
        self.fault_plan = self._slack.fault_plan = self.host.fault_plan = calm
        self.timeline.is_slack_there = True
        for person in self._people.values():
            person.is_awake = False
        self.timeline.after(0, self.host.start)
        self.timeline.say("from here on nothing goes wrong")

    def _cards_are_true(self) -> None:
        """Check, once all is quiet, that the newest card of each check has the buttons that its state asks for."""
        process, posts = self.host.process, {post.ts: post for post in self.workspace.posts if not post.gone}
        if process is None:
            self.observed.broken("the bot is back in the end", "it is not there")
        for check, ts in self.observed.stored.newest_cards().items():
            with process.database.read() as tx:
                message = card(process.services.look(tx, check))
            shown, true = (
                [*payloads.buttons([*blocks], {})]
                for blocks in (posts[ts].blocks if ts in posts else [], message.blocks)
            )
            if ts in posts and shown != true:
                words = f"{[button.label for button in shown]}, not {[button.label for button in true]}"
                self.observed.broken(
                    "a card is true", f"the newest of {self.observed.stored.name(check)} offers {words}"
                )

    # Between people, Slack and the bot

    def _outage(self, period: FaultPeriod) -> None:
        self.observed.figures.outages += 1
        self.timeline.is_slack_there = False
        self.timeline.say(f"Slack is out until {period.ends:%H:%M:%S}: {period.what}")

    def _slack_is_back(self) -> None:
        self.timeline.is_slack_there = self.fault_plan.outage_at(self.timeline.now) is None
        self.timeline.say("Slack is back")

    def _arrived(self, user: str, _post: PostedMessage) -> None:
        if user in self._people:
            self._people[user].notices()

    def _respond(self, url: str, message: Json) -> None:
        """Do what was posted to a response_url. Raises what the SDK raises where Slack does not do it."""
        user, *pressed = url.partition("/actions/")[2].split("/")
        if message.get("replace_original"):
            self._slack.api_call("response_url", json={**message, "channel": pressed[0], "ts": pressed[1]})
            return
        self.timeline.say(
            f"{self._people[user].words} alone is told: {self.observed.stored.nameless(str(message.get('text')))}"
        )
        self.workspace.whisper(user, message)

    def asked(self, call: Call) -> None:
        """Check a call before it is made: none is made inside a transaction."""
        if self.host.process is not None and self.host.process.database.open:
            self.observed.broken("no call to Slack inside a transaction", call.method)
        self.promises.asked(call)

    def shown(self, post: PostedMessage, call: Call, *, is_new: bool) -> None:
        """Note a message that Slack shows."""
        here = self._people.get(channel_owner(post.channel))
        who = (
            here.words if here else "the leads' channel" if post.channel == self.workspace.room else "an administrator"
        )
        self.timeline.say(f"{who} {'gets' if is_new else 'has, changed'}: {self.observed.stored.nameless(post.text)}")
        self.promises.shown(post, call, is_new=is_new)


class SimulatedMail:
    """E-mail and push: fails as often as Slack does."""

    def __init__(self, run: SimulatedRun) -> None:
        self._run = run

    def send(self, via: Via, person: str, words: Words, _key: str = "") -> None:
        """Hand a message over. Raises NotSent."""
        run = self._run
        run.promises.mailed(person, words)
        if run.timeline.is_so(run.fault_plan.call_faults):
            raise NotSent("TimeoutError")
        run.promises.handed_over(person, words)
        run.timeline.say(f"{person} gets by {via}: {run.observed.stored.nameless(words.title)}")
