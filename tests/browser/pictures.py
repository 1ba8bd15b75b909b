"""The README's pictures, taken from the demo (`make pictures`), and the words that stand on them.

The words are kept beside the pictures, in words.json: test_pictures.py walks the same story and says when a picture
shows something that the demo no longer says.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from playwright.sync_api import Locator, Page

from tests.browser.demo_page import DESKTOP, PHONE, Seat, browsing, demo
from tests.harness import CLEAR, HARM, NO_CONSENT, NO_WORRY, Ticks

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
WORDS = PICTURES / "words.json"
WIDE, TALL = (1240, 750), (800, 2000)
LONDON = ZoneInfo("Europe/London")
MONDAY, TUESDAY = 0, 1
_DAYS = "Mon|Tue|Wed|Thu|Fri|Sat|Sun"
_MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
_ALWAYS_NEW = {
    r"(?m)\b([Ww]eek) \d+(: .*)?$": r"\1 1",
    r"\bSC-[0-9A-Z]{4}\b": "SC-0000",
    r"\b\d{1,2}:\d{2}\b": "00:00",
    rf"\b({_DAYS})[a-z]*,? \d{{1,2}} ({_MONTHS})[a-z]*( \d{{4}})?": "a day",
    rf"\b\d{{1,2}} ({_MONTHS})[a-z]*( \d{{4}})?": "a day",
    rf"\b({_DAYS}|Today|Tomorrow|Yesterday)[a-z]*\b": "a day",
    r"\bafter \d+ (second|minute)s?\b": "after a while",
    r"\b[0-9a-f]{64}\b": "a seal",
}
"""What is another each time the story is told: references, times, days, waits and seals."""

_PLAIN = """
    .phone { background: #13262b; }
    .role[aria-pressed=false], .tools, .phone .older { display: none; }
    #panes.two { grid-template-columns: 565px 1fr; }
    .two > :first-child .side { display: none; }
"""
"""Shades, and people and places that are not in the story, would only make the files larger."""


class Camera:
    """Looks at parts of the page. words: what is read on each, line by line. folder: where pictures go, if anywhere."""

    def __init__(self, folder: Path | None = None) -> None:
        self.words: dict[str, Sequence[str]] = {}
        self._folder = folder

    def take(self, page: Page, what: Locator, name: str) -> None:
        """One picture, by its name in docs/pictures."""
        page.mouse.move(0, 0)
        page.evaluate("document.activeElement.blur()")
        page.add_style_tag(content=_PLAIN)
        page.wait_for_timeout(300)
        self.words[name] = words_of(what.inner_text())
        if self._folder:
            what.screenshot(path=self._folder / f"{name}.png", animations="disabled")


def words_of(text: str) -> Sequence[str]:
    """The lines of a text that have words, without what is another each time."""
    for pattern, instead in _ALWAYS_NEW.items():
        text = re.sub(pattern, instead, text)
    return [line for each in text.splitlines() if (line := " ".join(each.split()))]


def main() -> None:
    """Take them all, and write down what they say."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    camera = Camera(PICTURES)
    with tempfile.TemporaryDirectory() as folder:
        walk(camera, shutil.which("chromium") or "chromium", Path(folder))
    WORDS.write_text(json.dumps(camera.words, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def walk(camera: Camera, chromium: str, folder: Path) -> None:
    """One story, on a Tuesday morning and looked at again the Monday after. folder: an empty one, for the demo."""
    with demo(folder) as url:
        _forward(url, TUESDAY, time(10))
        with browsing(chromium, url, PHONE, scale=1.5) as page:
            _question(page, camera)
        beside = f"{url}/?left=U0STAFF.D0STAFF&right=U0LEAD1.C0LEADS&layout=two"
        with browsing(chromium, beside, WIDE) as page:
            _paged(page, camera)
        with browsing(chromium, beside, DESKTOP) as page:
            _finished(page, camera)
        _forward(url, MONDAY, time(8, 31))
        with browsing(chromium, f"{url}/?left=U0LEAD1.C0LEADS", TALL) as page:
            _digest(page, camera)


def _forward(url: str, weekday: int, at: time) -> None:
    """To the next such day, in the organisation's zone."""
    now = datetime.fromtimestamp(_asked(url, "GET", "state")["now"], LONDON)
    day = now.date() + timedelta(days=(weekday - now.weekday() - 1) % 7 + 1)
    wait = datetime.combine(day, at, LONDON).timestamp() - now.timestamp()
    _asked(url, "POST", "control", {"forward": wait})


def _asked(url: str, method: str, what: str, body: object = None) -> dict[str, Any]:
    connection = HTTPConnection(urlsplit(url).netloc, timeout=10)
    headers = {"Content-Type": "application/json", "Origin": url}
    connection.request(method, f"/sandbox/{what}", None if body is None else json.dumps(body), headers)
    answer = connection.getresponse()
    said: dict[str, Any] = json.load(answer)
    connection.close()
    assert answer.status < HTTPStatus.BAD_REQUEST, said
    return said


def _question(page: Page, camera: Camera) -> None:
    staff = Seat(page, "U0STAFF")
    staff.begin()
    staff.answer(*HARM[:-1])
    camera.take(page, staff.node.locator(".conversation"), "question-on-a-phone")
    staff.answer(HARM[-1])


def _paged(page: Page, camera: Camera) -> None:
    """The urgent page is out before the next question."""
    staff, lead = Seat(page, "U0STAFF"), Seat(page, "U0LEAD1")
    staff.sees("I have told")
    lead.sees("Nobody leads this yet.")
    camera.take(page, page.locator("#panes"), "side-by-side")
    lead.press("I will lead")


def _finished(page: Page, camera: Camera) -> None:
    staff, lead = Seat(page, "U0STAFF"), Seat(page, "U0LEAD1")
    for given in ("No", NO_WORRY, *NO_CONSENT, *CLEAR):
        staff.tick(*given.labels) if isinstance(given, Ticks) else staff.answer(given)
    staff.opens("Tell them what happened", "Tell them what happened")
    staff.fills(
        person="A pupil in year 5", facts='They said: "I do not want to go home."', opinion="I think they were afraid."
    )
    staff.submits("Save")
    staff.opens("Check your answers", "Check your answers")
    staff.submits("Send")
    staff.sees("Your reference is")
    camera.take(page, staff.messages.locator(".message", has_text="Your reference is"), "outcome")
    lead.go("home")
    home = lead.node.locator(".home")
    lead.sees("you lead. No plan yet", home)
    camera.take(page, home, "home")
    lead.go("C0LEADS")
    camera.take(page, lead.opens("Open", "Summary").get_by_role("dialog"), "summary")
    lead.press("Close", lead.window)
    plan = lead.opens("Agree plan", "Agree plan: decision")
    plan.get_by_label("What have you decided?").select_option("refer")
    lead.fills(reason="They may be at risk at home.", what="What they said.", whom="Social care", how="By phone.")
    lead.press("Next", plan)
    lead.sees("The decision is saved.", plan)
    lead.fills(student__what="Told today that we are getting help. They want their teacher with them.")
    camera.take(page, plan.get_by_role("dialog"), "plan")
    lead.press("Cancel", plan)


def _digest(page: Page, camera: Camera) -> None:
    """The week, in figures."""
    lead = Seat(page, "U0LEAD1")
    lead.sees("1 check was started")
    camera.take(page, lead.messages.locator(".message", has_text="1 check was started"), "digest")


if __name__ == "__main__":
    main()
