"""The facts of one organisation, from organisation.toml: people, hours, phone numbers, waits and retention periods.

All wrong facts are reported at once, in plain words. A missing fact is a gap, which `doctor` reports; no gap is filled
by guessing.
"""

import tomllib
from collections.abc import Iterable, Iterator
from datetime import date, time, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from holidays import country_holidays
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bot.config import text_file
from bot.config.organisation_problems import OrganisationError, clashes, in_words, not_toml
from bot.config.organisation_types import (
    Duration,
    Email,
    PersonId,
    Phone,
    Shift,
    SlackChannel,
    SlackUser,
    TimeZone,
    Wait,
    WebAddress,
    WorkingDay,
    refusal,
)
from flows.paging.roster import Counts
from flows.records.retention import Schedule

__all__ = ["Organisation", "OrganisationError", "example_organisation_path", "load_organisation"]

Text = Annotated[str, Field(min_length=1, max_length=300)]
EXAMPLE = "organisation.example.toml"
NATIONS = {"england-and-wales": "ENG", "scotland": "SCT", "northern-ireland": "NIR"}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
OFFICE_DAY = Shift(time(8, 30), time(17))
LONGEST_BREAK = timedelta(days=92)


class Table(BaseModel):
    """A table that refuses unknown keys: a misspelt phone number must not go unnoticed."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class PersonSettings(Table):
    """A person who can be paged."""

    id: PersonId
    name: Text
    slack: SlackUser
    phone: Phone
    email: Email


class Break(Table):
    """A break between terms, when nobody works, from the first to the last day inclusive."""

    first: date
    last: date

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.last < self.first:
            raise refusal(f"the last day, {self.last}, is before the first, {self.first}.")
        if self.last - self.first > LONGEST_BREAK:
            raise refusal(f"{self.first} to {self.last} is longer than {LONGEST_BREAK.days} days. Check the years.")
        return self

    @property
    def days(self) -> Iterator[date]:
        return (self.first + timedelta(days=number) for number in range((self.last - self.first).days + 1))


class Hours(Table):
    """Working days, in the organisation's time zone. A weekday left out is a day off. closed: other days off."""

    monday: WorkingDay | None = None
    tuesday: WorkingDay | None = None
    wednesday: WorkingDay | None = None
    thursday: WorkingDay | None = None
    friday: WorkingDay | None = None
    saturday: WorkingDay | None = None
    sunday: WorkingDay | None = None
    nation: Literal["england-and-wales", "scotland", "northern-ireland"] = "england-and-wales"
    closed: tuple[date, ...] = ()
    breaks: tuple[Break, ...] = ()

    @property
    def week(self) -> tuple[Shift | None, ...]:
        """Return the hours of each weekday, Monday first as in `date.weekday`; None for a day off."""
        days = (self.monday, self.tuesday, self.wednesday, self.thursday)
        return (*days, self.friday, self.saturday, self.sunday)


OFFICE_HOURS = Hours(
    monday=OFFICE_DAY,
    tuesday=OFFICE_DAY,
    wednesday=OFFICE_DAY,
    thursday=OFFICE_DAY,
    friday=OFFICE_DAY,
)


class Phones(Table):
    childrens_social_care: Phone | None = None
    out_of_hours: Phone | None = None
    adult_social_care: Phone | None = None
    adult_out_of_hours: Phone | None = None
    lado: Phone | None = None
    nspcc: Phone = "0808 800 5000"
    whistleblowing: Phone = "0800 028 0285"


class School(Table):
    """A school and its council's numbers, used for a check whose details name it; else `phones` are.

    adult_social_care, adult_out_of_hours: only where they differ from `phones`. lead: whom leads may ask at the school;
    shown to leads alone, and not where somebody is left out.
    """

    name: Text
    council: Text | None = None
    social_care: Phone | None = None
    out_of_hours: Phone | None = None
    lado: Phone | None = None
    adult_social_care: Phone | None = None
    adult_out_of_hours: Phone | None = None
    lead: Text | None = None


_NO_SCHOOL = School(name="none")
_MAY_BE_LEFT_OUT = ("adult_social_care", "adult_out_of_hours")


class RungSettings(Table):
    """One step of an escalation ladder: who is paged, and how long they are given before the next step.

    `who` names groups ("leads", "deputies", "independent") or people's ids. `counts` says which time the wait counts:
    always, the daytime of any day, or working time; "next working morning" and "2 working days" imply it, the latter
    counted from when the check was raised. `working_time` is the first edition's spelling of `counts = "working time"`.
    The last rung repeats until somebody answers; with `each_morning` it also pages when daytime begins.
    """

    wait: Wait
    who: tuple[str, ...] = Field(min_length=1)
    second_channel: bool = False
    counts: Literal["always", "daytime", "working time"] | None = None
    each_morning: bool = False
    working_time: bool = False

    @model_validator(mode="after")
    def _counts_one_thing(self) -> Self:
        said = (self.wait.counts is not None, self.counts is not None, self.working_time)
        if sum(said) > 1:
            raise refusal("says twice which time its wait counts. Keep one of wait, counts and working_time.")
        return self

    @property
    def clock(self) -> Counts:
        """Return which time the wait counts."""
        if self.working_time:
            return Counts.WORKING_TIME
        return self.wait.counts or Counts(self.counts or Counts.ALWAYS)


def _rung(
    wait: str, who: str, *, counts: str | None = None, second: bool = False, mornings: bool = False
) -> RungSettings:
    rung = {"wait": wait, "who": tuple(who.split()), "counts": counts, "second_channel": second}
    return RungSettings.model_validate(rung | {"each_morning": mornings})


_EVERYBODY = "leads deputies independent"


class Ladder(Table):
    """The escalation ladders, one per urgency: P0 emergency, P1 urgent, P2 worry, P3 routine.

    The defaults are the response targets of docs/rules.md. P0 and P1 use the second channel from the first step; the
    others from the second step, because Slack alone may fail.
    """

    P0: tuple[RungSettings, ...] = Field(
        (
            _rung("5 min", "leads", second=True),
            _rung("5 min", "leads deputies", second=True),
            _rung("5 min", _EVERYBODY, second=True),
        ),
        min_length=1,
    )
    P1: tuple[RungSettings, ...] = Field(
        (
            _rung("15 min", "leads", second=True),
            _rung("15 min", "leads deputies", second=True),
            _rung("15 min", _EVERYBODY, second=True),
        ),
        min_length=1,
    )
    P2: tuple[RungSettings, ...] = Field(
        (
            _rung("60 min", "leads", counts="daytime"),
            _rung("60 min", "leads deputies", counts="daytime", second=True),
            _rung("2 h", _EVERYBODY, counts="daytime", second=True, mornings=True),
        ),
        min_length=1,
    )
    P3: tuple[RungSettings, ...] = Field(
        (
            _rung("4 h", "leads", counts="working time"),
            _rung("next working morning", "leads deputies", second=True),
            _rung("2 working days", "leads deputies", second=True),
            _rung("next working morning", _EVERYBODY, second=True),
        ),
        min_length=1,
    )


class Targets(Table):
    """Waits and hours that are not part of a ladder.

    plan, plan_worry: how long until whoever leads an urgent check, or a worry, is reminded that there is no plan.
    daytime: the hours of any day in which a worry is paged again. P0, P1, P2: no longer used, because the first step of
    the ladder is the target; a file that still has them is accepted, and `gaps` says so.
    """

    plan: Duration = timedelta(hours=4)
    plan_worry: Duration = timedelta(days=1)
    daytime: WorkingDay = Shift(time(8), time(22))
    morning: time = time(9)
    idle: Duration = timedelta(minutes=15)
    P0: Duration | None = None
    P1: Duration | None = None
    P2: Duration | None = None


class RetentionSettings(Table):
    """How long records are kept.

    `no_risk` counts from the last change. A child's record is kept until `years_from_birth` after the date of birth; if
    the age is unknown, as if the child were born on the day of the check, which keeps it longest. `requests` counts
    from when a request for a copy of records was closed. It is at least a year: for a year a closed request reappears
    for people with something left to decide about it. `practice` counts from when a practice situation was finished.
    """

    no_risk: Duration = timedelta(days=366)
    years_from_birth: int = Field(25, ge=1, le=100)
    requests: Duration = Field(timedelta(days=731), ge=timedelta(days=366))
    practice: Duration = timedelta(days=731)
    owner: Text | None = None

    @property
    def schedule(self) -> Schedule:
        return Schedule(self.no_risk, self.years_from_birth, self.requests)


class SlackMessages(Table):
    """How long the bot's messages about a check show more than its reference, counted from its last change."""

    keep_messages: Duration = timedelta(days=30)


class AftercareSettings(Table):
    """When to ask how the sharing went: at each of `reminders` after the plan is agreed, then every `then_every`."""

    reminders: tuple[Duration, ...] = (timedelta(days=1), timedelta(days=3))
    then_every: Duration = timedelta(days=7)


class DigestSettings(Table):
    """The weekday and time of the weekly digests, which cover the week that ended the Sunday before."""

    day: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] = "monday"
    at: time = time(8, 30)

    @property
    def weekday(self) -> int:
        """Return the weekday's number as in `date.weekday`: Monday is 0."""
        return WEEKDAYS.index(self.day)


class Organisation(Table):
    name: Text
    time_zone: TimeZone = "Europe/London"
    leads_channel: SlackChannel
    staff_channel: SlackChannel | None = None
    staff_help: Text | None = None
    policy_url: Annotated[WebAddress, Field(max_length=1000)] | None = None
    safeguarding_policy_url: Annotated[WebAddress, Field(max_length=1000)] | None = None
    page_detail: Literal["checklist", "reference"] = "checklist"
    statutory_duty: bool | None = None
    data_protection_lead: PersonSettings | None = None
    data_protection_words: Text | None = None
    administrators: tuple[SlackUser, ...] = ()
    checked: date | None = None
    leads: tuple[PersonSettings, ...] = Field(min_length=1)
    deputies: tuple[PersonSettings, ...] = ()
    independent_contact: PersonSettings
    hours: Hours = OFFICE_HOURS
    phones: Phones = Phones()
    schools: tuple[School, ...] = ()
    ladder: Ladder = Ladder()
    targets: Targets = Targets()
    retention: RetentionSettings = RetentionSettings()
    slack: SlackMessages = SlackMessages()
    aftercare: AftercareSettings = AftercareSettings()
    digest: DigestSettings = DigestSettings()

    @model_validator(mode="before")
    @classmethod
    def _reads_one_line(cls, facts: object) -> object:
        """Read a data protection lead on one line: the id of somebody named elsewhere, or words of an older file."""
        if not isinstance(facts, dict) or not isinstance(facts.get("data_protection_lead"), str):
            return facts
        others = {key: value for key, value in facts.items() if key != "data_protection_lead"}
        return {"data_protection_words": facts["data_protection_lead"], **others}

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def independent(self) -> PersonSettings:
        return self.independent_contact

    @cached_property
    def everyone(self) -> tuple[PersonSettings, ...]:
        """Return everybody who can be paged: leads first, then deputies, then the independent contact."""
        return (*self.leads, *self.deputies, self.independent_contact)

    @property
    def data_protection(self) -> PersonSettings | None:
        """Return whoever is asked about a possible breach, who may be a lead too; None where nobody is named."""
        if self.data_protection_lead is not None:
            return self.data_protection_lead
        return next((person for person in self.everyone if person.id == self.data_protection_words), None)

    @property
    def everybody(self) -> tuple[PersonSettings, ...]:
        """Return everybody who may be sent anything about a check: `everyone`, and the data protection lead."""
        also = self.data_protection
        return self.everyone if also is None or also in self.everyone else (*self.everyone, also)

    def person(self, person_id: str) -> PersonSettings:
        """Return the person with this id. Raises KeyError."""
        return {person.id: person for person in self.everybody}[person_id]

    def group(self, who: str) -> tuple[PersonSettings, ...]:
        """Return the people of "leads", "deputies" or "independent", or the one with this id. Raises KeyError."""
        match who:
            case "leads":
                return self.leads
            case "deputies":
                return self.deputies
            case "independent":
                return (self.independent_contact,)
            case _:
                return (self.person(who),)

    def school(self, name: str | None) -> School:
        """Return the school of this name, however it is capitalised; one without numbers where none is listed."""
        wanted = (name or "").strip().casefold()
        return next((school for school in self.schools if school.name.casefold() == wanted), _NO_SCHOOL)

    def bank_holidays(self, year: int) -> frozenset[date]:
        """Return the bank holidays of a year, on which a council's offices are closed."""
        return _bank_holidays(NATIONS[self.hours.nation], year)

    def days_off(self, years: Iterable[int]) -> frozenset[date]:
        """Return the bank holidays of these years and the days when the organisation is closed, with term breaks."""
        nation = NATIONS[self.hours.nation]
        breaks = (day for each in self.hours.breaks for day in each.days)
        return frozenset((*self.hours.closed, *breaks)) | country_holidays("GB", subdiv=nation, years=years).keys()

    def rungs(self, urgency: str) -> tuple[RungSettings, ...]:
        """Return the ladder of "P0", "P1", "P2" or "P3". Raises KeyError for any other word."""
        return {"P0": self.ladder.P0, "P1": self.ladder.P1, "P2": self.ladder.P2, "P3": self.ladder.P3}[urgency]

    @property
    def gaps(self) -> tuple[str, ...]:
        """Return a sentence for each fact that the organisation has still to settle. No gap stops the bot."""
        settled = {
            "deputies: nobody steps in when the leads do not answer": self.deputies,
            "administrators: nobody is told when the bot needs help": self.administrators,
            "staff_help: people who are not staff are given no number to phone": self.staff_help,
            "policy_url: Home has no link to the policy in full": self.policy_url,
            "safeguarding_policy_url: Home has no link to the Safeguarding Policy (policy 1.3)": (
                self.safeguarding_policy_url
            ),
            "statutory_duty: nobody has said whether the duty to share binds you": (self.statutory_duty is not None),
            _nobody_for_breaches(self.data_protection_words): self.data_protection,
            "retention.owner: nobody approves what is deleted": self.retention.owner,
            "phones.childrens_social_care is not known": self.phones.childrens_social_care,
            "phones.out_of_hours is not known": self.phones.out_of_hours,
            "phones.adult_social_care is not known": self.phones.adult_social_care,
            "phones.adult_out_of_hours is not known": self.phones.adult_out_of_hours,
            "phones.lado is not known": self.phones.lado,
            "schools: none is listed": self.schools,
        }
        missing = [gap for gap, value in settled.items() if not value]
        for school in self.schools:
            unknown = [key for key, value in school if value is None and key not in _MAY_BE_LEFT_OUT]
            missing += [f"{school.name}: {key} is not known" for key in unknown]
        for target in ("P0", "P1", "P2"):
            if getattr(self.targets, target) is not None:
                missing.append(
                    f"targets.{target} is not used any more: the first step of ladder.{target} is the promise"
                )
        return tuple(missing)


def _nobody_for_breaches(words: str | None) -> str:
    if words is None:
        return "data_protection_lead: nobody is named"
    return "data_protection_lead: it is a line of text, so nobody but the leads is asked about a breach"


@cache
def _bank_holidays(nation: str, year: int) -> frozenset[date]:
    return frozenset(country_holidays("GB", subdiv=nation, years=year).keys())


def load_organisation(path: Path) -> Organisation:
    """Load organisation.toml. Raises OrganisationError with every problem."""
    try:
        facts = tomllib.loads(text_file.read(path))
    except FileNotFoundError:
        raise OrganisationError(
            [f"{path} is not there. Run share-check init, which makes it. Or: Copy {EXAMPLE} to {path} and edit it."]
        ) from None
    except text_file.NotText as error:
        raise OrganisationError([str(error)]) from None
    except OSError as error:
        raise OrganisationError([f"{path} cannot be read: {error.strerror}."]) from None
    except tomllib.TOMLDecodeError as error:
        raise OrganisationError([not_toml(path, error)]) from None
    problems = list(clashes(facts))
    try:
        organisation = Organisation.model_validate(facts)
    except ValidationError as error:
        problems = [*in_words(error, Organisation), *problems]
    else:
        if not problems:
            return organisation
    raise OrganisationError(problems)


def example_organisation_path() -> Path:
    """Return the path of the example that ships with share-check, in a checkout or an installed package."""
    here = Path(__file__).resolve().parents[1]
    shipped = here / EXAMPLE
    return shipped if shipped.exists() else here.parent / EXAMPLE
