"""Entering values in elements, and the checks Slack's client makes before it sends a modal."""

from sandbox.state import element_values
from sandbox.state.fake_slack import FakeSlack
from sandbox.state.models import Json, Raw, SlackMessage, View

REQUIRED = "Please complete this required field."


def enter(surface: SlackMessage | View, user: str, key: tuple[str, str], element: Json, raw: Raw) -> None:
    """Store the value a person entered, if Slack keeps this element's value in `state.values`."""
    if element["type"] in element_values.STATE_KEY:
        state = surface.states.setdefault(user, {}) if isinstance(surface, SlackMessage) else surface.state
        state[key] = raw


def action(slack: FakeSlack, block: Json, element: Json, raw: Raw) -> Json:
    """Return the entry for the `actions` list of a block_actions payload."""
    told: Json = {
        "type": element["type"],
        "block_id": block["block_id"],
        "action_id": element["action_id"],
    }
    told["action_ts"] = slack.clock.stamp()
    if element["type"] in element_values.STATE_KEY:
        return {**element_values.slack_value(element, raw), **told}
    if element["type"] == "overflow":
        return {"selected_option": element_values.option(element, raw), **told}
    carried: Json = {key: element[key] for key in ("text", "value", "style", "url") if key in element}
    return {**carried, **told}


def problems(view: View) -> dict[str, str]:
    """Return the errors Slack's client shows before it submits a modal, by block id."""
    found = {}
    for block in view.blocks:
        if block["type"] == "input" and (words := _problem(block, view)):
            found[block["block_id"]] = words
    return found


def _problem(block: Json, view: View) -> str | None:
    element = block["element"]
    raw = element_values.raw_value(element, (block["block_id"], element["action_id"]), view.state)
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
