"""The Home tab's content, read from the database: only what the reader may know, whatever their role."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from importlib.metadata import version
from itertools import islice

from sqlalchemy import Connection

from bot.access_requests.reader import RequestReader
from bot.alarms import audience
from bot.breaches.modals import on_home as breaches_on_home
from bot.context import Services
from bot.home import blocks
from bot.home.cover_section import OnCover
from bot.home.role_sections import CASES_A_PAGE, MOST_AWAY, MOST_STRANDS, Due, Engine, Office, open_list
from bot.permission import (
    Act,
    Subject,
    may,
    may_answer_requests,
    may_know_unreadable,
    may_see_breaches,
    may_see_who_practised,
)
from bot.records.modals import on_home
from bot.slack import block_kit
from flows.case import Case, Check, StrandStatus
from flows.events import EventKind
from flows.paging.cover import AHEAD, gaps, on_cover
from flows.records.access_requests import time_left
from flows.reports.waiting import waiting_for
from services import access_requests
from storage import cases, checks, cover, events, induction, unreadable
from storage.health import liveness, overdue
from storage.proof import seal


def draw(services: Services, tx: Connection, user: str, page: int) -> block_kit.Block:
    """Render a person's Home tab, with only what they may know. `page` is the page of open checks, from 0."""
    person, now = services.roster.person_at(user), services.clock.now()
    mine = checks.of_reporter(tx, services.keys, user, blocks.MOST_CHECKS)
    unreadable_of_mine = unreadable.of_reporter(tx, user, [check.id for check in mine], blocks.MOST_CHECKS)
    troubled = overdue.look(tx, now).checks
    is_well = not troubled if person is None else person not in audience.whose(services, tx, troubled)
    return blocks.home(
        [*unreadable_of_mine, *mine],
        services.organisation,
        _to_sample(tx, services, user),
        _on_cover(tx, services, user),
        {
            check.id: (case, _question(tx, case))
            for check in mine
            if (case := _case(tx, services, check.id)) is not None
        },
        _office(tx, services, user, person, page) if person else None,
        _engine(tx, services, is_well=is_well) if user in services.roster.administrators else None,
        (
            *(_records(tx, services, user) if person else ()),
            *(breaches_on_home() if may_see_breaches(user, services.roster) else ()),
            *_learn(tx, services, user),
        ),
        is_well=is_well,
    )


def _learn(tx: Connection, services: Services, user: str) -> Iterator[block_kit.Block]:
    return blocks.learn(_finished(tx, user), sees_who=may_see_who_practised(user, services.roster))


def _finished(tx: Connection, user: str) -> str:
    """Say when this person last finished a practice situation; empty if never."""
    last = induction.last_of(tx, user)
    return f"You last finished one on {block_kit.on(last.at)}." if last else ""


def _records(tx: Connection, services: Services, user: str) -> Iterator[block_kit.Block]:
    answers = may_answer_requests(user, services.roster)
    count, first = access_requests.pressing(tx) if answers else (0, None)
    first = RequestReader(services).first_due(tx, first, user) if answers else None
    left = time_left(first, _today(services)) if first else ""
    waiting = (f"Requests for copies not answered yet: {count}. The first: {left}.",) if count else ()
    return on_home(answers_requests=answers, waiting=waiting)


def _case(tx: Connection, services: Services, check: str) -> Case | None:
    """Return the check's case; None where it has none or cannot be decrypted."""
    subject = services.listed(tx, check)
    return subject.case if subject else None


def _question(tx: Connection, case: Case) -> int:
    """Return the entry id of the question that waits for the reporter's answer, 0 where none does."""
    return events.newest_of(tx, case.check.id, EventKind.QUESTION) if case.waiting_for_answer else 0


def _practised(tx: Connection, services: Services) -> Case | None:
    """Return the newest practice page. Nobody can be left out of one, so no access check is needed."""
    check = cases.newest_practice(tx)
    return _case(tx, services, check) if check else None


def _to_sample(tx: Connection, services: Services, user: str) -> list[Check]:
    """Return checks without a page that this person may open; none for people who are not on the safeguarding list."""
    if services.roster.person_at(user) is None:
        return []
    ended = checks.ended_without_page(tx, services.keys)
    subjects = (Subject(check, checks.people_left_out(tx, check.id)) for check in ended)
    known = (subject.check for subject in subjects if may(subject, user, Act.OPEN, services.roster))
    return list(islice(known, blocks.MOST_CHECKS))


def _on_cover(tx: Connection, services: Services, user: str) -> OnCover:
    """Return who is on cover today and, for people on the safeguarding list, their own days away."""
    roster, today = services.roster, _today(services)
    there = on_cover(roster.people, cover.absent(tx, today))
    person = roster.person_at(user)
    mine = tuple(each for each in cover.from_day(tx, today) if each.person == person)
    return OnCover(tuple(roster.slack[one] for one in there), user, mine if person else None)


def _office(tx: Connection, services: Services, user: str, me: str, page: int) -> Office:
    roster, today = services.roster, _today(services)
    found = {check: _case(tx, services, check) for check in cases.waiting_ids(tx)}
    known = [case for case in found.values() if case and may(Subject.of(case), user, Act.KNOW, roster)]
    closed = filter(None, (unreadable.find(tx, check) for check, case in found.items() if case is None))
    page = min(page, max(0, (len(known) - 1) // CASES_A_PAGE))
    first = page * CASES_A_PAGE
    away = cover.from_day(tx, today)
    soon = [each for each in away if each.first < today + timedelta(days=AHEAD) and each.person in roster.slack]
    return Office(
        me=me,
        open=known[first : first + CASES_A_PAGE],
        page=page,
        more=len(known) > first + CASES_A_PAGE,
        due=sorted(_due(known), key=lambda due: (due.when is None, due.when or today))[:MOST_STRANDS],
        away=[(roster.slack[each.person], each) for each in soon][:MOST_AWAY],
        gaps=gaps(roster.people, away, cover.unreachable(tx), roster.week, today, AHEAD),
        today=today,
        unreadable=[one.ref for one in closed if may_know_unreadable(one, user, roster)],
        practised=_practised(tx, services),
        now=services.clock.now(),
        zone=services.organisation.zone,
        since={case.check.id: _since(tx, case) for case in known[first : first + CASES_A_PAGE]},
    )


def _since(tx: Connection, case: Case) -> datetime:
    """Return since when a case waits for what it waits for now."""
    wait = waiting_for(case)
    began = events.newest_at(tx, case.check.id, wait.began_with) if wait.began_with else None
    return began or wait.since


def draw_list(services: Services, tx: Connection, user: str) -> block_kit.Block | None:
    """Render the list of open checks that this person may know of; None for people not on the safeguarding list."""
    person = services.roster.person_at(user)
    return open_list(_office(tx, services, user, person, 0)) if person else None


def _due(known: Sequence[Case]) -> Iterator[Due]:
    """Yield the strands of these cases' plans that are still to do."""
    for case in known:
        for strand in case.strands:
            if strand.status is StrandStatus.TO_DO:
                yield Due(case, strand.name, date.fromisoformat(strand.due) if strand.due else None)


def _engine(tx: Connection, services: Services, *, is_well: bool) -> Engine:
    waiting = seal.waiting_since(tx)
    schools = tuple(school.name for school in services.organisation.schools)
    general = [point for point in services.organisation.gaps if not point.startswith(schools)] if schools else None
    points = list(services.organisation.gaps) if general is None else general
    if unknown := len(services.organisation.gaps) - len(points):
        points.append(f"schools: {unknown} facts are not known")
    unsealed = services.clock.now() - waiting if waiting else timedelta(0)
    return Engine(version("share-check"), is_well, liveness.last_backup(tx), unsealed, points, services.doctor.troubles)


def _today(services: Services) -> date:
    return services.roster.week.day_of(services.clock.now())
