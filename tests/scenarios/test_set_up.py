"""docs/tasks/set-up.md, followed as a new user would, from an empty folder to the first /share-check.

Its commands are taken from the page itself and run as they stand there. What a person does on Slack's pages, the test
does in the sandbox: the app is made from the page's own link. `make setup` is run by whoever runs these tests; the
folder gets what it made.
"""

from __future__ import annotations

import json
import os
import pty
import re
import select
import shlex
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager, suppress
from itertools import takewhile
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from click.testing import CliRunner

from bot.cli.main import main
from bot.config.organisation import load_organisation
from bot.config.settings import load_settings, setting_names
from sandbox import Workspace

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "tasks" / "set-up.md").read_text(encoding="utf-8")
PATIENCE = 30.0
"""Seconds in which a program says the next thing, on a busy machine."""

TEN_MINUTES = 600.0
SHARE_CHECK = ".venv/bin/share-check"
INIT, DOCTOR, SERVE, DRILL = (f"{SHARE_CHECK} {word}" for word in ("init", "doctor", "serve", "drill"))
BEFORE = {name: value for name, value in os.environ.items() if name not in setting_names()}


def _commands() -> list[str]:
    return [block.strip() for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)]


def _typed_in_slack() -> list[str]:
    return [block.strip() for block in re.findall(r"```\n(/.*?)\n```", PAGE)]


def _manifest_of_the_link() -> str:
    """What Slack's form would hold after a press on the page's link."""
    (link,) = re.findall(r"\((https://api\.slack\.com/apps\?[^)\s]+)\)", PAGE)
    return yaml.safe_dump(json.loads(parse_qs(urlsplit(link).query)["manifest_json"][0]))


def _without_questions() -> str:
    return next(each for each in _commands() if "--no-questions" in each)


class Terminal:
    """A program at a terminal: what it says, and what is typed."""

    def __init__(self, command: str, folder: Path, environment: Mapping[str, str]) -> None:
        ours, theirs = pty.openpty()
        self._screen = ours
        self.said = ""
        self._read_to = 0
        self.process = subprocess.Popen(  # noqa: S603 - the page's own words
            ["/bin/sh", "-c", f"exec {command}"],
            cwd=folder,
            env={**BEFORE, **environment, "TERM": "dumb", "COLUMNS": "120"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)

    def wait_for(self, words: str) -> None:
        """Until it has said this, after whatever was waited for before."""
        until = time.monotonic() + PATIENCE
        while words not in self.said[self._read_to :]:
            assert time.monotonic() < until, f"no {words!r} in:\n{self.said}"
            if not self._hear(0.1) and self.process.poll() is not None:
                assert words in self.said[self._read_to :], f"no {words!r} before it ended:\n{self.said}"
        self._read_to = self.said.index(words, self._read_to) + len(words)

    def type(self, words: str) -> None:
        os.write(self._screen, f"{words}\n".encode())

    def answer(self, question: str, *answers: str) -> None:
        """Type these one after the other, each when it is asked."""
        for each in answers:
            self.wait_for(question)
            self.type(each)

    def end(self) -> int:
        """Everything it says until it ends."""
        until = time.monotonic() + PATIENCE
        while self.process.poll() is None or self._hear(0):
            assert time.monotonic() < until, self.said
            self._hear(0.05)
        os.close(self._screen)
        return self.process.returncode

    def stop(self) -> int:
        """Ctrl+C."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.end()

    def _hear(self, seconds: float) -> bool:
        if not select.select([self._screen], [], [], seconds)[0]:
            return False
        try:
            heard = os.read(self._screen, 65536)
        except OSError:  # the program has closed its side
            return False
        self.said += heard.decode("utf-8", "replace").replace("\r\n", "\n")
        return bool(heard)


class Newcomer:
    """Somebody with an empty folder, a Slack workspace and the page."""

    def __init__(self, folder: Path, workspace: Workspace) -> None:
        self.folder = folder
        self.workspace = workspace
        self.environment = {"SLACK_API_URL": workspace.api_url}

    def run(self, command: str, **more: str) -> tuple[int, str]:
        """How it ended and what it said, on one line. All but the bot itself runs in this process."""
        words = shlex.split(command.replace("\\\n", " "))
        given = list(takewhile(lambda word: "=" in word, words))
        program, *arguments = words[len(given) :]
        if program != SHARE_CHECK or "serve" in arguments:
            return self.run_program(command, **more)
        environment = {**self.environment, **more, **dict(one.split("=", 1) for one in given)}
        with chdir(self.folder):
            done = CliRunner().invoke(main, arguments, env={**dict.fromkeys(setting_names()), **environment})
        assert done.exception is None or isinstance(done.exception, SystemExit)
        return done.exit_code, " ".join(done.output.split())

    def run_program(self, command: str, **more: str) -> tuple[int, str]:
        """The same as a program of its own, started by a shell."""
        done = subprocess.run(  # noqa: S603 - the page's own words
            ["/bin/sh", "-c", command],
            cwd=self.folder,
            env={**BEFORE, **self.environment, **more},
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
            stdin=subprocess.DEVNULL,
        )
        assert "Traceback" not in done.stdout + done.stderr
        return done.returncode, " ".join((done.stdout + done.stderr).split())

    @contextmanager
    def at(self, command: str) -> Iterator[Terminal]:
        terminal = Terminal(command, self.folder, self.environment)
        try:
            yield terminal
        finally:
            with suppress(ProcessLookupError):
                os.killpg(terminal.process.pid, signal.SIGKILL)
            terminal.process.wait()

    def set_up(self, **change: str) -> tuple[int, str]:
        """The page's section Without questions, with some of it changed."""
        command = _without_questions()
        for old, new in (pair.split(" => ") for pair in change.values()):
            assert old in command
            command = command.replace(old, new)
        return self.run(command, **self.tokens)

    @property
    def tokens(self) -> dict[str, str]:
        return {"SLACK_BOT_TOKEN": self.workspace.bot_token, "SLACK_APP_TOKEN": self.workspace.app_token}


@pytest.fixture
def newcomer(tmp_path: Path) -> Iterator[Newcomer]:
    """In an empty folder, but for what `make setup` made. The bot is in no channel yet."""
    manifest = tmp_path / "slack.yml"
    manifest.write_text(_manifest_of_the_link(), encoding="utf-8")
    folder = tmp_path / "empty"
    folder.mkdir()
    (folder / ".venv").symlink_to(_installed())
    with Workspace(manifest=manifest) as workspace:
        workspace.leave("C0LEADS", "U0BOT")
        yield Newcomer(folder, workspace)


def _installed() -> Path:
    """Where `make setup` put share-check."""
    found = shutil.which("share-check", path=f"{ROOT / '.venv' / 'bin'}:{os.environ.get('PATH', '')}")
    assert found, "run make setup"
    return Path(found).parent.parent


def _invited(workspace: Workspace) -> None:
    """What happens when the line of step 4 is sent in the leads' channel."""
    assert _typed_in_slack()[0] == "/invite @share-check"
    workspace.join("C0LEADS", "U0BOT")


def test_the_page_has_the_commands_that_this_test_runs_and_no_other() -> None:
    """In the order of its steps."""
    commands = _commands()
    assert commands[:5] == ["make setup", INIT, DOCTOR, SERVE, DRILL]
    assert [each.split(" \\")[0] for each in commands[5:]] == [f"{INIT} --no-questions"]
    assert _typed_in_slack() == ["/invite @share-check", "/share-check"]
    assert len(re.findall(r"^## \d\. ", PAGE, re.MULTILINE)) == 8


@pytest.mark.timeout(180)
def test_from_an_empty_folder_to_the_first_check(newcomer: Newcomer, record_property: object) -> None:
    """All eight steps, with a mistake on the way wherever one is likely; each is answered with what to do."""
    began = time.monotonic()
    workspace = newcomer.workspace
    with newcomer.at(INIT) as terminal:
        _answer_everything(terminal, workspace)
        assert terminal.end() == 0
    _only_ours(newcomer.folder)
    assert "/invite @share-check" in terminal.said
    assert workspace.bot_token not in terminal.said
    key = load_settings(newcomer.folder / ".env").keys[0].get_secret_value()
    assert key not in terminal.said

    code, said = newcomer.run_program(DOCTOR)
    assert code == 0
    assert "it is not, so no page arrives there" in said
    assert "/invite @share-check" in said
    _invited(workspace)
    code, said = newcomer.run_program(DOCTOR)
    assert (code, "bot in the leads' channel: it is." in said) == (0, True)
    assert "there and back" in said

    with newcomer.at(SERVE) as bot:
        bot.wait_for("connected over Socket Mode")
        workspace.wait_for_bot(timeout=PATIENCE)
        staff = workspace.person("U0STAFF")
        assert staff.command(_typed_in_slack()[1]).acked
        staff.wait_for("Before you start", timeout=PATIENCE)
        code, said = newcomer.run_program(DRILL)
        assert code == 0, said
        workspace.person("U0LEAD1").wait_for("This is practice", timeout=PATIENCE)
        assert bot.stop() == 0
    assert "Traceback" not in bot.said
    took = time.monotonic() - began
    assert callable(record_property)
    record_property("seconds", round(took, 1))
    assert took < TEN_MINUTES / 5, "the commands alone must leave most of the ten minutes to the person"
    assert workspace.complaints == []


def _answer_everything(terminal: Terminal, workspace: Workspace) -> None:  # noqa: PLR0915 - one dialogue
    """As a beginner would, slips included: each is said at once, and asked again."""
    terminal.answer("The bot token", workspace.app_token)
    terminal.wait_for("that is the app token")
    terminal.answer("The bot token", workspace.bot_token)
    terminal.answer("The app token", workspace.app_token)
    terminal.answer("The channel ID", "safeguarding-leads")
    terminal.wait_for("is not a Slack channel ID")
    terminal.answer("The channel ID", "C0LEADS")
    terminal.answer("What is your organisation called?", "Our organisation")
    terminal.answer("Time zone", "London")
    terminal.wait_for("is not a time zone")
    terminal.answer("Time zone", "")
    terminal.answer("Whose bank holidays?", "")
    terminal.answer("Working hours", "9 to 5")
    terminal.wait_for("Write it like: monday-friday 08:30-17:00")
    terminal.answer("Working hours", "monday-thursday 08:30-17:00, friday 08:30-15:30")
    terminal.answer("Name", "Lead one")
    terminal.answer("Slack member ID", "lead.one@example.org")
    terminal.wait_for("is not a Slack member ID")
    _person(terminal, "U0LEAD1", "020 7946 0101", "lead.one@example.org")
    terminal.answer("Is there another lead?", "y")
    terminal.answer("Name", "Lead two")
    _person(terminal, "U0LEAD1", "020 7946 0102", "lead.two@example.org")
    terminal.wait_for("is already used by leads[1]")
    terminal.answer("Name", "Lead two")
    _person(terminal, "U0LEAD2", "020 7946 0102", "lead.two@example.org")
    terminal.answer("Is there another lead?", "")
    terminal.answer("Is there a deputy?", "y")
    terminal.answer("Name", "Deputy one")
    terminal.answer("Slack member ID", "U0DEPUTY")
    terminal.answer("Phone", "ask the office")
    terminal.wait_for("is not a phone number")
    terminal.answer("Phone", "020 7946 0103")
    terminal.answer("Email", "deputy.one@example.org")
    terminal.answer("Is there another deputy?", "")
    terminal.answer("Name", "Independent contact")
    _person(terminal, "U0INDEP", "020 7946 0101", "independent@example.org")
    terminal.wait_for("also reaches leads[1]")
    terminal.answer("Name", "Independent contact")
    _person(terminal, "U0INDEP", "020 7946 0104", "independent@example.org")
    terminal.answer("children's social care", "020 7946 0110")
    terminal.answer("its out-of-hours team:", "")
    terminal.answer("your council's adult social care", "020 7946 0113")
    terminal.answer("out-of-hours team for adults", "")
    terminal.answer("your council's LADO", "020 7946 0112")
    terminal.answer("whoever runs share-check", "U0ADMIN")
    terminal.answer("What people who are not your staff are told", "")
    terminal.answer("Does the statutory duty", "perhaps")
    terminal.wait_for("Write yes or no")
    terminal.answer("Does the statutory duty", "")
    terminal.answer("Who leads on data protection", "")
    terminal.answer("Who approves what is deleted?", "")
    terminal.answer("Mail server", "")
    terminal.wait_for("What to do next")


def _person(terminal: Terminal, slack: str, phone: str, email: str) -> None:
    terminal.answer("Slack member ID", slack)
    terminal.answer("Phone", phone)
    terminal.answer("Email", email)


def _only_ours(folder: Path) -> None:
    """Two files, the one with secrets for nobody else to read, and nothing left over."""
    made = {each.name: stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir() if each.name != ".venv"}
    assert made == {"organisation.toml": 0o644, ".env": 0o600}


def test_without_questions_the_same_files_are_made(newcomer: Newcomer) -> None:
    """The page's last command, as it stands there; then it starts, and says what is not as it should be."""
    code, said = newcomer.run_program(_without_questions(), **newcomer.tokens)
    assert code == 0, said
    _only_ours(newcomer.folder)
    organisation = load_organisation(newcomer.folder / "organisation.toml")
    assert [person.id for person in organisation.everyone] == ["lead-1", "lead-2", "deputy-1", "independent"]
    assert organisation.phones.out_of_hours == "020 7946 0111"
    settings = load_settings(newcomer.folder / ".env")
    assert settings.seal_key
    newcomer.workspace.change_person("U0INDEP", deactivated=True)
    with newcomer.at(SERVE) as bot:
        bot.wait_for("doctor: bot in the leads' channel: it is not")
        bot.wait_for("connected over Socket Mode")
        bot.wait_for("doctor: independent contact: the account is closed.")
        assert bot.stop() == 0
    assert "U0INDEP" not in bot.said


def _promised() -> list[str]:
    """What the page says that share-check says."""
    table = PAGE.partition("## When something is not as written here")[2].partition("## Afterwards")[0]
    return re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)


def _says(newcomer: Newcomer, *commands: str) -> str:
    return "\n".join(newcomer.run(command)[1] for command in commands)


def _without_an_administrator(newcomer: Newcomer) -> str:
    """The practice is sent all the same, goes its way, and is over when a lead answers."""
    newcomer.set_up()
    _invited(newcomer.workspace)
    lead = newcomer.workspace.person("U0LEAD1")
    with newcomer.at(SERVE) as bot:
        bot.wait_for("connected over Socket Mode")
        newcomer.workspace.wait_for_bot(timeout=PATIENCE)
        code, said = newcomer.run(DRILL)
        assert (code, "Slack has it" in said) == (0, True)
        lead.wait_for("Started", timeout=PATIENCE)
        assert "by share-check" in lead.text()
        assert lead.press("I will lead").acked
        lead.wait_for("is over", timeout=PATIENCE)
        assert bot.stop() == 0
    assert newcomer.workspace.complaints == []
    return said


def _with_a_lead_of_another_workspace(newcomer: Newcomer) -> str:
    newcomer.set_up(change="U0LEAD2 => U0ELSEWHERE")
    return _says(newcomer, DOCTOR)


def _with_swapped_tokens(newcomer: Newcomer) -> str:
    command = f"SLACK_BOT_TOKEN={newcomer.workspace.app_token} {INIT} --no-questions"
    return _says(newcomer, command)


def _set_up_twice(newcomer: Newcomer) -> str:
    newcomer.set_up()
    before = (newcomer.folder / ".env").read_bytes()
    said = newcomer.set_up()[1]
    assert (newcomer.folder / ".env").read_bytes() == before
    return said


def _with_half_a_token(newcomer: Newcomer) -> str:
    newcomer.set_up()
    command = f"SLACK_BOT_TOKEN=xoxb-half {INIT} --change tokens --no-questions --app-token xapp-half"
    code, said = newcomer.run(command)
    assert code == 0, said
    for words in (DOCTOR, SERVE):
        code, said = newcomer.run(words)
        assert code
        assert "init --change tokens" in said
    return said


def _without_add_scope(newcomer: Newcomer) -> str:
    newcomer.workspace.slack.app_scopes = ()
    newcomer.set_up()
    return _says(newcomer, SERVE)


def _with_two_apps(newcomer: Newcomer) -> str:
    newcomer.set_up()
    return _says(newcomer, f"SLACK_APP_TOKEN=xapp-1-A0OTHER-1-half {SERVE}")


def _with_a_public_channel(newcomer: Newcomer) -> str:
    newcomer.set_up(change="C0LEADS => C0GENERAL")
    code, said = newcomer.run(SERVE)
    assert (code, "Then start share-check again" in said) == (2, True)
    return said


def _not_invited(newcomer: Newcomer) -> str:
    newcomer.set_up()
    return _says(newcomer, DOCTOR)


def _from_an_older_manifest(newcomer: Newcomer) -> str:
    newcomer.set_up()
    object.__setattr__(newcomer.workspace.slack.manifest, "scopes", ("commands", "users:read", "groups:read"))
    said = newcomer.run(SERVE)[1]
    assert "Reinstall to Workspace" in said
    return said


def _without_a_network(newcomer: Newcomer) -> str:
    newcomer.set_up()
    newcomer.environment["SLACK_API_URL"] = "http://127.0.0.1:9/api/"
    return _says(newcomer, DOCTOR)


def _before_it_runs(newcomer: Newcomer) -> str:
    return str(newcomer.workspace.person("U0STAFF").command("/share-check").error)


MISTAKES: dict[str, Callable[[Newcomer], str]] = {
    "`that is the app token`": _with_swapped_tokens,
    "`is not a Slack member ID`": lambda one: one.set_up(change="U0LEAD1 => Lead one")[1],
    "`is not a Slack channel ID`": lambda one: one.set_up(change="C0LEADS => safeguarding-leads")[1],
    "`also reaches`": lambda one: one.set_up(change="020 7946 0104 => 020 7946 0101")[1],
    "`does not write over files`": _set_up_twice,
    "`There is no organisation.toml here`": lambda one: _says(one, f"{INIT} --add lead --no-questions"),
    "`Slack does not know the token`": _with_half_a_token,
    "`it lacks connections:write`": _without_add_scope,
    "`of another app than the bot token`": _with_two_apps,
    "`it is public`": _with_a_public_channel,
    "`it is not, so no page arrives there`": _not_invited,
    "`is missing. It is for this`": _from_an_older_manifest,
    "`there is no such account in this workspace`": _with_a_lead_of_another_workspace,
    "`The connection to Slack was refused`": _without_a_network,
    "`Nobody else is told`": _without_an_administrator,
    "`/share-check failed` in Slack": _before_it_runs,
    "`SHARE_CHECK_KEYS is not set`": lambda one: _says(one, SERVE),
}
IN_THE_MAKEFILE = "`Python is missing` or `needs Python 3.11`"


def test_the_page_explains_each_mistake_that_is_made_here() -> None:
    """And no other: what it promises is made to happen below, or stands in the Makefile."""
    assert set(_promised()) == {*MISTAKES, IN_THE_MAKEFILE}
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for words in re.findall(r"`(.*?)`", IN_THE_MAKEFILE):
        assert words in makefile


@pytest.mark.parametrize("row", MISTAKES)
def test_each_mistake_is_answered_as_the_page_says(newcomer: Newcomer, row: str) -> None:
    """The words of the table are the words on the screen."""
    (words,) = re.findall(r"`(.*?)`", row)
    assert words in MISTAKES[row](newcomer)


def test_adding_a_lead_as_its_page_says(newcomer: Newcomer) -> None:
    """docs/tasks/add-a-lead.md: its command, and what doctor says then."""
    page = (ROOT / "docs" / "tasks" / "add-a-lead.md").read_text(encoding="utf-8")
    blocks: Sequence[str] = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    (command,) = [each.strip() for each in blocks if "--no-questions" in each]
    newcomer.set_up()
    _invited(newcomer.workspace)
    code, said = newcomer.run(f".venv/bin/{command}")
    assert (code, "lead-3 is added" in said) == (0, True)
    assert "not in it: lead-3" in newcomer.run(DOCTOR)[1]
    newcomer.workspace.join("C0LEADS", "U0STAFF2")
    said = newcomer.run(DOCTOR)[1]
    assert "lead-3: has an account" in said
    assert "nobody who is not on the ladder" in said
