"""The reporter's card: within Slack's limits and true in every state there is."""

import itertools
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.check_view import CheckView
from bot.checks import modals
from bot.checks.card import card
from bot.config.organisation import Phones
from flows.case import CaseStatus, CheckStatus, Cover, Told
from flows.checklist import CHECKLIST
from flows.engine.remaining import minutes_left
from flows.engine.replay import replay
from flows.events import EventKind
from flows.model import Answers, Choose, Level, Outcome, Question
from tests.bot.builders import HOSTILE, ORGANISATION, SHEETS, case, check, crowd, entry, led, sent, view
from tests.bot.slack.limits import elements, fits_message, primaries, words
from tests.flows.builders import NO_CONSENT, SHARED, calm_but, stopped_after

WALKS = (
    calm_but(),
    calm_but(S1="yes"),
    calm_but(S1="not_sure", S4="possibly", S5="no"),
    calm_but({"S2": "not_sure", "4.2": "yes"}),
    calm_but(NO_CONSENT),
    calm_but(SHARED),
    calm_but({"3.1.6": "someone_at_risk"}),
)


def _sheets_before(question: Question) -> Iterator[Answers]:
    """Answers after which this question is the next to be asked."""
    for walk in WALKS:
        order = list(CHECKLIST.by_id)
        before = {one: given for one, given in walk.items() if order.index(one) < order.index(question.id)}
        following = replay(CHECKLIST, before).next
        if following is question:
            yield before


def _asked_now(question: Question) -> CheckView:
    """A card that shows this question, revisited where no sheet here leads to it."""
    before = next(_sheets_before(question), None)
    if before is not None:
        return view(check(before))
    return view(check({**calm_but(), question.id: (question.options[0].id,)}, revisiting=question.id))


@pytest.mark.parametrize("question", CHECKLIST.questions, ids=lambda question: question.id)
def test_every_question_fits_a_card_and_shows_all_its_options(question: Question) -> None:
    """No question is refused by Slack, and none loses an option on the way."""
    shown = _asked_now(question)
    assert shown.question is not None
    assert shown.question.id == question.id
    message = card(shown)
    fits_message(message)
    said = words(message.blocks)
    assert all(option.label in said for option in question.options)
    assert "Ask a lead" in said


@pytest.mark.parametrize("question", CHECKLIST.questions, ids=lambda question: question.id)
def test_every_question_fits_when_it_is_shown_again(question: Question) -> None:
    """Going back shows what was said, and a way to keep it."""
    given = ("no",) if question.choose is Choose.PEOPLE else (question.options[-1].id,)
    shown = view(check({**calm_but(), question.id: given}, revisiting=question.id))
    message = card(shown)
    fits_message(message)
    assert "Keep my answer" in words(message.blocks)


def test_with_nobody_on_cover_the_first_card_gives_numbers_and_no_later_one_does() -> None:
    """While one lead or deputy is there it says nothing of it."""
    nobody = frozenset({"lead-1", "lead-2", "deputy-1"})
    line = "No safeguarding lead is marked as on cover today."
    first = card(replace(view(check()), absent=nobody))
    fits_message(first)
    said = words(first.blocks)
    assert f"{line} I will still ask for help. You can also phone Independent contact 020 7946 0104" in said
    assert said.index(line) < said.index("in danger right now")
    for answers in ({"S1": ("no",)}, {"S1": ("yes",)}, {"S1": ("no",), "S2": ("independent",)}):
        assert line not in words(card(replace(view(check(answers)), absent=nobody)).blocks)
    for there in nobody:
        assert line not in words(card(replace(view(check()), absent=nobody - {there})).blocks)
    many = card(
        replace(view(check(), organisation=crowd()), absent=frozenset(person.id for person in crowd().everyone))
    )
    fits_message(many)


def test_whoever_is_absent_is_not_among_those_to_phone_first() -> None:
    """Before anybody is told, the numbers are those of the people who will be."""
    shown = replace(view(check({"S1": ("yes",)})), absent=frozenset({"lead-1"}))
    said = words(card(shown).blocks)
    assert "Lead two: 020 7946 0102" in said
    assert "Lead one" not in said
    everybody = replace(shown, absent=frozenset(shown.roster.everyone))
    assert "Lead one: 020 7946 0101" in words(card(everybody).blocks)


def test_3_1_8_is_never_answered_with_yes_or_no() -> None:
    """A person in a hurry cannot mistake which way "yes" points."""
    shown = card(_asked_now(CHECKLIST["3.1.8"]))
    labels = {words(one) for one in elements(shown.blocks) if str(one["action_id"]).startswith("answer.")}
    assert labels
    assert not labels & {"Yes", "No"}


CASES = [None, *CaseStatus]


def _states() -> Iterator[CheckView]:
    checks = [
        check(),
        check(asked_lead=True),
        check({"S1": ("yes",)}),
        check({"S1": ("not_sure",)}),
        *(check(sheet) for sheet in SHEETS.values()),
        *(sent(outcome) for outcome in Outcome if outcome is not Outcome.UNFINISHED),
        sent(Outcome.HOLD, status=CheckStatus.CLOSED),
        check({"S1": ("no",), "S2": ("lead-1", "deputy-1")}, level=Level.CONSULT),
        check(calm_but(S1="not_sure"), cover=Cover.HIDDEN),
        check(calm_but(S1="not_sure"), cover=Cover.STOPPED),
        check(stopped_after("S4", calm_but(S4="yes")), cover=Cover.PAGED),
    ]
    for of, status, told, tries in itertools.product(checks, CASES, Told, (1, 7)):
        if status is None:
            yield view(of)
            continue
        make = case if status is CaseStatus.OPEN else led
        yield view(of, make(of, status=status, tries=tries), told)


def test_every_state_fits_slack() -> None:
    """Whatever became of a check and its page, there is one card and Slack takes it."""
    for shown in _states():
        for newest in (True, False):
            fits_message(card(shown, newest=newest))


def test_the_card_fits_with_a_crowd_of_long_names() -> None:
    """A large organisation's names never keep the card from being shown."""
    many = crowd()
    for told, tries in itertools.product(Told, (1, 4)):
        for sheet in (SHEETS[Outcome.CONSULT_URGENT], {"S1": ("yes",)}):
            of = check(sheet)
            asked = tuple(person.id for person in many.everyone)
            fits_message(card(view(of, case(of, asked=asked, tries=tries), told, organisation=many)))


def test_names_on_the_card_notify_nobody() -> None:
    """A name with Slack's own signs in it shows as it was typed."""
    of = check(SHEETS[Outcome.CONSULT_URGENT])
    many = crowd(name=HOSTILE)
    for told in Told:
        said = words(card(view(of, case(of, asked=("lead-1",)), told, organisation=many)).blocks)
        assert "<!channel>" not in said
        assert "<@U0STAFF>" not in said


def test_the_text_for_a_locked_phone_says_nothing() -> None:
    """Whoever picks the phone up reads no answer, no outcome and no reference."""
    assert {card(shown).text for shown in _states()} == {"Your sharing check."}


def test_nothing_typed_is_ever_on_the_card() -> None:
    """Notes and details open in a window only, the record of them never comes near a message."""
    secret = "a name nobody may read"
    entries = [entry(EventKind.DETAILS, facts=secret, person=secret), entry(EventKind.NOTE, text=secret)]
    for of in (check(SHEETS[Outcome.CONSULT_URGENT]), sent(Outcome.CONSULT)):
        shown = card(view(of, led(of), entries=entries))
        assert secret not in words(shown.blocks) + shown.text


def test_people_left_out_are_never_named_on_the_card() -> None:
    """Somebody looking over a shoulder does not learn whom it may be about."""
    of = check({"S1": ("no",), "S2": ("lead-1",)}, level=Level.CONSULT)
    for told in Told:
        said = words(card(view(of, case(of, asked=("lead-1", "lead-2")), told)).blocks)
        assert "Lead one" not in said
        assert "lead-1" not in said


def test_999_stays_in_sight_once_danger_was_said() -> None:
    """I1, I2: on every card of an emergency, and of one that may be."""
    for answer in ("yes", "not_sure"):
        for question in ("S1", "S2", "S3", "S4", "3.1.1", "4.2"):
            answers = stopped_after(question, calm_but(S1=answer))
            of = check(answers)
            for told in Told:
                assert "999" in words(card(view(of, case(of), told)).blocks)
            assert "999" in words(card(view(of)).blocks)


def test_the_page_is_never_said_to_be_there_before_slack_took_it() -> None:
    """The card says "I have told" only once that is so."""
    of = check(SHEETS[Outcome.CONSULT_URGENT])
    for told in Told:
        said = words(card(view(of, case(of), told)).blocks)
        assert ("I have told" in said) is (told is Told.DELIVERED)
    failed = words(card(view(of, case(of), Told.FAILED)).blocks)
    assert "I could not reach Lead one and Lead two in Slack yet." in failed
    assert "020 7946 0101" in failed


def test_the_next_question_waits_until_the_page_is_out() -> None:
    """Page first, ask later: no option can be pressed while the page is on its way."""
    of = check(stopped_after("S4", calm_but(S4="yes")))

    def options(told: Told) -> list[str]:
        shown = card(view(of, case(of), told)).blocks
        return [one["action_id"] for one in elements(shown) if str(one["action_id"]).startswith("answer.")]

    assert options(Told.NOT_YET) == []
    assert options(Told.DELIVERED)
    assert options(Told.FAILED)


def test_an_unanswered_urgent_page_sends_the_reporter_to_social_care() -> None:
    """After the first silence the numbers are there, and 999."""
    of = check(SHEETS[Outcome.CONSULT_URGENT])
    said = words(card(view(of, case(of, tries=2))).blocks)
    assert "ring adult social care, 020 7946 0113, yourself now" in said
    child = check({**SHEETS[Outcome.CONSULT_URGENT], "3.1.5": ("child_under_13",)})
    assert "ring children's social care, 020 7946 0110, yourself now" in words(
        card(view(child, case(child, tries=2))).blocks
    )
    calm = check(SHEETS[Outcome.CONSULT])
    assert "yourself now" not in words(card(view(calm, case(calm, tries=2))).blocks)


def test_where_social_care_has_no_number_the_reporter_is_told_how_to_find_it() -> None:
    """A sentence that can be followed at night: whom to ring, where the number is, and 999."""
    of = check({**SHEETS[Outcome.CONSULT_URGENT], "3.1.5": ("child_under_13",)})
    bare = ORGANISATION.model_copy(update={"phones": Phones(), "schools": ()})
    said = words(card(view(of, case(of, tries=2), organisation=bare)).blocks)
    assert (
        "Please ring children's social care yourself now (find the council's number at gov.uk/report-child-abuse). "
        "Call 999 in an emergency." in said
    )


@pytest.mark.parametrize("outcome", [one for one in Outcome if one is not Outcome.UNFINISHED])
def test_every_outcome_carries_the_footer(outcome: Outcome) -> None:
    """I15: ask a lead, refer yourself, the helplines, and keep it to yourself, on every one."""
    of = sent(outcome)
    said = words(card(view(of, case(of) if of.level else None)).blocks)
    for part in ("Ask a lead", "refer", "0808 800 5000", "0800 028 0285"):
        assert part in said


def test_hold_never_says_do_not_share() -> None:
    """It is kept confidential for now, which is not an order."""
    assert "do not share" not in words(card(view(sent(Outcome.HOLD))).blocks).lower()


def test_a_covered_card_shows_no_answer_and_still_helps() -> None:
    """Somebody who walks up to the screen sees no question, answer or outcome; who may have to act sees how."""
    of = check(calm_but(S1="not_sure"), cover=Cover.HIDDEN)
    said = words(card(view(of, case(of))).blocks)
    assert said.startswith("Paused.")
    assert "call 999 first" in said
    assert "*I have told Lead one and Lead two*" in said
    assert "Lead one: 020 7946 0101" in said
    assert not any(question.ask in said for question in CHECKLIST)
    assert "Because you said" not in said
    shown = [one["action_id"] for one in elements(card(view(of, case(of))).blocks)]
    assert shown == ["show", "ask_lead"]
    calm = words(card(view(check(calm_but(), cover=Cover.HIDDEN))).blocks)
    assert "Numbers for now" not in calm


def test_the_page_moment_offers_to_tell_more_to_go_on_and_to_stop() -> None:
    """The page is out: who was told and when, the ways from here, the numbers and the advice; no question yet."""
    of = check(stopped_after("S4", calm_but(S4="yes")), cover=Cover.PAGED)
    message = card(view(of, case(of)))
    moment = next(block for block in message.blocks if block.get("block_id") == "tools")
    minutes = minutes_left(CHECKLIST, replay(CHECKLIST, of.answers))
    labels = [one["text"]["text"] for one in moment["elements"]]
    assert labels == ["Tell them what happened", "Hide", f"Go on (about {minutes} min)", "Stop here", "Ask a lead"]
    assert [one["action_id"] for one in primaries(message.blocks)] == ["add_details"]
    said = words(message.blocks)
    places = [said.index(part) for part in ("I have told", "Stop here", "Numbers for now", "While you wait")]
    assert places == sorted(places)
    assert "Has any of this already been shared" not in said


def test_the_number_of_a_lead_stands_on_the_outcome_once() -> None:
    """A lead's number is in the list alone, also once that lead is on it; nobody is told to ring them too then."""
    of = sent(Outcome.CONSULT_URGENT)
    waits, on_it = (words(card(view(of, case_of)).blocks) for case_of in (case(of), led(of)))
    assert waits.count("020 7946 0101") == on_it.count("020 7946 0101") == 1
    assert "Ring them too" in waits
    assert "is on it" in on_it
    assert "ing them too" not in on_it


def test_the_verdict_comes_first_and_reasons_are_behind_one_button() -> None:
    """What to do, who was told and one first action stand before the numbers; why is in the window behind More."""
    of = sent(Outcome.CONSULT_URGENT)
    shown = view(of, case(of))
    message = card(shown)
    assert [block["type"] for block in message.blocks[:3]] == ["header", "section", "actions"]
    assert [one["action_id"] for one in primaries(message.blocks)] == ["add_details"]
    assert "Because you said" not in words(message.blocks)
    window = modals.more(shown)
    assert "Because you said" in words(window["blocks"])
    assert {one["action_id"] for one in elements(window["blocks"])} == {"review", "correct", "phones"}


def test_an_older_card_of_a_check_has_nothing_to_press() -> None:
    """Two cards never ask the same question."""
    shown = card(view(check(calm_but())), newest=False)
    assert list(elements(shown.blocks)) == []


def test_a_closed_check_shrinks_to_one_line() -> None:
    """No answer stays in the messages once it is over."""
    shown = card(view(sent(Outcome.CONSULT_URGENT, status=CheckStatus.CLOSED)))
    assert [block["type"] for block in shown.blocks] == ["section", "actions"]
    assert [one["action_id"] for one in elements(shown.blocks)] == ["ask_lead"]


def test_a_question_with_boxes_has_one_way_on() -> None:
    """Ticks count once Continue is pressed, which is the one first choice there."""
    shown = card(_asked_now(CHECKLIST["3.1.6"]))
    assert [one["action_id"] for one in primaries(shown.blocks)] == ["answer_ticks"]
