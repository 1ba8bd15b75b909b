"""A subject access request: when it is due, what it is about piece by piece, and what is given out of it.

The person a record is about has a right to a copy of it (UK GDPR article 15). A lead looks at every item: what may
harm somebody, or is about somebody else, is taken out or left out, each time with a reason.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from flows.agencies import AGENCIES, RECEIPTS
from flows.case import DECISIONS, STRAND_TITLES, Entry
from flows.checklist import CHECKLIST
from flows.events import EventKind
from flows.records.matching import folded, words
from flows.sentences import is_sentence

TAKEN_OUT = "[taken out]"
"""Stands for a passage, however long it was."""
MONTHS = 1
MORE_MONTHS = 2
_SOON = 7
"""Days; what is due within them is said to be."""


class Choice(StrEnum):
    """What becomes of an item."""

    INCLUDE = "include"
    REDACT = "redact"
    LEAVE_OUT = "leave_out"


class RequestStatus(StrEnum):
    """RELEASED: a pack was made. CLOSED: answered, or nothing was held."""

    OPEN = "open"
    RELEASED = "released"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """One request. id: of its own record. who: whom it is about. asked_by: who asks, and how it is known to be them."""

    id: str
    ref: str
    status: RequestStatus
    received: date
    due: date
    extended: bool
    name: str
    born: str
    number: str
    asked_by: str


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """One piece of a record. key: names it in its check for good. others: words that may be about somebody else."""

    key: str
    title: str
    author: str
    at: datetime
    text: str
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ruling:
    """What was decided of an item. passages: what is taken out of it."""

    choice: Choice
    reason: str = ""
    passages: tuple[str, ...] = ()


Boxes = Mapping[EventKind, Mapping[str, str]]
"""The label of each box of the forms that an entry was typed into, by the box's key."""


# When it is due


def due(received: date, is_working: Callable[[date], bool], *, extended: bool = False) -> date:
    """One calendar month after it was received, three where two were added; on a day off, the next working day.

    Where the month has no such day, its last.
    """
    day = _months_after(received, MONTHS + (MORE_MONTHS if extended else 0))
    following = (day + timedelta(days=ahead) for ahead in range(31))
    return next(filter(is_working, following), day)


def _months_after(day: date, months: int) -> date:
    count = day.month - 1 + months
    year, month = day.year + count // 12, count % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def time_left(until: date, today: date) -> str:
    """How long there is, in words."""
    left = (until - today).days
    if left < 0:
        return f"late by {-left} {'day' if left == -1 else 'days'}"
    if left == 0:
        return "due today"
    return f"{left} {'day' if left == 1 else 'days'} left" + (", so it is urgent" if left <= _SOON else "")


# What a record is made of


def items(
    entries: Sequence[Entry], boxes: Boxes, author: Callable[[Entry], str], own: Iterable[str] = ()
) -> tuple[ReviewItem, ...]:
    """Everything that people wrote, oldest first, then what was done and when.

    author: says who made an entry. own: names of the person it is about, which are nobody else's.
    """
    made = [item for entry in entries for item in _items(entry, boxes, author(entry))]
    made += _answers(entries, author)
    made += _steps(entries, author)
    names = frozenset(word for name in own for word in words(name))
    return tuple(
        ReviewItem(one.key, one.title, one.author, one.at, one.text, others(one.text, names))
        for one in sorted(made, key=lambda one: one.at)
    )


def _items(entry: Entry, boxes: Boxes, by: str) -> Iterator[ReviewItem]:
    """Yield the items of an entry: one for each box of a long form, so that each can be decided by itself."""
    if entry.what.properties.is_mechanical:
        return
    title = entry.what.properties.label or entry.what.replace("_", " ").capitalize()
    content = dict(entry.content)
    for part in _parts(content.pop("strands", None)):
        yield ReviewItem(f"{entry.id}:{part['name']}", f"{title}: {_strand(part)}", by, entry.at, _plan(part))
    content.pop("answers", None)
    topic = content.pop("question", None) if "text" in content else None
    about = f", on {CHECKLIST[str(topic)].topic}" if topic in CHECKLIST.by_id else ""
    for key, said in content.items():
        text = _IN_WORDS.get(said, said) if isinstance(said, str) else ""
        if text.strip() and key not in _NOT_WORDS:
            label = boxes.get(entry.what, {}).get(key)
            yield ReviewItem(
                f"{entry.id}:{key}", f"{title}{about}" + (f": {label}" if label else ""), by, entry.at, text
            )


_IN_WORDS: Mapping[str, str] = {**DECISIONS, **AGENCIES, **RECEIPTS}
_NOT_WORDS = frozenset({"agreed_how", "by", "to", "request", "round", "on_paper", "typed_by", "metadata"})
"""Keys whose values nobody typed."""


def _parts(strands: object) -> Iterator[Mapping[str, object]]:
    if isinstance(strands, list):
        yield from (each for each in strands if isinstance(each, dict) and "name" in each)


def _strand(part: Mapping[str, object]) -> str:
    titles = {str(name): title for name, title in STRAND_TITLES.items()}
    return titles.get(str(part["name"]), str(part["name"]))


def _plan(part: Mapping[str, object]) -> str:
    said = {"": part.get("what"), "Who": part.get("owner"), "By": part.get("due"), "Status": part.get("status")}
    return "\n".join(f"{label}: {value}" if label else str(value) for label, value in said.items() if value)


def _answers(entries: Sequence[Entry], author: Callable[[Entry], str]) -> Iterator[ReviewItem]:
    """Yield the checklist with every answer that was given, also those that were changed later."""
    given = [entry for entry in entries if entry.what.properties.has_answers]
    rows = [f"{_when(entry.at)} {line}" for entry in given for line in _answer(entry.content)]
    if rows:
        yield ReviewItem(
            f"answers:{len(rows)}", "Answers to the checklist", author(given[0]), given[0].at, "\n".join(rows)
        )


def _answer(content: Mapping[str, object]) -> Iterator[str]:
    each = content.get("answers")
    pairs = dict(each) if isinstance(each, dict) else {content.get("question"): content.get("options")}
    for question, chosen in pairs.items():
        if question in CHECKLIST.by_id and isinstance(chosen, list | tuple):
            asked = CHECKLIST[str(question)]
            said = "; ".join(asked.option(one).label if one in asked.by_id else "somebody named" for one in chosen)
            yield f"{asked.ask} {said}"


def _steps(entries: Sequence[Entry], author: Callable[[Entry], str]) -> Iterator[ReviewItem]:
    done = [entry for entry in entries if entry.what.properties.step]
    rows = [f"{_when(entry.at)} {entry.what.properties.step} ({author(entry)})" for entry in done]
    if rows:
        yield ReviewItem(f"steps:{len(rows)}", "What was done, and when", "share-check", done[0].at, "\n".join(rows))


def _when(at: datetime) -> str:
    """As a pack shows every time: the same for every reader."""
    return f"{at:%d %b %Y %H:%M} UTC"


# What may be about somebody else

_KIN = frozenset(
    {
        *("mother", "father", "mum", "dad", "mummy", "daddy", "parent", "parents"),
        *("carer", "stepfather", "stepmother", "stepdad", "stepmum", "brother", "sister", "sibling"),
        *("aunt", "uncle", "cousin", "grandmother", "grandfather", "nan", "gran", "grandad"),
        *("granny", "friend", "boyfriend", "girlfriend", "partner", "husband", "wife", "neighbour"),
        *("teacher", "tutor", "coach", "doctor", "nurse"),
    }
)
_CAPITAL = re.compile(r"(?<![\w'])[A-Z\u00c0-\u00de][\w'\u2019-]+")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\+?\d[\d\s()-]{8,}\d")
_MOST_SHOWN = 12


def others(text: str, own: frozenset[str]) -> tuple[str, ...]:
    """Words that may be about somebody else: names in capitals, relations, addresses and phone numbers.

    A hint for the reader, who decides: it finds too much rather than too little. own: words of the person's own name.
    """
    found = dict.fromkeys(_ADDRESS.findall(text))
    for match in _CAPITAL.finditer(text):
        before = text[: match.start()].rstrip(" \"'(\u201c\u2018")
        starts = not before or before[-1] in ".!?:\n"
        if not starts and not own.issuperset(words(match[0])):
            found[match[0]] = None
    found |= dict.fromkeys(word for word in re.findall(r"\w+", folded(text)) if word in _KIN)
    return tuple(found)[:_MOST_SHOWN]


# What is taken out


def not_there(text: str, passages: Iterable[str]) -> tuple[str, ...]:
    """Those of the passages that the text does not have; letters and spaces need not be exact."""
    return tuple(passage for passage in passages if not _pattern(passage).search(text))


def without(text: str, passages: Iterable[str]) -> str:
    """Return the text with every occurrence of each passage replaced by a mark that does not tell its length."""
    for passage in sorted(passages, key=len, reverse=True):
        text = _pattern(passage).sub(TAKEN_OUT, text)
    return text


def _pattern(passage: str) -> re.Pattern[str]:
    return re.compile(r"\s+".join(map(re.escape, passage.split())) or r"(?!)", re.IGNORECASE)


def given(item: ReviewItem, ruling: Ruling) -> str | None:
    """Return what is given out of an item; None where nothing is."""
    match ruling.choice:
        case Choice.LEAVE_OUT:
            return None
        case Choice.REDACT:
            return without(item.text, ruling.passages)
        case Choice.INCLUDE:
            return item.text


def problem(item: ReviewItem, ruling: Ruling) -> tuple[str, str] | None:
    """Why a ruling cannot stand: the box it is about, and words; None where it can."""
    if ruling.choice is not Choice.INCLUDE and not is_sentence(ruling.reason):
        return "reason", "Please give the reason in a few words: what is left out needs one."
    if ruling.choice is Choice.REDACT and not ruling.passages:
        return "passages", "Please write what to take out, each passage on a line of its own."
    if ruling.choice is not Choice.REDACT and ruling.passages:
        return "passages", "To take these out, choose Take passages out. Otherwise empty this box."
    missing = not_there(item.text, ruling.passages)
    if missing:
        return "passages", f"This is not in the text: {missing[0][:80]}"
    return None
