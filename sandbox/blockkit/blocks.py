"""Blocks, one check for each type."""

from collections.abc import Callable

from sandbox.blockkit.charts import chart, table
from sandbox.blockkit.elements import element, image
from sandbox.blockkit.rich import rich_text
from sandbox.blockkit.spot import (
    LIMITS,
    BlockKitChecker,
    kind_of,
    listed,
    maybe_string,
    maybe_text,
    one_of,
    shaped,
    string,
    text,
)
from sandbox.state.kinds import Json, Unchecked


def block(spot: BlockKitChecker, value: Unchecked) -> None:
    """Unchecked block: known, allowed on this surface, of the right shape, and right inside."""
    kind = kind_of(value)
    if kind not in CHECKS:
        spot.say(f"unsupported type: {kind}")
    elif kind not in LIMITS["blocks_on"][spot.surface]:
        spot.say(f"{kind} blocks are not allowed in a {spot.surface}")
    elif shaped(spot, value, kind):
        maybe_string(spot, value, "block_id", LIMITS["id"])
        CHECKS[kind](spot, value)


def _section(spot: BlockKitChecker, value: Json) -> None:
    if not value.get("text") and not value.get("fields"):
        spot.say("must have one of: text, fields")
    maybe_text(spot, value, "text", LIMITS["text"])
    limits = LIMITS["section"]
    for index, each in enumerate(listed(spot.at("fields"), value.get("fields", []), 0, limits["fields"])):
        text(spot.at("fields", index), each, limits["field"])
    if "accessory" in value:
        element(spot.at("accessory"), value["accessory"], "section")


def _header(spot: BlockKitChecker, value: Json) -> None:
    text(spot.at("text"), value["text"], LIMITS["header"], plain=True)


def _context(spot: BlockKitChecker, value: Json) -> None:
    for index, each in enumerate(listed(spot.at("elements"), value["elements"], 1, LIMITS["context"])):
        inside = spot.at("elements", index)
        if isinstance(each, dict) and each.get("type") == "image":
            image(inside, each)
        else:
            text(inside, each, LIMITS["text"])


def _actions(spot: BlockKitChecker, value: Json) -> None:
    for index, each in enumerate(listed(spot.at("elements"), value["elements"], 1, LIMITS["actions"])):
        element(spot.at("elements", index), each, "actions")


def _input(spot: BlockKitChecker, value: Json) -> None:
    limits = LIMITS["input"]
    text(spot.at("label"), value["label"], limits["label"], plain=True)
    maybe_text(spot, value, "hint", limits["hint"], plain=True)
    element(spot.at("element"), value["element"], "input")


def _image(spot: BlockKitChecker, value: Json) -> None:
    image(spot, value)
    maybe_text(spot, value, "title", LIMITS["image"]["title"], plain=True)


def _alert(spot: BlockKitChecker, value: Json) -> None:
    text(spot.at("text"), value["text"], LIMITS["alert"]["text"])
    one_of(spot, value, "level", LIMITS["alert"]["levels"])


def _card(spot: BlockKitChecker, value: Json) -> None:
    if not any(value.get(key) for key in ("hero_image", "title", "body", "actions")):
        spot.say("must have one of: hero_image, title, body, actions")
    for key in ("title", "subtitle", "body", "subtext"):
        maybe_text(spot, value, key, LIMITS["card"][key])
    for key in ("hero_image", "icon"):
        if key in value:
            image(spot.at(key), value[key])
    for index, each in enumerate(listed(spot.at("actions"), value.get("actions", []), 0, LIMITS["card"]["actions"])):
        element(spot.at("actions", index), each, "card")


def _markdown(spot: BlockKitChecker, value: Json) -> None:
    string(spot.at("text"), value["text"], LIMITS["markdown"])


def _divider(_spot: BlockKitChecker, _value: Json) -> None:
    """A line."""


CHECKS: dict[str, Callable[[BlockKitChecker, Json], None]] = {
    "section": _section,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "divider": _divider,
    "input": _input,
    "image": _image,
    "rich_text": rich_text,
    "alert": _alert,
    "card": _card,
    "data_visualization": chart,
    "data_table": table,
    "markdown": _markdown,
}
