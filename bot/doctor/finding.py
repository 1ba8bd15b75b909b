"""What one check found, in words a beginner can follow."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum

from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.slack.socket_mode import SlackAway, asking_slack


class State(StrEnum):
    """Worst first. FATAL stops the bot at its start, or somebody waits in vain; UNCHECKED could not be found out."""

    FATAL = "fatal"
    WARNING = "warning"
    UNCHECKED = "not checked"
    GAP = "gap"
    OK = "ok"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line. name: what was looked at. words: how it is. fix: what to do; empty where nothing is to be done.

    slack_ids: accounts it is about, for whoever asked at a terminal. words and fix hold no name and no secret, and may
    be logged; ids of organisation.toml are allowed there.
    """

    name: str
    state: State
    words: str
    fix: str = ""
    slack_ids: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """For a log, or for the list of what stops the bot."""
        return f"{self.name}: {self.words} {self.fix}".strip()

    @property
    def json(self) -> dict[str, object]:
        return {**asdict(self), "state": str(self.state), "slack_ids": list(self.slack_ids)}


def worst_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    order = list(State)
    return tuple(sorted(findings, key=lambda each: order.index(each.state)))


def fine(name: str, words: str) -> Finding:
    return Finding(name, State.OK, words)


def unchecked(name: str, why: str, fix: str = "Run share-check doctor again later.") -> Finding:
    return Finding(name, State.UNCHECKED, f"could not be checked: {why}", fix)


def away(name: str, trouble: SlackAway) -> Finding:
    """Slack is not there: that says nothing about what was to be checked. What a library calls it is not passed on."""
    said = f" ({trouble})" if str(trouble).startswith("status ") else ""
    return unchecked(
        name,
        f"Slack did not answer{said}.",
        "Check the network, and SLACK_API_URL if it is set. Then run share-check doctor again.",
    )


def ask(call: Callable[[], SlackResponse]) -> SlackResponse:
    """Raises SlackAway, or SlackApiError where Slack refuses."""
    with asking_slack():
        return call()


def code_of(refusal: SlackApiError) -> str:
    """Slack's own word for why."""
    return str(refusal.response.get("error", "unknown"))
