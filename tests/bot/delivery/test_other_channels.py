"""The second channel, against a real mail server and a real notification service on this machine."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bot.config.organisation import example_organisation_path, load_organisation
from bot.config.settings import load_settings, setting_names
from bot.delivery.other_channels import NotSent, SecondChannel, Via
from bot.words import Words
from tests.harness import free_port

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

ORGANISATION = load_organisation(example_organisation_path())
WORDS = Words(
    "share-check: please look — now", "Somebody waits for an answer.\n\nOpen Slack: the card is in your café."
)
SENDER = "share-check@example.org"
LEAD, SECOND = "lead.one@example.org", "lead.two@example.org"
LOGIN, PASSWORD = "share check", "hush: p@ss/#"
CODED = "share%20check:hush%3A%20p%40ss%2F%23"
ELSEWHERE = "127.1"
"""This machine, under a name that is not known to be this machine."""


class Mailroom:
    """What a mail server does with each step, and the letters it accepted."""

    def __init__(self, **answers: str) -> None:
        self.answers = answers
        self.arrived: list[Envelope] = []
        self.greeted_by = ""
        self.logins: list[tuple[bytes, bytes]] = []

    def letter(self) -> EmailMessage:
        """The only one."""
        (envelope,) = self.arrived
        assert isinstance(envelope.content, bytes)
        letter = message_from_bytes(envelope.content, policy=default)
        assert isinstance(letter, EmailMessage)
        return letter

    async def handle_RCPT(  # noqa: N802 - the server looks for this name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if "rcpt" not in self.answers:
            envelope.rcpt_tos.append(address)
        return self.answers.get("rcpt", "250 OK")

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the same
        if "data" not in self.answers:
            self.arrived.append(envelope)
        self.greeted_by = str(session.host_name)
        return self.answers.get("data", "250 OK")

    async def handle_QUIT(self, server: SMTP, _session: Session, _envelope: Envelope) -> str:  # noqa: N802 - the same
        if "quit" in self.answers:
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return self.answers.get("quit", "221 Bye")

    def login(self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, given: Any) -> AuthResult:
        assert isinstance(given, LoginPassword)
        self.logins.append((given.login, given.password))
        right = given.password == PASSWORD.encode()
        return AuthResult(success=right, handled=right)


class Service(ThreadingHTTPServer):
    """A notification service: what it was sent, and what it answers."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Doorman)
        self.status = 200
        self.seen: list[dict[str, Any]] = []

    def address(self, path: str = "a-secret-path") -> str:
        return f"json://user:hush@127.0.0.1:{self.server_port}/{path}"


class Doorman(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        self.server.seen.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.server.status)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing on the terminal of whoever runs the tests."""


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in setting_names():
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    """What closes when the test ends."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def service(opened: ExitStack) -> Service:
    service = opened.enter_context(Service())
    opened.callback(service.shutdown)
    threading.Thread(target=service.serve_forever, args=(0.01,), daemon=True).start()
    return service


@pytest.fixture
def silent(opened: ExitStack) -> int:
    """The port of something that is there and never says a word."""
    listening = opened.enter_context(socket.create_server(("127.0.0.1", 0)))
    return int(listening.getsockname()[1])


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's certificate that this machine trusts for the length of a test."""
    file = tmp_path / "certificate.pem"
    file.write_bytes(_certificate())
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def _certificate() -> bytes:
    """Certificate and key for this machine, under both its names."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a mail server in a test")])
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1")), x509.DNSName(ELSEWHERE)])
    no = "content_commitment key_encipherment data_encipherment key_agreement crl_sign encipher_only decipher_only"
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.KeyUsage(digital_signature=True, key_cert_sign=True, **dict.fromkeys(no.split(), False)), critical=True
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return made.public_bytes(serialization.Encoding.PEM) + secret


def _mail_server(opened: ExitStack, room: Mailroom, **how: Any) -> int:
    """The port of a real one that gives the mailroom's answers."""
    port = free_port()
    server = Controller(room, hostname="127.0.0.1", port=port, server_hostname="mail.example.org", **how)
    server.start()
    opened.callback(server.stop)
    return port


def _hang_up(listening: socket.socket) -> None:
    caller, _ = listening.accept()
    caller.close()


def _channel(mail: str = "", notify: object = None, timeout: float = 10, **more: str) -> SecondChannel:
    given = {
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_APP_TOKEN": "xapp-1",
        "SHARE_CHECK_KEYS": "A" * 43 + "=",
        "SHARE_CHECK_SMTP_URL": mail,
        "SHARE_CHECK_MAIL_FROM": SENDER if mail else "",
        "SHARE_CHECK_NOTIFY": json.dumps(notify) if notify else "",
    }
    return SecondChannel(load_settings(None, **given, **more), ORGANISATION, timeout)


def _refused(channel: SecondChannel, via: Via) -> str:
    """The whole of what somebody can learn about it."""
    with pytest.raises(NotSent) as caught:
        channel.send(via, "lead-1", WORDS)
    assert caught.value.__suppress_context__
    assert caught.value.__cause__ is None
    return str(caught.value)


def test_each_person_is_reached_in_the_ways_that_are_set_up() -> None:
    """Mail first; nobody is said to be reached who would not be."""
    nothing = _channel()
    assert nothing.ways("lead-1") == nothing.ways("administrators") == ()
    mail = _channel("smtp://127.0.0.1")
    assert mail.ways("lead-1") == mail.ways("independent") == (Via.EMAIL,)
    assert mail.ways("administrators") == mail.ways("somebody-who-left") == ()
    both = _channel(
        "smtp://127.0.0.1",
        {"lead-1": "json://127.0.0.1", "administrators": ["json://127.0.0.1"]},
        SHARE_CHECK_ALARM_EMAIL="it-team@example.org",
    )
    assert both.ways("lead-1") == both.ways("administrators") == (Via.EMAIL, Via.PUSH)
    assert both.ways("lead-2") == (Via.EMAIL,)


@pytest.mark.parametrize("via", Via)
def test_somebody_without_that_way_is_not_reached_in_silence(via: Via) -> None:
    """Whoever was paged that way is known not to have been."""
    assert _refused(_channel(), via) == "KeyError"


def test_a_mail_holds_the_words_and_nothing_else(opened: ExitStack) -> None:
    """What arrives is what was given, letter by letter, and no second part, no attachment."""
    room = Mailroom()
    _channel(f"smtp://127.0.0.1:{_mail_server(opened, room)}").send(Via.EMAIL, "lead-1", WORDS)
    assert room.letter()["Subject"] == WORDS.title
    assert room.letter().get_content().splitlines() == WORDS.body.splitlines()
    assert room.letter().get_content_type() == "text/plain"
    assert not room.letter().is_multipart()


def test_a_mail_says_who_sent_it_when_and_that_no_robot_should_answer(opened: ExitStack) -> None:
    """Away notes do not come back, and no machine of ours is named."""
    room = Mailroom()
    _channel(f"smtp://127.0.0.1:{_mail_server(opened, room)}").send(Via.EMAIL, "lead-1", WORDS)
    letter = room.letter()
    assert (letter["From"], letter["To"]) == (SENDER, LEAD)
    assert abs(letter["Date"].datetime - datetime.now(UTC)) < timedelta(minutes=1)
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["X-Auto-Response-Suppress"] == "All"
    assert letter["Message-ID"].endswith("@example.org>")
    assert not {"Cc", "Bcc", "Reply-To"} & set(letter)
    assert room.greeted_by == "[127.0.0.1]"
    assert socket.gethostname() not in str(letter)


def test_two_mails_are_two_mails(opened: ExitStack) -> None:
    """Nobody sees who else was asked, and no mailbox takes the second for the first."""
    room = Mailroom()
    channel = _channel(f"smtp://127.0.0.1:{_mail_server(opened, room)}", SHARE_CHECK_ALARM_EMAIL="it-team@example.org")
    for person in ("lead-1", "lead-2", "administrators"):
        channel.send(Via.EMAIL, person, WORDS)
    to = [envelope.rcpt_tos for envelope in room.arrived]
    assert to == [[LEAD], [SECOND], ["it-team@example.org"]]
    letters = [message_from_bytes(envelope.content, policy=default) for envelope in room.arrived]  # type: ignore[arg-type] # aiosmtpd types it wider than it is
    assert [[letter["To"]] for letter in letters] == to
    assert len({letter["Message-ID"] for letter in letters}) == 3


@pytest.mark.parametrize("words", [Words("a\nBcc: other@example.org", "b"), Words("a\r\nb", "c")])
def test_words_cannot_become_a_header(opened: ExitStack, words: Words) -> None:
    """A title is one line; another line is not sent at all."""
    room = Mailroom()
    channel = _channel(f"smtp://127.0.0.1:{_mail_server(opened, room)}")
    with pytest.raises(NotSent, match="ValueError"):
        channel.send(Via.EMAIL, "lead-1", words)
    assert room.arrived == []


def test_on_this_machine_it_logs_in_as_it_is_told(opened: ExitStack) -> None:
    """The user and the password arrive without their percent codes."""
    room = Mailroom()
    port = _mail_server(opened, room, authenticator=room.login, auth_require_tls=False)
    _channel(f"smtp://{CODED}@127.0.0.1:{port}").send(Via.EMAIL, "lead-1", WORDS)
    assert room.logins == [(LOGIN.encode(), PASSWORD.encode())]
    assert room.letter()["To"] == LEAD


def test_elsewhere_it_encrypts_before_it_logs_in(opened: ExitStack, trusted: ssl.SSLContext) -> None:
    """The server takes no login in the clear, and this one arrives."""
    room = Mailroom()
    port = _mail_server(opened, room, tls_context=trusted, require_starttls=True, authenticator=room.login)
    _channel(f"smtp://{CODED}@{ELSEWHERE}:{port}").send(Via.EMAIL, "lead-1", WORDS)
    assert room.logins == [(LOGIN.encode(), PASSWORD.encode())]
    assert room.letter()["To"] == LEAD


def test_encrypted_from_the_first_byte_works_too(opened: ExitStack, trusted: ssl.SSLContext) -> None:
    """Some providers offer nothing else."""
    room = Mailroom()
    port = _mail_server(opened, room, ssl_context=trusted, authenticator=room.login, auth_require_tls=False)
    _channel(f"smtps://{CODED}@127.0.0.1:{port}").send(Via.EMAIL, "lead-1", WORDS)
    assert room.letter()["To"] == LEAD


def test_elsewhere_nothing_is_said_in_the_clear(opened: ExitStack) -> None:
    """A server without encryption gets neither the password nor the mail."""
    room = Mailroom()
    port = _mail_server(opened, room, authenticator=room.login, auth_require_tls=False)
    assert _refused(_channel(f"smtp://{CODED}@{ELSEWHERE}:{port}"), Via.EMAIL) == "SMTPNotSupportedError"
    assert not room.logins
    assert not room.arrived


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_server_that_cannot_prove_its_name_gets_nothing(
    opened: ExitStack, trusted: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    """Somebody in between is not given the password."""
    monkeypatch.delenv("SSL_CERT_FILE")
    room = Mailroom()
    how = {"tls_context": trusted} if scheme == "smtp" else {"ssl_context": trusted, "auth_require_tls": False}
    port = _mail_server(opened, room, authenticator=room.login, **how)
    assert _refused(_channel(f"{scheme}://{CODED}@{ELSEWHERE}:{port}"), Via.EMAIL) == "SSLCertVerificationError"
    assert not room.logins
    assert not room.arrived


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        ({"rcpt": f"550 5.1.1 <{LEAD}> is unknown"}, "SMTPRecipientsRefused"),
        ({"rcpt": "450 4.2.1 later"}, "SMTPRecipientsRefused"),
        ({"data": "554 5.7.1 looks like spam"}, "SMTPDataError"),
        ({"data": "451 4.3.0 later"}, "SMTPDataError"),
    ],
)
def test_a_mail_that_was_not_accepted_is_not_sent(opened: ExitStack, answers: dict[str, str], problem: str) -> None:
    """Whoever asks next is told so, by the class of the problem alone."""
    room = Mailroom(**answers)
    assert _refused(_channel(f"smtp://127.0.0.1:{_mail_server(opened, room)}"), Via.EMAIL) == problem


def test_a_wrong_password_is_not_sent(opened: ExitStack) -> None:
    """Neither is the mail."""
    room = Mailroom()
    port = _mail_server(opened, room, authenticator=room.login, auth_require_tls=False)
    assert _refused(_channel(f"smtp://us:wrong@127.0.0.1:{port}"), Via.EMAIL) == "SMTPAuthenticationError"
    assert room.arrived == []


def test_a_mail_that_was_accepted_is_sent_however_the_server_parts(opened: ExitStack) -> None:
    """It is not sent again because of a goodbye."""
    room = Mailroom(quit="221 and gone before it was said")
    _channel(f"smtp://127.0.0.1:{_mail_server(opened, room)}").send(Via.EMAIL, "lead-1", WORDS)
    assert room.letter()["To"] == LEAD


def test_a_mail_server_that_is_not_there_is_said() -> None:
    """The connection is refused."""
    assert _refused(_channel(f"smtp://127.0.0.1:{free_port()}"), Via.EMAIL) == "ConnectionRefusedError"


class HangsUp(Mailroom):
    """Takes the whole e-mail and closes the connection in the place of an answer."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the library's name
        await super().handle_DATA(server, session, envelope)
        assert server.transport is not None
        server.transport.close()
        return "250 nobody hears it"


def test_a_mail_that_was_taken_without_an_answer_is_not_known_and_keeps_its_message_id(opened: ExitStack) -> None:
    """Cases: it may have arrived. The same e-mail again is known to mailboxes; another one is another."""
    room = HangsUp()
    channel = _channel(f"smtp://127.0.0.1:{_mail_server(opened, room)}")
    for key in ("alert:one", "alert:one", "alert:two"):
        with pytest.raises(NotSent) as caught:
            channel.send(Via.EMAIL, "lead-1", WORDS, key)
        assert caught.value.is_unknown
    letters = [message_from_bytes(envelope.content, policy=default) for envelope in room.arrived]  # type: ignore[arg-type] # aiosmtpd types it wider than it is
    ids = [letter["Message-ID"] for letter in letters]
    assert ids[0] == ids[1] != ids[2]
    assert "alert" not in ids[0]


def test_a_mail_server_that_says_no_has_not_taken_it(opened: ExitStack) -> None:
    """Nothing arrived, so it may be tried again soon."""
    listening = opened.enter_context(socket.create_server(("127.0.0.1", 0)))
    threading.Thread(target=_hang_up, args=(listening,), daemon=True).start()
    with pytest.raises(NotSent) as caught:
        _channel(f"smtp://127.0.0.1:{listening.getsockname()[1]}").send(Via.EMAIL, "lead-1", WORDS)
    assert not caught.value.is_unknown


def test_a_mail_server_that_hangs_up_is_said(opened: ExitStack) -> None:
    """It answers, and is gone."""
    listening = opened.enter_context(socket.create_server(("127.0.0.1", 0)))
    threading.Thread(target=_hang_up, args=(listening,), daemon=True).start()
    mail = f"smtp://127.0.0.1:{listening.getsockname()[1]}"
    assert _refused(_channel(mail), Via.EMAIL) == "SMTPServerDisconnected"


@pytest.mark.parametrize(("scheme", "problem"), [("smtp", "SMTPServerDisconnected"), ("smtps", "TimeoutError")])
def test_a_mail_server_that_says_nothing_is_given_up(silent: int, scheme: str, problem: str) -> None:
    """Whoever comes next is not kept waiting."""
    assert _refused(_channel(f"{scheme}://127.0.0.1:{silent}", timeout=0.1), Via.EMAIL) == problem


def test_a_notification_holds_the_words_and_nothing_else(service: Service) -> None:
    """What arrives is what was given."""
    _channel(notify={"lead-1": service.address()}).send(Via.PUSH, "lead-1", WORDS)
    (seen,) = service.seen
    assert (seen["title"], seen["message"], seen["attachments"]) == (WORDS.title, WORDS.body, [])
    assert set(seen) == {"version", "title", "message", "attachments", "type"}


def test_every_address_of_a_person_is_used(service: Service) -> None:
    """A phone and a watch, and nobody else's."""
    notify = {"lead-1": [service.address(), service.address("watch")], "lead-2": service.address()}
    _channel(notify=notify).send(Via.PUSH, "lead-1", WORDS)
    assert len(service.seen) == 2


@pytest.mark.parametrize("status", [301, 302, 401, 404, 429, 500, 503])
def test_a_service_that_does_not_accept_is_said(service: Service, status: int) -> None:
    """A redirect is no acceptance either: what stands there was not given the words."""
    service.status = status
    assert _refused(_channel(notify={"lead-1": service.address()}), Via.PUSH) == "NotAccepted"


@pytest.mark.parametrize("words", [Words("", ""), Words("A title", "")])
def test_a_notification_without_words_is_not_taken_for_one(service: Service, words: Words) -> None:
    """Nothing was handed over, so nothing was sent."""
    with pytest.raises(NotSent):
        _channel(notify={"lead-1": service.address()}).send(Via.PUSH, "lead-1", words)
    assert service.seen == []


def test_one_address_that_fails_is_enough_to_say_so(service: Service) -> None:
    """Somebody may carry only that phone today."""
    notify = {"lead-1": [service.address(), f"json://127.0.0.1:{free_port()}"]}
    assert _refused(_channel(notify=notify), Via.PUSH) == "NotAccepted"
    assert len(service.seen) == 1


def test_no_address_may_fail_in_silence(service: Service) -> None:
    """Not even one that asks for it."""
    service.status = 500
    assert _refused(_channel(notify={"lead-1": service.address() + "?optional=yes"}), Via.PUSH) == "NotAccepted"


@pytest.mark.parametrize(
    ("options", "timeout", "problem"), [("?rto=0.1", 10, "NotAccepted"), ("", 0.2, "TimeoutError")]
)
def test_a_service_that_says_nothing_is_given_up(silent: int, options: str, timeout: float, problem: str) -> None:
    """After the address's own patience or ours, whichever is less."""
    channel = _channel(notify={"lead-1": f"json://127.0.0.1:{silent}/{options}"}, timeout=timeout)
    assert _refused(channel, Via.PUSH) == problem


@pytest.mark.parametrize("status", [200, 500])
def test_no_log_tells_an_address_a_key_or_a_word(
    opened: ExitStack,
    service: Service,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    status: int,
) -> None:
    """Not at any level, whether it goes well or not."""
    caplog.set_level(logging.DEBUG)
    service.status = status
    room = Mailroom(**({} if status == 200 else {"data": f"554 no mail for {LEAD}"}))
    port = _mail_server(opened, room, authenticator=room.login, auth_require_tls=False)
    channel = _channel(f"smtp://{CODED}@127.0.0.1:{port}", {"lead-1": service.address()})
    for via in channel.ways("lead-1"):
        if status == 200:
            channel.send(via, "lead-1", WORDS)
        else:
            _refused(channel, via)
    ours = [record for record in caplog.records if not record.name.startswith("mail.")]  # that is the server's own
    said = "".join([*(record.getMessage() for record in ours), *capfd.readouterr()])
    secrets = (PASSWORD, "hush", LEAD, SENDER, "127.0.0.1", str(port), "a-secret-path", WORDS.title, WORDS.body[:20])
    assert [secret for secret in secrets if secret in said] == []
