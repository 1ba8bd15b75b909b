"""The value types of organisation.toml, such as phone numbers and durations. Each refusal says how to write one."""

import re
from datetime import time, timedelta
from typing import Annotated, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError

from flows.paging.roster import Counts

SHORT_NUMBERS = frozenset({"999", "112", "101", "111"})
CLOCK_TIME = r"(?:[01]\d|2[0-3]):[0-5]\d"
UNITS = {
    "s": timedelta(seconds=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "day": timedelta(days=1),
    "days": timedelta(days=1),
    "weeks": timedelta(weeks=1),
}


class Shift(NamedTuple):
    """The start and end of a working day, in the organisation's time zone."""

    start: time
    end: time


def refusal(words: str) -> PydanticCustomError:
    return PydanticCustomError("in_words", "{words}", {"words": words})


def _phone(value: str) -> str:
    digits = re.sub(r"[ ()-]", "", value)
    if digits in SHORT_NUMBERS or re.fullmatch(r"0\d{9,10}|\+[1-9]\d{7,14}", digits):
        return value
    raise refusal(f'"{value}" is not a phone number. Write it like 020 7946 0000 or +44 20 7946 0000.')


def _email(value: str) -> str:
    if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", value):
        return value
    raise refusal(f'"{value}" is not an email address. Write it like lead.one@example.org.')


def is_slack_user(value: str) -> bool:
    return re.fullmatch(r"[UW][A-Z0-9]+", value) is not None


def _slack_user(value: str) -> str:
    if is_slack_user(value):
        return value
    raise refusal(
        f'"{value}" is not a Slack member ID. It starts with U: in Slack, open the person\'s '
        "profile, then the three dots, then Copy member ID."
    )


def _slack_channel(value: str) -> str:
    if re.fullmatch(r"[CG][A-Z0-9]+", value):
        return value
    raise refusal(
        f'"{value}" is not a Slack channel ID. It starts with C: in Slack, open the channel\'s '
        "details and look at the very end."
    )


def _web_address(value: str) -> str:
    if re.fullmatch(r"https://[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(:\d{1,5})?([/?#][^\s<>|\"]*)?", value):
        return value
    raise refusal(
        f'"{value}" is not a web address that starts with https://. Write it like https://example.org/policy.'
    )


def _person_id(value: str) -> str:
    if re.fullmatch(r"[a-z][a-z0-9-]*", value):
        return value
    raise refusal(f'"{value}" is not an id. Use small letters, digits and hyphens, like lead-1.')


def _time_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, OSError, ValueError):
        raise refusal(f'"{value}" is not a time zone. Write it like Europe/London.') from None
    return value


def _duration(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return _length(value)
    except ValueError:
        raise refusal(f'"{value}" is not a length of time. Write it like 5 min, 4 h or 2 days.') from None


def _length(value: str) -> timedelta:
    """Parse a duration such as "5 min". Raises ValueError."""
    match = re.fullmatch(r"([1-9]\d{0,5}) ?(s|min|h|days?|weeks)", value)
    if not match:
        raise ValueError(value)
    return int(match[1]) * UNITS[match[2]]


def _shift(value: object) -> object:
    if not isinstance(value, str):
        return value
    match = re.fullmatch(rf"({CLOCK_TIME}) ?- ?({CLOCK_TIME})", value)
    if not match or match[1] >= match[2]:
        raise refusal(f'"{value}" is not a working day. Write it like 08:30-17:00.')
    return Shift(time.fromisoformat(match[1]), time.fromisoformat(match[2]))


class RungWait(NamedTuple):
    """How long a rung waits. counts: which time the wait counts, if the wording implies it; else None."""

    length: timedelta
    counts: Counts | None = None


def _rung_wait(value: object) -> object:
    if not isinstance(value, str):
        return value
    if value == "next working morning":
        return RungWait(timedelta(days=1), Counts.WORKING_MORNINGS)
    if match := re.fullmatch(r"([1-9]\d?) working days?", value):
        return RungWait(timedelta(days=int(match[1])), Counts.WORKING_DAYS)
    try:
        return RungWait(_length(value))
    except ValueError:
        raise refusal(
            f'"{value}" is not a wait. Write it like 5 min, 4 h, "next working morning" or "2 working days".'
        ) from None


Phone = Annotated[str, AfterValidator(_phone)]
Email = Annotated[str, AfterValidator(_email)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
SlackUser = Annotated[str, AfterValidator(_slack_user)]
SlackChannel = Annotated[str, AfterValidator(_slack_channel)]
PersonId = Annotated[str, AfterValidator(_person_id)]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
Duration = Annotated[timedelta, BeforeValidator(_duration)]
Wait = Annotated[RungWait, BeforeValidator(_rung_wait)]
WorkingDay = Annotated[Shift, BeforeValidator(_shift)]
