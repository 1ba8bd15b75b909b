"""Messages of their own to the reporter: few, content-free, and true when they are read."""

import itertools
from dataclasses import replace

import pytest

from bot.cases.notices import notice
from flows.case import Case, CaseStatus, Entry, Shared
from flows.events import EventKind
from flows.model import Outcome
from tests.bot.builders import NOW, entry, led, sent, view
from tests.bot.slack.limits import elements, fits_message, words

SECRET = "a name nobody may read"
OF = sent(Outcome.CONSULT_URGENT)
TOLD = [kind for kind in EventKind if kind.properties.tells_reporter]


def _said(what: EventKind, a_case: Case, *more: Entry, **content: object) -> str:
    event = entry(what, 9, **content)
    message = notice(view(OF, a_case, entries=[event, *more]), a_case, event)
    return words(message.blocks) if message else ""


@pytest.mark.parametrize("what", TOLD)
def test_every_notice_fits_slack_and_says_nothing_typed(what: EventKind) -> None:
    """I18: a question, a reason or a plan opens in a window and is never in the message."""
    states = itertools.product(CaseStatus, (None, "share", "not_for_now"), (None, *Shared), (None, NOW), (1, 2))
    for status, decision, shared, agreed, plan_round in states:
        a_case = led(
            OF,
            status=status,
            decision=decision,
            shared=shared,
            reporter_agreed_at=agreed,
            plan_round=plan_round,
        )
        event = entry(what, 9, text=SECRET, reason=SECRET, outcome=SECRET, may_know=SECRET, round=1)
        message = notice(view(OF, a_case, entries=[event]), a_case, event)
        if message is not None:
            fits_message(message)
            assert SECRET not in words(message.blocks) + message.text


def test_a_question_that_was_answered_offers_no_second_answer() -> None:
    """The message is edited to say so."""
    a_case = led(OF)
    asked = entry(EventKind.QUESTION, 9, text=SECRET)
    open_still = notice(view(OF, a_case, entries=[asked]), a_case, asked)
    assert open_still
    assert [one["action_id"] for one in elements(open_still.blocks)] == ["reply"]
    answered = notice(view(OF, a_case, entries=[asked, entry(EventKind.REPLY, 10, to=9)]), a_case, asked)
    assert answered
    assert list(elements(answered.blocks)) == []


def test_only_the_newest_plan_can_be_agreed() -> None:
    """Nobody agrees to words that were changed since."""
    assert "I agree" in _said(EventKind.PLANNED, led(OF, status=CaseStatus.PLANNED, plan_round=2), round=2)
    old = _said(EventKind.PLANNED, led(OF, status=CaseStatus.PLANNED, plan_round=2), round=1)
    assert "I agree" not in old
    assert "has changed since" in old


def test_after_a_plan_to_share_two_questions_wait_until_they_are_answered() -> None:
    """Policy 3.4 is asked once sharing is confirmed, and only then goes away."""
    agreed = {"status": CaseStatus.AGREED, "reporter_agreed_at": NOW}
    assert "Two last questions" in _said(EventKind.AGREED, led(OF, decision="share", **agreed))
    assert "Two last questions" in _said(EventKind.AGREED, led(OF, decision="share", shared=Shared.NOT_YET, **agreed))
    assert "answered" in _said(EventKind.AGREED, led(OF, decision="share", shared=Shared.RECORDED, **agreed))
    assert "nothing was shared" in _said(
        EventKind.AGREED, led(OF, decision="refer", shared=Shared.CHOSE_NOT_TO, **agreed)
    )
    asked = _said(EventKind.AGREED, led(OF, decision="not_for_now", **agreed))
    assert "do not know yet" in asked  # nobody was asked S6
    calm = replace(OF, answers={**OF.answers, "S6": ("no",)})
    nothing = led(calm, decision="not_for_now", shared=Shared.CHOSE_NOT_TO, **agreed)
    assert notice(view(calm, nothing), nothing, entry(EventKind.AGREED)) is None


def test_whoever_disagrees_is_reminded_that_they_can_refer() -> None:
    """Nothing discourages a report: anyone can refer directly, with the number."""
    said = _said(EventKind.DISAGREED, led(OF, disagreed=True), reason=SECRET)
    assert "You can ring adult social care, 020 7946 0113, yourself at any time" in said


def test_a_lead_who_left_no_longer_stands_in_the_message() -> None:
    """Handed on, or taken over by another: the message says how it is now."""
    assert "is on SC-7K2M" in _said(EventKind.LED, led(OF))
    assert "needs a lead again" in _said(EventKind.LED, led(OF, status=CaseStatus.OPEN, led_by=None, led_at=None))
    assert "taken this over" in _said(EventKind.LED, led(OF, led_at=NOW.replace(hour=11)))


def test_everything_goes_quiet_once_it_is_closed() -> None:
    """Old buttons do not ask for anything any more."""
    closed = led(OF, status=CaseStatus.CLOSED)
    for what in (kind for kind in TOLD if not kind.properties.ends_case):
        assert _said(what, closed, round=0) == "SC-7K2M: this is complete."
    assert "Thank you" in _said(EventKind.CLOSED, closed)
