"""The breach as the record tells of it: the 72 hours, who said what, and what a case still needs."""

from datetime import UTC, datetime, timedelta

from flows.breach import ACCOUNT, KNOWN_AT, Breach, BreachPart, breach_missing, breach_of, changes
from flows.case import Entry
from flows.events import EventKind

SHOWN = datetime(2026, 11, 27, 16, 30, tzinfo=UTC)
STARTED = SHOWN - timedelta(minutes=5)
ALL = {f"{part}": "yes" for part in BreachPart} | {part.how: "They deleted it." for part in BreachPart}


def _entry(number: int, who: str, what: EventKind, **content: object) -> Entry:
    return Entry(number, SHOWN + timedelta(hours=number), who, what, content)


def _told(*said: Entry) -> Breach:
    shown = Entry(0, SHOWN, "share-check", EventKind.BREACH_SHOWN, {KNOWN_AT: STARTED.isoformat()})
    found = breach_of([shown, *said])
    assert found is not None
    return found


def test_a_check_without_a_breach_needs_nothing_of_it() -> None:
    """No row in the record, nothing missing."""
    assert breach_of([]) is None
    assert breach_missing(None) == ()


def test_the_72_hours_begin_when_the_check_was_started_until_somebody_asked() -> None:
    """A Friday afternoon's end on Monday, weekend or not."""
    assert _told().report_by == STARTED + timedelta(hours=72)
    assert not _told().is_asked
    knew = STARTED - timedelta(hours=20)
    asked = _told(_entry(1, "U0DATA", EventKind.BREACH_RECORDED, **{KNOWN_AT: knew.isoformat()}))
    assert (asked.report_by, asked.is_asked) == (knew + timedelta(hours=72), True)


def test_each_part_is_missing_until_it_is_answered_with_words() -> None:
    """Neither "not yet" nor a dash settles anything."""
    assert len(breach_missing(_told())) == len(BreachPart)
    bare = _told(_entry(1, "U0DATA", EventKind.BREACH_RECORDED, contained="yes", contained_how="-"))
    assert bare.open_parts == tuple(BreachPart)
    later = _told(_entry(1, "U0DATA", EventKind.BREACH_RECORDED, ico="not_yet", ico_how="On Monday."))
    assert BreachPart.ICO in later.open_parts
    assert breach_missing(_told(_entry(1, "U0DATA", EventKind.BREACH_RECORDED, **ALL))) == ()


def test_each_part_keeps_who_said_it_last_and_when() -> None:
    """A later form changes what it changes, and nothing else."""
    first = _entry(1, "U0DATA", EventKind.BREACH_RECORDED, **ALL)
    breach = _told(first, _entry(2, "U0LEAD1", EventKind.BREACH_RECORDED, ico="no", ico_how="No risk to anybody."))
    assert breach.parts[BreachPart.CONTAINED].entry.who == "U0DATA"
    assert (breach.parts[BreachPart.ICO].entry.who, breach.parts[BreachPart.ICO].entry.at) == (
        "U0LEAD1",
        SHOWN + timedelta(hours=2),
    )


def test_a_form_says_only_what_it_changes() -> None:
    """A window sent as it was opened records nothing."""
    breach = _told(_entry(1, "U0DATA", EventKind.BREACH_RECORDED, **ALL, account="A list."))
    assert changes(breach, {**ALL, ACCOUNT: "A list.", KNOWN_AT: STARTED.isoformat()}) == {}
    assert changes(breach, {**ALL, "ico": "no", ACCOUNT: "A list."}) == {"ico": "no", "ico_how": "They deleted it."}
    assert changes(breach, {**ALL, ACCOUNT: ""}) == {ACCOUNT: ""}
