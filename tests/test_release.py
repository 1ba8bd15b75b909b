"""What `make release` builds: the same bytes from the same source, and a program that runs from that file alone."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import sysconfig
import time
import tomllib
import venv
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from bot.config.settings import setting_names
from bot.exit_codes import Exit
from sandbox import Workspace
from tests.harness import MANIFEST, ROOT, free_port

SOON = 40.0
BUILD = (sys.executable, "-m", "hatchling", "build", "-d")


def _build(folder: Path) -> dict[str, bytes]:
    """Build wheel and sdist as `make release` does. Return them by name."""
    given = {**os.environ, "SOURCE_DATE_EPOCH": "1780000000"}
    subprocess.run([*BUILD, str(folder)], cwd=ROOT, env=given, check=True, capture_output=True)  # noqa: S603 - our own words
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel into an environment of its own. Return its share-check.

    The libraries are those of the tests: a path to them makes none of our own source visible.
    """
    place = tmp_path_factory.mktemp("installed")
    _build(place / "dist")
    (wheel,) = (place / "dist").glob("*.whl")
    venv.create(place / "venv", symlinks=True)
    python = place / "venv" / "bin" / "python"
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*command, str(wheel)], check=True, capture_output=True)  # noqa: S603 - our own words
    (packages,) = (place / "venv" / "lib").glob("python*/site-packages")
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return place / "venv" / "bin" / "share-check"


def _run(program: Path, folder: Path, *words: str, **given: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if name not in {*setting_names(), "PYTHONPATH"}}
    command = [str(program), *words]
    return subprocess.run(  # noqa: S603 - our own words
        command, cwd=folder, env={**inherited, **given}, capture_output=True, text=True, timeout=SOON, check=False
    )


@contextmanager
def _running(program: Path, folder: Path, *words: str, **given: str) -> Iterator[Path]:
    """Run a command until the block ends. Yield the file that it writes to."""
    inherited = {name: value for name, value in os.environ.items() if name not in {*setting_names(), "PYTHONPATH"}}
    said = folder / f"{words[0]}.log"
    with said.open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own words
            [str(program), *words],
            cwd=folder,
            env={**inherited, **given},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            yield said
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGINT)
            process.wait(timeout=SOON)


def _connected(port: int) -> bool:
    """Return whether a demo's page is served at this port and its bot is connected."""
    with suppress(OSError, HTTPException), closing(HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
        connection.request("GET", "/sandbox/state")
        return bool(json.load(connection.getresponse())["bot"]["connections"])
    return False


def _waited_for(said: Path, words: str) -> str:
    """Wait until a log has these words. Return the line that has them."""
    until = time.monotonic() + SOON
    while time.monotonic() < until:
        for line in said.read_text("utf-8").splitlines():
            if words in line:
                return line
        time.sleep(0.1)
    raise AssertionError(said.read_text("utf-8"))


def test_the_same_source_makes_the_same_bytes(tmp_path: Path) -> None:
    """Whoever builds it again can compare the checksums."""
    assert _build(tmp_path / "one") == _build(tmp_path / "two")


def test_the_version_is_that_of_the_project(installed: Path, tmp_path: Path) -> None:
    """It stands in pyproject.toml and nowhere else."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert _run(installed, tmp_path, "--version").stdout.split()[-1] == version
    others = [path for folder in ("bot", "services", "storage", "flows") for path in (ROOT / folder).rglob("*.py")]
    assert [str(path) for path in others if re.search(rf'"{re.escape(version)}"', path.read_text("utf-8"))] == []


def test_the_demo_answers_and_a_second_one_leaves_the_first_alone(installed: Path, tmp_path: Path) -> None:
    """In one folder, from the built file alone: each with a folder and a port of its own."""
    with _running(installed, tmp_path, "demo") as first:
        one = int(re.findall(r":(\d+)/", _waited_for(first, "is ready"))[0])
        assert "Starting a workspace" in first.read_text("utf-8")
        first.rename(tmp_path / "first.log")
        with _running(installed, tmp_path, "demo") as second:
            two = int(re.findall(r":(\d+)/", _waited_for(second, "is ready"))[0])
            assert one != two
            assert _connected(one)
            assert _connected(two)
            assert len(list((tmp_path / ".demo").iterdir())) == 2
    with _running(installed, tmp_path, "demo") as third:
        _waited_for(third, "is ready")
        assert len(list((tmp_path / ".demo").iterdir())) == 1, "what the others left is deleted"


def test_doctor_and_serve_run_from_the_built_file(installed: Path, tmp_path: Path) -> None:
    """Against a workspace on the wire, on a database of their own."""
    example = next(installed.parents[1].glob("lib/python*/site-packages/bot/organisation.example.toml"))
    with Workspace(manifest=MANIFEST) as workspace:
        key = _run(installed, tmp_path, "keys", "new").stdout.strip()
        given = {
            "SLACK_API_URL": workspace.api_url,
            "SLACK_BOT_TOKEN": workspace.bot_token,
            "SLACK_APP_TOKEN": workspace.app_token,
            "SHARE_CHECK_DATABASE_URL": f"sqlite:///{tmp_path / 'share-check.db'}",
            "SHARE_CHECK_ORGANISATION": str(example),
            "SHARE_CHECK_KEYS": key,
            "SHARE_CHECK_HEALTH": f"127.0.0.1:{free_port()}",
        }
        looked = _run(installed, tmp_path, "doctor", **given)
        assert looked.returncode == Exit.DONE, looked.stdout + looked.stderr
        with _running(installed, tmp_path, "serve", **given) as said:
            _waited_for(said, "connected over Socket Mode")
            assert workspace.person("U0STAFF").command("/share-check").acked


def test_where_an_extra_is_missing_one_line_says_how_to_add_it(installed: Path, tmp_path: Path) -> None:
    """From the file that it was installed from, and from no index: the name there is nobody's of ours."""
    program = (
        "import sys; from bot import extras; extras.is_there = lambda _: False;"
        "from bot.cli.main import main; sys.argv[1:] = ['demo']; main()"
    )
    command = [str(installed.with_name("python")), "-c", program]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=SOON, check=False)  # noqa: S603 - our own words
    assert done.returncode == Exit.FIX_FIRST
    assert "Traceback" not in done.stderr
    assert re.search(r'pip install "\./share_check-[\d.]+-py3-none-any\.whl\[sandbox\]"', done.stderr)


@pytest.mark.docs
def test_nothing_tells_to_install_from_an_index() -> None:
    """Whoever takes a name there that we do not own would run code on these machines."""
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    code = [
        path for folder in ("bot", "services", "storage", "flows", "sandbox") for path in (ROOT / folder).rglob("*.py")
    ]
    wrong = re.compile(r"(?:pipx?|uv tool|uv pip) install +(?:--?\S+ +)*[\"'`]?share-check")
    assert [str(path) for path in (*pages, *code) if wrong.search(path.read_text("utf-8"))] == []
