"""docs/tasks: every command in them is one that the program takes, and every page leads somewhere."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from bot.cli import main
from bot.settings import setting_names

pytestmark = pytest.mark.docs

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted((ROOT / "docs" / "tasks").glob("*.md"))
OTHERS = [ROOT / "docs" / "glossary.md", ROOT / "README.md"]
NAMES = [page.name for page in PAGES]
OURS = ("share-check ", ".venv/bin/share-check ")
LONGEST = 150
"""Lines: what is longer is not one page. Setting up is the longest job."""


def _blocks(page: Path) -> Iterator[str]:
    """What stands in the page to be typed in a shell, continued lines joined."""
    text = page.read_text(encoding="utf-8")
    for block in re.findall(r"^ *```sh\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL):
        yield from (line.strip() for line in block.replace("\\\n", " ").splitlines())


def _typed(page: Path) -> list[str]:
    return [line for line in _blocks(page) if line.startswith(OURS)]


def _named(page: Path) -> list[str]:
    """Commands in the middle of a sentence."""
    found = re.findall(r"`((?:\.venv/bin/)?share-check [^`]+)`", page.read_text(encoding="utf-8"))
    return [" ".join(each.split()) for each in found]


def _parse(line: str, *, whole: bool) -> None:
    """Raises click.UsageError where the program would not take it. whole: with everything that it needs."""
    words = shlex.split(line, comments=True)[1:]
    words = words[: next((place for place, word in enumerate(words) if word in {">", "|", "&&"}), len(words))]
    command: click.Command = main
    context = click.Context(main)
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        name = words.pop(0)
        found = command.get_command(context, name)
        if found is None:
            message = f"no command {name}"
            raise click.UsageError(message)
        command = found
    try:
        with command.make_context(line, words):
            pass
    except click.exceptions.Exit:
        pass
    except click.MissingParameter:
        if whole:
            raise
    except click.BadParameter as error:
        if "No such file" not in str(error):
            raise
    except click.UsageError as error:
        if whole or "requires an argument" not in str(error):
            raise


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_command_that_is_to_be_typed_is_taken_as_it_stands(page: Path) -> None:
    """With its options and all it needs: whoever copies it meets no "no such option"."""
    for line in _typed(page):
        _parse(line, whole=True)
    for line in _named(page):
        _parse(line, whole=False)


def test_a_command_that_is_wrong_would_be_noticed() -> None:
    """The test above can fail."""
    for wrong in ("share-check restor x --verify", "share-check backup --into x", "share-check backup"):
        with pytest.raises(click.UsageError):
            _parse(wrong, whole=True)
    _parse("share-check backup", whole=False)


def test_there_is_something_to_test() -> None:
    """On the pages that whoever runs it needs."""
    with_commands = {page.stem for page in PAGES if _typed(page)}
    assert {
        "keep-it-running",
        "upgrade",
        "move-to-postgresql",
        "rotate-tokens",
        "set-cover",
        "when-it-breaks",
        "work-on-paper",
        "back-up-and-restore",
    } <= with_commands
    assert sum(len(_typed(page)) for page in PAGES) > 25


@pytest.mark.parametrize("page", [*PAGES, *OTHERS], ids=[*NAMES, "glossary.md", "README.md"])
def test_every_setting_that_is_named_is_one(page: Path) -> None:
    """Nobody looks for a line in .env that does nothing."""
    named = set(re.findall(r"\b(?:SHARE_CHECK|SLACK)_[A-Z_]*[A-Z]\b", page.read_text(encoding="utf-8")))
    assert named - {*setting_names(), "SLACK_CONFIG_TOKEN"} == set()


@pytest.mark.parametrize("page", [*PAGES, *OTHERS], ids=[*NAMES, "glossary.md", "README.md"])
def test_every_link_leads_to_a_file_that_is_there(page: Path) -> None:
    """Also from one page to the next."""
    links = re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_a_job_is_one_page(page: Path) -> None:
    """Short enough to be read before it is done."""
    assert len(page.read_text(encoding="utf-8").splitlines()) <= LONGEST


def test_the_words_of_the_glossary_stand_in_order() -> None:
    """So that one finds them."""
    rows = re.findall(r"^\| ([^|]+) \|", (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8"), re.MULTILINE)[2:]
    assert rows == sorted(rows, key=str.casefold)
    assert len(rows) > 30
