"""docs/performance.md claims what was measured, and nothing else."""

import json
import re

import pytest

from bench.__main__ import DOCUMENT, RESULTS, written

pytestmark = pytest.mark.docs


def test_the_document_is_what_the_results_say() -> None:
    """It is written from them, and by nobody's hand."""
    assert DOCUMENT.read_text("utf-8") == written(json.loads(RESULTS.read_text("utf-8")))


def test_each_part_says_when_and_on_what_it_was_measured() -> None:
    """A figure without its machine says nothing."""
    for part in json.loads(RESULTS.read_text("utf-8")).values():
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", part["on"])
        assert "cores with a load of" in part["machine"]
