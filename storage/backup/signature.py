"""The signature of a backup: an HMAC over its manifest, under a key derived from the organisation's.

The manifest names the checksum of the copy, so whoever does not hold a key in SHARE_CHECK_KEYS changes nothing in a
backup unnoticed.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence

from storage.crypto.wrapping import derived

_PURPOSE = b"share-check signs backups"


def sign(manifest: bytes, keys: Sequence[str]) -> str:
    """Return the signature, as hex, with the first of the organisation's keys."""
    return _signed(manifest, keys[0])


def is_signed(manifest: bytes, signature: str, keys: Sequence[str]) -> bool:
    """Return whether one of the organisation's keys made this signature."""
    return any(hmac.compare_digest(_signed(manifest, key).encode(), signature.encode()) for key in keys)


def _signed(manifest: bytes, key: str) -> str:
    return hmac.digest(derived(key, _PURPOSE), manifest, "sha256").hex()
