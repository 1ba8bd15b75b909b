"""Whether a mail server, a mailbox or a notification address could be used, before somebody is needed through it."""

from __future__ import annotations

import logging
import re
from urllib.parse import unquote, urlsplit

SCHEMES = ("smtp", "smtps")
MAILBOX = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@(?:[a-z0-9-]+\.)+[a-z0-9-]+", re.ASCII | re.IGNORECASE)
TALKATIVE = ("apprise", "urllib3", "requests", "oauthlib", "requests_oauthlib")


class LibraryMissing(Exception):
    """Notifications need an extra that is not installed."""


def is_mail_server(url: str) -> bool:
    """Whether nothing of it would be lost: a # or a / in a password ends the address early."""
    parts = urlsplit(url)
    login = unquote(parts.username or ""), unquote(parts.password or "")
    rest = parts.path.strip("/") + parts.query + parts.fragment
    where = parts.scheme in SCHEMES and parts.hostname and parts.port != 0
    return bool(where) and not rest and all(login) == any(login) and "".join(login).isascii()


def is_mailbox(address: str) -> bool:
    return bool(MAILBOX.fullmatch(address))


def can_be_notified(url: str) -> bool:
    """Raises LibraryMissing."""
    hush_notifications()
    try:
        from apprise import Apprise  # noqa: PLC0415 - an extra
    except ImportError:
        raise LibraryMissing from None
    try:
        return Apprise.instantiate(url) is not None
    except Exception:  # noqa: BLE001 - its words may hold the address
        return False


def hush_notifications() -> None:
    """Nothing of apprise and what it is made of reaches a log: they log addresses, the keys in them, and words."""
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
