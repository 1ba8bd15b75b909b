"""Tickets for Socket Mode connections."""

import secrets

LIMIT = 10


class Tickets:
    """Single-use tickets for a WebSocket, and the number connected (Slack allows ten)."""

    def __init__(self) -> None:
        self.connections = 0
        self._open: set[str] = set()

    def issue(self) -> str:
        ticket = secrets.token_urlsafe(16)
        self._open.add(ticket)
        return ticket

    def redeem(self, ticket: str) -> bool:
        """Use up the ticket. Return whether it was valid."""
        good = ticket in self._open
        self._open.discard(ticket)
        return good
