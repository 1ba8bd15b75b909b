"""Block Kit validation of interactive elements, including their options and confirm dialogs."""

import re
from collections.abc import Callable

from sandbox.blockkit.checker import (
    LIMITS,
    BlockKitChecker,
    check_choice,
    check_distinct,
    check_integer,
    check_list,
    check_optional_string,
    check_optional_text,
    check_shape,
    check_string,
    check_text,
    type_of,
)
from sandbox.state.models import Json, Unchecked

RICH_OPTIONS = {"radio_buttons", "checkboxes"}
PATTERNS = {"initial_date": r"\d{4}-\d{2}-\d{2}", "initial_time": r"\d{2}:\d{2}"}


def check_element(checker: BlockKitChecker, value: Unchecked, place: str) -> None:
    """Check an element of a section, actions, input or card block (`place`)."""
    kind = type_of(value)
    if kind not in LIMITS["places"][place]:
        checker.report(f"unsupported type: {kind} in {place}")
    elif kind == "image":
        check_image(checker, value)
    elif check_shape(checker, value, kind):
        check_optional_string(checker, value, "action_id", LIMITS["id"])
        check_optional_text(checker, value, "placeholder", LIMITS["placeholder"], plain=True)
        _check_confirm(checker, value)
        _check_initial_values(checker, value)
        CHECKS.get(kind, _no_further_check)(checker, value)


def check_image(checker: BlockKitChecker, value: Json) -> None:
    """Check an image, as an element or as the properties of an image block."""
    if not check_shape(checker, value, "image"):
        return
    check_string(checker.at("alt_text"), value["alt_text"], LIMITS["image"]["alt_text"])
    if ("image_url" in value) == ("slack_file" in value):
        checker.report("must have one of: image_url, slack_file")
    check_optional_string(checker, value, "image_url", LIMITS["url"])


def check_button(checker: BlockKitChecker, value: Json) -> None:
    """Check a button: its texts, its URL and its style (primary, danger or none)."""
    limits = LIMITS["button"]
    check_text(checker.at("text"), value["text"], limits["text"], plain=True)
    check_choice(checker, value, "style", limits["styles"])
    check_optional_string(checker, value, "value", limits["value"])
    check_optional_string(checker, value, "url", LIMITS["url"])
    check_optional_string(checker, value, "accessibility_label", limits["accessibility_label"])


def check_options(checker: BlockKitChecker, value: Json) -> None:
    """Check the options of a select, radio buttons, checkboxes or overflow menu. Initial options must be among them."""
    kind = value["type"]
    if ("options" in value) == ("option_groups" in value):
        checker.report("must have one of: options, option_groups")
    found = _check_option_list(checker.at("options"), value.get("options", []), kind) if "options" in value else []
    for index, group in enumerate(check_list(checker.at("option_groups"), value.get("option_groups", []), 0, 100)):
        found += _check_option_group(checker.at("option_groups", index), group, kind)
    values = [each.get("value") for each in found if isinstance(each, dict)]
    check_distinct(checker, values, "option values")
    _check_initial_options(checker, value, found)


def check_text_input(checker: BlockKitChecker, value: Json) -> None:
    """Check a plain_text_input: at most 3000 characters, and min_length not above max_length."""
    most = LIMITS["plain_text_input"]
    longest: Unchecked = value.get("max_length", most)
    if check_integer(checker.at("max_length"), longest, 1, most):
        check_integer(checker.at("min_length"), value.get("min_length", 0), 0, longest)
        check_optional_string(checker, value, "initial_value", longest)


def _check_option_group(checker: BlockKitChecker, value: Unchecked, kind: str) -> list[Unchecked]:
    if not isinstance(value, dict):
        checker.report("must be an option group object")
        return []
    check_text(checker.at("label"), value.get("label"), LIMITS["option"]["group_label"], plain=True)
    return _check_option_list(checker.at("options"), value.get("options"), kind)


def _check_option_list(checker: BlockKitChecker, value: Unchecked, kind: str) -> list[Unchecked]:
    least, most = LIMITS["options"][kind]
    found = check_list(checker, value, least, most)
    for index, each in enumerate(found):
        _check_option(checker.at(index), each, plain=kind not in RICH_OPTIONS)
    return list(found)


def _check_option(checker: BlockKitChecker, value: Unchecked, *, plain: bool) -> None:
    if not isinstance(value, dict):
        checker.report("must be an option object")
        return
    for key in sorted(value.keys() - {"text", "value", "description", "url"}):
        checker.report(f"invalid additional property: {key}")
    limits = LIMITS["option"]
    check_text(checker.at("text"), value.get("text"), limits["text"], plain=plain)
    check_string(checker.at("value"), value.get("value"), limits["value"])
    check_optional_text(checker, value, "description", limits["description"], plain=plain)


def _check_initial_options(checker: BlockKitChecker, value: Json, found: list[Unchecked]) -> None:
    if "initial_option" in value and value["initial_option"] not in found:
        checker.at("initial_option").report("must be one of the options, exactly")
    chosen = (
        check_list(checker.at("initial_options"), value["initial_options"], 1, 100)
        if "initial_options" in value
        else []
    )
    if any(each not in found for each in chosen):
        checker.at("initial_options").report("must be among the options, exactly")


def _check_confirm(checker: BlockKitChecker, value: Json) -> None:
    if "confirm" not in value:
        return
    inside, confirm = checker.at("confirm"), value["confirm"]
    if not isinstance(confirm, dict):
        inside.report("must be an object")
        return
    limits = LIMITS["confirm"]
    for key in sorted(confirm.keys() - {*limits, "style"}):
        inside.report(f"invalid additional property: {key}")
    for key in ("title", "confirm", "deny"):
        check_text(inside.at(key), confirm.get(key), limits[key], plain=True)
    check_text(inside.at("text"), confirm.get("text"), limits["text"])
    check_choice(inside, confirm, "style", LIMITS["button"]["styles"])


def _check_initial_values(checker: BlockKitChecker, value: Json) -> None:
    for key, pattern in PATTERNS.items():
        if key in value and not re.fullmatch(pattern, str(value[key])):
            checker.at(key).report("is not in the expected format")


def _no_further_check(_checker: BlockKitChecker, _value: Json) -> None:
    """Accept an element whose shape alone is checked."""


CHECKS: dict[str, Callable[[BlockKitChecker, Json], None]] = {
    "button": check_button,
    "static_select": check_options,
    "multi_static_select": check_options,
    "radio_buttons": check_options,
    "checkboxes": check_options,
    "overflow": check_options,
    "plain_text_input": check_text_input,
}
