"""organisation.toml is changed in whatever form somebody wrote it, and nothing else in it moves."""

from __future__ import annotations

import difflib
import tomllib
from typing import Any

import pytest
import tomlkit

from bot.cli.init import toml_edit
from bot.cli.init.toml_edit import CannotEdit, set_list, set_values
from bot.config.organisation import example_organisation_path

EXAMPLE = example_organisation_path().read_text(encoding="utf-8")


def _moved(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


@pytest.mark.parametrize(
    ("text", "table", "values", "after"),
    [
        (
            'name = "A"\nphones.childrens_social_care = "1" # ours\nhours.monday = "x"\n',
            "phones",
            {"childrens_social_care": "2", "out_of_hours": "3"},
            'name = "A"\nphones.childrens_social_care = "2" # ours\nphones.out_of_hours = "3"\nhours.monday = "x"\n',
        ),
        (
            'phones = { childrens_social_care = "1", nspcc = "9" }\n',
            "phones",
            {"childrens_social_care": "2"},
            'phones = { childrens_social_care = "2", nspcc = "9" }\n',
        ),
        (
            'administrators = [\n  "U0A", # the first\n  "U0B", # the second\n]\n',
            "",
            {"administrators": ["U0A", "U0C"]},
            'administrators = [\n  "U0A", # the first\n  "U0C",\n]\n',
        ),
        ("'name' = 'A' # by law\n", "", {"name": "B"}, "'name' = \"B\" # by law\n"),
        ('"name" = "A"\n', "", {"name": "B"}, '"name" = "B"\n'),
        ('[phones] # of today\nnspcc = "1" # x\n', "phones", {"nspcc": "2"}, '[phones] # of today\nnspcc = "2" # x\n'),
        ('[ phones ]\n  nspcc="1"\n', "phones", {"nspcc": "2"}, '[ phones ]\n  nspcc="2"\n'),
        ('["phones"]\nnspcc = """1"""\n', "phones", {"nspcc": "2"}, '["phones"]\nnspcc = "2"\n'),
        ("a = 1\n\n# Above.\n[b]\nc = 2\n", "", {"d": 3}, "a = 1\nd = 3\n\n# Above.\n[b]\nc = 2\n"),
        ("[a]\nb = 1\n\n# Above.\n[c]\n", "a", {"d": 3}, "[a]\nb = 1\nd = 3\n\n# Above.\n[c]\n"),
        ("[a]\nb = 1 # x\nc = 2\n\n[d]\n", "a", {"b": None}, "[a]\nc = 2\n\n[d]\n"),
        ("a = 1\n", "b", {"c": True}, "a = 1\n\n[b]\nc = true\n"),
        ('a = ["x", "y"] # z\n', "", {"a": ["y", "x"]}, 'a = ["y", "x"] # z\n'),
        ('phones.nspcc = "1"\na = 1\n', "phones", {"nspcc": None}, "a = 1\n"),
    ],
    ids=[
        *("dotted keys", "a table in braces", "a list over lines", "a quoted key", "another", "words after a header"),
        *("blanks", "a quoted header", "a new key of the file", "a new key of a table", "a key that goes"),
        *("a new table", "another order", "the last dotted key"),
    ],
)
def test_a_value_is_set_in_the_form_that_is_there(text: str, table: str, values: dict[str, Any], after: str) -> None:
    """The line is changed, or one is added below its neighbours; comments stay where they are."""
    assert set_values(text, table, values) == after


def _people(*ids: str) -> list[dict[str, str]]:
    return [{"id": one, "name": f"Name of {one}"} for one in ids]


def test_people_in_brackets_are_changed_added_and_removed() -> None:
    """Whoever stays keeps what a command knows nothing of."""
    text = 'leads = [\n  { id = "lead-1", name = "A", note = "x" },\n  { id = "lead-2", name = "B" },\n]\n'
    made = tomllib.loads(set_list(text, "leads", _people("lead-1", "lead-3")))
    assert made["leads"] == [
        {"id": "lead-1", "name": "Name of lead-1", "note": "x"},
        {"id": "lead-3", "name": "Name of lead-3"},
    ]


UNDER_HEADERS = """\
# Leads are asked first.
[[leads]] # since May
id = "lead-1"
name = "A" # on Mondays

# The second.
[[leads]]
id = "lead-2"
name = "B"

# Deputies are asked later.
[[deputies]]
id = "deputy-1"
name = "D"

# At the end.
[hours]
"""


@pytest.mark.parametrize(
    ("ids", "leads"),
    [
        (
            ("lead-1", "lead-2", "lead-3"),
            (
                '[[leads]] # since May\nid = "lead-1"\nname = "Name of lead-1" # on Mondays\n\n# The second.\n'
                '[[leads]]\nid = "lead-2"\nname = "Name of lead-2"\n\n'
                '[[leads]]\nid = "lead-3"\nname = "Name of lead-3"\n'
            ),
        ),
        (("lead-2",), '\n# The second.\n[[leads]]\nid = "lead-2"\nname = "Name of lead-2"\n'),
        (
            ("lead-1",),
            '[[leads]] # since May\nid = "lead-1"\nname = "Name of lead-1" # on Mondays\n\n# The second.\n',
        ),
        (("lead-3",), '\n# The second.\n[[leads]]\nid = "lead-3"\nname = "Name of lead-3"\n'),
    ],
    ids=["one more", "without the first", "without the last", "another"],
)
def test_people_under_headers_keep_their_words_and_so_does_what_follows(ids: tuple[str, ...], leads: str) -> None:
    """No comment is lost, whoever goes; what stands above the next header stays there."""
    made = set_list(UNDER_HEADERS, "leads", _people(*ids))
    rest = UNDER_HEADERS[UNDER_HEADERS.index("\n# Deputies") :]
    assert made == f"# Leads are asked first.\n{leads}{rest}"


def test_the_last_of_a_list_leaves_the_words_below_it() -> None:
    """The next header's comment is nobody's to take away."""
    made = set_list(UNDER_HEADERS, "deputies", [])
    assert "deputies" not in tomllib.loads(made)
    assert made.endswith("\n# Deputies are asked later.\n\n# At the end.\n[hours]\n")
    again = set_list(made, "deputies", _people("deputy-2"))
    assert again == f'{made}\n[[deputies]]\nid = "deputy-2"\nname = "Name of deputy-2"\n'


def test_what_is_set_to_what_it_is_changes_nothing() -> None:
    """In the example, which holds every form of its own."""
    facts = tomllib.loads(EXAMPLE)
    assert set_values(EXAMPLE, "hours", {"monday": facts["hours"]["monday"]}) == EXAMPLE
    assert set_list(EXAMPLE, "leads", facts["leads"]) == EXAMPLE
    assert _moved(EXAMPLE, set_values(EXAMPLE, "", {"name": "B"})) == ['-name = "Social Sense"', '+name = "B"']


def test_what_would_mean_something_else_is_left_to_its_author(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library is held against the reader that the bot uses."""
    monkeypatch.setattr(tomlkit, "dumps", lambda _document: 'name = "Other"\n')
    with pytest.raises(CannotEdit, match="Change it by hand"):
        set_values('name = "A"\n', "", {"name": "B"})


def test_whatever_is_written_is_read_again() -> None:
    """Quotes, backslashes, control characters, other alphabets."""
    for value in ('The "Best"', "a\\b", "# x", "École — ☂", "' ''' \"\"\"", "a\tb\nc", ["x", 'y"'], True, 7):
        assert tomllib.loads(f"key = {toml_edit.written(value)}")["key"] == value
