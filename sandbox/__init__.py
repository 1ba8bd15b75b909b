"""A simulated Slack workspace: the only fake in the tests, and what `make demo` runs."""

from sandbox.client.people import Person
from sandbox.client.result import InteractionResult
from sandbox.state.models import ApiRequest, Notice, Push, SlackError, SlackMessage, View
from sandbox.workspace import Workspace

__all__ = [
    "ApiRequest",
    "InteractionResult",
    "Notice",
    "Person",
    "Push",
    "SlackError",
    "SlackMessage",
    "View",
    "Workspace",
]
