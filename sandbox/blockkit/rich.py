"""Validation of `rich_text` blocks: sections, lists, quotes and preformatted text."""

from sandbox.blockkit.checker import BlockKitChecker, check_choice, check_list, type_of
from sandbox.state.models import Json, Unchecked

CONTAINERS = {"rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"}
# The property each inline element must have, besides its type.
INLINE_ELEMENTS = {
    "text": "text",
    "link": "url",
    "emoji": "name",
    "user": "user_id",
    "usergroup": "usergroup_id",
    "channel": "channel_id",
    "broadcast": "range",
    "date": "timestamp",
    "color": "value",
}
STYLES = {
    "bold",
    "italic",
    "take",
    "code",
    "underline",
    "highlight",
    "client_highlight",
    "unlink",
}


def check_rich_text(checker: BlockKitChecker, value: Json) -> None:
    for index, each in enumerate(check_list(checker.at("elements"), value["elements"], 1, 1000)):
        _check_container(checker.at("elements", index), each)


def _check_container(checker: BlockKitChecker, value: Unchecked) -> None:
    kind = type_of(value)
    if kind not in CONTAINERS:
        checker.report(f"unsupported type: {kind}")
        return
    within = _check_container if kind == "rich_text_list" else _check_inline
    if kind == "rich_text_list":
        check_choice(checker, value, "style", ["bullet", "ordered"])
    for index, each in enumerate(check_list(checker.at("elements"), value.get("elements"), 1, 1000)):
        within(checker.at("elements", index), each)


def _check_inline(checker: BlockKitChecker, value: Unchecked) -> None:
    kind = type_of(value)
    if kind not in INLINE_ELEMENTS:
        checker.report(f"unsupported type: {kind}")
    elif value.get(INLINE_ELEMENTS[kind]) in (None, "", [], {}):
        checker.at(INLINE_ELEMENTS[kind]).report("must be more than 0 characters")
    elif not set(value.get("style") or {}) <= STYLES:
        checker.at("style").report("unknown style")
