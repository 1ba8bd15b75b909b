"""The rules of the house: what is written down is true, and nothing leads back to one machine."""

import json
import re
import subprocess
import sys
import tokenize
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import yaml
from dotenv import dotenv_values
from jsonschema import Draft7Validator

from bot.config.settings import load_settings, setting_names

pytestmark = pytest.mark.docs

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-production.lock", "requirements-build.lock")
GENERATED = {".git", ".venv", ".demo", ".hypothesis", "build", "dist", "__pycache__"}
# Written in two halves, or this file would break its own rule.
REGISTRIES = ("py" + "pi.org", "python" + "hosted", "npm" + "js.", "un" + "pkg.", "js" + "delivr")
MACHINE = ("/ro" + "ot/", "/ho" + "me/", "/op" + "t/", "/wo" + "rk/")


SAYS_WHY = re.compile(r"(?:noqa(?:: [A-Z]+\d+(?:, ?[A-Z]+\d+)*)?|ignore\[[^\]]*\])\s+(?:-|#) (?!noqa)\S.*$")
"""A reason after the last exception of a line. Types take it behind another hash."""
LINES_BETWEEN_IMPORTS = 2


def _files() -> Iterator[tuple[str, str]]:
    for path in sorted(ROOT.rglob("*")):
        inside = path.relative_to(ROOT)
        made = any(part in GENERATED or part.endswith("_cache") for part in inside.parts)
        if path.is_file() and not made and inside.name not in {".env", "organisation.toml"}:
            yield str(inside), path.read_bytes().decode("utf-8", "replace")


def _product() -> Iterator[tuple[str, str]]:
    return ((name, text) for name, text in _files() if name.startswith(("bot", "services", "storage", "flows")))


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _project() -> dict[str, Any]:
    project: dict[str, Any] = tomllib.loads(_text("pyproject.toml"))["project"]
    return project


def _comments(name: str) -> Iterator[tuple[int, str]]:
    """Line and words of each comment in a module, all of one line together."""
    with (ROOT / name).open("rb") as file:
        found = [token for token in tokenize.tokenize(file.readline) if token.type == tokenize.COMMENT]
    yield from ((token.start[0], token.string) for token in found)


def _without_a_reason(comments: Iterator[tuple[int, str]]) -> list[int]:
    """Lines that silence a linter or the types and do not say why. Imports that stand together share their reason."""
    found, last_import = [], -1
    for line, words in comments:
        if re.search(r"#\s*(?:noqa|type:\s*ignore)", words):
            is_import = "PLC0415" in words
            shares = is_import and line - last_import <= LINES_BETWEEN_IMPORTS
            if not (shares or SAYS_WHY.search(words)):
                found.append(line)
            last_import = line if is_import else last_import
    return found


def test_every_exception_to_a_rule_says_why() -> None:
    """Whoever meets it knows whether it still holds: "# noqa: S603 - our own words"."""
    modules = [name for name, _ in _files() if name.endswith(".py")]
    bare = {name: _without_a_reason(_comments(name)) for name in modules}
    assert {name: lines for name, lines in bare.items() if lines} == {}


@pytest.mark.parametrize(
    "words", ["# noqa: S603", "# type: ignore[misc]", "# type: ignore[misc]  # noqa: S603", "# noqa"]
)
def test_an_exception_without_its_reason_would_be_seen(words: str) -> None:
    """The test above can fail, and is content with a reason."""
    assert _without_a_reason(iter([(1, words)])) == [1]
    assert _without_a_reason(iter([(1, f"{words} - it is ours")])) == []


@pytest.mark.parametrize("word", REGISTRIES + MACHINE)
def test_no_file_names_a_registry_or_a_machine(word: str) -> None:
    """Packages come from wherever the reader's own tools point, and paths are theirs."""
    assert [name for name, text in _files() if word in text] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_hashes_and_no_address(lock: str) -> None:
    """What is installed is exactly what was tested."""
    text = _text(lock)
    pins = re.split(r"\n(?=[a-z])", text.split("\n", 2)[2])
    assert "://" not in text
    assert [pin.split("==")[0] for pin in pins if "--hash=sha256:" not in pin] == []
    assert [pin.split("\n")[0] for pin in pins if "==" not in pin] == []


def test_production_installs_a_part_of_what_was_tested() -> None:
    """No version runs in production that the tests did not run on, and nothing that builds or tests."""
    tested, production, build = ({*re.findall(r"^\S+==\S+", _text(lock), re.MULTILINE)} for lock in LOCKS)
    assert production | build < tested
    assert not any(pin.startswith(("pytest", "aiohttp", "playwright", "hatchling")) for pin in production)
    assert any(pin.startswith("hatchling") for pin in build)


def test_the_lock_has_every_package_that_is_asked_for() -> None:
    """A dependency that was added and not locked is noticed here, not on somebody's first day."""
    extras = _project()["optional-dependencies"].values()
    asked = [*_project()["dependencies"], *(each for extra in extras for each in extra)]
    locked = set(re.findall(r"^(\S+)==", _text("requirements.lock"), re.MULTILINE))
    names = {re.split(r"[\[>]", each)[0].lower().replace("_", "-") for each in asked}
    assert names <= locked


def test_the_manifest_is_one_that_slack_accepts() -> None:
    """It can be pasted as it is: Slack's own schema has nothing against it."""
    schema = json.loads(_text("tests/data/manifest.schema.json"))
    found = Draft7Validator(schema).iter_errors(yaml.safe_load(_text("manifest.yml")))
    assert [error.message for error in found] == []


def test_every_scope_says_what_it_is_for() -> None:
    """Whoever approves the app reads a reason beside each thing it may do."""
    manifest = yaml.safe_load(_text("manifest.yml"))
    for scope in manifest["oauth_config"]["scopes"]["bot"]:
        assert re.search(rf"- {scope} # \w.*\.$", _text("manifest.yml"), re.MULTILINE), scope


def test_nobody_can_type_case_details_to_the_bot() -> None:
    """The messages tab is read-only and no history can be read."""
    manifest = yaml.safe_load(_text("manifest.yml"))
    assert manifest["features"]["app_home"]["messages_tab_read_only_enabled"] is True
    assert not any("history" in scope for scope in manifest["oauth_config"]["scopes"]["bot"])
    assert manifest["settings"]["event_subscriptions"]["bot_events"] == ["app_home_opened", "user_change"]


def test_the_env_example_has_every_setting_and_no_other() -> None:
    """Whoever sets it up finds each setting in one file."""
    assert set(dotenv_values(ROOT / ".env.example")) == set(setting_names())


def test_the_env_example_shows_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    """A value that stands in the example is the one that holds without it."""
    for name in setting_names():
        monkeypatch.delenv(name, raising=False)
    secrets = {
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_APP_TOKEN": "xapp-1",
        "SHARE_CHECK_KEYS": "A" * 43 + "=",
    }
    assert load_settings(ROOT / ".env.example", **secrets) == load_settings(None, **secrets)


def test_only_the_settings_read_the_environment() -> None:
    """What changes a run is listed in one place."""
    readers = [name for name, text in _product() if re.search(r"\bgetenv\b|\benviron\b", text)]
    assert readers in ([], ["bot/config/settings.py"])


def test_only_the_clock_reads_the_time() -> None:
    """A rehearsal moves every clock there is, by moving one."""
    now = re.compile(r"\b(datetime\.(utc)?now|date\.today|time\.time)\(")
    assert [name for name, text in _product() if now.search(text)] == ["bot/clock.py"]


def test_the_changelog_opens_with_this_version() -> None:
    """Nobody runs a version that has not said what changed."""
    newest = re.search(r"^## (\S+)", _text("CHANGELOG.md"), re.MULTILINE)
    assert newest
    assert newest[1] == _project()["version"]


def test_the_wheel_ships_everything_that_runs(tmp_path: Path) -> None:
    """An installed package needs no checkout beside it."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)  # noqa: S603 - our own words
    (wheel,) = tmp_path.glob("*.whl")
    shipped = set(ZipFile(wheel).namelist())
    packages = ("bot/", "flows/", "sandbox/", "services/", "storage/")
    expected = {name for name, _ in _files() if name.startswith(packages)}
    assert expected | {"bot/organisation.example.toml", "bot/manifest.yml"} <= shipped
    folders = {f"{name.partition('/')[0]}/" for name in shipped if ".dist-info/" not in name}
    assert folders == set(packages), "neither tests nor the simulation are shipped"


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", ".ci/run"])
def test_every_make_command_that_is_written_exists(page: str) -> None:
    """A reader can type what they read."""
    targets = set(re.findall(r"^([a-z]+):", _text("Makefile"), re.MULTILINE))
    written = re.findall(r"(?:`|^)make (?:--\S+ )?([a-z]+)", _text(page), re.MULTILINE)
    assert written
    assert set(written) <= targets


def test_before_a_commit_and_on_github_the_same_is_checked_as_here() -> None:
    """One script and one target; nothing is written twice that could differ."""
    (repository,) = yaml.safe_load(_text(".pre-commit-config.yaml"))["repos"]
    assert [hook["entry"].split()[-1] for hook in repository["hooks"]] == ["check"]
    steps = {name: _steps(name) for name in ("check", "release")}
    for each in steps.values():
        assert ".ci/run" in [step.get("run") for step in each]
        used = {step["uses"].partition("/")[0] for step in each if "uses" in step}
        assert used == {"actions"}, "nobody else's code sees the source or a token"
    assert "make release" in [step.get("run") for step in steps["release"]]


def _steps(workflow: str) -> list[dict[str, Any]]:
    (job,) = yaml.safe_load(_text(f".github/workflows/{workflow}.yml"))["jobs"].values()
    return list(job["steps"])


JOB = re.compile(r"^\| (?!job \|)([^|-][^|]*) \| (.*) \|$", re.MULTILINE)
MOST_OPENED, MOST_CHANGED = 34, 27
"""In all ten jobs; in the first layout they took 61 and 37."""


def test_ten_jobs_of_a_newcomer_take_few_files_and_each_is_there() -> None:
    """One feature in one place: who adds a file to a row of CONTRIBUTING.md should ask why it must be opened too."""
    table = _text("CONTRIBUTING.md").partition("## Where to change what")[2].partition("## How the code reads")[0]
    jobs = {job: re.findall(r"(\*\*)?`([^`]+)`", files) for job, files in JOB.findall(table)}
    assert len(jobs) == 10
    places = [place for files in jobs.values() for _, place in files if place != "organisation.toml"]
    assert [place for place in places if not (ROOT / place).exists()] == []
    assert len(places) <= MOST_OPENED
    assert sum(bool(bold) for files in jobs.values() for bold, _ in files) <= MOST_CHANGED
