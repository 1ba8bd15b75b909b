"""What differs between two installations: the only module that reads the environment.

Everything about people and hours is in organisation.toml; here are secrets and machinery.
"""

import difflib
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails, PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
DATABASES = ("sqlite", "postgresql+psycopg")
TOKENS = {
    "xoxb-": "the bot token, SLACK_BOT_TOKEN",
    "xapp-": "the app token, SLACK_APP_TOKEN",
    "xoxp-": "a person's own token, which share-check never uses",
}
MAKE_A_KEY = "Make one with: share-check keys new"


class SettingsError(Exception):
    """The settings cannot be used: every problem, each with its fix and none with a secret."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class Settings(BaseSettings):
    """A field's description ends the sentence "NAME must be ..." when its value cannot be read.

    Order matters: a field's check may look at the fields above it, so that every problem is
    found in one pass.
    """

    model_config = SettingsConfigDict(
        frozen=True,
        extra="ignore",
        env_ignore_empty=True,
        hide_input_in_errors=True,
        case_sensitive=True,
    )

    mode: Literal["socket", "http"] = Field("socket", alias="SHARE_CHECK_MODE", description='"socket" or "http"')
    slack_api_url: str = Field("https://slack.com/api/", alias="SLACK_API_URL", description="a web address")
    bot_token: SecretStr = Field(
        alias="SLACK_BOT_TOKEN",
        description="the bot token (xoxb-), from OAuth & Permissions in the app's Slack settings",
    )
    app_token: SecretStr | None = Field(
        None,
        alias="SLACK_APP_TOKEN",
        validate_default=True,
        description=(
            "the app token (xapp-) with connections:write, from Basic Information in the app's Slack settings"
        ),
    )
    signing_secret: SecretStr | None = Field(
        None,
        alias="SLACK_SIGNING_SECRET",
        validate_default=True,
        description="the signing secret, from Basic Information in the app's Slack settings",
    )
    database_url: SecretStr = Field(
        SecretStr("sqlite:///share-check.db"),
        alias="SHARE_CHECK_DATABASE_URL",
        description="sqlite:///a-file.db or postgresql+psycopg://user:password@host/database",
    )
    organisation: Path = Field(
        Path("organisation.toml"),
        alias="SHARE_CHECK_ORGANISATION",
        description="the path of organisation.toml",
    )
    keys: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        alias="SHARE_CHECK_KEYS",
        description=f"one or more keys, separated by commas. {MAKE_A_KEY}",
    )
    http_host: str = Field("127.0.0.1", alias="SHARE_CHECK_HTTP_HOST", description="an address to listen on")
    http_port: int = Field(
        3000,
        alias="SHARE_CHECK_HTTP_PORT",
        ge=1,
        le=65535,
        description="a port number from 1 to 65535",
    )
    log_level: Literal["INFO", "WARNING", "ERROR"] = Field(
        "INFO", alias="SHARE_CHECK_LOG_LEVEL", description="INFO, WARNING or ERROR"
    )
    clock_file: Path | None = Field(None, alias="SHARE_CHECK_CLOCK_FILE", description="a path, and only in a rehearsal")
    workers: int = Field(
        64,
        alias="SHARE_CHECK_WORKERS",
        ge=1,
        le=1000,
        description="a number of threads from 1 to 1000",
    )

    @field_validator("slack_api_url")
    @classmethod
    def _is_encrypted_or_local(cls, url: str) -> str:
        parts = urlsplit(url)
        if not parts.hostname or not (parts.scheme == "https" or _is_loopback(url)):
            raise _problem(
                "SLACK_API_URL must start with https://, or tokens would cross the network in "
                "the clear. Leave it out for the real Slack."
            )
        return url.rstrip("/") + "/"

    @field_validator("bot_token")
    @classmethod
    def _is_bot_token(cls, token: SecretStr) -> SecretStr:
        return _starting("SLACK_BOT_TOKEN", "xoxb-", token)

    @field_validator("app_token")
    @classmethod
    def _is_app_token(cls, token: SecretStr | None, known: ValidationInfo) -> SecretStr | None:
        if token is not None:
            return _starting("SLACK_APP_TOKEN", "xapp-", token)
        if known.data.get("mode") == "socket":
            raise _problem(_missing("SLACK_APP_TOKEN") + " Socket mode needs it.")
        return None

    @field_validator("signing_secret")
    @classmethod
    def _is_signing_secret(cls, secret: SecretStr | None, known: ValidationInfo) -> SecretStr | None:
        if secret is not None:
            return _starting("SLACK_SIGNING_SECRET", "", secret)
        if known.data.get("mode") == "http":
            raise _problem(
                _missing("SLACK_SIGNING_SECRET") + " In http mode it proves that a request comes from Slack."
            )
        return None

    @field_validator("database_url")
    @classmethod
    def _is_kept_on_disk(cls, url: SecretStr) -> SecretStr:
        text = re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", url.get_secret_value())
        scheme, colon, rest = text.partition("://")
        if not colon or scheme not in DATABASES:
            raise _problem(f"SHARE_CHECK_DATABASE_URL must be {_meaning('SHARE_CHECK_DATABASE_URL')}.")
        if scheme == "sqlite" and rest in {"", "/", "/:memory:"}:
            raise _problem(
                "SHARE_CHECK_DATABASE_URL names no file, so every check would be lost at the "
                "next restart. Write sqlite:///share-check.db"
            )
        return SecretStr(text)

    @field_validator("keys", mode="before")
    @classmethod
    def _split(cls, keys: object) -> object:
        return [key.strip() for key in keys.split(",")] if isinstance(keys, str) else keys

    @field_validator("keys")
    @classmethod
    def _are_keys(cls, keys: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        bad = [place for place, key in enumerate(keys, 1) if not _is_key(key)]
        if bad:
            which = ", ".join(str(place) for place in bad)
            raise _problem(f"SHARE_CHECK_KEYS: number {which} of {len(keys)} is not a key. {MAKE_A_KEY}")
        return keys

    @field_validator("log_level", mode="before")
    @classmethod
    def _shows_no_payload(cls, level: object) -> object:
        name = str(level).upper()
        if name == "DEBUG":
            raise _problem(
                "SHARE_CHECK_LOG_LEVEL must not be DEBUG: Slack's library would print what people type. Use INFO."
            )
        return name

    @field_validator("clock_file")
    @classmethod
    def _is_rehearsal(cls, path: Path | None, known: ValidationInfo) -> Path | None:
        if path is not None and not _is_loopback(known.data.get("slack_api_url", "")):
            raise _problem(
                "SHARE_CHECK_CLOCK_FILE moves the clock, so it works only in a rehearsal, where "
                "SLACK_API_URL is an http address on this machine. Remove it."
            )
        return path


def load_settings(env_file: Path | None = Path(".env"), **overrides: str) -> Settings:
    """Read the settings. `overrides` are named as in the environment and win over it.

    Then comes the environment, then `env_file`. Empty means the default, wherever it stands.
    Raises SettingsError with every problem.
    """
    given = {name: value for name, value in overrides.items() if value}
    problems = list(_unknown_names(env_file))
    try:
        settings = Settings(_env_file=env_file, **given)  # type: ignore[arg-type]
    except ValidationError as error:
        problems += [_in_words(each) for each in error.errors(include_input=False)]
    else:
        if not problems:
            return settings
    raise SettingsError(problems)


def organisation_path(env_file: Path = Path(".env")) -> Path:
    """Where organisation.toml is said to be, also when another setting is wrong."""
    name, usual = "SHARE_CHECK_ORGANISATION", Settings.model_fields["organisation"].default
    written = dotenv_values(env_file) if env_file.is_file() else {}
    return Path(os.environ.get(name) or written.get(name) or usual)


def setting_names() -> tuple[str, ...]:
    return tuple(str(field.alias) for field in Settings.model_fields.values())


def _problem(words: str) -> PydanticCustomError:
    return PydanticCustomError("in_words", "{words}", {"words": words})


def _is_loopback(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname in LOOPBACK


def _starting(name: str, prefix: str, token: SecretStr) -> SecretStr:
    """Return a token, or say which token it is instead. An empty prefix is "no token at all"."""
    text = token.get_secret_value()
    found = next((start for start in TOKENS if text.startswith(start)), "")
    if found == prefix:
        return token
    if found:
        raise _problem(f"{name} starts with {found}: that is {TOKENS[found]}. {name} is {_meaning(name)}.")
    raise _problem(f"{name} does not start with {prefix}. It is {_meaning(name)}.")


def _is_key(key: SecretStr) -> bool:
    try:
        Fernet(key.get_secret_value())
    except ValueError:
        return False
    return True


def _meaning(name: str) -> str:
    """Return what a setting is, to end the sentence "NAME must be ..."."""
    return next(str(f.description) for f in Settings.model_fields.values() if f.alias == name)


def _missing(name: str) -> str:
    return f"{name} is not set. It is {_meaning(name)}."


def _in_words(error: ErrorDetails) -> str:
    name = str(error["loc"][0])
    match error["type"]:
        case "in_words":
            return error["msg"]
        case "missing":
            return _missing(name)
        case _:
            return f"{name} must be {_meaning(name)}."


def _unknown_names(env_file: Path | None) -> Iterator[str]:
    known = setting_names()
    for name in dotenv_values(env_file) if env_file and env_file.is_file() else ():
        if name.startswith(("SLACK_", "SHARE_CHECK_")) and name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            meant = f" Did you mean {near[0]}?" if near else " Remove it."
            yield f"{name} in {env_file} is not a setting.{meant}"
