"""Kinds of events and of outbox rows."""

import pytest

from flows.events import OPENINGS, EventKind, EventProperties, Lane, OutboxKind, OutboxProperties, opened


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


def test_every_kind_has_its_properties() -> None:
    """Each stands in one table, with what follows from it."""
    assert all(isinstance(kind.properties, EventProperties) for kind in EventKind)
    assert all(isinstance(kind.properties, OutboxProperties) for kind in OutboxKind)


def test_the_names_in_databases_stay() -> None:
    """A renamed kind would be unknown in every record there is; events stand in docs/record-of-processing.md too."""
    windows = {
        *("check", "record", "items", "correct", "open_case", "plan", "update_strands", "ask_reporter"),
        *("add_case_note", "remind_me", "close_case", "reopen_case", "see_plan", "see_outcome", "reply"),
        *("disagree", "record_sharing", "chose_not", "breach", "breach_log", "chronology", "register"),
        *("agency", "agreement", "another_view"),
    }
    assert {kind.removeprefix("opened_") for kind in OPENINGS} == windows
    assert set(OutboxKind) == {
        *("card", "page", "old_page", "alert", "line", "notice", "reminder", "erased", "home", "alarm"),
        *("condition", "broken_chain", "gaps", "marked_away", "closed_account", "digest", "staff_digest"),
        *("digest_line", "deletions_due", "breach", "breach_alert", "difference"),
    }


def test_names_fit_their_columns() -> None:
    """PostgreSQL refuses a longer one when it is written: too late."""
    assert max(map(len, EventKind)) <= 32
    assert max(map(len, OutboxKind)) <= 16


def test_nothing_follows_from_a_kind_of_another_version() -> None:
    """But that it changes the record: what is not known is rather kept too long."""
    event = EventKind.stored("from_the_future").properties
    assert (event.is_change, event.line, event.tells_reporter, event.ends_case) == (True, "", False, False)
    assert not OutboxKind.stored("from_the_future").properties.asks


def test_whoever_is_told_aloud_is_told_of_what_the_thread_says() -> None:
    """No event makes a sound for the reporter and none for the leads."""
    assert all(kind.properties.line for kind in EventKind if kind.properties.tells_reporter)


def test_only_pages_and_alarms_go_first() -> None:
    """Nothing that can wait stands before a page."""
    first = {kind for kind in OutboxKind if kind.properties.lane is Lane.PAGE}
    asks = {kind for kind in OutboxKind if kind.properties.asks}
    alarms = {OutboxKind.ALARM, OutboxKind.CONDITION, OutboxKind.BROKEN_CHAIN, OutboxKind.DIFFERENCE}
    assert first == (asks - {OutboxKind.ALERT}) | alarms
