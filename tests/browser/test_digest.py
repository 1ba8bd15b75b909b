"""The digest on the sandbox's page: its figures as a picture and a table, each with a name for those who do not see."""

from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import expect

import sandbox
from tests import harness
from tests.browser.demo_page import DESKTOP, browsing
from tests.harness import HARM
from tests.scenarios.test_digest import to_monday

PAGE = Path(sandbox.__file__).with_name("page")


def test_the_pictures_have_names_and_their_figures_can_be_read(
    tmp_path: Path, chromium: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A screen reader is told what a picture is of, and finds every number of it in a table."""
    monkeypatch.setattr(harness, "Workspace", partial(sandbox.Workspace, page=PAGE))
    with harness.stage(tmp_path) as stage:
        stage.begin()
        stage.answer(*HARM)
        stage.settle()
        stage.lead()
        to_monday(stage)
        to_monday(stage)
        with browsing(chromium, f"{stage.workspace.url}/?left=U0LEAD1.C0LEADS&layout=one", DESKTOP) as page:
            picture = page.get_by_role("figure", name="Checks by week")
            expect(picture).to_be_visible()
            assert picture.get_by_role("row").count() == 3
            expect(picture.get_by_role("columnheader", name="Came to a lead")).to_be_attached()
            tables = page.get_by_role("table", name="This week, the week before, and the average")
            assert tables.count() == 2
            expect(tables.last.get_by_role("rowheader", name="Checks started")).to_be_visible()
