"""The findings of doctor's last run, kept in memory for the administrators' Home tab. They are never about a check."""

from __future__ import annotations

from collections.abc import Sequence

from bot.doctor.finding import Finding, State


class LastFindings:
    """The newest findings of a running bot; empty before doctor's first run."""

    def __init__(self) -> None:
        self._findings: Sequence[Finding] = ()

    def keep(self, findings: Sequence[Finding]) -> bool:
        """Replace the findings. Return whether they differ from the previous ones."""
        before, self._findings = self._findings, tuple(findings)
        return self._findings != before

    @property
    def troubles(self) -> Sequence[str]:
        """Return the sentences of fatal findings and warnings, worst first, each with its fix."""
        return [each.sentence for each in self._findings if each.state in (State.FATAL, State.WARNING)]
