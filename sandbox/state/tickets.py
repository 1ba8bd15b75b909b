"""Admission to Socket Mode."""

import secrets

LIMIT = 10


class Tickets:
    """Single-use admissions to a socket, and how many are connected (Slack allows ten)."""

    def __init__(self) -> None:
        self.connections = 0
        self._open: set[str] = set()

    def issue(self) -> str:
        """A new ticket."""
        ticket = secrets.token_urlsafe(16)
        self._open.add(ticket)
        return ticket

    def redeem(self, ticket: str) -> bool:
        """Whether it was still good; it no longer is."""
        good = ticket in self._open
        self._open.discard(ticket)
        return good
