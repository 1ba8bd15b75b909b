"""What doctor found when it looked last, for whoever runs the bot: in memory, never about a check."""

from __future__ import annotations

from collections.abc import Sequence

from bot.doctor.finding import Finding, State


class LastFindings:
    """The newest findings of a bot that runs; nothing until it has looked."""

    def __init__(self) -> None:
        self._findings: Sequence[Finding] = ()

    def keep(self, findings: Sequence[Finding]) -> bool:
        """In the place of those before; whether they differ."""
        before, self._findings = self._findings, tuple(findings)
        return self._findings != before

    @property
    def troubles(self) -> Sequence[str]:
        """What is not as it should be, worst first, each with what to do about it."""
        return [each.sentence for each in self._findings if each.state in (State.FATAL, State.WARNING)]
