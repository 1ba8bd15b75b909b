"""A sheet filled in while Slack was away: entered later, it pages at once, and nobody is told falsely."""

import json
from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner, Result

from bot.cli.main import main
from flows.case import CheckStatus
from flows.checklist import CHECKLIST
from flows.events import EventKind
from flows.model import Choose, Level
from storage.errors import NotKept
from tests.flows.builders import calm_but
from tests.harness import (
    LEADS,
    Stage,
    card_of,
    command_settings,
    on_every_stage,
    opened,
    page_of,
    sees_nothing,
    words_of,
)

WHEN = timedelta(hours=3)
URGENT = {"S1": "no", "S2": "no", "S3": "none", "S4": "yes"}


def _written(stage: Stage) -> str:
    """The time on the sheet, in the organisation's own zone."""
    filled_in = stage.bot.services.clock.now() - WHEN
    return f"{filled_in.astimezone(stage.bot.services.organisation.zone):%Y-%m-%d %H:%M}"


def _enter(stage: Stage, *more: str, typed: str | None = None, at: str | None = None, by: str = "U0ADMIN") -> Result:
    words = ["enter-paper", "--at", at or _written(stage), "--by", by]
    reporter = () if "--reporter" in more else ("--reporter", "U0STAFF")
    result = CliRunner().invoke(main, [*words, *reporter, *more], env=command_settings(stage), input=typed)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def _sheet(stage: Stage, answers: object, **more: str) -> Result:
    return _enter(stage, "--sheet", "-", typed=json.dumps({"answers": answers}), **more)


@on_every_stage
def test_an_urgent_sheet_pages_now_and_says_that_it_was_answered_on_paper(stage: Stage) -> None:
    """The leads have the page at once, and know that hours have gone by; the reporter is asked for the details."""
    done = _sheet(stage, URGENT)
    assert done.exit_code == 0, done.output
    stage.settle()
    assert stage.paged() == {LEADS, "U0LEAD1", "U0LEAD2"}
    page = words_of(page_of(stage.lead_one))
    assert "urgent" in page
    assert "Answered on paper" in page
    card = words_of(card_of(stage.staff))
    assert "This was entered from the paper you filled in" in card
    assert "press Tell them what happened" in card
    assert "I have told Lead one and Lead two" in card
    stage.press("Tell them what happened")
    opened(stage.staff, "Tell them what happened")
    stage.lead()
    stage.open("Open", "Summary")
    assert stage.lead_one.modal
    assert "Answered on paper" in str(stage.lead_one.modal.blocks)


def test_the_record_carries_both_times_and_is_not_back_dated(stage: Stage) -> None:
    """When it was entered is when it stands there; when it was filled in and who typed it are part of what it says."""
    now = stage.bot.services.clock.now()
    _sheet(stage, URGENT)
    stage.settle()
    entries = stage.record()
    assert all(entry.at >= now for entry in entries)
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
    typed = next(entry for entry in entries if entry.what == EventKind.ENTERED_FROM_PAPER)
    assert typed.who == "U0ADMIN"
    given = [entry for entry in entries if entry.what == EventKind.ANSWERED]
    assert [(entry.who, entry.content["question"]) for entry in given] == [("U0STAFF", one) for one in URGENT]
    for entry in (typed, *given):
        assert entry.content["typed_by"] == "U0ADMIN"
        assert abs(now - WHEN - datetime.fromisoformat(str(entry.content["on_paper"]))) < timedelta(minutes=1)
    assert stage.check().started_at >= now
    paper_at = stage.check().paper_at
    assert paper_at is not None
    assert abs(now - paper_at - WHEN) < timedelta(minutes=1)


def test_whoever_types_it_is_not_told_what_it_comes_to(stage: Stage) -> None:
    """The same words whatever is ticked: whoever runs the bot reads no case."""
    urgent = _sheet(stage, URGENT).output
    calm = _sheet(stage, {"S1": "no", "S2": "no"}, at="2026-01-05 10:00").output
    refs = {check.ref for check in stage.checks()}
    for ref in refs:
        urgent, calm = urgent.replace(ref, "SC"), calm.replace(ref, "SC")
    assert urgent == calm
    assert not [word for word in ("urgent", "Yes", "CONSULT", "level") if word in urgent]


def test_the_same_sheet_again_enters_no_second(stage: Stage) -> None:
    """Two people may hold a copy of it."""
    first = _sheet(stage, URGENT)
    again = _sheet(stage, URGENT, by="U0OTHER")
    assert again.exit_code == 0
    assert "was entered before" in again.output
    assert stage.check().ref in first.output
    assert stage.check().ref in again.output
    assert len(stage.checks()) == 1
    stage.settle()
    assert len(stage.pages("U0LEAD1")) == 1


def test_letter_by_letter_it_asks_what_the_sheet_asks(stage: Stage) -> None:
    """What cannot be read is asked again; what is not asked is passed over; the end of the sheet ends it."""
    done = _enter(stage, typed="x\nb\na\na, b\na\nc\na\n-\n-\n")
    assert done.exit_code == 0, done.output
    assert "S5" not in done.output
    answers = stage.check().answers
    assert answers == {"S1": ("no",), "S2": ("no",), "S3": ("none",), "S4": ("no",), "S6": ("no",)}
    assert done.output.count("Type one of") == 2
    assert stage.check().level is Level.NONE
    stage.settle()
    assert stage.paged() == set()


def test_a_sheet_that_stops_part_way_is_told_to_the_leads_at_once_where_it_raised_anything(stage: Stage) -> None:
    """As the first card promises; nobody waits for the time that has gone by already."""
    _sheet(stage, {"S1": "no", "S2": "no", "S3": "none", "S4": "possibly"})
    stage.settle()
    assert stage.paged() == {LEADS, "U0LEAD1", "U0LEAD2"}
    assert stage.check().status is CheckStatus.DRAFT


def test_an_emergency_on_paper_pages_though_it_does_not_say_who_may_know(stage: Stage) -> None:
    """All leads and the independent contact, without any content."""
    _sheet(stage, {"S1": "yes"})
    stage.settle()
    assert {"U0LEAD1", "U0LEAD2", "U0INDEP"} <= stage.paged()


def test_a_lead_whom_the_sheet_leaves_out_is_told_nothing_and_cannot_type_it(stage: Stage) -> None:
    """No page, no trace; who is left out is asked by nobody."""
    refused = _sheet(stage, {**URGENT, "S2": ["lead-1"]}, by="U0LEAD1")
    assert refused.exit_code == 1
    assert "leaves out whoever is to type it" in refused.output
    assert stage.checks() == []
    assert _sheet(stage, {**URGENT, "S2": ["lead-1"]}).exit_code == 0
    stage.settle()
    assert sees_nothing(stage.lead_one)
    assert "U0INDEP" in stage.paged()
    done = _enter(stage, at="2026-02-02 10:00", typed="b\nb\n9\n1\na\n-\n-\n")
    assert done.exit_code == 0, done.output
    assert stage.check().answers["S2"] == ("lead-1",)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--reporter", "staff"), "is not a Slack member ID"),
        (("--reporter", "U0NOBODY"), "Slack knows nobody"),
        (("--reporter", "U0GUEST"), "is not a member of staff"),
        (("--at", "yesterday"), "Write it like 2026-11-23 14:05"),
        (("--at", "2099-01-01 10:00"), "still to come"),
        (("--at", "2001-01-01 10:00"), "look at the year"),
    ],
    ids=str,
)
def test_what_cannot_be_entered_says_why(stage: Stage, more: tuple[str, ...], words: str) -> None:
    """Nothing is kept, and the card goes to nobody else."""
    refused = _enter(stage, *more, "--sheet", "-", typed=json.dumps({"answers": URGENT}))
    assert refused.exit_code == 2, refused.output
    assert words.lower() in refused.output.lower()
    assert stage.checks() == []


@pytest.mark.parametrize("answers", [{}, {"S9": "no"}, {"S1": "no", "S4": "yes"}, ["S1"]], ids=str)
def test_a_sheet_that_cannot_be_read_is_refused_whole(stage: Stage, answers: object) -> None:
    """Every problem at once, and nothing is half entered."""
    refused = _sheet(stage, answers)
    assert refused.exit_code == 2, refused.output
    assert refused.output.strip()
    assert stage.checks() == []


def test_while_slack_is_away_it_is_entered_and_goes_out_when_slack_is_back(stage: Stage) -> None:
    """Somebody may type it early; the way by e-mail does not wait for Slack."""
    stage.workspace.faults.refuse(times=None)
    done = _sheet(stage, URGENT)
    assert done.exit_code == 0, done.output
    assert "Compare the ID letter by letter" in done.output
    stage.workspace.faults.clear()
    stage.pass_time(minutes=2)
    assert stage.paged() == {LEADS, "U0LEAD1", "U0LEAD2"}


def test_nothing_of_the_answers_is_in_a_message_to_anybody_but_the_reporter(stage: Stage) -> None:
    """The page says when, and nothing of what."""
    _sheet(stage, URGENT)
    stage.settle()
    for who in (stage.lead_one, stage.lead_two):
        said = who.text().lower()
        assert "harm or risk of harm (s4)" in said
        assert "be suffering" not in said


def test_where_the_database_takes_no_writes_it_says_that_nothing_was_entered(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In words that are true for a sheet of paper; typed again, it is entered."""
    with monkeypatch.context() as full:

        def refuse(*_: object, **__: object) -> None:
            raise NotKept

        full.setattr("services.paper.Paper.enter", refuse)
        done = _sheet(stage, URGENT)
    assert done.exit_code == 3
    assert done.stderr.endswith(
        "share-check entered nothing:\n- The database is busy, or its disk is full. Do it again.\n"
    )
    assert _sheet(stage, URGENT).exit_code == 0


def test_it_says_that_a_page_waits_and_not_that_anybody_was_asked(stage: Stage) -> None:
    """Only the bot sends. What is typed while it runs says so, and names the phone for what cannot wait."""
    stage.bot.scheduler.turn()
    done = _sheet(stage, URGENT)
    assert "a page to the leads waits to be sent" in done.output
    assert "The running bot sends both" in done.output
    assert "nobody has been told by this command" in done.output
    assert "asked now" not in done.output


def test_the_time_may_be_pasted_with_any_dash(stage: Stage) -> None:
    """A word processor makes dashes of hyphens."""
    done = _sheet(stage, URGENT, at=_written(stage).replace("-", "\u2013"))
    assert done.exit_code == 0, done.output


def test_with_no_bot_running_it_says_that_nothing_is_sent(stage: Stage) -> None:
    """The sheet is kept, and is sent once a bot runs; until then somebody must phone. Again for the same sheet."""
    stage.stop_bot()
    stage.forward(minutes=5)
    for said in (_sheet(stage, URGENT, at="2026-01-05 10:00"), _sheet(stage, URGENT, at="2026-01-05 10:00")):
        assert said.exit_code == 0, said.output
        assert "No bot is running with this database, so nothing is sent" in said.output
        assert "phone a lead" in said.output
    stage.start_bot()
    stage.settle()
    assert stage.paged() == {LEADS, "U0LEAD1", "U0LEAD2"}


CALM = {
    asked: list(given) if CHECKLIST[asked].choose is Choose.ANY else given[0] for asked, given in calm_but().items()
}
"""A finished sheet that asks nobody: HOLD."""
WHY = "The other school has it already."


def _reasons(stage: Stage) -> list[object]:
    return [entry.content["reason"] for entry in stage.record() if entry.what is EventKind.REASON]


@on_every_stage
def test_a_reason_on_the_sheet_is_typed_with_it_and_recorded(stage: Stage) -> None:
    """Policy 2.9: why it was right that nobody was asked stands in the record, as the reporter wrote it."""
    done = _enter(stage, "--sheet", "-", typed=json.dumps({"answers": CALM, "reason": WHY}))
    assert done.exit_code == 0, done.output
    assert stage.check().status is CheckStatus.SENT
    assert _reasons(stage) == [WHY]


def test_letter_by_letter_the_reason_is_asked_for_at_the_end(stage: Stage) -> None:
    """Whatever is ticked, so that whoever types it learns nothing from being asked."""
    done = _enter(stage, typed=f"b\na\na\nc\na\n-\n{WHY}\n")
    assert done.exit_code == 0, done.output
    assert "If a reason is written at the end of the sheet" in done.output
    assert _reasons(stage) == [WHY]


@on_every_stage
def test_a_sheet_that_ends_with_nobody_asked_and_no_reason_asks_the_reporter_for_one(stage: Stage) -> None:
    """It is not sent without: the card asks, as it would have in Slack."""
    done = _sheet(stage, CALM)
    assert done.exit_code == 0, done.output
    assert stage.check().status is CheckStatus.DRAFT
    stage.settle()
    stage.press("Check your answers")
    opened(stage.staff, "Check your answers")
    assert stage.staff.submit({"reason": WHY}).error is None
    assert stage.check().status is CheckStatus.SENT
    assert _reasons(stage) == [WHY]


def test_a_reason_that_is_no_text_is_refused(stage: Stage) -> None:
    """And nothing is entered."""
    done = _enter(stage, "--sheet", "-", typed=json.dumps({"answers": CALM, "reason": 7}))
    assert done.exit_code == 2
    assert stage.checks() == []
