"""The values of a case, and what is asked of them."""

from datetime import UTC, datetime

from flows.case import DECISIONS, SHARING_DECISIONS, Entry, latest
from flows.events import EventKind

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def test_decisions_that_share_are_decisions() -> None:
    """The words a lead chooses from hold the two after which 3.4 is asked."""
    assert DECISIONS.keys() > SHARING_DECISIONS


def test_the_latest_entry_of_a_kind_is_the_last_one_recorded() -> None:
    """A correction of a note stands behind the note, and the newest note is the one that counts."""
    kinds = (EventKind.NOTE, EventKind.NOTE, EventKind.REPLY)
    first, second, other = (Entry(number, NOW, "U1", what) for number, what in enumerate(kinds, 1))
    assert latest((first, second, other), EventKind.NOTE) == second
    assert latest((first, second, other), EventKind.CLOSED) is None
