"""What can go wrong here, one class a meaning."""

from __future__ import annotations


class StorageError(Exception):
    """Base of every error this package raises."""


class CannotOpen(StorageError):
    """A sealed text did not open: no key of ours fits it, or it was changed."""


class BadKey(StorageError):
    """A key in the settings is not a key."""


class NoSuchCheck(StorageError):
    """No check by that id."""


class DatabaseNotReady(StorageError):
    """The database cannot be used as it is: unreachable, not writable, or of another version."""


class DatabaseAway(DatabaseNotReady):
    """The database does not answer, or is busy: it may pass by itself."""


class NotKept(StorageError):
    """The database could not commit: nothing of this step, or of those that shared its commit, is on disk."""
