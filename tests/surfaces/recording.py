"""Keeps what every story sends when its workspace stops (tests/surfaces/kept.py)."""

from functools import wraps

import pytest

from sandbox import Workspace
from tests.surfaces.kept import FOLDER, keep, write_all


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
    write_all(getattr(session.config, "workerinput", {}).get("workerid", "main"))
