"""The loop that everything in the background runs in: it outlives errors, wakes when asked, and says that it ended."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue
from typing import Any

import pytest

from bot.supervised_loop import SupervisedLoop

SOON = 10
NEVER = 3600.0


@contextmanager
def _running(loop: SupervisedLoop) -> Iterator[SupervisedLoop]:
    loop.start()
    try:
        yield loop
    finally:
        loop.stop()
        loop.join(SOON)
        assert loop.has_ended


class Turns:
    """A function that notes each of its calls and does what it is told: raise an error, or return a value."""

    def __init__(self, *results: object) -> None:
        self.calls: Queue[object] = Queue()
        self._results = iter(results)

    def __call__(self) -> object:
        result = next(self._results, None)
        self.calls.put(result)
        if isinstance(result, Exception):
            raise result
        return result


def _loop(turn: Any, **more: Any) -> SupervisedLoop:
    return SupervisedLoop("loop", turn, **{"every": 0.001, "failure": "the loop failed", **more})


def test_it_outlives_an_error_and_logs_its_class_alone(caplog: pytest.LogCaptureFixture) -> None:
    """The words of an error may hold what somebody typed."""
    turns, metered = Turns(ValueError("zebrafinch"), "well"), Queue[str]()
    with _running(_loop(turns, meter=metered.put)):
        assert metered.get(timeout=SOON) == "loop"
    assert isinstance(turns.calls.get_nowait(), ValueError)
    assert turns.calls.get_nowait() == "well"
    assert [(each.levelno, each.getMessage()) for each in caplog.records] == [
        (logging.ERROR, "the loop failed: ValueError")
    ]
    assert "zebrafinch" not in caplog.text


def test_a_call_that_fails_is_not_metered() -> None:
    """What is metered is the last success, by which a loop that only fails is late."""
    turns, metered = Turns(*[ValueError()] * 100_000), Queue[str]()
    with _running(_loop(turns, meter=metered.put)):
        for _ in range(3):
            turns.calls.get(timeout=SOON)
    assert metered.empty()


def test_the_first_call_may_come_at_once_or_be_waited_for() -> None:
    """Senders begin at once; the rest begins after its wait."""
    at_once = Turns()
    with _running(_loop(at_once, first=0, every=NEVER)):
        at_once.calls.get(timeout=SOON)
    later = Turns()
    with _running(_loop(later, every=NEVER)):
        pass
    assert later.calls.empty()


def test_a_wait_is_cut_short_by_waking_it() -> None:
    """Nothing new waits for the next look."""
    turns, wake = Turns(), threading.Event()
    with _running(_loop(turns, every=NEVER, wake=wake)):
        wake.set()
        turns.calls.get(timeout=SOON)
        wake.set()
        turns.calls.get(timeout=SOON)


def test_one_that_drains_goes_on_while_there_is_more_and_then_waits() -> None:
    """A sender sends batch after batch without a pause; after a failure it waits, as the database may be away."""
    turns = Turns(2, 1, 0, 1)
    with _running(_loop(turns, first=0, every=NEVER, drains=True)):
        assert [turns.calls.get(timeout=SOON) for _ in range(3)] == [2, 1, 0]
    assert turns.calls.empty()
    failing = Turns(ValueError(), 1)
    with _running(_loop(failing, first=0, every=NEVER, drains=True)):
        failing.calls.get(timeout=SOON)
    assert failing.calls.empty()


def test_what_it_calls_may_stop_it() -> None:
    """As the watch over the connection does when it gives up."""
    itself: list[SupervisedLoop] = []

    def give_up() -> None:
        itself[0].stop()

    loop = _loop(give_up, first=0)
    itself.append(loop)
    loop.start()
    loop.join(SOON)
    assert (loop.is_stopping, loop.has_ended) == (True, True)


def test_one_that_was_never_started_has_not_ended() -> None:
    """And waiting for it takes no time."""
    loop = _loop(Turns())
    loop.stop()
    loop.join(SOON)
    assert not loop.has_ended
