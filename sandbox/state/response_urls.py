"""Response URLs: each accepts five posts in thirty minutes."""

import secrets
from dataclasses import dataclass

from sandbox.state.clock import Clock
from sandbox.state.models import SlackError

USES = 5
SECONDS = 30 * 60


@dataclass
class ResponseUrl:
    """The person, and the message if any, that a response_url was issued for."""

    user: str
    channel: str
    message_ts: str | None
    thread_ts: str | None
    at: float
    uses: int = 0


class ResponseUrls:
    """All response_urls issued. They expire by the workspace's clock."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._replies: dict[str, ResponseUrl] = {}

    def issue(self, user: str, channel: str, message_ts: str | None = None, thread_ts: str | None = None) -> str:
        """Return the secret last part of a new response_url."""
        token = secrets.token_urlsafe(18)
        self._replies[token] = ResponseUrl(user, channel, message_ts, thread_ts, self.clock.now())
        return token

    def use(self, token: str) -> ResponseUrl:
        """Count one post. Raises SlackError: `no_such_url`, `expired_url` or `used_url`."""
        reply = self._replies.get(token)
        if reply is None:
            raise SlackError("no_such_url", status=404)
        if self.clock.now() - reply.at > SECONDS:
            raise SlackError("expired_url", status=404)
        if reply.uses >= USES:
            raise SlackError("used_url", status=404)
        reply.uses += 1
        return reply
