"""One check whose key does not open: it holds up nobody else, is hidden from nobody who may know, and is an alarm."""

from cryptography.fernet import Fernet
from sqlalchemy import select, update

from bot.cover.schedule import AccountWatch
from bot.retention.due import copies_left
from bot.retention.schedule import RetentionClock
from flows.events import OutboxKind
from flows.paging.cover import on_cover
from sandbox.client.people import Person
from storage import cases, cover
from storage.crypto.envelope import Keyring
from storage.tables import cases as case_table
from storage.tables import checks, outbox
from tests.harness import HARM, LEADS, Stage, card_of, on_every_stage, words_of
from tests.scenarios.test_home import _home, _office
from tests.scenarios.test_left_out import raise_without

CANNOT = "cannot be opened: whoever runs share-check must look."


def shut(stage: Stage, check: str) -> None:
    """Its key is one that nobody has."""
    key = Keyring([Fernet.generate_key().decode()]).new_key()
    with stage.bot.services.database.begin() as tx:
        tx.execute(update(checks).where(checks.c.id == check).values(wrapped_key=key))


def _raised(stage: Stage, who: Person | None = None) -> tuple[str, str]:
    """Id and reference of a new case."""
    stage.begin(who)
    stage.answer(*HARM, who=who)
    stage.settle()
    with stage.bot.services.database.read() as tx:
        newest = select(checks.c.id, checks.c.ref).order_by(checks.c.started_at.desc(), checks.c.touched_at.desc())
        row = tx.execute(newest.where(checks.c.reporter == (who or stage.staff).id)).first()
    assert row is not None
    return row.id, row.ref


@on_every_stage
def test_home_still_comes_and_says_which_check_does_not_open(stage: Stage) -> None:
    """To the leads, beside what they can open; to whoever raised it, with the phones; to nobody else."""
    check, ref = _raised(stage)
    _, other = _raised(stage, stage.colleague)
    shut(stage, check)
    for lead in (stage.lead_one, stage.lead_two, stage.deputy, stage.independent):
        shown = _office(_home(stage, lead))
        assert f"*{ref}* {CANNOT}" in shown
        assert f"*{other}*" in shown
    mine = _home(stage, stage.staff)
    assert f"*{ref}* {CANNOT} If it cannot wait, phone " in mine
    assert ref not in _home(stage, stage.colleague)


def test_an_open_check_that_does_not_open_is_never_nothing(stage: Stage) -> None:
    """The list does not say that nothing waits."""
    check, _ = _raised(stage)
    shut(stage, check)
    assert "Nothing waits for you here." not in _home(stage, stage.lead_one)


def test_somebody_left_out_finds_no_trace_of_it(stage: Stage) -> None:
    """Their tab is the one they had before there was any check."""
    before = _home(stage, stage.lead_one)
    raise_without(stage, "Lead one")
    ref = stage.check().ref
    shut(stage, stage.check().id)
    assert _home(stage, stage.lead_one) == before
    assert f"*{ref}* {CANNOT}" in _home(stage, stage.independent)


def test_whoever_began_it_can_start_another(stage: Stage) -> None:
    """A draft that does not open does not keep anybody from asking for help."""
    stage.begin()
    stage.answer("No")
    shut(stage, stage.check().id)
    _, ref = _raised(stage)
    assert ref in _home(stage, stage.lead_one)
    assert "I have told" in words_of(card_of(stage.staff))


@on_every_stage
def test_a_closed_account_is_marked_and_the_other_checks_are_seen_to(stage: Stage) -> None:
    """Also where the first check to look at is one that does not open."""
    broken, _ = _raised(stage)
    stage.lead()
    good, _ = _raised(stage, stage.colleague)
    with stage.bot.services.write() as tx:
        stage.bot.services.casework(tx).lead(good, "U0LEAD1", "lead-1", "lead-good")
    shut(stage, broken)
    stage.workspace.change_person("U0LEAD1", deactivated=True)
    AccountWatch(stage.bot.services, stage.bot.app.client).turn()
    stage.bot.scheduler.turn()
    with stage.bot.services.database.read() as tx:
        assert cover.unreachable(tx) == {"lead-1"}
        assert "lead-1" not in on_cover(
            stage.bot.services.roster.people, cover.absent(tx, stage.bot.services.clock.now().date())
        )
        opened = stage.bot.services.subject(tx, good)
    assert opened is not None
    assert opened.case is not None
    assert opened.case.led_by is None


@on_every_stage
def test_the_audit_is_an_alarm_and_wakes_the_others(stage: Stage) -> None:
    """A forgotten check that does not open is said, once an hour; one that opens is seen to all the same."""
    broken, _ = _raised(stage)
    good, _ = _raised(stage, stage.colleague)
    stage.settle()
    shut(stage, broken)
    with stage.bot.services.database.begin() as tx:
        for check in (broken, good):
            cases.save(tx, check, next_page_at=None)
            tx.execute(update(outbox).where(outbox.c.check_id == check).values(due_at=None))
    found = stage.bot.auditor.turn()
    assert set(found.unwatched) == {broken, good}
    with stage.bot.services.database.read() as tx:
        alarmed = tx.scalars(select(outbox.c.target).where(outbox.c.what == OutboxKind.ALARM)).all()
        woken = tx.scalar(select(case_table.c.next_page_at).where(case_table.c.check_id == good))
    assert LEADS in alarmed
    assert "U0ADMIN" in alarmed
    assert woken is not None
    stage.settle()
    assert stage.bot.auditor.turn().unwatched == (broken,)


def test_retention_goes_on_around_it(stage: Stage) -> None:
    """What is due is announced, and old messages are cut, although one that is due does not open."""
    broken, _ = _raised(stage)
    stage.settle()
    shut(stage, broken)
    services = stage.bot.services
    with services.database.begin() as tx:
        long_ago = services.clock.now().replace(year=1990)
        tx.execute(update(checks).values(started_at=long_ago, touched_at=long_ago, status="sent"))
        tx.execute(update(case_table).values(status="closed", next_page_at=None))
        tx.execute(update(outbox).where(outbox.c.what == OutboxKind.PAGE).values(unshrunk="message_not_found"))
    stage.forward(hours=24 * 400)
    RetentionClock(services).turn()
    with services.database.read() as tx:
        assert copies_left(services, tx, "U0LEAD1") == ()
        assert tx.scalar(select(checks.c.shrunk_at).where(checks.c.id == broken)) is not None
