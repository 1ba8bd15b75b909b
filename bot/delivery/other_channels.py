"""Ways other than Slack to reach somebody: an e-mail, or a push notification on their phone.

The services behind them are not the organisation's own, so messages carry no content, and a failure is reported by its
class name alone: its text may hold an address or a key.
"""

from __future__ import annotations

import secrets
import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from enum import StrEnum
from hashlib import sha256
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from bot.clock import SystemClock
from bot.config.mail_settings import hush_notifications
from bot.config.organisation import Organisation
from bot.config.settings import ADMINISTRATORS, LOOPBACK, Settings
from bot.words import Words

TIMEOUT = 20.0
"""Seconds for each answer of a mail server, and for a notification service as a whole."""

_PORTS = {"smtp": 587, "smtps": 465}
_NAMELESS = "[127.0.0.1]"
_WIRE = SMTP.clone(cte_type="7bit")  # 7-bit mail passes every server unchanged.


class Via(StrEnum):
    EMAIL = "email"
    PUSH = "push"


class NotSent(Exception):
    """A message was not handed over, as far as is known. The text is the class name of the problem, and no more.

    is_unknown: it may have arrived all the same, as where a mail server took it and hung up before it said so.
    """

    def __init__(self, problem: str, *, is_unknown: bool = False) -> None:
        super().__init__(problem)
        self.is_unknown = is_unknown


class NotAccepted(Exception):
    """A notification service refused the message or could not be reached."""


class SecondChannel:
    """E-mail and push notifications. A person is an organisation id, or "administrators" for those who run the bot."""

    def __init__(self, settings: Settings, organisation: Organisation, timeout: float = TIMEOUT) -> None:
        self._server = settings.secrets.smtp_url or ""
        self._sender = settings.mail_from
        self._mailboxes = _mailboxes(organisation, settings.alarm_email) if self._server else {}
        self._addresses = settings.secrets.notify
        self._timeout = timeout

    def ways(self, person: str) -> tuple[Via, ...]:
        """Return how this person can be reached apart from Slack, e-mail first; empty where not at all."""
        reached = {Via.EMAIL: self._mailboxes, Via.PUSH: self._addresses}
        return tuple(via for via, people in reached.items() if person in people)

    def send(self, via: Via, person: str, words: Words, key: str = "") -> None:
        """Send a message; return once the mail server, or every one of their notification services, accepted it.

        key: what the message is, the same whenever it is tried again, so that an e-mail keeps its Message-ID.
        Raises NotSent.
        """
        try:
            match via:
                case Via.EMAIL:
                    self._mail(self._mailboxes[person], words, key or secrets.token_hex(16))
                case Via.PUSH:
                    self._push(self._addresses[person], words)
        except NotSent:
            raise
        except Exception as problem:  # noqa: BLE001 - any error's text may hold an address
            is_unknown = via is Via.PUSH and isinstance(problem, TimeoutError)
            raise NotSent(type(problem).__name__, is_unknown=is_unknown) from None

    def greet_mail_server(self) -> None:
        """Log in to the mail server without sending anything. Raises NotSent where that fails."""
        try:
            with self._let_in() as server:
                server.noop()
        except Exception as problem:  # noqa: BLE001 - any error's text may hold an address
            raise NotSent(type(problem).__name__) from None

    def _mail(self, mailbox: str, words: Words, key: str) -> None:
        """Hand over one e-mail. Raises NotSent where it went out and no answer came; else what smtplib raises."""
        sender = str(self._sender)
        letter = _letter(sender, mailbox, words, key)
        with self._let_in() as server:
            try:
                server.send_message(letter, sender, [mailbox])
            except smtplib.SMTPResponseException:
                raise
            except OSError as problem:
                raise NotSent(type(problem).__name__, is_unknown=server.is_body_out) from None

    @contextmanager
    def _let_in(self) -> Iterator[_Mail | _MailOverTls]:
        """Connect and log in to the mail server, encrypted unless it is on this machine."""
        where = urlsplit(self._server)
        with closing(_dialled(where, self._timeout)) as server:
            if where.scheme == "smtp" and where.hostname not in LOOPBACK:
                server.starttls(context=ssl.create_default_context())
            if where.username:
                server.login(unquote(where.username), unquote(where.password or ""))
            yield server
            with suppress(OSError):  # The message was accepted, however the connection ends.
                server.quit()

    def _push(self, addresses: Sequence[str], words: Words) -> None:
        hush_notifications()
        from apprise import Apprise, AppriseAsset, AppriseResultStatus, NotifyFormat  # noqa: PLC0415 - an extra

        # A redirect would be followed as a GET without the message and count as a success. An icon, fetched from
        # elsewhere, would tell who reads the message.
        asset = AppriseAsset(
            app_id="share-check", http_redirects=False, image_url_mask="", service_timeout=self._timeout
        )
        services = Apprise(asset=asset)
        all_known = services.add(list(addresses))
        outcome = services.notify(words.body, words.title, body_format=NotifyFormat.TEXT)
        if outcome.status is AppriseResultStatus.TIMEOUT:
            raise TimeoutError
        # An address with optional=yes counts as a success when it fails, so its attempts are checked.
        if not (all_known and outcome and all(any(service) for service in outcome)):
            raise NotAccepted


def _mailboxes(organisation: Organisation, alarm_email: str | None) -> dict[str, str]:
    people = {person.id: person.email for person in organisation.everybody}
    return {**people, ADMINISTRATORS: alarm_email} if alarm_email else people


class _Noting(smtplib.SMTP):
    """Notes that the server is given the e-mail itself, after which a lost answer says nothing."""

    is_body_out = False

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.is_body_out = True
        return super().data(msg)


class _Mail(_Noting):
    """A connection that is encrypted later, or not at all on this machine."""


class _MailOverTls(_Noting, smtplib.SMTP_SSL):
    """A connection that is encrypted from its beginning."""


def _letter(sender: str, mailbox: str, words: Words, key: str) -> EmailMessage:
    """Build an e-mail to one person, with headers that stop auto-replies and without this machine's name."""
    letter = EmailMessage(policy=_WIRE)
    letter["From"] = Address(addr_spec=sender)
    letter["To"] = Address(addr_spec=mailbox)
    letter["Subject"] = words.title
    letter["Date"] = SystemClock().now()
    letter["Message-ID"] = f"<{sha256(key.encode()).hexdigest()[:32]}@{sender.rpartition('@')[2]}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter["X-Auto-Response-Suppress"] = "All"
    letter.set_content(words.body)
    return letter


def _dialled(where: SplitResult, timeout: float) -> _Mail | _MailOverTls:
    host, port = str(where.hostname), where.port or _PORTS[where.scheme]
    if where.scheme == "smtps":
        return _MailOverTls(host, port, _NAMELESS, timeout=timeout, context=ssl.create_default_context())
    return _Mail(host, port, _NAMELESS, timeout=timeout)
