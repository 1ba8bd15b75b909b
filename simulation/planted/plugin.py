"""A plugin of pytest that plants the fault named in the environment before the tests are collected."""

from __future__ import annotations

import os

from simulation.mutations import PLANTED, Patch
from simulation.planted.faults import FAULTS


def pytest_configure() -> None:
    """Plant it. It is not taken back: the process ends with the tests."""
    FAULTS[os.environ[PLANTED]].plant(Patch())
