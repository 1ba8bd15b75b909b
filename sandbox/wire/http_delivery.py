"""Signed delivery to a request URL, as Slack does without Socket Mode."""

import hashlib
import hmac
import json
import time
from urllib.parse import urlencode

import aiohttp

from sandbox.state.fake_slack import FakeSlack
from sandbox.state.models import Json
from sandbox.wire.envelopes import Ack, Envelope

SUCCESS = 200
REASONS = {"timeout": "http_timeout", "refused": "http_error", "not connected": "connection_failed"}


class HttpDelivery:
    """Posts each payload to the request URL."""

    def __init__(self, slack: FakeSlack) -> None:
        self.slack = slack
        self._session: aiohttp.ClientSession | None = None

    async def send(self, envelope: Envelope) -> Ack:
        """Post one payload; any answer but 200 within ack_seconds is a failure."""
        started = time.monotonic()
        url = self.slack.options.request_url
        if url is None or self.slack.down or self.slack.faults.deaf:
            return Ack(0.0, "not connected")
        body, kind = encoded(envelope)
        try:
            async with self._open().post(url, data=body, headers=self._headers(envelope, body, kind)) as answer:
                text = await answer.text()
        except TimeoutError:
            self.slack.world.complain("http: no answer within the time Slack waits")
            return Ack(time.monotonic() - started, "timeout")
        except aiohttp.ClientError:
            return Ack(time.monotonic() - started, "not connected")
        problem = None if answer.status == SUCCESS else "refused"
        return Ack(time.monotonic() - started, "refused" if problem else None, decoded(text), answer.status)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=self.slack.options.ack_seconds)
            self._session = aiohttp.ClientSession(timeout=timeout)
        return self._session

    def _headers(self, envelope: Envelope, body: str, kind: str) -> dict[str, str]:
        stamp = str(int(time.time()))
        headers = {
            "content-type": kind,
            "x-slack-request-timestamp": stamp,
            "x-slack-signature": signature(self.slack.options.signing_secret, stamp, body),
        }
        if envelope.attempt:
            headers |= {
                "x-slack-retry-num": str(envelope.attempt),
                "x-slack-retry-reason": REASONS[envelope.reason],
            }
        return headers


def signature(secret: str, stamp: str, body: str) -> str:
    """Return Slack's v0 request signature."""
    signed = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256)
    return f"v0={signed.hexdigest()}"


def encoded(envelope: Envelope) -> tuple[str, str]:
    """Return body and content type: events are JSON, commands a form, interactions a form with one JSON field."""
    if envelope.type == "events_api":
        return json.dumps(envelope.payload), "application/json"
    fields = envelope.payload if envelope.type == "slash_commands" else {"payload": json.dumps(envelope.payload)}
    return urlencode(fields), "application/x-www-form-urlencoded"


def decoded(text: str) -> Json | None:
    """Return the bot's answer: a JSON object, or plain text (as a command may answer) as `{"text": ...}`."""
    if not text.strip():
        return None
    try:
        body = json.loads(text)
    except json.JSONDecodeError:
        return {"text": text}
    return body if isinstance(body, dict) else {"text": text}
