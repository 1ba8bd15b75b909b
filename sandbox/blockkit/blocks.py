"""Block Kit validation of blocks: one function for each block type."""

from collections.abc import Callable

from sandbox.blockkit.charts import check_chart, check_table
from sandbox.blockkit.checker import (
    LIMITS,
    BlockKitChecker,
    check_choice,
    check_list,
    check_optional_string,
    check_optional_text,
    check_shape,
    check_string,
    check_text,
    type_of,
)
from sandbox.blockkit.elements import check_element, check_image
from sandbox.blockkit.rich import check_rich_text
from sandbox.state.models import Json, Unchecked


def check_block(checker: BlockKitChecker, value: Unchecked) -> None:
    """Check that a block's type is known and allowed on this surface, then its properties and contents."""
    kind = type_of(value)
    if kind not in CHECKS:
        checker.report(f"unsupported type: {kind}")
    elif kind not in LIMITS["blocks_on"][checker.surface]:
        checker.report(f"{kind} blocks are not allowed in a {checker.surface}")
    elif check_shape(checker, value, kind):
        check_optional_string(checker, value, "block_id", LIMITS["id"])
        CHECKS[kind](checker, value)


def _check_section(checker: BlockKitChecker, value: Json) -> None:
    if not value.get("text") and not value.get("fields"):
        checker.report("must have one of: text, fields")
    check_optional_text(checker, value, "text", LIMITS["text"])
    limits = LIMITS["section"]
    for index, each in enumerate(check_list(checker.at("fields"), value.get("fields", []), 0, limits["fields"])):
        check_text(checker.at("fields", index), each, limits["field"])
    if "accessory" in value:
        check_element(checker.at("accessory"), value["accessory"], "section")


def _check_header(checker: BlockKitChecker, value: Json) -> None:
    check_text(checker.at("text"), value["text"], LIMITS["header"], plain=True)


def _check_context(checker: BlockKitChecker, value: Json) -> None:
    for index, each in enumerate(check_list(checker.at("elements"), value["elements"], 1, LIMITS["context"])):
        inside = checker.at("elements", index)
        if isinstance(each, dict) and each.get("type") == "image":
            check_image(inside, each)
        else:
            check_text(inside, each, LIMITS["text"])


def _check_actions(checker: BlockKitChecker, value: Json) -> None:
    for index, each in enumerate(check_list(checker.at("elements"), value["elements"], 1, LIMITS["actions"])):
        check_element(checker.at("elements", index), each, "actions")


def _check_input(checker: BlockKitChecker, value: Json) -> None:
    limits = LIMITS["input"]
    check_text(checker.at("label"), value["label"], limits["label"], plain=True)
    check_optional_text(checker, value, "hint", limits["hint"], plain=True)
    check_element(checker.at("element"), value["element"], "input")


def _check_image_block(checker: BlockKitChecker, value: Json) -> None:
    check_image(checker, value)
    check_optional_text(checker, value, "title", LIMITS["image"]["title"], plain=True)


def _check_alert(checker: BlockKitChecker, value: Json) -> None:
    check_text(checker.at("text"), value["text"], LIMITS["alert"]["text"])
    check_choice(checker, value, "level", LIMITS["alert"]["levels"])


def _check_card(checker: BlockKitChecker, value: Json) -> None:
    if not any(value.get(key) for key in ("hero_image", "title", "body", "actions")):
        checker.report("must have one of: hero_image, title, body, actions")
    for key in ("title", "subtitle", "body", "subtext"):
        check_optional_text(checker, value, key, LIMITS["card"][key])
    for key in ("hero_image", "icon"):
        if key in value:
            check_image(checker.at(key), value[key])
    for index, each in enumerate(
        check_list(checker.at("actions"), value.get("actions", []), 0, LIMITS["card"]["actions"])
    ):
        check_element(checker.at("actions", index), each, "card")


def _check_markdown(checker: BlockKitChecker, value: Json) -> None:
    check_string(checker.at("text"), value["text"], LIMITS["markdown"])


def _check_divider(_checker: BlockKitChecker, _value: Json) -> None:
    """Accept any divider: its shape was already checked and it has no contents."""


CHECKS: dict[str, Callable[[BlockKitChecker, Json], None]] = {
    "section": _check_section,
    "header": _check_header,
    "context": _check_context,
    "actions": _check_actions,
    "divider": _check_divider,
    "input": _check_input,
    "image": _check_image_block,
    "rich_text": check_rich_text,
    "alert": _check_alert,
    "card": _check_card,
    "data_visualization": check_chart,
    "data_table": check_table,
    "markdown": _check_markdown,
}
