"""Slack's Web API and response_urls over connections that stay open: slack_sdk opens a new one, with TLS, each time.

Behind a proxy slack_sdk's own way is used.
"""

from __future__ import annotations

import io
import select
import threading
import time
import weakref
from collections import defaultdict
from email.message import Message
from http.client import HTTPConnection, HTTPSConnection
from ssl import SSLContext
from typing import Any, cast
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request

from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient, WebhookResponse

_IDLE = 20.0
"""Seconds after which an unused connection is not used again: servers and firewalls drop them silently."""
_GOOD = range(200, 300)
_Where = tuple[str, str]
_Idle = dict[_Where, list[tuple[float, HTTPConnection]]]


class OpenLines:
    """Connections by scheme and host, each used by one call at a time. ssl: the TLS context for https."""

    def __init__(self, ssl: SSLContext | None) -> None:
        self._ssl = ssl
        self._lock = threading.Lock()
        self._idle: _Idle = defaultdict(list)
        weakref.finalize(self, _close, self._idle)

    def post(self, request: Request, timeout: float) -> tuple[int, Message, str]:
        """Send a request. Return status, headers and body.

        Raises HTTPError where the status is no success, as urllib does; OSError or HTTPException where no answer came.
        It is never sent a second time: whether Slack has taken it is not known.
        """
        parts = urlsplit(request.full_url)
        where = (parts.scheme, parts.netloc)
        line = self._taken(where) or self._made(where)
        try:
            line.timeout = timeout
            if line.sock is not None:
                line.sock.settimeout(timeout)
            line.request("POST", request.selector, body=request.data, headers=dict(request.header_items()))
            answer = line.getresponse()
            body = answer.read()
        except BaseException:
            line.close()
            raise
        if answer.will_close:
            line.close()
        else:
            with self._lock:
                self._idle[where].append((time.monotonic(), line))
        if answer.status not in _GOOD:
            raise HTTPError(request.full_url, answer.status, answer.reason, answer.headers, io.BytesIO(body))
        return answer.status, answer.headers, body.decode(answer.headers.get_content_charset() or "utf-8")

    def _taken(self, where: _Where) -> HTTPConnection | None:
        """Return a connection that the other side still holds open; None where there is none."""
        while True:
            with self._lock:
                if not self._idle[where]:
                    return None
                since, line = self._idle[where].pop()
            if time.monotonic() - since < _IDLE and _is_open(line):
                return line
            line.close()

    def _made(self, where: _Where) -> HTTPConnection:
        scheme, netloc = where
        return HTTPSConnection(netloc, context=self._ssl) if scheme == "https" else HTTPConnection(netloc)


def _close(idle: _Idle) -> None:
    for lines in idle.values():
        for _, line in lines:
            line.close()


def _is_open(line: HTTPConnection) -> bool:
    """Return whether nothing waits to be read: before a request that is only the end of the connection."""
    if line.sock is None:
        return False
    waiting = select.poll()
    waiting.register(line.sock, select.POLLIN)
    return not waiting.poll(0)


class KeptAliveClient(WebClient):
    """slack_sdk's client over open lines."""

    def __init__(self, token: str | None = None, **given: Any) -> None:
        super().__init__(token, **given)
        self.lines = OpenLines(self.ssl)

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:
        if self.proxy:
            return super()._perform_urllib_http_request_internal(url, req)
        status, headers, body = self.lines.post(req, self.timeout)
        return {"status": status, "headers": headers, "body": body}


class KeptAliveWebhook(WebhookClient):
    """slack_sdk's client for a response_url, over the lines of the Web API's client."""

    def __init__(self, url: str, lines: OpenLines, **given: Any) -> None:
        super().__init__(url, **given)
        self._lines = lines

    def _perform_http_request_internal(self, url: str, req: Request) -> WebhookResponse:
        if self.proxy:
            return cast("WebhookResponse", super()._perform_http_request_internal(url, req))
        status, headers, body = self._lines.post(req, self.timeout)
        return WebhookResponse(url=url, status_code=status, body=body, headers=dict(headers.items()))
