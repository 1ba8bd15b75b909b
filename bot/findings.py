"""The findings of doctor, in words a beginner can follow; the latest are kept in memory. None is about a check."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum


class State(StrEnum):
    """The state of a finding, worst first.

    FATAL: the bot does not start, or somebody waits in vain. UNCHECKED: the check could not be made.
    """

    FATAL = "fatal"
    WARNING = "warning"
    UNCHECKED = "not checked"
    GAP = "gap"
    OK = "ok"


class Condition(StrEnum):
    """Something without which pages do not arrive, or arrive where they must not. Watched all the time.

    One list for doctor, the auditor's alarm, /readyz and the metrics (docs/design-decisions.md, 18). Values have at
    most 14 characters: they are kept in the table `pulse`.
    """

    SLACK_AWAY = "slack_away"
    TOKEN_REFUSED = "token_refused"  # noqa: S105 - a name, no token
    SCOPE_MISSING = "scope_missing"
    CHANNEL_PUBLIC = "channel_public"
    CHANNEL_SHARED = "channel_shared"
    CHANNEL_ARCHIVED = "channel_closed"
    CHANNEL_WITHOUT_BOT = "channel_no_bot"
    NOT_CONNECTED = "not_connected"
    CANNOT_SAVE = "cannot_save"
    DATABASE_CHANGED = "tables_changed"
    CLOCK_WRONG = "clock_wrong"
    CLOCK_JUMPED = "clock_jumped"
    RECORD_DIFFERS = "record_differs"


ABOUT_A_CHECK = frozenset({Condition.RECORD_DIFFERS})
"""These are told to those who may know of the check, and to nobody else."""
CHANNEL_IS_OPEN_TO_OTHERS = frozenset({Condition.CHANNEL_PUBLIC, Condition.CHANNEL_SHARED})
"""Nothing is posted to the leads' channel while others can read it; the leads are asked in direct messages."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of doctor's report.

    name: what was checked. words: its state. fix: what to do; empty if nothing. slack_ids: the accounts it is about;
    refs: the references of checks; both are shown only at a terminal. condition: set where a running bot must alarm
    about it. words and fix contain no names and no secrets, so they may be logged; they may contain ids of
    organisation.toml.
    """

    name: str
    state: State
    words: str
    fix: str = ""
    slack_ids: tuple[str, ...] = ()
    refs: tuple[str, ...] = ()
    condition: Condition | None = None

    @property
    def sentence(self) -> str:
        """Return the finding as text for a log, or for the list of reasons why the bot does not start."""
        return f"{self.name}: {self.words} {self.fix}".strip()

    @property
    def json(self) -> dict[str, object]:
        found = {**asdict(self), "state": str(self.state), "slack_ids": list(self.slack_ids), "refs": list(self.refs)}
        del found["condition"]
        return found


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    order = list(State)
    return tuple(sorted(findings, key=lambda each: order.index(each.state)))


def fine(name: str, words: str) -> Finding:
    return Finding(name, State.OK, words)


def unchecked(name: str, why: str, fix: str = "Run share-check doctor again later.") -> Finding:
    return Finding(name, State.UNCHECKED, f"could not be checked: {why}", fix)


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
