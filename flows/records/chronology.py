"""One check as a line of somebody's chronology, or of the register: what, when, who was told, decision, reason, end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flows.case import DECISIONS, Check, Entry, latest
from flows.checklist import CHECKLIST
from flows.events import EventKind


@dataclass(frozen=True, slots=True)
class Chapter:
    """What became of one check. worries: the kinds ticked in S7. told: the targets of pages, each with the first time.

    decision, reason, ended: in words; empty where there is none yet.
    """

    check: str
    ref: str
    started_at: datetime
    outcome: str
    worries: tuple[str, ...]
    told: tuple[tuple[str, datetime], ...]
    decision: str = ""
    reason: str = ""
    ended: str = ""
    ended_at: datetime | None = None


def is_about_an_adult_at_work(check: Check) -> bool:
    """Return whether it is about how an adult who works with children behaved (S3): such checks are kept apart."""
    return check.answers.get("S3", ("none",)) != ("none",)


def chapter(check: Check, entries: Sequence[Entry]) -> Chapter:
    """Return a check as one chapter. entries: its whole record, oldest first."""
    decided, closed = latest(entries, EventKind.DECIDED), latest(entries, EventKind.CLOSED)
    told: dict[str, datetime] = {}
    for entry in entries:
        if entry.what is EventKind.PAGE_SENT:
            told.setdefault(str(entry.content.get("to")), entry.at)
    asked = CHECKLIST["S7"]
    ticked = check.answers.get("S7", ())
    return Chapter(
        check=check.id,
        ref=check.ref,
        started_at=check.started_at,
        outcome=check.outcome.words if check.outcome else "not finished",
        worries=tuple(option.label for _, option in asked.meaning(ticked).chosen) if ticked else (),
        told=tuple(told.items()),
        decision=DECISIONS.get(str(decided.content.get("decision")), "") if decided else "",
        reason=str(decided.content.get("reason") or "") if decided else "",
        ended=str(closed.content.get("outcome") or "") if closed else "",
        ended_at=closed.at if closed else None,
    )
