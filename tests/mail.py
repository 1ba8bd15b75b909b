"""A real mail server that keeps what arrives, for stories in which somebody is told by e-mail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message as EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MessageHandler

from tests.harness import free_port

SENDER = "share-check@example.org"
LEAD_ONE, LEAD_TWO, DEPUTY = "lead.one@example.org", "lead.two@example.org", "deputy.one@example.org"
"""The addresses of organisation.example.toml."""


class Letters(MessageHandler):
    """The e-mails that arrived, each as recipient and words."""

    def __init__(self) -> None:
        super().__init__(EmailMessage)
        self.kept: list[tuple[str, str]] = []

    def handle_message(self, message: object) -> None:
        assert isinstance(message, EmailMessage)
        body = message.get_payload(decode=True)
        assert isinstance(body, bytes)
        words = " ".join(f"{message['Subject']} {body.decode()}".split())
        self.kept.append((str(message["To"]), words))

    def to(self, address: str) -> list[str]:
        """Return subject and body of each e-mail to this address."""
        return [text for whom, text in self.kept if whom == address]


class MailServer(Letters):
    """Letters, and the settings with which a bot sends them here."""

    settings: dict[str, str]


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Run a mail server on a port of its own until the test is done."""
    letters, port = MailServer(), free_port()
    letters.settings = {
        "SHARE_CHECK_SMTP_URL": f"smtp://127.0.0.1:{port}",
        "SHARE_CHECK_MAIL_FROM": SENDER,
    }
    server = Controller(letters, hostname="127.0.0.1", port=port)
    server.start()
    try:
        yield letters
    finally:
        server.stop()
