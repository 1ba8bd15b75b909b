"""Interactive elements, down to their options."""

import re
from collections.abc import Callable

from sandbox.blockkit.spot import (
    LIMITS,
    BlockKitChecker,
    differ,
    kind_of,
    listed,
    maybe_string,
    maybe_text,
    one_of,
    shaped,
    string,
    text,
    whole,
)
from sandbox.state.kinds import Json, Unchecked

RICH_OPTIONS = {"radio_buttons", "checkboxes"}
PATTERNS = {"initial_date": r"\d{4}-\d{2}-\d{2}", "initial_time": r"\d{2}:\d{2}"}


def element(spot: BlockKitChecker, value: Unchecked, place: str) -> None:
    """An element in a section, actions, input or card block."""
    kind = kind_of(value)
    if kind not in LIMITS["places"][place]:
        spot.say(f"unsupported type: {kind} in {place}")
    elif kind == "image":
        image(spot, value)
    elif shaped(spot, value, kind):
        maybe_string(spot, value, "action_id", LIMITS["id"])
        maybe_text(spot, value, "placeholder", LIMITS["placeholder"], plain=True)
        _confirm(spot, value)
        _initial(spot, value)
        CHECKS.get(kind, _nothing)(spot, value)


def image(spot: BlockKitChecker, value: Json) -> None:
    """An image, as a block or in one."""
    if not shaped(spot, value, "image"):
        return
    string(spot.at("alt_text"), value["alt_text"], LIMITS["image"]["alt_text"])
    if ("image_url" in value) == ("slack_file" in value):
        spot.say("must have one of: image_url, slack_file")
    maybe_string(spot, value, "image_url", LIMITS["url"])


def button(spot: BlockKitChecker, value: Json) -> None:
    """A button: one of two styles, or none."""
    limits = LIMITS["button"]
    text(spot.at("text"), value["text"], limits["text"], plain=True)
    one_of(spot, value, "style", limits["styles"])
    maybe_string(spot, value, "value", limits["value"])
    maybe_string(spot, value, "url", LIMITS["url"])
    maybe_string(spot, value, "accessibility_label", limits["accessibility_label"])


def choices(spot: BlockKitChecker, value: Json) -> None:
    """A select, radio, checkboxes or overflow; what is chosen at first must be an option."""
    kind = value["type"]
    if ("options" in value) == ("option_groups" in value):
        spot.say("must have one of: options, option_groups")
    found = _options(spot.at("options"), value.get("options", []), kind) if "options" in value else []
    for index, group in enumerate(listed(spot.at("option_groups"), value.get("option_groups", []), 0, 100)):
        found += _group(spot.at("option_groups", index), group, kind)
    values = [each.get("value") for each in found if isinstance(each, dict)]
    differ(spot, values, "option values")
    _initial_options(spot, value, found)


def typed(spot: BlockKitChecker, value: Json) -> None:
    """A plain text input: at most 3000 characters, and the bounds the right way round."""
    most = LIMITS["plain_text_input"]
    longest: Unchecked = value.get("max_length", most)
    if whole(spot.at("max_length"), longest, 1, most):
        whole(spot.at("min_length"), value.get("min_length", 0), 0, longest)
        maybe_string(spot, value, "initial_value", longest)


def _group(spot: BlockKitChecker, value: Unchecked, kind: str) -> list[Unchecked]:
    if not isinstance(value, dict):
        spot.say("must be an option group object")
        return []
    text(spot.at("label"), value.get("label"), LIMITS["option"]["group_label"], plain=True)
    return _options(spot.at("options"), value.get("options"), kind)


def _options(spot: BlockKitChecker, value: Unchecked, kind: str) -> list[Unchecked]:
    least, most = LIMITS["options"][kind]
    found = listed(spot, value, least, most)
    for index, each in enumerate(found):
        _option(spot.at(index), each, plain=kind not in RICH_OPTIONS)
    return list(found)


def _option(spot: BlockKitChecker, value: Unchecked, *, plain: bool) -> None:
    if not isinstance(value, dict):
        spot.say("must be an option object")
        return
    for key in sorted(value.keys() - {"text", "value", "description", "url"}):
        spot.say(f"invalid additional property: {key}")
    limits = LIMITS["option"]
    text(spot.at("text"), value.get("text"), limits["text"], plain=plain)
    string(spot.at("value"), value.get("value"), limits["value"])
    maybe_text(spot, value, "description", limits["description"], plain=plain)


def _initial_options(spot: BlockKitChecker, value: Json, found: list[Unchecked]) -> None:
    if "initial_option" in value and value["initial_option"] not in found:
        spot.at("initial_option").say("must be one of the options, exactly")
    chosen = listed(spot.at("initial_options"), value["initial_options"], 1, 100) if "initial_options" in value else []
    if any(each not in found for each in chosen):
        spot.at("initial_options").say("must be among the options, exactly")


def _confirm(spot: BlockKitChecker, value: Json) -> None:
    if "confirm" not in value:
        return
    inside, confirm = spot.at("confirm"), value["confirm"]
    if not isinstance(confirm, dict):
        inside.say("must be an object")
        return
    limits = LIMITS["confirm"]
    for key in sorted(confirm.keys() - {*limits, "style"}):
        inside.say(f"invalid additional property: {key}")
    for key in ("title", "confirm", "deny"):
        text(inside.at(key), confirm.get(key), limits[key], plain=True)
    text(inside.at("text"), confirm.get("text"), limits["text"])
    one_of(inside, confirm, "style", LIMITS["button"]["styles"])


def _initial(spot: BlockKitChecker, value: Json) -> None:
    for key, pattern in PATTERNS.items():
        if key in value and not re.fullmatch(pattern, str(value[key])):
            spot.at(key).say("is not in the expected format")


def _nothing(_spot: BlockKitChecker, _value: Json) -> None:
    """Elements whose shape says it all."""


CHECKS: dict[str, Callable[[BlockKitChecker, Json], None]] = {
    "button": button,
    "static_select": choices,
    "multi_static_select": choices,
    "radio_buttons": choices,
    "checkboxes": choices,
    "overflow": choices,
    "plain_text_input": typed,
}
