"""Slack's copy of a check: cut when it is closed, cut when it is old, and told where Slack does not let it."""

import pytest
from sqlalchemy import select

from sandbox.state.models import SlackMessage
from storage.old_messages import not_shrunk
from storage.tables import outbox
from tests.harness import (
    CALM,
    CLEAR,
    CONSENT,
    HARM,
    LEADS,
    Stage,
    card_of,
    cards_of,
    on_every_stage,
    opened,
    page_of,
    words_of,
)
from tests.surfaces import voices

MONTH = 24 * 31
HOLD = (*CALM, *CONSENT, *CLEAR, "No")


def _shared(stage: Stage) -> None:
    """An urgent case, led, planned and shared: all but closed."""
    stage.begin()
    stage.answer(*HARM)
    stage.settle()
    stage.lead()
    stage.plan()
    stage.staff.press("I agree")
    stage.staff.wait_for("Two last questions")
    stage.record_sharing()


def _closed(stage: Stage) -> str:
    """An urgent case, led, planned, shared and closed; its reference."""
    _shared(stage)
    stage.close()
    stage.settle()
    return stage.check().ref


def _ours(stage: Stage) -> list[SlackMessage]:
    """Everything of the bot's that stands in Slack about a check."""
    with stage.bot.services.database.read() as tx:
        about = set(tx.scalars(select(outbox.c.ts).where(outbox.c.check_id.is_not(None))))
    live = stage.workspace.slack.world.messages
    return [each for each in live if each.ts in about and not each.deleted]


def _head(message: SlackMessage) -> str:
    """What it says, without its buttons."""
    return words_of(message).partition("\n")[0]


def _words(stage: Stage) -> list[str]:
    return [f"{each.text} {words_of(each)}" for each in _ours(stage)]


def _old(stage: Stage, hours: float = MONTH) -> None:
    """So long that messages are cut, and time for the cutting."""
    stage.pass_time(hours=hours)
    for _ in range(3):
        stage.pass_time(hours=1, minutes=1)


TELLING = ("Decided by", "answered", "to sort", "<@U0STAFF>", "You said", "because", "*Why*", "3.1", "4.2")
"""Words of messages that say more than a reference and an outcome."""


@on_every_stage
def test_at_the_end_of_a_case_its_messages_say_the_reference_and_the_outcome(stage: Stage) -> None:
    """In the channel, in threads, and in everybody's own messages."""
    ref = _closed(stage)
    words = _words(stage)
    assert len(words) == 6  # both cards, two direct pages, one line and the last words
    assert [each for each in words if ref not in each] == []
    assert not [each for each in words for telling in TELLING if telling in each]
    assert _head(page_of(stage.lead_one, LEADS)) == f"*{ref}* is closed. Decided: share the information."
    assert _left(stage) == ()


def test_closing_costs_four_edits_and_every_message_has_its_two_voices(stage: Stage) -> None:
    """Both cards of the channel and the staff member, and two direct pages; lines and old notices are taken away."""
    _shared(stage)
    stage.settle()
    before = len(stage.edits())
    stage.close()
    stage.settle()
    assert len(stage.edits()) - before <= 4
    assert list(voices.problems((call.method, call.args) for call in stage.workspace.requests)) == []


def _left(stage: Stage) -> tuple[tuple[str, str, int], ...]:
    with stage.bot.services.database.read() as tx:
        return tuple((each.ref, each.why, each.messages) for each in not_shrunk(tx))


def test_after_a_month_a_closed_case_is_the_reference_alone(stage: Stage) -> None:
    """The last line and the last words go too; the reporter can still ask a lead, and a lead open it."""
    ref = _closed(stage)
    _old(stage)
    assert _head(card_of(stage.staff)) == f"*{ref}* is complete."
    assert stage.staff.buttons(card_of(stage.staff)) == ["Ask a lead"]
    assert stage.lead_one.buttons(page_of(stage.lead_one, LEADS)) == ["Open", "Reopen"]
    lines = [words_of(each) for each in stage.lead_one.messages(LEADS) if each.thread_ts]
    assert set(lines) == {ref}
    assert not [each for each in _words(stage) if "<@" in each]


def test_after_a_month_a_check_that_needed_nobody_keeps_its_outcome_word(stage: Stage) -> None:
    """The answers that decided it are in the private window, and not in Slack's copy any more."""
    stage.finish(*HOLD)
    stage.settle()
    ref = stage.check().ref
    assert "Saved at" in words_of(card_of(stage.staff))
    _old(stage, MONTH - 48)
    assert "Saved " in words_of(card_of(stage.staff))
    _old(stage, 72)
    assert _head(card_of(stage.staff)) == f"*{ref}*: keep confidential for now."
    assert "Ask a lead" in stage.staff.buttons(card_of(stage.staff))
    calls = len(stage.workspace.calls("chat.update"))
    _old(stage)
    assert len(stage.workspace.calls("chat.update")) == calls

    stage.press("See my answers")
    opened(stage.staff, "Your answers")
    stage.staff.close()
    stage.press("Reopen this check")
    assert "that was the last question" in words_of(card_of(stage.staff))


def test_a_case_that_nobody_closed_is_cut_and_can_still_be_closed(stage: Stage) -> None:
    """Everything is done but the closing: a month later the card says little, and its buttons work."""
    _shared(stage)
    stage.settle()
    ref = stage.check().ref
    _old(stage)
    page = _head(page_of(stage.lead_one))
    assert page.startswith(f"*{ref}* is still open. <@U0LEAD1> leads. The plan is agreed.")
    stage.close()
    assert words_of(page_of(stage.lead_one)).startswith(f"*{ref}* is closed.")


@pytest.mark.parametrize("code", ["cant_update_message", "edit_window_closed", "is_archived", "message_not_found"])
def test_what_slack_does_not_let_shrink_is_told_and_tried_once_a_day(stage: Stage, code: str) -> None:
    """No second message is posted; it is reported how many of which reference. One that is gone is no trouble."""
    stage.finish(*HOLD)
    stage.settle()
    ref = stage.check().ref
    stage.workspace.faults.error("chat.update", code, times=None)
    _old(stage)
    tried = len(stage.workspace.calls("chat.update"))
    stage.pass_time(hours=20)
    assert len(stage.workspace.calls("chat.update")) == tried
    assert len(cards_of(stage.staff)) == 1
    assert _left(stage) == (() if code == "message_not_found" else ((ref, code, 1),))
    if code != "message_not_found":
        stage.workspace.faults.clear()
        stage.pass_time(hours=6)
        assert _left(stage) == ()


def test_a_word_of_slacks_that_nobody_knows_is_reported(stage: Stage) -> None:
    """It may pass: so it is tried again the next day, and leads can see it until then."""
    stage.finish(*HOLD)
    stage.settle()
    ref = stage.check().ref
    stage.workspace.faults.error("chat.update", "a_new_word", times=None)
    stage.pass_time(hours=MONTH)
    stage.pass_time(minutes=1, seconds=1)
    assert _left(stage) == ((ref, "a_new_word", 1),)


def test_while_slack_is_in_trouble_nothing_is_given_up(stage: Stage) -> None:
    """An outage is no refusal: it is cut when Slack is back."""
    stage.finish(*HOLD)
    stage.settle()
    stage.workspace.faults.server_error("chat.update", times=None)
    stage.pass_time(hours=MONTH)
    for _ in range(60):
        stage.pass_time(minutes=1, seconds=1)
    assert _left(stage) == ()
    assert "Saved " in words_of(card_of(stage.staff))
    stage.workspace.faults.clear()
    stage.pass_time(minutes=2)
    assert "Saved " not in words_of(card_of(stage.staff))
