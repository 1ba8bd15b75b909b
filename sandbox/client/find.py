"""Finding an element by the words a person would use for it."""

from collections.abc import Callable

from sandbox.state import entered
from sandbox.state.kinds import Json, Raw

BUTTONS = {"button", "icon_button"}
MANY = {"checkboxes", "multi_static_select", "multi_users_select"}


def is_button(element: Json) -> bool:
    """Something to press."""
    return element["type"] in BUTTONS


def is_choice(element: Json) -> bool:
    """Something to choose in, an overflow menu included."""
    return element["type"] == "overflow" or is_field(element)


def is_field(element: Json) -> bool:
    """Something that remembers what was entered."""
    return element["type"] in entered.STATE_KEY


def label(block: Json, element: Json) -> str:
    """What a person would call it."""
    if is_button(element):
        return str(element.get("text", {}).get("text", ""))
    named = block.get("label") or block.get("text") or element.get("placeholder") or {}
    return str(named.get("text", ""))


def element(blocks: list[Json], what: str, fits: Callable[[Json], bool]) -> tuple[Json, Json] | None:
    """The first element whose label, action_id or block_id is `what`; labels win."""
    pairs = [(block, each) for block, each in entered.interactive(blocks) if fits(each)]
    for names in (_labels, _ids):
        for block, each in pairs:
            if what in names(block, each):
                return block, each
    return None


def raw_for(element: Json, picked: tuple[Raw, ...]) -> Raw:
    """What was picked, as the page would keep it; options may be named by their text."""
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
    choices = entered.options(element)
    if not choices or picked is None:
        return picked
    for choice in choices:
        if picked in {choice["text"]["text"], choice.get("value")}:
            return choice.get("value")
    offered = [choice["text"]["text"] for choice in choices]
    raise AssertionError(f"no option {picked!r}; there are {offered}")
