"""Somebody may be in danger: 999 first, and a page that waits for nobody to finish a form."""

import re

import pytest

from flows.events import EventKind
from tests.harness import (
    CALM,
    CLEAR,
    CONSENT,
    LEADS,
    NO_CONSENT,
    NO_WORRY,
    POSSIBLY,
    TELL_ALL,
    Given,
    Stage,
    Ticks,
    card_of,
    go_on,
    on_every_stage,
    opened,
    page_of,
    sees_nothing,
    whispered,
    words_of,
)

PAGE = ("chat.postMessage",)
CARD = ("chat.update", "response_url")


def _first(stage: Stage, methods: tuple[str, ...], words: str) -> int:
    """At which call these words first went to Slack."""
    requests = enumerate(stage.workspace.requests)
    return next(at for at, each in requests if each.method in methods and words in repr(each.args))


@on_every_stage
def test_in_danger_999_comes_first_and_one_tap_tells_all_the_leads(stage: Stage) -> None:
    """999 and phone numbers stand there before any further question; the page leaves before the next one."""
    staff = stage.staff
    stage.begin()
    stage.answer("Yes")
    shown = words_of(card_of(staff))
    assert shown.startswith("*Call 999 now.*")
    assert "- Lead one: 020 7946 0101\n- Lead two: 020 7946 0102" in shown
    assert staff.buttons(card_of(staff))[:2] == [TELL_ALL, "Leave someone out"]
    assert "Why we ask" not in staff.buttons(card_of(staff))
    stage.settle()
    assert stage.paged() == set()

    stage.press(TELL_ALL)
    stage.settle()
    assert stage.paged() == {LEADS, "U0LEAD1", "U0LEAD2"}
    assert words_of(page_of(stage.lead_one, LEADS)).startswith(f"*{stage.check().ref} - emergency*")
    shown = words_of(card_of(staff))
    assert shown.startswith("*Call 999 now.*")
    assert "*I have told Lead one and Lead two*" in shown
    assert "Tell them what happened" in staff.buttons(card_of(staff))[:1]
    assert "Stop here" in staff.buttons(card_of(staff))
    assert "what an adult who works" not in shown
    go_on(staff)
    staff.wait_for("what an adult who works")
    page = _first(stage, PAGE, f"{stage.check().ref}, emergency")
    assert page < _first(stage, CARD, "what an adult who works")


@on_every_stage
def test_in_danger_and_no_choice_for_a_minute_pages_without_content(stage: Stage) -> None:
    """All the leads and the independent contact hear that someone needs help, each alone, and nothing more."""
    stage.begin()
    stage.answer("Yes")
    stage.pass_time(seconds=50)
    assert stage.paged() == set()
    stage.pass_time(seconds=11)
    assert stage.paged() == {"U0LEAD1", "U0LEAD2", "U0INDEP"}
    assert stage.pages() == []
    page = words_of(page_of(stage.independent))
    assert "Someone needs help and has not said yet who may be told." in page
    assert "Outcome" not in page
    assert "<@U0STAFF>" not in page
    shown = words_of(card_of(stage.staff))
    assert "*I have told Lead one, Lead two and Independent contact*" in shown
    assert TELL_ALL in shown


def test_a_lead_left_out_after_that_page_finds_no_trace(stage: Stage) -> None:
    """Their message goes, and their old button is answered as if there had never been anything."""
    lead = stage.lead_one
    stage.begin()
    stage.answer("Yes")
    stage.pass_time(seconds=61)
    seen = lead.press("I have seen it", page_of(lead))
    stage.settle()
    pushes = len(lead.pushes)
    stage.leave_out("Lead one", button="Leave someone out")
    stage.settle()
    assert stage.pages("U0LEAD1") == []
    assert sees_nothing(lead)
    assert len(lead.pushes) == pushes
    assert stage.pages() == []
    assert "Outcome" in words_of(page_of(stage.lead_two))
    assert "Lead one" not in words_of(card_of(stage.staff))

    there = whispered(lead, lambda: stage.workspace.replay(seen))
    nowhere = whispered(lead, lambda: stage.forge(seen, "seen", "0" * 32))
    assert there == nowhere


CLEAR_IN_THE_PAST = (
    "Only what was needed",
    "Yes",
    "No, I saw or heard it myself",
    "Yes, and I had confirmed who they are",
)
"""3.2.1 to 3.3.1 of what was already shared, with nothing wrong."""


@pytest.mark.parametrize(
    ("before", "raising", "following", "decided_by"),
    [
        (("Not sure",), "No", "what an adult who works", "danger right now (S1)"),
        (
            ("No", "No"),
            "Yes - may have harmed a child or may be a risk to children",
            "be suffering harm",
            "how an adult behaved (S3)",
        ),
        (("No", "No", "No"), "Yes", "already been shared", "harm or risk of harm (S4)"),
        (
            ("No", "No", "No", "Possibly"),
            "Yes",
            "already been shared",
            "harm or risk of harm (S4), something needed today (S5)",
        ),
        (
            (*POSSIBLY, *NO_CONSENT[:-2]),
            Ticks("Put someone at risk"),
            "Which would do more harm",
            "harm or risk of harm (S4), what asking or telling could do (3.1.6)",
        ),
        (
            ("No", "No", "No", "No", "Yes, otherwise", NO_WORRY, *CONSENT, *CLEAR_IN_THE_PAST),
            "No",
            "Do they know it is confidential",
            "whether it was already shared (S6), a secure way (3.3.2)",
        ),
    ],
    ids=["not sure of danger", "an adult's harm", "a risk", "today", "telling is unsafe", "a breach"],
)
def test_urgent_is_paged_at_that_answer_before_the_next_question(
    stage: Stage, before: tuple[Given, ...], raising: Given, following: str, decided_by: str
) -> None:
    """Page first, ask later: the rest of the questions is optional from then on."""
    stage.begin()
    stage.answer(*before)
    stage.settle()
    assert stage.paged() == set()
    stage.answer(raising)
    stage.settle()
    assert stage.paged() == {LEADS, "U0LEAD1", "U0LEAD2"}
    page = words_of(page_of(stage.lead_one, LEADS))
    assert "- urgent*" in page
    assert f"*Decided by:* {decided_by}\n" in page
    shown = words_of(card_of(stage.staff))
    assert following not in shown
    assert "*I have told Lead one and Lead two*" in shown
    assert "Numbers for now:\n- Lead one: 020 7946 0101" in shown
    offered = stage.staff.buttons(card_of(stage.staff))
    assert (offered[0], offered[3]) == ("Tell them what happened", "Stop here")
    assert re.fullmatch(r"Go on \(about \d+ min\)", offered[2])
    stage.press(offered[2])
    assert "Stop here" not in stage.staff.buttons(card_of(stage.staff))
    assert following in words_of(card_of(stage.staff))
    assert _first(stage, PAGE, ", urgent") < _first(stage, CARD, following)


def test_not_sure_about_danger_keeps_999_in_sight(stage: Stage) -> None:
    """Before anybody is told and after, the card begins with 999."""
    stage.begin()
    for label in ("Not sure", "No", "No"):
        stage.answer(label)
        assert "call 999 first" in words_of(card_of(stage.staff)).splitlines()[0]


def test_telling_them_could_do_harm_so_nobody_is_told_to_ask(stage: Stage) -> None:
    """The outcome says not to tell and never to ask for consent; the lead's card says tell nobody yet."""
    stage.begin()
    stage.answer(*POSSIBLY, *NO_CONSENT[:-2], Ticks("Get in the way of a police investigation"))
    stage.answer(NO_CONSENT[-1], *CLEAR)
    stage.send()
    shown = words_of(card_of(stage.staff))
    assert "Please do not tell them or the family yet" in shown
    assert "ask for consent" not in shown.lower()
    assert "*Tell nobody yet:* yes" in words_of(page_of(stage.lead_one, LEADS))


def test_two_answers_that_differ_count_as_the_higher(stage: Stage) -> None:
    """Nobody at risk, and telling would put someone at risk: the lead is told that the answers differ."""
    stage.begin()
    stage.answer(*CALM, *NO_CONSENT[:-2], Ticks("Put someone at risk"), NO_CONSENT[-1], *CLEAR)
    stage.send()
    stage.press("More")
    opened(stage.staff, "More")
    assert "Two of your answers differ" in stage.staff.text()
    stage.open("Open", "Summary")
    assert "*Two answers differ:*" in stage.lead_one.text()


def test_a_check_already_urgent_becomes_an_emergency(stage: Stage) -> None:
    """Going back to say that somebody is in danger pages again at once, as an emergency."""
    stage.begin()
    stage.answer("No", "No", "No", "Yes")
    stage.settle()
    for _ in range(4):
        stage.press("Back")
    stage.answer("Yes")
    stage.settle()
    assert stage.events()[EventKind.ESCALATED] == 1
    assert "- emergency*" in words_of(page_of(stage.lead_one, LEADS))
    assert words_of(card_of(stage.staff)).startswith("*Call 999 now.*")


def test_a_finished_emergency_still_begins_with_999(stage: Stage) -> None:
    """Sending the rest changes nothing about what comes first."""
    stage.begin()
    stage.answer("Yes", TELL_ALL, "No", "Yes", "No", NO_WORRY, *NO_CONSENT, *CLEAR)
    stage.send()
    assert words_of(card_of(stage.staff)).startswith("Call 999 now")
    stage.press("Phone numbers")
    opened(stage.staff, "Phone numbers")
    assert "In an emergency: 999" in stage.staff.text()
