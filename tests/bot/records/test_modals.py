"""The modals of records and requests fit Slack, however much was typed, and notify nobody."""

import json
from dataclasses import replace
from datetime import date

import pytest

from bot.access_requests import modals
from bot.access_requests.modals import ReviewPosition, ReviewProgress
from bot.cases.summary import sample
from bot.records import modals as records
from bot.slack.block_kit import Block
from flows.case import Check
from flows.model import Outcome
from flows.records.access_requests import AccessRequest, Choice, RequestStatus, ReviewItem, Ruling
from tests.bot.builders import HOSTILE, NOW, sent, view
from tests.bot.slack.limits import fits_view

TODAY = date(2026, 11, 23)
CHECKS = tuple(sent(Outcome.HOLD, id=f"{number:032x}", ref=f"SC-{number:04d}") for number in range(200))
FOUND = tuple((check, True) for check in CHECKS)
LONG = HOSTILE * 60
REQUEST = AccessRequest(
    id="r" * 32,
    ref="SC-7K2M",
    status=RequestStatus.OPEN,
    received=TODAY,
    due=TODAY,
    extended=False,
    name=LONG[:300],
    born=LONG[:300],
    number="1",
    asked_by=LONG[:1000],
)
ITEM = ReviewItem("12:facts", LONG[:200], LONG[:80], NOW, LONG * 3, tuple(LONG.split()))
SPOT = ReviewPosition(REQUEST.id, CHECKS[0].id, "V0123456789", ITEM.key)
RULING = Ruling(Choice.REDACT, LONG[:500], tuple(LONG[:2900].split(" ")))


def progress(check: Check, left: int) -> ReviewProgress:
    return ReviewProgress(check, left, 40, not_them=False)


WINDOWS: dict[str, Block] = {
    "search": records.search(),
    "nothing": records.results(()),
    "found": records.results(FOUND),
    "export": records.export(CHECKS[0]),
    "making": records.making("a" * 64),
    "made": records.made("PK-7K2M4X", "AAAA-BBBB-CCCC-DDDD-EEEE"),
    "refused": records.refused(LONG[:2000]),
    "summary": sample(replace(view(CHECKS[0]), earlier=FOUND, may_export=True)),
    "requests": modals.listed([replace(REQUEST, ref=f"SC-{number}") for number in range(200)], TODAY),
    "no requests": modals.listed([], TODAY),
    "new": modals.new(),
    "request": modals.request(REQUEST, [progress(check, 3) for check in CHECKS], TODAY),
    "nothing held": modals.request(REQUEST, [], TODAY),
    "item": modals.item(SPOT, CHECKS[0], ITEM, (40, 400), RULING, tuple(LONG.split())),
    "decided": modals.all_decided(CHECKS[0]),
    "add": modals.add(SPOT),
    "extend": modals.extend(REQUEST),
    "close": modals.close(REQUEST),
    "release": modals.release(REQUEST, 10, 3),
}


@pytest.mark.parametrize("window", WINDOWS.values(), ids=WINDOWS)
def test_every_window_fits_and_mentions_nobody(window: Block) -> None:
    """At Slack's limits, with words that would notify everybody."""
    fits_view(window)
    marked = [json.dumps(each) for each in window["blocks"] if each["type"] in ("section", "context")]
    assert not [each for each in marked if "<!channel>" in each or "<@U0STAFF> *bold*" in each]


def test_what_is_not_decided_stands_first() -> None:
    """However many records there are, the next one to look through is on screen."""
    held = [progress(check, 1 if check is CHECKS[-1] else 0) for check in CHECKS]
    assert CHECKS[-1].ref in json.dumps(modals.request(REQUEST, held, TODAY)["blocks"][:12])


def test_a_pack_can_be_made_once_nothing_is_left() -> None:
    """And not before, nor of nothing."""
    for held, ready in (([], False), ([progress(CHECKS[0], 1)], False), ([progress(CHECKS[0], 0)], True)):
        assert ("Make the pack" in json.dumps(modals.request(REQUEST, held, TODAY))) is ready


def test_a_spot_is_read_as_it_was_written() -> None:
    """A key may hold colons; a value of somebody else's making leads nowhere."""
    assert ReviewPosition.read(SPOT.value) == SPOT
    assert ReviewPosition.read("") == ReviewPosition("", "", "", "")


def test_what_may_not_be_opened_has_no_button() -> None:
    """Nobody is sent to a door that is shut."""
    shown = json.dumps(records.results([(CHECKS[0], False), (CHECKS[1], True)]))
    assert f"open_record.{CHECKS[0].ref}" not in shown
    assert CHECKS[0].ref in shown
    assert f"open_record.{CHECKS[1].ref}" in shown


def test_deputies_are_offered_the_search_alone() -> None:
    """Who may not give records out is not offered it."""
    assert "Requests" not in json.dumps([*records.on_home(answers_requests=False)])
    shown = json.dumps([*records.on_home(answers_requests=True, waiting=("One waits.",))])
    assert all(words in shown for words in ("Requests", "Due for deletion", "One waits."))
