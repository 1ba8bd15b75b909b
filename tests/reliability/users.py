"""Staff members who answer checks, and leads who take them on, all at once, until they are told to stop.

Each looks only at what Slack shows them, presses what stands there, and presses again, the same, where nothing
came of it.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import TypeVar

from flows.checklist import CHECKLIST
from flows.model import Choose
from sandbox import Workspace
from sandbox.client.people import Person
from sandbox.client.result import InteractionResult
from sandbox.state.models import Human
from tests.harness import LEADS
from tests.reliability.answer_paths import Walk
from tests.reliability.journal import Ack, Journal
from tests.reliability.screens import Seen, cards, seen

Got = TypeVar("Got")
MARK = "zebrafinch"
"""Typed wherever somebody may type, and found in nothing that goes to Slack."""

LOOK_EVERY = 0.03
IMPATIENT_AFTER = 6.0
"""Seconds after which somebody who sees nothing happen does the same again."""

WINDOW_WITHIN = 2.5
OFTEN, SELDOM = 0.5, 0.15


class Member:
    """Somebody with a mind of their own, which the seed decides."""

    def __init__(self, workspace: Workspace, journal: Journal, over: threading.Event, seed: str) -> None:
        self.workspace = workspace
        self.journal = journal
        self.over = over
        self.chance = random.Random(seed)  # noqa: S311 - whims, not secrets

    def pause(self, longest: float) -> None:
        """Think."""
        self.over.wait(self.chance.uniform(0, longest))

    def look(self, for_what: Callable[[], Got | None], seconds: float) -> Got | None:
        """Look until it is there, or the time is up, or everybody goes home."""
        until = time.monotonic() + seconds
        while not self.over.is_set() and time.monotonic() < until:
            if (found := for_what()) is not None:
                return found
            self.over.wait(LOOK_EVERY)
        return None

    def try_to(self, act: Callable[[], InteractionResult], ack: Ack) -> bool:
        """Do something that may not be there any more; whether Slack ticked it off."""
        try:
            acted = act()
        except AssertionError:  # the sandbox's word for: they see nothing of that name
            return False
        return self.journal.note(acted, replace(ack, seen=self.workspace.clock.now()))

    def ack(self, who: str, check: str, what: str, question: str = "", choices: tuple[str, ...] = ()) -> Ack:
        """The line in the journal, should it be ticked off."""
        return Ack(self.workspace.clock.now(), who, check, what, question, choices)


class Reporter(Member):
    """Begins one check after another."""

    def __init__(
        self,
        workspace: Workspace,
        journal: Journal,
        over: threading.Event,
        seed: str,
        person: Person,
        walks: Sequence[Walk],
    ) -> None:
        super().__init__(workspace, journal, over, seed)
        self.person = person
        self._walks = walks
        self._mine: set[str] = set()

    def run(self) -> None:
        """Until everybody goes home, wherever they are then."""
        while not self.over.is_set():
            walk = self.chance.choice(self._walks)
            check = self._begin()
            if check is not None:
                self._mine.add(check)
                self.journal.took(check, walk)
                self._walk(check, walk)

    def _cards(self) -> Iterator[Seen]:
        return cards(self.workspace, self.person.id)

    def _card(self, check: str) -> Seen | None:
        return next(cards(self.workspace, self.person.id, check), None)

    def _begin(self) -> str | None:
        """Type the command until there is a new card."""
        again = False
        while not self.over.is_set():
            typed_at = f"{self.workspace.clock.now():.6f}"
            if self.person.command("/share-check", MARK, channel="dm").acked:
                self.journal.typed(again=again)
                found = self.look(partial(self._new_check, typed_at), IMPATIENT_AFTER)
                if found is not None:
                    return found
                again = True
            self.pause(0.5)
        return None

    def _new_check(self, typed_at: str) -> str | None:
        fresh = (each for each in self._cards() if each.check not in self._mine and each.question == "S1")
        if (found := next(fresh, None)) is not None:
            return found.check
        offers = seen(self.workspace, lambda each: each.only_for == self.person.id and each.ts > typed_at)
        offer = next((each for each in offers if "start_another" in each.buttons), None)
        if offer is not None:
            self.person.press("start_another", offer.message)
            self.look(lambda: next((True for each in self._cards() if each.check not in self._mine), None), 2)
        return None

    def _walk(self, check: str, walk: Walk) -> None:
        before: str | None = None
        for question, choices in walk.answers.items():
            self._answer(check, question, choices, before, walk)
            before = question
            self.pause(0.2)
        if walk.last is not None:
            self._finish(check, walk.last)
        self.pause(1.0)

    def _answer(self, check: str, question: str, choices: tuple[str, ...], before: str | None, walk: Walk) -> None:
        """Answer once it is asked; whoever waits long for that presses the answer before it again."""
        began = time.monotonic()
        while not self.over.is_set():
            found = self.look(lambda: self._asks(check, question), IMPATIENT_AFTER)
            if found is not None:
                self.journal.waited(time.monotonic() - began)
                if self.chance.random() < SELDOM:
                    self._write_note(found, question)
                if self._choose(found, question, choices):
                    return
                if self._went_on(check, question):
                    return
            elif before is not None and (stuck := self._asks(check, before)) is not None:
                self._choose(stuck, before, walk.answers[before])

    def _asks(self, check: str, question: str) -> Seen | None:
        found = self._card(check)
        return found if found is not None and found.question == question else None

    def _went_on(self, check: str, question: str) -> bool:
        """Whether a press that was not ticked off was kept all the same."""
        return self.look(lambda: None if self._asks(check, question) else True, 1.0) is not None

    def _choose(self, found: Seen, question: str, choices: tuple[str, ...]) -> bool:
        ack = self.ack(self.person.id, found.check, "answer", question, choices)
        if CHECKLIST[question].choose is Choose.ANY:
            return self.try_to(lambda: self._tick(found, choices), ack)
        if choices[0] not in CHECKLIST[question].by_id:
            return self._leave_out(found, choices, ack)
        times = 2 if self.chance.random() < SELDOM else 1
        return self.try_to(lambda: self.person.press(f"answer.{choices[0]}", found.message, times=times), ack)

    def _tick(self, found: Seen, choices: tuple[str, ...]) -> InteractionResult:
        self.person.choose("tick", *choices, where=found.message)
        return self.person.press("answer_ticks", found.message)

    def _leave_out(self, found: Seen, choices: tuple[str, ...], ack: Ack) -> bool:
        return self._in_window(found, "leave_out", lambda: self.person.submit({"people": list(choices)}), ack)

    def _write_note(self, found: Seen, question: str) -> None:
        words = f"{MARK} {self.chance.random()}"
        ack = Ack(self.workspace.clock.now(), self.person.id, found.check, "note", question, words=words)
        self._in_window(found, "add_note", lambda: self.person.submit({"note": words}), ack)

    def _in_window(self, found: Seen, button: str, act: Callable[[], InteractionResult], ack: Ack) -> bool:
        """Open a window and send it. Where it does not open, or is not taken, it is closed."""
        opening = self.ack(self.person.id, found.check, "window")
        done = False
        if self.try_to(lambda: self.person.press(button, found.message), opening):
            view = self.look(lambda: self.person.modal, WINDOW_WITHIN)
            done = view is not None and self.try_to(act, ack)
        if self.person.modal is not None:
            self.person.close(whole_stack=True)
        return done

    def _finish(self, check: str, last: str) -> None:
        while not self.over.is_set():
            found = self._card(check)
            wanted = "review" if last == "send" else last
            if found is not None and wanted in found.buttons:
                ack = self.ack(self.person.id, check, last)
                press = partial(self.person.press, wanted, found.message)
                done = self._in_window(found, wanted, self.person.submit, ack) if last == "send" else None
                if done or (done is None and self.try_to(press, ack)):
                    return
            self.pause(1.0)


class Leads(Member):
    """Those who are paged: they say that they have seen it, or lead, wherever a page stands."""

    def run(self) -> None:
        """Until everybody goes home. Some pages nobody answers."""
        while not self.over.is_set():
            self.pause(1.0)
            waiting = list(seen(self.workspace, lambda each: "Open Slack to see it" in each.posted))[:20]
            pages = [page for page in waiting if "lead" in page.buttons]
            if pages:
                self._answer(self.chance.choice(pages))

    def _answer(self, page: Seen) -> None:
        where = page.message.channel
        who = self.chance.choice(("U0LEAD1", "U0LEAD2", "U0DEPUTY")) if where == LEADS else "U" + where[1:]
        verb = "seen" if self.chance.random() < OFTEN else "lead"
        person = self.workspace.person(who)
        self.try_to(lambda: person.press(verb, page.message), self.ack(who, page.check, verb))


class Crowd:
    """Everybody, each in a thread. seed: decides what they do, though not when."""

    def __init__(self, workspace: Workspace, seed: int, size: int, walks: Sequence[Walk]) -> None:
        self.journal = Journal()
        self._over = threading.Event()
        people = [self._join(workspace, number) for number in range(size)]
        self._members: list[Reporter | Leads] = [
            Reporter(workspace, self.journal, self._over, f"{seed} {person.id}", person, walks) for person in people
        ]
        self._members.append(Leads(workspace, self.journal, self._over, f"{seed} leads"))
        self._threads = ThreadPoolExecutor(len(self._members), thread_name_prefix="crowd")
        self._running: list[Future[None]] = []

    @staticmethod
    def _join(workspace: Workspace, number: int) -> Person:
        user, world = f"U1STAFF{number}", workspace.slack.world
        world.people[user] = Human(user, f"Staff member {number}", "Staff", world.team["id"])
        return workspace.person(user)

    def start(self) -> None:
        """Begin."""
        self._running = [self._threads.submit(member.run) for member in self._members]

    def stop(self) -> None:
        """Send everybody home; what went wrong with anybody is raised here."""
        self._over.set()
        self._threads.shutdown(wait=True)
        for each in self._running:
            each.result()
