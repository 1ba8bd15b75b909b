"""Validation of `data_visualization` and `data_table` blocks, which slack_sdk has no classes for."""

from collections.abc import Callable

from sandbox.blockkit.checker import (
    LIMITS,
    BlockKitChecker,
    check_distinct,
    check_integer,
    check_list,
    check_shape,
    check_string,
    type_of,
)
from sandbox.blockkit.rich import check_rich_text
from sandbox.state.models import Json, Unchecked

CHART: Json = LIMITS["chart"]
TABLE: Json = LIMITS["table"]


def check_chart(checker: BlockKitChecker, value: Json) -> None:
    """Check a `data_visualization` block: a pie, bar, line or area chart."""
    check_string(checker.at("title"), value["title"], CHART["title"])
    inside, drawn = checker.at("chart"), value["chart"]
    kind = type_of(drawn)
    if kind not in {"pie", "bar", "line", "area"}:
        inside.report("must be one of: pie, bar, line, area")
    elif kind == "pie" and check_shape(inside, drawn, "pie"):
        _check_pie(inside, drawn)
    elif kind != "pie" and check_shape(inside, drawn, "axes"):
        _check_axes(inside, drawn)


def check_table(checker: BlockKitChecker, value: Json) -> None:
    """Check a `data_table` block: a header row and at least one more row, all with the same number of cells."""
    check_string(checker.at("caption"), value["caption"], LIMITS["text"])
    check_integer(checker.at("page_size"), value.get("page_size", 5), *TABLE["page_size"])
    given = check_list(checker.at("rows"), value["rows"], *TABLE["rows"])
    rows = [check_list(checker.at("rows", index), row, *TABLE["columns"]) for index, row in enumerate(given)]
    widest = max((len(row) for row in rows), default=1)
    check_integer(checker.at("row_header_column_index"), value.get("row_header_column_index", 0), 0, widest - 1)
    if len({len(row) for row in rows}) > 1:
        checker.at("rows").report("all rows must have the same number of cells")
    for index, row in enumerate(rows):
        for column, cell in enumerate(row):
            _check_cell(checker.at("rows", index, column), cell, header=index == 0)
    cells = [cell for row in rows for cell in row if isinstance(cell, dict)]
    if sum(len(str(cell.get("text", ""))) for cell in cells) > TABLE["characters"]:
        checker.at("rows").report(f"no more than {TABLE['characters']} characters allowed")


def _check_pie(checker: BlockKitChecker, drawn: Json) -> None:
    for index, each in enumerate(check_list(checker.at("segments"), drawn["segments"], *CHART["segments"])):
        _check_point(checker.at("segments", index), each)
        if isinstance(each, dict) and _is_number(each.get("value")) and each["value"] <= 0:
            checker.at("segments", index, "value").report("must be more than 0")


def _check_axes(checker: BlockKitChecker, drawn: Json) -> None:
    axes = drawn["axis_config"]
    if not check_shape(checker.at("axis_config"), axes, "axis_config"):
        return
    categories = check_list(checker.at("axis_config", "categories"), axes["categories"], *CHART["points"])
    for index, name in enumerate(categories):
        check_string(checker.at("axis_config", "categories", index), name, CHART["label"])
    for key in ("x_label", "y_label"):
        if key in axes:
            check_string(checker.at("axis_config", key), axes[key], CHART["axis_label"])
    series = check_list(checker.at("series"), drawn["series"], *CHART["series"])
    for index, each in enumerate(series):
        _check_series(checker.at("series", index), each, categories)
    names = [each.get("name") for each in series if isinstance(each, dict)]
    check_distinct(checker.at("series"), names, "series names")


def _check_series(checker: BlockKitChecker, value: Unchecked, categories: list[Unchecked]) -> None:
    if not check_shape(checker, value, "series"):
        return
    check_string(checker.at("name"), value["name"], CHART["series_name"])
    points = check_list(checker.at("data"), value["data"], *CHART["points"])
    for index, each in enumerate(points):
        _check_point(checker.at("data", index), each)
    labels = [each.get("label") for each in points if isinstance(each, dict)]
    if sorted(map(str, labels)) != sorted(map(str, categories)):
        checker.at("data").report("must have one point for each category")


def _check_point(checker: BlockKitChecker, value: Unchecked) -> None:
    if not check_shape(checker, value, "point"):
        return
    check_string(checker.at("label"), value["label"], CHART["label"])
    if not _is_number(value["value"]):
        checker.at("value").report("must be a number")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _check_cell(checker: BlockKitChecker, value: Unchecked, *, header: bool) -> None:
    kind = type_of(value)
    if kind not in CELLS or (header and kind == "rich_text"):
        checker.report(f"unsupported type: {kind}")
    elif check_shape(checker, value, kind):
        CELLS[kind](checker, value)


def _check_raw_text(checker: BlockKitChecker, value: Json) -> None:
    check_string(checker.at("text"), value["text"], TABLE["characters"])


def _check_raw_number(checker: BlockKitChecker, value: Json) -> None:
    """Check a number and the text that Slack shows for it: it shows nothing but this text."""
    _check_raw_text(checker, value)
    if not _is_number(value["value"]):
        checker.at("value").report("must be a number")


CELLS: dict[str, Callable[[BlockKitChecker, Json], None]] = {
    "raw_text": _check_raw_text,
    "raw_number": _check_raw_number,
    "rich_text": check_rich_text,
}
