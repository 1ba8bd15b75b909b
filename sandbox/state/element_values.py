"""Finds interactive elements in blocks, and converts their values between the page's form and Slack's."""

import secrets
from collections.abc import Iterator

from sandbox.state.models import Json, Raw, RawState

# The key of an element's value in `state.values`, for each type that keeps one.
STATE_KEY = {
    "plain_text_input": "value",
    "number_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "static_select": "selected_option",
    "radio_buttons": "selected_option",
    "checkboxes": "selected_options",
    "multi_static_select": "selected_options",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
}
INITIAL_KEY = {
    "value": "initial_value",
    "selected_option": "initial_option",
    "selected_options": "initial_options",
    "selected_date": "initial_date",
    "selected_time": "initial_time",
    "selected_date_time": "initial_date_time",
    "selected_user": "initial_user",
    "selected_users": "initial_users",
}


def interactive(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Yield every (block, element) that a person can press or fill in, in reading order."""
    for block in blocks:
        for element in _within(block):
            if element.get("type") not in {None, "image", "plain_text", "mrkdwn"}:
                yield block, element


def _within(block: Json) -> list[Json]:
    kind = block["type"]
    if kind == "section":
        return [block["accessory"]] if block.get("accessory") else []
    if kind == "input":
        return [block["element"]]
    if kind in {"actions", "context_actions"}:
        return list(block["elements"])
    return list(block.get("actions") or []) if kind == "card" else []


def element_at(blocks: list[Json], block_id: str, action_id: str) -> tuple[Json, Json] | None:
    """Return the (block, element) with these ids, or None."""
    for block, element in interactive(blocks):
        if (block["block_id"], element["action_id"]) == (block_id, action_id):
            return block, element
    return None


def options(element: Json) -> list[Json]:
    """Return all options of an element, including those in groups."""
    grouped = [option for group in element.get("option_groups") or [] for option in group["options"]]
    return [*(element.get("options") or []), *grouped]


def option(element: Json, value: str) -> Json | None:
    """Return the option with this value, or None."""
    return next((each for each in options(element) if each.get("value") == value), None)


def raw_value(element: Json, key: tuple[str, str], state: RawState) -> Raw:
    """Return the element's current raw value: the one entered, else its initial value."""
    if key in state:
        return state[key]
    named = STATE_KEY[element["type"]]
    initial = element.get(INITIAL_KEY[named])
    if named == "selected_option":
        return initial and initial["value"]
    if named == "selected_options":
        return [each["value"] for each in initial or []]
    return (initial or []) if named == "selected_users" else initial


def slack_value(element: Json, raw: Raw) -> Json:
    """Return a raw value in Slack's form, as in `state.values`: the type and one key such as selected_option."""
    named = STATE_KEY[element["type"]]
    if named == "selected_option":
        return {"type": element["type"], named: option(element, raw) if raw else None}
    if named == "selected_options":
        picked = [found for each in raw or [] if (found := option(element, each))]
        return {"type": element["type"], named: picked}
    if named == "value":
        return {"type": element["type"], named: str(raw) if raw not in {None, ""} else None}
    return {
        "type": element["type"],
        named: raw or ([] if named == "selected_users" else None),
    }


def state_values(blocks: list[Json], state: RawState) -> Json:
    """Return `state.values` for all elements that keep a value, whether or not anything was entered."""
    values: Json = {}
    for block, element in interactive(blocks):
        if element["type"] in STATE_KEY:
            key = (block["block_id"], element["action_id"])
            values.setdefault(key[0], {})[key[1]] = slack_value(element, raw_value(element, key, state))
    return values


def raw_values(blocks: list[Json], state: RawState) -> Json:
    """Return the raw values in the shape of `state.values`, for the page."""
    values: Json = {}
    for block, element in interactive(blocks):
        if element["type"] in STATE_KEY:
            key = (block["block_id"], element["action_id"])
            values.setdefault(key[0], {})[key[1]] = raw_value(element, key, state)
    return values


def kept_after_redraw(before: list[Json], after: list[Json], state: RawState) -> RawState:
    """Return the entered values that Slack keeps when blocks are replaced: same ids and same element type."""
    kinds = {(block["block_id"], element["action_id"]): element["type"] for block, element in interactive(before)}
    return {
        key: state[key]
        for block, element in interactive(after)
        if (key := (block["block_id"], element["action_id"])) in state and kinds.get(key) == element["type"]
    }


def with_ids(blocks: list[Json]) -> list[Json]:
    """Return a copy of the blocks as Slack stores them: missing ids generated, text objects with their defaults."""
    done: list[Json] = [with_text_defaults(block) for block in blocks]
    for block in done:
        block["block_id"] = block.get("block_id") or secrets.token_urlsafe(4)
    for _, element in interactive(done):
        element["action_id"] = element.get("action_id") or secrets.token_urlsafe(4)
    return done


def with_text_defaults(value: Raw) -> Raw:
    """Return a copy whose text objects have the defaults that Slack adds (`emoji`, `verbatim`)."""
    if isinstance(value, list):
        return [with_text_defaults(each) for each in value]
    if not isinstance(value, dict):
        return value
    copy = {key: with_text_defaults(each) for key, each in value.items()}
    if copy.get("type") == "plain_text" and "text" in copy:
        copy.setdefault("emoji", True)
    if copy.get("type") == "mrkdwn" and "text" in copy:
        copy.setdefault("verbatim", False)
    return copy
