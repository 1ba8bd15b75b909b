"""Keeps what the product sends while the tests run, where SHARE_CHECK_SURFACES names a folder for it.

What a story sends is kept when its workspace stops; what a renderer makes, when a test asks whether it fits.
The sandbox's own tests send what Slack must refuse, and are left out.
"""

import os
from functools import wraps
from pathlib import Path

import pytest

from sandbox import Workspace
from tests.surfaces.catalogue import KINDS, Catalogue, Json, Surface, write

FOLDER = os.environ.get("SHARE_CHECK_SURFACES")
NOT_OURS = ("tests/sandbox/", "tests/surfaces/", "tests/simulation/", "tests/browser/")
ADDED = frozenset({"token", "team_id"})
"""Arguments that slack_sdk adds to every call of a bot that Bolt has authorised."""

_seen = Catalogue()


def keep(kind: str, body: Json) -> None:
    """Keep a surface of a kind in KINDS, if this run keeps any."""
    by = os.environ.get("PYTEST_CURRENT_TEST", "").partition(" ")[0]
    if FOLDER and kind in KINDS and not by.startswith(NOT_OURS):
        given = {name: value for name, value in body.items() if name not in ADDED}
        _seen.add(Surface(kind, given, by))


def keep_all(workspace: Workspace) -> None:
    """Keep everything that a workspace was sent."""
    for request in workspace.requests:
        keep(request.method, request.args)
    for kind, payload in workspace.acknowledgements:
        keep(kind, payload)


def pytest_configure() -> None:
    """Look at each workspace once more when it stops."""
    if not FOLDER:
        return
    stop = Workspace.stop

    @wraps(stop)
    def stop_and_keep(self: Workspace) -> None:
        stop(self)
        keep_all(self)

    Workspace.stop = stop_and_keep  # type: ignore[method-assign] # for this run


def pytest_sessionfinish(session: pytest.Session) -> None:
    if FOLDER and len(_seen):
        worker = getattr(session.config, "workerinput", {}).get("workerid", "main")
        write(_seen, Path(FOLDER) / f"{worker}.jsonl")
