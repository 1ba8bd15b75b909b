"""The client the bot calls Slack with: every call can fail in each way in which it fails in the world."""

from __future__ import annotations

from collections.abc import Callable
from http.client import RemoteDisconnected
from typing import Any, cast
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.web import SlackResponse

from simulation.weather import DONE_ALL_THE_SAME, Fate, Weather
from simulation.workspace import Call, Json, SimulatedWorkspace, no
from simulation.world import World

OK, TOO_MANY, BROKEN = 200, 429, 503
_TIMED_OUT = 1.25
"""Seconds: ten, which eight senders wait at the same time and here one after the other."""
_NOT_JSON = "Received a response in a non-JSON format: <html>no healthy upstream</html>"


class Slack(WebClient):
    """meanwhile: lets others act while a call takes so many seconds. strike: a place where a kill may come.

    refusals: how many calls failed.
    """

    def __init__(
        self,
        world: World,
        weather: Weather,
        workspace: SimulatedWorkspace,
        meanwhile: Callable[[float], None],
        strike: Callable[[str], None],
    ) -> None:
        super().__init__("xoxb-simulated", retry_handlers=[])
        self.refusals = 0
        self._world = world
        self.weather = weather
        self._workspace = workspace
        self._meanwhile = meanwhile
        self._strike = strike

    def __deepcopy__(self, _memo: object) -> Slack:
        """Bolt copies what it hands to a lazy listener; there is but one Slack."""
        return self

    def api_call(
        self,
        api_method: str,
        *,
        data: Json | None = None,
        params: Json | None = None,
        json: Json | None = None,
        **_more: Any,
    ) -> SlackResponse:
        """Every method ends here. Raises what the SDK raises, or NotSimulated."""
        call = Call(api_method, {**(params or {}), **(data or {}), **(json or {})}, self._world.now)
        self._workspace.is_asked(call)
        fate = self._fate()
        if fate is not None and fate not in DONE_ALL_THE_SAME:
            return self._fail(call, fate)
        self._meanwhile(self._seconds())
        answer = self._workspace.do(call)
        if fate is not None:
            return self._fail(call, fate)
        if call.target:
            self._strike("between Slack's answer and our stamp")
        self._note_answered(answer)
        return self._answer(call, answer, OK)

    def _note_answered(self, answer: Json) -> None:
        for post in self._workspace.posts:
            if post.ts == answer.get("ts"):
                post.answered = True

    def _fate(self) -> Fate | None:
        """What goes wrong with this call."""
        if (outage := self.weather.outage_at(self._world.now)) is not None:
            return Fate(outage.what)
        return self._world.chance.choice([*Fate]) if self._world.is_so(self.weather.faults) else None

    def _seconds(self) -> float:
        slow = self._world.is_so(self.weather.slow)
        return self._world.chance.uniform(0.5, 1.2) if slow else self._world.chance.uniform(0.02, 0.1)

    def _fail(self, call: Call, fate: Fate) -> SlackResponse:
        self.refusals += 1
        self._world.say(f"Slack, {call.method}: {fate}")
        match fate:
            case Fate.REFUSED:
                raise URLError(ConnectionRefusedError(111, "Connection refused"))
            case Fate.UNREACHED:
                self._meanwhile(_TIMED_OUT)
                raise URLError(TimeoutError("timed out"))
            case Fate.UNHEARD:
                self._meanwhile(_TIMED_OUT)
                raise TimeoutError("The read operation timed out")
            case Fate.CUT_OFF:
                raise RemoteDisconnected("Remote end closed connection without response")
            case Fate.RATELIMITED:
                seconds = str(self._world.chance.randint(1, 30))
                both = {"Retry-After": seconds, "retry-after": seconds}  # the SDK sees to that
                return self._answer(call, no("ratelimited"), TOO_MANY, both)
            case _:
                return self._answer(call, no(_NOT_JSON), BROKEN)

    def _answer(self, call: Call, answer: Json, status: int, headers: Json | None = None) -> SlackResponse:
        """As the SDK makes it. Raises SlackApiError where the answer is no."""
        made = SlackResponse(
            client=self,
            http_verb="POST",
            api_url=call.method,
            req_args={},
            data=answer,
            headers={"x-oauth-scopes": "", **(headers or {})},
            status_code=status,
        )
        return cast("SlackResponse", made.validate())  # type: ignore[no-untyped-call]  # the SDK leaves it untyped
