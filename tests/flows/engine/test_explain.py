"""What the reporter reads, whatever they answered."""

from dataclasses import replace

import pytest

from flows.case import Told
from flows.engine.wording import NEVER_SAID
from flows.model import Answers, Level
from tests.flows.builders import (
    FACTS,
    NO_CONSENT,
    SHARED,
    calm_but,
    said_of,
    stopped_after,
)

SEEK = NO_CONSENT | {"3.1.3": "yes", "3.1.7": "yes"}
EVERY_OUTCOME = {
    "EMERGENCY": calm_but({"S1": "yes", "4.2": None}),
    "CONSULT_URGENT": calm_but(NO_CONSENT, {"S4": "yes", "4.2": None}),
    "CONSULT": calm_but({"3.2.1": "not_sure"}),
    "CONSULT_READY": calm_but({"4.2": "yes"}),
    "FIX_FIRST": calm_but({"3.2.1": "too_much", "4.2": "not_yet"}),
    "HOLD": calm_but(),
    "UNFINISHED": stopped_after("S3", calm_but()),
}
MUST_SAY = {
    "EMERGENCY": ["Call 999 now.", "I have alerted Lead one and Lead two.", "Do not wait"],
    "CONSULT_URGENT": [
        "Speak to a safeguarding lead now.",
        "ring them too: Lead one on 020 7946 0101 or Lead two on 020 7946 0102.",
        "ring children's social care yourself (020 7946 0110; out of hours 020 7946 0111)",
        "999 in an emergency",
        "You do not need consent to talk to a lead",
    ],
    "CONSULT": [
        "Talk to a safeguarding lead before anything is shared.",
        "You are not deciding this alone.",
    ],
    "CONSULT_READY": [
        "Your answers support sharing.",
        "Agree the plan with a safeguarding lead first (policy 4.2).",
    ],
    "FIX_FIRST": ["Sort these out, then reopen this check:\n- List the minimum that is needed."],
    "HOLD": ["Keep this confidential for now.", "Your reasons are recorded"],
    "UNFINISHED": ["Nothing has been sent to anyone.", "saved"],
}


@pytest.mark.parametrize("outcome", EVERY_OUTCOME)
def test_every_outcome_says_what_it_must(outcome: str) -> None:
    """The words of the law, with the organisation's own numbers in them."""
    text = said_of(EVERY_OUTCOME[outcome]).text
    assert [words for words in MUST_SAY[outcome] if words not in text] == []


@pytest.mark.parametrize("outcome", EVERY_OUTCOME)
def test_every_outcome_carries_the_footer(outcome: str) -> None:
    """I15: four ways on, whatever was answered."""
    footer = " ".join(said_of(EVERY_OUTCOME[outcome]).footer)
    for words in ("Ask a lead", "children's social care", "0808 800 5000", "0800 028 0285"):
        assert words in footer
    assert "Do not discuss it with anyone else." in footer


@pytest.mark.parametrize("outcome", EVERY_OUTCOME)
def test_no_outcome_says_what_none_may(outcome: str) -> None:
    """I16 and I17, and nothing left unfilled."""
    text = said_of(EVERY_OUTCOME[outcome]).text.lower()
    assert [phrase for phrase in (*NEVER_SAID, "{", "}") if phrase in text] == []


def test_where_telling_could_harm_it_says_do_not_tell_and_never_to_seek_consent() -> None:
    """I7."""
    for option in ("someone_at_risk", "police_investigation", "unjustifiable_delay"):
        said = said_of(calm_but(SEEK, {"3.1.6": option, "3.1.7": None, "4.2": None}))
        assert "do not tell them or the family yet" in said.say_first[0]
        assert "ask for consent" not in said.text.lower()


def test_consent_is_advised_only_where_asking_was_said_to_be_safe() -> None:
    """Not in a check that stopped before 3.1.6, nor where an adult's conduct is in question."""
    advised = "ask for consent"
    finished = calm_but(SEEK, {"4.2": "not_yet"})
    assert advised in said_of(finished).text.lower()
    assert advised not in said_of(stopped_after("3.1.5", finished)).text.lower()
    low_level = calm_but(SEEK, {"S3": "low_level"})
    assert advised not in said_of(low_level).text.lower()
    stopped = stopped_after("3.1.5", calm_but(SEEK, {"3.1.2": "not_sure"}))
    assert advised not in said_of(stopped).text.lower()


def test_explaining_again_waits_while_telling_could_harm() -> None:
    """Nobody is sent to talk to the person they must not tell."""
    partly = {"3.1.7": "partly", "3.1.8": "sharing_worse"}
    held = said_of(calm_but(partly, {"3.1.6": "not_sure"})).text
    assert "Explain again" not in held
    assert "decide with you when to explain again" in held
    assert "Explain again" in said_of(calm_but(partly, {"4.2": "not_yet"})).text


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (Told.NOT_YET, "I am telling Lead one and Lead two now"),
        (Told.DELIVERED, "I have paged Lead one and Lead two"),
        (Told.FAILED, "I could not reach Lead one and Lead two in Slack yet. Please phone Lead one on"),
        (Told.NOBODY, "I have not told anyone yet."),
    ],
)
def test_it_says_of_the_page_only_what_is_true_by_now(told: Told, words: str) -> None:
    """Only after delivery does it say: I have told (I19)."""
    text = said_of(EVERY_OUTCOME["CONSULT_URGENT"], told).text
    assert words in text
    assert ("I have paged" in text) == (told is Told.DELIVERED)


def test_without_numbers_it_still_reads_as_a_sentence() -> None:
    """An organisation that has not settled its numbers gets no empty brackets."""
    bare = replace(FACTS, phones=(), social_care=None, out_of_hours=None)
    text = said_of(EVERY_OUTCOME["CONSULT_URGENT"], facts=bare).text
    assert "I have paged Lead one and Lead two." in text
    assert "(the council's number; out of hours the council's out-of-hours team)" in text


def test_the_emergency_opens_with_999() -> None:
    """The first words are the ones that matter."""
    assert said_of(EVERY_OUTCOME["EMERGENCY"]).text.startswith("Call 999 now")
    unsure = said_of(calm_but({"S1": "not_sure", "4.2": None}))
    assert "999" in unsure.say_first[0]


def test_an_adult_whose_conduct_is_in_question_is_not_spoken_to() -> None:
    """LADO guidance."""
    first = " ".join(said_of(calm_but(S3="low_level")).say_first)
    assert "Do not speak to that adult" in first
    assert "LADO" in first


def test_the_source_is_protected() -> None:
    """Checking could put them at risk."""
    said = said_of(calm_but({"3.2.3": "unsafe_to_check"}))
    assert "Do not reveal who raised it." in said.say_first


def test_a_breach_goes_to_the_data_protection_lead_today_without_blame() -> None:
    """Already shared in an emergency is never worded as a fault."""
    shared = SHARED | {"S6": "yes_emergency", "3.3.1": "no", "4.2": None}
    text = said_of(calm_but(shared)).text
    assert "Tell the data protection lead today (dpl@example.org)." in text
    assert "fault" not in text


def test_it_says_why_with_the_clause() -> None:
    """The answers that decided it, in the words that were chosen."""
    answers = calm_but({"S4": "possibly", "S5": "no", "3.1.6": "not_sure"})
    why = said_of(answers).why
    assert 'Because you said "Possibly" about harm or risk of harm (S4, added for safety).' in why
    assert any("(policy 3.1 bullet 6)" in sentence for sentence in why)


def test_it_says_what_would_have_changed_it() -> None:
    """And that it would bring up a question, where it would."""
    held = said_of(calm_but()).would_change
    assert held[0].startswith('If you had said "Yes" about whether sharing would be best (4.2), ')
    urgent = said_of(calm_but({"S4": "yes", "4.2": None})).would_change
    assert any(sentence.endswith("that would bring up another question.") for sentence in urgent)


def test_many_answers_changed_together_are_named_by_their_numbers() -> None:
    """Nobody has to read twelve quotations."""
    unsure = dict.fromkeys(("3.1.2", "3.1.5", "3.2.1", "3.2.2", "3.3.1"), "not_sure")
    sentence = said_of(calm_but(dict(unsure))).would_change[-1]
    assert "(3.1.2, 3.1.5, 3.2.1, 3.2.2, 3.3.1)" in sentence


def test_differing_answers_are_said_to_differ() -> None:
    """The higher answer wins, and the reporter is told."""
    said = said_of(calm_but({"3.1.6": "someone_at_risk", "4.2": None}))
    assert any("answers differ" in sentence for sentence in said.why)


def test_a_level_raised_by_an_earlier_answer_is_explained() -> None:
    """Nothing they said now decided it."""
    said = said_of(calm_but({"4.2": None}), floor=Level.CONSULT_URGENT)
    assert said.why == ("An earlier answer raised this, and it stays raised.",)
    assert said.would_change == ()


@pytest.mark.parametrize("left_out", ["lead-1", "not_sure"])
def test_in_a_conflict_it_says_to_talk_only_to_those_who_may_know(left_out: str) -> None:
    """And never who was left out."""
    facts = replace(FACTS, recipients="Independent contact", phones=())
    said = said_of(calm_but({"S2": left_out, "S4": "yes", "4.2": None}), facts=facts)
    assert "Talk only to Independent contact about this for now." in said.to_do
    assert "Lead one" not in said.text
    assert "only goes to people who may know" in said.footer[0]


def test_not_yet_with_nothing_named_still_reads_as_a_sentence() -> None:
    """There may be something to sort out that the checklist does not know."""
    said = said_of(calm_but({"4.2": "not_yet"}))
    assert "Sort things out, then reopen this check." in said.to_do


def test_tasks_wait_for_a_lead() -> None:
    """I16: nothing is shared first."""
    said = said_of(calm_but({"3.3.3": "will_tell_them", "4.2": "yes"}))
    place = said.to_do.index("If it is shared with a lead's agreement, or has been shared already:")
    assert said.to_do[place + 1].startswith("- Tell the recipient it is confidential")


def test_stopping_part_way_says_what_becomes_of_it() -> None:
    """Saved, told, and open to more."""
    answers: Answers = stopped_after("S4", calm_but(S4="possibly"))
    assert said_of(answers).to_do[-1].startswith("You stopped part-way.")
