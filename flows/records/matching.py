"""How a person is written, brought into one form: names, dates of birth and numbers, tolerant of spelling and spacing.

Nothing here is kept in clear: `storage/person_index.py` keeps keyed hashes of these forms.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})\s*[-./\s]\s*(\d{1,2})\s*[-./\s]\s*(\d{1,2})(?!\d)")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})\s*[-./\s]\s*(\d{1,2})\s*[-./\s]\s*(\d{4}|\d{2})(?!\d)")
_NAMED = re.compile(r"(?<!\d)(\d{1,2})(?:st|nd|rd|th)?(?:\s+of)?[-\s./]*([a-z]{3,9})[-\s.,/]*(\d{4}|\d{2})(?!\d)")
_NAMED_FIRST = re.compile(r"([a-z]{3,9})[-\s.]*(\d{1,2})(?:st|nd|rd|th)?[\s,]+(\d{4}|\d{2})(?!\d)")
_NO_NAMES = frozenset(
    {
        *("and", "or", "the", "of", "in", "at", "year", "years", "old", "age", "aged"),
        *("his", "her", "their", "born", "pupil", "student", "number"),
    }
)
_APOSTROPHES = re.compile("['\u2018\u2019\u02bc`\u00b4]")
_MOST_WORDS = 60
"""Of a name's box; the rest of a text that long is not a name."""
_CENTURY = 100
_SHORTEST_TYPO = 4
"""In a shorter word one letter more or less is another name."""
SHORTEST_SWAP = 6
"""In a shorter word another letter in one place is another name: Mark and Mary, Jane and Jade."""
_ALPHABETS = frozenset({"LATIN", "GREEK", "CYRILLIC"})
"""Scripts that write each vowel as a letter: a letter may be a slip, and a letter alone is an initial."""
_ACCENTED = _ALPHABETS | {"ARABIC", "HEBREW"}
"""Scripts that people write with marks and without. In all others, such as Devanagari and Thai, a mark is a vowel."""
_ONE_LETTER = str.maketrans(
    {
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "\u0131": "i",
        "ħ": "h",
        "ŋ": "ng",
        # Letters of Arabic and of Urdu and Persian that are one name's, by the keyboard.
        "\u0649": "\u064a",
        "\u06cc": "\u064a",
        "\u06a9": "\u0643",
        "\u0629": "\u0647",
        "\u06c1": "\u0647",
        "\u0640": "",  # tatweel, which only stretches a word
        "\u2212": "-",
        "\u2044": "/",
        "\u2215": "/",
    }
)


@dataclass(frozen=True, slots=True)
class Described:
    """Somebody as people describe them: what was typed about them. Any part may be empty."""

    name: str = ""
    born: str = ""
    number: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said of them."""
        return not (self.name.strip() or self.born.strip() or self.number.strip())


def described(details: Mapping[str, object]) -> Described:
    """Read the person out of the details of a check.

    Of the first box only the first line is about them; below it stands how to reach whoever wrote it. Number and date
    of birth are in that line too, but for records whose form had boxes of their own for them.
    """
    person, born, number = (str(details.get(key) or "") for key in ("person", "born", "number"))
    name = person.strip().partition("\n")[0]
    return Described(name, f"{born} {name}", number or "\n".join(_numbers_said(name)))


def _numbers_said(name: str) -> Iterator[str]:
    """Yield what may be a number in a line about a person: all with digits in it, and each after its capitals."""
    said = [word.strip(",;:()") for word in name.split()]
    yield " ".join(word for word in said if _has_digit(word))
    yield from (before + word for before, word in pairwise(said) if _has_digit(word) and before.isupper())


def _has_digit(word: str) -> bool:
    return any(letter.isdigit() for letter in word)


def folded(text: str) -> str:
    """Return text in small letters, each sign in its plainest form: no accents, one hyphen, digits from 0 to 9."""
    apart = unicodedata.normalize("NFKD", text.casefold()).casefold().translate(_ONE_LETTER)
    return "".join(_plain(apart))


def _plain(apart: str) -> Iterator[str]:
    """Yield the plain form of each sign. Marks are dropped only from scripts that are also written without them."""
    base = ""
    for sign in apart:
        kind = unicodedata.category(sign)
        if kind.startswith("M"):
            if base not in _ACCENTED:
                yield sign
        elif kind != "Cf":  # joiners and directions, which nobody sees
            base = script(sign) if kind.startswith("L") else ""
            yield _digit(sign) if kind == "Nd" else "-" if kind == "Pd" else sign


def _digit(sign: str) -> str:
    return str(unicodedata.decimal(sign))


@cache
def script(sign: str) -> str:
    """Return the first word of a sign's name in Unicode, which for a letter is its script; empty if it has no name."""
    return unicodedata.name(sign, "").partition(" ")[0]


def words(name: str) -> tuple[str, ...]:
    """Return the words of a name in order, apostrophes dropped, hyphens as spaces; no digits, no small words."""
    plain = re.sub(r"\S*\d\S*", " ", _APOSTROPHES.sub("", folded(name)))
    letters = "".join(sign if unicodedata.category(sign)[0] in "LM" else " " for sign in plain)
    return tuple(word for word in letters.split() if word not in _NO_NAMES)[:_MOST_WORDS]


def is_alphabetic(word: str) -> bool:
    """Return whether every letter is of a script with an alphabet, in which a slip of one letter is likely a slip."""
    return all(script(sign) in _ALPHABETS for sign in word)


def joined(name: tuple[str, ...]) -> tuple[str, ...]:
    """Each two neighbours as one word: "Mary Jane" is also "Maryjane"."""
    return tuple(first + second for first, second in pairwise(name))


def shortened(word: str) -> frozenset[str]:
    """Return the word without any one of its letters; nothing of a short word, or of a script without an alphabet."""
    if len(word) < _SHORTEST_TYPO or not is_alphabetic(word):
        return frozenset()
    return frozenset(word[:at] + word[at + 1 :] for at in range(len(word)))


def numbers(text: str) -> frozenset[str]:
    """Return a number of another system without punctuation and spaces, also without its leading zeros."""
    plain = ["".join(letter for letter in folded(line) if letter.isalnum()) for line in text.splitlines()]
    return frozenset(filter(None, (form for one in plain for form in (one, one.lstrip("0")))))


def days(text: str, today: date) -> frozenset[date]:
    """Every day that a text names, however it is written. The day comes before the month; none is after today."""
    plain = folded(text)
    return frozenset(filter(None, _days(plain, today)))


def _days(plain: str, today: date) -> Iterator[date | None]:
    for year, month, day in _YEAR_FIRST.findall(plain):
        yield _day(year, month, day, today)
    for day, month, year in _DAY_FIRST.findall(_YEAR_FIRST.sub(" ", plain)):
        yield _day(year, month, day, today)
    for day, month, year in _NAMED.findall(plain):
        yield _day(year, _month(month), day, today)
    for month, day, year in _NAMED_FIRST.findall(plain):
        yield _day(year, _month(month), day, today)


def _month(word: str) -> str:
    return str(_MONTHS.index(word[:3]) + 1) if word[:3] in _MONTHS else "0"


def _day(year: str, month: str, day: str, today: date) -> date | None:
    """None where there is no such day, or it is still to come."""
    full = int(year)
    if len(year) == 2:  # noqa: PLR2004 - two digits
        full += today.year - today.year % _CENTURY
        full -= _CENTURY if full > today.year else 0
    try:
        found = date(full, int(month), int(day))
    except ValueError:
        return None
    return found if found <= today else None


def is_covered(name: tuple[str, ...], is_known: Callable[[str], bool]) -> bool:
    """Whether somebody of this name is meant where only these words are known.

    Each word is known by itself, or written together with a neighbour. Of three words or more one may be unknown:
    a middle name is often left out. An initial beside whole words says too little to count.
    """
    known = [is_known(word) for word in name]
    for place, pair in enumerate(joined(name)):
        if is_known(pair):
            known[place] = known[place + 1] = True
    told = [is_there for word, is_there in zip(name, known, strict=True) if not _is_initial(word)] or known
    missing = told.count(False)
    return bool(told) and (missing == 0 or (missing == 1 and len(told) > 2))  # noqa: PLR2004 - a middle name


def _is_initial(word: str) -> bool:
    return len(word) == 1 and is_alphabetic(word)


@dataclass(frozen=True, slots=True)
class Likeness:
    """What of a search fits a record: None where it was not asked for, or the record says nothing of it."""

    name: bool | None
    born: bool | None
    number: bool | None

    @property
    def fits(self) -> bool:
        """The same number; or the same name and no other date of birth; or, where that is all, the date of birth."""
        if self.number or (self.name and self.born is not False):
            return True
        return self.name is None and self.number is None and bool(self.born)
