"""What a test may ask this machine for, and one line at the end about what it could not give."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.postgres import find_programs

pytest_plugins = ["tests.databases"]

MEMORY, ENOUGH = Path("/dev/shm"), 2**31  # noqa: S108 - bytes; folders in it are made by tempfile, for us alone
if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH:
    os.environ["TMPDIR"] = str(MEMORY)  # Databases are never read again: waiting for a disk would double the time.

NO_SKIPS = os.environ.get("SHARE_CHECK_NO_SKIPS") == "1"
CHROMIUM, POSTGRES = shutil.which("chromium"), find_programs()
PACKAGES = {"needs_chromium": (CHROMIUM, "chromium"), "needs_postgres": (POSTGRES, "postgresql")}
MISSING = {mark: package for mark, (found, package) in PACKAGES.items() if not found}
NEEDS = {"chromium": "needs_chromium", "postgres": "needs_postgres"}


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser; `playwright` starts it with executable_path."""
    return str(CHROMIUM)


@pytest.hookimpl(tryfirst=True)
def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark a test with what its fixtures need, so that -m can choose and skipping is one rule."""
    for fixture in set(getattr(item, "fixturenames", ())) & NEEDS.keys():
        item.add_marker(NEEDS[fixture])


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in MISSING.keys() & {each.name for each in item.iter_markers()}:
        pytest.skip(f"{MISSING[mark]} is not installed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs the machine to itself comes last, when nobody else has anything to do."""
    items.sort(key=lambda item: item.get_closest_marker("alone") is not None)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """A test marked `alone` has the machine to itself; waiting for that does not count as its time.

    Whoever waits for the room stands in the door, so that those who come later do not go past them.
    """
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    if run is None:
        return (yield)
    place = Path(tempfile.gettempdir()) / f"share-check-turns-{run}"
    place.mkdir(exist_ok=True)
    with (place / "door").open("w") as door, (place / "room").open("w") as room:
        fcntl.flock(door, fcntl.LOCK_EX)
        fcntl.flock(room, fcntl.LOCK_EX if item.get_closest_marker("alone") else fcntl.LOCK_SH)
        fcntl.flock(door, fcntl.LOCK_UN)
        return (yield)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if MISSING and terminalreporter.stats.get("skipped"):
        terminalreporter.line(f"To run what was skipped: apt install {' '.join(MISSING.values())}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if NO_SKIPS and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
