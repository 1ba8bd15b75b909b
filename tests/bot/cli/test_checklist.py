"""share-check checklist and share-check decide, as somebody types them."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bot.cli import checklist as checklist_commands
from bot.cli.checklist import checklist
from bot.cli.decide import decide
from bot.config.roster import in_words
from flows.checklist import CHECKLIST
from flows.formats.export import as_json
from flows.model import Checklist, Level
from tests.flows.builders import CALM
from tests.flows.mutate import option_changed

WHOLE: dict[str, Any] = CALM | {"S7": ["none"], "3.1.6": ["none"]}


def _decide(sheet: str, *options: str) -> Result:
    return CliRunner().invoke(decide, ["-", *options], input=sheet)


def _verdict(**changes: Any) -> dict[str, Any]:
    answers = {one: given for one, given in (WHOLE | changes).items() if given}
    result = _decide(json.dumps({"answers": answers}))
    assert result.exit_code == 0, result.output
    verdict: dict[str, Any] = json.loads(result.output)
    return verdict


def test_a_sheet_is_judged() -> None:
    """Every field is there, whatever the outcome."""
    verdict = _verdict()
    assert (verdict["outcome"], verdict["level"], verdict["urgency"]) == ("HOLD", "NONE", "none")
    assert (verdict["page"], verdict["page_after"], verdict["recipients"]) == (False, None, [])
    assert list(verdict["status"]) == list(CHECKLIST.by_id)
    assert verdict["reasons"] == [{"question": "4.2", "option": "no", "clause": "4.2"}]
    assert verdict["would_change"][0] == {
        "changes": [{"question": "4.2", "option": "yes"}],
        "outcome": "CONSULT_READY",
    }
    assert verdict["text"].startswith("Keep this confidential for now.")
    assert (verdict["advice"], verdict["worry"], verdict["risk"], verdict["shared"]) == ([], False, False, False)
    assert (verdict["breach"], verdict["answers_differ"], verdict["consent_from"]) == (False, False, None)


def test_the_new_fields_are_filled() -> None:
    """Kinds of worry as a list, the advice they call up, and what is not known as null."""
    verdict = _verdict(S7=["image", "someone_asks"], S6="not_sure", **{"4.2": None})
    assert (verdict["outcome"], verdict["urgency"], verdict["page_after"]) == ("CONSULT_URGENT", "P1", "S7")
    assert verdict["advice"] == ["BASICS", "IMAGE", "ADULT", "ASKED"]
    assert (verdict["risk"], verdict["worry"], verdict["shared"]) == (True, True, None)
    assert verdict["answers_differ"]
    assert verdict["would_change"] == []
    assert "Do not look at, copy, print, save or send on the picture" in verdict["text"]


def test_whose_consent_is_said_where_it_is_to_be_asked() -> None:
    """Only with the fix CONSENT."""
    wanted = {"3.1.1": "no_not_asked", "3.1.3": "yes", "3.1.7": None, "3.1.8": "neither", "4.2": "not_yet"}
    verdict = _verdict(**wanted)
    assert (verdict["fixes"], verdict["consent_from"]) == (["CONSENT"], "the adult")
    assert "Ask for consent, from the adult" in verdict["text"]


def test_about_both_leads_only_the_independent_contact_is_named() -> None:
    """The case that failed: the leads were spoken of, and S3 was missing from the reasons."""
    verdict = _verdict(**{"S2": ["lead-1", "lead-2"], "S3": "low_level", "4.2": "yes"})
    assert verdict["recipients"] == ["independent"]
    assert [reason["question"] for reason in verdict["reasons"]] == ["S3", "4.2"]
    assert "Agree the plan with Independent contact first" in verdict["text"]
    assert "Lead one" not in verdict["text"]
    assert "a lead " not in verdict["text"].replace("Ask a lead ", "").lower()


def test_the_example_organisation_is_the_default() -> None:
    """Leads lead-1 and lead-2, deputy deputy-1, independent contact independent."""
    verdict = _verdict(**{"S2": ["lead-1"], "S4": "yes", "4.2": None})
    assert verdict["recipients"] == ["lead-2", "independent"]
    assert "020 7946 0102" in verdict["text"]
    assert "020 7946 0101" not in verdict["text"]


def test_another_organisation_can_be_given(tmp_path: Path) -> None:
    """Its own people are the ones who can be left out."""
    example = (Path(__file__).parents[3] / "organisation.example.toml").read_text()
    other = tmp_path / "organisation.toml"
    other.write_text(example.replace('"lead-2"', '"lead-b"'))
    sheet = json.dumps({"answers": {"S1": "yes", "S2": ["lead-1"]}})
    result = _decide(sheet, "--organisation", str(other))
    assert json.loads(result.output)["recipients"] == ["lead-b", "independent"]


def test_an_organisation_that_is_not_there_is_bad_input(tmp_path: Path) -> None:
    """It says which file, and exits with 2."""
    result = _decide("{}", "--organisation", str(tmp_path / "none.toml"))
    assert result.exit_code == 2
    assert "none.toml is not there" in result.output


@pytest.mark.parametrize(
    ("sheet", "words"),
    [
        ("{", "The sheet is not JSON"),
        ('{"answers": {"S1": "no", "S1": "yes"}}', '"S1" stands on the sheet more than once.'),
        ('{"answers": {"S9": "no"}}', '"S9" is not a question'),
        ("[" * 100_000, "The sheet is not JSON"),
        ('{"answers": {"S1": ' + "9" * 5000 + "}}", "The sheet is not JSON"),
        ('{"answers": {"S1": NaN}}', "S1 takes text, not a number."),
    ],
)
def test_a_bad_sheet_is_named_and_exits_with_2(sheet: str, words: str) -> None:
    """Never a stack trace."""
    result = _decide(sheet)
    assert result.exit_code == 2
    assert words in result.output


def test_bytes_that_are_no_text_are_bad_input() -> None:
    """Somebody passed the wrong file."""
    result = CliRunner().invoke(decide, ["-"], input=b"\xff\xfe")
    assert result.exit_code == 2
    assert "The sheet is not JSON" in result.output


def test_a_mark_that_editors_leave_at_the_start_is_no_fault() -> None:
    """A byte order mark is not part of the sheet."""
    sheet = json.dumps({"answers": WHOLE}).encode("utf-8-sig")
    assert CliRunner().invoke(decide, ["-"], input=sheet).exit_code == 0


def test_many_sheets_are_judged_line_by_line() -> None:
    """A bad line says why on its own line, the others go on, and the exit code tells."""
    lines = [json.dumps({"answers": WHOLE}), "{", json.dumps({"answers": {"S1": "yes"}})]
    result = _decide("\n".join(lines), "--lines")
    first, bad, last = (json.loads(line) for line in result.output.splitlines())
    assert result.exit_code == 2
    assert (first["outcome"], last["outcome"]) == ("HOLD", "EMERGENCY")
    assert bad["error"][0].startswith("The sheet is not JSON")


def test_good_lines_exit_with_0() -> None:
    """Every line was judged."""
    assert _decide(json.dumps({"answers": WHOLE}) + "\n\n", "--lines").exit_code == 0


def test_a_sheet_can_be_a_file(tmp_path: Path) -> None:
    """Not only what is typed."""
    sheet = tmp_path / "sheet.json"
    sheet.write_text(json.dumps({"answers": WHOLE}))
    result = CliRunner().invoke(decide, [str(sheet)])
    assert json.loads(result.output)["outcome"] == "HOLD"


@pytest.mark.parametrize("form", ["text", "markdown", "mermaid", "json"])
def test_the_checklist_is_printed_in_each_format(form: str) -> None:
    """For a terminal, for the leads, for a diagram, to compare with later."""
    result = CliRunner().invoke(checklist, ["--format", form])
    assert result.exit_code == 0
    assert "3.4.2" in result.output


def _few(edition: Checklist) -> Checklist:
    """Enough of an edition to compare in a moment."""
    return replace(edition, questions=tuple(one for one in edition if one.id in ("S1", "S2", "S4", "S5", "4.2")))


SMALL = _few(CHECKLIST)


def _kept(folder: Path, edition: Checklist) -> Path:
    """An edition in a file, as --format json keeps it."""
    file = folder / "before.json"
    file.write_text(as_json(edition), encoding="utf-8")
    return file


def _diff(file: Path) -> Result:
    return CliRunner().invoke(checklist, ["--diff", str(file)])


def test_an_edition_that_was_kept_does_not_differ_from_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What --format json prints is what --diff reads."""
    monkeypatch.setattr(checklist_commands, "CHECKLIST", SMALL)
    file = tmp_path / "before.json"
    file.write_text(CliRunner().invoke(checklist, ["--format", "json"]).output, encoding="utf-8")
    result = _diff(file)
    assert result.exit_code == 0
    assert f"From version `{SMALL.version}` to version `{SMALL.version}`." in result.output
    assert "| lead | date | remarks |" in result.output


def test_what_changed_is_printed_for_the_leads_to_sign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who was told and is not any more: how many ways, an example, and a place for a name and a date."""
    monkeypatch.setattr(checklist_commands, "CHECKLIST", _few(option_changed("S4", "possibly", level=Level.NONE)))
    page = _diff(_kept(tmp_path, SMALL)).output
    assert 'S4 "Possibly": level CONSULT' in page
    assert "S4 possibly" in page
    assert "| lead | date | remarks |" in page


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "is not an edition of the checklist: Expecting"),
        (b'{"format": 2}', "This is format 2 of a checklist"),
        (b'{"answers": {}}', "is not an edition of the checklist"),
        (b"[" * 100_000, "is not an edition of the checklist"),
        (b"\xff\xfe", "is not text"),
    ],
)
def test_a_file_that_is_no_edition_is_refused_in_words(tmp_path: Path, content: bytes, words: str) -> None:
    """What is wrong, where, and what to type; never a stack trace."""
    file = tmp_path / "before.json"
    file.write_bytes(content)
    result = _diff(file)
    assert result.exit_code == 2
    assert str(file) in result.output
    assert words in result.output
    assert "share-check checklist --format json > before.json" in result.output


def test_an_edition_that_is_not_there_is_refused_in_words(tmp_path: Path) -> None:
    """Nor is a folder one."""
    assert "none.json is not there." in _diff(tmp_path / "none.json").output
    assert "cannot be read" in _diff(tmp_path).output
    assert _diff(tmp_path).exit_code == 2


@pytest.mark.parametrize(
    "change",
    [
        lambda written: written["questions"][0].update(choose="a number"),
        lambda written: written["questions"][0]["options"][0].update(level="HUGE"),
        lambda written: written["questions"][3].update(asked_when={"answered": ["S99", ["yes"]]}),
        lambda written: written.update(consent_from=["adult"]),
        lambda written: written.update(questions=[]),
    ],
    ids=["kind of question", "level", "condition", "list for a table", "no questions"],
)
def test_an_edition_that_nobody_could_walk_through_is_refused(
    tmp_path: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    """Somebody edited the file by hand."""
    document = json.loads(as_json(CHECKLIST))
    change(document)
    file = tmp_path / "before.json"
    file.write_text(json.dumps(document))
    result = _diff(file)
    assert result.exit_code == 2
    assert "is not an edition of the checklist" in result.output


def test_two_jobs_are_not_done_at_once(tmp_path: Path) -> None:
    """Neither is left out in silence."""
    result = CliRunner().invoke(checklist, ["--audit", "--diff", str(_kept(tmp_path, SMALL))])
    assert result.exit_code == 2
    assert "--audit and --diff are two jobs." in result.output


def test_an_audit_that_finds_something_exits_with_1(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table that lost questions is refused, with its figures and every reason."""
    short = replace(CHECKLIST, questions=CHECKLIST.questions[:7])
    monkeypatch.setattr(checklist_commands, "CHECKLIST", short)
    result = CliRunner().invoke(checklist, ["--audit"])
    assert result.exit_code == 1
    assert "complete paths" in result.output
    assert "- 3.4.2 of the policy is missing" in result.output


def test_names_are_listed_as_people_say_them() -> None:
    """No comma before "and"."""
    assert in_words(["One"]) == "One"
    assert in_words(["One", "Two"]) == "One and Two"
    assert in_words(["One", "Two", "Three"]) == "One, Two and Three"
    assert in_words([]) == ""
