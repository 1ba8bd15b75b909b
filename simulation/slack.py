"""The Web API client of a run: every call can fail in each way in which calls to the real Slack fail."""

from __future__ import annotations

from collections.abc import Callable
from http.client import RemoteDisconnected
from typing import Any, cast
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.web import SlackResponse

from simulation.faults import AFTER_DOING, CallFault, FaultPlan
from simulation.observed import Observed
from simulation.timeline import Timeline
from simulation.workspace import Call, Json, SimulatedWorkspace, refused
from storage.outbox import LEASE

OK, TOO_MANY, BROKEN = 200, 429, 503
_TIMED_OUT = 1.25
"""Seconds: ten, which eight senders wait at the same time and here one after the other."""
_CRAWLS, _ASLEEP, _SLEEPS = (4.0, 9.0), 0.2, 110.0
"""Seconds of a call that crawls; how many of those crawl because the whole process sleeps, and for how many seconds:
longer than a lease."""
_NOT_JSON = "Received a response in a non-JSON format: <html>no healthy upstream</html>"


class SimulatedSlack(WebClient):
    """The Web API over a simulated wire.

    meanwhile: lets others act while a call takes so many seconds. kill_point: may kill the process. refusals: how many
    calls failed.
    """

    def __init__(
        self,
        timeline: Timeline,
        fault_plan: FaultPlan,
        workspace: SimulatedWorkspace,
        meanwhile: Callable[[float], None],
        kill_point: Callable[[str], None],
        observed: Observed,
    ) -> None:
        super().__init__("xoxb-simulated", retry_handlers=[])
        self.refusals = 0
        self.observed = observed
        self._timeline = timeline
        self.fault_plan = fault_plan
        self._workspace = workspace
        self._meanwhile = meanwhile
        self._kill_point = kill_point

    def __deepcopy__(self, _memo: object) -> SimulatedSlack:
        """Return the client itself: Bolt copies what it hands to a lazy listener."""
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
        """Answer a call, as every method of the SDK comes here. Raises what the SDK raises, or NotSimulated."""
        call = Call(api_method, {**(params or {}), **(data or {}), **(json or {})}, self._timeline.now)
        self._workspace.note_call(call)
        fault = self._next_fault()
        if fault is not None and fault not in AFTER_DOING:
            return self._fail(call, fault)
        answer = self._done(call)
        if fault is not None:
            return self._fail(call, fault)
        if call.target:
            self._kill_point("between Slack's answer and our stamp")
        self._note_answered(answer)
        return self._answer(call, answer, OK)

    def _done(self, call: Call) -> Json:
        """Let the call take its time, and do what it asks. It may be so late that another instance has done it too."""
        seconds = self._seconds()
        self._meanwhile(seconds)
        self.observed.is_late_call = self._timeline.now - call.began >= LEASE
        try:
            return self._workspace.do(call)
        finally:
            self.observed.is_late_call = False

    def _note_answered(self, answer: Json) -> None:
        for post in self._workspace.posts:
            if post.ts == answer.get("ts"):
                post.answered = True

    def _next_fault(self) -> CallFault | None:
        """Draw how this call fails; None where it does not."""
        if (outage := self.fault_plan.outage_at(self._timeline.now)) is not None:
            return CallFault(outage.what)
        return self._timeline.chance.choice([*CallFault]) if self._timeline.is_so(self.fault_plan.call_faults) else None

    def _seconds(self) -> float:
        if self._timeline.is_so(self.fault_plan.crawl):
            is_asleep = self.fault_plan.is_double and self._timeline.is_so(_ASLEEP)
            return _SLEEPS if is_asleep else self._timeline.chance.uniform(*_CRAWLS)
        slow = self._timeline.is_so(self.fault_plan.slow)
        return self._timeline.chance.uniform(0.5, 1.2) if slow else self._timeline.chance.uniform(0.02, 0.1)

    def _fail(self, call: Call, fault: CallFault) -> SlackResponse:
        self.refusals += 1
        self._timeline.say(f"Slack, {call.method}: {fault}")
        match fault:
            case CallFault.REFUSED:
                raise URLError(ConnectionRefusedError(111, "Connection refused"))
            case CallFault.UNREACHED:
                self._meanwhile(_TIMED_OUT)
                raise URLError(TimeoutError("timed out"))
            case CallFault.UNHEARD:
                self._meanwhile(_TIMED_OUT)
                raise TimeoutError("The read operation timed out")
            case CallFault.CUT_OFF:
                raise RemoteDisconnected("Remote end closed connection without response")
            case CallFault.RATELIMITED:
                seconds = str(self._timeline.chance.randint(1, 30))
                both = {"Retry-After": seconds, "retry-after": seconds}  # the SDK sees to that
                return self._answer(call, refused("ratelimited"), TOO_MANY, both)
            case _:
                return self._answer(call, refused(_NOT_JSON), BROKEN)

    def _answer(self, call: Call, answer: Json, status: int, headers: Json | None = None) -> SlackResponse:
        """Return the SDK's response. Raises SlackApiError where "ok" is false."""
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
