"""One Chromium for all tests of a module, a page of its own for each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@contextmanager
def running_browser(chromium: str) -> Iterator[Browser]:
    """Run Chromium until the block ends. While it runs, no other event loop can run in this thread."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def fresh_page(browser: Browser) -> Iterator[Page]:
    """Open a page that shares nothing with the pages before it."""
    with browser.new_context() as context:
        yield context.new_page()
