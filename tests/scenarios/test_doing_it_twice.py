"""A double click, two devices, the same payload again: one effect, and a word about it (I24)."""

from collections.abc import Callable
from functools import partial

from flows.events import EventKind
from sandbox.client.people import Person
from sandbox.client.result import InteractionResult
from tests.harness import (
    ANSWERED,
    CALM,
    CLEAR,
    CONSENT,
    HARM,
    NO_CONSENT,
    POSSIBLY,
    TO_SHARE,
    Stage,
    Ticks,
    card_of,
    cards_of,
    on_every_stage,
    opened,
    page_of,
    press_on,
    whispered,
    whispers,
    words_of,
)

FINISHED = (*POSSIBLY, *NO_CONSENT, *CLEAR, "Yes")


def _twice(stage: Stage, act: Callable[[], InteractionResult]) -> InteractionResult:
    """Do it, let it have its effect, and send the same payload again."""
    acted = act()
    stage.settle()
    stage.workspace.replay(acted)
    stage.settle()
    return acted


def _is_told(person: Person, times: int) -> bool:
    return len(whispers(person)) == times


@on_every_stage
def test_everything_done_twice_happens_once(stage: Stage) -> None:
    """From the command to the end: each payload comes again, and the record has every step once."""
    staff = stage.staff
    begun = staff.command("/share-check")
    for times in (1, 2):
        staff.wait_for(partial(_is_told, staff, times))
        stage.settle()
        if times == 1:
            stage.workspace.replay(begun)
    for given in (*POSSIBLY, *NO_CONSENT, *CLEAR, "Yes"):
        label = "Continue" if isinstance(given, Ticks) else given
        if isinstance(given, Ticks):
            staff.choose("tick", *given.labels, where=card_of(staff))
        _twice(stage, partial(staff.press, label, card_of(staff)))
    assert stage.events()[EventKind.ANSWERED] == 22
    _send_twice(stage)
    _lead_twice(stage)
    _agree_twice(stage)

    counted = stage.events()
    several = {what: times for what, times in counted.items() if times > 1}
    assert len(stage.checks()) == 1
    assert set(several) <= {EventKind.ANSWERED, EventKind.PAGE_SENT}, several
    assert several[EventKind.ANSWERED] == 22
    assert len(stage.pages()) == 1


def _send_twice(stage: Stage) -> None:
    staff = stage.staff
    stage.press("Tell them what happened")
    opened(staff, "Tell them what happened")
    _twice(stage, lambda: staff.submit({"person": "A pupil"}))
    stage.press("Check your answers")
    opened(staff, "Check your answers")
    _twice(stage, staff.submit)
    assert len(stage.pages()) == 1


def _lead_twice(stage: Stage) -> None:
    staff, lead = stage.staff, stage.lead_one
    _twice(stage, lambda: lead.press("I have seen it", page_of(lead)))
    _twice(stage, lambda: lead.press("I will lead", page_of(lead)))
    stage.open("Ask the staff member", "Ask the staff member")
    _twice(stage, lambda: lead.submit({"text": "When?"}))
    staff.press("Answer")
    opened(staff, "Answer a question")
    _twice(stage, lambda: staff.submit({"text": "Now."}))
    stage.open("Add note", "Add note")
    _twice(stage, lambda: lead.submit({"text": "A note."}))


def _agree_twice(stage: Stage) -> None:
    staff, lead = stage.staff, stage.lead_one
    stage.open("Agree plan", "Agree plan: decision")
    _twice(stage, lambda: lead.submit({**TO_SHARE, "decision": "Share the information", "reason": "Their safety."}))
    opened(lead, "Agree plan: three parts")
    for strand in ("student", "professionals", "parent"):
        lead.fill({f"{strand}.what": "A first step.", f"{strand}.status": "Done"})
    lead.fill({f"agency.{key}": words for key, words in ANSWERED.items()})
    _twice(stage, lead.submit)
    _twice(stage, lambda: staff.press("Talk to me first"))
    _twice(stage, lambda: staff.press("I agree"))
    _twice(stage, lambda: staff.press("Not shared yet"))
    staff.press("Answer")
    opened(staff, "After sharing")
    boxes = {"3.4.1": "Yes", "3.4.2": "Yes", "what": "a", "whom": "b", "why": "c", "how": "d"}
    _twice(stage, lambda: staff.submit(boxes))
    stage.open("Close", "Close this check")
    _twice(stage, lambda: lead.submit({"outcome": "Safe."}))
    stage.open("Reopen", "Reopen")
    _twice(stage, lambda: lead.submit({"text": "More came up."}))


def test_a_double_click_is_one_answer(stage: Stage) -> None:
    """The second is told that it was done, and when."""
    staff = stage.staff
    stage.begin()
    stage.settle()
    staff.press("No", card_of(staff), times=2)
    stage.settle()
    staff.wait_for(lambda: any(words.startswith("Already done at ") for words in whispers(staff)))
    assert stage.events()[EventKind.ANSWERED] == 1
    assert list(stage.check().answers) == ["S1"]


def test_every_button_of_the_card_can_be_pressed_twice_at_once(stage: Stage) -> None:
    """Back goes back once, Carry on shows one card, Hide hides."""
    staff = stage.staff
    stage.begin()
    stage.answer("No", "No", "No")
    for label, becomes in (
        ("Back", "what an adult who works"),
        ("Keep my answer", "be suffering harm"),
        ("Hide", "Paused."),
        ("Show", "be suffering harm"),
        ("Stop for now", "is stopped for now"),
        ("Carry on", "be suffering harm"),
    ):
        stage.settle()
        staff.press(label, card_of(staff), times=2)
        stage.settle()
        assert becomes in words_of(card_of(staff)), label
    assert len(stage.check().answers) == 3


def test_carry_on_twice_at_once_shows_one_card(stage: Stage) -> None:
    """Two cards would be two places to answer."""
    staff = stage.staff
    stage.begin()
    stage.answer("No")
    staff.command("/share-check")
    staff.wait_for("You have one part done")
    stage.pass_time(minutes=1)
    staff.press("Carry on", times=2)
    stage.settle()
    assert len(cards_of(staff)) == 2


def test_the_command_twice_at_once_is_one_check(stage: Stage) -> None:
    """An impatient second Enter opens the same check."""
    stage.begin()
    stage.staff.command("/share-check")
    stage.settle()
    assert len(stage.checks()) == 1


def test_an_old_card_on_another_device_is_replaced_by_the_new_one(stage: Stage) -> None:
    """What was pressed there does nothing, and the card as it is now comes to the foot of the chat."""
    staff = stage.staff
    stage.begin()
    stage.answer("No")
    old = staff.press("No", card_of(staff))
    stage.answer("No")
    answers = stage.check().answers
    said = whispered(staff, lambda: stage.forge(old, "answer.not_sure", f"{stage.check().id}:S2"))
    assert said == "This card is out of date. Here is the new one."
    stage.settle()
    assert stage.check().answers == answers
    assert len(cards_of(staff)) == 2
    assert "be suffering harm" in words_of(card_of(staff))
    assert "continues in a newer card below" in words_of(cards_of(staff)[0])


def test_a_replayed_urgent_answer_pages_nobody_twice(stage: Stage) -> None:
    """Not even after the case has moved on."""
    stage.begin()
    stage.answer(*HARM[:-1])
    stage.settle()
    acted = stage.staff.press("Yes", card_of(stage.staff))
    stage.settle()
    stage.lead()
    stage.workspace.replay(acted)
    stage.settle()
    assert len(stage.pages()) == 1
    assert stage.case().led_by == "lead-1"  # type: ignore[union-attr] # it was paged


def test_an_old_press_of_a_lead_has_no_effect_later(stage: Stage) -> None:
    """Leading, then handing on: neither happens again when its payload does."""
    stage.begin()
    stage.answer(*HARM)
    stage.settle()
    leads = stage.lead_one.press("I will lead", page_of(stage.lead_one))
    stage.settle()
    hands_on = press_on(stage.lead_one, "Hand on", page_of(stage.lead_one))
    stage.settle()
    stage.workspace.replay(leads)
    stage.settle()
    assert stage.case().led_by is None  # type: ignore[union-attr] # it was paged
    stage.lead()
    stage.workspace.replay(hands_on)
    stage.settle()
    assert stage.case().led_by == "lead-1"  # type: ignore[union-attr] # it was paged
    assert stage.case().asks == 2  # type: ignore[union-attr] # it was paged


def test_two_who_send_at_once_hand_it_over_once(stage: Stage) -> None:
    """The same window on two devices."""
    stage.begin()
    stage.answer(*CALM, *CONSENT, *CLEAR, "Yes")
    stage.press("Check your answers")
    opened(stage.staff, "Check your answers")
    stage.staff.fill({"story": "What I saw."})
    stage.staff.submit(times=2)
    stage.settle()
    assert (stage.events()[EventKind.SENT], stage.events()[EventKind.DETAILS]) == (1, 1)
    assert len(stage.pages()) == 1
