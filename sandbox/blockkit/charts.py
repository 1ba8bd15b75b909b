"""Charts and data tables, which slack_sdk has no classes for."""

from sandbox.blockkit.rich import rich_text
from sandbox.blockkit.spot import LIMITS, BlockKitChecker, differ, kind_of, listed, string, whole
from sandbox.state.kinds import Json, Unchecked

CHART: Json = LIMITS["chart"]
TABLE: Json = LIMITS["table"]
CELLS = {"raw_text", "raw_number", "rich_text"}


def chart(spot: BlockKitChecker, value: Json) -> None:
    """A data_visualization block: pie, or bar, line or area."""
    string(spot.at("title"), value["title"], CHART["title"])
    inside, drawn = spot.at("chart"), value["chart"]
    kind = kind_of(drawn)
    if kind == "pie":
        _pie(inside, drawn)
    elif kind in {"bar", "line", "area"}:
        _axes(inside, drawn)
    else:
        inside.say("must be one of: pie, bar, line, area")


def table(spot: BlockKitChecker, value: Json) -> None:
    """A data_table block: a header row and at least one more, all equally long."""
    string(spot.at("caption"), value["caption"], LIMITS["text"])
    whole(spot.at("page_size"), value.get("page_size", 5), *TABLE["page_size"])
    given = listed(spot.at("rows"), value["rows"], *TABLE["rows"])
    rows = [listed(spot.at("rows", index), row, *TABLE["columns"]) for index, row in enumerate(given)]
    if len({len(row) for row in rows}) > 1:
        spot.at("rows").say("all rows must have the same number of cells")
    for index, row in enumerate(rows):
        for column, cell in enumerate(row):
            _cell(spot.at("rows", index, column), cell, header=index == 0)
    cells = [cell for row in rows for cell in row if isinstance(cell, dict)]
    if sum(len(str(cell.get("text", ""))) for cell in cells) > TABLE["characters"]:
        spot.at("rows").say(f"no more than {TABLE['characters']} characters allowed")


def _pie(spot: BlockKitChecker, drawn: Json) -> None:
    for index, each in enumerate(listed(spot.at("segments"), drawn.get("segments"), *CHART["segments"])):
        _point(spot.at("segments", index), each)
        if isinstance(each, dict) and _number(each.get("value")) and each["value"] <= 0:
            spot.at("segments", index, "value").say("must be more than 0")


def _axes(spot: BlockKitChecker, drawn: Json) -> None:
    given = drawn.get("axis_config")
    axes: Json = given if isinstance(given, dict) else {}
    categories = listed(spot.at("axis_config", "categories"), axes.get("categories"), *CHART["points"])
    for index, name in enumerate(categories):
        string(spot.at("axis_config", "categories", index), name, CHART["label"])
    for key in ("x_label", "y_label"):
        if key in axes:
            string(spot.at("axis_config", key), axes[key], CHART["axis_label"])
    series = listed(spot.at("series"), drawn.get("series"), *CHART["series"])
    for index, each in enumerate(series):
        _series(spot.at("series", index), each, categories)
    names = [each.get("name") for each in series if isinstance(each, dict)]
    differ(spot.at("series"), names, "series names")


def _series(spot: BlockKitChecker, value: Unchecked, categories: list[Unchecked]) -> None:
    if not isinstance(value, dict):
        spot.say("must be an object")
        return
    string(spot.at("name"), value.get("name"), CHART["series_name"])
    points = listed(spot.at("data"), value.get("data"), *CHART["points"])
    for index, each in enumerate(points):
        _point(spot.at("data", index), each)
    labels = [each.get("label") for each in points if isinstance(each, dict)]
    if sorted(map(str, labels)) != sorted(map(str, categories)):
        spot.at("data").say("must have one point for each category")


def _point(spot: BlockKitChecker, value: Unchecked) -> None:
    if not isinstance(value, dict):
        spot.say("must be an object")
        return
    string(spot.at("label"), value.get("label"), CHART["label"])
    if not _number(value.get("value")):
        spot.at("value").say("must be a number")


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _cell(spot: BlockKitChecker, value: Unchecked, *, header: bool) -> None:
    kind = kind_of(value)
    if kind not in CELLS or (header and kind == "rich_text"):
        spot.say(f"unsupported type: {kind}")
    elif kind == "raw_text":
        string(spot.at("text"), value.get("text"), TABLE["characters"])
    elif kind == "rich_text":
        rich_text(spot, {"elements": value.get("elements")})
    elif not _number(value.get("value")):
        spot.at("value").say("must be a number")
