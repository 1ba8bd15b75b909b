"""Every rule, decision, clause and file that is cited anywhere can be looked up in the project itself."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from flows.checklist import CHECKLIST

pytestmark = pytest.mark.docs

ROOT = Path(__file__).resolve().parent.parent
RULES, DESIGN, POLICY = "docs/rules.md", "docs/design-decisions.md", "docs/policy.md"
FOLDERS = ("bot", "services", "storage", "flows", "sandbox", "simulation", "bench", "tests", "docs", ".ci")
WRITTEN = {".py", ".md", ".toml", ".yml", ".js", ".example", ""}
"""Endings of files that people write."""
ITSELF = "tests/test_references.py"
SHIPPED = {"bot/manifest.yml", "bot/organisation.example.toml"}
"""In an installed package only: pyproject.toml puts it there."""
WRONG_ON_PURPOSE = {
    "tests/test_architecture.py": {"bot/nothing.py"},
    "tests/test_documents.py": {"storage/nothing.py"},
}

INVARIANT = re.compile(r"\bI(\d{1,2})\b")
DECISION = re.compile(r"\b(?:(docs/rules\.md), (?:I\d+ and )?)?decisions? (\d{1,2})\b", re.IGNORECASE)
DESIGN_DECISION = re.compile(r"docs/design-decisions\.md, (\d{1,2})(?: and (\d{1,2}))?")
HEADING = re.compile(r'docs/(\S+\.md), "([^"]+)"')
CLAUSES = re.compile(r"\bpolicy (?:clause )?(\d(?:\.\d)?(?: bullet \d)?)((?:, \d(?:\.\d)?)*)", re.IGNORECASE)
DOCUMENT = re.compile(r"(?<![\w./*-])((?:[\w-]+/)*[\w-]+\.md)\b")
FILE = re.compile(
    rf"(?<![\w./-])((?:{'|'.join(map(re.escape, FOLDERS))})/[\w./-]*\w\.(?:py|md|toml|json|yml|js|css))\b"
)


@cache
def _texts() -> dict[str, str]:
    """Path and text of every file of the project that is written by people."""
    places = [*ROOT.iterdir(), *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*"))]
    names = {path.relative_to(ROOT).as_posix(): path for path in places if path.is_file()}
    ours = {name: path for name, path in names.items() if path.suffix in WRITTEN and "__pycache__" not in name}
    mine = {".env", ".env.example", "organisation.toml", ITSELF}
    return {name: path.read_text(encoding="utf-8") for name, path in ours.items() if name not in mine}


@cache
def _anchors(page: str) -> frozenset[str]:
    return frozenset(re.findall(r'<a id="([^"]+)"></a>', _texts()[page]))


def _lost(
    pattern: re.Pattern[str], page: str, prefix: str, *, group: int = 1, texts: dict[str, str] | None = None
) -> list[str]:
    """Citations whose number has no anchor on that page."""
    return [
        f"{name}: {found[0]}"
        for name, text in (texts or _texts()).items()
        for found in pattern.finditer(text)
        if f"{prefix}{found[group]}".lower() not in _anchors(page)
    ]


def test_every_invariant_that_is_cited_is_in_the_rules() -> None:
    """Whoever reads "I13" beside a line of code finds out what would break."""
    assert _lost(INVARIANT, RULES, "i") == []


def test_the_rules_have_every_invariant_and_decision_once() -> None:
    """Numbers are for good: none is missing and none stands for two things."""
    anchors = re.findall(r'<a id="([^"]+)"></a>', _texts()[RULES])
    wanted = [f"decision-{number}" for number in range(1, 17)] + [f"i{number}" for number in range(1, 34)]
    assert anchors == wanted
    assert re.findall(r'<a id="([^"]+)"></a>', _texts()[DESIGN]) == [str(number) for number in range(1, 23)]


def test_every_decision_says_whose_it_is() -> None:
    """There are decisions about the checklist and decisions about the program: a bare number would be either."""
    bare = [
        f"{name}: {found[0]}"
        for name, text in _texts().items()
        for found in DECISION.finditer(text)
        if found[1] is None and name != RULES
    ]
    assert bare == []
    assert _lost(DECISION, RULES, "decision-", group=2) == []


def test_every_design_decision_that_is_cited_is_there() -> None:
    """A number leads to its reason."""
    assert _lost(DESIGN_DECISION, DESIGN, "") == []
    seconds = [found[2] for text in _texts().values() for found in DESIGN_DECISION.finditer(text) if found[2]]
    assert set(seconds) <= _anchors(DESIGN)


def test_every_part_of_a_document_that_is_cited_is_there() -> None:
    """As in: docs/rules.md, "Response targets"."""
    for name, text in _texts().items():
        for page, part in HEADING.findall(text):
            words = _texts()[f"docs/{page}"]
            is_there = re.search(rf"^#+ {re.escape(part)}$|\*\*{re.escape(part)}\.?\*\*", words, re.MULTILINE)
            assert is_there, f"{name} cites {page}, {part}"


def _clauses(text: str) -> Iterator[str]:
    """Ids of the anchors of all clauses that a text cites."""
    for first, others in CLAUSES.findall(text):
        for clause in (first, *filter(None, others.split(", "))):
            yield f"policy-{clause.replace(' bullet ', '-')}"


def test_every_clause_of_the_policy_that_is_cited_is_there() -> None:
    """In code, in tests, in documents, and in what people read."""
    for name, text in _texts().items():
        assert set(_clauses(text)) <= _anchors(POLICY), name
    assert {"policy-3.1-6", "policy-4.2"} <= {clause for text in _texts().values() for clause in _clauses(text)}


def test_the_checklist_has_the_policy_s_own_words() -> None:
    """All 17 questions and 4.2, each under the clause it names."""
    policy = " ".join(re.sub(r"<[^>]+>", "", _texts()[POLICY]).split())
    asked = [question for question in CHECKLIST if question.policy_words]
    assert len(asked) == 18
    for question in asked:
        assert question.policy_words.rstrip(".") in policy, question.id
        assert f"policy-{question.clause.replace(' bullet ', '-')}" in _anchors(POLICY), question.id


def _is_there(name: str, cited: str) -> bool:
    places = (ROOT, ROOT / "docs", (ROOT / name).parent)
    return any((place / cited).is_file() for place in places)


def test_every_document_that_is_named_exists() -> None:
    """None of them stood on somebody's desk only."""
    lost = [
        f"{name}: {cited}"
        for name, text in _texts().items()
        for cited in DOCUMENT.findall(re.sub(r"https?://\S+", "", text))
        if not _is_there(name, cited) and not _is_there("docs/tasks/x", cited)
    ]
    assert lost == []


def test_every_path_that_is_written_down_exists() -> None:
    """No document and no comment speaks of a place where the code used to be."""
    lost = [
        f"{name}: {cited}"
        for name, text in _texts().items()
        for cited in FILE.findall(text)
        if not (ROOT / cited).is_file() and cited not in SHIPPED | WRONG_ON_PURPOSE.get(name, set())
    ]
    assert lost == []


def test_every_rule_that_holds_today_is_named_by_a_test() -> None:
    """Of the invariants that the rules do not mark as not built yet."""
    rules = re.findall(r"\*\*(I\d+)\*\*(.*?)(?=\n- |\n\n)", _texts()[RULES], re.DOTALL)
    held = {name for name, words in rules if "Not built yet" not in words}
    tested = {
        found[0] for name, text in _texts().items() if name.startswith("tests/") for found in INVARIANT.finditer(text)
    }
    assert held - tested == set()
    assert len(held) > 20


@pytest.mark.parametrize(
    ("pattern", "page", "prefix", "group", "right", "wrong"),
    [
        (INVARIANT, RULES, "i", 1, "(I33)", "(I34)"),
        (DESIGN_DECISION, DESIGN, "", 1, "docs/design-decisions.md, 22", "docs/design-decisions.md, 23"),
        (DECISION, RULES, "decision-", 2, "docs/rules.md, decision 16", "docs/rules.md, decision 17"),
    ],
)
def test_a_number_that_is_not_there_would_be_seen(
    pattern: re.Pattern[str], page: str, prefix: str, group: int, right: str, wrong: str
) -> None:
    """The tests above can fail."""
    assert _lost(pattern, page, prefix, group=group, texts={"x.py": right}) == []
    assert len(_lost(pattern, page, prefix, group=group, texts={"x.py": wrong})) == 1


def test_a_file_or_clause_that_is_not_there_would_be_seen() -> None:
    """The same for names."""
    assert not _is_there("bot/app.py", DOCUMENT.findall("see slack.md")[0])
    assert not (ROOT / FILE.findall("see bot/views.py")[0]).is_file()
    assert not set(_clauses("policy 5.1")) <= _anchors(POLICY)
