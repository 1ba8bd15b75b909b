"""What a test may ask this machine for, which tests are quick, and one line at the end about what was missing."""

import gc
import os
import shutil
from pathlib import Path

import pytest

from tests import quick
from tests.postgres import find_programs
from tests.surfaces.slack_types import find_compiler

pytest_plugins = ["tests.databases", "tests.postgres_databases", "tests.surfaces.recording"]

MEMORY, ENOUGH = Path("/dev/shm"), 2**31  # noqa: S108 - bytes; folders in it are made by tempfile, for us alone
if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH:
    os.environ["TMPDIR"] = str(MEMORY)  # Databases are never read again: waiting for a disk would double the time.

NO_SKIPS = os.environ.get("SHARE_CHECK_NO_SKIPS") == "1"
CHROMIUM, POSTGRES, TYPESCRIPT = shutil.which("chromium"), find_programs(), find_compiler()
PACKAGES = {
    "chromium": (CHROMIUM, "chromium"),
    "postgres": (POSTGRES, "postgresql"),
    "typescript": (TYPESCRIPT, "nodejs npm && make setup"),
}
MISSING = {f"needs_{fixture}": package for fixture, (found, package) in PACKAGES.items() if not found}


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser; `playwright` starts it with executable_path."""
    return str(CHROMIUM)


@pytest.fixture(scope="session")
def typescript() -> str:
    """Path of TypeScript's compiler, which has Slack's types beside it."""
    return str(TYPESCRIPT)


@pytest.hookimpl(tryfirst=True)
def pytest_itemcollected(item: pytest.Function) -> None:
    """Mark a test with what it needs, so that -m can choose and skipping is one rule."""
    for fixture in set(item.fixturenames) & PACKAGES.keys():
        item.add_marker(f"needs_{fixture}")
    quick.mark(item)


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in MISSING.keys() & {each.name for each in item.iter_markers()}:
        pytest.skip(f"{MISSING[mark]} is not installed")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What may take longest begins first: at the end nobody waits for it."""
    usual = pytest.mark.timeout(config.getini("timeout")).mark
    items.sort(key=lambda item: -float((item.get_closest_marker("timeout") or usual).args[0]))


def pytest_collection_finish() -> None:
    """What was imported stays: the garbage collector need not look through it again and again."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if MISSING and terminalreporter.stats.get("skipped"):
        terminalreporter.line(f"To run what was skipped: apt install {' '.join(MISSING.values())}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if NO_SKIPS and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
