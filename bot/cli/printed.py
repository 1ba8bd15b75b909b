"""Parsing of what somebody copied from elsewhere to verify the record with: the head of a seal, and public keys."""

from __future__ import annotations

import re
from collections.abc import Iterable

import click

from storage.errors import BadKey
from storage.proof.signed_note import PublicKey

_HEAD = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


def known_head(given: str | None) -> bytes | None:
    """Return the head in a note, or given alone; None if none was given. Raises click.UsageError."""
    if given is None:
        return None
    found = _HEAD.search(given.lower())
    if found is None:
        raise click.UsageError("--head has no head in it: 64 digits from 0 to 9 and a to f.")
    return bytes.fromhex(found[0])


def known_keys(given: Iterable[str]) -> set[PublicKey]:
    """Parse public keys. Raises click.UsageError."""
    try:
        return {PublicKey.read(each.strip()) for each in given}
    except BadKey:
        message = "--key is not a public key, or not all of it. It is 65 characters and starts with share-check+."
        raise click.UsageError(message) from None
