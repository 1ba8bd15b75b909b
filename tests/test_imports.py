"""Who imports whom: no circles, and screens that know neither the database nor Slack's client."""

from __future__ import annotations

import ast
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("bot", "services", "storage", "flows")
FEATURES = (
    *("access_requests", "alarms", "breaches", "cases", "checks", "cover", "digest", "home", "practice", "records"),
    "retention",
)
NOT_SCREENS = frozenset(
    {
        *("listeners", "outgoing", "schedule"),
        *("access_requests.reader", "access_requests.release"),
        *("alarms.audience", "alarms.auditor", "alarms.broken_seal", "alarms.conditions", "alarms.heartbeat"),
        "alarms.record_watch",
        *("cases.aftercare", "cases.agencies", "cases.agreement", "cases.closing", "cases.corrections", "cases.gated"),
        "checks.entry_points",
        "checks.slow",
        "cover.gaps",
        "digest.content",
        "home.tab",
        "practice.drill",
        "records.over_time",
        *("records.encrypted_page", "records.export_contents", "records.pack_file"),
        "retention.due",
    }
)
"""Modules that read the store or speak to Slack, by name in any feature or in one; every other one is a screen."""
OPEN_TO_SCREENS = (
    "flows",
    "bot.config",
    "bot.check_view",
    "bot.fields",
    "bot.findings",
    "bot.words",
    "bot.slack.block_kit",
)


@cache
def _modules() -> Mapping[str, Path]:
    """Every module of the product by its dotted name."""
    paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    names = {path: ".".join(path.relative_to(ROOT).with_suffix("").parts) for path in paths}
    return {name.removesuffix(".__init__"): path for path, name in names.items() if "versions" not in path.parts}


@cache
def _imported(module: str) -> frozenset[str]:
    """What a module imports, wherever in it the import stands: our own by module, others by their first name."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(_modules()[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inside = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in _modules() else node.module for name in inside}
    return frozenset(name if name.partition(".")[0] in PACKAGES else name.partition(".")[0] for name in found)


def _folder(module: str) -> str:
    """The folder of bot/ that a module is in; of a module beside the folders, itself."""
    return ".".join(module.split(".")[:2])


def _circle(graph: Mapping[str, Iterable[str]]) -> list[str]:
    """A circle in it, from its start back to it; empty where there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return []


def _between_folders() -> dict[str, set[str]]:
    graph: dict[str, set[str]] = {}
    for module in (name for name in _modules() if name.startswith("bot.")):
        others = {_folder(name) for name in _imported(module) if name.startswith("bot.")}
        graph.setdefault(_folder(module), set()).update(others - {_folder(module)})
    return graph


def test_no_two_folders_of_the_bot_import_each_other() -> None:
    """Not even by way of others: each feature can be read, and taken away, with those above it alone."""
    folders = {name for name in _between_folders() if (ROOT / name.replace(".", "/")).is_dir()}
    assert folders >= {f"bot.{feature}" for feature in FEATURES}
    assert _circle({name: others & folders for name, others in _between_folders().items() if name in folders}) == []


MOST_MODULES = 20
TWO_MEANINGS = {"Channel", "Clock", "Condition", "ResponseUrls", "Sent"}
"""Class names in two places: Slack's words in the sandbox too, and a condition of a question or of the connection."""


def _of_ours() -> Iterator[Path]:
    for package in (*PACKAGES, "sandbox", "simulation"):
        yield from (path for path in sorted((ROOT / package).rglob("*.py")) if "versions" not in path.parts)


def test_no_folder_has_more_modules_than_a_reader_takes_in() -> None:
    """A folder that grew beyond it is two things."""
    modules = Counter(str(path.parent.relative_to(ROOT)) for path in _of_ours() if path.name != "__init__.py")
    assert {folder: count for folder, count in modules.items() if count > MOST_MODULES} == {}


def test_a_class_name_has_one_meaning() -> None:
    """Those with two are known, and are few."""
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in _of_ours())
    names = Counter(node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    assert {name for name, count in names.items() if count > 1 and not name.startswith("_")} == TWO_MEANINGS


def test_no_module_imports_itself_by_way_of_others() -> None:
    """Also not where the import stands in a function or for types alone."""
    assert _circle({module: _imported(module) & _modules().keys() - {module} for module in _modules()}) == []


def test_a_circle_would_be_found() -> None:
    """The tests above can fail."""
    assert _circle({"a": ["b"], "b": ["c"], "c": ["a"]})
    assert _circle({"a": ["b", "c"], "b": ["c"]}) == []


def _screens() -> list[str]:
    inside = [name for name in _modules() if name.count(".") > 1 and name.split(".")[1] in FEATURES]
    return [name for name in inside if not {name.split(".", 2)[2], name.split(".", 1)[1]} & NOT_SCREENS]


@pytest.mark.parametrize("screen", [*_screens(), "bot.check_view", "bot.fields", "bot.words"])
def test_a_screen_is_made_of_values_alone(screen: str) -> None:
    """What it shows is decided before it: it reads no store, asks Slack nothing and knows no other feature."""
    own = {name for name in _screens() if _folder(name) == _folder(screen)}
    others = {name for name in _imported(screen) if name not in own and name not in sys.stdlib_module_names}
    assert [name for name in sorted(others) if not any(f"{name}.".startswith(f"{ok}.") for ok in OPEN_TO_SCREENS)] == []


def test_every_module_that_is_no_screen_is_there() -> None:
    """A name that stays in the list after its module has gone would let a new one through."""
    inside = {".".join(name.split(".")[1:]) for name in _modules() if name.count(".") > 1}
    assert {name for name in NOT_SCREENS if "." in name} <= inside


def test_the_contracts_name_every_feature() -> None:
    """A new folder of bot/ has to say where it stands."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    (layers,) = (one for one in contracts if one.get("containers") == ["bot"])
    assert layers["exhaustive"]
    (registering,) = (one for one in contracts if one.get("source_modules") == ["bot.delivery"])
    assert {f"bot.{feature}" for feature in FEATURES} <= set(registering["forbidden_modules"])
