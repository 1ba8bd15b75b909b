"""The container image, the compose file and the systemd unit: what they promise is what the program does."""

import configparser
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import yaml
from click.testing import CliRunner
from cryptography.fernet import Fernet

from bot.cli.main import main
from bot.config.organisation import example_organisation_path
from bot.config.settings import database_address, secret_names, setting_names
from bot.exit_codes import Exit
from sandbox import Workspace
from tests.harness import MANIFEST, ROOT, free_port
from tests.storage.records_with_secrets import environment

SOON = 40
IMAGE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yml").read_text(encoding="utf-8"))
UNIT = configparser.RawConfigParser(strict=False)
UNIT.optionxform = str  # type: ignore[assignment,method-assign] # systemd's names are in both cases
UNIT.read_string((ROOT / "share-check.service").read_text(encoding="utf-8"))
BOTS = ("one", "two")
TOOLS: dict[str, Any] = COMPOSE["services"]["tools"]
CLIENT = f"postgresql-client-{COMPOSE['services']['database']['image'].partition(':')[2]}"
DEBIAN_HAS = {"trixie": "17"}
"""Which PostgreSQL's programs each Debian has: packages.debian.org/trixie/postgresql-client."""


def _instructions(word: str) -> list[str]:
    """What stands after this word, in the stage that runs; continued lines joined."""
    last = IMAGE.rpartition("\nFROM ")[2]
    return re.findall(rf"^{word} ([^\\\n]*(?:\\\n[^\\\n]*)*)", f"FROM {last}", re.MULTILINE)


def _image_environment() -> dict[str, str]:
    words = " ".join(_instructions("ENV")).replace("\\\n", " ").split()
    return dict(word.split("=", 1) for word in words)


@pytest.mark.docs
def test_the_image_runs_without_privilege_and_installs_what_was_tested() -> None:
    """Not as root, and every package by its hash."""
    (user,) = _instructions("USER")
    assert int(user) > 0
    assert f"--uid {user} " in IMAGE
    for lock in ("build", "production"):
        assert f"--require-hashes -r requirements-{lock}.lock" in IMAGE
    assert all("/" not in base for base in re.findall(r"^FROM (\S+)", IMAGE, re.MULTILINE))
    assert not re.search(r"curl|wget|https?:", IMAGE)
    assert re.findall(r"apt-get install .*", IMAGE) == [f"apt-get install --yes --no-install-recommends {CLIENT} \\"], (
        "of Debian's packages the one that makes backups, and nothing else"
    )
    copied = [name for line in re.findall(r"^COPY (?!--from)(.*)$", IMAGE, re.MULTILINE) for name in line.split()[:-1]]
    assert [name for name in copied if not (ROOT / name).exists()] == []


def test_what_is_copied_into_the_image_is_enough_and_holds_no_secret(tmp_path: Path) -> None:
    """The package is built from exactly these files, and whatever else lies in the folder stays out."""
    first = IMAGE.partition("\nFROM ")[2].partition("\nFROM ")[0]
    copied = [name for line in re.findall(r"^COPY (.*)$", first, re.MULTILINE) for name in line.split()[:-1]]
    allowed = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()[1:]
    assert set(allowed) == {"*", *(f"!{name}" for name in copied)}
    assert allowed[0] == "*"
    for name in copied:
        place = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        place(ROOT / name, tmp_path / name)
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "made")]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)  # noqa: S603 - our own words
    (wheel,) = (tmp_path / "made").glob("*.whl")
    shipped = ZipFile(wheel).namelist()
    assert {
        "bot/cli/main.py",
        "services/reporting.py",
        "storage/migrations/versions/0001_first_tables.py",
        "bot/manifest.yml",
    } <= {*shipped}
    assert not [name for name in shipped if name.endswith((".env", ".db", ".backup"))]


@pytest.mark.docs
def test_what_the_image_runs_and_asks_are_commands_that_exist() -> None:
    """Its entry, its words and its health check."""
    assert _instructions("ENTRYPOINT") == ['["share-check"]']
    assert _instructions("CMD") == ['["serve"]']
    (check,) = _instructions("HEALTHCHECK")
    words = re.findall(r'"([^"]+)"', check)
    assert words[0] == "share-check"
    for command in (["serve"], words[1:]):
        assert CliRunner().invoke(main, [*command, "--help"]).exit_code == 0
    lock = (ROOT / "requirements-production.lock").read_text(encoding="utf-8")
    assert re.search(r"^psycopg", lock, re.MULTILINE)


@pytest.mark.docs
def test_every_setting_that_is_given_is_one() -> None:
    """In the image, in the compose file; the compose file gives no secret itself."""
    ours = [name for name in _image_environment() if name.startswith(("SHARE_CHECK_", "SLACK_"))]
    ours += [name for bot in (*BOTS, "tools") for name in COMPOSE["services"][bot]["environment"]]
    assert set(ours) <= {*setting_names(), *(f"{name}_FILE" for name in secret_names())}
    assert not set(ours) & set(secret_names())
    page = (ROOT / "docs" / "tasks" / "keep-it-running.md").read_text(encoding="utf-8")
    (url,) = re.findall(r'^echo "(postgresql:.*)" > database_url$', page, re.MULTILINE)
    assert database_address(url).startswith("postgresql+psycopg://")
    database = COMPOSE["services"]["database"]
    assert f"//{database['environment']['POSTGRES_USER']}:" in url
    assert url.endswith(f"@database/{database['environment']['POSTGRES_DB']}?sslmode=disable")


@pytest.mark.docs
def test_every_secret_is_a_file_in_the_containers() -> None:
    """Where .env is read, and where the settings and the database's own image name it; in no environment."""
    named = {"settings", "database_url", "database_password"}
    assert set(COMPOSE["secrets"]) == named
    given = {each["source"]: each["target"] for each in COMPOSE["services"]["one"]["secrets"] if isinstance(each, dict)}
    assert given == {"settings": f"{_instructions('WORKDIR')[0]}/.env"}
    environment_of = {**COMPOSE["services"]["one"]["environment"], **COMPOSE["services"]["database"]["environment"]}
    files = {value.removeprefix("/run/secrets/") for name, value in environment_of.items() if name.endswith("_FILE")}
    assert files == named - set(given)
    assert "env_file" not in str(COMPOSE)
    page = (ROOT / "docs" / "tasks" / "keep-it-running.md").read_text(encoding="utf-8")
    assert {each["file"] for each in COMPOSE["secrets"].values()} <= {*re.findall(r"\b(?:database_\w+)|\.env\b", page)}
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {each["file"] for each in COMPOSE["secrets"].values()} <= {*ignored}


@pytest.mark.docs
def test_both_instances_are_locked_down_alike() -> None:
    """Read-only, without privilege, with time to finish what they have begun, and after the database."""
    one, two = (COMPOSE["services"][bot] for bot in BOTS)
    assert one == two
    assert one["read_only"] is True
    assert one["cap_drop"] == ["ALL"]
    assert one["ulimits"] == {"core": 0}
    assert one["security_opt"] == ["no-new-privileges:true"]
    assert int(one["user"]) > 0
    assert one["user"] == _instructions("USER")[0]
    assert one["depends_on"]["database"]["condition"] == "service_healthy"
    assert COMPOSE["services"]["database"]["healthcheck"]["test"][1] == "pg_isready"
    assert "ports" not in str(COMPOSE["services"])


@pytest.mark.docs
def test_commands_have_a_place_of_their_own_beside_the_instances() -> None:
    """Locked down as they are, started by nobody but whoever types; what it writes goes to one folder outside."""
    one = COMPOSE["services"]["one"]
    assert TOOLS["profiles"] == ["tools"]
    assert TOOLS["restart"] == "no"
    own = {"profiles", "restart", "command", "volumes", "healthcheck"}
    assert {key: value for key, value in TOOLS.items() if key not in own} == {
        key: value for key, value in one.items() if key not in own
    }
    facts, backups = TOOLS["volumes"]
    assert facts in one["volumes"]
    assert (backups["type"], backups["target"]) == ("bind", "/backups")
    assert backups["bind"] == {"create_host_path": False}, "a disk that is not connected is an error, as on the page"
    assert CliRunner().invoke(main, [*TOOLS["command"], "--help"]).exit_code == 0


@pytest.mark.docs
def test_the_image_has_the_programs_of_the_servers_version() -> None:
    """pg_dump refuses a server that is newer than itself."""
    (debian,) = set(re.findall(r"^FROM \S+-slim-(\w+)", IMAGE, re.MULTILINE))
    assert f"postgresql-client-{DEBIAN_HAS[debian]}" == CLIENT
    assert CLIENT in _instructions("RUN")[0]


@pytest.mark.docs
def test_the_unit_reads_one_folder_and_writes_another() -> None:
    """The one where commands are typed; the database lies in the only other place it may write to."""
    service = UNIT["Service"]
    folder = service["WorkingDirectory"]
    assert "EnvironmentFile" not in service, "the program reads .env itself: no secret is in its environment"
    assert service["LimitCORE"] == "0"
    assert service["ExecStart"].startswith(f"{folder}/.venv/bin/share-check ")
    assert "ReadWritePaths" not in service
    page = (ROOT / "docs" / "tasks" / "keep-it-running.md").read_text(encoding="utf-8")
    (url,) = re.findall(r"^echo SHARE_CHECK_DATABASE_URL=(\S+) >> .env$", page, re.MULTILINE)
    assert url.startswith(f"sqlite:////var/lib/{service['StateDirectory']}/")


@pytest.mark.docs
def test_the_unit_starts_it_again_where_that_helps_and_only_there() -> None:
    """75 is the bot's own word for: start me afresh. 2 is: the settings are wrong."""
    service = UNIT["Service"]
    assert service["RestartForceExitStatus"] == str(int(Exit.DEAF))
    assert service["RestartPreventExitStatus"] == str(int(Exit.FIX_FIRST))
    assert service["Restart"] == "always"
    assert service["ExecStart"].split("/")[-1] == "share-check serve"
    for name in ("NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices"):
        assert service[name] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert service["User"] != "root"


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    with Workspace(manifest=MANIFEST) as workspace:
        yield workspace


@pytest.mark.timeout(120)
def test_two_instances_run_as_the_compose_file_has_them(
    workspace: Workspace, tmp_path: Path, empty_postgres_url: str
) -> None:
    """As plain processes on PostgreSQL, in folders they cannot write to, asked with the image's own health check."""
    organisation = tmp_path / "organisation.toml"
    organisation.write_text(example_organisation_path().read_text(encoding="utf-8"), encoding="utf-8")
    key = Fernet.generate_key().decode()
    secrets = {
        "SLACK_API_URL": workspace.api_url,
        "SLACK_BOT_TOKEN": workspace.bot_token,
        "SLACK_APP_TOKEN": workspace.app_token,
        "SLACK_SIGNING_SECRET": workspace.signing_secret,
        "SHARE_CHECK_KEYS": key,
    }
    (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in secrets.items()), encoding="utf-8")
    (tmp_path / "database_url").write_text(empty_postgres_url + "\n", encoding="utf-8")
    image = {name: value for name, value in _image_environment().items() if name in setting_names()}
    given = []
    for bot in BOTS:
        compose = COMPOSE["services"][bot]["environment"]
        here = {
            "SHARE_CHECK_DATABASE_URL_FILE": str(tmp_path / "database_url"),
            "SHARE_CHECK_ORGANISATION": str(organisation),
            "SHARE_CHECK_HEALTH": f"127.0.0.1:{free_port()}",
        }
        given.append(environment({**image, **compose, **here}))
        (tmp_path / bot).mkdir()
        shutil.copy(tmp_path / ".env", tmp_path / bot)
    programs = [_program("serve", each, tmp_path / bot) for each, bot in zip(given, BOTS, strict=True)]
    try:
        workspace.wait_for_bot(2, SOON)
        check = re.findall(r'"([^"]+)"', _instructions("HEALTHCHECK")[0])[1:]
        for each in given:
            assert _until_zero(check, each, tmp_path), "healthy"
            assert _until_zero([*check, "--ready"], each, tmp_path), "ready"
        staff = workspace.person("U0STAFF")
        assert staff.command("/share-check").acked
        staff.wait_for("Before you start", timeout=SOON)
        beside = [[path.name for path in (tmp_path / bot).iterdir()] for bot in BOTS]
        assert beside == [[".env"], [".env"]], "nothing is written beside them"
        for program in programs:
            _keeps_its_secrets(program.pid, (*secrets.values(), empty_postgres_url))
        programs[0].send_signal(signal.SIGTERM)
        assert programs[0].wait(SOON) == 0
        assert staff.press("No").acked
        staff.wait_for("Question 2", timeout=SOON)
        _backed_up(given[1], tmp_path)
        assert _run(check, given[0], tmp_path) == 1
        programs[1].send_signal(signal.SIGTERM)
        assert programs[1].wait(SOON) == 0
        said = [process.stderr.read() for process in programs if process.stderr]
        assert all(line.startswith('{"at": ') for text in said for line in text.splitlines())
    finally:
        for process in programs:
            process.kill()
            process.communicate()


def _keeps_its_secrets(process: int, secrets: tuple[str, ...]) -> None:
    """In no environment, and in no file of its memory after a crash."""
    place = Path(f"/proc/{process}")
    around = (place / "environ").read_text(encoding="utf-8")
    assert not [secret for secret in secrets if secret in around]
    (limit,) = re.findall(
        r"^Max core file size +(\d+) +(\d+)", (place / "limits").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert limit == ("0", "0")


def _backed_up(bot: dict[str, str], folder: Path) -> None:
    """As the page says, in the place for commands: beside the bot, tried, and known to doctor."""
    place = folder / "tools"
    place.mkdir()
    shutil.copy(folder / ".env", place)
    backups = folder / "backups"
    backups.mkdir()
    given = {**bot, **{name: bot[name] for name in TOOLS["environment"]}}
    assert _run(["backup", "--to", str(backups)], given, place) == 0
    (made,) = backups.glob("*.backup")
    assert _run(["restore", str(made), "--verify"], given, place) == 0
    assert _run(TOOLS["command"], given, place) == 0
    assert list(place.iterdir()) == [place / ".env"]


def _program(word: str, given: dict[str, str], folder: Path, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, "-m", "bot", word, *more], cwd=folder, env=given, stderr=subprocess.PIPE, text=True
    )


def _run(words: list[str], given: dict[str, str], folder: Path) -> int:
    command = [sys.executable, "-m", "bot", *words]
    return subprocess.run(command, cwd=folder, env=given, check=False, capture_output=True).returncode  # noqa: S603 - ours


def _until_zero(words: list[str], given: dict[str, str], folder: Path) -> bool:
    until = time.monotonic() + SOON
    while time.monotonic() < until:
        if _run(words, given, folder) == 0:
            return True
        time.sleep(0.2)
    return False


def test_whoever_waits_goes_on_only_once_it_is_so(tmp_path: Path) -> None:
    """Asked before anybody answers; not ready at first; then ready. Without --wait one look decides."""
    port = free_port()
    given = environment({"SHARE_CHECK_HEALTH": f"127.0.0.1:{port}"})
    assert _run(["healthy", "--ready"], given, tmp_path) == 1
    began = time.monotonic()
    assert _run(["healthy", "--ready", "--wait", "1"], given, tmp_path) == 1
    assert time.monotonic() - began >= 1
    waiting = _program("healthy", given, tmp_path, "--ready", "--wait", str(SOON))
    try:
        time.sleep(1)
        statuses = iter([503, 503])
        with _answering(port, lambda: next(statuses, 200)):
            assert waiting.wait(SOON) == 0
        assert next(statuses, None) is None
    finally:
        waiting.kill()
        waiting.communicate()


@contextmanager
def _answering(port: int, status: Callable[[], int]) -> Iterator[None]:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status() if self.path == "/readyz" else 404)
            self.end_headers()

    with HTTPServer(("127.0.0.1", port), Page) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield
        server.shutdown()
        thread.join()


def test_without_an_address_there_is_nobody_to_ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says which setting is missing."""
    monkeypatch.chdir(tmp_path)
    asked = CliRunner().invoke(main, ["healthy"], env=dict.fromkeys(setting_names()))
    assert asked.exit_code == 2
    assert "SHARE_CHECK_HEALTH" in asked.output
