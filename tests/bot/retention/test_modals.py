"""The list of what is due, the last question, and the monthly message: they fit, and say no more than they may."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.retention import modals
from bot.retention.modals import MOST, ApprovalResult, Deleted
from flows.case import Check, CheckStatus
from flows.model import Level
from flows.model import Outcome as CheckOutcome
from flows.records.access_requests import RequestStatus
from flows.records.retention import DueRecord, Keeping, ReasonKept
from tests.bot.slack.limits import fits_message, fits_view

NOW = datetime(2028, 3, 4, 10, 0, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")


def _item(number: int = 0, due: datetime = NOW) -> DueRecord:
    check = Check(
        id=f"{number:032x}",
        ref=f"SC-{number:04}",
        reporter="U0STAFF",
        status=CheckStatus.SENT,
        level=Level.NONE,
        answers={"S1": ("no",)},
        revision=3,
        checklist_version="v",
        started_at=NOW - timedelta(days=400),
        touched_at=NOW - timedelta(days=390),
        outcome=CheckOutcome.FIX_FIRST,
    )
    keeping = Keeping(check.status, None, check.level, check.started_at, check.touched_at)
    return DueRecord(check, None, frozenset({"lead-2"}), keeping, due)


def test_the_longest_list_fits_a_window_and_the_rest_is_counted() -> None:
    """Twenty at a time; no reporter, and nobody who is left out, is named."""
    items = [replace(_item(number), approved_by="U0LEAD1") for number in range(MOST + 5)]
    view = modals.the_list(items, NOW, LONDON)
    fits_view(view)
    assert "There are 5 more." in str(view)
    assert "SC-0019" in str(view)
    assert "SC-0020" not in str(view)
    assert not [word for word in ("U0STAFF", "lead-2", "U0LEAD1") if word in str(view)]


def test_each_record_is_told_by_kind_and_dates() -> None:
    """In the organisation's time zone."""
    view = str(modals.the_list([_item()], NOW, LONDON))
    assert "*SC-0000* Check that needed nobody: sort out first." in view
    assert "Made 29 January 2027, last changed 8 February 2027. Its time was over on 4 March 2028" in view


def test_what_is_not_due_yet_cannot_be_deleted() -> None:
    """It can be kept, or held."""
    view = str(modals.the_list([_item(due=NOW + timedelta(days=3))], NOW, LONDON))
    assert "Its time is over on 7 March 2028" in view
    assert "Delete it" not in view


def test_a_check_that_was_never_finished_is_not_looked_into() -> None:
    """Its writer was told that nothing was sent to anyone."""
    item = _item()
    put_away = replace(item, check=replace(item.check, status=CheckStatus.SHELVED, outcome=None))
    assert "open_record.SC-0000" in str(modals.the_list([item], NOW, LONDON))
    assert "open_record" not in str(modals.the_list([put_away], NOW, LONDON))


def test_an_empty_list_says_so() -> None:
    """There is nothing to press."""
    view = modals.the_list([], NOW, LONDON)
    fits_view(view)
    assert "submit" not in view


@pytest.mark.parametrize("count", [1, 3])
def test_the_last_question_names_every_record(count: int) -> None:
    """With what was kept and what cannot go."""
    approved = {f"{number:032x}": f"SC-{number:04}" for number in range(count)}
    view = modals.confirm(ApprovalResult(approved, ["SC-8888"], ["SC-9999"], [("SC-7777", why) for why in ReasonKept]))
    fits_view(view)
    assert dict(modals.confirmed(view["private_metadata"])) == approved
    assert all(ref in str(view) for ref in (*approved.values(), "SC-7777", "SC-8888", "SC-9999"))
    assert ("bring it back" in str(view)) is (count == 1)
    fits_view(modals.deleted(Deleted(list(approved.values()), [("SC-7777", ReasonKept.HELD)], [("SC-6666", "0a1b2c")])))


def test_what_was_typed_for_a_record_on_hold_already_is_shown_again() -> None:
    """It was not saved, and can be copied."""
    view = modals.saved(ApprovalResult({}, held_before=[("SC-7777", "An inquiry." * 45)]))
    fits_view(view)
    assert "SC-7777 was on legal hold already" in str(view)
    assert "An inquiry.An inquiry." in str(view)


def test_what_was_asked_before_the_update_is_understood_after_it() -> None:
    """A window that an older version opened has ids alone."""
    assert list(modals.confirmed("")) == []
    assert list(modals.confirmed("aa,bb:SC-1")) == [("aa", ""), ("bb", "SC-1")]


def test_a_record_that_could_not_be_deleted_is_told_beside_those_that_are_gone() -> None:
    """Nobody is told that nothing happened where something did."""
    words = str(modals.deleted(Deleted(["SC-1111"], failed=[("SC-2222", "0a1b2c")])))
    assert "*Deleted for good:* SC-1111." in words
    assert "*SC-2222 could not be deleted:*" in words
    assert "(Error 0a1b2c)" in words
    assert "Nothing was" not in words


def test_a_request_is_told_by_kind_and_opens_in_its_own_window() -> None:
    """Not in that of a check."""
    item = _item()
    check = replace(item.check, status=CheckStatus.REQUEST, outcome=None, answers={})
    keeping = replace(item.keeping, status=CheckStatus.REQUEST, request=RequestStatus.CLOSED)
    view = str(modals.the_list([replace(item, check=check, keeping=keeping)], NOW, LONDON))
    assert "*SC-0000* Request for a copy of records, closed." in view
    assert "a request, kept for a set time from when it was closed" in view
    assert "'request.SC-0000'" in view
    assert "open_record" not in view


@pytest.mark.parametrize("count", [0, 1, 12])
def test_the_monthly_message_is_a_number_alone(count: int) -> None:
    """Safe on a locked phone, and in a channel."""
    message = modals.due(count)
    fits_message(message)
    assert "SC-" not in str(message)
    assert message.text.startswith({0: "No record", 1: "1 record reaches", 12: "12 records reach"}[count])
