"""The sandbox's entry point for tests: start a workspace, connect a bot, act as people."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from sandbox.client.actions import UserActions
from sandbox.client.people import Person
from sandbox.client.result import InteractionResult
from sandbox.console.control import Control
from sandbox.state.clock import Clock
from sandbox.state.fake_slack import FakeSlack, Options
from sandbox.state.faults import Faults
from sandbox.state.manifest import EVERY_SCOPE, AppManifest
from sandbox.state.models import ApiRequest, Human, Json
from sandbox.state.rates import Rates
from sandbox.state.response_urls import ResponseUrls
from sandbox.state.triggers import Triggers
from sandbox.state.workspace_state import WAIT_SECONDS, WorkspaceState, contents
from sandbox.wire.server import Server
from sandbox.wire.sockets import Reason


class Workspace:
    """A simulated Slack workspace with one bot and a few people."""

    def __init__(  # noqa: PLR0913 - every option has its default and is given by name
        self,
        *,
        manifest: Path | str | None = None,
        scopes: tuple[str, ...] | list[str] = EVERY_SCOPE,
        bot_token: str = "xoxb-sandbox",  # noqa: S107 - opens nothing but the sandbox
        app_token: str = "xapp-sandbox",  # noqa: S107 - opens nothing but the sandbox
        signing_secret: str = "sandbox-signing-secret",  # noqa: S107 - signs nothing but the sandbox
        delivery: Literal["socket", "http"] = "socket",
        request_url: str | None = None,
        port: int = 0,
        clock_file: Path | str | None = None,
        ack_seconds: float = 3.0,
        trigger_seconds: float = 3.0,
        retry_seconds: tuple[float, ...] = (0.0, 60.0, 300.0),
        rates: bool = True,
        grid: bool = False,
        page: Path | None = None,
    ) -> None:
        clock = Clock(Path(clock_file) if clock_file else None)
        options = Options(
            bot_token,
            app_token,
            signing_secret,
            delivery,
            request_url,
            port,
            ack_seconds,
            retry_seconds,
            page,
        )
        loaded = AppManifest.load(manifest) if manifest else AppManifest(scopes=tuple(scopes))
        self.slack = FakeSlack(
            options=options,
            manifest=loaded,
            clock=clock,
            world=WorkspaceState(clock, contents(grid=grid)),
            triggers=Triggers(trigger_seconds),
            response_urls=ResponseUrls(clock),
            rates=Rates(clock, on=rates),
        )
        if loaded.name:
            self.slack.world.bot["name"] = loaded.name
        self.server = Server(self.slack)
        self.control = Control(self)
        self.control.add_routes(self.server.app)
        self.user_actions = UserActions(
            self.slack, lambda envelope: self.server.run(self.server.delivery.deliver(envelope))
        )

    def start(self) -> Self:
        """Start the server. Raises OSError if the port is taken."""
        self.server.start()
        return self

    def stop(self) -> None:
        """Stop the server and cut all connections."""
        self.server.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Return the server's address, such as http://127.0.0.1:8090."""
        return self.slack.url

    @property
    def api_url(self) -> str:
        """Return what the bot uses instead of https://slack.com/api/."""
        return f"{self.slack.url}/api/"

    @property
    def bot_token(self) -> str:
        return self.slack.options.bot_token

    @property
    def app_token(self) -> str:
        """Return the app-level token, for Socket Mode."""
        return self.slack.options.app_token

    @property
    def signing_secret(self) -> str:
        """Return the secret that HTTP deliveries are signed with."""
        return self.slack.options.signing_secret

    @property
    def clock(self) -> Clock:
        return self.slack.clock

    @property
    def faults(self) -> Faults:
        return self.slack.faults

    @property
    def connections(self) -> int:
        """Return how many sockets the bot has open."""
        return self.slack.tickets.connections

    @property
    def requests(self) -> list[ApiRequest]:
        """Return every Web API call the bot made, oldest first."""
        with self.slack.world.lock:
            return list(self.slack.world.requests)

    @property
    def acknowledgements(self) -> list[tuple[str, Json]]:
        """Return what the bot answered in acknowledgements, each with what it answered, oldest first."""
        return list(self.slack.world.acknowledgements)

    def calls(self, method: str) -> list[ApiRequest]:
        """Return the calls of one method, oldest first."""
        return [each for each in self.requests if each.method == method]

    @property
    def complaints(self) -> list[str]:
        """Return all that the bot did and a correct bot does not do. Clear the list to start afresh."""
        return self.slack.world.complaints

    @property
    def people(self) -> list[Human]:
        """Return every account in the workspace."""
        return list(self.slack.world.people.values())

    def person(self, user: str) -> Person:
        """Return the person to act as. Raises SlackError: `user_not_found`."""
        self.slack.world.human(user)
        return Person(user, self.slack, self.user_actions)

    @property
    def down(self) -> bool:
        """Return whether Slack is unreachable; setting it to true also cuts the bot's sockets."""
        return self.slack.down

    @down.setter
    def down(self, value: bool) -> None:
        self.slack.down = value
        if value:
            self.server.run(self.server.sockets.drop())
        self.slack.world.changed()

    def forward(self, seconds: float) -> None:
        """Move the workspace's clock forward by `seconds`, and tell the page."""
        self.clock.forward(seconds)
        self.slack.world.changed()

    def disconnect(self, reason: Reason = "refresh_requested") -> None:
        """Send the bot's sockets a `disconnect`, as Slack does every few hours."""
        self.server.run(self.server.sockets.disconnect(reason))

    def drop_sockets(self) -> None:
        """Cut the bot's sockets without a `disconnect`."""
        self.server.run(self.server.sockets.drop())

    def deafen_sockets(self) -> None:
        """Keep the bot's sockets connected, but carry nothing and answer no ping; later ones work."""
        self.server.run(self.server.sockets.deafen())

    def replay(self, acted: InteractionResult | None = None) -> InteractionResult:
        """Send an earlier payload (default: the last) again, identical but for its envelope."""
        return self.user_actions.replay(acted)

    def change_person(self, user: str, **changes: object) -> None:
        """Change an account: `guest=True`, `deactivated=True`; the bot gets `user_change` if it subscribes to it."""
        with self.slack.world.lock:
            people = self.slack.world.people
            people[user] = replace(people[user], **changes)  # type: ignore[arg-type] # by field name
        self.slack.world.changed()
        self.user_actions.account_changed(user)

    def join(self, channel: str, user: str) -> None:
        """Add a person, or the bot (U0BOT), to a channel."""
        self.slack.world.channels[channel].members.add(user)
        self.slack.world.changed()

    def leave(self, channel: str, user: str) -> None:
        """Remove a person, or the bot, from a channel."""
        self.slack.world.channels[channel].members.discard(user)
        self.slack.world.changed()

    def change_channel(self, channel: str, **changes: bool) -> None:
        """Change a channel: `archived=True`, `deleted=True`, `shared=True` (with another organisation)."""
        with self.slack.world.lock:
            channels = self.slack.world.channels
            channels[channel] = replace(channels[channel], **changes)  # type: ignore[arg-type] # by field name
        self.slack.world.changed()

    def wait_for(self, predicate: Callable[[], object], timeout: float = WAIT_SECONDS) -> None:
        """Wait up to `timeout` real seconds until the predicate is true. Raises AssertionError."""
        if not self.slack.world.wait(predicate, timeout):
            raise AssertionError(f"not so within {timeout:g} s; complaints: {self.complaints}")

    def wait_for_bot(self, connections: int = 1, timeout: float = 10.0) -> None:
        """Wait until the bot has this many sockets open."""
        self.wait_for(lambda: self.connections >= connections, timeout)

    def quiet(self, seconds: float = 0.3, timeout: float = 10.0) -> None:
        """Wait until nothing has changed for `seconds`, before asserting that nothing more comes.

        Raises AssertionError after `timeout` seconds of changes.
        """
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if not self._change(seconds):
                return
        raise AssertionError(f"still busy after {timeout:g} s")

    def _change(self, seconds: float) -> bool:
        before = self.slack.world.version
        return self.slack.world.wait(lambda: self.slack.world.version != before, seconds)
