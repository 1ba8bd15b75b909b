"""The app's manifest: what it may do, and what Slack offers people because of it."""

from dataclasses import dataclass, field
from pathlib import Path

import yaml

from sandbox.state.kinds import Json

EVERY_SCOPE = ("chat:write", "commands", "users:read", "dnd:read", "groups:read", "team:read")


@dataclass(frozen=True)
class AppManifest:
    """A manifest, or (without a file) one that allows whatever is asked."""

    body: Json = field(default_factory=dict)
    scopes: tuple[str, ...] = EVERY_SCOPE

    @classmethod
    def load(cls, path: Path | str) -> "AppManifest":
        """Read manifest.yml; the scopes are the bot's."""
        body: Json = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
        return cls(body, tuple(body.get("oauth_config", {}).get("scopes", {}).get("bot", ())))

    @property
    def features(self) -> Json:
        """The part about what people see."""
        features: Json = self.body.get("features", {})
        return features

    @property
    def commands(self) -> list[Json]:
        """Slash commands."""
        return list(self.features.get("slash_commands", ()))

    @property
    def shortcuts(self) -> list[Json]:
        """Global and message shortcuts."""
        return list(self.features.get("shortcuts", ()))

    @property
    def home(self) -> bool:
        """Whether the app has a Home tab."""
        return not self.body or bool(self.features.get("app_home", {}).get("home_tab_enabled"))

    @property
    def messages_read_only(self) -> bool:
        """Whether people cannot write to the bot in its direct messages."""
        return bool(self.features.get("app_home", {}).get("messages_tab_read_only_enabled"))

    @property
    def name(self) -> str | None:
        """The name people see."""
        given = self.features.get("bot_user", {}).get("display_name")
        name: str | None = given or self.body.get("display_information", {}).get("name")
        return name

    def knows_command(self, command: str) -> bool:
        """Whether Slack would send this command to the app."""
        return not self.body or any(each["command"] == command for each in self.commands)

    def knows_shortcut(self, callback_id: str, kind: str) -> bool:
        """Whether Slack would offer this shortcut."""
        known = any(each["callback_id"] == callback_id and each["type"] == kind for each in self.shortcuts)
        return not self.body or known

    def wants(self, event: str) -> bool:
        """Whether the app has subscribed to this event."""
        settings = self.body.get("settings", {})
        return not self.body or event in settings.get("event_subscriptions", {}).get("bot_events", ())
