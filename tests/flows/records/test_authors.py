"""Entries from before names were kept are read as well as they can be, and say where they cannot."""

from datetime import UTC, datetime

from flows.case import SYSTEM, Entry, Signature
from flows.events import EventKind
from flows.records.authors import NOT_RECORDED, author
from tests.storage.builders import LEAD_ONE, REPORTER, ROSTER

AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def _entry(who: str, signed: Signature | None = None) -> Entry:
    return Entry(1, AT, who, EventKind.NOTE, {}, signed)


def _author(entry: Entry, *others: Entry, naming_staff: bool = True) -> str:
    return author(entry, (entry, *others), ROSTER, REPORTER, naming_staff=naming_staff)


def test_an_entry_says_who_its_author_was_then_whatever_the_file_says_now() -> None:
    """Somebody who was a lead and is the deputy now was a lead then."""
    assert (
        _author(_entry("U0DEPUTY", Signature("An old name", "safeguarding lead"))) == "An old name, safeguarding lead"
    )


def test_an_older_entry_has_the_name_that_the_file_gives_to_the_same_account() -> None:
    assert _author(_entry(LEAD_ONE)) == "Lead one, safeguarding lead"


def test_an_older_entry_of_an_account_that_is_on_no_list_says_that_the_name_is_not_recorded() -> None:
    """Never "the staff member": it may have been a lead."""
    assert _author(_entry("U0GONE")) == NOT_RECORDED


def test_an_older_entry_of_whoever_raised_it_says_so_and_takes_their_name_from_a_later_one() -> None:
    assert _author(_entry(REPORTER)) == "staff member"
    assert _author(_entry(REPORTER), _entry(REPORTER, Signature("A name", "staff member"))) == "A name, staff member"


def test_a_pack_for_somebody_else_names_no_staff_who_are_on_no_list() -> None:
    """What staff said is given out, not who they are; a lead answers for what a lead did."""
    signed = _entry(REPORTER, Signature("A name", "staff member"))
    assert _author(signed, naming_staff=False) == "staff member"
    assert _author(_entry(REPORTER), signed, naming_staff=False) == "staff member"
    assert _author(_entry("U0GONE", Signature("Was lead", "safeguarding lead")), naming_staff=False).startswith("Was")


def test_what_share_check_did_itself_is_signed_by_nobody() -> None:
    assert _author(_entry(SYSTEM)) == SYSTEM
