"""What Slack sends a bot, and what comes back."""

import asyncio
import secrets
import uuid
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from sandbox.state.kinds import Json

What = Literal["slash_commands", "interactive", "events_api"]
WITH_ANSWER = {"view_submission", "block_suggestion"}


@dataclass(frozen=True)
class Envelope:
    """One payload on its way to the bot. `attempt` counts redeliveries, `reason` tells why."""

    what: What
    payload: Json
    attempt: int = 0
    reason: str = ""
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def accepts_answer(self) -> bool:
        """Whether an acknowledgement may carry a payload of its own."""
        return self.what == "slash_commands" or self.payload.get("type") in WITH_ANSWER

    def again(self, attempt: int, reason: str) -> "Envelope":
        """The identical payload in a new envelope."""
        return replace(self, id=str(uuid.uuid4()), attempt=attempt, reason=reason)


@dataclass(frozen=True)
class Ack:
    """How a delivery went. `problem` is None when the bot acknowledged in time; `latency` is seconds."""

    latency: float
    problem: Literal["timeout", "not connected", "refused"] | None = None
    response: Json | None = None
    status: int | None = None


class Delivery(Protocol):
    """A way to reach the bot."""

    async def send(self, envelope: Envelope) -> Ack:
        """Deliver once and wait for the acknowledgement."""

    async def close(self) -> None:
        """Let go of what is open."""


class Courier:
    """Delivers once; events again and again until acknowledged, interactions never."""

    def __init__(self, delivery: Delivery, retry_seconds: tuple[float, ...]) -> None:
        self.delivery = delivery
        self.retry_seconds = retry_seconds
        self._retrying: set[asyncio.Task[None]] = set()

    async def deliver(self, envelope: Envelope) -> Ack:
        """The first attempt's result; redelivery goes on behind it."""
        ack = await self.delivery.send(envelope)
        if ack.problem and envelope.what == "events_api":
            task = asyncio.create_task(self._redeliver(envelope, ack.problem))
            self._retrying.add(task)
            task.add_done_callback(self._retrying.discard)
        return ack

    async def close(self) -> None:
        """Stop redelivering and close the line."""
        for task in self._retrying:
            task.cancel()
        await self.delivery.close()

    async def _redeliver(self, envelope: Envelope, reason: str) -> None:
        for attempt, pause in enumerate(self.retry_seconds, start=1):
            await asyncio.sleep(pause)
            ack = await self.delivery.send(envelope.again(attempt, reason))
            if ack.problem is None:
                return
            reason = ack.problem


def short_id(prefix: str) -> str:
    """An id that looks like Slack's."""
    return prefix + secrets.token_hex(5).upper()
