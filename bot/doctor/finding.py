"""The finding of one check, in words a beginner can follow, and helpers to make one from Slack's answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum

from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.slack.socket_mode import SlackAway, asking_slack


class State(StrEnum):
    """The state of a finding, worst first.

    FATAL: the bot does not start, or somebody waits in vain. UNCHECKED: the check could not be made.
    """

    FATAL = "fatal"
    WARNING = "warning"
    UNCHECKED = "not checked"
    GAP = "gap"
    OK = "ok"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of doctor's report.

    name: what was checked. words: its state. fix: what to do; empty if nothing. slack_ids: the accounts it is about,
    shown only at a terminal. words and fix contain no names and no secrets, so they may be logged; they may contain ids
    of organisation.toml.
    """

    name: str
    state: State
    words: str
    fix: str = ""
    slack_ids: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """Return the finding as text for a log, or for the list of reasons why the bot does not start."""
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
    """Return the finding "not checked" for when Slack does not answer.

    Of the exception only an HTTP status is shown, not a library's class name.
    """
    said = f" ({trouble})" if str(trouble).startswith("status ") else ""
    return unchecked(
        name,
        f"Slack did not answer{said}.",
        "Check the network, and SLACK_API_URL if it is set. Then run share-check doctor again.",
    )


def ask(call: Callable[[], SlackResponse]) -> SlackResponse:
    """Call Slack's Web API. Raises SlackAway if it does not answer, SlackApiError if it refuses."""
    with asking_slack():
        return call()


def code_of(refusal: SlackApiError) -> str:
    """Return Slack's error code, such as "invalid_auth"."""
    return str(refusal.response.get("error", "unknown"))
