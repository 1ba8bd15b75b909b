"""A browser test that fails leaves what it saw."""

from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.demo_page import kept_if_it_fails


def test_a_failure_leaves_a_picture_and_a_trace_and_says_where(chromium: str, tmp_path: Path) -> None:
    """Whoever reads the error finds them by the test's name."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        context = browser.new_context()
        context.tracing.start(screenshots=True, snapshots=True)
        page = context.new_page()
        page.set_content("<p>As it was</p>")
        with pytest.raises(AssertionError) as failed, kept_if_it_fails(page, tmp_path):
            _stumble()
        browser.close()
    (picture,), (trace,) = tmp_path.glob("*.png"), tmp_path.glob("*.zip")
    assert "test_a_failure_leaves" in picture.name
    assert "trace.trace" in ZipFile(trace).namelist()
    assert str(trace) in failed.value.__notes__[0]


def _stumble() -> None:
    raise AssertionError
