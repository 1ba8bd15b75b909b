"""What Slack sends a bot (envelopes) and gets back (acknowledgements), with redelivery of events."""

import asyncio
import secrets
import uuid
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from sandbox.state.models import Json

EnvelopeType = Literal["slash_commands", "interactive", "events_api"]
ACCEPTS_RESPONSE_PAYLOAD = {"view_submission", "block_suggestion"}


@dataclass(frozen=True)
class Envelope:
    """One payload for the bot. `attempt` counts redeliveries; `reason` says why the one before failed."""

    type: EnvelopeType
    payload: Json
    attempt: int = 0
    reason: str = ""
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def accepts_response_payload(self) -> bool:
        """Return whether the acknowledgement may carry a payload."""
        return self.type == "slash_commands" or self.payload.get("type") in ACCEPTS_RESPONSE_PAYLOAD

    def redelivery(self, attempt: int, reason: str) -> "Envelope":
        """Return the same payload in a new envelope."""
        return replace(self, id=str(uuid.uuid4()), attempt=attempt, reason=reason)


@dataclass(frozen=True)
class Ack:
    """The result of one delivery. `problem` is None if the bot acknowledged in time; `latency` is in seconds."""

    latency: float
    problem: Literal["timeout", "not connected", "refused"] | None = None
    response: Json | None = None
    status: int | None = None


class Delivery(Protocol):
    """A way to reach the bot: Socket Mode or HTTP."""

    async def send(self, envelope: Envelope) -> Ack:
        """Deliver once and wait for the acknowledgement."""

    async def close(self) -> None:
        """Close all connections."""


class RetryingDelivery:
    """Delivers each payload; redelivers events until acknowledged, but never interactions, as Slack does."""

    def __init__(self, delivery: Delivery, retry_seconds: tuple[float, ...]) -> None:
        self.delivery = delivery
        self.retry_seconds = retry_seconds
        self._retrying: set[asyncio.Task[None]] = set()

    async def deliver(self, envelope: Envelope) -> Ack:
        """Deliver, and return the first attempt's result; events are redelivered in the background."""
        ack = await self.delivery.send(envelope)
        if ack.problem and envelope.type == "events_api":
            task = asyncio.create_task(self._redeliver(envelope, ack.problem))
            self._retrying.add(task)
            task.add_done_callback(self._retrying.discard)
        return ack

    async def close(self) -> None:
        """Stop redelivering and close the connections."""
        for task in self._retrying:
            task.cancel()
        await self.delivery.close()

    async def _redeliver(self, envelope: Envelope, reason: str) -> None:
        for attempt, pause in enumerate(self.retry_seconds, start=1):
            await asyncio.sleep(pause)
            ack = await self.delivery.send(envelope.redelivery(attempt, reason))
            if ack.problem is None:
                return
            reason = ack.problem


def short_id(prefix: str) -> str:
    """Return a random id in the form of Slack's."""
    return prefix + secrets.token_hex(5).upper()
