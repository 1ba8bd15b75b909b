"""Checks of mail servers, mail addresses and notification addresses.

They find a mistake at start-up, not when somebody has to be reached.
"""

from __future__ import annotations

import logging
import re
from urllib.parse import unquote, urlsplit

SCHEMES = ("smtp", "smtps")
MAILBOX = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@(?:[a-z0-9-]+\.)+[a-z0-9-]+", re.ASCII | re.IGNORECASE)
TALKATIVE = ("apprise", "urllib3", "requests", "oauthlib", "requests_oauthlib")


class LibraryMissing(Exception):
    """apprise, which sends notifications, is not installed: it comes with the extra "push"."""


def is_mail_server(url: str) -> bool:
    """Return whether `url` is an smtp or smtps URL with a host, and with both user and password or neither, in ASCII.

    Anything after the host and port is refused: an unencoded # or / in a password ends the host part early, and the
    rest of the password would be dropped.
    """
    parts = urlsplit(url)
    login = unquote(parts.username or ""), unquote(parts.password or "")
    rest = parts.path.strip("/") + parts.query + parts.fragment
    where = parts.scheme in SCHEMES and parts.hostname and parts.port != 0
    return bool(where) and not rest and all(login) == any(login) and "".join(login).isascii()


def is_mailbox(address: str) -> bool:
    return bool(MAILBOX.fullmatch(address))


def can_be_notified(url: str) -> bool:
    """Return whether apprise can use this notification address. Raises LibraryMissing."""
    hush_notifications()
    try:
        from apprise import Apprise  # noqa: PLC0415 - an extra
    except ImportError:
        raise LibraryMissing from None
    try:
        return Apprise.instantiate(url) is not None
    except Exception:  # noqa: BLE001 - its message may contain the address
        return False


def hush_notifications() -> None:
    """Silence the loggers of apprise and its dependencies: they log addresses, the keys in them, and message texts."""
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
