"""The real bot beside the sandbox workspace: what a whole story needs, in a few plain builders."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

from cryptography.fernet import Fernet

from bot.app import Bot, build
from bot.clock import ShiftedClock
from bot.organisation import example_organisation_path, load_organisation
from bot.settings import Settings
from sandbox import Workspace
from sandbox.kinds import Message
from sandbox.people import Person
from storage.database import Database

ROOT = Path(__file__).parent.parent
MANIFEST = ROOT / "manifest.yml"


class Stage:
    """One workspace, one bot, and everybody in it."""

    def __init__(self, workspace: Workspace, bot: Bot) -> None:
        self.workspace = workspace
        self.bot = bot
        self.staff = workspace.person("U0STAFF")
        self.lead_one = workspace.person("U0LEAD1")
        self.lead_two = workspace.person("U0LEAD2")
        self.deputy = workspace.person("U0DEPUTY")
        self.independent = workspace.person("U0INDEP")

    def forward(self, **wait: float) -> None:
        """Move the clock, for the workspace and the bot alike."""
        seconds = wait.get("seconds", 0) + 60 * wait.get("minutes", 0) + 3600 * wait.get("hours", 0)
        self.workspace.clock.forward(seconds)

    def answer(self, *labels: str, who: Person | None = None) -> None:
        """Press these buttons of the card one after the other, each once the card shows it."""
        person = who or self.staff
        for label in labels:
            person.wait_for(lambda label=label: label in person.buttons(card_of(person)))
            before = card_of(person)
            assert person.press(label, before).acked
            person.wait_for(lambda before=before: card_of(person).blocks != before.blocks)


def card_of(person: Person) -> Message:
    """The newest message of the bot to this person that is not a whisper."""
    return [message for message in person.dm if not message.ephemeral][-1]


def settings_for(workspace: Workspace, database_url: str, clock_file: Path, **more: str) -> Settings:
    """The bot's settings, as from the environment."""
    return Settings.model_validate(
        {
            "SLACK_BOT_TOKEN": workspace.bot_token,
            "SLACK_APP_TOKEN": workspace.app_token,
            "SLACK_SIGNING_SECRET": workspace.signing_secret,
            "SLACK_API_URL": workspace.api_url,
            "SHARE_CHECK_DATABASE_URL": database_url,
            "SHARE_CHECK_KEYS": Fernet.generate_key().decode(),
            "SHARE_CHECK_CLOCK_FILE": str(clock_file),
            **more,
        }
    )


@contextlib.contextmanager
def stage(folder: Path, database_url: str | None = None, mode: str = "socket") -> Iterator[Stage]:
    """A workspace and a bot in it, until the test is done."""
    clock_file = folder / "clock"
    port = free_port()
    request_url = f"http://127.0.0.1:{port}/slack/events"
    with Workspace(
        manifest=MANIFEST,
        clock_file=clock_file,
        delivery="http" if mode == "http" else "socket",
        request_url=request_url if mode == "http" else None,
    ) as workspace:
        url = database_url or f"sqlite:///{folder / 'test.db'}"
        settings = settings_for(workspace, url, clock_file, SHARE_CHECK_MODE=mode)
        with running(settings, workspace, port) as bot:
            yield Stage(workspace, bot)


@contextlib.contextmanager
def running(settings: Settings, workspace: Workspace, port: int = 0) -> Iterator[Bot]:
    """The bot as `share-check serve` runs it, in this process."""
    database = Database(settings.database_url.get_secret_value())
    database.migrate()
    clock = ShiftedClock(settings.clock_file or Path())
    bot = build(settings, load_organisation(example_organisation_path()), database, clock)
    bot.start()
    try:
        if settings.mode == "http":
            with serving_http(bot, port):
                yield bot
        else:
            bot.connect(workspace.app_token, settings.workers)
            workspace.wait_for_bot()
            yield bot
    finally:
        workspace.drop_sockets()
        bot.stop()


@contextlib.contextmanager
def serving_http(bot: Bot, port: int) -> Iterator[None]:
    """Bolt's WSGI adapter on waitress, as in production."""
    from slack_bolt.adapter.wsgi import SlackRequestHandler
    from waitress.server import create_server

    server = create_server(SlackRequestHandler(bot.app, path="/slack/events"), host="127.0.0.1", port=port)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
