"""The faults of the mutation test: what each does to the product, and which tests and which seeds must find it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Protocol

from sqlalchemy import update

from bot.cases import outgoing as case_messages
from bot.delivery import slack_errors
from bot.delivery.calls import Calls, Shown
from bot.delivery.limits import Limits, Line
from bot.delivery.other_channels import SecondChannel
from bot.delivery.scheduler import Scheduler
from bot.delivery.sender import Deliverer
from bot.slack.block_kit import Message
from flows import answering
from flows.case import Told
from flows.events import OutboxKind
from flows.paging import roster as paging
from flows.paging.roster import Roster
from services.casework import Casework
from services.due_times import DueTimes
from services.reporting import Reporting
from services.transaction import Service
from storage import cases, checks, events, outbox
from storage.engine.database import Database
from storage.tables import outbox as rows


class Planter(Protocol):
    """Replaces attributes: simulation.mutations.Patch, or pytest's MonkeyPatch."""

    def setattr(self, owner: Any, name: str, value: object) -> None: ...


@dataclass(frozen=True, slots=True)
class PlantedFault:
    """One fault. tests: of which at least one must fail with it. seeds: of which one must break a promise with it.

    seeds: None where no life of the simulation can show it: what it does is not in there, or shows after days.
    """

    plant: Callable[[Planter], None]
    tests: Sequence[str]
    seeds: range | None


DAY = timedelta(days=1)
_SENDER, _ORDER = "tests/bot/delivery/test_sender.py", "tests/bot/delivery/test_order.py"
_ASKED, _HANDED = "tests/services/test_somebody_is_asked.py", "tests/services/test_handover.py"
_BOX, _CASEWORK = "tests/storage/test_outbox.py", "tests/services/test_casework.py"
_UNKNOWN, _REPORTING = "tests/bot/delivery/test_unknown.py", "tests/services/test_reporting.py"


def _nothing(*_: object, **__: object) -> None:
    return None


def _replaces(owner: Any, name: str, value: object) -> Callable[[Planter], None]:
    return lambda patch: patch.setattr(owner, name, value)


# Timers and ladder


def _last_rung_daily(patch: Planter) -> None:
    real = Roster.next_ask

    def next_ask(roster: Roster, urgency: Any, asks: int, *args: Any, **more: Any) -> Any:
        people, following = real(roster, urgency, asks, *args, **more)
        is_last = asks >= len(roster.ladders[urgency]) - 1
        return people, following + DAY if is_last else following

    patch.setattr(Roster, "next_ask", next_ask)


def _hand_on_waits(patch: Planter) -> None:
    def needs_a_lead(work: Service, opened: Any) -> None:
        later = {**work._without_lead(opened), "next_page_at": work.now + timedelta(hours=4)}  # noqa: SLF001 - what is broken is in there
        cases.save(work.tx, opened.check.id, **later)

    patch.setattr(Service, "needs_a_lead", needs_a_lead)


def _no_next_ask(patch: Planter) -> None:
    real = Service._ask_step  # noqa: SLF001 - what is broken is in there

    def ask_step(work: Service, opened: Any, case: Any, tries: int) -> None:
        real(work, opened, case, tries)
        cases.save(work.tx, opened.check.id, next_page_at=None)

    patch.setattr(Service, "_ask_step", ask_step)


def _ask_without_pages(patch: Planter) -> None:
    real = Service.page

    def page(work: Service, opened: Any, people: Any, ask: int, *, channel: bool) -> None:
        if ask == 1:
            real(work, opened, people, ask, channel=channel)

    patch.setattr(Service, "page", page)


def _wakes_no_leads(patch: Planter) -> None:
    patch.setattr(Reporting, "wake", lambda work, check: checks.wake_again(work.tx, check, None, 0))


# Delivery


def _lost_pages(patch: Planter) -> None:
    put = outbox.put

    def put_unless_page(tx: Any, key: str, what: OutboxKind, *args: Any, **more: Any) -> None:
        if what is not OutboxKind.PAGE:
            put(tx, key, what, *args, **more)

    patch.setattr(outbox, "put", put_unless_page)


def _lost_answers(patch: Planter) -> None:
    save = checks.save

    def save_the_rest(tx: Any, opened: Any, now: Any, **changes: Any) -> None:
        changes.pop("answers", None)
        save(tx, opened, now, **changes)

    patch.setattr(checks, "save", save_the_rest)


def _put_off_a_day(patch: Planter) -> None:
    retry = outbox.retry_later
    patch.setattr(outbox, "retry_later", lambda tx, row, until, error: retry(tx, row, until + DAY, error))


def _told_at_once(patch: Planter) -> None:
    reach = outbox.reach
    patch.setattr(
        outbox, "reach", lambda *args: replace(reach(*args), told=Told.DELIVERED, in_slack=frozenset(args[3]))
    )


def _typed_words(patch: Planter) -> None:
    patch.setattr(case_messages, "notice", lambda _view, _case, event: Message(str(event.content), []))


def _paged_while_led(patch: Planter) -> None:
    real = case_messages._page  # noqa: SLF001 - what is broken is in there

    def page(services: Any, tx: Any, row: Any, view: Any) -> Any:
        led = view.case is not None and view.case.led_at is not None and row.ts is None
        unled = replace(view, case=replace(view.case, led_by=None, led_at=None)) if led else view
        return real(services, tx, row, unled)

    patch.setattr(case_messages, "_page", page)


# Fencing


def _no_fencing(patch: Planter) -> None:
    stamp = outbox.stamp

    def stamp_anyway(tx: Any, row: Any, *args: Any) -> bool:
        tx.execute(update(rows).where(rows.c.id == row.id).values(token=row.token))
        return stamp(tx, row, *args)

    patch.setattr(outbox, "stamp", stamp_anyway)


FAULTS: Mapping[str, PlantedFault] = {
    "no_ladder": PlantedFault(_replaces(Casework, "escalate_due", _nothing), [_CASEWORK], range(20)),
    "last_rung_daily": PlantedFault(_last_rung_daily, ["tests/flows/paging", _ASKED, _CASEWORK], range(60)),
    "hand_on_waits": PlantedFault(_hand_on_waits, [_HANDED, _ASKED], range(120)),
    "no_next_ask": PlantedFault(_no_next_ask, [_CASEWORK], range(40)),
    "ask_without_pages": PlantedFault(_ask_without_pages, [_CASEWORK], range(60)),
    "all_away_nobody": PlantedFault(_replaces(paging, "in_need", lambda *_: ()), ["tests/flows/paging"], range(60)),
    "wakes_no_leads": PlantedFault(_wakes_no_leads, [_REPORTING], range(60)),
    "idle_for_hours": PlantedFault(
        _replaces(answering, "patience", lambda *_: timedelta(hours=8)), [_REPORTING], range(60)
    ),
    "clock_not_watched": PlantedFault(
        _replaces(Scheduler, "look_at_due_times", _nothing), ["tests/scenarios/test_clock_jumps.py"], range(120)
    ),
    "due_times_not_put_right": PlantedFault(
        _replaces(DueTimes, "put_right", lambda *_, **__: False), ["tests/scenarios/test_clock_jumps.py"], range(120)
    ),
    "no_reminder": PlantedFault(_replaces(Casework, "remind", _nothing), ["tests/services/test_reminders.py"], None),
    "led_forever": PlantedFault(
        _replaces(Casework, "check_leader", _nothing), [_HANDED, "tests/scenarios/test_cover.py"], None
    ),
    "no_second_channel": PlantedFault(
        _replaces(Roster, "uses_second_channel", lambda *_: False), ["tests/flows/paging", _CASEWORK], None
    ),
    "mail_not_owed": PlantedFault(_replaces(Service, "not_taken", _nothing), [_SENDER, _ORDER], range(120)),
    "lost_pages": PlantedFault(_lost_pages, [_CASEWORK], range(20)),
    "lost_answers": PlantedFault(_lost_answers, [_REPORTING], range(20)),
    "put_off_a_day": PlantedFault(_put_off_a_day, [_BOX, _SENDER], range(40)),
    "told_at_once": PlantedFault(_told_at_once, [_BOX, _SENDER], range(40)),
    "typed_words": PlantedFault(_typed_words, ["tests/bot/cases"], range(40)),
    "open_to_all": PlantedFault(_replaces(case_messages, "may_read", lambda *_: True), [_SENDER], range(80)),
    "paged_while_led": PlantedFault(_paged_while_led, [_SENDER, "tests/bot/cases"], range(120)),
    "nothing_taken_away": PlantedFault(
        _replaces(Calls, "take_away", lambda _calls, row: Shown(row.channel, row.ts)), [_SENDER], range(80)
    ),
    "outage_held_against_one": PlantedFault(
        _replaces(slack_errors, "PASSING", frozenset({"ratelimited"})), [_ORDER], None
    ),
    "never_back": PlantedFault(_replaces(Line, "is_back", lambda *_: False), [_ORDER], None),
    "limits_ignored": PlantedFault(_replaces(Limits, "wait", _nothing), [_ORDER], None),
    "one_message_id_each_time": PlantedFault(
        _replaces(SecondChannel, "_mail", lambda channel, box, words, _key: _mail(channel, box, words)),
        ["tests/bot/delivery/test_other_channels.py"],
        None,
    ),
    "no_stamp": PlantedFault(_replaces(Deliverer, "_stamp", _nothing), [_SENDER], range(20)),
    "no_fencing": PlantedFault(_no_fencing, [_BOX, _SENDER], range(200)),
    "short_lease": PlantedFault(_replaces(outbox, "LEASE", timedelta(seconds=3)), [_UNKNOWN], range(200)),
    "claims_never_released": PlantedFault(_replaces(outbox, "_freed", lambda _now: _touch_nothing()), [_BOX], None),
    "repeats_taken_twice": PlantedFault(
        _replaces(events, "is_repeat", lambda *_: False), [_CASEWORK, _REPORTING], range(120)
    ),
    "unwritten_is_well": PlantedFault(
        _replaces(Database, "can_write", lambda _database: True), ["tests/scenarios/test_conditions.py"], None
    ),
}
"""By name. The table is kept: a fault leaves it only with the code that it was planted in."""

_real_mail = SecondChannel._mail  # noqa: SLF001 - kept before it is replaced


def _mail(channel: SecondChannel, box: str, words: Any) -> None:
    _real_mail(channel, box, words, str(object()))


def _touch_nothing() -> Any:
    return update(rows).values(token=rows.c.token).where(rows.c.id == -1)
