"""The result of a person's interaction."""

from dataclasses import dataclass

from sandbox.state.models import Json


@dataclass(frozen=True)
class InteractionResult:
    """The bot's acknowledgement and what Slack showed the person.

    `error` is what Slack showed the person; `latency` is in seconds; `repeats` are the further results when the same
    interaction was sent several times concurrently.
    """

    acked: bool
    latency: float = 0.0
    error: str | None = None
    response: Json | None = None
    payload: Json | None = None
    repeats: tuple["InteractionResult", ...] = ()
