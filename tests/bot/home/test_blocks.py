"""The Home tab: a way in, a person's own checks, and the policy at a glance."""

from dataclasses import replace

from bot.home.blocks import MOST_CHECKS, home
from flows.case import CheckStatus
from flows.checklist import CHECKLIST
from flows.model import Outcome
from tests.bot.builders import HOSTILE, ORGANISATION, check, crowd, sent
from tests.bot.slack.limits import elements, fits_view, primaries, words
from tests.flows.builders import calm_but


def test_home_fits_with_no_check_and_with_more_than_are_shown() -> None:
    """At most ten checks stand there, each with its reference."""
    for count in (0, 1, 40):
        checks = [replace(check(calm_but()), id=f"c{number}", ref=f"SC-{number}") for number in range(count)]
        form = home(checks, ORGANISATION)
        fits_view(form, "home")
        assert words(form).count("*SC-") == min(count, MOST_CHECKS)
        assert len(primaries(form)) == 1
    assert "You have none yet" in words(home([], ORGANISATION))


def test_only_what_was_not_sent_can_be_carried_on() -> None:
    """A draft, and one that was put away: nothing is lost. What was sent is not answered again."""
    for status in CheckStatus:
        form = home([check(calm_but(), status=status)], ORGANISATION)
        fits_view(form, "home")
        carries_on = [one for one in elements(form) if one["action_id"].startswith("carry_on.")]
        assert bool(carries_on) is (status in (CheckStatus.DRAFT, CheckStatus.SHELVED))


def test_home_says_nothing_of_answers_or_outcomes() -> None:
    """A tab left open on a screen tells nobody what it was about."""
    checks = [sent(outcome) for outcome in Outcome if outcome is not Outcome.UNFINISHED]
    said = words(home(checks, ORGANISATION))
    for question in CHECKLIST:
        for option in question.options:
            assert len(option.label) < 20 or option.label not in said
    assert not [outcome for outcome in Outcome if outcome in said]


def test_home_holds_every_policy_question_in_the_policys_words() -> None:
    """The 17 of section 3, in the policy's order, and 4.2."""
    said = words(home([], ORGANISATION)).replace("&amp;", "&")
    places = [said.index(question.policy_words) for question in CHECKLIST if question.is_policy]
    assert len(places) == 17
    assert places == sorted(places)


def test_home_links_to_both_policies_in_full() -> None:
    """Policy 1.3: the two are followed together. Where no address is set nothing is promised."""
    said = words(home([], ORGANISATION))
    assert f"<{ORGANISATION.policy_url}|Read the policy in full>" in said
    assert f"<{ORGANISATION.safeguarding_policy_url}|Read the Safeguarding Policy>" in said
    without = ORGANISATION.model_copy(update={"policy_url": None, "safeguarding_policy_url": None})
    assert "in full" not in words(home([], without))


def test_an_organisations_name_notifies_nobody() -> None:
    """The name shows as it was typed."""
    form = home([], crowd())
    fits_view(form, "home")
    assert HOSTILE not in words(form)
