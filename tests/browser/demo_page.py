"""The demo in a real browser: start it as `make demo` does, and sit down in it as one of its people."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator, Page, expect

from tests.browser.chromium import running_browser
from tests.harness import ROOT, free_port

DESKTOP, PHONE = (1440, 900), (390, 844)
_SHARE_CHECK = Path(sys.executable).with_name("share-check")
_STARTS_WITHIN = 20.0
KEPT = ROOT / "build" / "browser"
"""Where a test that failed leaves what it saw."""


@contextlib.contextmanager
def demo(folder: Path) -> Iterator[str]:
    """Address of a demo that runs in this folder until the block ends, as Ctrl+C in its terminal ends it."""
    port = free_port()
    command = [str(_SHARE_CHECK), "demo", "--port", str(port)]
    with (folder / "demo.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, start_new_session=True)  # noqa: S603 - ours
        try:
            _wait_until_running(port, process)
            yield f"http://127.0.0.1:{port}"
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGINT)
            process.wait(timeout=_STARTS_WITHIN)


def _wait_until_running(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _STARTS_WITHIN
    while time.monotonic() < until and process.poll() is None:
        time.sleep(0.1)
        with (
            contextlib.suppress(OSError, HTTPException),
            contextlib.closing(HTTPConnection("127.0.0.1", port, timeout=5)) as connection,
        ):
            connection.request("GET", "/sandbox/state")
            if json.load(connection.getresponse())["bot"]["connections"]:
                return
    raise AssertionError("The demo did not start.")


@contextlib.contextmanager
def browsing(chromium: str, url: str, size: tuple[int, int] = DESKTOP, *, scale: float = 1) -> Iterator[Page]:
    """A page of the demo. When the block ends without an error, the page must have had none either."""
    problems: list[str] = []
    with running_browser(chromium) as browser:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, locale="en-GB", device_scale_factor=scale
        )
        context.set_default_timeout(8000)
        context.tracing.start(snapshots=True)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
        with kept_if_it_fails(page):
            page.goto(url)
            expect(page.get_by_text("Bot is running")).to_be_visible()
            yield page
            assert problems == []


@contextlib.contextmanager
def kept_if_it_fails(page: Page, folder: Path = KEPT) -> Iterator[None]:
    """Where the block fails, leave a picture of the page and a trace of every step, and say where."""
    try:
        yield
    except BaseException as error:
        name = re.sub(r"\W+", "-", os.environ.get("PYTEST_CURRENT_TEST", "page").partition("::")[2] or "page").strip(
            "-"
        )
        folder.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(PlaywrightError):
            page.screenshot(path=folder / f"{name}.png", full_page=True)
        page.context.tracing.stop(path=folder / f"{name}.zip")
        error.add_note(
            f"What it looked like: {folder / name}.png; each step: playwright show-trace {folder / name}.zip"
        )
        raise


class Seat:
    """One person's side of the page; verbs are what that person does."""

    def __init__(self, page: Page, person: str) -> None:
        self.page = page
        self.node = page.locator(f"section[data-role={person}]")
        self.messages = self.node.locator(".conversation > .messages")
        self.window = self.node.locator(".layer .backdrop").last

    @property
    def card(self) -> Locator:
        """The card: the newest message with the tools of a check."""
        return self.messages.locator(".message:has([data-block-id=tools])").last

    def begin(self) -> None:
        """Run /share-check by the button a newcomer is offered, and go to the private chat."""
        self.node.get_by_role("button", name="Run /share-check").click()
        self.sees("I have opened a private chat with you.")
        self.press("Go there")
        self.sees("Is anyone in danger right now")

    def go(self, place: str) -> None:
        """Open a conversation, or "home"."""
        self.node.locator(f"[data-conversation={place}]").click()

    def sees(self, words: str, where: Locator | None = None) -> None:
        """Wait until these words are there."""
        expect(where or self.messages).to_contain_text(words)

    def press(self, label: str, where: Locator | None = None) -> None:
        """Press the newest button of this name."""
        (where or self.messages).get_by_role("button", name=label, exact=True).last.click()

    def answer(self, *labels: str) -> None:
        """Press these options one after the other, each once the card shows the next question."""
        for label in labels:
            self.go_on(label)
            before = self.card.inner_text()
            self.press(label, self.card)
            expect(self.card).not_to_have_text(before, use_inner_text=True)

    def go_on(self, label: str) -> None:
        """Go on from the page moment, which shows no question, where this button belongs to one."""
        on = self.card.get_by_role("button", name=re.compile("^Go on"))
        if on.count() and not self.card.get_by_role("button", name=label, exact=True).count():
            on.click()
            expect(on).to_have_count(0)

    def tick(self, *labels: str) -> None:
        """Tick boxes of the card and continue."""
        for label in labels:
            self.card.get_by_role("checkbox", name=label, exact=True).check()
        self.answer("Continue")

    def opens(self, label: str, title: str) -> Locator:
        """Press a button that opens a window, and wait for it; also where it is in the window behind More."""
        if not self.messages.get_by_role("button", name=label, exact=True).count():
            self.press("More")
            expect(self.window.get_by_role("heading", level=2)).to_have_text("More")
            self.press(label, self.window)
        else:
            self.press(label)
        expect(self.window.get_by_role("heading", level=2)).to_have_text(title)
        return self.window

    def fills(self, **typed: str) -> None:
        """Type into boxes of the window, by the key of each."""
        for key, words in typed.items():
            self.window.locator(f"[data-block-id='{key.replace('__', '.')}'] :is(textarea, input)").fill(words)

    def submits(self, label: str) -> None:
        """Press the window's button, and wait until the window is gone."""
        self.press(label, self.window)
        expect(self.window).to_have_count(0)
