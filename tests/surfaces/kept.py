"""Keeps what the product sends while the tests run, where SHARE_CHECK_SURFACES names a folder for it.

What a renderer makes is kept when a test asks whether it fits; what a story sends, by tests/surfaces/recording.py.
"""

import os
from pathlib import Path

from tests.surfaces.catalogue import KINDS, Catalogue, Json, Surface, write

FOLDER = os.environ.get("SHARE_CHECK_SURFACES")
NOT_OURS = ("tests/sandbox/", "tests/surfaces/", "tests/simulation/", "tests/browser/")
"""The sandbox's own tests send what Slack must refuse."""
ADDED = frozenset({"token", "team_id"})
"""Arguments that slack_sdk adds to every call of a bot that Bolt has authorised."""

_seen = Catalogue()


def keep(kind: str, body: Json) -> None:
    """Keep a surface of a kind in KINDS, if this run keeps any."""
    by = os.environ.get("PYTEST_CURRENT_TEST", "").partition(" ")[0]
    if FOLDER and kind in KINDS and not by.startswith(NOT_OURS):
        given = {name: value for name, value in body.items() if name not in ADDED}
        _seen.add(Surface(kind, given, by))


def write_all(worker: str) -> None:
    """Write what this process has kept into the folder, in a file of its own."""
    if FOLDER and len(_seen):
        write(_seen, Path(FOLDER) / f"{worker}.jsonl")
