"""The signature of a backup: an HMAC over its manifest, under a key derived from the organisation's.

The manifest names the checksum of the copy, so whoever does not hold a key in SHARE_CHECK_KEYS changes nothing in a
backup unnoticed.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_PURPOSE = b"share-check signs backups"


def sign(manifest: bytes, keys: Sequence[str]) -> str:
    """Return the signature, as hex, with the first of the organisation's keys."""
    return _signed(manifest, keys[0])


def is_signed(manifest: bytes, signature: str, keys: Sequence[str]) -> bool:
    """Return whether one of the organisation's keys made this signature."""
    return any(hmac.compare_digest(_signed(manifest, key).encode(), signature.encode()) for key in keys)


def _signed(manifest: bytes, key: str) -> str:
    own = HKDF(SHA256(), 32, salt=None, info=_PURPOSE).derive(base64.urlsafe_b64decode(key))
    return hmac.digest(own, manifest, "sha256").hex()
