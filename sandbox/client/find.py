"""Finds an element by its label, as a person would, or by its ids."""

from collections.abc import Callable

from sandbox.state import element_values
from sandbox.state.models import Json, Raw

BUTTONS = {"button", "icon_button"}
MANY = {"checkboxes", "multi_static_select", "multi_users_select"}


def is_button(element: Json) -> bool:
    return element["type"] in BUTTONS


def is_choice(element: Json) -> bool:
    """Return whether a person can choose in this element; true for an overflow menu too."""
    return element["type"] == "overflow" or is_field(element)


def is_field(element: Json) -> bool:
    """Return whether Slack keeps this element's value in `state.values`."""
    return element["type"] in element_values.STATE_KEY


def label(block: Json, element: Json) -> str:
    """Return the text by which a person knows an element: a button's text, an input's label, or the placeholder."""
    if is_button(element):
        return str(element.get("text", {}).get("text", ""))
    named = block.get("label") or block.get("text") or element.get("placeholder") or {}
    return str(named.get("text", ""))


def element(blocks: list[Json], what: str, fits: Callable[[Json], bool]) -> tuple[Json, Json] | None:
    """Return the first (block, element) whose label, action_id or block_id is `what`; labels are tried first."""
    pairs = [(block, each) for block, each in element_values.interactive(blocks) if fits(each)]
    for names in (_labels, _ids):
        for block, each in pairs:
            if what in names(block, each):
                return block, each
    return None


def raw_for(element: Json, picked: tuple[Raw, ...]) -> Raw:
    """Return the raw value (see README, "Raw values") for `picked`; options may be given by text or by value.

    Raises AssertionError if there is no such option.
    """
    values = [_value(element, each) for each in picked]
    if element["type"] in MANY:
        return [each for each in values if each is not None]
    return values[0] if values else None


def _labels(block: Json, element: Json) -> set[str]:
    placeholder = (element.get("placeholder") or {}).get("text")
    spoken = element.get("accessibility_label")
    return {
        label(block, element),
        *([placeholder] if placeholder else []),
        *([spoken] if spoken else []),
    }


def _ids(block: Json, element: Json) -> set[str]:
    return {element["action_id"]} if is_button(element) else {element["action_id"], block["block_id"]}


def _value(element: Json, picked: Raw) -> Raw:
    choices = element_values.options(element)
    if not choices or picked is None:
        return picked
    for choice in choices:
        if picked in {choice["text"]["text"], choice.get("value")}:
            return choice.get("value")
    offered = [choice["text"]["text"] for choice in choices]
    raise AssertionError(f"no option {picked!r}; there are {offered}")
