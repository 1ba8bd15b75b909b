"""What people were told had arrived: the bot must be able to show every line of it afterwards."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from sandbox.client.result import InteractionResult
from tests.reliability.answer_paths import Walk


@dataclass(frozen=True, slots=True)
class Ack:
    """A press or a window that Slack ticked off. at, seen: when it was done and ticked off, by Slack's clock.

    choices: of an answer. words: of a note.
    """

    at: float
    who: str
    check: str
    what: str
    question: str = ""
    choices: tuple[str, ...] = ()
    words: str = ""
    seen: float = 0.0


@dataclass
class Journal:
    """Kept by everybody at once.

    failed: when Slack showed an error instead, and after how many seconds. typed_again: how often a person saw no card
    and typed the command again. longest_wait: of anybody for their card to go on, in seconds.
    """

    acks: list[Ack] = field(default_factory=list)
    walks: dict[str, Walk] = field(default_factory=dict)
    begun: int = 0
    typed_again: int = 0
    failed: list[tuple[float, float]] = field(default_factory=list)
    longest_wait: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, acted: InteractionResult, ack: Ack) -> bool:
        """Keep what became of something a person did; whether Slack ticked it off at least once."""
        results = (acted, *acted.repeats)
        acked = [each.acked and each.error is None for each in results]
        with self.lock:
            self.acks.extend([ack] * sum(acked))
            self.failed.extend((ack.at, each.latency) for each, was in zip(results, acked, strict=True) if not was)
        return any(acked)

    def took(self, check: str, walk: Walk) -> None:
        """A check that somebody began, and how they mean to answer it."""
        with self.lock:
            self.walks[check] = walk

    def waited(self, seconds: float) -> None:
        """How long somebody looked at a card before it went on."""
        with self.lock:
            self.longest_wait = max(self.longest_wait, seconds)

    def typed(self, *, again: bool) -> None:
        """Somebody typed the command."""
        with self.lock:
            self.begun += 1
            self.typed_again += again

    def answers(self, check: str) -> dict[str, tuple[str, ...]]:
        """The answers of one check that were ticked off."""
        return {ack.question: ack.choices for ack in self.acks if ack.check == check and ack.what == "answer"}
