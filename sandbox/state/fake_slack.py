"""The state of one simulated Slack, shared by all parts of the sandbox."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from sandbox.state.clock import Clock
from sandbox.state.faults import Faults
from sandbox.state.manifest import AppManifest
from sandbox.state.rates import Rates
from sandbox.state.response_urls import ResponseUrls
from sandbox.state.tickets import Tickets
from sandbox.state.triggers import Triggers
from sandbox.state.workspace_state import WorkspaceState


@dataclass(frozen=True)
class Options:
    """Fixed for the life of a workspace. Seconds are real seconds."""

    bot_token: str
    app_token: str
    signing_secret: str
    delivery: Literal["socket", "http"]
    request_url: str | None
    port: int
    ack_seconds: float
    retry_seconds: tuple[float, ...]
    page: Path | None


@dataclass
class FakeSlack:
    """One simulated Slack: its workspace, the app's manifest, and all that has been issued to the bot."""

    options: Options
    manifest: AppManifest
    clock: Clock
    world: WorkspaceState
    triggers: Triggers
    response_urls: ResponseUrls
    rates: Rates
    tickets: Tickets = field(default_factory=Tickets)
    faults: Faults = field(default_factory=Faults)
    app_scopes: tuple[str, ...] = ("connections:write",)
    down: bool = False
    url: str = ""
