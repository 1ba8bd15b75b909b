"""What does not come from Slack is answered 401 and does nothing; what comes twice is done once.

tests/scenarios/test_forged.py shows that a forger learns nothing and moves the bot to no address of theirs.
"""

from __future__ import annotations

import copy
import hashlib
import hmac
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from flows.events import OPENINGS
from sandbox.client.result import InteractionResult
from sandbox.wire.envelopes import Envelope
from sandbox.wire.http_delivery import encoded
from storage.tables import asked, cases, checks, events, left_out, strands
from tests.harness import HARM, Stage, card_of, opened, page_of

over_http = pytest.mark.parametrize("stage", [("http", "sqlite")], indirect=True)
over_both = pytest.mark.parametrize("stage", [("http", "sqlite"), ("socket", "sqlite")], indirect=True, ids="-".join)
KEPT = (checks, cases, events, asked, left_out, strands)
REFUSED = 401


@dataclass(frozen=True)
class Letter:
    """A request as it goes over the wire."""

    body: bytes
    kind: str
    headers: dict[str, str]

    def post(self, url: str, method: str = "POST") -> tuple[int, bytes]:
        headers = {"content-type": self.kind, **self.headers}
        data = self.body if method == "POST" else None
        request = urllib.request.Request(url, data, headers, method=method)  # noqa: S310 - our own bot
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - our own bot
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()


def _signed(secret: str, stamp: str, body: bytes, version: str = "v0") -> str:
    return f"{version}={hmac.new(secret.encode(), f'{version}:{stamp}:'.encode() + body, hashlib.sha256).hexdigest()}"


def _headers(stage: Stage, body: bytes, *, age: float = 0, secret: str | None = None) -> dict[str, str]:
    stamp = str(int(time.time() - age))
    signature = _signed(secret or stage.workspace.signing_secret, stamp, body)
    return {"x-slack-request-timestamp": stamp, "x-slack-signature": signature}


def _letter(stage: Stage, payload: dict[str, Any]) -> Letter:
    """As Slack would send it, signed as it should be."""
    what = "slash_commands" if "command" in payload else "interactive"
    body, kind = encoded(Envelope(what, payload))  # type: ignore[arg-type] # one of Slack's words
    return Letter(body.encode(), kind, _headers(stage, body.encode()))


def _url(stage: Stage) -> str:
    url = stage.workspace.slack.options.request_url
    assert url is not None
    return url


def _record(stage: Stage) -> list[list[tuple[Any, ...]]]:
    with stage.bot.services.database.read() as tx:
        return [[tuple(row) for row in tx.execute(select(table))] for table in KEPT]


def _pressed(stage: Stage) -> dict[str, Any]:
    """The payload of an answer that would count: the next button of the card, not delivered yet."""
    stage.begin()
    stage.answer("No")
    acted = stage.staff.press("Why we ask", card_of(stage.staff))
    opened(stage.staff, "Why we ask")
    stage.staff.close()
    payload = copy.deepcopy(acted.payload)
    assert payload is not None
    payload["actions"][0] |= {"action_id": "answer.no", "value": f"{stage.check().id}:S2", "action_ts": "9.9"}
    stage.settle()
    return payload


Spoil = Callable[[Stage, Letter], Letter]


def _with(**changes: str | None) -> Spoil:
    """Other headers; None takes one away."""

    def spoil(_stage: Stage, letter: Letter) -> Letter:
        named = {f"x-slack-{key.replace('_', '-')}": value for key, value in changes.items()}
        headers = {key: value for key, value in {**letter.headers, **named}.items() if value is not None}
        return Letter(letter.body, letter.kind, headers)

    return spoil


def _aged(seconds: float) -> Spoil:
    return lambda stage, letter: Letter(letter.body, letter.kind, _headers(stage, letter.body, age=seconds))


def _by_another(stage: Stage, letter: Letter) -> Letter:
    return Letter(letter.body, letter.kind, _headers(stage, letter.body, secret="somebody else's"))


def _altered(_stage: Stage, letter: Letter) -> Letter:
    return Letter(letter.body.replace(b"U0STAFF", b"U0LEAD1"), letter.kind, letter.headers)


def _longer(_stage: Stage, letter: Letter) -> Letter:
    return Letter(letter.body + b"&payload=%7B%7D", letter.kind, letter.headers)


def _another_version(stage: Stage, letter: Letter) -> Letter:
    stamp = letter.headers["x-slack-request-timestamp"]
    signature = _signed(stage.workspace.signing_secret, stamp, letter.body, "v1")
    return Letter(letter.body, letter.kind, {**letter.headers, "x-slack-signature": signature})


def _unversioned(_stage: Stage, letter: Letter) -> Letter:
    bare = letter.headers["x-slack-signature"].removeprefix("v0=")
    return Letter(letter.body, letter.kind, {**letter.headers, "x-slack-signature": bare})


def _restamped(_stage: Stage, letter: Letter) -> Letter:
    """Kept for a while, then sent with a fresh time and the signature of the old one."""
    later = str(int(letter.headers["x-slack-request-timestamp"]) + 60)
    return Letter(letter.body, letter.kind, {**letter.headers, "x-slack-request-timestamp": later})


SPOILT: dict[str, Spoil] = {
    "no signature": _with(signature=None),
    "an empty signature": _with(signature=""),
    "no time": _with(request_timestamp=None),
    "neither": _with(signature=None, request_timestamp=None),
    "a signature that is none": _with(signature="v0=zz"),
    "half of a signature": _with(signature="v0=" + "0" * 32),
    "signs that are no ASCII": _with(signature="v0=\u00e9"),
    "signed by another": _by_another,
    "another version of signatures": _another_version,
    "no version": _unversioned,
    "six minutes old": _aged(360),
    "six minutes ahead": _aged(-360),
    "an old one with a new time": _restamped,
    "a time that is none": _with(request_timestamp="yesterday"),
    "another person in it": _altered,
    "more at its end": _longer,
}


@over_http
def test_what_is_not_signed_as_slack_signs_is_refused_and_does_nothing(stage: Stage) -> None:
    """Each way of getting it wrong, with a press that would count if it were right."""
    good = _letter(stage, _pressed(stage))
    before = _record(stage)
    answers = {name: spoil(stage, good).post(_url(stage)) for name, spoil in SPOILT.items()}
    stage.settle()
    assert {name: status for name, (status, _) in answers.items() if status != REFUSED} == {}
    assert {body for _, body in answers.values()} <= {b"", b'{"error": "invalid request"}'}
    assert _record(stage) == before
    assert good.post(_url(stage))[0] == 200
    stage.settle()
    assert stage.check().answers["S2"] == ("no",)


@over_http
def test_any_other_body_under_a_good_signature_of_another_is_refused(stage: Stage) -> None:
    """Whatever is changed in it, wherever, however little."""
    good = _letter(stage, _pressed(stage))
    before = _record(stage)

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(at=st.integers(0, len(good.body) - 1), to=st.binary(min_size=1, max_size=3))
    def altered(at: int, to: bytes) -> None:
        body = good.body[:at] + to + good.body[at + 1 :]
        if body != good.body:
            assert Letter(body, good.kind, good.headers).post(_url(stage))[0] in (400, REFUSED)

    altered()
    stage.settle()
    assert _record(stage) == before


@over_http
def test_a_body_that_says_nothing_we_know_moves_nothing(stage: Stage) -> None:
    """Properly signed, and of no use: no crash, no words of ours, nothing kept."""
    before = _record(stage)
    bodies = [b"", b"payload=", b"payload=null", b"payload=%5B%5D", b"payload={", b"{}", b"[]", b"a=b", b"\xff\xfe\x00"]
    bodies += [b"payload=%7B%22type%22%3A%22block_actions%22%7D", b'{"type":"url_verification","challenge":"x"}']
    for kind in ("application/x-www-form-urlencoded", "application/json", "text/plain"):
        for body in bodies:
            status, said = Letter(body, kind, _headers(stage, body)).post(_url(stage))
            assert status in (200, 400, 404), (kind, body, status)
            assert b"Traceback" not in said
            assert b"020" not in said
    for path in ("/", "/slack", "/slack/events/..", "/healthz", "/slack/install"):
        assert Letter(b"", "text/plain", {}).post(_url(stage).replace("/slack/events", path))[0] == 404
    assert Letter(b"", "text/plain", {}).post(_url(stage), "GET")[0] in (404, 405)
    stage.settle()
    assert _record(stage) == before


@over_both
def test_what_comes_twice_is_done_once(stage: Stage) -> None:
    """Every press and every window of a whole case, delivered again, at once and later: nothing more is recorded."""
    stage.begin()
    stage.answer(*HARM)
    stage.settle()
    sent: list[InteractionResult] = []
    lead, staff = stage.lead_one, stage.staff

    def twice(acted: InteractionResult) -> None:
        stage.settle()
        before = _record(stage)
        stage.workspace.replay(acted)
        stage.settle()
        assert _doings(_record(stage)) == _doings(before), acted.payload
        sent.append(acted)

    twice(lead.press("I have seen it", page_of(lead)))
    twice(lead.press("I will lead", page_of(lead)))
    stage.open("Add note", "Add note")
    twice(lead.submit({"text": "A note."}))
    stage.open("Ask the staff member", "Ask the staff member")
    twice(lead.submit({"text": "When?"}))
    staff.wait_for(lambda: "Answer" in staff.buttons("dm"))
    staff.press("Answer")
    opened(staff, "Answer a question")
    twice(staff.submit({"text": "Today."}))
    stage.plan()
    twice(staff.press("Talk to me first"))
    twice(staff.press("I agree"))
    staff.wait_for(lambda: "Answer" in staff.buttons("dm"))
    twice(staff.press("Not shared yet"))
    stage.record_sharing()
    stage.open("Close", "Close this check")
    twice(lead.submit({"outcome": "They are safe."}))
    before = _record(stage)
    for acted in sent:
        stage.workspace.replay(acted)
    stage.settle()
    assert _doings(_record(stage)) == _doings(before)
    _forgive(stage)


def _doings(record: list[list[tuple[Any, ...]]]) -> list[list[tuple[Any, ...]]]:
    """What people did: not that a window was opened, nor when the bot itself did something."""
    found = copy.copy(record)
    what = [column.name for column in events.columns].index("what")
    found[KEPT.index(events)] = [row for row in record[KEPT.index(events)] if row[what] not in OPENINGS]
    return found


def _forgive(stage: Stage) -> None:
    """A replayed press carries a trigger that was used, and an address for answers that is worn out."""
    kept = [words for words in stage.workspace.complaints if "trigger" not in words and "response_url" not in words]
    stage.workspace.complaints[:] = kept
