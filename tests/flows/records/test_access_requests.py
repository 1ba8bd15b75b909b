"""When a request is due, what a record is made of, and what is taken out of it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as some

from flows.case import Entry
from flows.events import EventKind
from flows.records import access_requests, matching
from flows.records.access_requests import (
    TAKEN_OUT,
    Choice,
    ReviewItem,
    Ruling,
    due,
    not_there,
    others,
    time_left,
    without,
)

AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
BOXES = {EventKind.DETAILS: {"facts": "What did you see or hear?"}}
SPACES = some.sampled_from([" ", "  ", "\n", " \t"])


def entry(what: EventKind, number: int = 1, who: str = "U0STAFF", **content: object) -> Entry:
    return Entry(number, AT + timedelta(minutes=number), who, what, content)


def made(*entries: Entry, own: tuple[str, ...] = ()) -> tuple[ReviewItem, ...]:
    return access_requests.items(entries, BOXES, lambda entry: f"<{entry.who}>", own)


def is_working(day: date) -> bool:
    return day.weekday() < 5 and day != date(2026, 12, 25)


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        (date(2026, 11, 3), date(2026, 12, 3)),
        (date(2026, 11, 25), date(2026, 12, 28)),  # Christmas, then a weekend
        (date(2027, 1, 31), date(2027, 3, 1)),  # no 31 February; the 28th is a Sunday
        (date(2028, 1, 31), date(2028, 2, 29)),
        (date(2026, 12, 31), date(2027, 2, 1)),  # 31 January is a Sunday
    ],
)
def test_it_is_due_a_calendar_month_later(received: date, expected: date) -> None:
    """The same day of the next month, or its last; on a day off, the next working day."""
    assert due(received, is_working) == expected


def test_two_months_can_be_added() -> None:
    """Counted from the day it came in, not from the first due date."""
    assert due(date(2026, 11, 3), is_working, extended=True) == date(2027, 2, 3)
    assert due(date(2026, 11, 30), is_working, extended=True) == date(2027, 3, 1)


def test_a_week_in_which_nobody_works_still_has_a_day() -> None:
    """No working day at all does not keep it open for ever."""
    assert due(date(2026, 11, 3), lambda _: False) == date(2026, 12, 3)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (30, "30 days left"),
        (7, "7 days left, so it is urgent"),
        (1, "1 day left, so it is urgent"),
        (0, "due today"),
        (-1, "late by 1 day"),
        (-9, "late by 9 days"),
    ],
)
def test_how_long_there_is_is_said_in_words(days: int, words: str) -> None:
    """Nobody has to count."""
    assert time_left(AT.date() + timedelta(days=days), AT.date()) == words


def test_each_box_of_a_form_is_an_item_with_its_author_and_time() -> None:
    """So that one box can be left out and the next be given."""
    first, second = made(entry(EventKind.DETAILS, facts="She fell.", person="Anna", school=" "))
    assert (first.title, first.author, first.at) == (
        "Details: What did you see or hear?",
        "<U0STAFF>",
        AT.replace(minute=1),
    )
    assert (first.text, second.text) == ("She fell.", "Anna")
    assert len({first.key, second.key}) == 2


def test_nothing_that_was_typed_is_forgotten() -> None:
    """An entry of a kind nobody thought of is shown as well; what the bot did by itself is not."""
    (item,) = made(
        entry(EventKind.stored("seen_by_a_doctor"), text="It heals."), entry(EventKind.PAGE_SENT, 2, to="U0LEAD1")
    )
    assert (item.title, item.text) == ("Seen by a doctor", "It heals.")


def test_the_answers_stand_with_their_changes() -> None:
    """Also the answer that was given first."""
    (item,) = made(
        entry(EventKind.ANSWERED, question="S1", options=["no"]),
        entry(EventKind.CHANGED, 2, question="S1", options=["not_sure"]),
    )
    first, second = item.text.splitlines()
    assert first.endswith(" No")
    assert second.endswith(" Not sure")


def test_a_plan_gives_an_item_for_each_part() -> None:
    """What, who and when of each."""
    strand = {"name": "student", "status": "done", "what": "Tell her.", "owner": "Lead one", "due": "2026-12-01"}
    item, done = made(entry(EventKind.PLANNED, strands=[strand], round=1))
    assert item.text == "Tell her.\nWho: Lead one\nBy: 2026-12-01\nStatus: done"
    assert done.text == "23 Nov 2026 10:01 UTC A plan was made (<U0STAFF>)"


def test_what_was_done_is_listed_with_who_and_when() -> None:
    """In one item, without anybody's words."""
    (item,) = made(entry(EventKind.LED, who="U0LEAD1"), entry(EventKind.OPENED_RECORD, 2))
    assert item.text == "23 Nov 2026 10:01 UTC A lead took it on (<U0LEAD1>)"


def test_what_grew_since_is_another_item() -> None:
    """A ruling stands for what the lead has read, not for what was added afterwards."""
    answered = entry(EventKind.ANSWERED, question="S1", options=["no"])
    (before,) = made(answered)
    (after,) = made(answered, entry(EventKind.ANSWERED, 2, question="S2", options=["no"]))
    assert before.key != after.key


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("She told me that Mrs Quill shouts.", ("Mrs", "Quill")),
        ("Her brother was there.", ("brother",)),
        ("Ring 020 7946 0123 or tom@example.org.", ("020 7946 0123", "tom@example.org")),
        ("I saw Anna O'Brien. Nothing else.", ()),
        ("she fell and was sad", ()),
    ],
)
def test_what_may_be_about_somebody_else_is_pointed_out(text: str, found: tuple[str, ...]) -> None:
    """Names, relations, addresses and numbers, the person's own name aside."""
    assert set(others(text, frozenset(matching.words("Anna O'Brien")))) == set(found)


@for_all(
    before=some.text(max_size=20),
    words=some.lists(some.text("abcXYZ\u00e9.*+(", min_size=1, max_size=6), min_size=1, max_size=3),
    gap=SPACES,
    after=some.text(max_size=20),
)
def test_what_is_taken_out_is_gone_wherever_it_stands(before: str, words: list[str], gap: str, after: str) -> None:
    """In any case and with any spaces between its words; signs mean nothing but themselves."""
    text = f"{before} {gap.join(words)} {after} {gap.join(words).upper()}"
    passage = " ".join(words)
    assert not_there(text, [passage]) == ()
    left = without(text, [passage])
    assert TAKEN_OUT in left
    assert not_there(left.replace(TAKEN_OUT, "\0"), [passage]) == (passage,)


def test_a_longer_passage_goes_before_one_inside_it() -> None:
    """Taking out "Tom" first would leave "Uncle" standing."""
    assert without("Uncle Tom and Tom", ["Tom", "Uncle Tom"]) == f"{TAKEN_OUT} and {TAKEN_OUT}"


def test_its_length_cannot_be_told() -> None:
    """A short name and a long one leave the same mark."""
    assert without("Al left", ["Al"]) == without("Bartholomew left", ["Bartholomew"])


@pytest.mark.parametrize(
    ("ruling", "box"),
    [
        (Ruling(Choice.INCLUDE), None),
        (Ruling(Choice.LEAVE_OUT, "It is about her brother."), None),
        (Ruling(Choice.REDACT, "It names somebody.", ("mrs quill",)), None),
        (Ruling(Choice.LEAVE_OUT, " "), "reason"),
        (Ruling(Choice.LEAVE_OUT, "-"), "reason"),
        (Ruling(Choice.REDACT, "n/a", ("Mrs Quill",)), "reason"),
        (Ruling(Choice.REDACT, "", ("Mrs Quill",)), "reason"),
        (Ruling(Choice.REDACT, "It names somebody."), "passages"),
        (Ruling(Choice.REDACT, "It names somebody.", ("Mrs Quail",)), "passages"),
        (Ruling(Choice.INCLUDE, "", ("Mrs Quill",)), "passages"),
    ],
)
def test_a_ruling_that_cannot_stand_says_why(ruling: Ruling, box: str | None) -> None:
    """A reason for whatever is left out; nothing is thought to be taken out that is not."""
    item = ReviewItem("1:text", "Note", "Lead one", AT, "She told me that Mrs Quill shouts.")
    found = access_requests.problem(item, ruling)
    assert (found and found[0]) == box


def test_what_is_given_is_what_was_decided() -> None:
    """All of it, the rest of it, or none."""
    item = ReviewItem("1:text", "Note", "Lead one", AT, "She told me that Mrs Quill shouts.")
    assert access_requests.given(item, Ruling(Choice.INCLUDE)) == item.text
    assert (
        access_requests.given(item, Ruling(Choice.REDACT, "x", ("Mrs Quill",)))
        == f"She told me that {TAKEN_OUT} shouts."
    )
    assert access_requests.given(item, Ruling(Choice.LEAVE_OUT, "x")) is None
