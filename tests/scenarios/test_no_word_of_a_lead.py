"""A worry about both leads, from the first answer to the end: no word anywhere means a lead (I30)."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.state.models import ApiRequest
from tests import harness
from tests.harness import CLEAR, CONSENT, NO_WORRY, Stage, card_of, opened, page_of, words_of
from tests.mail import MailServer

ROLE = re.compile(
    r"\b(?:an?|the|another|other|your|any|all the|safeguarding) (?:safeguarding )?leads?\b", re.IGNORECASE
)
ALLOWED = (
    "Is this about one of our safeguarding leads, or someone close to them?",
    "A lead you leave out is not told",
    "No safeguarding lead has been told.",  # The law's own words (flows/advice.py, LEADS_LEFT_OUT).
    "S2 the safeguarding leads",
    "consult with the Designated Safeguarding Leads",  # The policy's own words.
)
"""What the question that leaves them out says itself, the law's advice, and the policy."""
LOW_LEVEL = "Yes - conduct that worries me, no harm that I know of"
TUESDAY = 1
WORDS = ("chat.postMessage", "chat.update", "chat.postEphemeral", "views.open", "views.push", "views.update")


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inside:
        yield from _strings(each)


def _meant(text: str) -> bool:
    for allowed in ALLOWED:
        text = text.replace(allowed, "")
    return ROLE.search(text) is not None


def _said(calls: list[ApiRequest]) -> list[str]:
    """Every text of a call that speaks of a lead."""
    texts = (text for call in calls for text in _strings(call.args))
    return [text for text in texts if " " in text and _meant(text)]


def _since(stage: Stage, start: int) -> list[ApiRequest]:
    calls = list(stage.workspace.requests)[start:]
    return [one for one in calls if one.method in WORDS or one.method == "response_url"]


def _look_at(stage: Stage, *buttons: str) -> None:
    for button in buttons:
        stage.press(button)
        stage.staff.wait_for(lambda: stage.staff.modal)
        stage.staff.close(whole_stack=True)


def test_from_the_answer_to_the_end_no_word_means_a_lead(tmp_path: Path, letters: MailServer) -> None:
    """Card, windows, page, thread, pushes, e-mail and Home; the button that asks for help has another name too."""
    with harness.stage(tmp_path, more=letters.settings) as stage:
        stage.to_next(TUESDAY, 10)
        stage.begin()
        stage.answer("No")
        start = len(stage.workspace.requests)
        stage.leave_out("Lead one", "Lead two")
        stage.answer(LOW_LEVEL, "No", "No", NO_WORRY, *CONSENT)
        assert "Ask for help" in stage.staff.buttons(card_of(stage.staff))
        assert "Ask a lead" not in stage.staff.text()
        stage.press("Ask for help")
        stage.answer(*CLEAR, "Yes")
        stage.send()
        assert words_of(card_of(stage.staff)).startswith("Agree the plan with Independent contact first")
        _look_at(stage, "See my answers", "Phone numbers", "Correct something", "Tell them what happened")
        _it_is_carried_out(stage)
        assert stage.check().status == "closed"
        said = _since(stage, start)
        assert {one.method for one in said} >= {"chat.postMessage", "views.open", "response_url"}
        assert _said(said) == []
        assert letters.kept
        assert [letter for letter in letters.kept if _meant(letter[1])] == []
        _home_too(stage)


def _it_is_carried_out(stage: Stage) -> None:
    """Asked twice, led, asked back, disagreed with, planned again, agreed, shared and closed."""
    contact, staff = stage.independent, stage.staff
    for _ in range(2):
        stage.pass_time(minutes=61)
    contact.press("I have seen it", page_of(contact))
    _home_too(stage)
    stage.lead(contact)
    stage.open("Open", "Summary", contact)
    assert "*Not told, now or later: Lead one, Lead two.*" in contact.text()
    contact.close(whole_stack=True)
    stage.open("Ask the staff member", "Ask the staff member", contact)
    contact.submit({"text": "What time was it?"})
    stage.settle()
    _home_too(stage)
    staff.press("Answer")
    opened(staff, "Answer a question")
    staff.submit({"text": "At ten."})
    stage.plan(who=contact)
    staff.press("I disagree")
    opened(staff, "I disagree")
    staff.submit({"text": "There is more to it."})
    stage.settle()
    stage.plan(who=contact)
    _home_too(stage)
    staff.press("Talk to me first")
    staff.press("I agree")
    stage.record_sharing()
    stage.open("Close", "Not ready to close", contact)
    contact.press("Another view", "modal")
    opened(contact, "Another view")
    contact.submit({"text": "The plan is safe for tonight.", "by": "The chair of trustees, by phone"})
    contact.wait_for(lambda: contact.modal and contact.modal.title == "Close this check")
    contact.submit({"outcome": "It was looked into.", "may_know": "Thank you."})
    stage.settle()


def _home_too(stage: Stage) -> None:
    """Whatever Home says of this check."""
    ref = stage.check().ref
    for person in (stage.staff, stage.independent):
        person.open_home()
        person.wait_for("Before you share")
        assert person.home is not None
        own = [text for text in _strings(person.home.blocks) if ref in text]
        assert own
        assert [text for text in own if _meant(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "Ask a lead",
        "Another lead or the independent contact will look at it.",
        "SC-7K2M the leads are being asked",
        "Waits for a lead to take it on",
        "A check needs a safeguarding lead.",
        "talk to your lead",
    ],
)
def test_a_word_of_a_lead_would_be_found(text: str) -> None:
    """Each stood somewhere once."""
    assert _meant(text)
