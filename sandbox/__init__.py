"""A Slack workspace in a box: the only stand-in in the tests, and what `make demo` runs."""

from sandbox.client.people import Person
from sandbox.client.result import Acted
from sandbox.state.kinds import ApiRequest, Notice, Push, SlackError, SlackMessage, View
from sandbox.workspace import Workspace

__all__ = [
    "Acted",
    "ApiRequest",
    "Notice",
    "Person",
    "Push",
    "SlackError",
    "SlackMessage",
    "View",
    "Workspace",
]
