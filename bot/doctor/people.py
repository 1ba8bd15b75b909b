"""Checks that everybody on the ladder can be reached, in Slack and by a second channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.config.organisation import Organisation, PersonSettings
from bot.delivery.other_channels import Via
from bot.doctor.asking import ask, code_of
from bot.doctor.tokens import slack_says
from bot.findings import Finding, State, fine, unchecked

INDEPENDENT, ZONE, SECOND = "independent contact", "time zone", "second channel"
GUEST_MARKS = ("is_restricted", "is_ultra_restricted")
NOT_THERE = frozenset({"user_not_found", "users_not_found", "user_not_visible"})


@dataclass(frozen=True, slots=True)
class Account:
    """Slack's view of an account.

    trouble: why the person cannot answer; empty if they can. offset: seconds from UTC.
    """

    trouble: str
    offset: int | None


def account(client: WebClient, person: PersonSettings, team: str) -> Account:
    """Look an account up with users.info. Raises SlackAway, or SlackApiError if Slack refuses."""
    try:
        found = ask(lambda: client.users_info(user=person.slack))["user"]
    except SlackApiError as refusal:
        if code_of(refusal) in NOT_THERE:
            return Account("there is no such account in this workspace.", None)
        raise
    offset = found.get("tz_offset")
    return Account(_trouble(found, team), offset if isinstance(offset, int) else None)


def everyone(
    client: WebClient, organisation: Organisation, team: str, ways: Mapping[str, tuple[Via, ...]], now: datetime
) -> tuple[Finding, ...]:
    """Check each person on the ladder, the second channel and the time zone. Raises SlackAway.

    team: the workspace's id. ways: each person's channels other than Slack.
    """
    lines: list[Finding] = []
    offsets: list[int] = []
    for person in organisation.everybody:
        name = _line_name(organisation, person)
        try:
            found = account(client, person, team)
        except SlackApiError as refusal:
            lines.append(unchecked(name, slack_says(refusal)))
            continue
        lines.append(_judged(name, person, found, ways))
        offsets += [] if found.offset is None or found.trouble else [found.offset]
    return (*lines, *_none_elsewhere(ways), time_zone(organisation, offsets, now))


def time_zone(organisation: Organisation, offsets: list[int], now: datetime) -> Finding:
    """Check that the organisation's time zone is that of somebody on the ladder.

    offsets: seconds from UTC, of the accounts that work.
    """
    here = now.astimezone(organisation.zone)
    difference = here.utcoffset()
    local = f"{organisation.time_zone}, where it is {here:%H:%M} now"
    if offsets and difference is not None and all(each != difference.total_seconds() for each in offsets):
        return Finding(
            ZONE,
            State.WARNING,
            f"{local}. By Slack, nobody on the ladder lives by that time.",
            "If it is wrong, write your own in organisation.toml as time_zone. If it is right, the people set theirs "
            "in Slack: Preferences, Language & region.",
        )
    return fine(ZONE, f"{local}.")


def _judged(name: str, person: PersonSettings, found: Account, ways: Mapping[str, tuple[Via, ...]]) -> Finding:
    theirs = ways.get(person.id, ())
    if found.trouble:
        return Finding(
            name,
            State.WARNING,
            f"{found.trouble} They cannot answer, and are passed over.",
            "Open their profile in Slack, the three dots, Copy member ID. Write it in organisation.toml as slack, "
            f"or name somebody else: share-check init --change {_what_to_change(person.id)}",
            (person.slack,),
        )
    if not theirs and any(ways.values()):
        return Finding(
            name,
            State.WARNING,
            "has an account, and no second channel: when Slack is away they are not asked.",
            "Set a mail server in .env: share-check init --change mail. Or set SHARE_CHECK_NOTIFY.",
        )
    also = " and ".join(theirs)
    return fine(name, f"has an account{f', and can be asked by {also} too' if also else ''}.")


def _none_elsewhere(ways: Mapping[str, tuple[Via, ...]]) -> tuple[Finding, ...]:
    if any(ways.values()):
        return ()
    words = "nobody can be asked in another way than Slack. When Slack is away, pages wait until it is back."
    return (Finding(SECOND, State.WARNING, words, "Set a mail server in .env: share-check init --change mail"),)


def _trouble(found: Mapping[str, Any], team: str) -> str:
    if found.get("deleted"):
        return "the account is closed."
    if found.get("is_stranger") or (team and found.get("team_id") not in {None, "", team} and not _is_grid(found)):
        return "the account is of another workspace than ours."
    if any(found.get(mark) for mark in GUEST_MARKS):
        return "the account is a guest's."
    if found.get("is_bot"):
        return "the account is an app's."
    return ""


def _is_grid(found: Mapping[str, Any]) -> bool:
    """Return whether the account is in an Enterprise Grid, where a person's home workspace may be another one."""
    return bool(found.get("enterprise_user"))


def _line_name(organisation: Organisation, person: PersonSettings) -> str:
    return {organisation.independent.id: INDEPENDENT}.get(person.id, person.id)


def _what_to_change(person_id: str) -> str:
    if person_id.startswith("lead"):
        return "leads"
    return "deputies" if person_id.startswith("deputy") else "independent"
