"""Block Kit validation of interactive elements, including their options and confirm dialogs."""

import re
from collections.abc import Callable
from datetime import datetime
from zoneinfo import available_timezones

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
    check_url,
    type_of,
)
from sandbox.state.models import Json, Unchecked

RICH_OPTIONS = {"radio_buttons", "checkboxes"}
DATES = {"initial_date": "%Y-%m-%d", "initial_time": "%H:%M"}
SECONDS = 1_000_000_000, 9_999_999_999
"""Slack takes a moment as seconds since the epoch, in ten digits."""
WHEN = ["on_enter_pressed", "on_character_entered"]
PERSON = r"[UW][A-Z0-9]+"


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
        _check_dispatching(checker, value)
        CHECKS.get(kind, _no_further_check)(checker, value)


def check_image(checker: BlockKitChecker, value: Json) -> None:
    """Check an image, as an element or as the properties of an image block."""
    if not check_shape(checker, value, "image"):
        return
    check_string(checker.at("alt_text"), value["alt_text"], LIMITS["image"]["alt_text"])
    if ("image_url" in value) == ("slack_file" in value):
        checker.report("must have one of: image_url, slack_file")
    if "image_url" in value:
        check_url(checker.at("image_url"), value["image_url"])
    if "slack_file" in value:
        check_shape(checker.at("slack_file"), value["slack_file"], "slack_file")


def check_button(checker: BlockKitChecker, value: Json) -> None:
    """Check a button: its texts, its URL and its style (primary, danger or none)."""
    limits = LIMITS["button"]
    check_text(checker.at("text"), value["text"], limits["text"], plain=True)
    check_choice(checker, value, "style", limits["styles"])
    check_optional_string(checker, value, "value", limits["value"])
    if "url" in value:
        check_url(checker.at("url"), value["url"])
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


def check_number_input(checker: BlockKitChecker, value: Json) -> None:
    """Check a number_input: its bounds and its initial value are numbers, with the decimals it allows, in order."""
    bounds = [_number(checker, value, key) for key in ("min_value", "initial_value", "max_value")]
    given = [each for each in bounds if each is not None]
    if given != sorted(given):
        checker.report("min_value, initial_value and max_value must be in this order")


def _number(checker: BlockKitChecker, value: Json, key: str) -> float | None:
    """Return a number that Slack takes as a string or as a number."""
    pattern = r"-?\d+(\.\d+)?" if value["is_decimal_allowed"] is True else r"-?\d+"
    if key not in value:
        return None
    if re.fullmatch(pattern, str(value[key])):
        return float(value[key])
    checker.at(key).report("must be a number")
    return None


def _check_option_group(checker: BlockKitChecker, value: Unchecked, kind: str) -> list[Unchecked]:
    if not check_shape(checker, value, "option_group"):
        return []
    check_text(checker.at("label"), value["label"], LIMITS["option"]["group_label"], plain=True)
    return _check_option_list(checker.at("options"), value["options"], kind)


def _check_option_list(checker: BlockKitChecker, value: Unchecked, kind: str) -> list[Unchecked]:
    least, most = LIMITS["options"][kind]
    found = check_list(checker, value, least, most)
    for index, each in enumerate(found):
        _check_option(checker.at(index), each, kind)
    return list(found)


def _check_option(checker: BlockKitChecker, value: Unchecked, kind: str) -> None:
    if not check_shape(checker, value, "overflow option" if kind == "overflow" else "option"):
        return
    limits, plain = LIMITS["option"], kind not in RICH_OPTIONS
    check_text(checker.at("text"), value["text"], limits["text"], plain=plain)
    check_string(checker.at("value"), value["value"], limits["value"])
    check_optional_text(checker, value, "description", limits["description"], plain=plain)
    if "url" in value:
        check_url(checker.at("url"), value["url"])


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
    if not check_shape(inside, confirm, "confirm"):
        return
    limits = LIMITS["confirm"]
    for key in ("title", "confirm", "deny"):
        check_text(inside.at(key), confirm[key], limits[key], plain=True)
    check_text(inside.at("text"), confirm["text"], limits["text"])
    check_choice(inside, confirm, "style", LIMITS["button"]["styles"])


def _check_initial_values(checker: BlockKitChecker, value: Json) -> None:
    for key, pattern in DATES.items():
        if key in value and not _is_written(value[key], pattern):
            checker.at(key).report("is not in the expected format")
    if "initial_date_time" in value:
        check_integer(checker.at("initial_date_time"), value["initial_date_time"], *SECONDS)
    if "timezone" in value and value["timezone"] not in available_timezones():
        checker.at("timezone").report("must be a time zone")
    if "max_selected_items" in value:
        check_integer(checker.at("max_selected_items"), value["max_selected_items"], 1, 100)
    _check_initial_people(checker, value)


def _is_written(value: Unchecked, pattern: str) -> bool:
    """Return whether a date or time exists and is written with all its digits."""
    try:
        return isinstance(value, str) and datetime.strptime(value, pattern).strftime(pattern) == value  # noqa: DTZ007 - compared as text
    except ValueError:
        return False


def _check_initial_people(checker: BlockKitChecker, value: Json) -> None:
    if "initial_user" in value and not re.fullmatch(PERSON, str(value["initial_user"])):
        checker.at("initial_user").report("must be a user id")
    given = value.get("initial_users", [])
    for index, user in enumerate(check_list(checker.at("initial_users"), given, 0, 100)):
        if not re.fullmatch(PERSON, str(user)):
            checker.at("initial_users", index).report("must be a user id")


def _check_dispatching(checker: BlockKitChecker, value: Json) -> None:
    if "dispatch_action_config" not in value:
        return
    inside, given = checker.at("dispatch_action_config"), value["dispatch_action_config"]
    if check_shape(inside, given, "dispatch_action_config"):
        for each in check_list(inside.at("trigger_actions_on"), given.get("trigger_actions_on", []), 0, 2):
            check_choice(inside, {"trigger_actions_on": each}, "trigger_actions_on", WHEN)


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
    "number_input": check_number_input,
}
