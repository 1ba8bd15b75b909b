"""Envelope encryption: one key a check, wrapped by the organisation's keys (docs/design-decisions.md, 10).

The organisation's keys stand in the settings: the first wraps, all unwrap. Texts are sealed with AES-256-GCM under the
check's own key, with the check and the kind of text as associated data, so that a sealed text moved elsewhere
does not open. Destroying a wrapped key erases everything sealed under it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.crypto.wrapping import wrapping_keys
from storage.errors import CannotOpen

_NONCE_BYTES = 12
_EDITION = b"sc1:"
"""Begins a sealed text and is authenticated with it. What has no edition was sealed before there was one (0.1.0)."""
_UNWRAPPED_KEPT = 1024


def padded(text: bytes, beside: int = 0, smallest: int = 256) -> bytes:
    """Pad JSON with trailing spaces so that it has, with `beside` bytes more, 256 bytes, 512, 1024 and so on.

    The length of the sealed text then reveals almost nothing.
    """
    size = smallest
    while size < beside + len(text):
        size *= 2
    return text.ljust(size - beside)


class Sealer:
    """Encrypts and decrypts with one check's key."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, text: bytes, about: str) -> bytes:
        """Return the encrypted text. `about` names its kind and its check; the same value is needed to open it."""
        nonce = os.urandom(_NONCE_BYTES)
        return _EDITION + nonce + self._cipher.encrypt(nonce, text, _EDITION + about.encode())

    def open(self, sealed: bytes, *abouts: str) -> bytes:
        """Return the decrypted text. Raises CannotOpen if it was changed, moved or sealed with another key.

        abouts: what it may be sealed as, the newest way first. The later ones are ways of before there was an edition.
        """
        if sealed.startswith(_EDITION):
            with suppress(InvalidTag, ValueError):
                return self._decrypted(sealed[len(_EDITION) :], _EDITION + abouts[0].encode())
        for about in abouts:
            with suppress(InvalidTag, ValueError):
                return self._decrypted(sealed, about.encode())
        raise CannotOpen(abouts[0])

    def _decrypted(self, sealed: bytes, about: bytes) -> bytes:
        return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], about)


class Keyring:
    """The organisation's keys. Raises BadKey if one is not a Fernet key."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = wrapping_keys(keys)
        self._unwrap = lru_cache(_UNWRAPPED_KEPT)(self._unwrap_now)

    def new_key(self) -> bytes:
        """Return a new check's key, wrapped, as it is stored."""
        return self._keys[0].wrap(AESGCM.generate_key(256))

    def sealer(self, wrapped: bytes) -> Sealer:
        """Return the sealer for a wrapped key. Raises CannotOpen if none of our keys unwraps it."""
        return self._unwrap(wrapped)

    def forget(self) -> None:
        """Drop all unwrapped keys from memory, because one was destroyed."""
        self._unwrap.cache_clear()

    def _unwrap_now(self, wrapped: bytes) -> Sealer:
        for key in self._keys:
            unwrapped = key.unwrap(wrapped)
            if unwrapped is not None:
                return Sealer(unwrapped)
        message = "key"
        raise CannotOpen(message)
