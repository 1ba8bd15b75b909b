"""Whom a text may name, and which numbers it gives: from deliveries, the clock and the school alone."""

from dataclasses import replace
from datetime import UTC, datetime

from bot.config.roster import facts_of
from flows.case import Told
from flows.engine.facts import NO_NUMBER
from flows.model import Answers
from tests.bot.builders import ORGANISATION, case, check, led, view

URGENT: Answers = {"S1": ("no",), "S2": ("no",), "S3": ("none",), "S4": ("yes",)}
MONDAY_NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
BOXING_DAY_HOLIDAY = datetime(2026, 12, 28, 12, 0, tzinfo=UTC)


def test_a_page_in_the_channel_names_nobody_as_told() -> None:
    """Those who would be are named in the future tense."""
    of = check(URGENT)
    shown = replace(view(of, case(of), Told.NOT_YET), reached=frozenset({"C0LEADS"}))
    assert shown.people_told == ()
    assert shown.guidance.told == "I am telling Lead one and Lead two now."


def test_only_those_with_a_page_of_their_own_are_named() -> None:
    of = check(URGENT)
    shown = replace(view(of, case(of)), reached=frozenset({"U0LEAD2", "C0LEADS"}))
    assert shown.guidance.told == "I have told Lead two."


def test_whoever_was_told_in_another_way_is_named_with_the_way() -> None:
    """Slack took one page and not the other, which went by email."""
    of = check(URGENT)
    half = replace(
        view(of, case(of)),
        reached=frozenset({"U0LEAD1"}),
        handed_to=frozenset({"U0LEAD2"}),
        elsewhere=frozenset({"email"}),
    )
    assert half.guidance.told == "I have told Lead one and Lead two (by email)."


def test_whoever_leads_is_named_with_their_number() -> None:
    of = check(URGENT)
    assert view(of, led(of)).facts.led_by == ("Lead one", "020 7946 0101")


def test_the_number_is_the_one_that_answers_now() -> None:
    """By day the office, on a bank holiday the out-of-hours team."""
    by_day = facts_of(ORGANISATION, ("lead-1",), now=MONDAY_NOON)
    assert by_day.social_care_number(adult=False) == "020 7946 0110"
    closed = facts_of(ORGANISATION, ("lead-1",), now=BOXING_DAY_HOLIDAY)
    assert closed.social_care_number(adult=False) == "020 7946 0111"


def test_the_school_that_the_details_name_has_its_councils_numbers() -> None:
    """However it is capitalised; what is not set there is the organisation's."""
    school = ORGANISATION.schools[0].model_copy(update={"social_care": "020 7946 0120", "lado": None})
    ours = ORGANISATION.model_copy(update={"schools": (school,)})
    facts = facts_of(ours, ("lead-1",), now=MONDAY_NOON, school=" school ONE ")
    assert (facts.social_care, facts.lado) == ("020 7946 0120", "020 7946 0112")
    assert facts_of(ours, ("lead-1",), school="School two").social_care == "020 7946 0110"


def test_a_number_that_is_not_set_says_what_to_do() -> None:
    bare = ORGANISATION.model_copy(update={"phones": type(ORGANISATION.phones)(), "schools": ()})
    assert facts_of(bare, ("lead-1",), now=MONDAY_NOON).social_care_number(adult=True) == NO_NUMBER


def test_the_question_about_a_duty_says_that_it_binds() -> None:
    """Only where the organisation has said so."""
    of = check(URGENT)
    assert "The law gives us a duty" in view(of).as_read("3.1.4").help
    free = ORGANISATION.model_copy(update={"statutory_duty": None})
    assert "The law gives us a duty" not in view(of, organisation=free).as_read("3.1.4").help
