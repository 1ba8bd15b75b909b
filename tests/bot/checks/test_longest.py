"""The longest there can be: many people with long names, every kind of worry, every fix; Slack still takes it whole."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.cases.page import page
from bot.cases.summary import summary
from bot.check_view import CheckView
from bot.checks import modals
from bot.checks.card import card
from bot.checks.old_card import old_card
from bot.slack import block_kit
from flows.case import Case, CheckStatus, Cover, Told
from flows.checklist import CHECKLIST
from flows.engine.outcome import decide
from flows.engine.replay import replay
from flows.model import Answers
from tests.bot.builders import LONGEST, NOW, case, check, crowd, everything_typed, led, strands_to_do, view
from tests.bot.slack.limits import MESSAGE_CHARACTERS, fits_message, fits_view, words
from tests.flows.builders import calm_but, stopped_after

MANY = crowd()
EVERYBODY = tuple(person.id for person in MANY.everyone)
LEADS = tuple(person.id for person in MANY.leads)
WORRIES = "+".join(one.id for one in CHECKLIST["S7"].options if one.id != "none")
WORST = {
    "S1": "not_sure",
    "S3": "harm",
    "S4": "not_sure",
    "S5": "not_sure",
    "S6": "gone_wrong",
    "S7": WORRIES,
    "3.1.1": "yes_not_recorded",
    "3.1.2": "not_sure",
    "3.1.4": "not_sure",
    "3.1.5": "adult_may_not_decide",
    "3.1.6": "someone_at_risk+not_sure",
    "3.1.7": "not_sure",
    "3.1.8": "not_sure",
    "3.2.1": "too_much",
    "3.2.2": "no",
    "3.2.3": "not_checked",
    "3.3.1": "no",
    "3.3.2": "no",
    "3.3.3": "no",
    "3.3.4": "not_known",
    "3.4.1": "not_sure",
    "3.4.2": "not_sure",
    "4.2": None,
}
SHEETS: dict[str, Answers] = {
    "worst": calm_but(WORST),
    "every lead left out": calm_but(WORST, S2="+".join(LEADS)),
    "an emergency": calm_but(WORST, S1="yes"),
    "not shared": calm_but(WORST, S6="no", S3="low_level"),
}
ADVICE_IN_ALL = {one.id for one in CHECKLIST.advice}


def _sheet(name: str) -> Answers:
    """The answers on the path: those after sharing are asked only where it was shared."""
    return replay(CHECKLIST, SHEETS[name]).answers


def _asked(answers: Answers) -> tuple[str, ...]:
    return tuple(one for one in EVERYBODY if one not in answers.get("S2", ()))


def _views(answers: Answers) -> Iterator[tuple[str, CheckView, Case]]:
    """Every question on the way, every cover, every state of the page; sent, led and asked again."""
    asked = _asked(answers)
    for last in answers:
        so_far = stopped_after(last, answers)
        of = check(so_far)
        if of.level:
            for cover in (None, *Cover):
                shown = replace(of, cover=cover)
                a_case = case(shown, asked=asked, asks=9, tries=9)
                yield f"after {last}, {cover}", view(shown, a_case, organisation=MANY), a_case
    outcome = decide(CHECKLIST, replay(CHECKLIST, answers)).outcome
    sent = check(answers, status=CheckStatus.SENT, sent_at=NOW, outcome=outcome)
    for told in Told:
        a_case = case(sent, asked=asked, asks=9, tries=9)
        yield f"sent, {told}", view(sent, a_case, told, organisation=MANY), a_case
    on_it = led(sent, asked=asked, led_by=asked[0])
    yield "led", view(sent, on_it, organisation=MANY), on_it


@pytest.mark.parametrize("name", SHEETS)
def test_the_longest_card_and_page_fit_whole(name: str) -> None:
    """50 blocks, 3,000 characters a text and 12,000 a message; and no word of advice is cut off."""
    longest = 0
    for state, shown, a_case in _views(_sheet(name)):
        made = card(shown)
        fits_message(made)
        fits_message(old_card(shown, made))
        fits_message(page(shown, a_case, 9))
        said = words(made.blocks)
        longest = max(longest, len(said))
        assert [one.id for one in shown.guidance.advice if block_kit.esc(one.words) not in said] == [], state
    assert MESSAGE_CHARACTERS / 4 < longest <= MESSAGE_CHARACTERS


@pytest.mark.parametrize("text", LONGEST)
@pytest.mark.parametrize("name", SHEETS)
def test_the_longest_windows_fit_whole(name: str, text: str) -> None:
    """Summary, check your answers, details and phone numbers, with every box full to the end."""
    answers = _sheet(name)
    asked = _asked(answers)
    of = check(answers, status=CheckStatus.SENT, sent_at=NOW)
    a_case = led(of, asked=asked, led_by=asked[0], strands=strands_to_do(text), plan_round=1)
    shown = view(of, a_case, entries=everything_typed(text, notes=60), organisation=MANY)
    fits_view(summary(shown, a_case))
    draft = replace(shown, check=replace(of, status=CheckStatus.DRAFT, sent_at=None))
    for form in (modals.review(draft, without=True), modals.details(shown), modals.phones(shown)):
        fits_view(form)


def test_the_longest_has_all_the_advice_there_is_but_what_shuts_each_other_out() -> None:
    """Harm and a small worry are two answers to one question."""
    given = {one for name in SHEETS for one in decide(CHECKLIST, replay(CHECKLIST, _sheet(name)), LEADS).advice}
    assert given == ADVICE_IN_ALL
