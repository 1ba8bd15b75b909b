"""Staff and leads: they see what Slack shows them, and press what stands there; not always once, nor in time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

from flows.checklist import CHECKLIST
from flows.model import PEOPLE
from simulation import habits, hands
from simulation.checker import PromiseChecker
from simulation.deeds import Deed
from simulation.habits import Temper
from simulation.hands import Offer
from simulation.machine import SimulatedReply
from simulation.workspace import Json, SimulatedWorkspace
from simulation.world import Killed, World

Take = Callable[[Json], SimulatedReply | None]
"""Brings what somebody did to the bot; None where nobody was there to take it."""

_FORGETS = 40
_A_WHILE = (180.0, 1800.0)
_LONG = (1200.0, 10800.0)


class SimulatedPerson:
    """Somebody in the workspace. words: who, in a trace. is_awake: whether they do anything at all."""

    def __init__(
        self,
        user: str,
        words: str,
        temper: Temper,
        world: World,
        workspace: SimulatedWorkspace,
        promises: PromiseChecker,
        take: Take,
    ) -> None:
        self.user = user
        self.words = words
        self.is_awake = True
        self._temper = temper
        self._world = world
        self._workspace = workspace
        self._promises = promises
        self._take = take
        self._numbers = count(1)
        self._acts = temper.acts
        self._next: object = None
        self._mood = "calm"
        self._leads: set[str] = set()
        self._seen: deque[Offer] = deque(maxlen=_FORGETS)

    # When they act

    def starts(self) -> None:
        """Type the command."""
        if not self.is_awake:
            return
        self._mood = self._world.chance.choice([*habits.MOODS])
        self._bring(hands.command(self.user, next(self._numbers)), Deed(self.user, "start", ""), "types /share-check")
        self._looks_in(self._between(self._temper.reacts))

    def notices(self) -> None:
        """A message came."""
        if self._next is None:
            self._looks_in(self._between(self._temper.reacts))

    def _looks_in(self, seconds: float) -> None:
        """Look again then, and only then."""
        self._next = token = object()
        self._world.after(seconds, lambda: self._looks(token))

    def _looks(self, token: object) -> None:
        if token is not self._next or not self.is_awake or self._acts <= 0:
            return
        self._acts -= 1
        self._next = None
        windows = self._workspace.windows.get(self.user)
        wait = self._in_window(windows) if windows else self._on_screen()
        if wait is not None and self._next is None:
            self._looks_in(wait)

    def _between(self, span: tuple[float, float]) -> float:
        return self._world.chance.uniform(*span)

    # What they press

    def _on_screen(self) -> float | None:
        """Press one of the buttons that stand before them; how long until they look again."""
        if self._world.is_so(habits.VISITS_HOME):
            return self._at_home()
        weighed = [*self._weighed()]
        self._seen.extend(offer for offer, _ in weighed)
        if self._seen and self._world.is_so(habits.STALE):
            self._press(self._world.chance.choice([*self._seen]), "on something old")
            return self._between(self._temper.reacts)
        if not weighed:
            return None
        chosen = self._choose([*weighed, (None, habits.REST)])
        if chosen is None:
            return self._between(self._temper.works) if self._leads else None
        self._press(chosen)
        return self._pause(chosen)

    def _choose(self, weighed: list[tuple[Offer | None, float]]) -> Offer | None:
        (chosen,) = self._world.chance.choices([one for one, _ in weighed], [weight for _, weight in weighed])
        return chosen

    def _at_home(self) -> float:
        """Look at the Home tab, and press one of its buttons."""
        self._world.say(f"{self.words} opens Home")
        self._hand_over(hands.home_opened(self.user))
        view = self._workspace.homes.get(self.user)
        found = hands.offers(view["blocks"], hands.in_window(view, "")) if view else ()
        chosen = self._choose([(None, 1.0), *((one, habits.WEIGHTS.get(one.verb, 1.0)) for one in found)])
        if chosen is not None:
            self._press(chosen, "on Home")
        return self._between(self._temper.reacts)

    def _pause(self, pressed: Offer) -> float | None:
        chance = self._world.chance
        if pressed.verb in habits.LEADING:
            return self._between(self._temper.works)
        if self._world.is_so(self._temper.stays):
            return chance.uniform(2, 25)
        return chance.choice((None, self._between(_A_WHILE), self._between(_LONG)))

    def _weighed(self) -> Iterator[tuple[Offer, float]]:
        """The buttons before them, and how likely each is pressed: the newest message's most."""
        factor = 1.0
        for post in reversed(self._workspace.seen_by(self.user)):
            found = [*hands.offers(post.blocks, hands.in_message(self.user, post.channel))]
            for offer in found:
                yield offer, factor * self._weight(offer)
            factor *= habits.OLDER if found else 1.0

    def _weight(self, offer: Offer) -> float:
        weight = habits.WEIGHTS.get(offer.verb, habits.UNKNOWN)
        if offer.verb in ("answer", "leave_out") and offer.question in CHECKLIST.by_id:
            return weight * self._likes(offer)
        is_for_another = offer.verb in habits.FOR_WHO_LEADS and offer.check not in self._leads
        return weight * habits.SELDOM if is_for_another else weight

    def _likes(self, offer: Offer) -> float:
        """The share of this answer in all answers they might give."""
        question, choice = CHECKLIST[offer.question], offer.choice or PEOPLE
        likings = {option.id: habits.likes(self._mood, question.id, option) for option in question.options}
        return likings[choice] / sum(likings.values())

    def _press(self, offer: Offer, how: str = "") -> None:
        ticked = self._ticks(offer)
        deed = Deed(self.user, offer.verb, offer.check, _answers(offer, ticked))
        about = " ".join(filter(None, (how, f"at {', '.join(deed.answers)}" if deed.answers else "")))
        words = f"presses {offer.label!r} {about} for {self._promises.name(offer.check)}".replace("  ", " ")
        taken = self._bring(hands.press(self.user, offer, ticked, next(self._numbers)), deed, words)
        if taken and offer.verb in ("lead", "take_over"):
            self._leads.add(offer.check)
        if taken and self._world.is_so(habits.AGAIN):
            again = hands.press(self.user, offer, ticked, next(self._numbers))
            self._bring(again, deed, f"{words} once more", is_again=True)

    def _ticks(self, offer: Offer) -> tuple[str, ...]:
        if offer.verb != "answer_ticks" or not offer.boxes:
            return ()
        options = offer.boxes[0][1]["options"]
        if self._mood == "calm":
            options = [option for option in options if option["value"] == "none"] or options
        return tuple(option["value"] for option in hands.some(options, self._world.chance))

    # Windows

    def _in_window(self, windows: list[Json]) -> float | None:
        """Send the window, press a button in it, or close it."""
        view, root = windows[-1], windows[0]["id"]
        buttons = [*hands.offers(view["blocks"], hands.in_window(view, root))]
        if view.get("submit") and self._world.is_so(habits.SENDS):
            self._send(view, root)
        elif buttons and self._world.is_so(habits.SENDS):
            self._press(self._world.chance.choice(buttons), "in a window")
        else:
            windows.pop()
        return self._world.chance.uniform(2, 60)

    def _send(self, view: Json, root: str) -> None:
        values = hands.fill(view, self._world.chance)
        check = str(view.get("private_metadata", "")).partition(":")[0]
        deed = Deed(self.user, str(view["callback_id"]), check, _answers_in(view, values), is_window=True)
        payload = hands.sent(self.user, view, values, root, next(self._numbers))
        words = f"sends the window {view['title']['text']!r} for {self._promises.name(check)}"
        self._bring(payload, deed, words)

    def _follow(self, deed: Deed, reply: SimulatedReply) -> bool:
        """What becomes of the window; whether it was taken."""
        windows, action = self._workspace.windows.get(self.user) or [], reply.action.get("response_action")
        match action:
            case None if windows:
                windows.pop()
            case "clear":
                windows.clear()
            case "update" if windows:
                windows[-1] = {**reply.action["view"], "id": windows[-1]["id"]}
            case "push":
                windows.append(self._workspace.opened(reply.action["view"]))
        return action in (None, "clear") or (action == "update" and deed.verb == "decision")

    # To the bot and back

    def _bring(self, payload: Json, deed: Deed, words: str, *, is_again: bool = False) -> bool:
        """Bring it to the bot; whether they were told, or must believe, that it was done."""
        before = self._promises.before(self.user)
        self._promises.tries(deed)
        self._world.say(f"{self.words} {words}")
        reply = self._hand_over(payload)
        if reply is None or not reply.acked:
            self._sees_an_error()
            return False
        taken = self._follow(deed, reply) if deed.is_window else not reply.said
        if not taken:
            self._world.say(f"{self.words} is told no")
            return False
        if not is_again:
            self._promises.is_taken(deed, before)
        if self._world.is_so(habits.TWICE):
            self._arrives_twice(payload, deed)
        return True

    def _hand_over(self, payload: Json) -> SimulatedReply | None:
        try:
            return self._take(payload)
        except Killed:
            self._sees_an_error()
            raise

    def _arrives_twice(self, payload: Json, deed: Deed) -> None:
        """Slack brings the same request again: nobody sees that."""
        before = self._promises.before(self.user)
        self._world.say(f"the same request of {self.words} arrives again")
        if self._take(payload) is not None:
            self._promises.changes_nothing(deed, before)

    def _sees_an_error(self) -> None:
        """They try again."""
        self._world.say(f"{self.words} sees an error")
        self._looks_in(self._world.chance.uniform(3, 60))


def _answers(offer: Offer, ticked: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Question to choices, where a button answers any."""
    if offer.verb == "answer":
        return {offer.question: (offer.choice,)}
    return {offer.question: ticked} if ticked else {}


def _answers_in(view: Json, values: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """The same of a window."""
    match view["callback_id"]:
        case "leave_out":
            return {"S2": hands.chosen_in(values, "people")}
        case "change":
            question = str(view["private_metadata"]).partition(":")[2]
            return {question: hands.chosen_in(values, "people") or hands.chosen_in(values, "option")}
        case "sharing":
            return {question: hands.chosen_in(values, question) for question in ("3.4.1", "3.4.2")}
        case _:
            return {}
