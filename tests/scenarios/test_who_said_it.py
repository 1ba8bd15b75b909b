"""Whoever wrote or decided something keeps the name and role they had then (docs/rules.md, "Record keeping")."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.config.organisation import Organisation, example_organisation_path, load_organisation
from flows.case import Signature
from flows.events import EventKind
from storage.tables import events, outbox
from tests import harness
from tests.harness import NO_CONSENT, POSSIBLY, Stage
from tests.scenarios.test_case_export import export, page
from tests.scenarios.test_subject_access import about_anna, opened_in_browser, shown, written

__all__ = ["page"]


def _without_lead_two() -> Organisation:
    example = load_organisation(example_organisation_path())
    return example.model_copy(update={"leads": example.leads[:1]})


def _lead_two_works_and_goes(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.lead(stage.lead_two)
    stage.open("Add note", "Add note", stage.lead_two)
    assert stage.lead_two.submit({"text": "I rang the school."}).error is None
    stage.plan(who=stage.lead_two)
    stage.stop_bot()
    monkeypatch.setattr(harness, "load_organisation", lambda _: _without_lead_two())
    stage.start_bot()
    stage.settle()


def test_a_lead_who_was_taken_off_the_list_keeps_name_and_role_in_summary_and_export(
    stage: Stage, page: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A lead's note and decision; the lead then taken off the organisation's file; summary and export."""
    about_anna(stage)
    _lead_two_works_and_goes(stage, monkeypatch)
    stage.lead()
    stage.open("Open", "Summary")
    said = shown(stage.lead_one)
    assert "Note (Lead two, safeguarding lead, " in said
    assert "Decided by Lead two, safeguarding lead, " in said
    assert "the staff member, " not in said
    stage.lead_one.close()

    number, passphrase = export(stage)
    file, saved = written(stage, number, tmp_path / "case.html"), tmp_path / "case.json"
    text = opened_in_browser(page, file, passphrase, button="Save the data (JSON)", saved=saved)  # type: ignore[arg-type] # the browser's page
    record = json.loads(saved.read_text("utf-8"))
    authors = {item["title"]: item["author"] for item in record["records"][0]["items"]}
    assert authors["Note"] == "Lead two, safeguarding lead"
    assert authors["Details: What happened, when and where?"] == "Staff member, staff member"
    assert "The check was sent (Staff member, staff member)" in text
    assert "A decision was made (Lead two, safeguarding lead)" in text
    assert record["about"]["Raised by"] == "Staff member, staff member (U0STAFF)"
    noted = next(each for each in record["entries"] if each["what"] == EventKind.NOTE)
    assert noted["signed"] == {"name": "Lead two", "role": "safeguarding lead"}


def test_names_are_sealed_with_what_was_said_and_stand_in_no_column_and_no_message(stage: Stage) -> None:
    """Every entry of a person has a name, and the database has none in clear."""
    about_anna(stage)
    stage.lead()
    signed = {entry.what: entry.signed for entry in stage.record()}
    assert signed[EventKind.LED] == Signature("Lead one", "safeguarding lead")
    assert signed[EventKind.SENT] == Signature("Staff member", "staff member")
    raised = signed[EventKind.RAISED]
    assert raised is not None
    assert raised.people == {
        "lead-1": "Lead one",
        "U0LEAD1": "Lead one",
        "lead-2": "Lead two",
        "U0LEAD2": "Lead two",
    }
    with stage.bot.services.database.read() as tx:
        rows = [*tx.execute(select(events)), *tx.execute(select(outbox))]
    assert "Lead one" not in repr([tuple(row) for row in rows])


def test_a_lead_left_out_and_then_gone_from_the_list_is_still_named(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whom not to talk to is not lost with the organisation's file."""
    stage.begin()
    stage.answer("No")
    stage.leave_out("Lead two")
    stage.answer(*POSSIBLY[2:], *NO_CONSENT)
    stage.press("Ask a lead")
    stage.stop_bot()
    monkeypatch.setattr(harness, "load_organisation", lambda _: _without_lead_two())
    stage.start_bot()
    stage.settle()
    stage.lead()
    stage.open("Open", "Summary")
    assert "*Not told, now or later: Lead two.*" in shown(stage.lead_one)
