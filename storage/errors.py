"""The errors of this package: one class for each meaning."""

from __future__ import annotations


class StorageError(Exception):
    """Base of every error this package raises."""


class CannotOpen(StorageError):
    """A sealed text did not open: none of our keys fits it, or it was changed."""


class BadKey(StorageError):
    """A key in the settings is malformed."""


class NoSuchCheck(StorageError):
    """There is no check with that id, or it was erased."""


class NoReference(StorageError):
    """No reference that is free was found."""


class DatabaseNotReady(StorageError):
    """The database cannot be used as it is: unreachable, not writable, or of another version."""


class DatabaseAway(DatabaseNotReady):
    """The database does not answer, or is busy: it may pass by itself."""


class NotKept(StorageError):
    """The commit failed: nothing of this step, or of the steps that shared its commit, is on disk."""
