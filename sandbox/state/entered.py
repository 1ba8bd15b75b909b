"""Finding interactive elements in blocks, and what a person has entered in them."""

import secrets
from collections.abc import Iterator

from sandbox.state.kinds import Json, Raw, RawState

# How Slack names what was chosen, for each element that remembers something.
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
    """Every (block, element) a person can press or fill, in reading order."""
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
    """The element with this address."""
    for block, element in interactive(blocks):
        if (block["block_id"], element["action_id"]) == (block_id, action_id):
            return block, element
    return None


def options(element: Json) -> list[Json]:
    """All options of a select, grouped or not."""
    grouped = [option for group in element.get("option_groups") or [] for option in group["options"]]
    return [*(element.get("options") or []), *grouped]


def option(element: Json, value: str) -> Json | None:
    """The option with this value."""
    return next((each for each in options(element) if each.get("value") == value), None)


def raw_value(element: Json, key: tuple[str, str], state: RawState) -> Raw:
    """What is entered now: what the person did, else the element's initial value."""
    if key in state:
        return state[key]
    named = STATE_KEY[element["type"]]
    initial = element.get(INITIAL_KEY[named])
    if named == "selected_option":
        return initial and initial["value"]
    if named == "selected_options":
        return [each["value"] for each in initial or []]
    return (initial or []) if named == "selected_users" else initial


def chosen(element: Json, raw: Raw) -> Json:
    """A raw value as Slack sends it, with the element's type."""
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
    """`state.values`, complete: every element that remembers something, entered or not."""
    values: Json = {}
    for block, element in interactive(blocks):
        if element["type"] in STATE_KEY:
            key = (block["block_id"], element["action_id"])
            values.setdefault(key[0], {})[key[1]] = chosen(element, raw_value(element, key, state))
    return values


def raw_values(blocks: list[Json], state: RawState) -> Json:
    """The same, as the page keeps it."""
    values: Json = {}
    for block, element in interactive(blocks):
        if element["type"] in STATE_KEY:
            key = (block["block_id"], element["action_id"])
            values.setdefault(key[0], {})[key[1]] = raw_value(element, key, state)
    return values


def carried_over(before: list[Json], after: list[Json], state: RawState) -> RawState:
    """What Slack keeps when a surface is redrawn: elements of the same type at the same address."""
    kinds = {(block["block_id"], element["action_id"]): element["type"] for block, element in interactive(before)}
    return {
        key: state[key]
        for block, element in interactive(after)
        if (key := (block["block_id"], element["action_id"])) in state and kinds.get(key) == element["type"]
    }


def completed(blocks: list[Json]) -> list[Json]:
    """Blocks as Slack stores them: ids filled in, text objects with their defaults."""
    done: list[Json] = [normalised(block) for block in blocks]
    for block in done:
        block["block_id"] = block.get("block_id") or secrets.token_urlsafe(4)
    for _, element in interactive(done):
        element["action_id"] = element.get("action_id") or secrets.token_urlsafe(4)
    return done


def normalised(value: Raw) -> Raw:
    """A copy whose text objects have the defaults that Slack adds."""
    if isinstance(value, list):
        return [normalised(each) for each in value]
    if not isinstance(value, dict):
        return value
    copy = {key: normalised(each) for key, each in value.items()}
    if copy.get("type") == "plain_text" and "text" in copy:
        copy.setdefault("emoji", True)
    if copy.get("type") == "mrkdwn" and "text" in copy:
        copy.setdefault("verbatim", False)
    return copy
