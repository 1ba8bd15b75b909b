"""Response URLs: five posts in thirty minutes, about one interaction."""

import secrets
from dataclasses import dataclass

from sandbox.state.clock import Clock
from sandbox.state.kinds import SlackError

USES = 5
SECONDS = 30 * 60


@dataclass
class UrlReply:
    """Where a response URL leads: to one person, about one message if there was one."""

    user: str
    channel: str
    message_ts: str | None
    thread_ts: str | None
    at: float
    uses: int = 0


class ResponseUrls:
    """All response URLs given out. Their age goes by the workspace's clock."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._replies: dict[str, UrlReply] = {}

    def issue(self, user: str, channel: str, message_ts: str | None = None, thread_ts: str | None = None) -> str:
        """The secret end of a new response URL."""
        token = secrets.token_urlsafe(18)
        self._replies[token] = UrlReply(user, channel, message_ts, thread_ts, self.clock.now())
        return token

    def use(self, token: str) -> UrlReply:
        """Count one use, or refuse as Slack does."""
        reply = self._replies.get(token)
        if reply is None:
            raise SlackError("no_such_url", status=404)
        if self.clock.now() - reply.at > SECONDS:
            raise SlackError("expired_url", status=404)
        if reply.uses >= USES:
            raise SlackError("used_url", status=404)
        reply.uses += 1
        return reply
