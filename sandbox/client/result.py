"""What became of something a person did."""

from dataclasses import dataclass

from sandbox.state.kinds import Json


@dataclass(frozen=True)
class Acted:
    """`error` is what Slack showed that person, `latency` is in seconds.

    `repeats` are the further results when it was done more than once at the same moment.
    """

    acked: bool
    latency: float = 0.0
    error: str | None = None
    response: Json | None = None
    payload: Json | None = None
    repeats: tuple["Acted", ...] = ()
