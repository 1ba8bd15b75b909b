"""Secrets and technical settings that differ between installations: the only module that reads the environment.

Facts about people and hours are in organisation.toml.
"""

import difflib
import json
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, overload
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails, PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.config import env_file, secret_files
from bot.config.mail_settings import LibraryMissing, can_be_notified, is_mail_server, is_mailbox
from bot.config.text_file import NotText
from bot.extras import how_to_add, is_there
from storage.errors import BadKey
from storage.proof.signed_note import SealKey

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
DATABASES = ("sqlite", "postgresql+psycopg")
TOKENS = {
    "xoxb-": "the bot token, SLACK_BOT_TOKEN",
    "xapp-": "the app token, SLACK_APP_TOKEN",
    "xoxp-": "a person's own token, which share-check never uses",
}
NOT_IN_A_TOKEN = re.compile("[\\s\"'`\u2018\u2019\u201c\u201d\u00a0]")
MAKE_A_KEY = "Make one with: share-check keys new"
HIGHEST_PORT = 65535
ADMINISTRATORS = "administrators"
PERSON_ID = "[a-z][a-z0-9-]*"

Addresses = Mapping[
    Annotated[str, Field(pattern=f"^{PERSON_ID}$")], Annotated[tuple[SecretStr, ...], Field(min_length=1)]
]


class SettingsError(Exception):
    """The settings cannot be used. `problems` has one sentence for each problem, with its fix and without secrets."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True, slots=True, repr=False)
class Secrets:
    """Every secret as plain text, for the code that needs it.

    `Settings` keeps them hidden; no `Secrets` is ever printed.

    keys: the first one encrypts, all of them decrypt. notify: notification addresses by id of organisation.toml.
    """

    bot_token: str
    app_token: str | None
    signing_secret: str | None
    database_url: str
    keys: tuple[str, ...]
    seal_key: SealKey | None
    smtp_url: str | None
    notify: Mapping[str, tuple[str, ...]]
    heartbeat_url: str | None


class Settings(BaseSettings):
    """The settings of an installation.

    A field's description ends the sentence "NAME must be ..." if its value is invalid.

    The order of the fields matters: a validator may read the fields above its own, so that one pass finds every
    problem.
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
    seal_key: SecretStr | None = Field(
        None,
        alias="SHARE_CHECK_SEAL_KEY",
        description="the private key that signs the record. Make one with: share-check keys new-seal",
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
    log: Literal["text", "json"] = Field("text", alias="SHARE_CHECK_LOG", description='"text" or "json"')
    health: str | None = Field(
        None,
        alias="SHARE_CHECK_HEALTH",
        description="an address and a port to listen on, like 127.0.0.1:9090",
    )
    clock_file: Path | None = Field(None, alias="SHARE_CHECK_CLOCK_FILE", description="a path, and only in a rehearsal")
    workers: int = Field(
        64,
        alias="SHARE_CHECK_WORKERS",
        ge=1,
        le=1000,
        description="a number of threads from 1 to 1000",
    )
    smtp_url: SecretStr | None = Field(
        None,
        alias="SHARE_CHECK_SMTP_URL",
        description=(
            "smtp://user:password@host:587 or smtps://user:password@host:465. In the user and the password, "
            "write signs as percent codes, such as %40 for @ and %23 for #"
        ),
    )
    mail_from: str | None = Field(
        None,
        alias="SHARE_CHECK_MAIL_FROM",
        validate_default=True,
        description="the email address that mails come from, like share-check@example.org",
    )
    alarm_email: str | None = Field(
        None,
        alias="SHARE_CHECK_ALARM_EMAIL",
        description="the email address of whoever runs the bot, like it-team@example.org",
    )
    notify: Annotated[Addresses, NoDecode] = Field(
        {},
        alias="SHARE_CHECK_NOTIFY",
        description=(
            "a JSON object. In it stands each id of organisation.toml, or administrators, once, with one address or a "
            'list of them, like {"lead-1": "ntfys://a-long-secret-word"}'
        ),
    )
    heartbeat_url: SecretStr | None = Field(
        None,
        alias="SHARE_CHECK_HEARTBEAT_URL",
        description="a web address that starts with https://, from the service that watches the bot",
    )

    @property
    def secrets(self) -> Secrets:
        """Return every secret as plain text. Nothing else in the product reveals one."""
        seal_key = _shown(self.seal_key)
        return Secrets(
            bot_token=_shown(self.bot_token),
            app_token=_shown(self.app_token),
            signing_secret=_shown(self.signing_secret),
            database_url=_shown(self.database_url),
            keys=tuple(map(_shown, self.keys)),
            seal_key=SealKey.read(seal_key) if seal_key else None,
            smtp_url=_shown(self.smtp_url),
            notify={person: tuple(map(_shown, addresses)) for person, addresses in self.notify.items()},
            heartbeat_url=_shown(self.heartbeat_url),
        )

    @field_validator("mode")
    @classmethod
    def _can_listen(cls, mode: str) -> str:
        if mode == "http" and not is_there("http"):
            raise _problem(f"SHARE_CHECK_MODE=http needs a library that is not installed. {how_to_add('http')}")
        return mode

    @field_validator("slack_api_url")
    @classmethod
    def _is_encrypted_or_local(cls, url: str) -> str:
        if not _is_private(url):
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
        try:
            return SecretStr(database_address(_shown(url)))
        except SettingsError as error:
            raise _problem(str(error)) from error

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

    @field_validator("seal_key")
    @classmethod
    def _is_seal_key(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None and not _can_sign(key):
            raise _problem(f"SHARE_CHECK_SEAL_KEY must be {_meaning('SHARE_CHECK_SEAL_KEY')}.")
        return key

    @field_validator("log_level", mode="before")
    @classmethod
    def _shows_no_payload(cls, level: object) -> object:
        name = str(level).upper()
        if name == "DEBUG":
            raise _problem(
                "SHARE_CHECK_LOG_LEVEL must not be DEBUG: Slack's library would print what people type. Use INFO."
            )
        return name

    @field_validator("health")
    @classmethod
    def _is_host_and_port(cls, where: str | None) -> str | None:
        if where is not None and not _is_listenable(where):
            raise _problem(f"SHARE_CHECK_HEALTH must be {_meaning('SHARE_CHECK_HEALTH')}.")
        return where

    @field_validator("clock_file")
    @classmethod
    def _is_rehearsal(cls, path: Path | None, known: ValidationInfo) -> Path | None:
        if path is not None and not _is_loopback(known.data.get("slack_api_url", "")):
            raise _problem(
                "SHARE_CHECK_CLOCK_FILE moves the clock, so it works only in a rehearsal, where "
                "SLACK_API_URL is an http address on this machine. Remove it."
            )
        return path

    @field_validator("smtp_url")
    @classmethod
    def _is_mail_server(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and not is_mail_server(_shown(url)):
            raise _problem(f"SHARE_CHECK_SMTP_URL must be {_meaning('SHARE_CHECK_SMTP_URL')}.")
        return url

    @field_validator("mail_from")
    @classmethod
    def _is_sender(cls, address: str | None, known: ValidationInfo) -> str | None:
        if address is not None:
            return _mailbox("SHARE_CHECK_MAIL_FROM", address, known)
        if _can_mail(known):
            raise _problem(_missing("SHARE_CHECK_MAIL_FROM") + " SHARE_CHECK_SMTP_URL needs it.")
        return None

    @field_validator("alarm_email")
    @classmethod
    def _is_mailbox(cls, address: str | None, known: ValidationInfo) -> str | None:
        return None if address is None else _mailbox("SHARE_CHECK_ALARM_EMAIL", address, known)

    @field_validator("notify", mode="before")
    @classmethod
    def _read(cls, written: object) -> object:
        found = json.loads(written, object_pairs_hook=_once_each) if isinstance(written, str) else written
        if not isinstance(found, dict):
            return found
        return {person: [each] if isinstance(each, str) else each for person, each in found.items()}

    @field_validator("notify")
    @classmethod
    def _can_be_notified(cls, notify: Addresses) -> Addresses:
        try:
            bad = list(_not_understood(notify))
        except LibraryMissing:
            raise _problem(f"SHARE_CHECK_NOTIFY needs a library that is not installed. {how_to_add('push')}") from None
        if bad:
            raise _problem(
                f"SHARE_CHECK_NOTIFY: apprise cannot use {', '.join(bad)}. Write the address as its page "
                "about that service shows, and install what that page asks for."
            )
        return notify

    @field_validator("heartbeat_url")
    @classmethod
    def _is_watched_in_private(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and not _is_private(_shown(url)):
            raise _problem(f"SHARE_CHECK_HEARTBEAT_URL must be {_meaning('SHARE_CHECK_HEARTBEAT_URL')}.")
        return url


def load_settings(file: Path | None = Path(".env"), **overrides: str) -> Settings:
    """Load the settings from `overrides`, then the environment, then `file`; the first that has a setting wins.

    `overrides` use the names of the environment. An empty value counts as not set in all three. A secret may stand
    in a file of its own, which NAME_FILE names. Raises SettingsError with every problem.
    """
    given = {name: value for name, value in overrides.items() if value}
    try:
        problems, written = list(_unknown_names(file)), _set(file)
        own_files = secret_files.read(secret_names(), written)
    except (NotText, secret_files.NotRead) as error:
        raise SettingsError([str(error)]) from None
    except OSError as error:
        raise SettingsError([f"{file} cannot be read: {error.strerror}."]) from None
    try:
        settings = Settings(**{**written, **own_files, **given})  # type: ignore[arg-type] # checked when it is read
    except ValidationError as error:
        found = {_in_words(each): str(each["loc"][0]) for each in error.errors(include_input=False)}
        problems += [
            f"{written[name + secret_files.SUFFIX]}: {problem}"
            if name in own_files and name not in given
            else _placed(problem, name, file, given)
            for problem, name in found.items()
        ]
    else:
        if not problems:
            return settings
    raise SettingsError(problems)


def _set(file: Path | None) -> Mapping[str, str]:
    """Return what the environment and `file` set; the environment wins. Raises NotText and OSError."""
    known = {*setting_names(), *(name + secret_files.SUFFIX for name in secret_names())}
    both = {**_not_empty(env_file.values(file)), **_not_empty(os.environ)}
    return {name: value for name, value in both.items() if name in known}


def _not_empty(values: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}


def _placed(problem: str, name: str, file: Path | None, given: Mapping[str, str]) -> str:
    """Begin a problem with the file and the line where the setting stands, if it was read from the file."""
    line = None if name in given or os.environ.get(name) else env_file.lines(file).get(name)
    return f"{file}, line {line}: {problem}" if line else problem


def database_address(url: str, name: str = "SHARE_CHECK_DATABASE_URL") -> str:
    """Return `url` as a SQLAlchemy URL. Raises SettingsError for another kind of database, and for SQLite in memory.

    name: what the error message calls the URL.
    """
    text = re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", url)
    scheme, colon, rest = text.partition("://")
    if not colon or scheme not in DATABASES:
        raise SettingsError([f"{name} must be {_meaning('SHARE_CHECK_DATABASE_URL')}."])
    if scheme == "sqlite" and rest in {"", "/", "/:memory:"}:
        words = "names no file, so every check would be lost at the next restart. Write sqlite:///share-check.db"
        raise SettingsError([f"{name} {words}"])
    if scheme == "sqlite" and not rest.startswith("/"):
        raise SettingsError([f"{name} has two slashes where a file needs three: write sqlite:///share-check.db"])
    if scheme != "sqlite" and not is_there("postgres"):
        raise SettingsError([f"{name} names PostgreSQL, whose library is not installed. {how_to_add('postgres')}"])
    if not _can_be_parsed(text):
        words = "cannot be understood. In a password, write signs as percent codes, such as %40 for @ and %23 for #"
        raise SettingsError([f"{name} {words}"])
    if scheme != "sqlite" and not _is_encrypted_on_the_way(make_url(text)):
        words = (
            "names a database on another machine and does not demand encryption. Add ?sslmode=verify-full at its end "
            "(or ?sslmode=require where its certificate cannot be checked); ?sslmode=disable only on a network that "
            "is yours alone"
        )
        raise SettingsError([f"{name} {words}"])
    return text


def _is_encrypted_on_the_way(url: URL) -> bool:
    """Return whether nobody reads the connection by mistake: libpq by itself goes on without TLS where there is none.

    "disable" counts, as somebody has chosen it.
    """
    query = {**url.query}
    host = str(query.get("host") or url.host or "")
    chosen = {"verify-full", "verify-ca", "require", "disable"}
    return host in {"", *LOOPBACK} or host.startswith("/") or query.get("sslmode") in chosen


def _can_be_parsed(url: str) -> bool:
    try:
        return bool(make_url(url).database)
    except (ArgumentError, ValueError):  # their message contains the password
        return False


def organisation_path(file: Path = Path(".env")) -> Path:
    """Return the path of organisation.toml. Reads this setting alone, so it works when others are invalid."""
    return Path(_written("SHARE_CHECK_ORGANISATION", file) or Settings.model_fields["organisation"].default)


def health_address(file: Path = Path(".env")) -> str | None:
    """Return the "host:port" at which the running bot serves health checks, or None if none is set.

    Reads this setting alone, so it works when others are invalid.
    """
    where = _written("SHARE_CHECK_HEALTH", file)
    return where if where and _is_listenable(where) else None


def slack_api_url(file: Path = Path(".env")) -> str:
    """Return where Slack's API is. Reads this setting alone, for init, which has no others yet."""
    return _written("SLACK_API_URL", file) or str(Settings.model_fields["slack_api_url"].default)


def certificate_file() -> str | None:
    """Return the file of certificates that Python's TLS trusts instead of the system's, or None if none is named."""
    return os.environ.get("SSL_CERT_FILE") or None


def unknown_to_notify(known: Collection[str], file: Path = Path(".env")) -> Iterator[str]:
    """Yield a problem for each id in SHARE_CHECK_NOTIFY that organisation.toml does not have.

    Reads this setting alone, so it works when others are invalid. known: ids of organisation.toml.
    """
    people = (*known, ADMINISTRATORS)
    try:
        notified = json.loads(_written("SHARE_CHECK_NOTIFY", file) or "{}")
    except ValueError:
        return  # Settings reports this.
    for person in notified if isinstance(notified, dict) else ():
        if person not in people and re.fullmatch(PERSON_ID, person):
            near = difflib.get_close_matches(person, people, n=1)
            meant = f"Did you mean {near[0]}?" if near else f"Known are {', '.join(people)}."
            yield f"SHARE_CHECK_NOTIFY: organisation.toml has nobody with the id {person}. {meant}"


def setting_names() -> tuple[str, ...]:
    return tuple(str(field.alias) for field in Settings.model_fields.values())


def secret_names() -> tuple[str, ...]:
    """Return the settings that hold a secret: each may stand in a file of its own instead."""
    fields = Settings.model_fields.values()
    return tuple(str(field.alias) for field in fields if "SecretStr" in str(field.annotation))


@overload
def _shown(secret: SecretStr) -> str: ...
@overload
def _shown(secret: SecretStr | None) -> str | None: ...
def _shown(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()


def _problem(words: str) -> PydanticCustomError:
    return PydanticCustomError("in_words", "{words}", {"words": words})


def _is_loopback(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname in LOOPBACK


def _is_private(url: str) -> bool:
    """Return whether traffic to `url` cannot be read on the way: it is HTTPS, or stays on this machine."""
    parts = urlsplit(url)
    return bool(parts.hostname) and (parts.scheme == "https" or _is_loopback(url))


def _is_listenable(where: str) -> bool:
    """Return whether `where` is "host:port" and nothing else."""
    found = re.fullmatch(r"(?:[\w.-]+|\[[0-9a-fA-F:]+\]):(\d{1,5})", where)
    return found is not None and 1 <= int(found[1]) <= HIGHEST_PORT


def _can_mail(known: ValidationInfo) -> bool:
    """Return whether a mail server is set. An invalid one counts: its own problem is reported already."""
    return known.data.get("smtp_url", "wrong") is not None


def _mailbox(name: str, address: str, known: ValidationInfo) -> str:
    if not is_mailbox(address):
        raise _problem(f"{name} must be {_meaning(name)}.")
    if not _can_mail(known):
        raise _problem(f"{name} is set, but no mail can be sent. Set SHARE_CHECK_SMTP_URL too, or remove {name}.")
    return address


def _once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Build the object and refuse a repeated name: the addresses of the first would be lost. Raises ValueError."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def _not_understood(notify: Addresses) -> Iterator[str]:
    """Yield which addresses apprise cannot use, by position and person: they would fail when somebody is needed."""
    for person, urls in notify.items():
        for place, url in enumerate(urls, 1):
            if not can_be_notified(_shown(url)):
                yield f"address {place} of {person}" if len(urls) > 1 else f"the address of {person}"


def _starting(name: str, prefix: str, token: SecretStr) -> SecretStr:
    """Return the token if it starts with `prefix`. Otherwise raise a problem that says which token it is instead.

    prefix: empty for a secret that must not be any of Slack's tokens.
    """
    text = _shown(token)
    if NOT_IN_A_TOKEN.search(text):
        raise _problem(
            f"{name} has a space, a quotation mark or a line end in it. Copy it again, all of it and no more."
        )
    found = next((start for start in TOKENS if text.startswith(start)), "")
    if found == prefix:
        return token
    if found:
        raise _problem(f"{name} starts with {found}: that is {TOKENS[found]}. {name} is {_meaning(name)}.")
    raise _problem(f"{name} does not start with {prefix}. It is {_meaning(name)}.")


def _is_key(key: SecretStr) -> bool:
    try:
        Fernet(_shown(key))
    except ValueError:
        return False
    return True


def _can_sign(key: SecretStr) -> bool:
    try:
        SealKey.read(_shown(key))
    except BadKey:
        return False
    return True


def _meaning(name: str) -> str:
    """Return a setting's description, to end the sentence "NAME must be ..."."""
    return next(str(f.description) for f in Settings.model_fields.values() if f.alias == name)


def _missing(name: str) -> str:
    return f"{name} is not set. It is {_meaning(name)}."


def _written(name: str, file: Path) -> str | None:
    """Return one setting's raw value from the environment, or else from the file; None if the file cannot be read."""
    try:
        written = _set(file)
        return {**written, **secret_files.read({name} & {*secret_names()}, written)}.get(name)
    except (NotText, secret_files.NotRead, OSError):  # load_settings reports this.
        return os.environ.get(name)


def _in_words(error: ErrorDetails) -> str:
    name = str(error["loc"][0])
    match error["type"]:
        case "in_words":
            return error["msg"]
        case "missing":
            return _missing(name)
        case _:
            return f"{name} must be {_meaning(name)}."


def _unknown_names(file: Path | None) -> Iterator[str]:
    known = (*setting_names(), *(name + secret_files.SUFFIX for name in secret_names()))
    for name, line in env_file.lines(file).items():
        if name.startswith(("SLACK_", "SHARE_CHECK_")) and name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            meant = f" Did you mean {near[0]}?" if near else " Remove it."
            yield f"{file}, line {line}: {name} is not a setting.{meant}"
