"""Who is gone is judged by one's own watch, whatever the others' clocks say."""

from datetime import UTC, datetime, timedelta

from bot.delivery.instances import GONE_AFTER, Instances

THEN = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


class Watch:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def test_whoever_leaves_a_new_time_is_there_however_wrong_their_clock_is() -> None:
    """An hour behind, and standing still only when it is gone."""
    watch = Watch()
    instances = Instances(watch)
    for beat in range(10):
        watch.seconds += GONE_AFTER - 1
        assert instances.gone({"behind": THEN - timedelta(hours=1) + beat * timedelta(seconds=5)}) == frozenset()


def test_whoever_leaves_no_new_time_for_too_long_is_gone() -> None:
    """Also where its clock is ahead, and its last time is still to come."""
    watch = Watch()
    instances = Instances(watch)
    last = {"ahead": THEN + timedelta(hours=1), "here": THEN}
    assert instances.gone(last) == frozenset()
    watch.seconds += GONE_AFTER + 1
    assert instances.gone({**last, "here": THEN + timedelta(seconds=5)}) == {"ahead"}


def test_somebody_new_has_time_to_leave_a_first_one() -> None:
    """It holds a message already, and has not said yet that it is there."""
    watch = Watch()
    instances = Instances(watch)
    assert instances.gone({"new": None}) == frozenset()
    watch.seconds += GONE_AFTER - 1
    assert instances.gone({"new": None}) == frozenset()
    watch.seconds += 2
    assert instances.gone({"new": None}) == {"new"}
