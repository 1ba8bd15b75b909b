"""Slack's data_visualization and data_table blocks, as dicts: slack_sdk has no classes for them.

A chart is never the only source: the text above it says what it shows, and its title is its name for screen readers.
Where a workspace refuses these blocks the same figures go out as lines of text (`Outgoing.plain`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from bot.slack import block_kit
from bot.slack.block_kit import Block

Cell = float | str
NO_FIGURE = "-"
_ROWS_AT_ONCE = 10


def chart(
    kind: Literal["bar", "line"],
    title: str,
    categories: Sequence[str],
    series: Mapping[str, Sequence[int]],
    *,
    across: str,
    up: str,
) -> Block:
    """Build a chart. `series` maps a name to one number for each category; `across` and `up` are the axes' labels.

    Raises ValueError where a series does not have one number for each category.
    """
    drawn = [
        {"name": name, "data": [{"label": at, "value": number} for at, number in zip(categories, numbers, strict=True)]}
        for name, numbers in series.items()
    ]
    axes = {"categories": list(categories), "x_label": across, "y_label": up}
    return {
        "type": "data_visualization",
        "title": title,
        "chart": {"type": kind, "series": drawn, "axis_config": axes},
    }


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Block:
    """Build a table with `head` as its header row, ten rows a page. The first cell of each row is its label."""
    cells = [[_cell(each) for each in row] for row in (head, *rows)]
    return {"type": "data_table", "caption": caption, "page_size": _ROWS_AT_ONCE, "rows": cells}


def week_lines(labels: Sequence[str], series: Mapping[str, Sequence[int]]) -> Block:
    """Return a weekly chart as text: "Week from 31/8: started 4, finished 3"."""
    lines = []
    for place, label in enumerate(labels):
        said = (f"{name[0].lower()}{name[1:]} {numbers[place]}" for name, numbers in series.items())
        lines.append(f"Week from {label}: {', '.join(said)}")
    return block_kit.section(block_kit.lines(lines))


def as_lines(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Block:
    """Return a table as text: "Checks started: 4 (week before 2; average 3)". Cells without a figure are left out."""
    return block_kit.section("\n".join(_line(head, row) for row in rows))


def _line(head: Sequence[str], row: Sequence[Cell]) -> str:
    label, first, *rest = (str(each) for each in row)
    beside = [(name, value) for name, value in zip(head[2:], rest, strict=True) if value != NO_FIGURE]
    more = "; ".join(f"{name[0].lower()}{name[1:]} {value}" for name, value in beside)
    return block_kit.esc(f"{label}: {first}" + (f" ({more})" if more else ""))


def _cell(value: Cell) -> Block:
    if isinstance(value, str):
        return {"type": "raw_text", "text": value}
    return {"type": "raw_number", "value": value, "text": str(value)}
