"""Marks as `quick` every test whose module reaches no Slack, no server, no browser and no other program.

A test that asks for a time-out of its own takes long by its own account, and is not quick.

What a module reaches is read from what it imported, and so on through our own test modules: no list of tests to keep.
"""

from __future__ import annotations

import sys
from functools import cache
from types import ModuleType

import pytest

SLOW = {"sandbox.workspace", "subprocess"}
SLOW_LIBRARIES = {"aiohttp", "multiprocessing", "playwright"}


def mark(item: pytest.Function) -> None:
    """Mark a test, unless it, or this case of it, needs what may not be installed."""
    if any(each.name.startswith("needs_") or each.name == "timeout" for each in item.iter_markers()):
        return
    definitions = item._fixtureinfo.name2fixturedefs.values()  # noqa: SLF001 - there is no other way to ask
    made_in = {definition.func.__module__ for known in definitions for definition in known}
    if not any(_is_slow(name) for name in {item.module.__name__, *made_in}):
        item.add_marker("quick")


@cache
def _is_slow(name: str) -> bool:
    """Whether a module imported anything slow, or one of our test modules that did."""
    seen: set[str] = set()
    waiting = {name}
    while waiting:
        seen.add(name := waiting.pop())
        homes = {_home_of(value) for value in vars(sys.modules[name]).values()}
        if homes & SLOW or SLOW_LIBRARIES & {_top(home) for home in homes}:
            return True
        waiting |= {home for home in homes if _top(home) == "tests"} - seen
    return False


def _home_of(value: object) -> str:
    """Return the name of a module, or of the module in which something was defined."""
    return value.__name__ if isinstance(value, ModuleType) else str(getattr(value, "__module__", None) or "")


def _top(name: str) -> str:
    return name.partition(".")[0]
