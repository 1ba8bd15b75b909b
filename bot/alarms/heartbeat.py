"""The outside heartbeat: a service elsewhere alarms somebody when it stops, whatever it was that stopped here."""

from __future__ import annotations

import logging
import ssl
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

log = logging.getLogger(__name__)
AGENT = {"User-Agent": "share-check"}
"""Some services turn away the one that Python gives itself."""


class Heartbeat:
    """Sent by whoever has seen that all is well. The address is a secret: who has it can keep the alarm silent.

    timeout: seconds that the service may be silent.
    """

    def __init__(self, url: str | None, timeout: float = 10) -> None:
        self._url = url
        self._timeout = timeout
        self._ssl = ssl.create_default_context() if url and urlsplit(url).scheme == "https" else None

    def beat(self) -> bool:
        """Whether it was taken: never where there is no address. Never raises; waits for it in its caller's thread."""
        if self._url is None:
            return False
        try:
            request = Request(self._url, headers=AGENT)  # noqa: S310 - the settings take https, or this machine
            urlopen(request, timeout=self._timeout, context=self._ssl).close()  # noqa: S310 - as above: https, or this machine
        except HTTPError as error:
            error.close()
            log.error("the heartbeat was not taken: HTTPError %s", error.code)  # noqa: TRY400 - its words hold the URL
            return False
        except Exception as error:  # noqa: BLE001 - a heart that stumbles must not stop what it belongs to
            log.error("the heartbeat was not taken: %s", type(error).__name__)  # noqa: TRY400 - its words hold the URL
            return False
        return True
