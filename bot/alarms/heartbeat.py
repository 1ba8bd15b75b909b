"""The external heartbeat (dead man's switch): a service elsewhere alarms somebody when it stops, whatever the cause."""

from __future__ import annotations

import logging
import ssl
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

log = logging.getLogger(__name__)
AGENT = {"User-Agent": "share-check"}
"""Some services reject Python's default user agent."""


class Heartbeat:
    """A sender of heartbeats, used by the auditor when all is well.

    The URL is secret: whoever has it can suppress the alarm.

    timeout: seconds to wait for the service.
    """

    def __init__(self, url: str | None, timeout: float = 10) -> None:
        self._url = url
        self._timeout = timeout
        self._ssl = ssl.create_default_context() if url and urlsplit(url).scheme == "https" else None

    def beat(self) -> bool:
        """Send a heartbeat and wait for the answer.

        Return whether it was accepted; False without a URL. Never raises.
        """
        if self._url is None:
            return False
        try:
            request = Request(self._url, headers=AGENT)  # noqa: S310 - the settings take https, or this machine
            urlopen(request, timeout=self._timeout, context=self._ssl).close()  # noqa: S310 - as above: https, or this machine
        except HTTPError as error:
            error.close()
            log.error("the heartbeat was not taken: HTTPError %s", error.code)  # noqa: TRY400 - the message contains the URL
            return False
        except Exception as error:  # noqa: BLE001 - a failed heartbeat must not stop the auditor
            log.error("the heartbeat was not taken: %s", type(error).__name__)  # noqa: TRY400 - the message contains the URL
            return False
        return True
