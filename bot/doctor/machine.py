"""Checks of the machine and its surroundings: the clock and the mail server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from bot.delivery.other_channels import NotSent, SecondChannel
from bot.findings import Finding, State, fine, unchecked

CLOCK, MAIL = "clock", "mail server"
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
        return Finding(CLOCK, State.FATAL, f"{words} Every press would be refused as too old or not yet sent.", SET_IT)
    return Finding(CLOCK, State.WARNING, f"{words} Pages, reminders and the record carry the wrong time.", SET_IT)


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
