"""Take the README's pictures again from the demo: `python -m tests.browser.pictures`."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Locator, Page

from tests.browser.seat import DESKTOP, PHONE, Seat, browsing, demo
from tests.harness import CLEAR, HARM, NO_CONSENT, Ticks

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
WIDE = (1240, 750)
_PLAIN = """
    .phone { background: #13262b; }
    .role[aria-pressed=false], .tools, .phone .older { display: none; }
    #panes.two { grid-template-columns: 565px 1fr; }
    .two > :first-child .side { display: none; }
"""
"""Shades, and people and places that are not in the story, would only make the files larger."""


def main() -> None:
    """One story, looked at five times."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or "chromium"
    with tempfile.TemporaryDirectory() as folder, demo(Path(folder)) as url:
        with browsing(chromium, url, PHONE, scale=1.5) as page:
            _question(page)
        beside = f"{url}/?left=U0STAFF.D0STAFF&right=U0LEAD1.C0LEADS&layout=two"
        with browsing(chromium, beside, WIDE) as page:
            _paged(page)
        with browsing(chromium, beside, DESKTOP) as page:
            _finished(page)


def _question(page: Page) -> None:
    staff = Seat(page, "U0STAFF")
    staff.begin()
    staff.answer(*HARM[:-1])
    _take(page, staff.node.locator(".conversation"), "question-on-a-phone")
    staff.answer(HARM[-1])


def _paged(page: Page) -> None:
    """The urgent page is out before the next question."""
    staff, lead = Seat(page, "U0STAFF"), Seat(page, "U0LEAD1")
    staff.sees("I have told")
    lead.sees("Nobody leads this yet.")
    _take(page, page.locator("#panes"), "side-by-side")
    lead.press("I will lead")


def _finished(page: Page) -> None:
    staff, lead = Seat(page, "U0STAFF"), Seat(page, "U0LEAD1")
    for given in ("No", *NO_CONSENT, *CLEAR):
        staff.tick(*given.labels) if isinstance(given, Ticks) else staff.answer(given)
    staff.opens("Add details", "Add details")
    staff.fills(
        person="A pupil in year 5", facts='They said: "I do not want to go home."', opinion="I think they were afraid."
    )
    staff.submits("Save")
    staff.opens("Check your answers", "Check your answers")
    staff.submits("Send")
    staff.sees("Your reference is")
    _take(page, staff.messages.locator(".message", has_text="Your reference is"), "outcome")
    _take(page, lead.opens("Open", "Summary").get_by_role("dialog"), "summary")
    lead.press("Close", lead.window)
    plan = lead.opens("Agree plan", "Agree plan: decision")
    plan.get_by_label("What have you decided?").select_option("refer")
    lead.fills(reason="They may be at risk at home.")
    lead.press("Next", plan)
    lead.sees("The decision is saved.", plan)
    lead.fills(student__what="Told today that we are getting help. They want their teacher with them.")
    _take(page, plan.get_by_role("dialog"), "plan")


def _take(page: Page, what: Locator, name: str) -> None:
    page.mouse.move(0, 0)
    page.evaluate("document.activeElement.blur()")
    page.add_style_tag(content=_PLAIN)
    page.wait_for_timeout(300)
    what.screenshot(path=PICTURES / f"{name}.png", animations="disabled")


if __name__ == "__main__":
    main()
