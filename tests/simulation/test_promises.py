"""Each promise, on the plain values that it is about: what keeps it, and what breaks it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from flows.events import EventKind
from flows.model import Level
from simulation import promises
from simulation.promises import AcknowledgedAction, BrokenPromise, CheckFacts, RecordedEvent

AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
ANSWER = AcknowledgedAction(
    "U1", "answer", "c1", content={"question": "S1", "options": ["yes"]}, by=AT + timedelta(seconds=1)
)
ANSWERED = RecordedEvent("c1", "U1", EventKind.ANSWERED, {"question": "S1", "options": ["yes"]}, AT)
CALM = CheckFacts(has_page=False, is_led=False, is_saved=False, may_name=False)


def _is_broken(found: Iterable[BrokenPromise]) -> bool:
    return [*found] != []


def test_what_was_acknowledged_is_recorded() -> None:
    """The event is there."""
    assert not _is_broken(promises.acknowledged_is_recorded("check 1", ANSWER, [ANSWERED]))


@pytest.mark.parametrize(
    "event",
    [
        replace(ANSWERED, check="c2"),
        replace(ANSWERED, who="U2"),
        replace(ANSWERED, what=EventKind.NOTE),
        replace(ANSWERED, content={"question": "S1", "options": ["no"]}),
        replace(ANSWERED, at=AT + timedelta(seconds=1)),
    ],
)
def test_another_event_is_not_the_one_that_was_acknowledged(event: RecordedEvent) -> None:
    """Of another check, person, kind or content, or recorded after the person was told."""
    (broken,) = promises.acknowledged_is_recorded("check 1", ANSWER, [event])
    assert str(broken) == "nobody is told saved before it is kept (I24): answer on check 1"


def test_somebody_else_may_have_done_it_just_before() -> None:
    """Then their event is enough, and another kind is not."""
    lead = AcknowledgedAction(None, "lead", "c1")
    led = RecordedEvent("c1", "U2", EventKind.LED)
    assert not _is_broken(promises.acknowledged_is_recorded("check 1", lead, [led]))
    assert _is_broken(promises.acknowledged_is_recorded("check 1", lead, [replace(led, what=EventKind.SEEN)]))


def test_a_button_that_opens_a_modal_records_nothing_and_its_modal_does() -> None:
    """Both have the same name."""
    change = AcknowledgedAction("U1", "change", "c1")
    assert not _is_broken(promises.acknowledged_is_recorded("check 1", change, []))
    assert _is_broken(promises.acknowledged_is_recorded("check 1", replace(change, is_modal=True), []))


def test_what_was_not_observed_is_not_compared() -> None:
    """The simulation reads neither content nor time of an event: the content is sealed."""
    unread = RecordedEvent("c1", "U1", EventKind.ANSWERED)
    assert not _is_broken(promises.acknowledged_is_recorded("check 1", ANSWER, [unread]))


def test_an_answer_is_one_of_those_that_were_tried() -> None:
    """Neither none nor another."""
    assert not _is_broken(promises.answer_is_kept("check 1", "S1", ("yes",), {("yes",)}))
    assert _is_broken(promises.answer_is_kept("check 1", "S1", None, {("yes",)}))
    assert _is_broken(promises.answer_is_kept("check 1", "S1", ("no",), {("yes",)}))


def test_a_repeat_may_open_something_and_do_nothing_else() -> None:
    """Neither an event nor a check."""
    assert not _is_broken(promises.repeat_changes_nothing("start", [EventKind.OPENED_PLAN]))
    assert _is_broken(promises.repeat_changes_nothing("start", [EventKind.ANSWERED]))
    assert _is_broken(promises.repeat_changes_nothing("start", [], new_checks=1))
    assert not _is_broken(promises.answers_are_recorded_once("check 1", ["S1", "S2"]))
    assert _is_broken(promises.answers_are_recorded_once("check 1", ["S1", "S1"]))


@pytest.mark.parametrize(
    ("raised", "has_case", "is_broken"),
    [(0, False, False), (1, True, False), (2, True, True), (0, True, True), (1, False, True)],
)
def test_a_check_becomes_a_case_once(raised: int, is_broken: bool, has_case: bool) -> None:  # noqa: FBT001 - one column each
    """With one event, and only then."""
    assert _is_broken(promises.is_raised_once("check 1", raised, has_case=has_case)) == is_broken


def test_the_level_never_falls() -> None:
    """It may rise."""
    assert not _is_broken(promises.level_is_at_least("check 1", Level.EMERGENCY, Level.CONSULT))
    assert _is_broken(promises.level_is_at_least("check 1", Level.NONE, Level.CONSULT))


def test_people_left_out_neither_act_nor_get_a_message() -> None:
    """Everybody else does."""
    assert not _is_broken(promises.acts_only_if_allowed("check 1", EventKind.SEEN, "lead-1", {"lead-2"}))
    assert _is_broken(promises.acts_only_if_allowed("check 1", EventKind.SEEN, "lead-2", {"lead-2"}))
    assert not _is_broken(promises.left_out_get_no_message("check 1", ["lead-1"], {"lead-2"}, "a page"))
    assert _is_broken(promises.left_out_get_no_message("check 1", ["lead-1", "lead-2"], {"lead-2"}, "a page"))


def test_a_page_is_known_by_its_text_or_its_buttons_and_says_which_ask_it_is() -> None:
    """In the notification text and in the blocks."""
    text = "SC-ABCD, urgent, still needs a safeguarding lead. Ask 12. Open Slack to see it."
    assert promises.is_page(text)
    assert promises.number_of_ask(text) == 12
    assert promises.is_page('{"action_id": "lead"}')
    assert promises.number_of_ask("*SC-ABCD* This is ask 3.") == 3
    assert promises.number_of_ask("A check needs a safeguarding lead.") is None
    assert not promises.is_page(promises.CARD_TEXT)
    assert not promises.is_page("SC-ABCD: something new. Open Slack to see it.")
    assert not promises.is_page("SC-ABCD: a possible data breach. Open Slack to see it.")


def test_a_page_is_of_a_check_and_arrives() -> None:
    """Or is not needed any more."""
    assert not _is_broken(promises.page_is_of_a_check("SC-ABCD", is_known=True))
    assert _is_broken(promises.page_is_of_a_check("SC-ABCD", is_known=False))
    assert not _is_broken(promises.page_arrives("check 1", "U1", has_arrived=True, is_withdrawn=False))
    assert not _is_broken(promises.page_arrives("check 1", "U1", has_arrived=False, is_withdrawn=True))
    assert _is_broken(promises.page_arrives("check 1", "U1", has_arrived=False, is_withdrawn=False))
    assert not _is_broken(promises.nothing_waits_to_be_sent([]))
    assert _is_broken(promises.nothing_waits_to_be_sent([7]))


@pytest.mark.parametrize(
    ("lost_between", "lost_in_all", "is_broken"),
    [([1], 1, False), ([0], 0, True), ([1, 1], 2, False), ([1, 0], 1, True), ([1, 1], 1, True)],
)
def test_each_copy_of_a_page_needs_a_lost_answer_of_its_own(
    lost_between: list[int],
    lost_in_all: int,
    is_broken: bool,  # noqa: FBT001 - one column each
) -> None:
    """Between it and the copy before."""
    assert _is_broken(promises.page_comes_once("check 1", lost_between, lost_in_all)) == is_broken


def test_an_ask_reaches_somebody_or_the_card_says_that_nobody_is_coming() -> None:
    """Unless the reporter cannot be reached either."""
    unreached = "I could not reach anyone through Slack yet."
    assert not _is_broken(promises.ask_reaches_somebody("check 1", is_reached=True, card="I am telling them now."))
    assert not _is_broken(promises.ask_reaches_somebody("check 1", is_reached=False, card=unreached))
    assert not _is_broken(promises.ask_reaches_somebody("check 1", is_reached=False, card=None))
    assert _is_broken(promises.ask_reaches_somebody("check 1", is_reached=False, card="I am telling them now."))


def test_nothing_typed_is_said() -> None:
    """Anywhere."""
    assert not _is_broken(promises.nothing_typed_is_said("SC-ABCD", "zebrafinch", "a page"))
    assert _is_broken(promises.nothing_typed_is_said("a zebrafinch", "zebrafinch", "a page"))


@pytest.mark.parametrize(
    ("words", "true_with"),
    [
        ("Open Slack to see it. <@U1>", {"may_name": True}),
        ("I have told the leads.", {"has_page": True}),
        ("Speak to Lead one now. I have asked them to answer.", {"has_page": True}),
        ("*Lead one is on it*: 020 7946 0101, since 10:00.", {"is_led": True}),
        ("Lead one is on it: 020 7946 0101.", {"is_led": True}),
        ("Saved at 10:00.", {"is_saved": True}),
    ],
)
def test_a_message_is_true(words: str, true_with: dict[str, bool]) -> None:
    """Each sentence only once it is so."""
    assert _is_broken(promises.message_is_true("check 1", words, "U1", CALM))
    assert not _is_broken(promises.message_is_true("check 1", words, "U1", replace(CALM, **true_with)))


def test_nobody_is_paged_where_somebody_leads() -> None:
    """Those who are to agree a plan may be."""
    text = "A check needs a safeguarding lead."
    assert _is_broken(promises.led_case_is_not_paged("check 1", text, is_led=True))
    assert not _is_broken(promises.led_case_is_not_paged("check 1", text, is_led=False))
    assert not _is_broken(promises.led_case_is_not_paged("check 1", "SC-ABCD is led.", is_led=True))


def test_a_card_says_that_the_leads_were_told() -> None:
    """A card that is missing says nothing."""
    assert not _is_broken(promises.card_says_who_was_told("check 1", "I have told the leads."))
    assert _is_broken(promises.card_says_who_was_told("check 1", "I am telling the leads now."))
    assert _is_broken(promises.card_says_who_was_told("check 1", None))
