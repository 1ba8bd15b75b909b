"""A second reading of every closing: from the sealed record alone, with nothing of the code that closes cases.

What the rules ask is written here again, in other words ("Closure" in docs/rules.md, I20, I27, I28, I32). Where the two
readings differ, one of them is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from flows.events import EventKind
from simulation.promises import Broken, BrokenPromise

_PROMISE = "a case closes only when it is true (I20, I28)"
_PARTS = ("student", "professionals", "parent")
_TO_SHARE = ("what", "whom", "time", "how", "by", "basis")
_SHARED = ("yes_emergency", "yes_other", "gone_wrong")


class RecordedEntry(Protocol):
    """One entry of the record, opened."""

    @property
    def what(self) -> EventKind: ...
    @property
    def content(self) -> Mapping[str, Any]: ...


def closings_are_true(name: str, entries: Sequence[RecordedEntry]) -> Broken:
    """Check each closing of a check against what its record said by then. entries: all of them, oldest first."""
    for at, entry in enumerate(entries):
        if entry.what is EventKind.CLOSED:
            for why in _open_still(entries[:at]):
                yield BrokenPromise(_PROMISE, f"{name} closed, and {why}")


def _open_still(before: Sequence[RecordedEntry]) -> Iterator[str]:
    decision = _newest(before, EventKind.DECIDED)
    if not _sentence(decision.get("reason")):
        yield "the decision has no reason"
    if decision.get("decision") in ("share", "refer"):
        yield from (f"the decision does not say {key}" for key in _TO_SHARE if not _word(decision.get(key)))
    yield from _parts(before)
    yield from _agreement(before)
    yield from _sharing(before)
    yield from _agencies(before)
    yield from _breach(before)


def _newest(entries: Sequence[RecordedEntry], what: EventKind) -> Mapping[str, Any]:
    return next((entry.content for entry in reversed(entries) if entry.what is what), {})


def _parts(before: Sequence[RecordedEntry]) -> Iterator[str]:
    """Read the plan's three parts as they stood: a later entry has only those that changed."""
    stands: dict[str, Mapping[str, Any]] = {}
    for entry in before:
        if entry.what in (EventKind.PLANNED, EventKind.STRAND):
            stands |= {str(part["name"]): part for part in entry.content.get("strands", ())}
    for part in _PARTS:
        said = stands.get(part, {})
        if said.get("status") not in ("done", "not_appropriate") or not _sentence(said.get("what")):
            yield f"the part for {part} is open"


def _agreement(before: Sequence[RecordedEntry]) -> Iterator[str]:
    agreed = viewed = True
    for entry in before:
        if entry.what in (EventKind.PLANNED, EventKind.DECIDED, EventKind.DISAGREED, EventKind.ESCALATED):
            agreed = agreed and entry.content.get("lead_stays") is True
        if entry.what in (EventKind.AGREED, EventKind.AGREED_OTHERWISE):
            agreed = True
        if entry.what in (EventKind.DISAGREED, EventKind.REVIEWED):
            viewed = entry.what is EventKind.REVIEWED
    if not agreed:
        yield "the plan is not agreed"
    if not viewed:
        yield "nobody else has given their view on what the reporter did not agree with"


def _sharing(before: Sequence[RecordedEntry]) -> Iterator[str]:
    shared = _newest(before, EventKind.SHARED)
    answers = shared.get("answers", {})
    if shared:
        told = answers.get("3.4.1")
        if told not in (["yes_told"], ["no_unsafe"]) or (told == ["no_unsafe"] and not shared.get("due")):
            yield "it is open whether they know that it was shared"
        if answers.get("3.4.2") != ["yes"]:
            yield "it is open whether it is recorded"
        unsaid = [key for key in ("what", "whom", "why", "how") if not _word(shared.get(key))]
        yield from (f"nobody said {key} was shared" for key in unsaid)
        return
    said = _answers(before).get("S6")
    chose_not = any(entry.what is EventKind.CHOSE_NOT_TO_SHARE for entry in before)
    decided = _newest(before, EventKind.DECIDED).get("decision")
    if said and said[0] in _SHARED:
        yield "it was shared, and nobody asked how"
    elif not chose_not and (decided in ("share", "refer") or said != ("no",)):
        yield "nobody said that nothing was shared"


def _answers(before: Sequence[RecordedEntry]) -> dict[str, tuple[str, ...]]:
    given = (entry.content for entry in before if entry.what in (EventKind.ANSWERED, EventKind.CHANGED))
    return {str(one["question"]): tuple(one["options"]) for one in given if "question" in one}


def _agencies(before: Sequence[RecordedEntry]) -> Iterator[str]:
    rows = {entry.content["row"]: entry.content for entry in before if entry.what is EventKind.AGENCY}
    if not rows and _newest(before, EventKind.SHARED):
        yield "it was shared, and no agency is named"
    for number, row in rows.items():
        is_open = row.get("state") not in ("answered", "given_up") or not _word(row.get("receipt"))
        if is_open or (row["state"] == "given_up" and not _sentence(row.get("receipt"))):
            yield f"agency {number} has not answered"


def _breach(before: Sequence[RecordedEntry]) -> Iterator[str]:
    said: dict[str, Any] = {}
    for entry in before:
        if entry.what is EventKind.BREACH_RECORDED:
            said |= entry.content
    if any(entry.what is EventKind.BREACH_SHOWN for entry in before):
        parts = ("contained", "people", "ico")
        yield from (
            f"the breach is open: {part}"
            for part in parts
            if said.get(part) not in ("yes", "no") or not _word(said.get(f"{part}_how"))
        )


def _word(typed: object) -> bool:
    return bool(re.search(r"\w", str(typed or "")))


def _sentence(typed: object) -> bool:
    text = str(typed or "")
    return len(re.findall(r"[^\W\d_]{2,}", text)) > 1 or bool(re.search(r"[\u0e00-\ud7af]{4,}", text))
