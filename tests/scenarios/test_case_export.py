"""One record for the school's own system, which an outsider compares with the proof; Slack reads none of it."""

import json
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page

from flows.events import EventKind
from storage.proof import bundle, bundle_file, seal
from tests.harness import ROOT, Stage, opened
from tests.scenarios.test_subject_access import (
    FOUND_BY,
    WHY,
    about_anna,
    find,
    held_about_anna,
    made,
    opened_in_browser,
    page,
    shown,
    written,
)

__all__ = ["page"]


def export(stage: Stage, reason: str = "For her school file.") -> tuple[str, str]:
    """From the summary a lead found; number and passphrase."""
    lead = stage.lead_one
    find(stage, lead, **FOUND_BY)
    lead.press("Open", "modal")
    opened(lead, "Summary")
    lead.press("Export", "modal")
    opened(lead, "Export")
    assert lead.submit({"reason": reason}).error is None
    return made(lead)


def proof_of_all(stage: Stage, file: Path) -> Path:
    """What share-check export-proof writes."""
    services = stage.bot.services
    with services.database.begin() as tx:
        seal.seal_now(tx, services.seal_key, services.clock.now())
    with services.database.read() as tx:
        file.write_text(
            bundle_file.written(bundle.of_record(tx, services.keys, lambda _: False), services.clock.now()), "utf-8"
        )
    return file


def verified(*files: Path | str) -> subprocess.CompletedProcess[str]:
    """What docs/verify.py says, which knows nothing of us."""
    command = [sys.executable, "-I", str(ROOT / "docs" / "verify.py"), *map(str, files)]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own words


def test_an_export_holds_everything_and_compares_with_the_proof(stage: Stage, page: Page, tmp_path: Path) -> None:
    """Every entry with its content; a verifier that is not ours finds them all in the proof, and a changed word."""
    check = about_anna(stage)
    stage.lead()
    stage.plan()
    number, passphrase = export(stage)
    file = written(stage, number, tmp_path / "case.html")
    saved = tmp_path / "case.json"
    text = opened_in_browser(page, file, passphrase, button="Save the data (JSON)", saved=saved)
    for said in (text, saved.read_text("utf-8")):
        assert "She told me that Mrs Quill shouts at her." in said
        assert "It protects them." in said
    entries = json.loads(saved.read_text("utf-8"))["entries"]
    record = stage.record(check)
    assert [each["what"] for each in entries] == [each.what for each in record[: len(entries)]]
    assert [each.what for each in record[len(entries) :]] == [EventKind.EXPORTED]
    assert record[-1].content["reason"] == "For her school file."
    assert record[-1].content["pack"] == number

    mine, whole = tmp_path / "entries.json", proof_of_all(stage, tmp_path / "proof.json")
    with page.expect_download() as download:
        page.get_by_role("link", name="Save the entries").click()
    download.value.save_as(mine)
    found = [each["opened"] for each in json.loads(mine.read_text("utf-8"))["entries"]]
    assert {each["check"] for each in found} == {check}
    assert [each["what"] for each in found] == [each.what for each in record[:-1]]
    together = verified(whole, "--export", mine)
    assert together.returncode == 0, together.stdout
    assert "Chain unbroken" in together.stdout
    assert f"{len(found)} entries. Each is in the proof." in together.stdout
    alone = verified(mine)
    assert alone.returncode == 0
    assert "ask for the proof of the whole record" in alone.stdout
    mine.write_text(mine.read_text("utf-8").replace("Quill", "Quell"), "utf-8")
    assert verified(whole, "--export", mine).returncode == verified(mine).returncode == 1
    assert verified(mine, "--export", whole).returncode == 2

    assert page.get_by_role("button", name="Print, or save as a PDF").is_visible()


def test_the_reason_why_nobody_was_asked_is_in_the_export(stage: Stage, page: Page, tmp_path: Path) -> None:
    """Policy 2.9: what was typed before it was sent goes into the school's file, under its heading."""
    check = held_about_anna(stage)
    number, passphrase = export(stage)
    saved = tmp_path / "case.json"
    file = written(stage, number, tmp_path / "case.html")
    text = opened_in_browser(page, file, passphrase, button="Save the data (JSON)", saved=saved)
    for said in (text, saved.read_text("utf-8")):
        assert "Why nobody is asked for now" in said
        assert WHY in said
    entries = json.loads(saved.read_text("utf-8"))["entries"]
    assert EventKind.REASON in {each["what"] for each in entries}
    assert EventKind.REASON in {each.what for each in stage.record(check)}


def test_the_export_of_one_record_says_nothing_of_another(stage: Stage, page: Page, tmp_path: Path) -> None:
    """Neither that there is one nor when anything happened in it: no time, no hash, no number with a gap, no seal."""
    about_anna(stage, person="Benjamin Okafor", facts="Another story.")
    other, hidden = stage.check().ref, stage.check().id
    about_anna(stage, stage.colleague)
    whole = json.loads(proof_of_all(stage, tmp_path / "proof.json").read_text("utf-8"))
    number, passphrase = export(stage)
    file = written(stage, number, tmp_path / "case.html")
    saved = [tmp_path / "entries.json", tmp_path / "case.json"]
    text = opened_in_browser(page, file, passphrase, button="Save the entries", saved=saved[0])
    with page.expect_download() as download:
        page.get_by_role("link", name="Save the data (JSON)").click()
    download.value.save_as(saved[1])
    with stage.bot.services.database.read() as tx:
        shut = [each.entry for each in bundle.of_check(tx, stage.bot.services.keys, hidden)]
    times = [each.at.isoformat() for each in shut]
    hashes = [each.digest for each in shut] + [each.commitment.hex() for each in shut]
    seals = [each["head"] for each in whole["seals"]]
    assert times
    assert seals
    for said in (text, *(file.read_text("utf-8") for file in saved)):
        for word in ("Okafor", "Another story", other, hidden, *times, *hashes, *seals):
            assert word not in said
    numbers = [each["number"] for each in json.loads(saved[1].read_text("utf-8"))["entries"]]
    assert numbers == list(range(1, len(numbers) + 1))
    assert {name for each in json.loads(saved[0].read_text("utf-8"))["entries"] for name in each} == {
        "at",
        "about",
        "commitment",
        "opened",
    }


def test_an_export_needs_a_reason_and_somebody_who_may(stage: Stage) -> None:
    """A deputy reads and does not give out; spaces are no reason."""
    check = about_anna(stage)
    find(stage, stage.deputy, **FOUND_BY)
    stage.deputy.press("Open", "modal")
    opened(stage.deputy, "Summary")
    assert "Export" not in stage.deputy.buttons("modal")
    stage.deputy.close(whole_stack=True)
    find(stage, stage.lead_one, **FOUND_BY)
    stage.lead_one.press("Open", "modal")
    opened(stage.lead_one, "Summary")
    stage.lead_one.press("Export", "modal")
    opened(stage.lead_one, "Export")
    for none in (" ", "-", "n/a"):
        assert stage.lead_one.submit({"reason": none}).error
    assert EventKind.EXPORTED not in {each.what for each in stage.record(check)}


def test_somebody_left_out_meanwhile_gets_no_export(stage: Stage) -> None:
    """The gate is asked again when the file is made, not only when the window was opened."""
    check = about_anna(stage)
    lead = stage.lead_two
    find(stage, lead, **FOUND_BY)
    lead.press("Open", "modal")
    opened(lead, "Summary")
    lead.press("Export", "modal")
    opened(lead, "Export")
    stage.settle()
    stage.press("See my answers")
    opened(stage.staff, "Your answers")
    stage.staff.press("change.S2", "modal")
    opened(stage.staff, "Change your answer")
    named = "Yes - choose who to leave out (one or more leads)"
    assert stage.staff.submit({"option": named, "people": ["Lead two"]}).error is None
    stage.settle()
    lead.submit({"reason": "For the file."})
    lead.wait_for(lambda: lead.modal and lead.modal.title == "Nothing was made", 20)
    assert EventKind.EXPORTED not in {each.what for each in stage.record(check)}
    assert "PK-" not in shown(lead)


def test_a_lost_passphrase_means_another_file_and_is_recorded(stage: Stage, page: Page, tmp_path: Path) -> None:
    """The first file stays shut for the second passphrase."""
    check = about_anna(stage)
    first = export(stage)
    second = export(stage)
    assert first[0] != second[0]
    assert [each.what for each in stage.record(check)].count(EventKind.EXPORTED) == 2
    file = written(stage, first[0], tmp_path / "first.html")
    page.goto(file.as_uri())
    page.get_by_label("Passphrase").fill(second[1])
    page.get_by_role("button", name="Open").click()
    page.get_by_text("does not open it").wait_for()
