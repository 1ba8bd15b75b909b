"""Names, dates and numbers in one form, however somebody writes them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from flows.records import matching
from flows.records.matching import Likeness

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("12/03/2014", date(2014, 3, 12)),
        ("12.3.14", date(2014, 3, 12)),
        ("12 - 3 - 2014", date(2014, 3, 12)),
        ("2014-03-12", date(2014, 3, 12)),
        ("12th of March 2014", date(2014, 3, 12)),
        ("12 MAR 14", date(2014, 3, 12)),
        ("March 12, 2014", date(2014, 3, 12)),
        ("born 1 Sept 1956, so 70", date(1956, 9, 1)),
        ("1/9/56", date(1956, 9, 1)),
        ("12\u201303\u20132011", date(2011, 3, 12)),
        ("12\u201103\u20112011", date(2011, 3, 12)),
        ("12 \u2014 3 \u2014 2011", date(2011, 3, 12)),
        ("12\u221203\u22122011", date(2011, 3, 12)),
        ("12\u204403\u20442011", date(2011, 3, 12)),
        ("2011 - 03 - 12", date(2011, 3, 12)),
        ("12\u00a0March\u00a02011", date(2011, 3, 12)),
        ("\u0661\u0662/\u0660\u0663/\u0662\u0660\u0661\u0661", date(2011, 3, 12)),
    ],
)
def test_a_birthday_is_read_as_people_write_it(text: str, day: date) -> None:
    """The day comes before the month; two digits of a year mean one that has been."""
    assert matching.days(text, TODAY) == {day}


@pytest.mark.parametrize("text", ["nine", "9 years", "31/02/2014", "12/13/2014", "24/11/2026", "", "2014", "12/2014"])
def test_what_is_no_birthday_is_none(text: str) -> None:
    """An age, a day that does not exist or one still to come finds nobody by chance."""
    assert matching.days(text, TODAY) == frozenset()


@given(some.dates(date(1930, 1, 1), TODAY), some.sampled_from(["%d/%m/%Y", "%Y-%m-%d", "%d %B %Y", "%b %d, %Y"]))
def test_every_day_is_read_again(day: date, way: str) -> None:
    """In each way of writing it, and as no other day besides."""
    assert matching.days(day.strftime(way), TODAY) == {day}


@given(some.text(max_size=200))
def test_no_text_is_too_odd(text: str) -> None:
    """Whatever is typed into a search, it is answered."""
    matching.days(text, TODAY)
    matching.numbers(text)
    assert all(word == matching.folded(word) for word in matching.words(text))


def test_a_name_is_its_words() -> None:
    """Without accents, apostrophes, hyphens, numbers and small words."""
    assert matching.words("\u00c1nna-Maria O\u2019Brien (and 77-4411)") == ("anna", "maria", "obrien")
    assert matching.words("\u041e\u043b\u0435\u043d\u0430 \u674e") == ("\u043e\u043b\u0435\u043d\u0430", "\u674e")


def test_a_vowel_sign_is_part_of_a_name_and_an_accent_is_not() -> None:
    """Marks are dropped from scripts that people also write without them, and from no other."""
    assert matching.words("\u092e\u0940\u0930\u093e") == ("\u092e\u0940\u0930\u093e",)
    assert matching.words("\u0e23\u0e31\u0e01") != matching.words("\u0e23\u0e38\u0e01")
    assert matching.words("\u00c6gir \u0141uk\u00e1\u0161") == ("aegir", "lukas")


def test_a_number_is_its_signs() -> None:
    """Spaces, hyphens and leading zeros do not matter."""
    assert matching.numbers("\u0664\u0662") == {"42"}
    assert matching.numbers(" 00-42 a") == {"0042a", "42a"}
    assert matching.numbers("--") == frozenset()


@pytest.mark.parametrize(
    ("name", "known", "covered"),
    [
        (("anna",), {"anna"}, True),
        (("mary", "jane"), {"maryjane"}, True),
        (("anna", "smith"), {"anna"}, False),
        (("anna", "louise", "smith"), {"anna", "smith"}, True),
        (("anna", "louise", "may", "smith"), {"anna", "smith"}, False),
        (("j", "smith"), {"jane", "smith"}, True),
        (("j", "smith"), {"jane", "jones"}, False),
        (("j",), {"jane"}, False),
        ((), {"anna"}, False),
    ],
)
def test_all_of_a_name_must_be_known_but_a_middle_one(name: tuple[str, ...], known: set[str], *, covered: bool) -> None:
    """Half a name is somebody else."""
    assert matching.is_covered(name, known.__contains__) is covered


@pytest.mark.parametrize(
    ("name", "born", "number", "fits"),
    [
        (None, None, True, True),
        (True, None, None, True),
        (True, False, None, False),
        (True, True, False, True),
        (True, False, True, True),
        (False, True, None, False),
        (None, True, None, True),
        (None, True, False, False),
        (None, None, None, False),
    ],
)
def test_what_counts_as_the_same_person(
    *, name: bool | None, born: bool | None, number: bool | None, fits: bool
) -> None:
    """The number decides; a name needs no other birthday; a birthday alone only where nothing else was asked."""
    assert Likeness(name=name, born=born, number=number).fits is fits
