"""A pack can be read, printed and taken into another system; closed, it says nothing to anybody."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request

from bot.records import encrypted_page, export_contents
from bot.records.encrypted_page import File
from bot.records.export_contents import Contents, Held, Part
from tests.browser.chromium import fresh_page, running_browser

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)> & \u00e9\u017c \u0416 \u4e2d \U0001f600 \x07 end"
CONTENTS = Contents(
    title="Your records",
    made_at=NOW,
    facts=(("Name", "Anna Ptak"), ("Reference", "SC-7K2M")),
    notes=("Nothing was changed.",),
    held=(Held("SC-AAAA", (Part("Note", "Lead one", NOW, HOSTILE), Part("Plan", "Lead one", NOW, "x" * 9000))),),
)
FILES = {
    "Save the entries": File("entries.json", "application/json", b'{"entries": []}'),
    "Save the data": File("pack.json", "application/json", '{"name": "\u017b"}'.encode()),
}
MARK = "zebrafinch"


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with running_browser(chromium) as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with fresh_page(browser) as page:
        yield page


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A pack on disk, and its passphrase."""
    passphrase = encrypted_page.new_passphrase()
    file = tmp_path_factory.mktemp("pack") / "pack.html"
    file.write_bytes(encrypted_page.sealed(export_contents.as_html(CONTENTS) + f"<p>{MARK}</p>", FILES, passphrase))
    return file, passphrase


def enter(page: Page, passphrase: str) -> None:
    page.get_by_label("Passphrase").fill(passphrase)
    page.get_by_role("button", name="Open").click()


def test_it_opens_with_the_passphrase_and_gives_its_files(page: Page, closed: tuple[Path, str], tmp_path: Path) -> None:
    """In a real browser, from disk: the words are there, as words, and each file is what was put in."""
    file, passphrase = closed
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))  # noqa: PLW0108 - it marks what it is given
    page.on("dialog", lambda _: pytest.fail("something in the pack ran"))
    page.goto(file.as_uri())
    enter(page, f" {passphrase.lower().replace('-', ' ')} ")
    page.get_by_role("heading", name="Your records").wait_for()
    assert HOSTILE.replace("\x07", "") in page.inner_text("main").replace("\x07", "")
    assert page.locator("script:not(body > script), img").count() == 0
    for label, each in FILES.items():
        with page.expect_download() as download:
            page.get_by_role("link", name=label).click()
        saved = tmp_path / each.name
        download.value.save_as(saved)
        assert download.value.suggested_filename == each.name
        assert saved.read_bytes() == each.content
    assert {each.url.split(":")[0] for each in asked} <= {"file", "blob"}
    assert len(page.pdf()) > 1000


def test_it_stays_shut_for_another_passphrase(page: Page, closed: tuple[Path, str]) -> None:
    """One sign wrong, or one of another pack, and it says so kindly and shows nothing."""
    file, passphrase = closed
    page.goto(file.as_uri())
    for wrong in (encrypted_page.new_passphrase(), passphrase[:-1] + ("2" if passphrase[-1] != "2" else "3"), "-"):
        enter(page, wrong)
        page.get_by_text("does not open it").wait_for()
        assert MARK not in page.content()
    enter(page, passphrase)
    page.get_by_role("heading", name="Your records").wait_for()


def test_closed_it_says_nothing(closed: tuple[Path, str]) -> None:
    """Neither the words nor the passphrase are in the file, and no other file is asked for.

    Words of four letters are sought outside the sealed data: it is random, and spells some of them now and then.
    """
    file, passphrase = closed
    text = file.read_text("utf-8")
    for word in (MARK, "SC-7K2M", "Your records", passphrase, passphrase.replace("-", ""), "entries.json"):
        assert word not in text
    in_clear = re.sub(r"[A-Za-z0-9+/=]{64,}", "", text)
    assert len(in_clear) < len(text) / 2
    assert "Anna" not in in_clear
    assert "http" not in in_clear.replace("http-equiv", "")


def test_its_length_does_not_tell_how_much_there_is() -> None:
    """A child with one line and a child with a hundred have packs alike."""
    short, longer = (encrypted_page.sealed("x" * size, {}, "passphrase") for size in (10, 50_000))
    assert len(short) == len(longer)


def test_no_two_passphrases_or_files_are_alike() -> None:
    """The same pack made again is another file, under another passphrase."""
    assert len({encrypted_page.new_passphrase() for _ in range(200)}) == 200
    assert encrypted_page.sealed("x", {}, "same") != encrypted_page.sealed("x", {}, "same")


@pytest.mark.parametrize(
    ("name", "direction"),
    [
        ("\u0623\u062d\u0645\u062f", "rtl"),
        ("\u05e9\u05b8\u05c2\u05e8\u05b8\u05d4", "rtl"),
        ("\u0639\u0644\u06cc", "rtl"),
        ("\u092a\u094d\u0930\u093f\u092f\u093e", "ltr"),
        ("\u0986\u09af\u09bc\u09c7\u09b6\u09be", "ltr"),
        ("\u0e23\u0e31\u0e01", "ltr"),
        ("\u738b\u82b3", "ltr"),
        ("Nguye\u0302\u0303n", "ltr"),
    ],
)
def test_a_name_in_any_script_is_shown_and_printed_as_written(
    page: Page, tmp_path: Path, name: str, direction: str
) -> None:
    """The browser draws it: joined, in its own direction, and with its marks; a line of it begins at its own side."""
    part = Part("Details", "Staff member", NOW, f"{name} (12)\nShe said so.")
    contents = Contents("Your records", NOW, (("Name", name),), (), (Held("SC-AAAA", (part,)),))
    passphrase = encrypted_page.new_passphrase()
    file = tmp_path / "pack.html"
    file.write_bytes(encrypted_page.sealed(export_contents.as_html(contents), {}, passphrase, "SC-AAAA"))
    page.goto(file.as_uri())
    enter(page, passphrase)
    page.get_by_role("heading", name="Your records").wait_for()
    for place in ("dd >> nth=0", ".text"):
        shown = page.locator(place)
        assert name in shown.inner_text()
        assert shown.evaluate("each => getComputedStyle(each).direction") == direction
    assert page.title() == "SC-AAAA"
    assert page.get_by_role("button", name="Print, or save as a PDF").is_visible()
    page.emulate_media(media="print")
    assert not page.get_by_role("button", name="Print, or save as a PDF").is_visible()
    assert page.locator(".text").is_visible()


def test_the_data_says_what_the_page_says() -> None:
    """Another system gets the same words, with author and time of each item."""
    said = json.loads(export_contents.as_json(CONTENTS))
    assert said["format"] == "share-check pack v1"
    (record,) = said["records"]
    assert record["reference"] == "SC-AAAA"
    assert record["items"][0] == {"title": "Note", "author": "Lead one", "at": NOW.isoformat(), "text": HOSTILE}
