"""The app's manifest: its scopes, and the commands, shortcuts and tabs that Slack offers because of it."""

from dataclasses import dataclass, field
from pathlib import Path

import yaml

from sandbox.state.models import Json

EVERY_SCOPE = ("chat:write", "commands", "users:read", "dnd:read", "groups:read", "team:read")


@dataclass(frozen=True)
class AppManifest:
    """A manifest; one without a body (no file given) allows every command, shortcut and event."""

    body: Json = field(default_factory=dict)
    scopes: tuple[str, ...] = EVERY_SCOPE

    @classmethod
    def load(cls, path: Path | str) -> "AppManifest":
        """Read manifest.yml; the scopes are the bot token's."""
        body: Json = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
        return cls(body, tuple(body.get("oauth_config", {}).get("scopes", {}).get("bot", ())))

    @property
    def features(self) -> Json:
        """Return the manifest's `features`."""
        features: Json = self.body.get("features", {})
        return features

    @property
    def commands(self) -> list[Json]:
        return list(self.features.get("slash_commands", ()))

    @property
    def shortcuts(self) -> list[Json]:
        return list(self.features.get("shortcuts", ()))

    @property
    def home(self) -> bool:
        """Return whether the app has a Home tab."""
        return not self.body or bool(self.features.get("app_home", {}).get("home_tab_enabled"))

    @property
    def messages_read_only(self) -> bool:
        """Return whether people cannot write to the bot in its direct messages."""
        return bool(self.features.get("app_home", {}).get("messages_tab_read_only_enabled"))

    @property
    def name(self) -> str | None:
        """Return the display name of the bot, or None."""
        given = self.features.get("bot_user", {}).get("display_name")
        name: str | None = given or self.body.get("display_information", {}).get("name")
        return name

    def knows_command(self, command: str) -> bool:
        """Return whether Slack would send this command to the app."""
        return not self.body or any(each["command"] == command for each in self.commands)

    def knows_shortcut(self, callback_id: str, kind: str) -> bool:
        """Return whether Slack would offer this shortcut; `kind` is global or message."""
        known = any(each["callback_id"] == callback_id and each["type"] == kind for each in self.shortcuts)
        return not self.body or known

    def wants(self, event: str) -> bool:
        """Return whether the app subscribes to this event type."""
        settings = self.body.get("settings", {})
        return not self.body or event in settings.get("event_subscriptions", {}).get("bot_events", ())
