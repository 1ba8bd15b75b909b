"""The stage of the scenarios, for attacks over the wire."""

from tests.scenarios.conftest import stage, workspace

__all__ = ["stage", "workspace"]
