"""Practise on the Home tab: the real questions and reasons, and nothing of it is kept or sent."""

import pytest
from sqlalchemy import func, select

from bot.retention.schedule import RetentionClock
from flows.audit.rendered import FOOTER
from storage.tables import checks, events, practised
from tests.harness import Stage, on_every_stage, opened


def _begin(stage: Stage, situation: str) -> None:
    stage.staff.open_home()
    stage.staff.wait_for(lambda: stage.staff.home)
    stage.staff.press("Practise", "home")
    opened(stage.staff, "Practise")
    stage.staff.press(f"practise_on.{situation}")
    stage.staff.wait_for("badly hurt or ill")


def _answer(stage: Stage, *labels: str) -> None:
    for label in labels:
        before = stage.staff.modal
        assert stage.staff.press(label, before).acked
        stage.staff.wait_for(lambda before=before: stage.staff.modal != before)  # type: ignore[misc] # a default binds the value of this turn


def _shown(stage: Stage) -> str:
    return stage.staff.text()


def _blocks(stage: Stage) -> list[dict[str, object]]:
    assert stage.staff.modal is not None
    return list(stage.staff.modal.blocks)


def _kept(stage: Stage) -> tuple[int, int]:
    with stage.bot.services.database.read() as tx:
        counts = [tx.scalar(select(func.count()).select_from(table)) for table in (checks, events)]
    return int(counts[0] or 0), int(counts[1] or 0)


@on_every_stage
def test_practice_shows_the_outcome_and_why_and_keeps_nothing(stage: Stage) -> None:
    """A pupil is afraid to go home: a lead would be paged at once, and nobody is."""
    _begin(stage, "home")
    _answer(stage, "No", "No", "No", "Yes", "No")
    stage.staff.choose("practise_tick", "None of these")
    _answer(stage, "Continue")
    _answer(stage, "No, not asked", "Yes", "No, there is another reason I can share")
    shown = _shown(stage)
    assert "This is practice: your answers are not kept, and nobody is told." in shown
    assert _kept(stage) == (0, 0)
    assert [call for call in stage.workspace.requests if call.method.startswith("chat.")] == []


def test_danger_in_practice_comes_out_as_danger(stage: Stage) -> None:
    """With why, with what would have changed it, and with a way to a real check on every window."""
    _begin(stage, "home")
    _answer(stage, "Yes")
    shown = _shown(stage)
    for _ in range(30):
        if "You would be asked to call 999" in shown:
            break
        options = [label for label in stage.staff.buttons("modal") if label not in ("Back", "Start a real check")]
        if "Continue" in options:
            stage.staff.choose("practise_tick", "None of these")
            _answer(stage, "Continue")
        else:
            _answer(stage, options[0])
        shown = _shown(stage)
    assert "Call 999 now" in shown
    assert "You would be asked to call 999 before anything else." in shown
    assert "I have told" not in shown
    _answer(stage, "Back")
    assert "What would have changed it" not in _shown(stage)
    assert _kept(stage) == (0, 0)


def test_danger_is_said_before_any_further_question_and_they_can_stop(stage: Stage) -> None:
    """999 stands first from the answer that raised it (I1); See the outcome ends it, and Back asks on."""
    _begin(stage, "colleague")
    assert "See the outcome" not in stage.staff.buttons("modal")
    _answer(stage, "Yes")
    first = next(iter(_blocks(stage)))
    assert "In a real check: call 999 now, before anything else." in repr(first)
    assert "You can stop here." in repr(first)
    asked = _shown(stage)
    _answer(stage, "See the outcome")
    shown = _shown(stage)
    assert "Call 999 now" in shown
    assert "Asking for help sooner is always right." in shown
    for words in FOOTER:
        assert words in shown.lower()
    _answer(stage, "Back")
    assert _shown(stage) == asked
    _answer(stage, "Back")
    assert "999 now, before" not in _shown(stage)
    assert _kept(stage) == (0, 0)


def test_what_is_not_urgent_goes_on_to_the_end(stage: Stage) -> None:
    """A forged or late press of See the outcome shows the question."""
    _begin(stage, "list")
    acted = stage.staff.press("No", "modal")
    stage.staff.wait_for("question 2")
    stage.forge(acted, "practise_outcome", "-")  # from the window as it was at the first question
    stage.staff.wait_for("question 1")
    assert "Why" not in _shown(stage)


def test_back_and_a_second_click_do_what_they_should(stage: Stage) -> None:
    """One step back; a double click is one answer."""
    _begin(stage, "parent")
    _answer(stage, "No")
    _answer(stage, "Back")
    stage.staff.wait_for("badly hurt or ill")
    window = stage.staff.modal
    stage.staff.press("No", window, times=2)
    stage.staff.wait_for("question 2")
    assert "question 3" not in _shown(stage)


def _who(stage: Stage) -> str:
    """What a lead reads under Who has practised."""
    stage.lead_one.open_home()
    stage.settle()
    stage.lead_one.wait_for(lambda: stage.lead_one.home)
    before = stage.lead_one.modal
    stage.lead_one.press("Who has practised", "home")
    stage.lead_one.wait_for(lambda: stage.lead_one.modal != before)
    opened(stage.lead_one, "Who has practised")
    return stage.lead_one.text()


@on_every_stage
def test_whoever_finishes_one_is_seen_by_the_leads_with_the_day_and_without_an_answer(stage: Stage) -> None:
    """Policy 1.3, induction: who has, and who has not of those who opened the Home tab and of the list."""
    _begin(stage, "colleague")
    _answer(stage, "Yes")
    missing, _, done = _who(stage).partition("Finished one")
    assert "<@U0STAFF>" in missing
    assert "Nobody has finished one yet." in done
    _answer(stage, "See the outcome")
    assert "You have finished this one." in _shown(stage)
    missing, _, done = _who(stage).partition("Finished one")
    assert "<@U0STAFF>" in done
    assert "<@U0STAFF>" not in missing
    assert "<@U0LEAD2>" in missing
    with stage.bot.services.database.read() as tx:
        [row] = tx.execute(select(practised)).mappings().all()
    assert (row["person"], row["situation"]) == ("U0STAFF", "colleague")
    assert set(row) == {"id", "person", "situation", "at", "request"}
    stage.staff.open_home()
    stage.staff.wait_for("You last finished one on")


def test_somebody_who_only_started_a_check_is_in_no_list(stage: Stage) -> None:
    """A new name there would tell a lead who is left out that there is a check."""
    stage.begin()
    stage.settle()
    assert "<@U0STAFF>" not in _who(stage)


def test_nobody_but_a_lead_opens_the_list(stage: Stage) -> None:
    """The button is not there, and a forged press opens nothing."""
    _begin(stage, "home")
    assert "Who has practised" not in stage.staff.buttons("home")
    acted = stage.staff.press("No", "modal")
    stage.staff.wait_for("question 2")
    stage.forge(acted, "who_practised", "who_practised")
    stage.settle()
    assert "Finished one" not in _shown(stage)


def test_what_was_finished_long_ago_is_deleted(stage: Stage) -> None:
    """After retention.practice the person counts as not having practised."""
    _begin(stage, "colleague")
    _answer(stage, "Yes", "See the outcome")
    scheduler = RetentionClock(stage.bot.services)
    stage.forward(hours=730 * 24)
    scheduler.turn()
    with stage.bot.services.database.read() as tx:
        assert tx.scalar(select(func.count()).select_from(practised)) == 1
    stage.forward(hours=2 * 24)
    scheduler.turn()
    with stage.bot.services.database.read() as tx:
        assert tx.scalar(select(func.count()).select_from(practised)) == 0


@pytest.mark.parametrize("title", ["Practise"])
def test_from_practice_into_a_real_check(stage: Stage, title: str) -> None:
    """Somebody is here with something real: one press, and the window says where to go."""
    _begin(stage, "colleague")
    stage.staff.press("Start a real check", "modal")
    stage.staff.wait_for("I have opened a private chat with you.")
    stage.settle()
    assert len(stage.checks()) == 1
    assert stage.staff.modal is not None
    assert stage.staff.modal.title != title
