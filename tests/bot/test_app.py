"""The composition root: one client, put together once, that may do what the manifest says and no more."""

import gc
import json
import logging
import re
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from slack_bolt import BoltRequest

from bot.app import build, web_client
from bot.clock import SystemClock
from bot.config.organisation import example_organisation_path, load_organisation
from bot.config.settings import Settings
from bot.delivery.turns import SENDING_TIMEOUT
from sandbox import Workspace
from storage.engine.database import Database
from tests.databases import sqlite_file
from tests.harness import MANIFEST, ROOT, settings_for

NOT_A_METHOD = {"api_call", "enqueue_message"}
SCOPE_OF_COMMANDS = "commands"
SCOPE_OF_PRIVATE_CHANNELS = "groups:read"
"""What conversations.info needs for the one channel it is asked about: Slack ties it to the kind of channel."""


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    with Workspace(manifest=MANIFEST) as workspace:
        yield workspace


def _settings(workspace: Workspace, folder: Path, **more: str) -> Settings:
    return settings_for(workspace, sqlite_file(folder / "test.db"), folder / "clock", **more)


def _real(**more: str) -> Settings:
    """Settings as for the real Slack, which is never asked here."""
    key = "A" * 43 + "="
    given = {"SLACK_BOT_TOKEN": "xoxb-x", "SLACK_APP_TOKEN": "xapp-x", "SHARE_CHECK_KEYS": key, **more}
    return Settings.model_validate(given)


def test_the_client_has_one_ssl_context_and_leaves_retries_to_the_outbox(monkeypatch: pytest.MonkeyPatch) -> None:
    """A context is built once and not for each call; nobody but the outbox sends a message twice."""
    made: list[ssl.SSLContext] = []
    create = ssl.create_default_context

    def counting() -> ssl.SSLContext:
        made.append(create())
        return made[-1]

    monkeypatch.setattr(ssl, "create_default_context", counting)
    client = web_client(_real())
    assert made == [client.ssl]
    assert made[0].check_hostname
    assert client.retry_handlers == []
    assert client.timeout <= 30
    assert web_client(_real(SLACK_API_URL="http://127.0.0.1:9/api/")).ssl is None
    assert len(made) == 1


def test_everything_that_sends_speaks_through_one_client(workspace: Workspace, tmp_path: Path) -> None:
    """It waits for longer than Slack's own worst; neither it nor Bolt's tries anything again by itself."""
    settings = _settings(workspace, tmp_path)
    database = Database(settings.database_url.get_secret_value())
    bot = build(settings, load_organisation(example_organisation_path()), database, SystemClock())
    assert bot.app.client.retry_handlers == []
    clients = {id(one): one for one in (deliverer._client for deliverer in bot.deliverers)}  # noqa: SLF001 - that it is one is the promise
    (sending,) = clients.values()
    assert (sending.retry_handlers, sending.timeout) == ([], SENDING_TIMEOUT)
    bot.stop()


def test_only_the_program_keeps_what_it_loaded_from_the_garbage_collector(workspace: Workspace, tmp_path: Path) -> None:
    """Built again and again in one process, as by these tests, all that is garbage would stay for ever."""
    settings = _settings(workspace, tmp_path)
    before = gc.get_freeze_count()
    database = Database(settings.secrets.database_url)
    bot = build(settings, load_organisation(example_organisation_path()), database, SystemClock())
    bot.stop()
    assert gc.get_freeze_count() == before


def test_bolt_is_quieter_than_we_are(workspace: Workspace, tmp_path: Path) -> None:
    """Its warnings quote what it was sent; ours are to be read."""
    before = logging.getLogger("share-check").level
    settings = _settings(workspace, tmp_path)
    database = Database(settings.database_url.get_secret_value())
    database.migrate()
    bot = build(settings, load_organisation(example_organisation_path()), database, SystemClock())
    opened = {"type": "app_home_opened", "user": "U0STAFF", "channel": "D0STAFF", "tab": "home"}
    bot.app.dispatch(BoltRequest(body={"type": "event_callback", "event": opened}, mode="socket_mode"))
    bot.stop()
    assert logging.getLogger("share-check").level == before
    assert logging.getLogger("share-check.bolt").level == logging.ERROR


def _methods_called() -> set[str]:
    """Slack's names of the Web API methods that the code of bot/ calls."""
    names: set[str] = set()
    for file in (ROOT / "bot").rglob("*.py"):
        names |= set(re.findall(r"client\.([a-z]+_[A-Za-z_]+)\(", file.read_text(encoding="utf-8")))
    return {_slack_name(name) for name in names - NOT_A_METHOD}


def _slack_name(function: str) -> str:
    """The name chat.postMessage of chat_postMessage."""
    return function.replace("_", ".")


def test_the_manifest_asks_for_the_scopes_that_the_code_needs_and_no_other() -> None:
    """The smallest set: whoever installs it grants nothing that is not used."""
    manifest = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    asked = set(manifest["oauth_config"]["scopes"]["bot"])
    known = json.loads((ROOT / "sandbox" / "wire" / "methods.json").read_text(encoding="utf-8"))
    called = _methods_called()
    assert called <= known.keys()
    needed = {scope for method in called if known[method]["caller"] == "bot" for scope in known[method]["scopes"]}
    needed |= {SCOPE_OF_COMMANDS} if manifest["features"]["slash_commands"] else set()
    needed |= {SCOPE_OF_PRIVATE_CHANNELS} if "conversations.info" in called else set()
    assert asked == needed


def test_the_methods_called_are_found() -> None:
    """The scan above sees the calls it is about."""
    expected = {"chat.postMessage", "chat.update", "chat.delete", "views.open", "views.publish", "users.info"}
    assert expected <= _methods_called()


def test_the_manifest_offers_what_the_code_answers() -> None:
    """Every command, shortcut and event of the manifest has a listener."""
    manifest = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    code = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "bot").rglob("*.py"))
    for command in manifest["features"]["slash_commands"]:
        assert f'app.command("{command["command"]}")' in code
    for shortcut in manifest["features"]["shortcuts"]:
        assert f'app.shortcut("{shortcut["callback_id"]}")' in code
    for event in manifest["settings"]["event_subscriptions"]["bot_events"]:
        assert f'app.event("{event}")' in code


def test_starting_asks_nothing_of_slack(workspace: Workspace, tmp_path: Path) -> None:
    """No message goes out because the bot was started, and it starts while Slack is away."""
    settings = _settings(workspace, tmp_path)
    database = Database(settings.database_url.get_secret_value())
    bot = build(settings, load_organisation(example_organisation_path()), database, SystemClock())
    bot.start()
    bot.stop()
    assert workspace.requests == []
    assert workspace.complaints == []
