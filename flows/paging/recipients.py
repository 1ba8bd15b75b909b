"""Who is told, and who may be: people left out of a check are never among them (I13)."""

from dataclasses import dataclass, replace

from flows.engine.outcome import Decision
from flows.model import Level


class NobodyLeftError(ValueError):
    """Everybody who could be told has been left out."""

    def __init__(self) -> None:
        super().__init__("Everybody is left out. Leave at least one person who can be told.")


@dataclass(frozen=True, slots=True)
class People:
    """Ids of those who can be told, in the order in which they are asked."""

    leads: tuple[str, ...]
    deputies: tuple[str, ...]
    independent: str

    @property
    def everybody(self) -> tuple[str, ...]:
        """Leads, deputies and the independent contact."""
        return (*self.leads, *self.deputies, self.independent)


def may_know(
    left_out: tuple[str, ...],
    conflict: bool,  # noqa: FBT001 - read as in the rule: who is left out, is there a conflict.
    people: People,
) -> tuple[str, ...]:
    """Return the ids of those who may be told of a check.

    A conflict without names ("not sure") leaves the independent contact alone, until it is known.
    """
    if conflict and not left_out:
        return (people.independent,)
    return tuple(one for one in people.everybody if one not in left_out)


def first_recipients(decision: Decision, people: People, reporter: str | None = None) -> tuple[str, ...]:
    """Return the ids of those paged first; empty when nobody is.

    reporter: whoever raised it, who is not their own reviewer even when a lead. Should the
    independent contact raise a check that only they may know of, the deputies are asked.
    Raises NobodyLeftError when a page is due and nobody may receive it.
    """
    if not decision.page:
        return ()
    allowed = may_know(decision.left_out, decision.conflict, people)
    if allowed == (reporter,):
        allowed = tuple(one for one in people.deputies if one not in decision.left_out)
    for group in (_asked_first(decision, people), people.deputies, (people.independent,)):
        chosen = tuple(one for one in group if one in allowed and one != reporter)
        if chosen:
            return chosen
    raise NobodyLeftError


def would_be_told(decision: Decision, people: People, reporter: str | None = None) -> tuple[str, ...]:
    """Return the ids of those who are paged first, or would be if a page were due. Raises NobodyLeftError."""
    return first_recipients(replace(decision, level=max(decision.level, Level.CONSULT)), people, reporter)


def _asked_first(decision: Decision, people: People) -> tuple[str, ...]:
    """All leads; the independent contact too where a lead is, or may be, part of it."""
    if decision.conflict or not decision.conflict_known:
        return (*people.leads, people.independent)
    return people.leads
