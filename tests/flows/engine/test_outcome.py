"""Each outcome, and the edges between them."""

import pytest

from flows.engine.outcome import Known
from flows.model import Level, Outcome, Urgency
from tests.flows.builders import NO_CONSENT, SHARED, calm_but, decision_of, stopped_after

YES = {"4.2": "yes"}


def test_all_calm_and_no_is_held() -> None:
    """HOLD: keep it confidential for now, and nobody is paged."""
    decision = decision_of(calm_but())
    assert (decision.outcome, decision.urgency) == (Outcome.HOLD, Urgency.NONE)
    assert (decision.page, decision.page_after) == (False, None)


def test_not_yet_is_something_to_sort_first() -> None:
    """FIX_FIRST, with what there is to sort in the table's order."""
    decision = decision_of(calm_but({"4.2": "not_yet", "3.2.2": "no", "3.2.1": "too_much"}))
    assert decision.outcome is Outcome.FIX_FIRST
    assert decision.fixes == ("AMOUNT", "FACT_OPINION")
    assert [reason.question for reason in decision.reasons] == ["3.2.1", "3.2.2", "4.2"]


def test_yes_with_all_clear_is_ready() -> None:
    """CONSULT_READY still pages a lead (I6)."""
    decision = decision_of(calm_but(YES))
    assert (decision.outcome, decision.page_after) == (Outcome.CONSULT_READY, "end")


@pytest.mark.parametrize(
    "change",
    [
        {"3.2.1": "too_much"},
        {"3.2.1": "not_sure"},
        {"3.3.4": "worried"},
        NO_CONSENT,
        NO_CONSENT | {"3.1.1": "asked_refused", "3.1.8": "not_sharing_worse"},
        NO_CONSENT | {"3.1.3": "yes", "3.1.8": "not_sharing_worse"},
        {"3.1.5": "adult_may_not_decide"},
        {"3.2.3": "cannot_check"},
        SHARED,
        NO_CONSENT | {"3.1.1": "withdrawn", "3.1.8": "neither"},
        {"S2": "not_sure"},
    ],
    ids=str,
)
def test_anything_in_the_way_of_ready_is_for_a_lead_to_talk_through(
    change: dict[str, str | None],
) -> None:
    """4.2 yes with something unsure or to fix is CONSULT."""
    assert decision_of(calm_but(YES, change)).outcome is Outcome.CONSULT


def test_a_no_is_honoured_only_when_nothing_else_raised_the_level() -> None:
    """docs/rules.md, decision 5."""
    assert decision_of(calm_but({"3.1.4": "yes_duty"})).outcome is Outcome.CONSULT
    assert decision_of(calm_but({"S4": "possibly", "S5": "no"})).outcome is Outcome.CONSULT


def test_danger_is_an_emergency_and_the_page_waits_only_for_who_to_leave_out() -> None:
    """Nobody is paged before it is known who must not be."""
    answers = calm_but({"S1": "yes", "4.2": None})
    assert decision_of(answers).page_after == "S2"
    assert decision_of(stopped_after("S1", answers)).page_after == "abandoned"
    assert decision_of(answers).outcome is Outcome.EMERGENCY


def test_stopping_at_consult_still_tells_a_lead() -> None:
    """I12."""
    decision = decision_of(stopped_after("S4", calm_but(S4="possibly")))
    assert (decision.outcome, decision.page_after) == (Outcome.CONSULT, "abandoned")


def test_stopping_with_nothing_raised_is_unfinished() -> None:
    """The reporter gets a reminder only."""
    decision = decision_of(stopped_after("S4", calm_but()))
    assert (decision.outcome, decision.urgency) == (Outcome.UNFINISHED, Urgency.NONE)
    assert decision.reasons == ()


def test_consent_is_to_be_sought_only_where_that_is_safe() -> None:
    """Fix CONSENT needs S4 no, nothing that holds informing and no refusal (I7, I10)."""
    needed = NO_CONSENT | {"3.1.3": "yes"}
    assert decision_of(calm_but(needed)).fixes == ("CONSENT",)
    for change in (
        {"S4": "possibly", "S5": "no"},
        {"3.1.6": "not_sure"},
        {"3.1.5": "adult_may_not_decide"},
        {"3.1.5": "not_sure"},
        {"S7": "extreme_views"},
        {"3.2.3": "unsafe_to_check"},
        {"3.1.1": "asked_refused"},
    ):
        assert decision_of(calm_but(needed, change)).fixes == ()


def test_no_consent_no_need_and_no_duty_or_power_wants_a_basis() -> None:
    """Fix BASIS."""
    answers = calm_but(NO_CONSENT, {"3.1.4": "no", "4.2": "not_yet"})
    assert decision_of(answers).fixes == ("BASIS",)
    assert [one.question for one in decision_of(answers).reasons] == ["3.1.3", "3.1.4", "4.2"]


def test_a_breach_is_urgent_and_says_which_answers_made_it() -> None:
    """Already shared, and to the wrong person."""
    decision = decision_of(calm_but(SHARED, {"3.3.2": "no", "4.2": None}))
    assert (decision.outcome, decision.page_after) == (Outcome.CONSULT_URGENT, "3.3.2")
    assert [reason.question for reason in decision.reasons] == ["S6", "3.3.2"]


def test_consent_not_understood_is_not_valid() -> None:
    """Consent is valid when given and understood."""
    assert decision_of(calm_but()).valid_consent
    partly = {"3.1.7": "partly", "3.1.8": "sharing_worse"}
    assert not decision_of(calm_but(partly)).valid_consent


def test_answers_that_differ_are_noticed_and_the_higher_wins() -> None:
    """Nobody at risk in S4, somebody in 3.1.6."""
    decision = decision_of(calm_but({"3.1.6": "none+someone_at_risk", "4.2": None}))
    assert decision.answers_differ
    assert decision.outcome is Outcome.CONSULT_URGENT


def test_a_level_that_only_an_earlier_answer_raised_has_no_reasons() -> None:
    """A changed answer leaves the level where it was, and nothing breaks."""
    decision = decision_of(calm_but({"4.2": None}), Level.EMERGENCY)
    assert (decision.outcome, decision.reasons) == (Outcome.EMERGENCY, ())


@pytest.mark.parametrize(
    ("change", "urgency"),
    [
        ({"3.2.1": "not_sure"}, Urgency.P3),
        ({"4.2": "yes"}, Urgency.P3),
        ({"S4": "possibly", "S5": "no"}, Urgency.P2),
        ({"S3": "low_level"}, Urgency.P2),
        ({"S7": "not_sure"}, Urgency.P2),
        ({"S7": "extreme_views", "4.2": "yes"}, Urgency.P2),
        ({"S4": "yes", "4.2": None}, Urgency.P1),
        ({"S1": "yes", "4.2": None}, Urgency.P0),
    ],
    ids=str,
)
def test_worry_runs_on_its_own_clock(change: dict[str, str | None], urgency: Urgency) -> None:
    """P2 where there is worry, P3 where there is none."""
    assert decision_of(calm_but(change)).urgency is urgency


def test_what_is_not_known_counts_as_worry() -> None:
    """Stopped before S4 or S7 was asked (docs/rules.md, decision 14)."""
    unsure = calm_but({"S2": "not_sure"})
    assert decision_of(stopped_after("S2", unsure)).urgency is Urgency.P2
    assert decision_of(stopped_after("S6", unsure)).urgency is Urgency.P2
    assert decision_of(stopped_after("S7", unsure)).urgency is Urgency.P3
    asked = decision_of({}, Level.CONSULT)
    assert (asked.urgency, asked.tell_nobody) == (Urgency.P2, Known.NOT_KNOWN)


@pytest.mark.parametrize("judgement", ["no", "not_yet", "yes"])
@pytest.mark.parametrize("shared", ["yes_emergency", "yes_other"])
def test_already_shared_always_reaches_a_lead(shared: str, judgement: str) -> None:
    """I27: never FIX_FIRST or HOLD, and never all clear."""
    decision = decision_of(calm_but(SHARED | {"S6": shared, "4.2": judgement}))
    assert (decision.outcome, decision.shared) == (Outcome.CONSULT, True)


def test_a_wrong_recipient_pages_at_once() -> None:
    """At S6, before anything else is asked."""
    decision = decision_of(calm_but(SHARED | {"S6": "gone_wrong", "4.2": None}))
    assert (decision.outcome, decision.page_after, decision.breach) == (Outcome.CONSULT_URGENT, "S6", True)
    assert decision.advice == ("BREACH", "WRONG_RECIPIENT")


def test_sharing_is_not_known_until_it_was_asked() -> None:
    """Not known is never "no" (I26)."""
    assert decision_of(stopped_after("S4", calm_but())).shared is None
    assert decision_of(calm_but({"S6": "not_sure"})).shared is None
    assert decision_of(calm_but()).shared is False


def test_every_answer_that_raised_the_level_is_named() -> None:
    """S3 included, whatever came after it."""
    assert decision_of(calm_but({"S3": "low_level", "4.2": "yes"})).decided_by == ("S3", "4.2")
    urgent = decision_of(calm_but({"S3": "low_level", "S4": "yes", "3.1.4": "yes_duty", "4.2": None}))
    assert urgent.decided_by == ("S3", "S4")


def test_answers_about_the_kind_of_worry_can_differ_from_s4() -> None:
    """Nobody at risk in S4, a risk ticked in S7."""
    assert decision_of(calm_but({"S7": "self_harm", "4.2": None})).answers_differ
    assert not decision_of(calm_but({"S7": "someone_asks"})).answers_differ


@pytest.mark.parametrize(
    ("left_out", "says"),
    [("lead-1", False), ("lead-1+lead-2", True), ("lead-1+lead-2+deputy-1", True), ("not_sure", True), ("no", False)],
)
def test_that_every_lead_is_left_out_is_known(left_out: str, says: bool) -> None:  # noqa: FBT001 - a table of cases
    """The advice says whom to talk to instead."""
    assert ("LEADS_LEFT_OUT" in decision_of(calm_but({"S2": left_out})).advice) is says


def test_basics_are_for_every_urgent_check_but_a_breach_alone() -> None:
    """Listen, do not question: whatever made it urgent."""
    assert "BASICS" in decision_of(calm_but({"3.1.6": "police_investigation", "4.2": None})).advice
    assert "BASICS" in decision_of(calm_but({"4.2": None}), Level.CONSULT_URGENT).advice
    assert "BASICS" in decision_of(calm_but(SHARED, {"S1": "not_sure", "3.3.1": "no", "4.2": None})).advice
