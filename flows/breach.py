"""A possible personal data breach: the 72 hours, and what is said to have been done (docs/rules.md, "Breach")."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from flows.case import Entry
from flows.events import EventKind
from flows.sentences import says_something

REPORT_WITHIN = timedelta(hours=72)
"""How long the law gives from when somebody knew, to report a breach to the ICO (UK GDPR, article 33)."""
NOT_YET = "not_yet"
KNOWN_AT, ACCOUNT = "known_at", "account"
"""Keys of what else is recorded: the moment the reporter knew, in ISO 8601, and what went where."""


class BreachPart(StrEnum):
    """What has to be known of a breach before its case may close."""

    CONTAINED = "contained"
    PEOPLE = "people"
    ICO = "ico"

    @property
    def how(self) -> str:
        """The key of its words: what was done, or why not."""
        return f"{self}_how"


PART_TITLES = {
    BreachPart.CONTAINED: "Is it contained?",
    BreachPart.PEOPLE: "Do the people know whose information it is?",
    BreachPart.ICO: "Is it reported to the ICO?",
}
PART_ANSWERS: Mapping[BreachPart, Mapping[str, str]] = {
    BreachPart.CONTAINED: {"yes": "Yes", "no": "It cannot be, because", NOT_YET: "Not yet"},
    BreachPart.PEOPLE: {"yes": "Yes, they are told", "no": "They need not be told, because", NOT_YET: "Not yet"},
    BreachPart.ICO: {"yes": "Yes, reported", "no": "It need not be, because", NOT_YET: "Not yet"},
}
"""Every answer but "not yet" settles its part, with words that say what was done or why not."""
_MISSING = {
    BreachPart.CONTAINED: "The breach: whether it is contained. Use Breach.",
    BreachPart.PEOPLE: "The breach: whether the people are told, or why not. Use Breach.",
    BreachPart.ICO: "The breach: whether the ICO is told, or why not. Use Breach.",
}


@dataclass(frozen=True, slots=True)
class PartSaid:
    """What was said last of one part. said: a key of PART_ANSWERS. entry: who said it and when."""

    said: str
    how: str
    entry: Entry

    @property
    def is_settled(self) -> bool:
        """Whether it is answered, with words: a dash is none."""
        return self.said not in ("", NOT_YET) and says_something(self.how)


@dataclass(frozen=True, slots=True)
class Breach:
    """A possible breach as it is known now. shown_at: when the check showed it. known_at: when the reporter knew.

    is_asked: somebody was asked when that was; else it is when the check was started. account: what went where.
    """

    shown_at: datetime
    known_at: datetime
    is_asked: bool = False
    account: str = ""
    parts: Mapping[BreachPart, PartSaid] = field(default_factory=dict)

    @property
    def report_by(self) -> datetime:
        """When the 72 hours end."""
        return self.known_at + REPORT_WITHIN

    @property
    def open_parts(self) -> tuple[BreachPart, ...]:
        """The parts that are not settled."""
        return tuple(one for one in BreachPart if one not in self.parts or not self.parts[one].is_settled)


def breach_of(entries: Iterable[Entry]) -> Breach | None:
    """Return the breach that a check's record tells of, None where it tells of none. entries: oldest first."""
    found: Breach | None = None
    for entry in entries:
        if entry.what is EventKind.BREACH_SHOWN and found is None:
            found = Breach(entry.at, _moment(entry.content.get(KNOWN_AT)) or entry.at)
        elif entry.what is EventKind.BREACH_RECORDED and found is not None:
            found = _after(found, entry)
    return found


def _after(before: Breach, entry: Entry) -> Breach:
    """Return the breach after an entry, which has only what it changed."""
    content, known_at = entry.content, _moment(entry.content.get(KNOWN_AT))
    said = {
        part: PartSaid(str(content[part]), str(content.get(part.how) or ""), entry)
        for part in BreachPart
        if part in content
    }
    return Breach(
        shown_at=before.shown_at,
        known_at=known_at or before.known_at,
        is_asked=before.is_asked or known_at is not None,
        account=str(content.get(ACCOUNT, before.account)),
        parts={**before.parts, **said},
    )


def _moment(written: object) -> datetime | None:
    return datetime.fromisoformat(written) if isinstance(written, str) else None


def breach_missing(breach: Breach | None) -> tuple[str, ...]:
    """Return what a case still needs of its breach before it may close, in words for the lead; empty if nothing.

    breach: None where the check shows none.
    """
    return () if breach is None else tuple(_MISSING[part] for part in breach.open_parts)


def changes(breach: Breach, given: Mapping[str, str]) -> dict[str, str]:
    """Return what this form says anew. given: answers and words by key, and `KNOWN_AT` where a moment was chosen.

    The words of a part go with its answer, so that who said both is one person.
    """
    found: dict[str, str] = {}
    for part in BreachPart:
        before = breach.parts.get(part)
        now = (given.get(part, ""), given.get(part.how, ""))
        if now[0] and now != ((before.said, before.how) if before else ("", "")):
            found |= {part: now[0], part.how: now[1]}
    if given.get(ACCOUNT, breach.account) != breach.account:
        found[ACCOUNT] = given[ACCOUNT]
    known_at = _moment(given.get(KNOWN_AT))
    if known_at is not None and known_at != breach.known_at:
        found[KNOWN_AT] = known_at.isoformat()
    return found
