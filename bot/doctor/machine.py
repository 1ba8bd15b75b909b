"""Checks of the machine and its surroundings: folders, files, ports, certificates, the clock and the mail server."""

from __future__ import annotations

import os
import socket
import ssl
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

from sqlalchemy import make_url

from bot.config.settings import Settings, certificate_file
from bot.delivery.other_channels import NotSent, SecondChannel
from bot.findings import Condition, Finding, State, fine, unchecked

CLOCK, MAIL = "clock", "mail server"
DATABASE_FOLDER, SECRET_FILE, CERTIFICATES = "database folder", ".env", "certificates"
TOLERABLE = timedelta(seconds=60)
SIGNED_FOR = timedelta(minutes=5)
"""The age at which signed requests are refused: over HTTP, a clock that is off by more refuses all of Slack's."""

SET_IT = "Turn on automatic time on this machine, for example with: timedatectl set-ntp true"
TROUBLES = {
    "SMTPAuthenticationError": "it refuses the user and password.",
    "ConnectionRefusedError": "nothing answers at that address and port.",
    "gaierror": "there is no machine of that name.",
    "TimeoutError": "it does not answer.",
    "SSLCertVerificationError": "its certificate is not one that can be trusted.",
    "SMTPNotSupportedError": "it offers no encryption (STARTTLS), and passwords must not go in the clear.",
}


def this_machine(settings: Settings, *, is_serving: bool = False) -> tuple[Finding, ...]:
    """Check what can stop the bot on this machine before Slack is asked: folders, files, ports and certificates.

    serve and doctor make the same checks. is_serving: a bot runs with this database, so its own ports are taken.
    """
    found = [_folder(settings.secrets.database_url), _secret_file(), _certificates()]
    if not is_serving:
        found += [_port(*where) for where in _listened_on(settings)]
    return tuple(each for each in found if each is not None)


def _folder(url: str) -> Finding | None:
    """Check the folder of a SQLite file: SQLite makes files beside it, and no folder."""
    known = make_url(url)
    if known.get_backend_name() != "sqlite":
        return None
    folder = Path(known.database or "").absolute().parent
    if not folder.is_dir():
        words = f"SHARE_CHECK_DATABASE_URL names a file in {folder}, and there is no such folder."
        return Finding(DATABASE_FOLDER, State.FATAL, words, "Make the folder, or put the path right.")
    if not os.access(folder, os.W_OK | os.X_OK):
        words = f"this account may not write into {folder}, where the database is."
        return Finding(DATABASE_FOLDER, State.FATAL, words, "Give the folder to the account that runs share-check.")
    return fine(DATABASE_FOLDER, "it is there, and this account may write into it.")


def _secret_file(file: Path = Path(".env")) -> Finding | None:
    """Check that not everybody on this machine can open .env, which opens Slack and the records.

    Its group may: with systemd that is the group of the account that runs share-check.
    """
    try:
        mode = stat.S_IMODE(file.stat().st_mode)
    except OSError:
        return None  # The settings come from the environment.
    if mode & stat.S_IRWXO:
        words = f"everybody on this machine may open {file}, which holds every secret (mode {mode:04o})."
        return Finding(SECRET_FILE, State.WARNING, words, f"Run: chmod o= {file}")
    return fine(SECRET_FILE, "not everybody on this machine may open it.")


def _certificates() -> Finding | None:
    """Check the file of certificates that a network's own proxy needs, if one is named."""
    given = certificate_file()
    if given is None:
        return None
    try:
        ssl.create_default_context(cafile=given)
    except (OSError, ssl.SSLError):
        words = f"SSL_CERT_FILE names {given}, which is not there or holds no certificates."
        fix = (
            "Put the path right, or export the certificate again, in PEM: docs/tasks/keep-it-running.md#behind-a-proxy"
        )
        return Finding(CERTIFICATES, State.FATAL, words, fix)
    return fine(CERTIFICATES, "the file in SSL_CERT_FILE can be read.")


def _listened_on(settings: Settings) -> Iterator[tuple[str, str, int]]:
    """Yield each setting that names a place to listen on, with host and port."""
    if settings.health:
        host, _, port = settings.health.rpartition(":")
        yield "SHARE_CHECK_HEALTH", host.strip("[]"), int(port)
    if settings.mode == "http":
        yield "SHARE_CHECK_HTTP_PORT", settings.http_host, settings.http_port


def _port(name: str, host: str, port: int) -> Finding:
    """Check that a port can be listened on, by listening for a moment."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as line:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            line.bind((host, port))
            line.listen(1)
    except OSError as error:
        words = f"{name} names {host}:{port}, which cannot be listened on: {error.strerror}."
        return Finding(f"port {port}", State.FATAL, words, f"Stop what uses it, or choose another {name}.")
    return fine(f"port {port}", "it is free.")


def clock(date: str | None, now: datetime, mode: str) -> Finding:
    """Compare our clock with Slack's. date: the Date header of a response just received. mode: "socket" or "http"."""
    if date is None:
        return unchecked(CLOCK, "Slack's answer carried no time.")
    try:
        theirs = parsedate_to_datetime(date).astimezone(UTC)
    except ValueError:
        return unchecked(CLOCK, "Slack's answer carried no time that can be read.")
    off = abs(now - theirs)
    if off <= TOLERABLE:
        return fine(CLOCK, "it agrees with Slack's.")
    way = "ahead of" if now > theirs else "behind"
    words = f"it is {_spoken(off)} {way} Slack's."
    if mode == "http" and off > SIGNED_FOR:
        refused = f"{words} Every press would be refused as too old or not yet sent."
        return Finding(CLOCK, State.FATAL, refused, SET_IT, condition=Condition.CLOCK_WRONG)
    wrong = f"{words} Pages, reminders and the record carry the wrong time."
    return Finding(CLOCK, State.WARNING, wrong, SET_IT, condition=Condition.CLOCK_WRONG)


def mail(second: SecondChannel, *, is_set: bool) -> Finding:
    """Check that the mail server accepts our login. Sends nothing."""
    if not is_set:
        return Finding(
            MAIL,
            State.GAP,
            "none is set, so nobody is asked by email.",
            "Set one in .env: share-check init --change mail",
        )
    try:
        second.greet_mail_server()
    except NotSent as trouble:
        words = TROUBLES.get(str(trouble), "it could not be used.")
        return Finding(
            MAIL,
            State.WARNING,
            words,
            "Check SHARE_CHECK_SMTP_URL in .env with whoever looks after your email: name, port, user and password.",
        )
    return fine(MAIL, "it answers and lets us in.")


def _spoken(length: timedelta) -> str:
    seconds = int(length.total_seconds())
    if seconds < 120:  # noqa: PLR2004 - two minutes
        return f"{seconds} seconds"
    return f"{seconds // 60} minutes" if seconds < 7200 else f"{seconds // 3600} hours"  # noqa: PLR2004 - two hours
