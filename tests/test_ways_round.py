"""Every step that only one person takes has a way round, and a test that walks it (I32)."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_every_way_round_is_walked_by_the_test_that_the_rules_name() -> None:
    """The table in docs/rules.md names one for each step."""
    table = (ROOT / "docs/rules.md").read_text().partition("the way round each (I32)")[2].partition("\n## ")[0]
    named = re.findall(r"`(test_\w+)` \|$", table, re.MULTILINE)
    told = "\n".join(file.read_text() for file in (ROOT / "tests/scenarios").glob("test_*.py"))
    steps = [row for row in table.splitlines() if row.startswith("| ") and not row.startswith("| step")]
    assert len(named) == len(steps) >= 8
    assert [one for one in named if f"def {one}(" not in told] == []
