"""Rows written into the outbox by plain SQL: nothing reaches anybody whom the check and its record do not name."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from bot.delivery.addressees import RULES
from flows.events import EventKind, Lane, OutboxKind
from sandbox.client.people import Person
from storage.tables import checks, events, outbox
from tests.harness import HARM, LEADS, POSSIBLY, Stage, on_every_stage, words_of

OUTSIDER = "U0STAFF2"
ALARM = "share-check's database was changed by somebody else."
HARMLESS = frozenset({OutboxKind.HOME})
"""Drawn for whoever it is published to, with what they may know."""


def everything_shown(person: Person) -> list[str]:
    return [words_of(each) for each in person.messages()]


@pytest.fixture
def conflict(stage: Stage) -> str:
    """An open case that leaves out Lead one."""
    stage.begin()
    stage.answer("No")
    stage.leave_out("Lead one")
    stage.answer(*POSSIBLY[2:4])
    stage.press("Ask a lead")
    stage.settle()
    return stage.check().id


def _row(stage: Stage, what: OutboxKind, target: str, check: str | None, **more: Any) -> dict[str, Any]:
    now = stage.bot.services.clock.now()
    lane = what.properties.lane
    via = "email" if lane is Lane.ELSEWHERE else "slack"
    row = {"key": f"forged:{what}:{target}", "what": what, "target": target, "check_id": check, "lane": lane}
    return {**row, "via": via, "ask": 1, "wanted": 1, "attempts": 0, "due_at": now, "created_at": now, **more}


def _write(stage: Stage, *rows: dict[str, Any]) -> None:
    """Write these rows, and wait until all of them were looked at."""
    with stage.bot.services.database.begin() as tx:
        for row in rows:
            tx.execute(insert(outbox).values(row))
    stage.settle()


def _event(stage: Stage, check: str) -> Iterator[int]:
    """Every entry of the check: a row may point to any of them."""
    with stage.bot.services.database.read() as tx:
        yield from tx.scalars(select(events.c.id).where(events.c.check_id == check)).all()


def _alarmed(person: Person) -> bool:
    return any(ALARM in words for words in everything_shown(person))


def test_every_kind_of_row_has_a_rule() -> None:
    """A kind that is added without saying whom it may go to is not sent at all."""
    assert RULES.keys() == set(OutboxKind)


@on_every_stage
def test_no_row_shows_a_check_to_somebody_outside(stage: Stage, conflict: str) -> None:
    """Whoever can write one row, and has no key, gets nothing to see; who may know, and who runs it, hear of it."""
    before = everything_shown(stage.colleague)
    for what in RULES.keys() - HARMLESS:
        about_none = _row(stage, what, OUTSIDER, None, key=f"forged:{what}:nothing")
        _write(stage, _row(stage, what, OUTSIDER, conflict), about_none)
    told_by = (OutboxKind.LINE, OutboxKind.NOTICE, OutboxKind.REMINDER, OutboxKind.CARD)
    for event in _event(stage, conflict):
        rows = (_row(stage, what, OUTSIDER, conflict, event_id=event, key=f"forged:{what}:{event}") for what in told_by)
        _write(stage, *rows)
    assert everything_shown(stage.colleague) == before
    assert _alarmed(stage.independent)


def test_no_row_tells_a_lead_who_is_left_out(stage: Stage, conflict: str) -> None:
    """Neither of the check nor that there was an alarm about it."""
    before = everything_shown(stage.lead_one)
    for what in sorted(RULES.keys() - HARMLESS):
        if what.properties.lane is not Lane.LATER:
            in_channel = _row(stage, what, LEADS, conflict, key=f"forged:{what}:channel")
            _write(stage, _row(stage, what, stage.lead_one.id, conflict), in_channel)
    shown = [words for words in everything_shown(stage.lead_one) if words not in before]
    assert stage.check().ref not in " ".join(shown)
    assert not any(ALARM in words for words in shown)
    assert _alarmed(stage.lead_two)


def test_a_card_in_the_place_of_another_message_is_not_drawn_there(stage: Stage) -> None:
    """The row says in clear which message is edited: nothing but the bot's own proof makes it believe so."""
    stage.begin()
    stage.begin(stage.colleague)
    mine, theirs = stage.checks()
    with stage.bot.services.database.begin() as tx:
        where = select(outbox.c.channel, outbox.c.ts).where(outbox.c.check_id == theirs.id)
        there = tx.execute(where).one()
        now = stage.bot.services.clock.now()
        moved = {"channel": there.channel, "ts": there.ts, "due_at": now, "shown": None, "wanted": 9}
        tx.execute(update(outbox).where(outbox.c.check_id == mine.id).values(moved))
    before = everything_shown(stage.colleague)
    stage.settle()
    stage.answer("No", "No")
    assert everything_shown(stage.colleague) == before


def test_what_the_card_shows_is_in_no_column(stage: Stage) -> None:
    """Neither the question that Back shows nor what covers the card can be chosen in the table."""
    stage.begin()
    stage.answer("No", "No")
    stage.press("Hide")
    before = everything_shown(stage.staff)
    with stage.bot.services.database.begin() as tx:
        tx.execute(update(checks).values(revisiting="S1", cover=None))
        tx.execute(update(outbox).values(due_at=stage.bot.services.clock.now(), shown=None))
    stage.settle()
    assert everything_shown(stage.staff) == before
    assert stage.check().revisiting is None


def test_a_page_is_not_called_old_and_no_message_is_taken_away(stage: Stage) -> None:
    """Whoever asks for help in vain is sent away by nobody who can write a row."""
    stage.begin()
    stage.answer(*HARM)
    stage.settle()
    pages = len(stage.pages())
    assert pages
    now = stage.bot.services.clock.now()
    for what in (OutboxKind.OLD_PAGE, OutboxKind.ERASED):
        with stage.bot.services.database.begin() as tx:
            here = (outbox.c.target == LEADS, outbox.c.what.in_((OutboxKind.PAGE, OutboxKind.OLD_PAGE)))
            tx.execute(update(outbox).where(*here).values(what=what, due_at=now, shown=None))
        stage.settle()
    assert len(stage.pages()) == pages
    assert _alarmed(stage.lead_one)
    assert EventKind.PAGE_SENT in stage.events()
