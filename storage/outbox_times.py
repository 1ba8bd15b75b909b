"""Due times of the outbox that lie further ahead than any row waits: the clock was wrong when they were written."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, update

from storage.outbox import LEASE
from storage.tables import outbox

LONGEST_WAIT = timedelta(hours=1)
"""No row waits for longer between two tries, whatever Slack says in Retry-After."""
NEVER_GIVEN_UP = timedelta(days=1)
"""How often it is tried to shorten or withdraw a message that Slack does not let us change."""


def bring_forward(tx: Connection, now: datetime, tolerated: timedelta, *, is_jump: bool) -> int:
    """Make due what is due too late. Return how many rows. is_jump: the clock went back just now.

    A claim that ends too late ends within a lease. After a jump everything that waits is tried: Slack's limits are kept
    in memory, and hold.
    """
    longest = timedelta() if is_jump else LONGEST_WAIT
    is_free, may_change = outbox.c.token.is_(None), outbox.c.unshrunk.is_(None)
    count = 0
    for due_at, *late in (
        (now, outbox.c.due_at > now + longest + tolerated, is_free, may_change),
        (now, outbox.c.due_at > now + NEVER_GIVEN_UP + tolerated, is_free),
        (now + LEASE, outbox.c.due_at > now + LEASE + tolerated, ~is_free),
    ):
        count += tx.execute(update(outbox).where(*late).values(due_at=due_at)).rowcount
    ahead = update(outbox).where(outbox.c.created_at > now + tolerated)
    return count + tx.execute(ahead.values(created_at=now)).rowcount
