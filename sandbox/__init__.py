"""A Slack workspace in a box: the only stand-in in the tests, and what `make demo` runs."""

from sandbox.client.people import Person
from sandbox.client.result import Acted
from sandbox.state.kinds import Message, Notice, Push, Request, SlackError, View
from sandbox.workspace import Workspace

__all__ = [
    "Acted",
    "Message",
    "Notice",
    "Person",
    "Push",
    "Request",
    "SlackError",
    "View",
    "Workspace",
]
