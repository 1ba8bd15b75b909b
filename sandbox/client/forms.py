"""Entering things in elements, and what Slack's own client checks before it sends."""

from sandbox.state import entered
from sandbox.state.core import Core
from sandbox.state.kinds import Json, Raw, SlackMessage, View

REQUIRED = "Please complete this required field."


def enter(surface: SlackMessage | View, user: str, key: tuple[str, str], element: Json, raw: Raw) -> None:
    """Remember what a person entered, if the element remembers anything."""
    if element["type"] in entered.STATE_KEY:
        state = surface.states.setdefault(user, {}) if isinstance(surface, SlackMessage) else surface.state
        state[key] = raw


def action(core: Core, block: Json, element: Json, raw: Raw) -> Json:
    """One entry of a block_actions payload's `actions`."""
    told: Json = {
        "type": element["type"],
        "block_id": block["block_id"],
        "action_id": element["action_id"],
    }
    told["action_ts"] = core.clock.stamp()
    if element["type"] in entered.STATE_KEY:
        return {**entered.chosen(element, raw), **told}
    if element["type"] == "overflow":
        return {"selected_option": entered.option(element, raw), **told}
    carried: Json = {key: element[key] for key in ("text", "value", "style", "url") if key in element}
    return {**carried, **told}


def problems(view: View) -> dict[str, str]:
    """What Slack would point out itself: by block id."""
    found = {}
    for block in view.blocks:
        if block["type"] == "input" and (words := _problem(block, view)):
            found[block["block_id"]] = words
    return found


def _problem(block: Json, view: View) -> str | None:
    element = block["element"]
    raw = entered.raw_value(element, (block["block_id"], element["action_id"]), view.state)
    if raw in (None, "", []) or (isinstance(raw, str) and not raw.strip()):
        return None if block.get("optional") else REQUIRED
    if element["type"] == "plain_text_input":
        return _length(element, str(raw))
    return _number(element, str(raw)) if element["type"] == "number_input" else None


def _length(element: Json, raw: str) -> str | None:
    longest, shortest = element.get("max_length", 3000), element.get("min_length", 0)
    if len(raw) > longest:
        return f"Must be at most {longest} characters."
    return f"Must be at least {shortest} characters." if len(raw) < shortest else None


def _number(element: Json, raw: str) -> str | None:
    try:
        number = float(raw) if element.get("is_decimal_allowed") else int(raw)
    except ValueError:
        return "Must be a number."
    low, high = element.get("min_value"), element.get("max_value")
    if low is not None and number < float(low):
        return f"Must be at least {low}."
    return f"Must be at most {high}." if high is not None and number > float(high) else None
