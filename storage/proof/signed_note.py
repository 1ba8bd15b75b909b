"""Signed notes (c2sp.org/signed-note): a few readable lines whose signature anybody can verify.

Keys use that format's encoding: public as name+id+key, private with PRIVATE+KEY+ in front. The id is a hash of name and
public key, so a typing mistake is noticed.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from storage.errors import BadKey

NAME = "share-check"
"""The key name in every note. The key itself tells which organisation's it is."""
_PRIVATE = "PRIVATE+KEY+"
_ED25519 = b"\x01"
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key to verify signatures with. raw: the 32 bytes of an Ed25519 public key."""

    raw: bytes

    @classmethod
    def read(cls, written: str) -> PublicKey:
        """Parse a public key. Raises BadKey."""
        name, found, raw = _taken_apart(written)
        key = cls(raw)
        if (name, found) != (NAME, key.id.hex()):
            raise BadKey("public key")
        return key

    def __str__(self) -> str:
        return f"{self.name}+{_text(_ED25519 + self.raw)}"

    @property
    def name(self) -> str:
        """Return name+id: short enough to compare by eye, and enough to tell our keys apart."""
        return f"{NAME}+{self.id.hex()}"

    @property
    def id(self) -> bytes:
        """Return the four bytes that identify the key."""
        return sha256(NAME.encode() + b"\n" + _ED25519 + self.raw).digest()[:4]

    def has_signed(self, text: str, signature: bytes) -> bool:
        """Return whether this key signed this text."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, text.encode())
        except (InvalidSignature, ValueError):
            return False
        return True


class SealKey:
    """The private key that signs seals, made from a 32-byte seed."""

    def __init__(self, seed: bytes) -> None:
        self._seed = seed
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = PublicKey(self._key.public_key().public_bytes_raw())

    @classmethod
    def new(cls) -> SealKey:
        return cls(Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def read(cls, written: str) -> SealKey:
        """Parse the key in the settings. Raises BadKey."""
        if not written.startswith(_PRIVATE):
            raise BadKey("private key")
        name, found, seed = _taken_apart(written.removeprefix(_PRIVATE))
        key = cls(seed)
        if (name, found) != (NAME, key.public.id.hex()):
            raise BadKey("private key")
        return key

    @property
    def written(self) -> str:
        """Return the key as written in the settings. A secret."""
        return f"{_PRIVATE}{self.public.name}+{_text(_ED25519 + self._seed)}"

    def sign(self, text: str) -> bytes:
        """Return the 64-byte signature."""
        return self._key.sign(text.encode())


def note(text: str, signer: PublicKey, signature: bytes) -> str:
    """Return the text, an empty line and the signature line."""
    return f"{text}\n— {NAME} {_text(signer.id + signature)}\n"


def _taken_apart(written: str) -> tuple[str, str, bytes]:
    """Return name, id and the 32 bytes of the key. Raises BadKey."""
    try:
        name, found, coded = written.split("+", 2)
        opened = b64decode(coded, validate=True)
    except ValueError as error:
        raise BadKey("key") from error
    if opened[:1] != _ED25519 or len(opened) != 1 + _KEY_BYTES:
        raise BadKey("key")
    return name, found, opened[1:]


def _text(given: bytes) -> str:
    return b64encode(given).decode()
