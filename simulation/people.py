"""Simulated staff and leads: they press what Slack shows them, sometimes twice, sometimes late."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

from flows.checklist import CHECKLIST
from flows.model import PEOPLE
from simulation import behaviour, payloads
from simulation.behaviour import Pace
from simulation.checker import PromiseChecker
from simulation.checks.actions import Action
from simulation.payloads import Button
from simulation.process import SimulatedReply
from simulation.timeline import Killed, Timeline
from simulation.workspace import Json, SimulatedWorkspace

Take = Callable[[Json], SimulatedReply | None]
"""Brings what somebody did to the bot; None where nobody was there to take it."""

_FORGETS = 40
_A_WHILE = (180.0, 1800.0)
_LONG = (1200.0, 10800.0)


class SimulatedPerson:
    """A person in the workspace. words: their name in a trace. is_awake: whether they act at all."""

    def __init__(
        self,
        user: str,
        words: str,
        pace: Pace,
        timeline: Timeline,
        workspace: SimulatedWorkspace,
        promises: PromiseChecker,
        take: Take,
    ) -> None:
        self.user = user
        self.words = words
        self.is_awake = True
        self._pace = pace
        self._timeline = timeline
        self._workspace = workspace
        self._promises = promises
        self._take = take
        self._numbers = count(1)
        self._acts = pace.acts
        self._next: object = None
        self._mood = "calm"
        self._leads: set[str] = set()
        self._seen: deque[Button] = deque(maxlen=_FORGETS)

    # When they act

    def starts(self) -> None:
        """Type the command."""
        if not self.is_awake:
            return
        self._mood = self._timeline.chance.choice([*behaviour.MOODS])
        self._bring(
            payloads.command(self.user, next(self._numbers)), Action(self.user, "start", ""), "types /share-check"
        )
        self._looks_in(self._between(self._pace.reacts))

    def notices(self) -> None:
        """Look soon, as a message came."""
        if self._next is None:
            self._looks_in(self._between(self._pace.reacts))

    def _looks_in(self, seconds: float) -> None:
        """Look again after so many seconds, instead of when it was planned."""
        self._next = token = object()
        self._timeline.after(seconds, lambda: self._looks(token))

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
        return self._timeline.chance.uniform(*span)

    # What they press

    def _on_screen(self) -> float | None:
        """Press one of the buttons shown. Return the seconds until the next look; None waits for a message."""
        if self._timeline.is_so(behaviour.VISITS_HOME):
            return self._at_home()
        weighed = [*self._weighed()]
        self._seen.extend(button for button, _ in weighed)
        if self._seen and self._timeline.is_so(behaviour.STALE):
            self._press(self._timeline.chance.choice([*self._seen]), "on something old")
            return self._between(self._pace.reacts)
        if not weighed:
            return None
        chosen = self._choose([*weighed, (None, behaviour.REST)])
        if chosen is None:
            return self._between(self._pace.works) if self._leads else None
        self._press(chosen)
        return self._pause(chosen)

    def _choose(self, weighed: list[tuple[Button | None, float]]) -> Button | None:
        (chosen,) = self._timeline.chance.choices([one for one, _ in weighed], [weight for _, weight in weighed])
        return chosen

    def _at_home(self) -> float:
        """Open the Home tab and press one of its buttons. Return the seconds until the next look."""
        self._timeline.say(f"{self.words} opens Home")
        self._hand_over(payloads.home_opened(self.user))
        view = self._workspace.homes.get(self.user)
        found = payloads.buttons(view["blocks"], payloads.in_window(view, "")) if view else ()
        chosen = self._choose([(None, 1.0), *((one, behaviour.WEIGHTS.get(one.verb, 1.0)) for one in found)])
        if chosen is not None:
            self._press(chosen, "on Home")
        return self._between(self._pace.reacts)

    def _pause(self, pressed: Button) -> float | None:
        chance = self._timeline.chance
        if pressed.verb in behaviour.LEADING:
            return self._between(self._pace.works)
        if self._timeline.is_so(self._pace.stays):
            return chance.uniform(2, 25)
        return chance.choice((None, self._between(_A_WHILE), self._between(_LONG)))

    def _weighed(self) -> Iterator[tuple[Button, float]]:
        """Yield the buttons shown, each with its weight: those of newer messages weigh more."""
        factor = 1.0
        for post in reversed(self._workspace.seen_by(self.user)):
            found = [*payloads.buttons(post.blocks, payloads.in_message(self.user, post.channel, post.ts))]
            for button in found:
                yield button, factor * self._weight(button)
            factor *= behaviour.OLDER if found else 1.0

    def _weight(self, button: Button) -> float:
        weight = behaviour.WEIGHTS.get(button.verb, behaviour.UNKNOWN)
        if button.verb in ("answer", "leave_out") and button.question in CHECKLIST.by_id:
            return weight * self._likelihood(button)
        is_for_another = button.verb in behaviour.FOR_WHO_LEADS and button.check not in self._leads
        return weight * behaviour.SELDOM if is_for_another else weight

    def _likelihood(self, button: Button) -> float:
        """Return the share of this answer in all answers they might give."""
        question, choice = CHECKLIST[button.question], button.choice or PEOPLE
        likings = {option.id: behaviour.likelihood(self._mood, question.id, option) for option in question.options}
        return likings[choice] / sum(likings.values())

    def _press(self, button: Button, how: str = "") -> None:
        ticked = self._ticks(button)
        action = Action(self.user, button.verb, button.check, _answers(button, ticked))
        about = " ".join(filter(None, (how, f"at {', '.join(action.answers)}" if action.answers else "")))
        words = f"presses {button.label!r} {about} for {self._promises.name(button.check)}".replace("  ", " ")
        taken = self._bring(payloads.press(self.user, button, ticked, next(self._numbers)), action, words)
        if taken and button.verb in ("lead", "take_over"):
            self._leads.add(button.check)
        if taken and self._timeline.is_so(behaviour.AGAIN):
            again = payloads.press(self.user, button, ticked, next(self._numbers))
            self._bring(again, action, f"{words} once more", is_again=True)

    def _ticks(self, button: Button) -> tuple[str, ...]:
        if button.verb != "answer_ticks" or not button.boxes:
            return ()
        options = button.boxes[0][1]["options"]
        if self._mood == "calm":
            options = [option for option in options if option["value"] == "none"] or options
        return tuple(option["value"] for option in payloads.some(options, self._timeline.chance))

    # Windows

    def _in_window(self, windows: list[Json]) -> float | None:
        """Submit the modal, press a button in it, or close it. Return the seconds until the next look."""
        view, root = windows[-1], windows[0]["id"]
        buttons = [*payloads.buttons(view["blocks"], payloads.in_window(view, root))]
        if view.get("submit") and self._timeline.is_so(behaviour.SENDS):
            self._send(view, root)
        elif buttons and self._timeline.is_so(behaviour.SENDS):
            self._press(self._timeline.chance.choice(buttons), "in a window")
        else:
            windows.pop()
        return self._timeline.chance.uniform(2, 60)

    def _send(self, view: Json, root: str) -> None:
        values = payloads.fill(view, self._timeline.chance)
        check = str(view.get("private_metadata", "")).partition("@")[0].partition(":")[0]
        action = Action(self.user, str(view["callback_id"]), check, _answers_in(view, values), is_window=True)
        payload = payloads.sent(self.user, view, values, root, next(self._numbers))
        words = f"sends the window {view['title']['text']!r} for {self._promises.name(check)}"
        self._bring(payload, action, words)

    def _follow(self, action: Action, reply: SimulatedReply) -> bool:
        """Do with the modal what the bot's answer says. Return whether the submission was taken."""
        windows, then = self._workspace.windows.get(self.user) or [], reply.action.get("response_action")
        match then:
            case None if windows:
                windows.pop()
            case "clear":
                windows.clear()
            case "update" if windows:
                windows[-1] = {**reply.action["view"], "id": windows[-1]["id"]}
            case "push":
                windows.append(self._workspace.opened(reply.action["view"]))
        return then in (None, "clear") or (then == "update" and action.verb == "decision")

    # To the bot and back

    def _bring(self, payload: Json, action: Action, words: str, *, is_again: bool = False) -> bool:
        """Bring a payload to the bot. Return whether the person was told, or must believe, that it was done."""
        before = self._promises.before(self.user)
        self._promises.note_attempt(action)
        self._timeline.say(f"{self.words} {words}")
        reply = self._hand_over(payload)
        if reply is None or not reply.acked:
            self._sees_an_error()
            return False
        taken = self._follow(action, reply) if action.is_window else not reply.said
        if not taken:
            self._timeline.say(f"{self.words} is told no")
            return False
        if not is_again:
            self._promises.check_taken(action, before)
        if self._timeline.is_so(behaviour.TWICE):
            self._arrives_twice(payload, action)
        return True

    def _hand_over(self, payload: Json) -> SimulatedReply | None:
        try:
            return self._take(payload)
        except Killed:
            self._sees_an_error()
            raise

    def _arrives_twice(self, payload: Json, action: Action) -> None:
        """Send the same request again, as Slack does, unseen by the person."""
        before = self._promises.before(self.user)
        self._timeline.say(f"the same request of {self.words} arrives again")
        if self._take(payload) is not None:
            self._promises.check_repeat(action, before)

    def _sees_an_error(self) -> None:
        """Try again soon."""
        self._timeline.say(f"{self.words} sees an error")
        self._looks_in(self._timeline.chance.uniform(3, 60))


def _answers(button: Button, ticked: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Return question id to choices, where a button answers any."""
    if button.verb == "answer":
        return {button.question: (button.choice,)}
    return {button.question: ticked} if ticked else {}


def _answers_in(view: Json, values: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return question id to choices, where a modal answers any."""
    match view["callback_id"]:
        case "leave_out":
            return {"S2": payloads.chosen_in(values, "people")}
        case "change":
            question = str(view["private_metadata"]).partition("@")[0].partition(":")[2]
            return {question: payloads.chosen_in(values, "people") or payloads.chosen_in(values, "option")}
        case "sharing":
            return {question: payloads.chosen_in(values, question) for question in ("3.4.1", "3.4.2")}
        case _:
            return {}
