"""Somebody asks for a copy of what is kept about them: found, looked through, released, and never in Slack."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner
from playwright.sync_api import Page
from sqlalchemy import select

from bot.cli.main import main
from bot.config.settings import setting_names
from flows.events import EventKind
from sandbox.client.people import Person
from sandbox.client.result import InteractionResult
from sandbox.state import visible_text
from sandbox.state.models import View
from services.access_requests import recent
from storage import events, export_files
from storage.checks import load
from storage.erasure import tombstones
from storage.tables import checks
from tests.bot.slack.limits import marked_up
from tests.browser.chromium import fresh_page, running_browser
from tests.harness import CALM, CLEAR, CONSENT, LEAVE_OUT, NO_CONSENT, POSSIBLY, Stage, card_of, on_every_stage, opened
from tests.scenarios.test_digest import to_monday

ANNA = {
    "person": "Anna-Maria O'Brien, UPN 42, born 12/03/2014\nRoom 4, or my mobile",
    "facts": "She told me that Mrs Quill shouts at her. She was calm.",
    "opinion": "Her brother Tom knows.",
}
FOUND_BY = {"name": "ana maria obrien", "born": "12 March 2014"}


def about_anna(stage: Stage, who: Person | None = None, *, but: str | None = None, **details: str) -> str:
    """A check about her, sent; its id. but: somebody who is left out of it."""
    person = who or stage.staff
    stage.begin(person)
    stage.answer("No", who=person)
    if but is None:
        stage.answer("No", who=person)
    else:
        person.press(LEAVE_OUT, card_of(person))
        opened(person, "Leave someone out")
        person.submit({"people": [but]})
        stage.settle()
    stage.answer(*POSSIBLY[2:], *NO_CONSENT, *CLEAR, "Yes", who=person)
    stage.press("Tell them what happened", person)
    opened(person, "Tell them what happened")
    assert person.submit({**ANNA, **details}).error is None
    stage.send(person)
    return stage.check().id


WHY = "Her new school has it already."


def held_about_anna(stage: Stage) -> str:
    """A check about her that asks nobody, sent with its reason; its id."""
    stage.begin()
    stage.answer(*CALM, *CONSENT, *CLEAR, "No")
    stage.press("Add details")
    opened(stage.staff, "Add details")
    assert stage.staff.submit(dict(ANNA)).error is None
    stage.press("Check your answers")
    opened(stage.staff, "Check your answers")
    assert stage.staff.submit({"reason": WHY}).error is None
    stage.settle()
    return stage.check().id


def home(stage: Stage, person: Person) -> None:
    """Look at the Home tab as it is now."""
    person.open_home()
    stage.settle()
    person.wait_for(lambda: person.home)


def find(stage: Stage, person: Person, **said: str) -> str:
    """Search from Home; what the modal says then."""
    home(stage, person)
    person.press("Find a record", "home")
    opened(person, "Find a record")
    acted = person.submit(dict(said))
    assert acted.error is None, acted
    return shown(person)


def shown(person: Person) -> str:
    view = person.modal
    assert view is not None
    return visible_text.of_view(view)


def start_request(stage: Stage, person: Person, **said: str) -> None:
    """A new request, from Home; the request is on screen then."""
    home(stage, person)
    person.press("Requests", "home")
    opened(person, "Requests")
    person.press("New request", "modal")
    opened(person, "New request")
    today = stage.bot.services.clock.now().date().isoformat()
    boxes = {"asked_by": "Her mother, known to the school office.", "received": today, **FOUND_BY, **said}
    assert person.submit(boxes).error is None
    opened(person, "Request")


def decide_all(person: Person, **by_title: tuple[str, str, str]) -> list[str]:
    """Look through the record on screen; everything is included unless its title says otherwise. Titles, in order."""
    seen: list[str] = []
    person.press("Look through", "modal")
    opened(person, "Look through")
    while "Every item" not in shown(person):
        view, key, title = person.modal, key_of(person), shown(person)
        choice, passages, reason = next(
            (ruling for word, ruling in by_title.items() if word in title), ("Include it", "", "")
        )
        seen.append(title)
        boxes = {f"choice.{key}": choice, f"passages.{key}": passages, f"reason.{key}": reason}
        acted = person.submit({box: said for box, said in boxes.items() if said})
        assert acted.error is None, acted
        person.wait_for(partial(_has_turned, person, view))
    person.close()
    return seen


def _has_turned(person: Person, before: View | None) -> bool:
    return person.modal != before


def key_of(person: Person) -> str:
    """Which item is on screen."""
    view = person.modal
    assert view is not None
    return next(str(block["block_id"])[7:] for block in view.blocks if str(block["block_id"]).startswith("choice."))


def reopen(stage: Stage, person: Person) -> None:
    """The request again, from Home."""
    while person.modal:
        person.close(whole_stack=True)
    home(stage, person)
    person.press("Requests", "home")
    opened(person, "Requests")
    person.press("Open", "modal")
    opened(person, "Request")


def make_pack(person: Person) -> tuple[str, str]:
    """Number and passphrase, as they are shown once."""
    person.press("Make the pack", "modal")
    opened(person, "Make the pack")
    person.submit()
    return made(person)


def made(person: Person) -> tuple[str, str]:
    person.wait_for(lambda: person.modal and person.modal.title == "The file is made", 20)
    said = shown(person)
    number = next(word.strip("*.,") for word in said.split() if word.strip("*.,").startswith("PK-"))
    return number, said.split("`")[1]


def written(stage: Stage, number: str, out: Path) -> Path:
    """What `share-check pack` writes beside the running bot."""
    settings = stage.settings
    given = {
        "SLACK_BOT_TOKEN": "xoxb-test",
        "SLACK_APP_TOKEN": "xapp-test",
        "SHARE_CHECK_DATABASE_URL": settings.database_url.get_secret_value(),
        "SHARE_CHECK_KEYS": ",".join(key.get_secret_value() for key in settings.keys),
        "SHARE_CHECK_CLOCK_FILE": str(settings.clock_file or ""),
        "SLACK_API_URL": settings.slack_api_url,
    }
    env = {**dict.fromkeys(setting_names()), **given}
    result = CliRunner().invoke(main, ["pack", number.lower(), "--out", str(out)], env=env)
    assert result.exit_code == 0, result.output
    assert not [word for word in ("Anna", "Brien", "SC-") if word in result.output]
    return out


@pytest.fixture
def page(chromium: str) -> Iterator[Page]:
    with running_browser(chromium) as browser, fresh_page(browser) as page:
        yield page


def opened_in_browser(page: Page, file: Path, passphrase: str, *, button: str, saved: Path) -> str:
    """The words of the page, once it is open; one of its files is saved."""
    page.goto(file.as_uri())
    page.get_by_label("Passphrase").fill(passphrase)
    page.get_by_role("button", name="Open").click()
    link = page.get_by_role("link", name=button)
    link.wait_for()
    with page.expect_download() as download:
        link.click()
    download.value.save_as(saved)
    return page.inner_text("main")


@on_every_stage
def test_a_record_is_found_by_person_and_shown_in_modals_only(stage: Stage) -> None:
    """By name, birthday or number, however it is spelt; the result says reference, date and outcome."""
    check = about_anna(stage)
    ref = stage.check().ref
    for said in (FOUND_BY, {"number": "upn-42"}, {"born": "2014-03-12"}):
        text = find(stage, stage.lead_one, **said)
        assert ref in text
        assert not [word for word in ("Anna", "Brien", "UPN", "Quill") if word in text]
        stage.lead_one.close()
    assert "No record was found" in find(stage, stage.lead_one, name="Benjamin Okafor")
    stage.lead_one.close()
    find(stage, stage.lead_one, **FOUND_BY)
    stage.lead_one.press("Open", "modal")
    opened(stage.lead_one, "Summary")
    assert "Mrs Quill" in shown(stage.lead_one)
    assert [each.what for each in stage.record(check)].count(EventKind.FOUND) == 4
    assert EventKind.OPENED_RECORD in stage.events()
    kept_in_slack = repr([each.args for each in stage.workspace.requests if each.method.startswith("chat.")])
    assert not [word for word in ("Anna", "Quill", "UPN 42") if word in kept_in_slack]


def test_a_left_out_lead_finds_nothing_and_cannot_tell(stage: Stage) -> None:
    """The answer is the very same as where there is no such record, to the last byte, and nothing is recorded."""
    check = about_anna(stage, but="Lead two")
    before = len(stage.record(check))
    nothing = find(stage, stage.lead_two, name="Benjamin Okafor")
    blocks = _blocks(stage.lead_two)
    stage.lead_two.close()
    assert find(stage, stage.lead_two, **FOUND_BY) == nothing
    assert _blocks(stage.lead_two) == blocks
    assert len(stage.record(check)) == before
    assert stage.check().ref in find(stage, stage.lead_one, **FOUND_BY)


@on_every_stage
def test_a_record_is_found_by_its_reference_through_the_gate(stage: Stage) -> None:
    """However it is written down; to whom it was kept from, and for none, the answer is the same to the last byte."""
    check = about_anna(stage, but="Lead two")
    ref, before = stage.check().ref, len(stage.record(check))
    none = "SC-2222" if ref != "SC-2222" else "SC-3333"
    nothing = find(stage, stage.lead_two, ref=none)
    blocks = _blocks(stage.lead_two)
    stage.lead_two.close()
    for said in ({"ref": ref}, {"ref": ref, **FOUND_BY}):
        assert find(stage, stage.lead_two, **said) == nothing
        assert _blocks(stage.lead_two) == blocks
        stage.lead_two.close()
    assert len(stage.record(check)) == before
    assert find(stage, stage.lead_one, ref=none) == nothing
    assert "No record was found" in nothing
    stage.lead_one.close()
    for written in (ref, ref.lower(), f" {ref[3:]} ", ref.replace("-", " "), ref.replace("-", "")):
        assert ref in find(stage, stage.lead_one, ref=written), written
        stage.lead_one.close()
    assert [each.what for each in stage.record(check)].count(EventKind.FOUND) == 5
    find(stage, stage.lead_one, ref=ref)
    stage.lead_one.press("Open", "modal")
    opened(stage.lead_one, "Summary")
    assert stage.events()[EventKind.OPENED_RECORD] == 1


def test_practice_and_what_is_kept_of_a_digest_are_nobodys_record(stage: Stage) -> None:
    """Their references find nothing."""
    home(stage, stage.lead_one)
    stage.lead_one.press("Start practice", "home")
    to_monday(stage)
    with stage.bot.services.database.read() as tx:
        refs = tx.scalars(select(checks.c.ref)).all()
    assert len(refs) >= 2
    for ref in refs:
        assert "No record was found" in find(stage, stage.lead_two, ref=ref)
        stage.lead_two.close()


def test_looking_for_nothing_is_answered_in_the_window(stage: Stage) -> None:
    """One box is enough, and none is too little."""
    home(stage, stage.lead_one)
    stage.lead_one.press("Find a record", "home")
    opened(stage.lead_one, "Find a record")
    stage.lead_one.submit({"ref": "  "})
    assert "Please fill in at least one box." in stage.lead_one.text()


def _blocks(person: Person) -> object:
    view = person.modal
    assert view is not None
    return [{key: said for key, said in block.items() if key != "block_id"} for block in view.blocks]


def test_a_lead_does_not_find_what_they_raised_themselves(stage: Stage) -> None:
    """Of their own check they see what every reporter sees."""
    about_anna(stage, stage.lead_two)
    assert "No record was found" in find(stage, stage.lead_two, **FOUND_BY)
    assert stage.check().ref in find(stage, stage.lead_one, **FOUND_BY)


def test_staff_have_no_records_section_and_cannot_forge_one(stage: Stage) -> None:
    """The section, the search and the list are for those who may; a forged press opens nothing."""
    check = about_anna(stage)
    home(stage, stage.staff)
    assert "Find a record" not in stage.staff.buttons("home")
    home(stage, stage.deputy)
    assert "Find a record" in stage.deputy.buttons("home")
    assert "Requests" not in stage.deputy.buttons("home")
    home(stage, stage.lead_one)
    assert {"Find a record", "Requests", "Due for deletion"} <= set(stage.lead_one.buttons("home"))
    stage.begin(stage.colleague)
    pressed = stage.colleague.press("Why we ask", card_of(stage.colleague))
    opened(stage.colleague, "Why we ask")
    stage.colleague.close()
    before = len(stage.record(check))
    for action, value in (
        ("find_record", "-"),
        ("requests", "-"),
        ("new_request", "-"),
        ("export_case", check),
        (f"open_record.{stage.check().ref}", check),
        ("release", check),
        ("items.x", f"{check}:{check}"),
    ):
        assert stage.forge(pressed, action, value).acked
    stage.settle()
    assert len(stage.record(check)) == before
    assert not [view for view in stage.colleague.modals if "UPN" in visible_text.of_view(view)]


def test_earlier_checks_about_the_same_person_stand_in_the_summary(stage: Stage) -> None:
    """A lead sees the pattern; a lead who was left out of the earlier one does not."""
    about_anna(stage, but="Lead two")
    first = stage.check().ref
    about_anna(stage, stage.colleague, person="Ana Maria OBrien, 2014-03-12")
    second = stage.check().ref
    for person, sees in ((stage.lead_one, True), (stage.lead_two, False)):
        find(stage, person, **FOUND_BY)
        view = person.modal
        assert view is not None
        person.press(f"open_record.{second}", "modal")
        opened(person, "Summary")
        assert ("Earlier checks about the same person" in shown(person)) is sees
        assert (first in shown(person)) is sees


def test_a_request_is_answered_item_by_item(stage: Stage, page: Page, tmp_path: Path) -> None:
    """Included, taken out and left out as decided; the pack opens in a browser, and Slack never has it."""
    check = about_anna(stage)
    lead = stage.lead_one
    start_request(stage, lead)
    assert "0 of " in shown(lead)
    seen = decide_all(
        lead,
        **{
            "What happened": ("Take passages out", "mrs  quill", "She is somebody else."),
            "What do you think?": ("Leave it out", "", "It is about her brother."),
        },
    )
    assert any("May be about somebody else" in each and "brother" in each for each in seen)
    lead.wait_for("Make the pack")
    number, passphrase = make_pack(lead)
    file = written(stage, number, tmp_path / "out.html")
    saved = tmp_path / "saved.json"
    text = opened_in_browser(page, file, passphrase, button="Save the data (JSON)", saved=saved)
    for said in (text, saved.read_text("utf-8")):
        assert "She told me that [taken out] shouts at her." in said
        assert "Quill" not in said
        assert "brother" not in said
        assert "Tom" not in said
        assert "somebody else." not in said.replace("is about somebody else", "")
    assert json.loads(saved.read_text("utf-8"))["records"][0]["reference"] == stage.checks()[0].ref

    kept = file.read_bytes()
    in_slack = repr([each.args for each in stage.workspace.requests])
    assert number in in_slack
    assert "PBKDF2" not in in_slack
    database = b"".join(path.read_bytes() for path in tmp_path.glob("test.db*"))
    for secret in (passphrase, passphrase.replace("-", "")):
        assert secret.encode() not in database
        assert secret.encode() not in kept
    with stage.bot.services.database.read() as tx:
        (request,) = recent(tx, stage.bot.services.keys, date.min)
        opened_request = load(tx, stage.bot.services.keys, request.id)
        steps = [each.what for each in events.history(tx, request.id, opened_request.sealer)]
        assert export_files.find(tx, number, stage.bot.services.clock.now()) is not None
    assert steps == [EventKind.REQUEST_OPENED, EventKind.REQUEST_RELEASED]
    done = [each.what for each in stage.record(check)]
    assert {EventKind.OPENED_ITEMS, EventKind.RULED, EventKind.RELEASED} <= set(done)
    assert done.index(EventKind.OPENED_ITEMS) < done.index(EventKind.RULED) < done.index(EventKind.RELEASED)


def test_the_reason_why_nobody_was_asked_is_an_item_and_in_the_pack(stage: Stage, page: Page, tmp_path: Path) -> None:
    """Policy 2.9: somebody who asks for their records reads why nothing was shared, as it was written."""
    held_about_anna(stage)
    lead = stage.lead_one
    start_request(stage, lead)
    seen = decide_all(lead)
    assert [each for each in seen if "Why nobody is asked for now" in each and WHY in each]
    lead.wait_for("Make the pack")
    number, passphrase = make_pack(lead)
    file = written(stage, number, tmp_path / "out.html")
    saved = tmp_path / "saved.json"
    text = opened_in_browser(page, file, passphrase, button="Save the data (JSON)", saved=saved)
    for said in (text, saved.read_text("utf-8")):
        assert "Why nobody is asked for now" in said
        assert WHY in said


def test_a_passage_that_is_not_there_or_has_no_reason_is_refused(stage: Stage) -> None:
    """A slip while copying must not let a name through."""
    about_anna(stage)
    lead = stage.lead_one
    start_request(stage, lead)
    lead.press("Look through", "modal")
    opened(lead, "Look through")
    key = key_of(lead)
    wrong = {
        f"choice.{key}": "Take passages out",
        f"passages.{key}": "Mrs Quilll",
        f"reason.{key}": "It names somebody.",
    }
    assert "not in the text" in _refusal(lead.submit(wrong))
    left_out = {f"choice.{key}": "Leave it out", f"passages.{key}": " ", f"reason.{key}": "-"}
    assert "give the reason" in _refusal(lead.submit(left_out))
    assert EventKind.RULED not in {each.what for each in stage.record(stage.checks()[0].id)}


def _refusal(acted: InteractionResult) -> str:
    return json.dumps(acted.response)


def test_a_pack_waits_until_every_item_is_decided(stage: Stage) -> None:
    """No button before, and a forged press makes nothing."""
    about_anna(stage)
    lead = stage.lead_one
    start_request(stage, lead)
    assert "Make the pack" not in lead.buttons("modal")
    assert "Two months more" in lead.buttons("modal")


def test_a_left_out_lead_releases_without_what_they_may_not_know(stage: Stage) -> None:
    """What they do not know of is left for somebody who does, and closing the request does not bury it."""
    hidden = about_anna(stage, but="Lead two")
    hidden_ref = stage.check().ref
    about_anna(stage, stage.colleague, facts="A second time.")
    start_request(stage, stage.lead_two)
    assert hidden_ref not in shown(stage.lead_two)
    before = len(stage.record(hidden))
    decide_all(stage.lead_two)
    reopen(stage, stage.lead_two)
    make_pack(stage.lead_two)
    assert len(stage.record(hidden)) == before
    reopen(stage, stage.lead_two)
    stage.lead_two.press("Close the request", "modal")
    opened(stage.lead_two, "Close the request")
    stage.lead_two.submit({"outcome": "Handed over."})
    home(stage, stage.lead_two)
    stage.lead_two.press("Requests", "home")
    opened(stage.lead_two, "Requests")
    assert "There is no open request" in shown(stage.lead_two)
    reopen(stage, stage.lead_one)
    assert hidden_ref in shown(stage.lead_one)


def test_whatever_lists_a_check_is_in_its_record_first(stage: Stage) -> None:
    """A new request, opening it, its window once more, and earlier checks in a summary; not for a left-out lead."""
    hidden = about_anna(stage, but="Lead two")
    check = about_anna(stage, stage.colleague)
    before = _looks(stage, hidden, "U0LEAD2")

    def looks() -> int:
        return _looks(stage, check, "U0LEAD2")

    start_request(stage, stage.lead_two)
    assert stage.check().ref in shown(stage.lead_two)
    assert looks() == 1
    reopen(stage, stage.lead_two)
    assert looks() == 2
    decide_all(stage.lead_two)
    stage.lead_two.wait_for(lambda: looks() > 2)
    assert _looks(stage, hidden, "U0LEAD2") == before == 0
    find(stage, stage.lead_one, **FOUND_BY)
    searched = _looks(stage, hidden, "U0LEAD1"), _looks(stage, check, "U0LEAD1")
    stage.lead_one.press("Open", "modal")
    opened(stage.lead_one, "Summary")
    now = _looks(stage, hidden, "U0LEAD1"), _looks(stage, check, "U0LEAD1")
    assert sum(now) == sum(searched) + 1


def _looks(stage: Stage, check: str, who: str) -> int:
    return sum(each.what == EventKind.FOUND and each.who == who for each in stage.record(check))


def test_what_others_did_with_a_request_does_not_tell_of_a_hidden_record(stage: Stage) -> None:
    """A pack of it, and two months more for it: list, window and Home are for a left-out lead as they were before."""
    about_anna(stage, but="Lead two")
    start_request(stage, stage.independent)
    before = _request_as_seen(stage, stage.lead_two)
    reopen(stage, stage.independent)
    decide_all(stage.independent)
    reopen(stage, stage.independent)
    stage.independent.press("Two months more", "modal")
    opened(stage.independent, "Two months more")
    assert stage.independent.submit({"reason": "Many records."}).error is None
    reopen(stage, stage.independent)
    make_pack(stage.independent)
    assert _request_as_seen(stage, stage.lead_two) == before
    told = " ".join(_request_as_seen(stage, stage.lead_one))
    assert "a pack was made" in told
    assert "two months were added" in told
    reopen(stage, stage.lead_two)
    stage.lead_two.press("Two months more", "modal")
    opened(stage.lead_two, "Two months more")
    assert stage.lead_two.submit({"reason": "It is the holidays."}).error is None
    assert "two months were added" in " ".join(_request_as_seen(stage, stage.lead_two))


def _request_as_seen(stage: Stage, person: Person) -> tuple[str, str, str]:
    """Home, the list, and the one request in it."""
    while person.modal:
        person.close(whole_stack=True)
    home(stage, person)
    assert person.home is not None
    said = [visible_text.of_view(person.home)]
    for button, title, where in (("Requests", "Requests", "home"), ("Open", "Request", "modal")):
        person.press(button, where)
        opened(person, title)
        said.append(shown(person))
    return said[0], said[1], said[2]


def test_two_months_more_need_a_reason_and_are_had_once(stage: Stage) -> None:
    """A month from the day it came in, then two more, and the record says why."""
    about_anna(stage)
    lead = stage.lead_one
    start_request(stage, lead)
    lead.press("Two months more", "modal")
    opened(lead, "Two months more")
    for none in ("  ", "-", "Busy"):
        assert lead.submit({"reason": none}).error
    assert lead.submit({"reason": "Many records."}).error is None
    with stage.bot.services.database.read() as tx:
        (request,) = recent(tx, stage.bot.services.keys, date.min)
    assert request.extended
    assert timedelta(days=88) < request.due - request.received < timedelta(days=99)
    reopen(stage, lead)
    assert "Two months more" not in lead.buttons("modal")
    assert "two months were added" in shown(lead)


def test_a_replayed_release_makes_no_second_pack(stage: Stage) -> None:
    """The same submission again, as Slack can send it, makes nothing more."""
    check = about_anna(stage)
    start_request(stage, stage.lead_one)
    decide_all(stage.lead_one)
    reopen(stage, stage.lead_one)
    stage.lead_one.press("Make the pack", "modal")
    opened(stage.lead_one, "Make the pack")
    sent = stage.lead_one.submit()
    shown_once = made(stage.lead_one)
    tried = _tries(stage)
    stage.workspace.replay(sent)
    stage.workspace.wait_for(lambda: _tries(stage) > tried, 20)
    assert made(stage.lead_one) == shown_once
    assert [each.what for each in stage.record(check)].count(EventKind.RELEASED) == 1


def _tries(stage: Stage) -> int:
    """How often a window that waits was to be replaced."""
    return sum(each.method == "views.update" and "external_id" in each.args for each in stage.workspace.requests)


def test_words_that_look_like_a_mention_stay_words(stage: Stage) -> None:
    """Whatever somebody typed, reading it notifies nobody."""
    about_anna(stage, facts="<!channel> & <@U0LEAD2> said so")
    start_request(stage, stage.lead_one, asked_by="<!here> her mother")
    assert "<!here> her mother" in stage.lead_one.text()
    assert "<!here>" not in marked_up(_blocks(stage.lead_one))
    stage.lead_one.press("Look through", "modal")
    opened(stage.lead_one, "Look through")
    assert "<!channel>" not in marked_up(_blocks(stage.lead_one))


def test_a_record_without_a_name_is_added_by_its_reference(stage: Stage) -> None:
    """By somebody who may give it out; for others there is none, whether there is or not."""
    about_anna(stage, person="", but="Lead two")
    ref = stage.check().ref
    for person, refused in ((stage.lead_two, True), (stage.lead_one, False)):
        if refused:
            start_request(stage, person)
        else:
            reopen(stage, person)
        assert "No record was found" in shown(person)
        for typed in ("SC-ZZZZ", ref.lower()):
            person.press("Add a record", "modal")
            opened(person, "Add a record")
            acted = person.submit({"ref": typed})
            said = _refusal(acted)
            assert ("no record with this reference" in said) is (refused or typed == "SC-ZZZZ")
            person.wait_for(partial(_has_turned, person, None))
            if "errors" in said:
                person.close()
        if not refused:
            person.wait_for("0 of ")
            assert ref in shown(person)


def test_home_says_how_many_requests_wait_and_until_when(stage: Stage) -> None:
    """So that nobody forgets the month; to deputies and staff it says nothing."""
    start_request(stage, stage.lead_one)
    home(stage, stage.independent)
    stage.independent.wait_for("not answered yet: 1.")
    for person in (stage.deputy, stage.staff):
        home(stage, person)
        assert "not answered yet" not in person.text()


def test_an_answer_that_came_second_is_not_shown_as_saved(stage: Stage) -> None:
    """Two leads close a request, or add the two months: the second is told why theirs was not kept, and keeps it."""
    start_request(stage, stage.lead_one)
    reopen(stage, stage.lead_two)
    for button, box in (("Two months more", "reason"), ("Close the request", "outcome")):
        for person in (stage.lead_one, stage.lead_two):
            if person.modal is None:
                reopen(stage, person)
            person.press(button, "modal")
            opened(person, button)
        assert stage.lead_one.submit({box: "The first."}).error is None
        assert "This was not saved" in _refusal(stage.lead_two.submit({box: "The second."}))
        person.close(whole_stack=True)
    with stage.bot.services.database.read() as tx:
        (known,) = recent(tx, stage.bot.services.keys, date.min)
    said = [
        entry.content
        for entry in stage.record(known.id)
        if entry.what in (EventKind.REQUEST_EXTENDED, EventKind.REQUEST_CLOSED)
    ]
    assert [each.get("reason", each.get("outcome")) for each in said] == ["The first.", "The first."]


def test_a_request_is_deleted_two_years_after_it_was_closed(stage: Stage) -> None:
    """On the leads' list like a check: opened in its own window, approved, confirmed, and gone."""
    start_request(stage, stage.lead_one)
    view = stage.lead_one.modal
    assert view is not None
    request = str(view.body["private_metadata"])
    stage.lead_one.press("Close the request", "modal")
    opened(stage.lead_one, "Close the request")
    stage.lead_one.submit({"outcome": "Nothing is kept."})
    stage.pass_time(hours=24 * 700)
    home(stage, stage.lead_two)
    stage.lead_two.press("Due for deletion", "home")
    opened(stage.lead_two, "Records to delete")
    assert "Request for a copy" in shown(stage.lead_two)
    with pytest.raises(AssertionError, match="no option 'Delete it'"):
        stage.lead_two.fill({f"decide.{request}": "Delete it"})
    stage.lead_two.close()
    stage.pass_time(hours=24 * 31)
    home(stage, stage.deputy)
    assert "Due for deletion" not in stage.deputy.buttons("home")
    home(stage, stage.lead_two)
    stage.lead_two.press("Due for deletion", "home")
    opened(stage.lead_two, "Records to delete")
    stage.lead_two.press("Open", "modal")
    opened(stage.lead_two, "Request")
    assert FOUND_BY["name"] in shown(stage.lead_two)
    stage.lead_two.close()
    stage.lead_two.fill({f"decide.{request}": "Delete it"})
    stage.lead_two.submit()
    opened(stage.lead_two, "Delete for good?")
    stage.lead_two.submit()
    stage.lead_two.wait_for("Deleted for good")
    with stage.bot.services.database.read() as tx:
        assert [stone.approved_by for stone in tombstones(tx)] == ["U0LEAD2"]
        assert recent(tx, stage.bot.services.keys, date.min) == []
        assert stage.bot.services.subject(tx, request) is None
    for person in (stage.lead_one, stage.lead_two):
        home(stage, person)


def test_a_request_that_is_closed_is_off_everybodys_list(stage: Stage) -> None:
    """Withdrawn with items undecided: whoever closed it knew of all there was."""
    about_anna(stage)
    start_request(stage, stage.lead_one)
    stage.lead_one.press("Close the request", "modal")
    opened(stage.lead_one, "Close the request")
    stage.lead_one.submit({"outcome": "She does not want it any more."})
    for person in (stage.lead_one, stage.lead_two, stage.independent):
        home(stage, person)
        assert "not answered yet" not in person.text()
        person.press("Requests", "home")
        opened(person, "Requests")
        assert "There is no open request" in shown(person)
