"""What only the organisation knows, and the words that need it: names, numbers for now, placeholders."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from flows.engine import wording

_FIND_IT = "find the council's number at gov.uk/report-child-abuse"
NO_NUMBER = f"999 in danger; or {_FIND_IT}"
"""What stands in place of a number that the organisation has not set (docs/rules.md, "Numbers for now")."""
_ROLE = re.compile(r"(?<!Ask )\b[Aa] (?:safeguarding )?lead\b")
"""A lead as a role; "Ask a lead" is the name of a button."""
_SENTENCE_START = re.compile(r"(?:^|(?<=\. ))[a-z]")
_LONGEST_NAMES = 400
"""Characters of names that a sentence still holds; advice names those told up to fifteen times (Slack takes 12,000)."""
_OFFICE_HOURS = (time(9), time(17))
_FRIDAY = 4


class TimeOfDay(StrEnum):
    """Which social care number answers: DAY the council's office, NIGHT the out-of-hours team."""

    DAY = "day"
    NIGHT = "night"


def time_of_day(moment: datetime, zone: ZoneInfo, closed: Collection[date] = ()) -> TimeOfDay:
    """Return which social care number answers at this moment: offices work Monday to Friday, 9 to 5.

    moment: aware. closed: bank holidays, on which the out-of-hours team answers all day.
    """
    local = moment.astimezone(zone)
    opens, closes = _OFFICE_HOURS
    works = local.weekday() <= _FRIDAY and local.date() not in closed
    return TimeOfDay.DAY if works and opens <= local.time() < closes else TimeOfDay.NIGHT


@dataclass(frozen=True, slots=True)
class Facts:
    """What only the organisation knows; nothing here names a person who is left out.

    recipients: names of those who were told, or before that of those who would be, joined with "and".
    phones: name and number of each of them. tells_a_lead: whether a safeguarding lead is among them.
    led_by: name and number of the lead who leads. leads: names of all leads joined with "or", for the policy's words.
    social_care, out_of_hours, adult_social_care, adult_out_of_hours, lado: numbers of the school's council where the
    check names a school, else the organisation's; None where not set. At night adults are sent to out_of_hours where
    they have no team of their own. hour: which of them answers now, None where that is not
    known. data_protection_told: whether the data protection lead was told too. ask: what the button that asks for help
    is called.
    """

    organisation: str = ""
    recipients: str = "a safeguarding lead"
    phones: tuple[tuple[str, str], ...] = ()
    tells_a_lead: bool = True
    led_by: tuple[str, str] | None = None
    leads: str = "the leads"
    social_care: str | None = None
    out_of_hours: str | None = None
    adult_social_care: str | None = None
    adult_out_of_hours: str | None = None
    lado: str | None = None
    hour: TimeOfDay | None = None
    data_protection_told: bool = False
    ask: str = wording.ASK
    nspcc: str = "0808 800 5000"
    whistleblowing: str = "0800 028 0285"

    def fill(self, words: str, *, adult: bool = False, consent_from: str | None = None) -> str:
        """Put these facts in place of the placeholders (flows/advice.py lists them).

        adult: whether the information is an adult's.
        """
        return _filled(self, words, adult, consent_from)

    def places(self, *, adult: bool, consent_from: str | None) -> dict[str, str]:
        """Return the words for each placeholder."""
        return {
            "told": self.told,
            "phone": " or ".join(f"{name} on {number}" for name, number in self.phones) or NO_NUMBER,
            "social_care_now": self.social_care_now(adult=adult),
            "csc": self.social_care or NO_NUMBER,
            "edt": self.out_of_hours or NO_NUMBER,
            "adult_social_care": self.social_care_number(adult=True),
            "lado": self.lado or NO_NUMBER,
            "data_protection": ", and the data protection lead" if self.data_protection_told else "",
            "organisation": self.organisation or "our organisation",
            "leads": self.leads,
            "consent_from": consent_from or "",
            "nspcc": self.nspcc,
            "whistleblowing": self.whistleblowing,
        }

    @property
    def told(self) -> str:
        """Return who was told, in the middle of a sentence; a crowd is named once, where it says who was told."""
        return self.recipients if len(self.recipients) <= _LONGEST_NAMES else wording.THE_NAMED

    def name_roles(self, words: str) -> str:
        """Put the names of those who were told in place of "a lead", where no lead is among them (I30)."""
        words = words.replace(wording.ASK, self.ask)
        return words if self.tells_a_lead else _capital(_ROLE.sub(lambda _: self.told, words))

    def social_care_now(self, *, adult: bool) -> str:
        """Name the service and the number that answers now: "children's social care, 020 7946 0110"."""
        number = self.social_care_number(adult=adult)
        return number if number == NO_NUMBER else f"{self._service(adult=adult)}, {number}"

    def ring_social_care(self, when: str, *, adult: bool) -> str:
        """Say whom to ring in the middle of a sentence: "ring children's social care, 020 7946 0110, yourself now"."""
        service, number = self._service(adult=adult), self.social_care_number(adult=adult)
        if number == NO_NUMBER:
            return f"ring {service} yourself {when} ({_FIND_IT})"
        return f"ring {service}, {number}, yourself {when}"

    @staticmethod
    def _service(*, adult: bool) -> str:
        return "adult social care" if adult else "children's social care"

    def social_care_number(self, *, adult: bool) -> str:
        """Return the number of social care that answers now, or what to do where it is not set."""
        if adult:
            return self._number(self.adult_social_care, self.adult_out_of_hours or self.out_of_hours)
        return self._number(self.social_care, self.out_of_hours)

    def _number(self, by_day: str | None, by_night: str | None) -> str:
        """Return the number that answers now; both where it is not known what time it is."""
        if self.hour is not None:
            return (by_day if self.hour is TimeOfDay.DAY else by_night) or NO_NUMBER
        if by_day and by_night:
            return f"{by_day}, or out of hours {by_night}"
        return by_day or NO_NUMBER

    def numbers(self, *, children: bool, adult: bool, lado: bool) -> Iterator[str]:
        """List the numbers for now, one line each: people who were told first, then the services asked for."""
        yield from (f"{name}: {number}" for name, number in self._people())
        if children:
            yield f"Children's social care: {self.social_care_number(adult=False)}"
        if adult:
            yield f"Adult social care: {self.social_care_number(adult=True)}"
        if lado:
            yield f"LADO (the council's officer for adults who work with children): {self.lado or NO_NUMBER}"

    def _people(self) -> tuple[tuple[str, str], ...]:
        others = (one for one in self.phones if one != self.led_by)
        return (self.led_by, *others) if self.led_by else self.phones


@lru_cache(maxsize=4096)
def _filled(facts: Facts, words: str, adult: bool, consent_from: str | None) -> str:  # noqa: FBT001 - a cache's key
    """Fill once what is read again at every state of a check."""
    filled = words.format_map(facts.places(adult=adult, consent_from=consent_from))
    return facts.name_roles(_capital(filled.replace(f"{NO_NUMBER}; {NO_NUMBER}", NO_NUMBER)))


def _capital(words: str) -> str:
    """Begin every sentence with a capital: a name put in place of a role may begin one."""
    return _SENTENCE_START.sub(lambda found: found[0].upper(), words)
