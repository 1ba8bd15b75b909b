"""Validation of `rich_text` blocks: sections, lists, quotes and preformatted text."""

from sandbox.blockkit.checker import (
    BlockKitChecker,
    check_choice,
    check_integer,
    check_keys,
    check_list,
    check_shape,
    check_string,
    check_url,
    type_of,
)
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
STYLES = {"bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"}
LONGEST = 100_000
MOMENTS = 0, 9_999_999_999


def check_rich_text(checker: BlockKitChecker, value: Json) -> None:
    for index, each in enumerate(check_list(checker.at("elements"), value["elements"], 1, 1000)):
        _check_container(checker.at("elements", index), each)


def _check_container(checker: BlockKitChecker, value: Unchecked) -> None:
    kind = type_of(value)
    if kind not in CONTAINERS:
        checker.report(f"unsupported type: {kind}")
    elif check_shape(checker, value, kind):
        within = _check_container if kind == "rich_text_list" else _check_inline
        if kind == "rich_text_list":
            check_choice(checker, value, "style", ["bullet", "ordered"])
        for index, each in enumerate(check_list(checker.at("elements"), value["elements"], 1, 1000)):
            within(checker.at("elements", index), each)


def _check_inline(checker: BlockKitChecker, value: Unchecked) -> None:
    kind = type_of(value)
    if kind not in INLINE_ELEMENTS:
        checker.report(f"unsupported type: {kind}")
    elif check_shape(checker, value, kind):
        _check_content(checker, value, kind)
        _check_style(checker.at("style"), value.get("style", {}))


def _check_content(checker: BlockKitChecker, value: Json, kind: str) -> None:
    key = INLINE_ELEMENTS[kind]
    inside, content = checker.at(key), value[key]
    if kind == "link":
        check_url(inside, content)
    elif kind == "date":
        check_integer(inside, content, *MOMENTS)
    elif not isinstance(content, str) or not content:
        inside.report("must be more than 0 characters")
    if kind == "broadcast":
        check_choice(checker, value, "range", ["here", "channel", "everyone"])
    if "text" in value and kind == "link":
        check_string(checker.at("text"), value["text"], LONGEST)


def _check_style(checker: BlockKitChecker, value: Unchecked) -> None:
    if not isinstance(value, dict):
        checker.report("must be an object")
        return
    check_keys(checker, value, STYLES)
    if not all(isinstance(each, bool) for each in value.values()):
        checker.report("must be true or false")
