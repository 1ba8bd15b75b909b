"""The bar of people on the sandbox's page: whom somebody can be, each by their whole name."""

from functools import partial
from pathlib import Path

import pytest

from sandbox import Workspace
from tests import harness
from tests.browser.demo_page import PHONE, browsing
from tests.browser.test_digest import PAGE

NAMES = ".role[aria-pressed=false] .role-name"
CUT_OFF = (
    f"[...document.querySelectorAll('{NAMES}')].filter(n => n.scrollWidth > n.clientWidth).map(n => n.textContent)"
)


@pytest.mark.parametrize("width", [1280, 1440])
def test_no_name_is_cut_off_beside_another(
    tmp_path: Path, chromium: str, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    """One pane at a laptop's width: both leads are told apart, and nothing stands outside the bar."""
    monkeypatch.setattr(harness, "Workspace", partial(Workspace, page=PAGE))
    with (
        harness.stage(tmp_path) as stage,
        browsing(chromium, f"{stage.workspace.url}/?layout=one", (width, PHONE[1])) as page,
    ):
        page.locator(NAMES, has_text="Lead two").wait_for()
        assert page.evaluate(CUT_OFF) == []
        roles = page.locator(".roles")
        assert roles.evaluate("node => node.scrollWidth <= node.clientWidth")
