"""Other checks about the same person, as far as a reader may know of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from sqlalchemy import Connection

from bot.check_view import CheckView
from bot.context import Services
from bot.permission import Act, Subject, may
from flows.case import Check
from flows.events import EventKind
from storage import checks, person_index


def let_through(services: Services, tx: Connection, held: Iterable[str], who: str, act: Act) -> list[Subject]:
    """Return those of these checks for which this person may do `act`, newest first.

    Checks that they raised themselves, practice pages and the rows that store digests are never among them.
    """
    return newest_first(each_let_through(services, tx, held, who, act))


def each_let_through(services: Services, tx: Connection, held: Iterable[str], who: str, act: Act) -> Iterator[Subject]:
    """Yield the same in the order of `held`, each looked up when it is asked for."""
    subjects = (services.listed(tx, check) for check in held)
    records = (each for each in subjects if each and not each.check.is_drill and each.check.reporter != who)
    return (each for each in records if may(each, who, act, services.roster))


def newest_first(found: Iterable[Subject]) -> list[Subject]:
    """Return the checks in the order in which they are locked everywhere."""
    return sorted(found, key=lambda each: each.check.started_at, reverse=True)


def listed(services: Services, found: Iterable[Subject], who: str) -> tuple[tuple[Check, bool], ...]:
    """Return each check with whether this person may open it."""
    return tuple((each.check, may(each, who, Act.OPEN, services.roster)) for each in found)


def with_others(services: Services, tx: Connection, view: CheckView, who: str) -> CheckView:
    """Return the view with earlier checks about the same person that this reader may know of; record each find (I21).

    Call it in a transaction of its own: checks are locked newest first everywhere, so that two people who open two of
    them cannot deadlock.
    """
    subject = services.subject(tx, view.check.id)
    opened = checks.load(tx, services.keys, view.check.id)
    same = person_index.same_person(tx, services.keys, opened, services.roster.week.day_of(services.clock.now()))
    known = let_through(services, tx, same, who, Act.KNOW)
    for each in known:
        services.casework(tx).viewed(each.check.id, who, EventKind.FOUND)
    earlier = listed(services, known, who)
    return replace(view, earlier=earlier, may_export=may(subject, who, Act.EXPORT, services.roster))
