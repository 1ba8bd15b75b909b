"""Secrets that stand in a file of their own: NAME_FILE names the file that holds the value of NAME.

So a secret is in no environment, where other programs of the same account can read it: Docker's and systemd's secrets
are such files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from bot.config import text_file

SUFFIX = "_FILE"


class NotRead(Exception):
    """A secret's own file cannot be used. The message is a sentence with the setting, the file and the reason."""


def read(names: Iterable[str], given: Mapping[str, str]) -> Mapping[str, str]:
    """Return the secrets that stand in files of their own, by name, without spaces and line ends around them.

    names: of all secrets. given: what the environment and .env set. Raises NotRead for a file that cannot be read or
    is empty, and for a secret that is given twice.
    """
    return {name: _contents(name, given) for name in names if given.get(name + SUFFIX)}


def _contents(name: str, given: Mapping[str, str]) -> str:
    setting = name + SUFFIX
    path = Path(given[setting])
    if given.get(name):
        raise NotRead(f"{name} and {setting} are both set. Remove one of them.")
    try:
        value = text_file.read(path).strip()
    except text_file.NotText as error:
        raise NotRead(f"{setting}: {error}") from None
    except OSError as error:
        raise NotRead(f"{setting} names {path}, which cannot be read: {error.strerror}.") from None
    if not value:
        raise NotRead(f"{setting} names {path}, which is empty.")
    return value
