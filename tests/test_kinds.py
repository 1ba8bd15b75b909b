"""Kinds of events and of outbox rows are named by members of their enums, in `flows/events.py` and nowhere else."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from flows.events import OPENINGS, EventKind, OutboxKind

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = ("bot", "services", "storage", "flows", "simulation")
KINDS = frozenset(map(str, (*EventKind, *OutboxKind)))
OTHER_MEANINGS = {
    **dict.fromkeys(("remind_me", "talk_first", "not_shared_yet"), "a button"),
    **dict.fromkeys(("asked_lead", "stepped_aside"), "a column"),
}
"""Names made of several words that name something else as well. A single word may mean anything elsewhere."""
COINCIDENCES = {
    ("simulation/host.py", "stopped"): "how a process of the simulation ended",
    ("bot/cases/aftercare.py", "talk_first"): "the words that answer a press, by its button",
    ("bot/cases/aftercare.py", "not_shared_yet"): "the same",
}
"""Where words are used as kinds are, and no kind is meant."""
SQL = re.compile(r"\bwhat (=|<>|IN)[ (]+'")


@cache
def modules() -> dict[str, ast.Module]:
    """What ships and the simulation, without the enums themselves and the migrations, which stay as they were."""
    paths = [path for package in PRODUCT for path in sorted((ROOT / package).rglob("*.py"))]
    names = {str(path.relative_to(ROOT)): path for path in paths if "versions" not in path.parts}
    return {name: ast.parse(path.read_text("utf-8")) for name, path in names.items() if name != "flows/events.py"}


def _words(tree: ast.AST) -> Iterator[str]:
    """Every string literal; of one with holes, its parts."""
    return (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))


def _kind_in(node: ast.AST) -> Iterator[str]:
    return (word for word in _words(node) if word in KINDS)


def _is_of_a_kind(node: ast.AST) -> bool:
    """Whether it looks at what kind something is: `entry.what`, `events.c.what`, or a parameter of that name."""
    names = (getattr(each, "attr", getattr(each, "id", "")) for each in ast.walk(node))
    return "what" in names


def bare(tree: ast.Module) -> Iterator[str]:
    """Kinds named by a bare string, whatever else the word may mean elsewhere.

    Where a kind is compared or looked up, where a name is made of parts, in SQL, and in collections of nothing else.
    """
    for node in ast.walk(tree):
        match node:
            case ast.Compare() if _is_of_a_kind(node):
                yield from _kind_in(node)
            case ast.Call(func=ast.Attribute(attr="in_" | "not_in" | "startswith" | "count" | "get" as name)):
                about = node.func if name != "get" else node
                yield from (_kind_in(node) if _is_of_a_kind(about) else ())
            case ast.Subscript(value=ast.Dict() as table):
                yield from (_kind_in(table) if _is_of_a_kind(node.slice) else ())
            case ast.MatchValue(value=ast.Constant()) | ast.JoinedStr():
                yield from (word for word in _words(node) if word.startswith("opened_"))
            case ast.Tuple(elts=each) | ast.List(elts=each) | ast.Set(elts=each) | ast.Dict(keys=each) if len(each) > 1:
                literal = [word.value for word in each if isinstance(word, ast.Constant)]
                yield from (map(str, literal) if len(literal) == len(each) and KINDS.issuperset(literal) else ())
            case ast.Constant(value=str(text)) if SQL.search(text):
                yield text


def _compound(tree: ast.AST) -> Iterator[str]:
    return (word for word in _kind_in(tree) if "_" in word and word not in OTHER_MEANINGS)


def test_no_kind_is_named_by_a_bare_string() -> None:
    """A misspelt kind is an error of types, and whoever looks for a kind finds every place."""
    found = [(module, word) for module, tree in modules().items() for word in (*bare(tree), *_compound(tree))]
    assert [one for one in found if one not in COINCIDENCES] == []


@pytest.mark.parametrize(
    "line",
    [
        'entry.what == "led"',
        'entry.what in ("closed", EventKind.LED)',
        'what != "note"',
        'select(x).where(outbox.c.what == "page")',
        'select(x).where(outbox.c.what.in_(["page"]))',
        'not entry.what.startswith("note")',
        '{"led": 1, "page": 2}[entry.what]',
        '{"led": 1, 2: 2}.get(entry.what)',
        'f"opened_{verb}"',
        'frozenset({"closed", "note"})',
        "\"SELECT ts FROM outbox WHERE what = 'card'\"",
    ],
)
def test_a_bare_string_would_be_found(line: str) -> None:
    """Each way in which a kind was once named."""
    assert list(bare(ast.parse(line))) != []


@pytest.mark.parametrize(
    "line", ['button("Note", "note")', 'content["question"]', 'status == "sent"', '("reply", "agree")']
)
def test_a_word_that_means_something_else_is_let_be(line: str) -> None:
    """Buttons, keys and states have their own names."""
    assert list(bare(ast.parse(line))) == []


def test_every_kind_is_used() -> None:
    """No kind that nothing records or sends; a window's kind is made of the name of its button."""
    named = {
        node.attr
        for tree in modules().values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") in ("EventKind", "OutboxKind")
    }
    words = {word for tree in modules().values() for word in _words(tree)}
    buttons = {kind for kind in OPENINGS if kind.removeprefix("opened_") in words}
    unused = [kind for kind in (*EventKind, *OutboxKind) if kind.name not in named and kind not in buttons]
    assert unused == []
