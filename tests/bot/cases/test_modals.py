"""The leads' windows: all of them open, however much was typed, and the summary loses nothing that matters."""

import itertools

import pytest

from bot.cases import modals
from bot.fields import DECISION, DETAILS, SHARING
from flows.case import CaseStatus, Entry, Shared, Strand, StrandName, StrandStatus
from flows.checklist import CHECKLIST
from flows.events import EventKind
from flows.model import Level, Outcome, Status
from tests.bot.builders import HOSTILE, NOW, SHEETS, case, check, entry, led, sent, view
from tests.bot.slack.limits import fits_view, marked_up, words
from tests.flows.builders import calm_but

LONGEST = ("&" * 3000, "\N{SLEEPING SYMBOL}" * 3000, (HOSTILE * 100)[:3000])
OUTCOMES = [one for one in Outcome if one is not Outcome.UNFINISHED]


def _strands(text: str) -> tuple[Strand, ...]:
    return tuple(Strand(name, StrandStatus.TO_DO, text[:1500], text[:150], "2026-12-01") for name in StrandName)


def _everything(text: str, notes: int) -> list[Entry]:
    details = {field.key: text[: field.longest] for field in DETAILS}
    decided = {field.key: text[: field.longest] for field in DECISION}
    shared = {field.key: text[: field.longest] for field in SHARING}
    return [
        entry(EventKind.DETAILS, 1, **details),
        entry(EventKind.DECIDED, 2, decision="share", **decided),
        entry(EventKind.SHARED, 3, **shared),
        *(entry(EventKind.NOTE, 10 + number, text=f"note {number}: {text}"[:3000]) for number in range(notes)),
    ]


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_outcome_has_a_summary(outcome: Outcome) -> None:
    """A lead can open it whatever the check came to, and whatever became of the case."""
    for status, sheet in itertools.product(CaseStatus, ({}, SHEETS[outcome])):
        of = check(sheet, level=max(Level.CONSULT, check(sheet).level))
        a_case = (case if status is CaseStatus.OPEN else led)(of, status=status)
        fits_view(modals.summary(view(of, a_case), a_case))


@pytest.mark.parametrize("text", LONGEST)
@pytest.mark.parametrize("notes", [0, 3, 60])
def test_the_summary_fits_with_everything_filled_in_at_its_longest(text: str, notes: int) -> None:
    """100 blocks and 250 KB, and yet all 17 questions and every part of the details are there."""
    of = sent(Outcome.CONSULT_URGENT)
    a_case = led(of, decision="share", plan_round=1, strands=_strands(text), shared=Shared.RECORDED)
    form = modals.summary(view(of, a_case, entries=_everything(text, notes)), a_case)
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
    form = modals.summary(view(of, led(of), entries=[entry(EventKind.DETAILS, facts=text)]), led(of))
    assert text in words(form).replace("\n", "")


def test_when_not_everything_said_fits_the_newest_does() -> None:
    """Older notes give way, never the answers, and the reader is told."""
    of = sent(Outcome.CONSULT_URGENT)
    notes = [entry(EventKind.NOTE, number, text=f"[{number}] " + "x" * 2900) for number in range(200)]
    said = words(modals.summary(view(of, led(of), entries=notes), led(of)))
    assert "[199]" in said
    assert "[0]" not in said
    assert "Older notes are in the export" in said
    assert said.index("[198]") < said.index("[199]")
    few = words(modals.summary(view(of, led(of), entries=notes[:3]), led(of)))
    assert "Older notes" not in few
    assert few.index("[0]") < few.index("[2]")


def test_the_summary_says_the_most_pressing_first() -> None:
    """Urgency and why, who and what, the risk, then what is unsure, the plan, what was said, and the answers."""
    of = sent(Outcome.CONSULT_URGENT)
    a_case = led(of, decision="share", plan_round=1, strands=_strands("the strand"))
    entries = [
        entry(EventKind.DETAILS, facts="the facts"),
        entry(EventKind.DECIDED, 2, decision="share"),
        entry(EventKind.NOTE, 3, text="a note"),
    ]
    said = words(modals.summary(view(of, a_case, entries=entries), a_case))
    order = ["SC-7K2M - urgent", "*Why*", "the facts", "*Risk", "*Not sure about*", "the strand", "a note", "3.1.1 "]
    assert [said.index(part) for part in order] == sorted(said.index(part) for part in order)


def test_facts_and_opinion_stand_apart() -> None:
    """Their own words under one heading, the reporter's view under another."""
    of = sent(Outcome.CONSULT)
    said = words(
        modals.summary(view(of, led(of), entries=[entry(EventKind.DETAILS, facts="F1", opinion="O1")]), led(of))
    )
    assert "What did you see or hear?\n\nF1" in said
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
        assert warning in words(modals.summary(view(of, led(of)), led(of)))
    calm = check(calm_but(), level=Level.CONSULT)
    said = words(modals.summary(view(calm, led(calm)), led(calm)))
    assert not [warning for warning in sheets if warning in said]


def test_every_status_of_a_question_is_shown_in_words() -> None:
    """I14: answered, not needed, after sharing, not reached."""
    assert set(modals.STATUS_WORDS) == set(Status) - {Status.ANSWERED}
    of = check({"S1": ("no",)}, level=Level.CONSULT)
    assert "3.1.1 having consent: *not reached*" in words(modals.summary(view(of, led(of)), led(of)))
    done = sent(Outcome.CONSULT)
    said = words(modals.summary(view(done, led(done)), led(done)))
    assert "*to answer after sharing*" in said
    assert "*not needed*" in said


@pytest.mark.parametrize("text", ["", *LONGEST])
def test_the_windows_of_a_plan_open_with_what_was_written(text: str) -> None:
    """A plan can be changed without typing it again."""
    of = sent(Outcome.CONSULT)
    a_case = led(of, decision="share", plan_round=1, strands=_strands(text) if text else ())
    shown = view(of, a_case, entries=_everything(text, 0) if text else [])
    decision = modals.decision(shown, a_case)
    fits_view(decision)
    assert decision["blocks"][0]["element"]["initial_option"]["value"] == "share"
    for callback in ("strands", "update_strands"):
        form = modals.strands(shown, a_case, callback)
        fits_view(form)
        boxes = {block.get("block_id"): block for block in form["blocks"]}
        for name in StrandName:
            assert boxes[f"{name}.what"]["element"].get("initial_value", "") == text[:1500]
            assert not boxes[f"{name}.what"]["optional"]


def test_a_decision_needs_its_reason() -> None:
    """I20: every decision has a reason, also the one not to share."""
    of = sent(Outcome.CONSULT)
    form = modals.decision(view(of, led(of)), led(of))
    needed = [block["block_id"] for block in form["blocks"] if not block["optional"]]
    assert needed == ["decision", "reason"]


def test_close_lists_what_is_missing_or_asks_for_the_end() -> None:
    """A case closes once nothing is missing, and says what is until then."""
    of = sent(Outcome.CONSULT)
    open_still = led(of, strands=_strands("x"))
    form = modals.close(view(of, open_still), open_still)
    fits_view(form)
    assert "submit" not in form
    assert "A decision and its reason" in words(form)
    assert "Update the plan's parts" in words(form)
    done = tuple(Strand(name, StrandStatus.DONE, "x") for name in StrandName)
    complete = led(of, strands=done, decision="share", reporter_agreed_at=NOW, shared=Shared.RECORDED)
    form = modals.close(view(of, complete), complete)
    fits_view(form)
    assert form["callback_id"] == "close_case"
    assert form["submit"]["text"] == "Close case"


def test_the_small_windows_open() -> None:
    """A question, a note, why it is opened again, and a look at a check that ended without a page."""
    of = sent(Outcome.CONSULT)
    shown = view(of, led(of))
    for form in (modals.ask(shown), modals.note(shown), modals.reopen(shown), modals.sample(shown)):
        fits_view(form)
