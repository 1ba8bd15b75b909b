"""Kinds of events and of outbox rows."""

import pytest

from flows.events import EventKind, OutboxKind, opened


@pytest.mark.parametrize("kinds", [EventKind, OutboxKind])
def test_a_kind_is_read_as_it_is_stored(kinds: type[EventKind] | type[OutboxKind]) -> None:
    """What a row says is found again."""
    assert [kinds.stored(str(kind)) for kind in kinds] == list(kinds)
    assert all(kinds.stored(str(kind)) is kind for kind in kinds)


def test_a_kind_of_another_version_keeps_its_name() -> None:
    """A newer version's record can be read by this one, and says what it said."""
    unknown = EventKind.stored("from_the_future")
    assert isinstance(unknown, EventKind)
    assert (unknown, f"{unknown}", unknown.value) == ("from_the_future",) * 3
    assert unknown not in set(EventKind)


def test_a_misspelt_kind_is_refused() -> None:
    """Only what is stored may be unknown."""
    with pytest.raises(ValueError, match="leed"):
        EventKind("leed")
    with pytest.raises(ValueError, match="opened_sesame"):
        opened("sesame")


def test_a_button_that_opens_a_window_has_its_kind() -> None:
    """As the record has it."""
    assert opened("see_plan") is EventKind.OPENED_SEE_PLAN
