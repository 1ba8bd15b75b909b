"""What the reporter reads, whatever they answered."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from flows.case import Told
from flows.checklist import CHECKLIST
from flows.engine import wording
from flows.engine.facts import TimeOfDay, time_of_day
from flows.engine.guidance import Stage, as_read
from flows.engine.outcome import Known
from flows.engine.wording import NEVER_SAID
from flows.model import Answers, Level
from tests.flows.builders import (
    FACTS,
    NO_CONSENT,
    SHARED,
    calm_but,
    progress_of,
    said_of,
    stopped_after,
)

SEEK = NO_CONSENT | {"3.1.3": "yes"}
EVERY_OUTCOME = {
    "EMERGENCY": calm_but({"S1": "yes", "4.2": None}),
    "CONSULT_URGENT": calm_but(NO_CONSENT, {"S4": "yes", "3.1.5": "child_under_13", "4.2": None}),
    "CONSULT": calm_but({"3.2.1": "not_sure"}),
    "CONSULT_READY": calm_but({"4.2": "yes"}),
    "FIX_FIRST": calm_but({"3.2.1": "too_much", "4.2": "not_yet"}),
    "HOLD": calm_but(),
    "UNFINISHED": stopped_after("S3", calm_but()),
}
MUST_SAY = {
    "EMERGENCY": ["Call 999 now.", "I have told Lead one and Lead two.", "Do not wait"],
    "CONSULT_URGENT": [
        "Speak to Lead one and Lead two now.",
        "ring them too: Lead one on 020 7946 0101 or Lead two on 020 7946 0102.",
        "ring social care yourself (children's social care, 020 7946 0110, or out of hours 020 7946 0111)",
        "999 in an emergency",
        "You do not need consent to talk to a lead",
        "While you wait: listen. Do not question them.",
    ],
    "CONSULT": [
        "Talk to Lead one and Lead two before anything is shared.",
        "You are not deciding this alone.",
    ],
    "CONSULT_READY": [
        "Your answers support sharing.",
        "Agree the plan with Lead one and Lead two first (policy 4.2).",
    ],
    "FIX_FIRST": ["Sort these out, then reopen this check:\n- List the minimum that is needed."],
    "HOLD": [
        "Keep this confidential for now.",
        "Your answers and your reason are kept, and Lead one and Lead two can see them.",
    ],
    "UNFINISHED": ["Nothing has been sent to anyone.", "saved"],
}


@pytest.mark.parametrize("outcome", EVERY_OUTCOME)
def test_every_outcome_says_what_it_must(outcome: str) -> None:
    """The words of the law, with the organisation's own numbers in them."""
    text = said_of(EVERY_OUTCOME[outcome]).text
    assert [words for words in MUST_SAY[outcome] if words not in text] == []


@pytest.mark.parametrize("outcome", EVERY_OUTCOME)
def test_every_outcome_carries_the_footer(outcome: str) -> None:
    """I15: four ways on, whatever was answered; adults' services where it is an adult's (I33)."""
    said = said_of(EVERY_OUTCOME[outcome])
    footer = " ".join(said.footer)
    child = outcome in ("CONSULT_URGENT", "UNFINISHED")
    service = "children's social care" if child else "adult social care"
    for words in ("Ask a lead", f"You can ring {service} yourself, at any time", "0808 800 5000", "0800 028 0285"):
        assert words in footer
    assert "Talk about it only with those who need to know." in footer
    assert said.danger.startswith(("Call 999 now", "If anyone may be in danger right now, call 999"))


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


@pytest.mark.parametrize("worry", [{"S4": "possibly", "S5": "no"}, {"S7": "extreme_views"}, {"3.1.6": "not_sure"}])
def test_where_there_is_risk_nobody_is_sent_to_the_source_or_to_explain_again(worry: dict[str, str]) -> None:
    """That is a lead's work then, not the reporter's."""
    partly = {"3.1.7": "partly", "3.1.8": "sharing_worse", "3.2.3": "not_checked"}
    held = said_of(calm_but(partly, worry)).text
    assert "Explain again" not in held
    assert "Check with the source" not in held
    calm = said_of(calm_but(partly, {"4.2": "not_yet"})).text
    assert "Explain again" in calm
    assert "Check with the source" in calm


@pytest.mark.parametrize(
    ("whose", "words"),
    [
        ("adult", "from the adult:"),
        ("child_under_13", "from a parent or whoever has parental responsibility:"),
        ("several", "from each of them:"),
    ],
)
def test_the_fix_for_consent_says_whose(whose: str, words: str) -> None:
    """By 3.1.5."""
    sheet = calm_but(SEEK, {"3.1.5": whose, "4.2": "not_yet"})
    assert f"Ask for consent, {words} you said it is needed and safe to ask." in said_of(sheet).text


def test_what_was_already_shared_is_spoken_of_in_the_past() -> None:
    """Fixes are for a lead to know, and nothing more is to be shared before."""
    said = said_of(calm_but(SHARED, {"3.2.1": "too_much", "3.3.2": "not_sure"}))
    assert "Talk to Lead one and Lead two before anything more is shared." in said.instructions
    assert said.fixes[0] == "About what was shared:"
    assert said.fixes[1].startswith("- More, or less, may have gone out than was needed: tell Lead one and Lead two")
    assert 'Because you said "Not sure" about a secure way (policy 3.3 bullet 2).' in said.why


@pytest.mark.parametrize("stage", list(Stage))
@pytest.mark.parametrize("stopped", ["S4", "S7", "3.1.5", "4.2"])
def test_every_way_of_stopping_keeps_what_is_needed(stage: Stage, stopped: str) -> None:
    """I25: who was told, the numbers for now, the advice, the 999 line and the footer."""
    said = said_of(stopped_after(stopped, calm_but(S4="possibly", S5="no", S7="self_harm")), stage=stage)
    assert said.told == "I have told Lead one and Lead two."
    assert [one.id for one in said.advice][:1] == ["BASICS"]
    assert "Lead one: 020 7946 0101" in said.numbers
    assert any(line.startswith(("Children's social care: 020", "Adult social care: 020")) for line in said.numbers)
    assert "call 999 first" in said.text
    assert len(said.footer) == 4


def test_hidden_shows_no_answers() -> None:
    """Somebody else may be looking."""
    answers = calm_but(S4="possibly", S5="no", **{"3.2.1": "too_much"})
    said = said_of(answers, stage=Stage.HIDDEN)
    assert (said.why, said.fixes, said.tasks, said.would_change, said.changes) == ((), (), (), (), ())


def test_whether_to_tell_is_not_known_until_it_was_asked() -> None:
    """I26: not known is treated as yes."""
    stopped = said_of(stopped_after("S4", calm_but(S4="yes")))
    assert stopped.tell_nobody is Known.NOT_KNOWN
    assert "So do not tell them or the family yet." in stopped.say_first[0]
    assert said_of(calm_but({"S4": "yes", "4.2": None})).tell_nobody is Known.NO
    assert said_of(calm_but({"S7": "cutting_or_forced_marriage", "4.2": None})).tell_nobody is Known.YES
    assert wording.KNOWN[Known.NOT_KNOWN] == "not known yet: treat as yes"


def test_before_anybody_is_told_it_names_those_who_would_be() -> None:
    """docs/rules.md, decision 16."""
    said = said_of(stopped_after("S4", calm_but(S4="possibly")), Told.NOBODY, stage=Stage.STOPPED)
    assert said.told == "I have not told anyone yet. If you stop here, I will tell Lead one and Lead two."


def test_it_says_which_lead_leads_with_their_number() -> None:
    """Staff are told who, and how to ring them."""
    led = replace(FACTS, led_by=("Lead two", "020 7946 0102"))
    said = said_of(EVERY_OUTCOME["CONSULT"], facts=led, stage=Stage.LED)
    assert said.told == "Lead two is on it: 020 7946 0102."
    assert said.numbers[:2] == ("Lead two: 020 7946 0102", "Lead one: 020 7946 0101")


@pytest.mark.parametrize(
    ("moment", "hour"),
    [
        (datetime(2026, 11, 30, 9, 0, tzinfo=UTC), TimeOfDay.DAY),
        (datetime(2026, 11, 30, 8, 59, tzinfo=UTC), TimeOfDay.NIGHT),
        (datetime(2026, 7, 1, 16, 0, tzinfo=UTC), TimeOfDay.NIGHT),  # five o'clock in London
        (datetime(2026, 11, 28, 12, 0, tzinfo=UTC), TimeOfDay.NIGHT),  # a Saturday
        (datetime(2026, 12, 25, 12, 0, tzinfo=UTC), TimeOfDay.NIGHT),  # a bank holiday
    ],
)
def test_the_number_that_answers_now_is_given(moment: datetime, hour: TimeOfDay) -> None:
    """By day the council's office, otherwise the out-of-hours team."""
    assert time_of_day(moment, ZoneInfo("Europe/London"), {date(2026, 12, 25)}) is hour
    number = {TimeOfDay.DAY: "020 7946 0110", TimeOfDay.NIGHT: "020 7946 0111"}[hour]
    said = said_of(EVERY_OUTCOME["CONSULT_URGENT"], facts=replace(FACTS, hour=hour))
    assert f"Children's social care: {number}" in said.numbers
    assert f"(children's social care, {number})" in said.text


def test_where_a_lead_is_left_out_only_names_are_spoken_of() -> None:
    """I30: nobody who was not told is named or meant; the policy's words and the button's name stay."""
    facts = replace(FACTS, recipients="Independent contact", tells_a_lead=False, phones=())
    sheet = {**calm_but({"S3": "low_level", "4.2": "yes"}), "S2": ("lead-1", "lead-2")}
    said = said_of(sheet, facts=facts)
    words = said.text.replace("Ask a lead", "").replace("No safeguarding lead has been told.", "")
    assert "lead" not in words.lower()
    assert said.title == "Agree the plan with Independent contact first"
    assert any("(S3, added for safety)" in sentence for sentence in said.why)
    progress = progress_of(sheet)
    help_words = {question.id: as_read(question, progress, facts).help for question in CHECKLIST}
    assert help_words["3.1.6"].endswith("Independent contact will decide with you when and how.")
    assert not [one for one, words in help_words.items() if "a lead" in words.lower() and one != "S2"]


def test_questions_are_read_with_the_leads_names_and_in_the_right_tense() -> None:
    """As the policy names them; past only where it was shared."""
    calm, shared = progress_of(calm_but()), progress_of(calm_but(SHARED))
    assert "Leads (Lead one or Lead two)." in as_read(CHECKLIST["4.2"], calm, FACTS).policy_words
    assert as_read(CHECKLIST["3.3.2"], calm, FACTS).ask == "Is it going in a secure way?"
    past = as_read(CHECKLIST["3.2.2"], shared, FACTS)
    assert past.ask == "Did you keep what you saw or heard apart from what you think?"
    assert past.option("no").label == "No"
    assert "or again" in as_read(CHECKLIST["4.2"], shared, FACTS).ask


def test_the_advice_is_the_tables_with_its_places_filled() -> None:
    """I31, in the table's order."""
    sheet = calm_but({"S7": "image+adult_at_risk", "S3": "harm", "4.2": None})
    advice = {one.id: one.words for one in said_of(sheet).advice}
    assert list(advice) == ["BASICS", "IMAGE", "ADULT", "ALLEGATION"]
    assert "even to show Lead one and Lead two." in advice["IMAGE"]
    assert advice["ALLEGATION"].endswith("You can ring them too: 020 7946 0112.")
    assert "Adult social care: 020 7946 0113, or out of hours 020 7946 0111." in advice["ADULT"]


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (Told.NOT_YET, "I am asking them to answer now"),
        (Told.DELIVERED, "I have asked them to answer"),
        (Told.FAILED, "I could not reach Lead one and Lead two in Slack yet. Please phone: Lead one on"),
        (Told.NOBODY, "I have not told anyone yet."),
    ],
)
def test_it_says_of_the_page_only_what_is_true_by_now(told: Told, words: str) -> None:
    """Only after delivery does it say: I have told (I19)."""
    text = said_of(EVERY_OUTCOME["CONSULT_URGENT"], told).text
    assert words in text
    assert ("I have asked" in text) == (told is Told.DELIVERED)


def test_without_numbers_it_still_reads_as_a_sentence() -> None:
    """An organisation that has not settled its numbers gets no empty brackets."""
    bare = replace(FACTS, phones=(), social_care=None, out_of_hours=None)
    text = said_of(EVERY_OUTCOME["CONSULT_URGENT"], facts=bare).text
    gap = "999 in danger; or find the council's number at gov.uk/report-child-abuse"
    assert f"({gap})" in text
    assert f"Children's social care: {gap}" in text
    assert "None" not in text


def test_the_emergency_opens_with_999() -> None:
    """The first words are the ones that matter."""
    assert said_of(EVERY_OUTCOME["EMERGENCY"]).text.startswith("Call 999 now")
    unsure = said_of(calm_but({"S1": "not_sure", "4.2": None}))
    assert "999" in unsure.say_first[0]


def test_an_adult_whose_conduct_is_in_question_is_not_spoken_to() -> None:
    """LADO guidance."""
    low = said_of(calm_but(S3="low_level"))
    assert "Do not speak to that adult about it." in low.say_first
    assert "LADO (the council's officer for adults who work with children): 020 7946 0112" in low.numbers
    assert "Do not speak to that adult about it" in said_of(calm_but({"S3": "harm", "4.2": None})).advice[1].words


def test_the_source_is_protected() -> None:
    """Checking could put them at risk."""
    said = said_of(calm_but({"3.2.3": "unsafe_to_check"}))
    assert "Do not say who raised it." in said.say_first


@pytest.mark.parametrize("shown", [{"3.3.1": "no"}, {"S6": "gone_wrong"}])
def test_a_breach_says_how_to_put_it_right_without_blame(shown: dict[str, str]) -> None:
    """Already shared in an emergency is never worded as a fault."""
    sheet = calm_but(SHARED | {"S6": "yes_emergency", "4.2": None} | shown)
    said = said_of(sheet, facts=replace(FACTS, data_protection_told=True))
    assert [one.id for one in said.advice] == ["BREACH", "WRONG_RECIPIENT"]
    assert "put this right, and the data protection lead: the law gives us 72 hours." in said.text
    assert "data protection lead" not in said_of(sheet).text
    assert "fault" not in said.text


def test_it_says_why_with_the_clause() -> None:
    """The answers that decided it, in the words that were chosen."""
    answers = calm_but({"S4": "possibly", "S5": "no", "3.1.6": "not_sure"})
    why = said_of(answers).why
    assert 'Because you said "Possibly" about harm or risk of harm (S4, added for safety).' in why
    assert any("(policy 3.1 bullet 6)" in sentence for sentence in why)


def test_it_says_what_would_have_changed_it() -> None:
    """And that it would bring up a question, where it would."""
    held = said_of(calm_but()).would_change
    assert held[0].startswith('If you had said "Yes" about whether sharing would be best (4.2): ')
    calm = said_of(calm_but({"3.1.4": "yes_duty", "S3": "low_level"})).would_change
    assert any("I would have told a lead at once" in sentence for sentence in calm)


@pytest.mark.parametrize("outcome", ["EMERGENCY", "CONSULT_URGENT"])
def test_where_it_is_urgent_nobody_is_taught_the_lower_answer(outcome: str) -> None:
    """What would have changed it never stands there (docs/rules.md, decision 12)."""
    said = said_of(EVERY_OUTCOME[outcome])
    assert (said.would_change, said.changes) == ((), ())


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
    facts = replace(FACTS, recipients="Independent contact", tells_a_lead=False, phones=())
    said = said_of(calm_but({"S2": left_out, "S4": "yes", "4.2": None}), facts=facts)
    only = {
        "lead-1": "Talk only to Independent contact about this for now.",
        "not_sure": "Talk to Independent contact, and to nobody else at Example Trust, about this.",
    }
    assert only[left_out] in said.text
    assert "Lead one" not in said.text
    assert "goes only to people who may know" in said.footer[0]


def test_not_yet_with_nothing_named_still_reads_as_a_sentence() -> None:
    """There may be something to sort out that the checklist does not know."""
    said = said_of(calm_but({"4.2": "not_yet"}))
    assert "When you have sorted out what you need to, reopen this check." in said.to_do


def test_tasks_wait_for_a_lead() -> None:
    """I16: nothing is shared first."""
    said = said_of(calm_but({"3.3.3": "will_tell_them", "4.2": "yes"}))
    place = said.to_do.index("If it is shared once a plan is agreed, or has been shared already:")
    assert said.to_do[place + 1].startswith("- Tell the recipient it is confidential")


def test_stopping_part_way_says_what_becomes_of_it() -> None:
    """Saved, told, and open to more."""
    answers: Answers = stopped_after("S4", calm_but(S4="possibly"))
    assert said_of(answers).instructions[-1].startswith("You stopped part-way.")
