"""The documents say what the code does: links lead somewhere, names exist, and nothing that is kept is left unsaid."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import click
import pytest
import yaml
from sqlalchemy import LargeBinary, Table

from bot.cli.main import main
from bot.config.organisation import load_organisation
from bot.config.settings import setting_names
from flows.events import OPENINGS, EventKind
from flows.records.retention import QUIET
from storage import export_files
from storage.tables import metadata
from tests.reading import grade

pytestmark = pytest.mark.docs

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
THREATS, DPIA, RECORD = "threat-model.md", "dpia.md", "record-of-processing.md"
ADULTS, CHILDREN, INDEX = "privacy-notice.md", "privacy-notice-for-children.md", "README.md"
OURS = (THREATS, DPIA, RECORD, ADULTS, CHILDREN, INDEX)
LINKED = [str(page.relative_to(ROOT)) for page in (ROOT / "README.md", *sorted(DOCS.rglob("*.md")))]

KINDS = {str(kind) for kind in EventKind if kind not in OPENINGS} | {"opened_*"}
"""Kinds of event; somebody opened a window, by the name of its button, is one."""
COPIED = {".env": ".env.example", "organisation.toml": "organisation.example.toml"}
"""Files of each organisation's own, and those that they are copied from."""
KEYS_AND_HASHES = {"wrapped_key", "commitment", "previous", "head", "signer", "signature", "form"}
"""Columns of bytes in which nobody's words are."""
NAMES_SOMEBODY = ("Slack user id", "Slack id", "organisation id", "Slack channel or user id")
"""How a column's comment says that it names somebody."""
PEOPLE = {"person", "reporter", "who"}
"""What such a column is called."""


def _page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def _section(name: str, heading: str) -> str:
    """What stands under a heading, up to the next of the same depth."""
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", _page(name), re.MULTILINE | re.DOTALL)
    assert found, f"{name} has no part called {heading}"
    return found[1]


def _rows(text: str) -> list[list[str]]:
    """The cells of each row of the tables in a text, without their heads."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    rules = {at for at, row in enumerate(rows) if set("".join(row)) <= set("-: ")}
    return [row for at, row in enumerate(rows) if at not in rules and at + 1 not in rules]


def _quoted(text: str) -> list[str]:
    """What stands between backticks."""
    return re.findall(r"`([^`\n]+)`", text)


# Links


def _links(page: str) -> Iterator[tuple[str, str]]:
    text = re.sub(r"^```.*?^```", "", (ROOT / page).read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, anchor = target.partition("#")
        yield path, anchor


def _anchors(page: Path) -> set[str]:
    """Those that stand there, and those that GitHub makes of headings."""
    text = page.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return set(re.findall(r'<a id="([^"]+)">', text)) | {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings
    }


@pytest.mark.parametrize("page", LINKED)
def test_every_link_leads_somewhere(page: str) -> None:
    """Whoever follows a link finds what it promises."""
    here, broken = ROOT / page, []
    for path, anchor in _links(page):
        if "://" in path:
            assert path.startswith("https://")
            continue
        target = (here.parent / path) if path else here
        lost_anchor = anchor and target.suffix == ".md" and target.exists() and anchor not in _anchors(target)
        if not target.exists() or lost_anchor:
            broken.append(f"{path}#{anchor}")
    assert broken == []


def test_every_page_is_in_the_index() -> None:
    """No document is lost: each stands in the index itself, or in a folder that does."""
    listed = {(DOCS / path).resolve() for path, _ in _links("docs/README.md") if path and "://" not in path}
    pages = [page for page in sorted(DOCS.rglob("*.md")) if page != DOCS / INDEX]
    lost = [str(page.relative_to(DOCS)) for page in pages if not listed & {page, *page.parents}]
    assert lost == []


def test_the_readme_leads_to_the_index() -> None:
    """Whoever starts at the front door finds the rest."""
    assert ("docs/README.md", "") in set(_links("README.md"))


# Names


@cache
def _organisation() -> Mapping[str, object]:
    return tomllib.loads((ROOT / "organisation.example.toml").read_text(encoding="utf-8"))


def _is_test(name: str) -> bool:
    path, _, test = name.partition("::")
    found = ROOT / path
    return found.is_file() and f"def {test}(" in found.read_text(encoding="utf-8")


def _is_command(words: str) -> bool:
    """Whether it can be typed: groups, command and options exist. What follows the command itself is its own."""
    command: click.Command = main
    for word in words.split()[1:]:
        if word.startswith("--"):
            options = {name for each in command.params for name in each.opts}
            if word.partition("=")[0] not in options:
                return False
        elif isinstance(command, click.Group):
            if word not in command.commands:
                return False
            command = command.commands[word]
    return True


def _is_file(name: str) -> bool:
    name = COPIED.get(name, name)
    return any((place / name).exists() for place in (ROOT, DOCS))


def _is_column(name: str) -> bool:
    table, _, column = name.partition(".")
    return table in metadata.tables and column in metadata.tables[table].c


def _is_in_organisation(name: str) -> bool:
    found: object = _organisation()
    for key in name.split("."):
        if not isinstance(found, Mapping) or key not in found:
            return False
        found = found[key]
    return True


def _is_in_slack(name: str) -> bool:
    manifest = yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))
    commands = {each["command"] for each in manifest["features"]["slash_commands"]}
    return name in commands | set(manifest["oauth_config"]["scopes"]["bot"])


def _exists(name: str) -> bool:
    if "::" in name:
        return _is_test(name)
    if name.split(maxsplit=1)[0] == "share-check":
        return _is_command(name)
    if re.fullmatch(r"[A-Z]+(_[A-Z]+)+", name):
        return name in setting_names()
    words = (_is_file, _is_column, _is_in_organisation, _is_in_slack)
    return name in metadata.tables or name in KINDS or any(known(name) for known in words)


@pytest.mark.parametrize("page", OURS)
def test_everything_that_is_named_exists(page: str) -> None:
    """Files, tests, commands, settings, tables, columns and kinds of event: a reader can look each of them up."""
    assert [name for name in _quoted(_page(page)) if not _exists(name)] == []


@pytest.mark.parametrize(
    "name",
    [
        "tests/test_documents.py::test_that_is_not_there",
        "storage/nothing.py",
        "share-check forget",
        "share-check verify --gently",
        "SHARE_CHECK_NOTHING",
        "checks.mood",
        "retention.mood",
        "mood",
    ],
)
def test_what_does_not_exist_would_be_found(name: str) -> None:
    """The test above can fail, for each kind of name."""
    assert not _exists(name)


def test_each_threat_names_a_test() -> None:
    """Where somebody is said to be stopped, a test shows it."""
    threats = re.split(r"^### ", _section(THREATS, "Who might try, and what stops them"), flags=re.MULTILINE)[1:]
    assert len(threats) >= 10
    for threat in threats:
        assert any("::" in name for name in _quoted(threat)), threat.splitlines()[0]
        assert "**What remains.**" in threat, threat.splitlines()[0]


# What is kept


@pytest.mark.parametrize("table", sorted(metadata.tables))
def test_every_table_is_in_the_record_of_processing(table: str) -> None:
    """Nothing is kept that the organisation's record of processing does not say."""
    assert table in _tables_in_the_record()


def test_the_record_of_processing_has_no_table_that_is_gone() -> None:
    """And nothing is said to be kept that is not."""
    assert _tables_in_the_record().keys() <= metadata.tables.keys()


def _tables_in_the_record() -> dict[str, str]:
    rows = _rows(_section(RECORD, "What is kept, table by table"))
    return {_quoted(row[0])[0]: " ".join(row) for row in rows}


@pytest.mark.parametrize("table", sorted(metadata.tables))
def test_whom_a_table_names_and_what_it_seals_is_said(table: str) -> None:
    """A new column that names somebody, or holds what was typed, is said before it is used."""
    said = _quoted(_tables_in_the_record()[table])
    telling = [name for name in _telling(metadata.tables[table]) if f"{table}.{name}" not in said]
    assert telling == []


def _telling(table: Table) -> Iterator[str]:
    for column in table.c:
        sealed = isinstance(column.type, LargeBinary) and column.name not in KEYS_AND_HASHES
        names = column.name in PEOPLE or any(words in (column.comment or "") for words in NAMES_SOMEBODY)
        if sealed or names:
            yield column.name


def test_every_kind_of_event_is_in_the_record_of_processing() -> None:
    """What is written down about people, by whatever they do, is listed: no kind more and none fewer."""
    rows = _rows(_section(RECORD, "What is recorded, event by event"))
    assert {name for row in rows for name in _quoted(row[0])} == KINDS


def test_the_times_that_are_promised_are_the_codes_own() -> None:
    """How long things are kept, as the people they are about are told."""
    retention = load_organisation(ROOT / "organisation.example.toml").retention
    promised = _section(RECORD, "How long")
    for days in (retention.no_risk.days, retention.requests.days, QUIET.days, export_files.KEPT.days):
        assert f"{days} days" in promised
    assert f"{retention.years_from_birth} years" in promised


# What has to be filled in


def _gaps(page: str) -> set[str]:
    """What stands in brackets and is no link: for the organisation to fill in or to decide."""
    return {" ".join(gap.split()) for gap in re.findall(r"(?<!!)\[([^\]]+)\](?!\()", _page(page))}


def test_one_list_has_everything_to_fill_in() -> None:
    """Nobody publishes a notice with a gap in it because the gap stood on another page."""
    listed = {
        gap for row in _rows(_section(INDEX, "To fill in or decide")) for gap in re.findall(r"\[([^\]]+)\]", row[0])
    }
    assert listed == {gap for page in OURS if page != INDEX for gap in _gaps(page)}


# How hard it is to read

LONGEST_SENTENCE = 20
"""Words."""
GRADES = {CHILDREN: 3.0, ADULTS: 7.0}
"""Flesch and Kincaid's: 3 is a child of eight or nine, 7 is somebody of twelve."""


def _blocks(text: str) -> Iterator[str]:
    """Headings, items and paragraphs, each in one line, without marks, gaps and addresses."""
    text = re.sub(r"\]\([^)]*\)|\[[^\]]*\](?!\()|[*`\[]", "", text)
    for block in re.split(r"\n\s*\n|\n(?=[#|-])", text):
        yield " ".join(re.sub(r"^[#|\- ]+", "", block).split())


def _sentences(text: str) -> list[list[str]]:
    sentences = (each for block in _blocks(text) for each in re.split(r"[.?!](?:\s|$)", block))
    found = [re.findall(r"[A-Za-z][A-Za-z']*", each) for each in sentences]
    return [words for words in found if words]


def reading_grade(text: str) -> float:
    """Flesch and Kincaid's grade: about the reader's age less five or six."""
    return grade(_sentences(text))


@pytest.mark.parametrize("page", sorted(GRADES))
def test_a_notice_is_no_harder_than_its_readers_can_read(page: str) -> None:
    """Short words in short sentences; for children shorter still."""
    assert reading_grade(_page(page)) <= GRADES[page]


def test_no_sentence_for_children_is_long() -> None:
    """A child can hold it in mind to its end."""
    assert [" ".join(words) for words in _sentences(_page(CHILDREN)) if len(words) > LONGEST_SENTENCE] == []


def test_what_is_hard_to_read_would_be_found() -> None:
    """The measure knows a nursery rhyme from a statute."""
    easy = "The cat sat on the mat. It had a red hat. We all saw it."
    hard = (
        "Notwithstanding the aforementioned considerations, controllers demonstrate accountability by "
        "implementing proportionate organisational safeguards for vulnerable individuals' information."
    )
    assert reading_grade(easy) < 2
    assert reading_grade(hard) > 15
    assert reading_grade(_page(ADULTS)) > GRADES[CHILDREN]
