"""Metrics for a Prometheus server: no name, no reference, nothing about a check.

Counting costs a lock and an addition, and needs no library; `prometheus_client` is imported only for a scrape.
"""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from slack_bolt import App, BoltRequest, BoltResponse

from bot.extras import how_to_add
from bot.findings import Condition

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

    from storage.health.figures import DueFigures

STEPS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0)
"""Upper bounds of the histogram's buckets, in seconds. Slack shows an error after three."""
KINDS = (PAGE, ELSEWHERE, OTHER) = ("page", "elsewhere", "other")
"""The values of the only label: a page in Slack, a message by another channel, any other message in Slack."""
HTTP_OK = 200
NOT_INSTALLED = f"The numbers need a library that is not installed. {how_to_add('metrics')}"


class NoMetrics(Exception):
    """prometheus_client, which writes the metrics, is not installed."""


class Meters:
    """The counters of this process since it started, for use from any thread.

    monotonic: a monotonic clock, in seconds.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._steps = [0] * (len(STEPS) + 1)
        self._seconds = 0.0
        self._not_taken = 0
        self._sent: Counter[str] = Counter()
        self._late = 0
        self._turned: dict[str, float] = {}

    def step(self, seconds: float, *, is_taken: bool) -> None:
        """Count one payload from Slack. seconds: until its ack. is_taken: whether it was acknowledged with success."""
        with self._lock:
            self._steps[bisect_left(STEPS, seconds)] += 1
            self._seconds += seconds
            self._not_taken += not is_taken

    def sent(self, kind: str, *, is_late: bool) -> None:
        """Count a message posted for the first time, or handed over to another channel. kind: one of KINDS."""
        with self._lock:
            self._sent[kind] += 1
            self._late += is_late

    def turned(self, loop: str) -> None:
        """Record that one of the loops has completed a round without an error."""
        with self._lock:
            self._turned[loop] = self._monotonic()

    def since(self, loop: str) -> float | None:
        """Return the seconds since this loop last completed a round; None before the first."""
        with self._lock:
            at = self._turned.get(loop)
        return None if at is None else self._monotonic() - at

    def counts(self) -> SentCounts:
        """Return all counters at one moment."""
        with self._lock:
            return SentCounts(tuple(self._steps), self._seconds, self._not_taken, dict(self._sent), self._late)


@dataclass(frozen=True, slots=True)
class SentCounts:
    """The counters at one moment.

    steps: the number of payloads in each bucket of STEPS, and in a last one for longer times. seconds: the sum of all
    their times. not_taken: payloads without a successful ack. sent: messages by kind. late: pages sent late.
    """

    steps: tuple[int, ...]
    seconds: float
    not_taken: int
    sent: dict[str, int]
    late: int


@dataclass(frozen=True, slots=True)
class Reading:
    """The values for one scrape.

    figures: None if the database does not answer. socket_age: seconds; None without a connection. loops: seconds since
    each loop's last round. conditions: those the auditor found present.
    """

    counts: SentCounts
    figures: DueFigures | None
    is_ready: bool
    socket_age: float | None
    loops: dict[str, float]
    conditions: frozenset[Condition] = frozenset()


class Measured(App):
    """Bolt's App, with the time measured that Slack, and so a person, waits for the ack."""

    meters: Meters | None = None

    def dispatch(self, req: BoltRequest) -> BoltResponse:
        """Dispatch as Bolt does, and count the payload."""
        began = time.monotonic()
        response = super().dispatch(req)
        if self.meters is not None:
            self.meters.step(time.monotonic() - began, is_taken=response.status == HTTP_OK)
        return response


def written(reading: Reading) -> tuple[bytes, str]:
    """Return the metrics in Prometheus's text format, and the content type. Raises NoMetrics."""
    try:
        from prometheus_client import CollectorRegistry, exposition  # noqa: PLC0415 - an extra
    except ImportError:
        raise NoMetrics(NOT_INSTALLED) from None
    registry = CollectorRegistry()
    registry.register(_Collector(reading))
    return exposition.generate_latest(registry), exposition.CONTENT_TYPE_LATEST


class _Collector:
    """A collector for `prometheus_client` of one reading."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def describe(self) -> list[Any]:
        """Return no descriptions, so that `prometheus_client` does not collect when the collector is registered."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Yield every metric of the reading."""
        yield from _counted(self._reading.counts)
        yield from _gauged(self._reading)


def _counted(counts: SentCounts) -> Iterator[Metric]:
    from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily  # noqa: PLC0415 - an extra

    steps = HistogramMetricFamily("share_check_step_seconds", "From Slack's message to our tick, saved.")
    limits = [*(str(limit) for limit in STEPS), "+Inf"]
    steps.add_metric([], list(zip(limits, accumulate(counts.steps), strict=True)), counts.seconds)
    yield steps
    total = sum(counts.steps)
    yield CounterMetricFamily("share_check_acks", "What Slack sent and was told is kept.", total - counts.not_taken)
    yield CounterMetricFamily("share_check_not_taken", "What Slack sent and nothing here took.", counts.not_taken)
    sent = CounterMetricFamily("share_check_sent", "Messages that were taken, for the first time.", labels=["kind"])
    for kind in KINDS:
        sent.add_metric([kind], counts.sent.get(kind, 0))
    yield sent
    yield CounterMetricFamily(
        "share_check_sent_late", "Pages among them that went out over a minute late.", counts.late
    )


def _gauged(reading: Reading) -> Iterator[Metric]:
    from prometheus_client.core import GaugeMetricFamily  # noqa: PLC0415 - an extra

    def gauge(name: str, words: str, value: float) -> Metric:
        return GaugeMetricFamily(f"share_check_{name}", words, value)

    yield gauge("ready", "1 where it can take presses and send pages.", reading.is_ready)
    yield gauge("database_up", "1 where the database answers.", reading.figures is not None)
    if reading.socket_age is not None:
        yield gauge("socket_age_seconds", "How long the connection to Slack has been open.", reading.socket_age)
    present = GaugeMetricFamily("share_check_condition", "1 where pages may not arrive because of it.", labels=["name"])
    for condition in Condition:
        present.add_metric([condition], condition in reading.conditions)
    yield present
    for loop, since in reading.loops.items():
        yield gauge(f"{loop}_age_seconds", f"Since the {loop} last did its round.", since)
    if (figures := reading.figures) is not None:
        yield gauge("pages_due", "Pages that should be out and are not.", figures.pages_due)
        yield gauge("late", "Timers, pages and open cases that the auditor calls late.", figures.late)
        overdue = figures.oldest_overdue.total_seconds()
        yield gauge("oldest_overdue_seconds", "How long the oldest timer or message has been due.", overdue)
        if figures.since_backup is not None:
            age = figures.since_backup.total_seconds()
            yield gauge("backup_age_seconds", "Since the newest backup.", age)
