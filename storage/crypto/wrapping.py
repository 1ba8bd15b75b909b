"""One of the organisation's keys, and how it wraps other keys: AES-256-GCM (docs/design-decisions.md, 10).

A key in SHARE_CHECK_KEYS is 32 bytes in the form of a Fernet key. Keys that were wrapped before there was an edition
(0.1.0) are Fernet tokens, which use 128 of the 256 bits; they are still unwrapped, and `share-check keys rotate` wraps
them anew.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from storage.errors import BadKey

_EDITION = b"sc1:"
_PURPOSE = b"share-check wraps keys"
_NONCE_BYTES = 12


class WrappingKey:
    """Wraps and unwraps keys. Raises ValueError if `key` is not a Fernet key."""

    def __init__(self, key: str) -> None:
        self._before_editions = Fernet(key)
        self._cipher = AESGCM(derived(key, _PURPOSE))

    def wrap(self, key: bytes) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return _EDITION + nonce + self._cipher.encrypt(nonce, key, _EDITION)

    def unwrap(self, wrapped: bytes) -> bytes | None:
        """Return the key; None if another key wrapped it, or if it was changed."""
        try:
            if is_of_this_edition(wrapped):
                nonce, sealed = wrapped[len(_EDITION) :][:_NONCE_BYTES], wrapped[len(_EDITION) + _NONCE_BYTES :]
                return self._cipher.decrypt(nonce, sealed, _EDITION)
            return self._before_editions.decrypt(wrapped)
        except (InvalidTag, InvalidToken, ValueError):
            return None


def wrapping_keys(keys: Sequence[str]) -> list[WrappingKey]:
    """Return the organisation's keys in their order. Raises BadKey if one is not a Fernet key, or if there is none."""
    try:
        found = [WrappingKey(key) for key in keys]
    except ValueError as error:
        raise BadKey("a key in SHARE_CHECK_KEYS is not a key: make one with share-check keys new") from error
    if not found:
        raise BadKey("SHARE_CHECK_KEYS has no key: make one with share-check keys new")
    return found


def derived(key: str, purpose: bytes) -> bytes:
    """Return 32 bytes for one purpose, from one of the organisation's keys. Raises ValueError if it is not base64."""
    return HKDF(SHA256(), 32, salt=None, info=purpose).derive(base64.urlsafe_b64decode(key))


def is_of_this_edition(wrapped: bytes) -> bool:
    return wrapped.startswith(_EDITION)
