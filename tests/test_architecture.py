"""docs/architecture.md shows the program as it is: its folders, and each function in the way of a press."""

import ast
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

pytestmark = pytest.mark.docs

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "architecture.md"
NAMED = re.compile(r"`([\w./-]+\.py)::([\w.]+)`")
PAGES = sorted((ROOT / "docs").rglob("*.md"))


@cache
def _defined(path: str) -> frozenset[str]:
    """Functions, classes and what is assigned in a module; methods and values of a class as Class.name."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(_names(tree.body, ""))


def _names(body: list[ast.stmt], before: str) -> list[str]:
    found: list[str] = []
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.append(before + node.name)
            if isinstance(node, ast.ClassDef):
                found += _names(node.body, f"{before}{node.name}.")
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        found += [before + target.id for target in targets if isinstance(target, ast.Name)]
    return found


def _lost(text: str) -> list[str]:
    """Names in a text that stand for nothing."""
    named = NAMED.findall(text)
    return [f"{path}::{name}" for path, name in named if not (ROOT / path).is_file() or name not in _defined(path)]


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_every_function_that_is_named_is_there(page: Path) -> None:
    """A newcomer who follows a page finds each step under the name it has there."""
    assert _lost(page.read_text(encoding="utf-8")) == []


def test_a_function_that_moved_away_would_be_noticed() -> None:
    """The test above can fail, by file, by function and by method."""
    for wrong in ("bot/nothing.py::card", "bot/checks/card.py::kard", "services/reporting.py::Reporting.shout"):
        assert _lost(f"see `{wrong}`") == [wrong]
    assert _lost("see `services/reporting.py::Reporting.answer`") == []


def test_the_whole_way_of_a_page_is_told() -> None:
    """From the command to the message in Slack, and to the next ask: through each package it crosses."""
    paths = [path for path, _ in NAMED.findall(PAGE.read_text(encoding="utf-8"))]
    assert {path.partition("/")[0] for path in paths} == {"bot", "services", "storage", "flows"}
    assert len(paths) >= 20


def test_every_folder_of_the_product_is_in_the_picture_or_the_table() -> None:
    """No part of it is a secret, and none that is gone is still shown."""
    text = PAGE.read_text(encoding="utf-8")
    quoted = set(re.findall(r"`([\w/]+?)/?`", text))
    lost = [
        f"{package}/{folder.name}"
        for package in ("bot", "storage", "flows")
        for folder in (ROOT / package).iterdir()
        if (folder / "__init__.py").is_file() and not {folder.name, f"{package}/{folder.name}"} & quoted
    ]
    assert lost == []
    picture = text.partition("```mermaid")[2].partition("```")[0]
    for package in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "root_packages"
    ]:
        assert package in picture
