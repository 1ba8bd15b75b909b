"""Who cannot be helped here, what cannot be kept, and what nobody should have sent."""

import copy
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from flows.events import OPENINGS, EventKind
from sandbox.client.result import InteractionResult
from tests.harness import (
    CALM,
    HARM,
    Stage,
    card_of,
    opened,
    page_of,
    whispered,
    whispers,
    words_of,
)

PHONE = "Independent contact 020 7946 0104, children's social care 020 7946 0110"
TABLES = ("checks", "events", "outbox", "cases")
KEPT = ("checks", "answers", "cases", "events", "asked", "left_out", "strands")


@contextmanager
def _full_disk(folder: Path) -> Iterator[None]:
    """A database that can be read and keeps nothing."""
    with closing(sqlite3.connect(folder / "test.db")) as database:
        for table in TABLES:
            for verb in ("INSERT", "UPDATE"):
                database.execute(
                    f"CREATE TRIGGER full_{table}_{verb} BEFORE {verb} ON {table} "
                    "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
                )
        database.commit()
        yield
        for table in TABLES:
            for verb in ("INSERT", "UPDATE"):
                database.execute(f"DROP TRIGGER full_{table}_{verb}")
        database.commit()


def _everything(folder: Path) -> str:
    """All that is kept of what people did."""
    with closing(sqlite3.connect(folder / "test.db")) as database:
        names = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        tables = sorted(names & set(KEPT))
        assert tables
        return repr([database.execute(f"SELECT * FROM {name}").fetchall() for name in tables])  # noqa: S608 - our own tables


def _forgive(stage: Stage) -> None:
    """A press without an answer is how Slack shows its own warning, and a forged one has no fresh trigger."""
    mine = ("no acknowledgement", "exchanged_trigger_id", "expired_trigger_id")
    kept = [words for words in stage.workspace.complaints if not any(one in words for one in mine)]
    stage.workspace.complaints[:] = kept


@pytest.mark.parametrize("user", ["U0GUEST", "U0OTHER"])
def test_guests_and_strangers_are_sent_to_a_phone_kindly(stage: Stage, user: str) -> None:
    """Whichever door they try, nothing is started for them."""
    person = stage.workspace.person(user)
    person.command("/share-check")
    person.wait_for("I can only help staff of Social Sense.")
    assert "phone the school office on 020 7946 0100" in person.text()
    person.shortcut("start_check")
    person.wait_for(lambda: person.modal)
    assert stage.checks() == []
    if user == "U0GUEST":
        person.open_home()
        person.wait_for(lambda: person.home)
        assert "Start a check" not in person.buttons("home")


def test_the_other_ways_in_open_the_same_check(stage: Stage) -> None:
    """A shortcut, a message's shortcut and the Home tab lead to the one card."""
    staff = stage.staff
    staff.shortcut("start_check")
    staff.wait_for("in danger right now")
    staff.open_home()
    staff.wait_for(lambda: staff.home)
    staff.press("Start a check", "home")
    message = stage.colleague.post("C0GENERAL", "Lunch?")
    staff.message_shortcut("check_before_sharing", message)
    stage.settle()
    assert len(stage.checks()) == 1


def test_a_press_on_home_that_fails_says_so_in_words(stage: Stage, tmp_path: Path) -> None:
    """Slack's own sign says nothing: a window says that nothing was saved, and whom to phone."""
    stage.begin()
    stage.staff.open_home()
    stage.settle()
    stage.staff.wait_for(lambda: stage.staff.home)
    with _full_disk(tmp_path):
        assert stage.staff.press("Carry on", "home").error is not None
        opened(stage.staff, "Not saved")
        assert "I could not save that" in str(stage.staff.modal)
        assert PHONE in str(stage.staff.modal)
    _forgive(stage)


def test_an_answer_that_cannot_be_kept_is_never_called_saved(stage: Stage, tmp_path: Path) -> None:
    """The card says so and gives the numbers; Slack shows that the press failed; later it works again."""
    stage.begin()
    stage.answer("No")
    stage.settle()
    with _full_disk(tmp_path):
        acted = stage.staff.press("No", card_of(stage.staff))
        assert acted.error is not None
        stage.staff.wait_for("I could not save that")
        assert PHONE in stage.staff.text()
        assert "S2" not in stage.check().answers
    warned = [message for message in stage.staff.dm if "I could not save that" in words_of(message)][-1]
    stage.staff.press("No", warned)
    stage.settle()
    assert stage.check().answers["S2"] == ("no",)
    assert "I could not save that" not in words_of(card_of(stage.staff))
    _forgive(stage)


def test_a_check_that_cannot_be_started_says_whom_to_phone(stage: Stage, tmp_path: Path) -> None:
    """Whoever typed the command is not left waiting for a card."""
    with _full_disk(tmp_path):
        stage.staff.command("/share-check")
        stage.staff.wait_for(PHONE)
        assert "I have opened" not in stage.staff.text()
        stage.staff.shortcut("start_check")
        stage.staff.wait_for(lambda: stage.staff.modal and PHONE in stage.staff.text())


def test_typed_words_that_cannot_be_kept_stay_in_the_window(stage: Stage, tmp_path: Path) -> None:
    """The reporter's details and the lead's note: nothing typed is lost, and it can be saved later."""
    stage.begin()
    stage.answer(*HARM)
    stage.lead()
    stage.press("Tell them what happened")
    opened(stage.staff, "Tell them what happened")
    stage.open("Add note", "Add note")
    for person, typed in ((stage.staff, {"person": "A pupil"}), (stage.lead_one, {"text": "A note"})):
        with _full_disk(tmp_path):
            acted = person.submit(typed)
            assert acted.acked
            assert "I could not save that" in (acted.error or "")
            assert person.modal is not None
            assert next(iter(typed.values())) in person.modal.state.values()
        person.submit()
        assert person.modals == []
        stage.settle()
    stage.settle()
    assert (stage.events()[EventKind.DETAILS], stage.events()[EventKind.NOTE]) == (1, 1)


def test_a_case_is_not_opened_where_the_opening_cannot_be_recorded(stage: Stage, tmp_path: Path) -> None:
    """No look without its line in the record; the lead is told to phone."""
    stage.begin()
    stage.answer(*HARM)
    stage.settle()
    with _full_disk(tmp_path):
        stage.lead_one.press("Open", page_of(stage.lead_one))
        stage.lead_one.wait_for(PHONE)
        assert stage.lead_one.modal is None
    assert stage.events()[EventKind.OPENED_OPEN_CASE] == 0


NONSENSE = ("", "x", "{check}", "{check}:NOPE", "{check}:99")
VERBS = (
    "answer",
    "answer.",
    "answer.maybe",
    "answer.leads",
    "answer.lead-1",
    "answer_ticks",
    "back",
    "forward.x",
    "why",
    "policy_words",
    "add_note",
    "leave_out",
    "review",
    "change",
    "lead",
    "seen",
    "open_case",
    "plan",
    "update_strands",
    "agree",
    "talk_first",
    "see_plan",
    "reply",
    "disagree",
    "record_sharing",
)


def test_nonsense_in_buttons_changes_nothing(stage: Stage) -> None:
    """Forged values, unknown checks, unknown questions and options: the record stays as it was."""
    stage.begin()
    stage.answer(*HARM)
    stage.settle()
    pressed = stage.press("Back")
    answers = stage.check().answers
    for verb in VERBS:
        for value in NONSENSE:
            stage.forge(pressed, verb, value.format(check=stage.check().id))
    stage.settle()
    stage.workspace.quiet()
    while stage.staff.modal:
        stage.staff.close()
    assert stage.check().answers == answers
    did = stage.events().keys() - OPENINGS
    assert did == {EventKind.STARTED, EventKind.ANSWERED, EventKind.RAISED, EventKind.PAGE_SENT}
    assert stage.case().led_by is None  # type: ignore[union-attr] # it was paged
    stage.staff.wait_for(lambda: "Ask a lead" in stage.staff.buttons(card_of(stage.staff)))
    _forgive(stage)


def test_nonsense_in_windows_changes_nothing(stage: Stage, tmp_path: Path) -> None:
    """Unknown windows' targets and missing boxes are refused, and the bot goes on."""
    stage.begin()
    stage.answer(*HARM)
    stage.lead()
    stage.open("Add note", "Add note")
    sent = stage.lead_one.submit({"text": "A note"})
    stage.settle()
    before = _everything(tmp_path)
    check = stage.check().id
    windows = "send note details leave_out change reply disagree sharing ask_reporter decision strands close_case"
    for callback in windows.split():
        for metadata in ("", "x", "0" * 32, f"{check}:NOPE", "0" * 32 + ":1"):
            payload = copy.deepcopy(sent.payload)
            assert payload is not None
            payload["view"] |= {"callback_id": callback, "private_metadata": metadata, "id": "V0FORGED"}
            payload["view"]["state"]["values"] = {}
            stage.workspace.replay(InteractionResult(acked=True, payload=payload))
    stage.settle()
    assert _everything(tmp_path) == before
    _forgive(stage)
    stage.open("Open", "Summary")


def test_ticking_nothing_is_asked_about_and_not_taken_for_an_answer(stage: Stage) -> None:
    """None of these is an answer; nothing at all is not."""
    stage.begin()
    stage.answer(*CALM, "Not sure", "No", "No, there is another reason I can share")
    stage.answer("No", "Adult")
    stage.settle()
    said = whispered(stage.staff, lambda: stage.staff.press("Continue", card_of(stage.staff)))
    assert said.startswith("Tick at least one.")
    assert "3.1.6" not in stage.check().answers
    assert len(whispers(stage.staff)) == 2
