"""Back, change, hide, stop, come back days later: nothing answered is ever lost."""

from flows.events import EventKind
from tests.harness import (
    CALM,
    CLEAR,
    CONSENT,
    HARM,
    POSSIBLY,
    Stage,
    card_of,
    cards_of,
    on_every_stage,
    opened,
    whispered,
    words_of,
)


def _change(stage: Stage, question: str, option: str) -> None:
    """Change an answer in Check your answers, which is open."""
    staff = stage.staff
    staff.press(f"change.{question}", "modal")
    opened(staff, "Change your answer")
    staff.submit({"option": option})
    opened(staff, "Check your answers")
    stage.settle()


def _look(stage: Stage) -> None:
    stage.press("Check your answers")
    opened(stage.staff, "Check your answers")


def test_back_shows_the_question_before_and_keeps_its_answer(stage: Stage) -> None:
    """Keep my answer goes on; another answer takes its place."""
    stage.begin()
    stage.answer("No", "No", "No")
    stage.press("Back")
    shown = words_of(card_of(stage.staff))
    assert "what an adult who works" in shown
    assert "You said: No. Choose again, or keep it." in shown
    stage.press("Back")
    assert "about one of our safeguarding leads" in words_of(card_of(stage.staff))
    stage.press("Keep my answer")
    assert "be suffering harm" in words_of(card_of(stage.staff))
    assert stage.check().answers == {"S1": ("no",), "S2": ("no",), "S3": ("none",)}

    stage.press("Back")
    stage.answer("Yes - conduct that worries me, no harm that I know of")
    assert stage.check().answers["S3"] == ("low_level",)
    assert "be suffering harm" in words_of(card_of(stage.staff))


@on_every_stage
def test_one_answer_is_changed_at_the_end_and_the_others_stay(stage: Stage) -> None:
    """The change brings up one question; changed back, the level stays where it was raised to."""
    stage.begin()
    stage.answer(*CALM, *CONSENT, *CLEAR, "No")
    before = dict(stage.check().answers)
    _look(stage)
    assert "Nothing is sent yet." in stage.staff.text()
    _change(stage, "S4", "Possibly")
    stage.staff.wait_for("That brings up 1 new question. Your other answers are safe.")
    assert stage.staff.modal is not None
    assert stage.staff.modal.body.get("submit") is None
    assert stage.check().answers == {**before, "S4": ("possibly",)}

    stage.staff.close()
    assert "something need to happen today" in words_of(card_of(stage.staff)).replace("Does ", "")
    stage.answer("No")
    assert "that was the last question" in words_of(card_of(stage.staff))
    _look(stage)
    _change(stage, "S4", "No")
    stage.staff.wait_for("Changed. Your other answers are safe.")
    stage.hand_over()
    assert words_of(card_of(stage.staff)).startswith("Talk to Lead one and Lead two first")
    assert len(stage.pages()) == 1


def test_an_answer_kept_in_the_change_window_changes_nothing(stage: Stage) -> None:
    """Keep it closes the window; the same answer saved again is no change."""
    stage.begin()
    stage.answer(*CALM, *CONSENT, *CLEAR, "No")
    before = stage.record()
    _look(stage)
    stage.staff.press("change.3.2.2", "modal")
    opened(stage.staff, "Change your answer")
    stage.staff.close()
    _change(stage, "3.2.2", "Yes")
    assert stage.record() == before


def test_changing_to_a_risk_in_the_window_pages_at_once(stage: Stage) -> None:
    """Page first, wherever the answer is given."""
    stage.begin()
    stage.answer(*CALM, *CONSENT, *CLEAR, "No")
    _look(stage)
    _change(stage, "S4", "Yes")
    assert len(stage.pages()) == 1
    assert "*I have told Lead one and Lead two*" in words_of(card_of(stage.staff))


def test_who_is_left_out_can_be_changed_at_the_end(stage: Stage) -> None:
    """Nobody can be left out without being named, and not everybody."""
    staff = stage.staff
    stage.begin()
    stage.answer(*POSSIBLY, "No, not asked")
    stage.answer("Yes", "No, there is another reason I can share", "No", "Adult")
    stage.staff.choose("tick", "None of these", where=card_of(staff))
    stage.answer("Continue", "Both would do harm, about the same", *CLEAR, "Yes")
    _look(stage)
    staff.press("change.S2", "modal")
    opened(staff, "Change your answer")
    staff.submit({"option": "Yes - choose who to leave out (one or more leads)"})
    assert "Tick who should be left out, or choose another answer." in staff.text()
    staff.submit({"people": ["Lead one", "Lead two", "Deputy one", "Independent contact"]})
    assert "Somebody must be told." in staff.text()
    staff.submit({"people": ["Lead one"]})
    opened(staff, "Check your answers")
    stage.hand_over()
    assert stage.paged() == {"U0LEAD2", "U0INDEP"}


def test_hide_covers_the_card_and_show_brings_it_back(stage: Stage) -> None:
    """Prying eyes see neither question nor answer; help stays one press away, and nothing of the check moves on."""
    stage.begin()
    stage.answer("No", "No")
    before = words_of(card_of(stage.staff))
    stage.press("Hide")
    covered = words_of(card_of(stage.staff))
    assert covered.startswith("Paused.\nShow\nAsk a lead\n")
    assert "You said" not in covered
    assert stage.staff.buttons(card_of(stage.staff)) == ["Show", "Ask a lead"]
    stage.press("Show")
    assert words_of(card_of(stage.staff)) == before


def test_stop_for_now_and_carry_on(stage: Stage) -> None:
    """The card says that everything is saved, and goes on at the same question."""
    stage.begin()
    stage.answer("No", "No")
    before = words_of(card_of(stage.staff))
    stage.press("Stop for now")
    assert "Your answers are saved. Come back at any time." in words_of(card_of(stage.staff))
    stage.press("Carry on")
    assert words_of(card_of(stage.staff)) == before


def test_why_we_ask_and_the_policys_own_words_are_one_press_away(stage: Stage) -> None:
    """The questions added for safety say so; the policy's carry its clause."""
    staff = stage.staff
    stage.begin()
    stage.press("Why we ask")
    opened(staff, "Why we ask")
    assert "Our policy does not ask this." in staff.text()
    assert "Policy words" not in staff.buttons(card_of(staff))
    staff.close()
    stage.answer(*CALM)
    stage.press("Why we ask")
    opened(staff, "Why we ask")
    assert "3.1 bullet 1" in staff.text()
    staff.close()
    stage.press("Policy words")
    opened(staff, "Policy words")
    assert "Do I already have informed consent to share this information?" in staff.text()


def test_a_note_is_kept_for_the_leads_and_stands_in_no_message(stage: Stage) -> None:
    """It is found in the summary beside its question."""
    staff = stage.staff
    stage.begin()
    stage.answer("No", "No", "No")
    stage.press("Add a note")
    opened(staff, "Add a note")
    staff.submit({"note": "I saw this twice."})
    stage.answer("Yes")
    stage.settle()
    stage.open("Open", "Summary")
    assert "I saw this twice." in stage.lead_one.text()
    assert "Note, on harm or risk of harm" in stage.lead_one.text()
    sent = [each for each in stage.workspace.requests if each.method.startswith("chat.")]
    assert not any("twice" in repr(each.args) for each in sent)


def test_a_second_check_is_asked_about_and_both_go_on(stage: Stage) -> None:
    """Carry on shows the first again; Start another begins a second beside it."""
    staff = stage.staff
    stage.begin()
    stage.answer("No", "No")
    first = stage.check()
    staff.command("/share-check")
    staff.wait_for("You have one part done from")
    staff.press("Start another")
    staff.wait_for(lambda: len(cards_of(staff)) == 2)
    stage.answer("Not sure")
    second = stage.check()
    assert (second.ref != first.ref, len(stage.checks())) == (True, 2)

    stage.pass_time(minutes=1)
    staff.press("Carry on")
    staff.wait_for(lambda: first.ref in words_of(card_of(staff)) or second.ref in words_of(card_of(staff)))
    stage.settle()
    assert f"{first.ref} · Question 3" in words_of(card_of(staff))
    assert words_of(cards_of(staff)[0]) == f"{first.ref} continues in a newer card below."
    stage.answer("No")
    assert [len(check.answers) for check in stage.checks()] == [3, 1]


def test_a_check_without_an_answer_is_opened_again_rather_than_joined(stage: Stage) -> None:
    """Typing the command again brings the card back and starts no second check."""
    stage.begin()
    stage.pass_time(minutes=10)
    assert stage.staff.command("/share-check").acked
    stage.staff.wait_for(lambda: len(cards_of(stage.staff)) == 2)
    stage.settle()
    assert len(stage.checks()) == 1
    stage.answer("No")


def test_a_check_goes_on_after_days_on_the_same_card(stage: Stage) -> None:
    """Monday's check, Thursday's answer."""
    stage.begin()
    stage.answer("No", "No")
    stage.pass_time(hours=72)
    stage.answer("No", "No")
    assert "already been shared" in words_of(card_of(stage.staff))


@on_every_stage
def test_a_check_goes_on_after_the_bot_was_restarted(stage: Stage) -> None:
    """Another process, the same answers; what was due meanwhile is done when it is back."""
    stage.begin()
    stage.answer("No", "No", "No", "Possibly")
    stage.stop_bot()
    stage.forward(minutes=20)
    stage.start_bot()
    stage.settle()
    assert len(stage.pages()) == 1
    stage.answer("No", "No")
    stage.press("Ask a lead")
    stage.lead()
    stage.stop_bot()
    stage.start_bot()
    stage.plan()
    assert stage.events()[EventKind.PLANNED] == 1


def test_somebody_elses_check_cannot_be_answered(stage: Stage) -> None:
    """A forged press is refused in words, and changes nothing."""
    stage.begin()
    stage.answer(*HARM)
    theirs = stage.check()
    stage.begin(stage.colleague)
    mine = stage.colleague.press("No", card_of(stage.colleague))
    stage.settle()
    said = whispered(stage.colleague, lambda: stage.forge(mine, "answer.no", f"{theirs.id}:S6"))
    assert said == "This is somebody else's check. Type /share-check to start your own."
    assert stage.checks()[0].answers == theirs.answers
