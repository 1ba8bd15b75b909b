"""A workspace in a box: start it, point a bot at it, act as people."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from sandbox.client.actions import Hands
from sandbox.client.people import Person
from sandbox.client.result import Acted
from sandbox.console.control import Control
from sandbox.state.clock import Clock
from sandbox.state.core import Core, Options
from sandbox.state.faults import Faults
from sandbox.state.kinds import ApiRequest, Human
from sandbox.state.manifest import EVERY_SCOPE, AppManifest
from sandbox.state.rates import Rates
from sandbox.state.response_urls import ResponseUrls
from sandbox.state.triggers import Triggers
from sandbox.state.world import PATIENCE, WorkspaceState, contents
from sandbox.wire.server import Server
from sandbox.wire.sockets import Reason


class Workspace:
    """Slack, as far as one bot and a few people can tell."""

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
        strict_rates: bool = False,
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
        self.core = Core(
            options=options,
            manifest=loaded,
            clock=clock,
            world=WorkspaceState(clock, contents()),
            triggers=Triggers(trigger_seconds),
            response_urls=ResponseUrls(clock),
            rates=Rates(strict=strict_rates),
        )
        if loaded.name:
            self.core.world.bot["name"] = loaded.name
        self.server = Server(self.core)
        self.control = Control(self)
        self.control.add_routes(self.server.app)
        self.hands = Hands(self.core, lambda envelope: self.server.run(self.server.courier.deliver(envelope)))

    def start(self) -> Self:
        """Listen."""
        self.server.start()
        return self

    def stop(self) -> None:
        """Be gone."""
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
        """Where it listens, such as http://127.0.0.1:8090."""
        return self.core.url

    @property
    def api_url(self) -> str:
        """What the bot uses instead of https://slack.com/api/."""
        return f"{self.core.url}/api/"

    @property
    def bot_token(self) -> str:
        """The bot's token."""
        return self.core.options.bot_token

    @property
    def app_token(self) -> str:
        """The app-level token, for Socket Mode."""
        return self.core.options.app_token

    @property
    def signing_secret(self) -> str:
        """What signs HTTP deliveries."""
        return self.core.options.signing_secret

    @property
    def clock(self) -> Clock:
        """Slack's clock."""
        return self.core.clock

    @property
    def faults(self) -> Faults:
        """What goes wrong."""
        return self.core.faults

    @property
    def connections(self) -> int:
        """How many sockets the bot has open."""
        return self.core.tickets.connections

    @property
    def requests(self) -> list[ApiRequest]:
        """Every call the bot made, oldest first."""
        with self.core.world.lock:
            return list(self.core.world.requests)

    def calls(self, method: str) -> list[ApiRequest]:
        """The calls of one method."""
        return [each for each in self.requests if each.method == method]

    @property
    def complaints(self) -> list[str]:
        """Everything the bot did that Slack would frown on. Clear it to start afresh."""
        return self.core.world.complaints

    @property
    def people(self) -> list[Human]:
        """Everybody with an account."""
        return list(self.core.world.people.values())

    def person(self, user: str) -> Person:
        """Somebody to act as."""
        self.core.world.human(user)
        return Person(user, self.core, self.hands)

    @property
    def down(self) -> bool:
        """Whether Slack is unreachable."""
        return self.core.down

    @down.setter
    def down(self, value: bool) -> None:
        self.core.down = value
        if value:
            self.server.run(self.server.sockets.drop())
        self.core.world.changed()

    def forward(self, seconds: float) -> None:
        """Push Slack's clock, and let the page know."""
        self.clock.forward(seconds)
        self.core.world.changed()

    def disconnect(self, reason: Reason = "refresh_requested") -> None:
        """Tell the bot's sockets to go, as Slack does every few hours."""
        self.server.run(self.server.sockets.disconnect(reason))

    def drop_sockets(self) -> None:
        """Cut the bot's sockets without a word."""
        self.server.run(self.server.sockets.drop())

    def deafen_sockets(self) -> None:
        """Leave the bot's sockets connected, carrying nothing and answering no ping; new ones are good."""
        self.server.run(self.server.sockets.deafen())

    def replay(self, acted: Acted | None = None) -> Acted:
        """The last payload (or an earlier one) again, identical but for its envelope."""
        return self.hands.replay(acted)

    def change_person(self, user: str, **changes: object) -> None:
        """Change somebody's account: `guest=True`, `deactivated=True`."""
        with self.core.world.lock:
            people = self.core.world.people
            people[user] = replace(people[user], **changes)  # type: ignore[arg-type] # by field name
        self.core.world.changed()

    def join(self, channel: str, user: str) -> None:
        """Put a person, or the bot (U0BOT), in a channel."""
        self.core.world.channels[channel].members.add(user)
        self.core.world.changed()

    def leave(self, channel: str, user: str) -> None:
        """Take a person, or the bot, out of a channel."""
        self.core.world.channels[channel].members.discard(user)
        self.core.world.changed()

    def wait_for(self, predicate: Callable[[], object], timeout: float = PATIENCE) -> None:
        """Wait (real seconds) until something is true, or fail."""
        if not self.core.world.wait(predicate, timeout):
            raise AssertionError(f"not so within {timeout:g} s; complaints: {self.complaints}")

    def wait_for_bot(self, connections: int = 1, timeout: float = 10.0) -> None:
        """Wait until the bot has this many sockets open."""
        self.wait_for(lambda: self.connections >= connections, timeout)

    def quiet(self, seconds: float = 0.3, timeout: float = 10.0) -> None:
        """Wait until nothing has changed for a while, to claim that nothing more will come."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            if not self._change(seconds):
                return
        raise AssertionError(f"still busy after {timeout:g} s")

    def _change(self, seconds: float) -> bool:
        before = self.core.world.version
        return self.core.world.wait(lambda: self.core.world.version != before, seconds)
