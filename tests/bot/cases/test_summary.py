"""The summary: it opens whatever became of the case, and loses nothing that matters however much was typed."""

import itertools
from dataclasses import replace

import pytest

from bot.cases import summary
from bot.fields import DETAILS, SHARING
from bot.slack import block_kit
from flows.advice import PLACEHOLDERS as DESCRIBED
from flows.case import CaseStatus, Cover, Shared
from flows.checklist import CHECKLIST
from flows.events import EventKind
from flows.model import Level, Outcome, Status
from tests.bot.builders import (
    LONGEST,
    ORGANISATION,
    SHEETS,
    case,
    check,
    entry,
    everything_typed,
    led,
    sent,
    strands_to_do,
    view,
)
from tests.bot.slack.limits import fits_view, marked_up, words
from tests.flows.builders import calm_but

PLACEHOLDERS = " ".join(DESCRIBED).split()
OUTCOMES = [one for one in Outcome if one is not Outcome.UNFINISHED]


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_outcome_has_a_summary(outcome: Outcome) -> None:
    """A lead can open it whatever the check came to, and whatever became of the case."""
    for status, sheet in itertools.product(CaseStatus, ({}, SHEETS[outcome])):
        of = check(sheet, level=max(Level.CONSULT, check(sheet).level))
        a_case = (case if status is CaseStatus.OPEN else led)(of, status=status)
        fits_view(summary.summary(view(of, a_case), a_case))


@pytest.mark.parametrize("text", LONGEST)
@pytest.mark.parametrize("notes", [0, 3, 60])
def test_the_summary_fits_with_everything_filled_in_at_its_longest(text: str, notes: int) -> None:
    """100 blocks and 250 KB, and yet all 17 questions and every part of the details are there."""
    of = sent(Outcome.CONSULT_URGENT)
    a_case = led(of, decision="share", plan_round=1, strands=strands_to_do(text), shared=Shared.RECORDED)
    form = summary.summary(view(of, a_case, entries=everything_typed(text, notes)), a_case)
    fits_view(form)
    said = words(form)
    assert all(f"{question.id} " in said for question in CHECKLIST if question.is_policy)
    assert all(f"{field.label}\n" in said for field in (*DETAILS, *SHARING))
    assert "Opening this is recorded." in said
    assert "<!channel>" not in marked_up(form)


def test_nothing_of_long_details_is_lost() -> None:
    """What a child said is there to the last word."""
    of = sent(Outcome.CONSULT_URGENT)
    text = "&<>" * 1000
    form = summary.summary(view(of, led(of), entries=[entry(EventKind.DETAILS, facts=text)]), led(of))
    assert text in words(form).replace("\n", "")


def test_when_not_everything_said_fits_the_newest_does() -> None:
    """Older notes give way, never the answers, and the reader is told."""
    of = sent(Outcome.CONSULT_URGENT)
    notes = [entry(EventKind.NOTE, number, text=f"[{number}] " + "x" * 2900) for number in range(200)]
    said = words(summary.summary(view(of, led(of), entries=notes), led(of)))
    assert "[199]" in said
    assert "[0]" not in said
    assert "Older notes are in the export" in said
    assert said.index("[198]") < said.index("[199]")
    few = words(summary.summary(view(of, led(of), entries=notes[:3]), led(of)))
    assert "Older notes" not in few
    assert few.index("[0]") < few.index("[2]")


def test_the_summary_says_the_most_pressing_first() -> None:
    """Urgency and why, who and what, the risk, then what is unsure, the plan, what was said, and the answers."""
    of = sent(Outcome.CONSULT_URGENT)
    a_case = led(of, decision="share", plan_round=1, strands=strands_to_do("the strand"))
    entries = [
        entry(EventKind.DETAILS, facts="the facts"),
        entry(EventKind.DECIDED, 2, decision="share"),
        entry(EventKind.NOTE, 3, text="a note"),
    ]
    said = words(summary.summary(view(of, a_case, entries=entries), a_case))
    order = ["SC-7K2M - urgent", "*Why*", "the facts", "*Risk", "*Not sure about*", "the strand", "a note", "3.1.1 "]
    assert [said.index(part) for part in order] == sorted(said.index(part) for part in order)


def test_facts_and_opinion_stand_apart() -> None:
    """Their own words under one heading, the reporter's view under another."""
    of = sent(Outcome.CONSULT)
    said = words(
        summary.summary(view(of, led(of), entries=[entry(EventKind.DETAILS, facts="F1", opinion="O1")]), led(of))
    )
    assert "What happened, when and where?\n\nF1" in said
    assert "What do you think?\n\nO1" in said


def test_the_summary_warns_of_what_must_not_be_told_and_whom_to_tell() -> None:
    """Tell nobody yet, the LADO, a breach, and answers that differ, each in words."""
    sheets = {
        "Tell nobody yet": calm_but({"3.1.6": "someone_at_risk"}),
        "LADO": calm_but(S3="harm"),
        "The higher is used": calm_but({"3.1.6": "someone_at_risk"}),
    }
    for warning, sheet in sheets.items():
        of = check(sheet)
        assert warning in words(summary.summary(view(of, led(of)), led(of)))
    calm = check(calm_but(), level=Level.CONSULT)
    said = words(summary.summary(view(calm, led(calm)), led(calm)))
    assert not [warning for warning in sheets if warning in said]


def test_every_status_of_a_question_is_shown_in_words() -> None:
    """I14: answered, not needed, after sharing, not reached."""
    assert set(summary.STATUS_WORDS) == set(Status) - {Status.ANSWERED}
    of = check({"S1": ("no",)}, level=Level.CONSULT)
    left = "Not reached: S2 the safeguarding leads, S3 how an adult behaved,"
    assert left in words(summary.summary(view(of, led(of)), led(of)))
    done = sent(Outcome.CONSULT)
    said = words(summary.summary(view(done, led(done)), led(done)))
    assert "*to answer after sharing*" in said
    assert "*not needed*" in said


def test_a_record_on_hold_says_why_and_offers_to_lift_the_hold() -> None:
    """Set, lifted, set again: the newest counts, and its words notify nobody."""
    of = sent(Outcome.HOLD)
    held = [entry(EventKind.HOLD_SET, 1, reason="<!channel> one"), entry(EventKind.NOTE, 2)]
    shown = summary.sample(view(of, entries=held))
    assert "<!channel> one" in words(shown)
    assert "<!channel>" not in marked_up(shown)
    assert "Lift the hold" in words(shown)
    assert "Put on legal hold" in words(summary.sample(view(of, entries=[*held, entry(EventKind.HOLD_LIFTED, 3)])))


def test_the_advice_is_what_the_staff_member_was_given_hidden_or_not() -> None:
    """I31: the same words, in the same order, whoever reads them and whatever stands over the card."""
    of = check({**calm_but(S4="yes"), "S7": ("sexual", "self_harm")})
    given = [one.words for one in view(of, case(of)).guidance.advice]
    assert given
    for cover in (None, Cover.HIDDEN, Cover.STOPPED):
        shown = check(of.answers, cover=cover)
        said = words(summary.summary(view(shown, case(shown)), case(shown)))
        assert [said.index(block_kit.esc(one)) for one in given] == sorted(
            said.index(block_kit.esc(one)) for one in given
        )
        assert "The kind of worry: *" in said


def test_consent_has_a_part_of_its_own() -> None:
    """Whether there is any, whose it would be, and whether they understood."""
    of = check(calm_but({"3.1.1": "asked_refused", "3.1.3": "no", "3.1.5": "young_person_13_15", "4.2": "yes"}))
    said = words(summary.summary(view(of, case(of)), case(of)))
    part = said[said.index("*Consent*") : said.index("*To sort out*") if "*To sort out*" in said else None]
    assert "Having consent: *" in part
    assert "Whose information it is: *" in part
    assert "There is no consent to rely on" in part


def test_no_placeholder_is_left_in_what_is_to_sort_out() -> None:
    """The words are filled as the staff member reads them."""
    for sheet in (*SHEETS.values(), calm_but({"3.1.1": "no_not_asked", "3.1.3": "yes", "4.2": "yes"})):
        of = check(sheet, level=max(Level.CONSULT, check(sheet).level))
        said = words(summary.summary(view(of, case(of)), case(of))) + words(summary.sample(view(of)))
        assert not [place for place in PLACEHOLDERS if place in said]


def test_the_summary_ends_with_the_numbers_of_the_case() -> None:
    """How to reach the staff member, as they wrote it; then the council's of the school that the details name."""
    of = check(calm_but({"3.1.5": "child_under_13"}, S4="yes"))
    reach = "Somebody. Ring me: 0 2 0 - 7946.0199, or ask in room 4."
    details = entry(EventKind.DETAILS, person=reach, school="school ONE")
    shown = replace(view(of, case(of), entries=[details]), school="school ONE")
    said = words(summary.summary(shown, case(of)))
    end = said[said.index("how to reach the staff member") :]
    lines = (
        reach,
        "*Numbers for this case*",
        "Children's social care: 020 7946 0110",
        "Example Council",
        "emergency: 999",
    )
    assert [end.index(line) for line in lines] == sorted(end.index(line) for line in lines)
    assert said.index("4.2 whether sharing") < said.index("*Numbers for this case*")


@pytest.mark.parametrize(
    ("binds", "said"), [(True, "it binds us"), (False, "does not bind"), (None, "nobody has said")]
)
def test_the_duty_is_what_the_organisation_has_said(binds: bool | None, said: str) -> None:  # noqa: FBT001 - a table
    of = check(calm_but(S4="yes"))
    theirs = ORGANISATION.model_copy(update={"statutory_duty": binds})
    assert said in words(summary.summary(view(of, case(of), organisation=theirs), case(of)))
