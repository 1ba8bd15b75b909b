"""Who said it: the name and role recorded with an entry, and what can be said of entries from before they were."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from flows.case import SYSTEM, Entry
from flows.paging.roster import STAFF, Roster

NOT_RECORDED = "name not recorded at that time"


def author(entry: Entry, entries: Sequence[Entry], roster: Roster, reporter: str, *, naming_staff: bool = True) -> str:
    """Return name and role at that time, such as "Lead one, safeguarding lead".

    Of an entry that has none: the name under which the same account signed another entry, else the one that the
    organisation's file gives it now. entries: the whole record of the check. reporter: the Slack id of whoever raised
    it. naming_staff: whether people who are on no list are named too.
    """
    if entry.who == SYSTEM:
        return SYSTEM
    role = entry.signed.role if entry.signed else _role_by_now(entry.who, roster, reporter)
    name = entry.signed.name if entry.signed else ""
    if role == STAFF and not naming_staff:
        return role
    return ", ".join(filter(None, (name or _name_elsewhere(entry.who, entries, roster), role))) or NOT_RECORDED


def _role_by_now(who: str, roster: Roster, reporter: str) -> str:
    """Return the role in the organisation's file; of whoever raised it "staff member", of anybody else nothing."""
    role = roster.signature(who).role
    return role if role != STAFF or who == reporter else ""


def _name_elsewhere(who: str, entries: Iterable[Entry], roster: Roster) -> str:
    signed = (entry.signed.name for entry in entries if entry.who == who and entry.signed)
    return next(filter(None, signed), "") or roster.names.get(who, "")


def names_in(entries: Iterable[Entry]) -> Mapping[str, str]:
    """Return the names of people by organisation id and by Slack id, as the entries recorded them, the newest first."""
    found: dict[str, str] = {}
    for entry in entries:
        if entry.signed is not None:
            found |= {**entry.signed.people, **({entry.who: entry.signed.name} if entry.signed.name else {})}
    return found
