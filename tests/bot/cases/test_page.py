"""What leads see in messages: structured, content-free, and true in every state."""

import itertools
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.cases.page import MOST_NAMED, alert, line, neutral, page
from bot.check_view import CheckView
from bot.words import labels
from flows.case import Case, CaseStatus
from flows.checklist import CHECKLIST
from flows.events import EventKind
from flows.model import Level, Outcome
from tests.bot.builders import HOSTILE, NOW, ORGANISATION, SHEETS, case, check, crowd, entry, led, sent, view
from tests.bot.slack.limits import elements, fits_message, primaries, words
from tests.flows.builders import calm_but

SECRET = "a name nobody may read"
TYPED = [
    entry(EventKind.DETAILS, facts=SECRET, person=SECRET),
    entry(EventKind.NOTE, text=SECRET),
    entry(EventKind.DECIDED, reason=SECRET),
]


def _states() -> Iterator[tuple[CheckView, Case, int]]:
    checks = [
        *(check(sheet, level=max(Level.CONSULT, check(sheet).level)) for sheet in SHEETS.values()),
        *(sent(outcome) for outcome in Outcome if outcome is not Outcome.UNFINISHED),
        check({"S1": ("yes",)}),
        check({"S1": ("no",), "S2": ("lead-2",)}, level=Level.CONSULT),
    ]
    options = itertools.product(checks, CaseStatus, (1, 5), (True, False), (0, 2), (True, False))
    for of, status, ask, content_free, plan_round, disagreed in options:
        make = case if status is CaseStatus.OPEN else led
        a_case = make(
            of,
            status=status,
            content_free=content_free,
            plan_round=plan_round,
            disagreed=disagreed,
            asks=ask,
            tries=ask,
        )
        yield view(of, a_case, entries=TYPED), a_case, ask


def test_every_state_fits_slack_and_holds_nothing_typed() -> None:
    """I18: no name, no story, whatever was typed and whatever became of the case."""
    for shown, a_case, ask in _states():
        message = page(shown, a_case, ask)
        fits_message(message)
        assert SECRET not in words(message.blocks) + message.text


def test_no_answer_is_ever_in_a_page() -> None:
    """Clause numbers and counts only: no label of any option of any question."""
    long_labels = {option.label for question in CHECKLIST for option in question.options if len(option.label) > 8}
    for shown, a_case, ask in _states():
        said = words(page(shown, a_case, ask).blocks)
        assert not [label for label in long_labels if label in said]


def test_the_text_for_a_locked_phone_holds_reference_urgency_and_time_only() -> None:
    """Nobody reads more of it on a screen that lies on a table."""
    by_hand = re.compile(
        r"A check needs a safeguarding lead\. SC-7K2M, (emergency|urgent|soon), answer by \d\d:\d\d\. "
        r"Open Slack to see it\."
    )
    by_lead = re.compile(
        r"SC-7K2M, (emergency|urgent|soon), (needs another view|has no agreed plan yet|is led)\. Open Slack to see it\."
    )
    for shown, a_case, ask in _states():
        if a_case.status is CaseStatus.CLOSED:
            assert page(shown, a_case, ask).text == "SC-7K2M is closed."
        elif a_case.led_by is not None:
            assert by_lead.fullmatch(page(shown, a_case, ask).text)
        elif ask == 1:
            assert by_hand.fullmatch(page(shown, a_case, ask).text)
        else:
            assert "Ask 5" in page(shown, a_case, ask).text


def test_the_answer_by_time_is_the_organisations_own() -> None:
    """In summer the phone shows summer time."""
    of = check(SHEETS[Outcome.CONSULT])
    summer = NOW.replace(month=7, day=1, hour=9, minute=15)
    a_case = case(of, answer_by=summer)
    assert "answer by 10:15" in page(view(of, a_case), a_case, 1).text


def test_a_page_without_a_leader_offers_four_ways_and_mentions_those_asked() -> None:
    """Lead, seen, open, step aside; whoever is asked is mentioned."""
    of = check(SHEETS[Outcome.CONSULT_URGENT])
    a_case = case(of)
    shown = page(view(of, a_case), a_case, 1)
    assert [one["action_id"] for one in elements(shown.blocks)] == ["lead", "seen", "open_case", "step_aside"]
    assert [one["action_id"] for one in primaries(shown.blocks)] == ["lead"]
    assert {"<@U0LEAD1>", "<@U0LEAD2>"} <= set(words(shown.blocks).split())


def test_somebody_left_out_is_never_mentioned() -> None:
    """I13: not even where they had been asked before they were left out."""
    of = check({"S1": ("no",), "S2": ("lead-1",)}, level=Level.CONSULT)
    a_case = case(of, asked=("lead-1", "lead-2"))
    said = words(page(view(of, a_case), a_case, 1).blocks)
    assert "U0LEAD1" not in said
    assert "U0LEAD2" in said


def test_counts_and_clauses_of_the_checklist() -> None:
    """A lead sees how far it went and what decided it, in numbers."""
    of = sent(Outcome.CONSULT)
    a_case = case(of)
    said = words(page(view(of, a_case), a_case, 1).blocks)
    assert "*Decided by:* how an adult behaved (S3)\n" in said
    assert re.search(r"\*Checklist:\* \d+ answered, 2 after sharing\n", said)
    assert "*Already shared:* no" in said
    assert "*Tell nobody yet:* no" in said


def test_what_is_not_known_yet_is_never_shown_as_no() -> None:
    """I26: the page goes out at S4, long before it is asked whether telling could do harm."""
    of = check({"S1": ("no",), "S2": ("no",), "S3": ("none",), "S4": ("yes",)})
    a_case = case(of)
    said = words(page(view(of, a_case), a_case, 1).blocks)
    assert "*Tell nobody yet:* not known yet: treat as yes" in said
    assert "*Already shared:* not known yet" in said
    assert "*Decided by:* harm or risk of harm (S4)\n" in said


def test_every_answer_that_raised_the_level_is_among_those_that_decided() -> None:
    """An adult's conduct too, where something else made it urgent."""
    of = check(calm_but({"3.1.6": "someone_at_risk"}, S3="low_level"))
    a_case = case(of)
    said = words(page(view(of, a_case), a_case, 1).blocks)
    assert "*Decided by:* how an adult behaved (S3), what asking or telling could do (3.1.6)\n" in said


def test_of_many_that_decided_those_that_raised_the_level_come_first_in_words() -> None:
    """All are named, and it still fits a phone: the rest by their numbers."""
    unsure = dict.fromkeys(("S3", "S6", "S7", "3.1.2", "3.2.1", "3.2.2"), "not_sure")
    of = check(calm_but(unsure, {"3.1.6": "not_sure", "4.2": "yes"}))
    a_case = case(of)
    said = words(page(view(of, a_case), a_case, 1).blocks)
    decided = said.partition("*Decided by:* ")[2].partition("\n")[0]
    assert decided.startswith("how an adult behaved (S3), whether it was already shared (S6), ")
    known = view(of, a_case).decision.decided_by
    assert len(known) > MOST_NAMED
    assert all(re.search(rf"(?:\(|, |: ){re.escape(one)}\b", decided) for one in known)
    assert f", and {len(known) - MOST_NAMED + 1} more: " in decided


def test_a_check_that_was_asked_about_says_so_in_words() -> None:
    """Ask a lead as the first press: nothing else has decided it."""
    of = check({"S2": ("no",)}, asked_lead=True, level=Level.CONSULT)
    said = words(page(view(of, case(of)), case(of), 1).blocks)
    assert "*Decided by:* the staff member asked for a lead\n" in said
    assert "*Checklist:* 1 answered, " in said


def test_an_answer_that_was_due_is_not_asked_for_in_the_past() -> None:
    """On the asks that follow; a case that somebody leads keeps the time it had."""
    of = check(SHEETS[Outcome.CONSULT_URGENT])
    a_case = case(of, answer_by=NOW - timedelta(minutes=2), asks=2, tries=2)
    assert "*Answer was due:* 09:58" in words(page(view(of, a_case), a_case, 2).blocks)
    on_it = led(of, answer_by=NOW - timedelta(minutes=2))
    assert "*Answer by:*" in words(page(view(of, on_it), on_it, 1).blocks)


def test_the_last_in_line_reads_how_long_it_is_in_hours() -> None:
    """As 1023 minutes it would be a sum to be done at night."""
    of = check(SHEETS[Outcome.CONSULT_URGENT])
    a_case = case(of, needed_at=NOW - timedelta(hours=17), asks=8, tries=8)
    said = words(page(view(of, a_case), a_case, 8, "U0INDEP").blocks)
    assert "The leads have not answered about SC-7K2M for 17 hours. You are next on the list." in said


def test_where_somebody_is_left_out_those_asked_are_told_to_talk_to_nobody_else() -> None:
    """The independent contact must not ring the very leads it is about; no name says so on a lock screen."""
    of = check({**calm_but(S4="yes"), "S2": ("lead-1", "lead-2")})
    a_case = case(of, asked=("independent",))
    assert "Talk about it with nobody else." in words(page(view(of, a_case), a_case, 1).blocks)
    calm = sent(Outcome.CONSULT)
    assert "nobody else" not in words(page(view(calm, case(calm)), case(calm), 1).blocks)


def test_an_answer_by_time_that_is_not_today_has_weekday_and_date() -> None:
    """On the locked phone and on the card alike."""
    of = check(SHEETS[Outcome.CONSULT])
    a_case = case(of, answer_by=NOW.replace(month=12, day=1, hour=12, minute=30))
    message = page(view(of, a_case), a_case, 1)
    assert "answer by 12:30 on Tuesday 1 December" in message.text
    assert "*Answer by:* 12:30 on Tuesday 1 December" in words(message.blocks)


def test_where_every_lead_is_left_out_no_word_speaks_of_a_lead() -> None:
    """What the independent contact gets, and what stands in its thread."""
    of = check({**calm_but(S4="yes"), "S2": ("lead-1", "lead-2")}, asked_lead=True)
    a_case = case(of, asked=("independent",), left_out=frozenset({"lead-1", "lead-2"}))
    shown, a_lead = (
        view(of, a_case),
        re.compile(r"(?i)\b(?:a|an|another|the) (?:safeguarding )?leads?\b|safeguarding lead"),
    )
    assert "*Outcome:* speak to you now\n" in words(page(shown, a_case, 1).blocks)
    for ask in (1, 3):
        message = page(shown, a_case, ask)
        assert not a_lead.search(message.text + words(message.blocks))
    for not_taken in (True, False):
        said = alert(shown, a_case, not_taken=not_taken)
        assert not a_lead.search(said.title + said.body)
    for what in (kind for kind in EventKind if kind.properties.line):
        assert not a_lead.search(line(what, "<@U0INDEP>", "10:00", view=shown).text)


def test_page_detail_reference_cuts_it_to_reference_urgency_and_times() -> None:
    """An organisation may keep even the clauses out of Slack."""
    of = sent(Outcome.CONSULT)
    a_case = case(of)
    little = ORGANISATION.model_copy(update={"page_detail": "reference"})
    said = words(page(view(of, a_case, organisation=little), a_case, 1).blocks)
    assert "Raised" in said
    assert "Answer by" in said
    for word in ("Outcome", "Decided", "Checklist", "Tell nobody"):
        assert word not in said


def test_before_it_is_known_who_may_be_told_a_page_says_nothing_of_the_check() -> None:
    """No tap in a minute: somebody needs help, and that is all."""
    of = check({"S1": ("yes",)})
    a_case = case(of, content_free=True)
    said = words(page(view(of, a_case), a_case, 1).blocks)
    assert "Someone needs help" in said
    for word in ("Outcome", "Decided", "Checklist", "U0STAFF"):
        assert word not in said


def test_a_crowd_fits_a_page() -> None:
    """Any number of people can be asked."""
    many = crowd()
    of = check(SHEETS[Outcome.CONSULT_URGENT])
    a_case = case(of, asked=tuple(person.id for person in many.everyone))
    message = page(view(of, a_case, organisation=many), a_case, 3)
    fits_message(message)
    assert HOSTILE not in words(message.blocks)


@pytest.mark.parametrize("what", [kind for kind in EventKind if kind.properties.line])
def test_every_event_of_a_thread_has_its_line(what: EventKind) -> None:
    """No event is silent, and no line says more than that it happened."""
    message = line(what, "<@U0LEAD1>", "10:00")
    fits_message(message)
    assert "{" not in message.text


def test_a_step_that_was_skipped_is_said_without_a_name() -> None:
    """Somebody is away: the thread says that the next were asked, and not who is away."""
    content: dict[str, object] = {"asked": ["deputy-1"], "skipped": ["lead-1", "lead-2"]}
    message = line(EventKind.ASKED_AGAIN, "share-check", "10:00", content)
    fits_message(message)
    assert "Asked again. Somebody on the list is away, so the next were asked at once." in words(message.blocks)
    for nothing in ({}, {"asked": ["lead-1"]}):
        assert not EventKind.ASKED_AGAIN.properties.adds_line(nothing)
    assert EventKind.ASKED_AGAIN.properties.adds_line(content)


def test_a_line_names_and_mentions_nobody_and_its_push_is_the_reference() -> None:
    """Everybody in the thread has it on a lock screen, or in a corner of a computer's."""
    of = check(SHEETS[Outcome.CONSULT_URGENT])
    for what in (kind for kind in EventKind if kind.properties.line):
        message = line(what, "A lead", "10:00", view=view(of, case(of)))
        assert message.text == "SC-7K2M: something new. Open Slack to see it."
        assert "<@" not in words(message.blocks)


def test_a_page_is_posted_with_what_a_notification_may_show_and_already_works() -> None:
    """A computer's notification shows blocks: no outcome, no question's topic and no name stand in the first form."""
    of = sent(Outcome.CONSULT_URGENT)
    shown = view(of, case(of))
    whole = page(shown, case(of), 1)
    posted = neutral(shown, case(of), whole)
    fits_message(posted)
    assert [one["action_id"] for one in elements(posted.blocks)] == ["lead", "seen", "open_case", "step_aside"]
    assert "<@U0LEAD1>" in words(posted.blocks)
    for word in ("Outcome", "Decided", "Raised", "U0STAFF"):
        assert word not in words(posted.blocks)
        assert word in words(whole.blocks)


def test_labels_of_answers_would_be_found() -> None:
    """The test above looks for words that the card does show."""
    question = CHECKLIST["S3"]
    assert labels(question, ("harm",)) == "Yes - may have harmed a child or may be a risk to children"
