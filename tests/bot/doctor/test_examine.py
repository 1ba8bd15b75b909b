"""share-check doctor: each line with what breaks it, against the sandbox, a real database and a real mail server."""

from __future__ import annotations

import json
import logging
import re
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from click.testing import CliRunner, Result
from cryptography.fernet import Fernet
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import OperationalError

from bot.app import web_client
from bot.cli.main import main
from bot.clock import SystemClock, clock_of
from bot.config.organisation import Organisation, example_organisation_path, load_organisation
from bot.config.settings import Settings, load_settings, setting_names
from bot.doctor import examine, machine, records, round_trip, settled, tokens
from bot.findings import Finding, State, worst_first
from bot.slack import manifest
from bot.slack.socket_mode import SlackAway, asking_slack
from sandbox import Workspace
from sandbox.blockkit.checker import LIMITS
from sandbox.wire.api import CONFIG_TOKEN
from storage.engine import unusable
from storage.engine.database import Database
from storage.errors import DatabaseAway
from storage.health import liveness
from tests.databases import sqlite_database
from tests.harness import MANIFEST, free_port
from tests.sandbox.bots import Bot
from tests.storage.builders import LEAD_ONE, REPORTER
from tests.storage.records_with_secrets import MARKS, NEW, OLD, damage, filled

EXAMPLE = load_organisation(example_organisation_path())
NOW = datetime(2027, 3, 1, 8, tzinfo=UTC)
FRESH = EXAMPLE.model_copy(update={"checked": date.max})
"""Read through just now, whenever a test is run."""
SENDER = "share-check@example.org"


class Place:
    """A workspace, a database and settings; `look` is the doctor."""

    def __init__(self, workspace: Workspace, folder: Path) -> None:
        self.workspace = workspace
        self.folder = folder
        self.url = f"sqlite:///{folder / 'share-check.db'}"
        self.settings: dict[str, str] = {
            "SLACK_API_URL": workspace.api_url,
            "SLACK_BOT_TOKEN": workspace.bot_token,
            "SLACK_APP_TOKEN": workspace.app_token,
            "SHARE_CHECK_DATABASE_URL": self.url,
            "SHARE_CHECK_ORGANISATION": str(example_organisation_path()),
            "SHARE_CHECK_KEYS": OLD,
        }
        self.organisation = FRESH

    def load(self) -> Settings:
        return load_settings(None, **self.settings)

    def look(self, *, is_online: bool = False, config_token: str | None = None) -> dict[str, Finding]:
        """Lines by name; of the gaps, which share one, the first."""
        settings = self.load()
        found = examine.examine(
            settings,
            self.organisation,
            web_client(settings),
            clock_of(settings.clock_file),
            is_online=is_online,
            config_token=config_token,
        )
        assert list(found) == list(worst_first(found))
        for each in found:
            assert each.state is State.OK or each.fix, f"no fix: {each}"
        return {each.name: each for each in reversed(found)}

    def at_start(self) -> dict[str, Finding]:
        settings = self.load()
        found = examine.at_start(settings, self.organisation, web_client(settings), clock_of(settings.clock_file))
        return {each.name: each for each in found}

    def command(self, *words: str, **change: str) -> tuple[int, str]:
        given = {**dict.fromkeys(setting_names()), **self.settings, **change}
        result = CliRunner().invoke(main, ["doctor", *words], env=given)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.output

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(main, words, env={**dict.fromkeys(setting_names()), **self.settings})

    def database(self) -> Database:
        return sqlite_database(self.folder / "share-check.db")

    def stamp(self, leave: Callable[[Any, datetime], object], at: datetime) -> None:
        database = self.database()
        with database.begin() as tx:
            leave(tx, at)
        database.close()

    def channel(self, **change: object) -> None:
        channel = self.workspace.slack.world.channels["C0LEADS"]
        for name, value in change.items():
            setattr(channel, name, value)

    def scopes(self, *names: str) -> None:
        self.workspace.slack.manifest = replace(self.workspace.slack.manifest, scopes=names)


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    with Workspace(manifest=MANIFEST) as workspace:
        yield workspace


@pytest.fixture
def place(workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    for name in (*setting_names(), "SLACK_CONFIG_TOKEN", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return Place(workspace, tmp_path)


def _says(found: Finding, state: State, *words: str) -> None:
    assert found.state is state, found
    for each in words:
        assert each in f"{found.words} {found.fix}", found


# All is well


def test_where_all_is_well_each_line_says_so(place: Place) -> None:
    """A database with a backup of tonight, everybody there, a mail server that answers: not one line to act on."""
    place.stamp(liveness.backed_up, SystemClock().now())
    with _mail_server(place):
        found = place.look(is_online=True, config_token=CONFIG_TOKEN)
    assert {name: str(each.state) for name, each in found.items() if each.state is not State.OK} == {}
    assert {
        *("bot token", "app token", "scopes", "clock", "leads' channel", "bot in the leads' channel"),
        *("members of the leads' channel", "lead-1", "lead-2", "deputy-1", "independent contact", "time zone"),
        "data-protection",
        *("Socket Mode", "database", "backup", "keys", "mail server", "database folder", "facts", "cards", "manifest"),
        "old messages",
    } == found.keys()
    assert place.workspace.complaints == []


# Tokens and scopes


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SLACK_BOT_TOKEN", "xapp-hush", "that is the app token"),
        ("SLACK_APP_TOKEN", "xoxb-hush", "that is the bot token"),
        ("SLACK_BOT_TOKEN", "xoxp-hush", "a person's own token"),
        ("SLACK_BOT_TOKEN", "", "SLACK_BOT_TOKEN is not set"),
        ("SHARE_CHECK_KEYS", "", "SHARE_CHECK_KEYS is not set"),
        ("SHARE_CHECK_KEYS", "hush", "is not a key"),
    ],
)
def test_tokens_and_keys_of_the_wrong_kind_are_fatal(place: Place, name: str, value: str, words: str) -> None:
    """Said before Slack is asked, and without the token."""
    code, said = place.command(**{name: value})
    assert code == 1
    assert said.startswith("fatal")
    assert words in " ".join(said.split())
    assert "hush" not in said
    assert place.workspace.requests == []


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [("SLACK_BOT_TOKEN", "xoxb-elsewhere", "bot token"), ("SLACK_APP_TOKEN", "xapp-elsewhere", "app token")],
)
def test_a_token_that_slack_does_not_know_is_fatal(place: Place, name: str, value: str, line: str) -> None:
    """At the start too, in the same words."""
    place.settings[name] = value
    _says(place.look()[line], State.FATAL, "Slack does not know the token", "share-check init --change tokens")
    assert place.at_start()[line] == place.look()[line]


def test_an_app_token_without_its_scope_is_fatal(place: Place) -> None:
    """Add Scope was not pressed when it was made."""
    place.workspace.slack.app_scopes = ("authorizations:read",)
    _says(place.look()["app token"], State.FATAL, "it lacks connections:write", "Make one with connections:write")


@pytest.mark.parametrize(("app", "state"), [("A0OTHER", State.FATAL), ("A0SANDBOX", State.OK)])
def test_tokens_of_two_apps_are_fatal(tmp_path: Path, app: str, state: State) -> None:
    """Made twice, and a token copied from each: everything would look well, and no press would arrive."""
    with Workspace(manifest=MANIFEST, app_token=f"xapp-1-{app}-123-hush") as workspace:
        place = Place(workspace, tmp_path)
        found = place.look()["app token"]
        assert place.at_start()["app token"] == found
    assert found.state is state
    assert ("another app" in found.words) == (state is State.FATAL)
    assert "hush" not in found.sentence


@pytest.mark.parametrize(
    ("granted", "state", "words"),
    [
        (("commands", "users:read", "groups:read"), State.FATAL, "chat:write is missing"),
        (("chat:write", "users:read", "groups:read"), State.FATAL, "commands is missing"),
        (("commands", "chat:write", "groups:read"), State.WARNING, "users:read is missing"),
        (("commands", "chat:write", "users:read"), State.WARNING, "groups:read is missing"),
        (
            ("commands", "chat:write", "users:read", "groups:read", "files:read"),
            State.WARNING,
            "may do more than it needs: files:read",
        ),
    ],
)
def test_scopes_that_differ_from_the_manifest_are_said(
    place: Place, granted: tuple[str, ...], state: State, words: str
) -> None:
    """An app from an older manifest: press Reinstall to Workspace."""
    place.scopes(*granted)
    _says(place.look()["scopes"], state, words, "Reinstall to Workspace")
    assert place.at_start()["scopes"].state is state


# Socket Mode


def test_socket_mode_that_carries_nothing_is_noticed(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """It connects, as through some proxies, and no ping is answered."""
    monkeypatch.setattr(round_trip.there_and_back, "__defaults__", (1.0,))
    place.workspace.faults.deaf = True
    _says(place.look()["Socket Mode"], State.WARNING, "nothing came over it", "wss-primary.slack.com")


def test_socket_mode_that_cannot_be_opened_is_noticed() -> None:
    """A firewall that lets the Web API through, and nothing else."""
    found = round_trip.there_and_back(f"ws://127.0.0.1:{free_port()}/link/?ticket=1", None, 1)
    _says(found, State.WARNING, "could not be opened", "port 443")


def test_another_program_with_the_same_app_token_is_noticed(place: Place) -> None:
    """It would take some of the presses."""
    other = Bot(place.workspace)
    other.connect()
    try:
        _says(place.look()["Socket Mode"], State.WARNING, "another program is connected", "Stop the other one")
    finally:
        other.stop()


def test_beside_a_running_bot_no_connection_is_opened(place: Place) -> None:
    """A press that came to us would be lost: its own watch has left word."""
    now = SystemClock().now()
    place.stamp(liveness.beat, now)
    place.stamp(liveness.connected, now)
    before = place.workspace.slack.tickets
    _says(place.look()["Socket Mode"], State.OK, "the running bot is connected")
    assert before.connections == 0
    assert len(place.workspace.calls("apps.connections.open")) == 1, "to try the token; the address is not used"


@pytest.mark.parametrize("ago", [None, timedelta(hours=2)])
def test_a_running_bot_that_slack_does_not_reach_is_noticed(place: Place, ago: timedelta | None) -> None:
    """Deaf since then, or since it started."""
    now = SystemClock().now()
    place.stamp(liveness.beat, now)
    if ago:
        place.stamp(liveness.connected, now - ago)
    since = f"since {now - ago:%Y-%m-%d %H:%M}" if ago else "since it started"
    _says(place.look()["Socket Mode"], State.WARNING, since, "Restart share-check serve")


# The leads' channel


def test_a_public_leads_channel_is_fatal(place: Place) -> None:
    """Everybody would see who raised a check."""
    place.channel(kind="public")
    _says(place.look()["leads' channel"], State.FATAL, "it is public", "Change to a private channel")
    assert place.at_start()["leads' channel"].state is State.FATAL


def test_a_leads_channel_shared_with_another_organisation_is_fatal(place: Place) -> None:
    """They would see it too."""
    place.channel(shared=True)
    _says(place.look()["leads' channel"], State.FATAL, "shared with another organisation", "stop sharing it")


@pytest.mark.parametrize("how", ["not in it", "not there"])
def test_a_bot_that_is_not_in_the_channel_is_told_to_be_invited(place: Place, how: str) -> None:
    """No page arrives there; it starts all the same, as the leads get direct messages."""
    if how == "not in it":
        place.workspace.leave("C0LEADS", "U0BOT")
    else:
        place.organisation = FRESH.model_copy(update={"leads_channel": "C0NOWHERE"})
    found = place.look()
    _says(found["bot in the leads' channel"], State.WARNING, "/invite @share-check", "init --change channel")
    _says(found["leads' channel"], State.UNCHECKED, "/invite @share-check")
    assert examine.fatal(place.at_start().values()) == []


@pytest.mark.parametrize("who", ["U0STAFF", "U0GUEST", "U0OTHER", "U0ADMIN"])
def test_whoever_does_not_belong_in_the_channel_is_noticed(place: Place, who: str) -> None:
    """Staff, guests, people from elsewhere, and whoever runs the bot: they would see every page."""
    place.workspace.join("C0LEADS", who)
    found = place.look()["members of the leads' channel"]
    _says(found, State.WARNING, "there is 1 account that is neither", "remove whoever does not belong")
    assert found.slack_ids == (who,)
    assert who not in found.sentence


def test_a_lead_who_is_not_in_the_channel_is_noticed(place: Place) -> None:
    """They do not see who answered."""
    place.workspace.leave("C0LEADS", "U0LEAD2")
    _says(place.look()["members of the leads' channel"], State.WARNING, "not in it: lead-2", "invite them")


# People


@pytest.mark.parametrize("person", ["lead-1", "deputy-1", "independent contact"])
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"deactivated": True}, "the account is closed"),
        ({"guest": True}, "the account is a guest's"),
        ({"stranger": True, "team_id": "T0ELSEWHERE"}, "of another workspace than ours"),
        (None, "there is no such account"),
    ],
)
def test_somebody_on_the_ladder_who_cannot_answer_is_noticed(
    place: Place, person: str, change: dict[str, object] | None, words: str
) -> None:
    """Closed, a guest, from elsewhere, or mistyped; the independent contact is looked at like everybody."""
    account = {"lead-1": "U0LEAD1", "deputy-1": "U0DEPUTY", "independent contact": "U0INDEP"}[person]
    if change is None:
        del place.workspace.slack.world.people[account]
    else:
        place.workspace.change_person(account, **change)
    found = place.look()[person]
    _says(found, State.WARNING, words, "Copy member ID", "share-check init --change")
    assert account not in found.sentence


def test_somebody_without_a_second_channel_is_noticed(place: Place) -> None:
    """Others have one; they would not be asked while Slack is away."""
    place.settings["SHARE_CHECK_NOTIFY"] = json.dumps(
        {"lead-1": "json://127.0.0.1/hush", "deputy-1": "json://127.0.0.1"}
    )
    found = place.look()
    _says(found["lead-1"], State.OK, "can be asked by push too")
    _says(found["lead-2"], State.WARNING, "no second channel", "init --change mail")
    _says(found["independent contact"], State.WARNING, "no second channel")


def test_where_nobody_has_a_second_channel_it_is_said_once(place: Place) -> None:
    """One line rather than one for each."""
    found = place.look()
    _says(found["second channel"], State.WARNING, "When Slack is away, pages wait", "init --change mail")
    assert found["lead-1"].state is State.OK


def test_without_an_independent_contact_nothing_starts(place: Place) -> None:
    """Concerns about the leads would have nowhere to go."""
    file = place.folder / "ours.toml"
    lines = example_organisation_path().read_text(encoding="utf-8")
    before, _, rest = lines.partition("[independent_contact]")
    file.write_text(before + rest.partition("\n\n")[2], encoding="utf-8")
    code, said = place.command(SHARE_CHECK_ORGANISATION=str(file))
    assert code == 1
    assert said.startswith("fatal")
    assert "independent_contact is missing" in said


# Records


def test_a_database_that_is_not_there_yet_is_not_made_by_looking(place: Place) -> None:
    """That is for serve to do."""
    found = place.look()
    _says(found["database"], State.GAP, "there is none yet", "share-check serve")
    _says(found["backup"], State.GAP, "nothing to back up")
    assert list(place.folder.iterdir()) == []


def test_a_database_without_tables_is_none_yet(place: Place) -> None:
    """An empty file, as another program may leave: it is not of another version."""
    (place.folder / "share-check.db").touch()
    found = place.look()
    _says(found["database"], State.GAP, "there is none yet", "share-check serve")
    _says(found["backup"], State.GAP, "nothing to back up")
    assert found["keys"].state is State.OK


@pytest.mark.parametrize("url", ["postgresql://us:hush@127.0.0.1:9/db", "sqlite:///folder/a-file.db"])
def test_a_database_that_cannot_be_opened_is_fatal(place: Place, url: str) -> None:
    """Without its password in the words."""
    (place.folder / "folder").mkdir()
    (place.folder / "folder" / "a-file.db").write_bytes(b"not a database at all" * 100)
    place.settings["SHARE_CHECK_DATABASE_URL"] = url
    found = place.look()["database"]
    _says(found, State.FATAL, "The database", "SHARE_CHECK_DATABASE_URL")
    assert "hush" not in found.sentence


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            "connection failed: connection to server at 127.0.0.1, port 5432 failed: Connection refused",
            "does not answer",
        ),
        ('FATAL:  password authentication failed for user "us"', "does not know this user"),
        ('FATAL:  database "db" does not exist', "has no database of this name"),
        (
            'FATAL:  no pg_hba.conf entry for host "10.0.0.7", user "us", database "db", no encryption',
            "lets this user in from nowhere near here",
        ),
        ("failed to resolve host 'nowhere': Name or service not known", "no machine of its name"),
    ],
)
def test_each_way_in_which_a_server_refuses_has_its_own_sentence(said: str, words: str) -> None:
    """The same for doctor, serve and every command; the first and the last may pass, the others do not."""
    found = unusable.not_ready(OperationalError("SELECT 1", None, Exception(said)))
    assert words in str(found)
    assert isinstance(found, DatabaseAway) == ("does not answer" in str(found))
    assert "us" not in re.findall(r"\w+", str(found))


# This machine, at the start


def test_a_folder_that_is_missing_is_fatal_for_doctor_and_for_serve(place: Place) -> None:
    """SQLite makes files, and no folder."""
    place.settings["SHARE_CHECK_DATABASE_URL"] = f"sqlite:///{place.folder}/missing/share-check.db"
    found = place.look()["database folder"]
    _says(found, State.FATAL, "there is no such folder", "Make the folder")
    assert found.sentence in place.run("serve").output


def test_a_port_that_is_taken_is_fatal_unless_the_running_bot_has_it(place: Place) -> None:
    """Doctor says before the start what serve would say; beside a running bot its own port is no trouble."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        place.settings["SHARE_CHECK_HEALTH"] = f"127.0.0.1:{port}"
        found = place.look()[f"port {port}"]
        _says(found, State.FATAL, "SHARE_CHECK_HEALTH names", "Stop what uses it")
        assert found.sentence in place.run("serve").output
        place.stamp(liveness.beat, SystemClock().now())
        assert f"port {port}" not in place.look()


@pytest.mark.parametrize(("mode", "state"), [(0o600, State.OK), (0o640, State.OK), (0o644, State.WARNING)])
def test_secrets_that_others_can_read_are_noticed(place: Place, mode: int, state: State) -> None:
    """As when .env was copied, or unpacked."""
    (place.folder / ".env").touch()
    (place.folder / ".env").chmod(mode)
    found = place.look()[".env"]
    assert found.state is state
    assert found.fix == ("" if state is State.OK else "Run: chmod o= .env")


def test_a_file_of_certificates_that_is_not_one_is_fatal(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """A network's own certificate, named and not there: nothing could be trusted."""
    monkeypatch.setenv("SSL_CERT_FILE", str(place.folder / "none.pem"))
    assert [each.name for each in machine.this_machine(place.load()) if each.state is State.FATAL] == ["certificates"]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (URLError(ssl.SSLCertVerificationError("self-signed")), "machine trusts"),
        (URLError(OSError("Tunnel connection failed: 407 Proxy Authentication Required")), "HTTPS_PROXY"),
        (URLError(socket.gaierror()), "cannot find Slack's address"),
        (URLError(ConnectionRefusedError()), "was refused"),
        (TimeoutError(), "in time"),
        (ValueError(), "did not answer"),
    ],
)
def test_each_way_in_which_slack_is_away_has_its_own_words(error: Exception, words: str) -> None:
    """And its own fix."""
    with pytest.raises(SlackAway, match=re.escape(words)) as away, asking_slack():
        raise error
    assert away.value.why.fix


def test_a_proxy_that_refuses_is_not_called_slack(monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind one, nothing else is reached."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    with pytest.raises(SlackAway, match="proxy in HTTPS_PROXY"), asking_slack():
        WebClient("xoxb-1", timeout=5, retry_handlers=[]).auth_test()


def test_slack_that_asks_to_wait_is_not_called_away(place: Place) -> None:
    """429 is an answer."""
    place.workspace.faults.ratelimit("auth.test", times=None)
    _says(place.look()["Slack"], State.UNCHECKED, "asks to wait", "429")


def test_a_database_that_takes_no_writes_is_fatal(place: Place) -> None:
    """A disk that is full or read-only; here the connections are."""
    place.database().close()
    store = Database(place.url)
    event.listen(store.engine, "connect", _read_only)
    _says(records.database(store), State.FATAL, "cannot be written", "disk is not full")
    store.close()


def _read_only(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA query_only = 1")


def test_a_database_of_another_version_is_noticed(place: Place) -> None:
    """The next start brings it up to date; a backup first."""
    database = place.database()
    with database.begin() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    database.close()
    _says(place.look()["database"], State.WARNING, "not of this version", "restart share-check serve")


def test_a_database_without_a_backup_is_noticed_until_one_is_made(place: Place) -> None:
    """share-check backup leaves word, and how old it is is said."""
    place.database().close()
    _says(place.look()["backup"], State.WARNING, "never been run", "share-check backup --to")
    (place.folder / "backups").mkdir()
    given = {**dict.fromkeys(setting_names()), **place.settings}
    result = CliRunner().invoke(main, ["backup", "--to", "backups"], env=given)
    assert (result.exit_code, result.stderr) == (0, "")
    with closing(place.database()) as database, database.read() as tx:
        made = liveness.last_backup(tx)
    _says(place.look()["backup"], State.OK, f"the last one is of {made:%Y-%m-%d %H:%M} UTC.")
    place.stamp(liveness.backed_up, SystemClock().now() - timedelta(days=3))
    _says(place.look()["backup"], State.WARNING, "3 days ago", "Find out why it stopped")


def test_keys_of_another_installation_are_fatal(place: Place) -> None:
    """Nothing opens: the bot would seal new checks with a key that the old ones do not know."""
    database = place.database()
    filled(database)
    database.close()
    place.settings["SHARE_CHECK_KEYS"] = NEW
    _says(place.look()["keys"], State.FATAL, "no check in the database opens", "where you keep them apart")


def test_keys_that_open_only_some_checks_are_noticed(place: Place) -> None:
    """With how many are shut, and no reference. One somebody waits for is the worst; it keeps no bot from starting."""
    database = place.database()
    filled(database)
    filled(database, NEW)
    database.close()
    words = ("2 of 4 checks open with none", "2 of them are still open", "docs/tasks/change-the-keys.md")
    _says(place.look()["keys"], State.FATAL, *words)
    assert place.command()[0] == 1
    database = place.database()
    known = [OLD]
    (starting,) = records.keys(database, known, is_starting=True)
    _says(starting, State.WARNING, *words)
    assert len(starting.refs) == 2
    with database.begin() as tx:
        tx.execute(text("UPDATE checks SET status = 'sent'"))
        tx.execute(text("UPDATE cases SET status = 'closed'"))
    database.close()
    _says(place.look()["keys"], State.WARNING, "2 of 4 checks open with none", "docs/tasks/change-the-keys.md")
    place.settings["SHARE_CHECK_KEYS"] = f"{OLD},{NEW}"
    _says(place.look()["keys"], State.GAP, "they open every check", "share-check keys rotate")
    place.settings["SHARE_CHECK_KEYS"] = f"{Fernet.generate_key().decode()},{OLD},{NEW}"
    assert place.look()["keys"].state is State.GAP


# This machine


@pytest.mark.parametrize(("seconds", "way"), [(3600, "behind"), (-3600, "ahead of")])
def test_a_clock_that_is_wrong_is_noticed(place: Place, seconds: float, way: str) -> None:
    """By the time in Slack's own answers."""
    place.workspace.forward(seconds)
    found = place.look()["clock"]
    _says(found, State.WARNING, way, "timedatectl set-ntp true")
    assert "59 minutes" in found.words or "60 minutes" in found.words


def test_over_http_a_clock_that_is_wrong_is_fatal(place: Place) -> None:
    """Every request of Slack's would be refused as forged."""
    place.settings |= {"SHARE_CHECK_MODE": "http", "SLACK_SIGNING_SECRET": "0" * 32}
    place.workspace.forward(600)
    found = place.look()
    _says(found["clock"], State.FATAL, "Every press would be refused", "timedatectl")
    assert "Socket Mode" not in found
    assert machine.clock(None, SystemClock().now(), "http").state is State.UNCHECKED
    assert machine.clock("yesterday", SystemClock().now(), "http").state is State.UNCHECKED


def test_a_time_zone_in_which_nobody_lives_is_noticed(place: Place) -> None:
    """Working hours would be meant for another country."""
    place.organisation = FRESH.model_copy(update={"time_zone": "Asia/Tokyo"})
    _says(place.look()["time zone"], State.WARNING, "Asia/Tokyo", "time_zone")


class _Letterbox:
    """Takes whoever knows the password."""

    def login(self, _server: object, _session: object, _envelope: object, _how: str, given: Any) -> AuthResult:
        right = given.password == b"right"
        return AuthResult(success=right, handled=right)


@contextmanager
def _mail_server(place: Place, password: str = "right") -> Iterator[None]:  # noqa: S107 - opens nothing
    controller = Controller(
        _Letterbox(),
        hostname="127.0.0.1",
        port=free_port(),
        authenticator=_Letterbox().login,
        auth_require_tls=False,
        ready_timeout=20,
    )
    controller.start()
    place.settings["SHARE_CHECK_SMTP_URL"] = f"smtp://us:{password}@127.0.0.1:{controller.port}"
    place.settings["SHARE_CHECK_MAIL_FROM"] = SENDER
    try:
        yield
    finally:
        controller.stop()


def test_a_mail_server_that_refuses_us_is_noticed(place: Place) -> None:
    """Before the night it is needed; without the password."""
    with _mail_server(place, "hush"):
        found = place.look()["mail server"]
    _says(found, State.WARNING, "refuses the user and password", "SHARE_CHECK_SMTP_URL")
    assert "hush" not in found.sentence


def test_a_mail_server_that_does_not_answer_is_noticed(place: Place) -> None:
    """Nobody there, a machine without that name, or one that says nothing."""
    place.settings["SHARE_CHECK_MAIL_FROM"] = SENDER
    place.settings["SHARE_CHECK_SMTP_URL"] = f"smtp://127.0.0.1:{free_port()}"
    _says(place.look()["mail server"], State.WARNING, "nothing answers at that address")
    place.settings["SHARE_CHECK_SMTP_URL"] = "smtp://mail.invalid"
    _says(place.look()["mail server"], State.WARNING, "there is no machine of that name")


def test_no_mail_server_is_a_gap(place: Place) -> None:
    """It is a choice, and said."""
    _says(place.look()["mail server"], State.GAP, "none is set", "init --change mail")


# What is settled


def test_every_gap_of_the_policy_is_a_line_with_its_fix(place: Place) -> None:
    """docs/rules.md, "Open for the organisation to settle": cover, each school's contacts, the duty, retention."""
    bare = Organisation.model_validate(
        {
            "name": "Ours",
            "leads_channel": "C0LEADS",
            "leads": [EXAMPLE.leads[0].model_dump()],
            "independent_contact": EXAMPLE.independent.model_dump(),
            "schools": [{"name": "School one"}],
        }
    )
    said = {each.words: each.fix for each in settled.gaps(bare)}
    for words, fix in {
        "phones.childrens_social_care is not known.": "init --change phones",
        "phones.out_of_hours is not known.": "init --change phones",
        "statutory_duty: nobody has said whether the duty to share binds you.": "statutory_duty = true or false",
        "retention.owner: nobody approves what is deleted.": "[retention]",
        "deputies: nobody steps in when the leads do not answer.": "init --add deputy",
        "administrators: nobody is told when the bot needs help.": "init --change administrators",
        "policy_url: Home has no link to the policy in full.": "as policy_url",
        "safeguarding_policy_url: Home has no link to the Safeguarding Policy (policy 1.3).": "safeguarding_policy_url",
        "School one: council is not known.": "organisation.toml",
        "School one: social_care is not known.": "organisation.toml",
        "School one: lado is not known.": "organisation.toml",
        "School one: lead is not known.": "organisation.toml",
    }.items():
        assert fix in said[words]
    assert all(each.state is State.GAP for each in settled.gaps(bare))
    no_school = bare.model_copy(update={"schools": ()})
    assert any("[[schools]]" in each.fix for each in settled.gaps(no_school))
    place.organisation = bare
    assert place.look()["to settle"].state is State.GAP


@pytest.mark.parametrize(
    ("checked", "state"),
    [
        (None, State.GAP),
        (date(2026, 10, 31), State.WARNING),
        (date(2026, 11, 1), State.OK),
        (NOW.date(), State.OK),
    ],
)
def test_facts_older_than_a_term_are_asked_about(checked: date | None, state: State) -> None:
    """Numbers change and people leave; whoever read it through writes the day."""
    found = settled.age(EXAMPLE.model_copy(update={"checked": checked}), NOW)
    _says(found, state, *([] if state is State.OK else ["phone each number", "checked = 2027-03-01"]))


def test_facts_are_among_what_is_looked_at(place: Place) -> None:
    """With the day that organisation.toml has."""
    for checked, state in ((None, State.GAP), (date.max, State.OK)):
        place.organisation = EXAMPLE.model_copy(update={"checked": checked})
        _says(place.look()["facts"], state)


# Online


def test_a_card_that_slack_would_not_take_is_named(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slack has become stricter: the question is named, and nothing else of it."""
    monkeypatch.setitem(LIMITS, "text", 20)
    _says(place.look(is_online=True)["cards"], State.WARNING, "the card of question S1", "Report it")


def test_a_digest_that_slack_would_not_take_is_named(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its table and its charts are what Slack is strictest with, and words alone would hide it."""
    monkeypatch.setitem(LIMITS["table"], "rows", [200, 201])
    _says(place.look(is_online=True)["cards"], State.WARNING, "the weekly digest", "Report it")


def test_cards_that_slack_did_not_look_at_are_not_called_wrong(place: Place) -> None:
    """Where the workspace does not allow the method, for example."""
    place.workspace.faults.error("blocks.validate", "access_denied", times=None)
    _says(place.look(is_online=True)["cards"], State.UNCHECKED, "Slack offers no check", "Nothing")


def test_without_a_configuration_token_the_manifest_is_not_checked(place: Place) -> None:
    """How to make one is said; so it is where Slack refuses it."""
    _says(place.look(is_online=True)["manifest"], State.UNCHECKED, "configuration token", "SLACK_CONFIG_TOKEN")
    found = place.look(is_online=True, config_token="xoxe.hush")["manifest"]
    _says(found, State.UNCHECKED, "does not take the configuration token", "SLACK_CONFIG_TOKEN")
    assert "hush" not in found.sentence


def test_a_manifest_that_slack_refuses_is_said_by_its_place(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slack's pointer, so that somebody can find it."""
    monkeypatch.setitem(manifest.SOCKET_MODE, "display_information", {})
    found = place.look(is_online=True, config_token=CONFIG_TOKEN)["manifest"]
    _says(found, State.WARNING, "/display_information", "Report it")


# Slack away, and what is never read or said


def test_while_slack_is_away_nothing_is_called_broken(place: Place) -> None:
    """What could not be asked is not checked; the rest is."""
    place.database().close()
    place.workspace.down = True
    found = place.look()
    _says(found["Slack"], State.UNCHECKED, "Slack did not answer", "Check the network")
    assert found["database"].state is State.OK
    assert "lead-1" not in found
    assert examine.fatal(found.values()) == []


@pytest.mark.parametrize("how", ["nobody there", "an error"])
def test_where_slack_could_not_be_asked_nobody_is_told_that_it_works(place: Place, how: str) -> None:
    """An exit code of its own, in words without a class of Python's."""
    place.database().close()
    if how == "an error":
        place.workspace.down = True
    else:
        place.settings["SLACK_API_URL"] = f"http://127.0.0.1:{free_port()}/api/"
    code, said = place.command()
    assert code == 3
    assert "nobody knows yet whether share-check works" in said.splitlines()[-1]
    assert "share-check works." not in said.splitlines()[-1].replace("whether share-check works.", "")
    assert not re.search(r"\b\w+Error\b", said)
    assert place.command("--json")[0] == 3


def test_what_is_looked_at_besides_leaves_nothing_in_doubt(place: Place) -> None:
    """Nor does what a warning explains: the leads' channel is not shown to a bot that is not in it."""
    place.database().close()
    place.workspace.leave("C0LEADS", "U0BOT")
    code, said = place.command("--online")
    assert "not checked" in said
    assert (code, said.splitlines()[-1].startswith("share-check works.")) == (0, True)


def test_slack_that_stumbles_over_one_question_spoils_no_other(place: Place) -> None:
    """A line is not checked; the others are as they are."""
    place.workspace.faults.server_error("users.info", times=None)
    found = place.look()
    assert found["Slack"].state is State.UNCHECKED
    assert found["bot token"].state is State.OK
    assert found["Socket Mode"].state is State.OK


@pytest.mark.parametrize("method", ["conversations.info", "bots.info"])
def test_a_start_waits_for_nothing_but_the_tokens(tmp_path: Path, method: str) -> None:
    """A part of Slack that is broken for hours keeps no bot from starting."""
    with Workspace(manifest=MANIFEST, app_token="xapp-1-A0SANDBOX-123-hush") as workspace:
        workspace.faults.server_error(method, times=None)
        found = Place(workspace, tmp_path).at_start()
    assert found["app token"].state is State.OK
    assert found["leads' channel"].state is (State.OK if method == "bots.info" else State.UNCHECKED)
    assert examine.fatal(found.values()) == []


def test_no_check_is_ever_shown(place: Place) -> None:
    """What is sealed is opened, and of it nothing is said; messages and who is left out are in no statement."""
    database = place.database()
    filled(database)
    database.close()
    asked: list[str] = []

    def remember(*given: Any) -> None:
        asked.append(str(given[2]).lower())

    event.listen(Engine, "before_cursor_execute", remember)
    try:
        code, said = place.command("--online")
    finally:
        event.remove(Engine, "before_cursor_execute", remember)
    assert code == 0
    assert any("wrapped_key" in statement for statement in asked)
    counted = [statement for statement in asked if "outbox" in statement]
    assert all(" ".join(each.split()).startswith("select count(*) as count_1 from outbox where") for each in counted)
    for word in ("left_out", "practised", "requests"):
        assert [statement for statement in asked if word in statement] == [], word
    assert [mark for mark in (*MARKS, "S1", "harm", REPORTER, LEAD_ONE) if mark in said] == []


@pytest.mark.parametrize("table", ["checks.sealed_answers", "strands.sealed", "events.sealed"])
def test_one_byte_of_an_open_check_that_was_changed_is_noticed(place: Place, table: str) -> None:
    """Doctor and `keys check` name the check, a backup keeps those from before, and the bot serves all others."""
    database = place.database()
    filled(database)
    ref = damage(database, table)
    _says(place.look()["open checks"], State.FATAL, "1 open check holds something that does not open", "keys check")
    code, said = place.command()
    assert code == 1
    assert ref in said
    found = records.keys(database, [OLD], is_starting=True)
    assert [(each.name, each.state) for each in found] == [("keys", State.OK), ("open checks", State.WARNING)]
    assert not [each for each in found if ref in each.sentence]
    database.close()
    checked = place.run("keys", "check")
    assert checked.exit_code == 1
    assert f"Damaged, though the key fits: 1 check ({ref})" in checked.output
    assert "Every check opens" not in checked.output
    for _ in range(2):
        made = place.run("backup", "--to", str(place.folder), "--keep", "1")
        assert made.exit_code == 1
        assert f"holds something that does not open, in {ref}" in made.output
    assert len(list(place.folder.glob("*.backup"))) == 2


def test_the_log_names_nobody(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    """Everything broken at once: what is logged has ids of organisation.toml, and no name, account, number or token."""
    place.workspace.change_person("U0LEAD1", deactivated=True)
    place.workspace.change_person("U0INDEP", guest=True)
    place.workspace.join("C0LEADS", "U0STAFF")
    place.organisation = EXAMPLE.model_copy(update={"checked": None, "schools": (), "deputies": ()})
    settings = place.load()
    log = logging.getLogger("share-check")
    caplog.set_level(logging.INFO, "share-check")
    database = place.database()
    client, clock = web_client(settings), clock_of(settings.clock_file)
    examine.tell(examine.at_start(settings, place.organisation, client, clock), log)
    examine.tell(examine.later(settings, place.organisation, client, database, clock), log)
    database.close()
    said = caplog.text
    assert "lead-1: the account is closed." in said
    assert "independent contact: the account is a guest's." in said
    assert "still to settle: " in said
    people = [getattr(person, key) for person in EXAMPLE.everyone for key in ("name", "slack", "phone", "email")]
    for word in (*people, "U0STAFF", EXAMPLE.name, settings.bot_token.get_secret_value(), OLD):
        assert word not in said, word


def test_for_machines_it_is_one_object(place: Place) -> None:
    """With the worst first, and the same words."""
    place.workspace.leave("C0LEADS", "U0BOT")
    code, said = place.command("--json")
    found = json.loads(said)
    assert (code, found["worst"]) == (0, "warning")
    assert found["findings"][0].keys() == {"name", "state", "words", "fix", "slack_ids", "refs"}
    assert "bot in the leads' channel" in [each["name"] for each in found["findings"]]
    place.channel(kind="public")
    code, said = place.command("--json")
    assert (code, json.loads(said)["worst"]) == (1, "fatal")


def test_for_people_it_is_a_line_each_worst_first(place: Place) -> None:
    """And a last one that sums it up."""
    place.channel(kind="public")
    code, said = place.command()
    assert code == 1
    states = [line[:12].strip() for line in said.splitlines()[:-1] if not line.startswith(" ")]
    order = [str(state) for state in State]
    assert states == sorted(states, key=order.index)
    assert said.splitlines()[-1].startswith("share-check does not work like this")


def test_a_refusal_that_nobody_thought_of_is_passed_on() -> None:
    """Slack's own word for it, as no better one is known."""
    refusal = SlackApiError("", {"ok": False, "error": "team_access_not_granted"})  # type: ignore[no-untyped-call] # slack_sdk leaves it untyped
    assert tokens.slack_says(refusal) == "Slack refused: team_access_not_granted."
