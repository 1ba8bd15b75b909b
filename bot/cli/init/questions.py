"""The questions of share-check init as data, in the order of asking, with a check of each answer in plain words."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from pydantic import TypeAdapter, ValidationError

from bot.config.organisation import Hours
from bot.config.organisation_problems import clashes
from bot.config.organisation_types import Email, Phone, SlackChannel, SlackUser, TimeZone, WorkingDay
from bot.config.settings import SettingsError, load_settings

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NATIONS = get_args(Hours.model_fields["nation"].annotation)
OFFICE_HOURS = "monday-friday 08:30-17:00"
LONGEST = 300
YES, NO = ("yes", "y", "true"), ("no", "n", "false")

Answers = dict[str, Any]
"""Answers by key: text; people, as a list of mappings of id, name, slack, phone and email; or a list of text."""

PersonAnswer = Mapping[str, str]


class Refused(Exception):
    """An answer that cannot be used. Its message says how to write it."""


@dataclass(frozen=True, slots=True)
class SetupQuestion:
    """One question.

    key: also the option's name. setting: the name in .env, if the answer belongs there. help: shown before the
    question. default: what Enter means; None if an answer is required, "" if it is optional. needs: the key of another
    question; this one is asked only if that one has an answer.
    """

    key: str
    ask: str
    help: str
    check: Callable[[str], object]
    default: str | None = None
    setting: str | None = None
    is_secret: bool = False
    needs: str = ""


@dataclass(frozen=True, slots=True)
class SetupPeople:
    """A question about people. word: what one of them is called. least, most: how many there can be."""

    key: str
    word: str
    help: str
    least: int
    most: int


def of_type(kind: Any) -> Callable[[str], str]:
    """Return a check of an answer against a type of organisation.toml. The check raises Refused."""
    adapter: TypeAdapter[str] = TypeAdapter(kind)

    def check(answer: str) -> str:
        try:
            adapter.validate_python(answer)
        except ValidationError as error:
            raise Refused(_capital(error.errors()[0]["msg"])) from None
        return answer

    return check


def words(answer: str) -> str:
    if len(answer) > LONGEST:
        raise Refused(f"That is too long: {LONGEST} characters is the most.")
    if not answer.isprintable():
        raise Refused("There is a sign in it that cannot be printed. Type it again.")
    return answer


def setting(name: str) -> Callable[[str], str]:
    """Return a check of an answer against a setting of .env. The check raises Refused."""

    def check(answer: str) -> str:
        if "${" in answer:
            raise Refused(f"{name} holds ${{, which .env reads as something else. Write %24 for the $.")
        try:
            load_settings(None, **{name: answer, **_company(name)})
        except SettingsError as error:
            for problem in error.problems:
                if problem.startswith(name):
                    raise Refused(problem) from None
        return answer

    return check


def hours(answer: str) -> dict[str, str]:
    """Parse working hours: "monday-thursday 08:30-17:00, friday 08:30-15:30". Raises Refused."""
    week: dict[str, str] = {}
    for part in answer.lower().split(","):
        found = re.fullmatch(r"\s*([a-z]+)(?:\s*-\s*([a-z]+))?\s+(\S.*?)\s*", part)
        if not found or any(day not in DAYS for day in (found[1], found[2] or found[1])):
            raise Refused(f'"{answer}" is not understood. Write it like: {OFFICE_HOURS}')
        first, last = DAYS.index(found[1]), DAYS.index(found[2] or found[1])
        span = of_type(WorkingDay)(found[3].replace(" ", ""))
        week |= dict.fromkeys(DAYS[first : last + 1], span)
    if not week:
        raise Refused(f'"{answer}" names no day. Write it like: {OFFICE_HOURS}')
    return {day: week[day] for day in DAYS if day in week}


def members(answer: str) -> list[str]:
    """Parse Slack member IDs, separated by commas. Raises Refused."""
    return [of_type(SlackUser)(each.strip()) for each in answer.split(",") if each.strip()]


def yes_or_no(answer: str) -> bool:
    if answer.lower() not in (*YES, *NO):
        raise Refused("Write yes or no; or leave it empty where nobody has said yet.")
    return answer.lower() in YES


def data_protection(answer: str) -> PersonAnswer | str:
    """Read a person as `person` does, or the id of somebody who is named already. Raises Refused."""
    if ";" in answer:
        return {"id": "data-protection", **person(answer)}
    return words(answer)


def nation(answer: str) -> str:
    if answer not in NATIONS:
        raise Refused(f"It is one of these: {', '.join(NATIONS)}.")
    return answer


MEMBER_ID = "In Slack: open the person's profile, the three dots, Copy member ID. It starts with U."

SLACK = (
    SetupQuestion(
        "bot_token",
        "The bot token (xoxb-)",
        "From Slack's page of your app: OAuth & Permissions, Bot User OAuth Token. What you paste is not shown.",
        setting("SLACK_BOT_TOKEN"),
        setting="SLACK_BOT_TOKEN",
        is_secret=True,
    ),
    SetupQuestion(
        "app_token",
        "The app token (xapp-)",
        "From Slack's page of your app: Basic Information, App-Level Tokens, with connections:write.",
        setting("SLACK_APP_TOKEN"),
        setting="SLACK_APP_TOKEN",
        is_secret=True,
    ),
)
SIGNING = SetupQuestion(
    "signing_secret",
    "The signing secret",
    "From Slack's page of your app: Basic Information, Signing Secret.",
    setting("SLACK_SIGNING_SECRET"),
    setting="SLACK_SIGNING_SECRET",
    is_secret=True,
)
CHANNEL = SetupQuestion(
    "leads_channel",
    "The channel ID of the leads' private channel",
    "In Slack: open the channel's details; the ID is at the very end. It starts with C.",
    of_type(SlackChannel),
)
ORGANISATION = (
    SetupQuestion("name", "What is your organisation called?", "", words),
    SetupQuestion("time_zone", "Time zone", "", of_type(TimeZone), "Europe/London"),
    SetupQuestion("nation", "Whose bank holidays?", f"One of {', '.join(NATIONS)}.", nation, NATIONS[0]),
    SetupQuestion(
        "hours",
        "Working hours",
        "When people are at work, for what is not urgent. Urgent pages go out at any hour. "
        "Several: monday-thursday 08:30-17:00, friday 08:30-15:30",
        hours,
        OFFICE_HOURS,
    ),
)
_LATER = "Enter where you do not know it yet."
PHONES = (
    SetupQuestion(
        "social_care",
        "Phone number of your council's children's social care",
        f"Shown to staff where they must not wait. {_LATER}",
        of_type(Phone),
        "",
    ),
    SetupQuestion(
        "out_of_hours",
        "Phone number of its out-of-hours team",
        _LATER,
        of_type(Phone),
        "",
    ),
    SetupQuestion(
        "adult_social_care",
        "Phone number of your council's adult social care",
        f"For a worry about an adult. {_LATER}",
        of_type(Phone),
        "",
    ),
    SetupQuestion(
        "adult_out_of_hours",
        "Phone number of its out-of-hours team for adults",
        f"The same as for children if one team answers for both. {_LATER}",
        of_type(Phone),
        "",
    ),
    SetupQuestion(
        "lado",
        "Phone number of your council's LADO",
        f"The officer for adults who work with children. {_LATER}",
        of_type(Phone),
        "",
    ),
)
HELP = SetupQuestion(
    "staff_help",
    "What people who are not your staff are told",
    "Guests in Slack cannot use it. One sentence with a phone number, or Enter.",
    words,
    "",
)
ADMINISTRATORS = SetupQuestion(
    "administrators",
    "Slack member ID of whoever runs share-check",
    f"They are told when it needs help; they cannot read checks. {MEMBER_ID} Several: with commas. Or Enter.",
    members,
    "",
)
SETTLED = (
    SetupQuestion(
        "statutory_duty",
        "Does the statutory duty to share information bind you? (yes, no)",
        "Ask whoever advises you on the law. Enter where nobody has said yet.",
        yes_or_no,
        "",
    ),
    SetupQuestion(
        "data_protection_lead",
        "Who leads on data protection?",
        'They are asked about a possible breach. Write "Name; Slack member ID; phone; email", or the id of a lead, '
        "like lead-1. Or Enter.",
        data_protection,
        "",
    ),
    SetupQuestion("retention_owner", "Who approves what is deleted?", "Or Enter.", words, ""),
)
MAIL = (
    SetupQuestion(
        "smtp_url",
        "Mail server (smtp://user:password@host:587)",
        "When Slack does not take a page, the leads get an email. Enter for none. What you paste is not shown.",
        setting("SHARE_CHECK_SMTP_URL"),
        "",
        "SHARE_CHECK_SMTP_URL",
        is_secret=True,
    ),
    SetupQuestion(
        "mail_from",
        "The email address that mails come from",
        "",
        setting("SHARE_CHECK_MAIL_FROM"),
        setting="SHARE_CHECK_MAIL_FROM",
        needs="smtp_url",
    ),
    SetupQuestion(
        "alarm_email",
        "The email address of whoever runs share-check, for alarms",
        "Or Enter.",
        setting("SHARE_CHECK_ALARM_EMAIL"),
        "",
        "SHARE_CHECK_ALARM_EMAIL",
        needs="smtp_url",
    ),
)
LEADS = SetupPeople("leads", "lead", "The safeguarding leads. They are asked first; two are better than one.", 1, 20)
DEPUTIES = SetupPeople("deputies", "deputy", "The deputies. They are asked when no lead answers.", 0, 20)
INDEPENDENT = SetupPeople(
    "independent",
    "independent contact",
    "The independent contact: asked last, and first when a concern is about the leads. Somebody who is neither a lead "
    "nor a deputy, with a phone and an email address of their own.",
    1,
    1,
)
PERSON = (
    SetupQuestion("name", "Name", "", words),
    SetupQuestion("slack", "Slack member ID", MEMBER_ID, of_type(SlackUser)),
    SetupQuestion("phone", "Phone", "", of_type(Phone)),
    SetupQuestion("email", "Email", "", of_type(Email)),
)

PEOPLE = (LEADS, DEPUTIES, INDEPENDENT)

Subject = Literal[
    "name", "channel", "leads", "deputies", "independent", "administrators", "phones", "hours", "help", "tokens", "mail"
]
SUBJECTS: Mapping[str, Sequence[SetupQuestion | SetupPeople]] = {
    "name": ORGANISATION[:1],
    "channel": (CHANNEL,),
    "leads": (LEADS,),
    "deputies": (DEPUTIES,),
    "independent": (INDEPENDENT,),
    "administrators": (ADMINISTRATORS,),
    "phones": PHONES,
    "hours": ORGANISATION[3:],
    "help": (HELP,),
    "tokens": SLACK,
    "mail": MAIL,
}
"""What --change can change, with its questions."""


def person(answer: str) -> dict[str, str]:
    """Parse a person: "Name; Slack member ID; phone; email". Raises Refused."""
    parts = [part.strip() for part in answer.split(";")]
    if len(parts) != len(PERSON):
        raise Refused(f'"{answer}" is not a person. Write: name; Slack member ID; phone; email')
    for question, part in zip(PERSON, parts, strict=True):
        if not part:
            raise Refused(f'"{answer}" has no {question.ask.lower()}. Write: name; Slack member ID; phone; email')
        question.check(part)
    return {question.key: part for question, part in zip(PERSON, parts, strict=True)}


def clashing(answers: Mapping[str, Any]) -> list[str]:
    """Return the problems of these people together, such as a phone used twice, in plain words."""
    facts = {key: answers[key] for key in ("leads", "deputies") if answers.get(key)}
    if answers.get("independent"):
        facts["independent_contact"] = answers["independent"][0]
    return list(clashes(facts))


def _company(name: str) -> dict[str, str]:
    """Return the other settings that this one needs to be valid, so that it can be checked alone."""
    if name in {"SHARE_CHECK_MAIL_FROM", "SHARE_CHECK_ALARM_EMAIL"}:
        return {"SHARE_CHECK_SMTP_URL": "smtp://127.0.0.1"}
    return {}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
