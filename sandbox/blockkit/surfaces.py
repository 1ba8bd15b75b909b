"""Whole surfaces: a message's blocks, a modal, a Home tab."""

from collections import Counter

from sandbox.blockkit.blocks import block
from sandbox.blockkit.spot import LIMITS, BlockKitChecker, listed, maybe_string, maybe_text, shaped, text
from sandbox.state import entered, words
from sandbox.state.kinds import Json, SlackError, Unchecked


def check_message(blocks: Unchecked) -> list[Json]:
    """The blocks of a message, or `invalid_blocks` with every problem."""
    spot = BlockKitChecker("message")
    found = _blocks(spot, blocks, least=0)
    _refuse(spot, "invalid_blocks")
    for kind, most in LIMITS["per_message"].items():
        if sum(each["type"] == kind for each in found) > most:
            spot.at("blocks").say(f"no more than {most} {kind} blocks allowed")
    _refuse(spot, "invalid_blocks")
    if len(words.of_blocks(found)) > LIMITS["surfaces"]["message"]["characters"]:
        raise SlackError("msg_blocks_too_long")
    return found


def check_view(view: Unchecked, kind: str) -> Json:
    """A modal or Home tab, or `invalid_arguments` with every problem."""
    spot = BlockKitChecker(kind, "/view")
    if not isinstance(view, dict) or view.get("type") != kind:
        spot.at("type").say(f"must be {kind}")
        _refuse(spot, "invalid_arguments")
    if shaped(spot, view, kind):
        _frame(spot, view)
        _inside(spot, _blocks(spot, view["blocks"], least=1), view)
    _refuse(spot, "invalid_arguments")
    checked: Json = view
    return checked


def _frame(spot: BlockKitChecker, view: Json) -> None:
    limits = LIMITS["view"]
    if spot.surface == "modal":
        text(spot.at("title"), view["title"], limits["title"], plain=True)
        for part in ("submit", "close"):
            maybe_text(spot, view, part, limits[part], plain=True)
    maybe_string(spot, view, "private_metadata", limits["private_metadata"])
    for name in ("callback_id", "external_id"):
        maybe_string(spot, view, name, LIMITS["id"])


def _blocks(spot: BlockKitChecker, blocks: Unchecked, *, least: int) -> list[Json]:
    inside = spot.at("blocks")
    found = listed(inside, blocks, least, LIMITS["surfaces"][spot.surface]["blocks"])
    before = len(spot.problems)
    for index, each in enumerate(found):
        block(inside.at(index), each)
    if len(spot.problems) == before:
        _unique(inside, found)
    return found


def _unique(spot: BlockKitChecker, blocks: list[Json]) -> None:
    """Ids are how a press is told apart: block ids on the surface, action ids within a block."""
    for name, count in Counter(each.get("block_id") for each in blocks).items():
        if name and count > 1:
            spot.say(f"block_id {name} is used {count} times")
    for index, each in enumerate(blocks):
        _differ(spot.at(index), [element for _, element in entered.interactive([each])])


def _inside(spot: BlockKitChecker, blocks: list[Json], view: Json) -> None:
    """What holds for views only: action ids differ throughout, inputs need a submit button, one focus."""
    if spot.problems:
        return
    found = [element for _, element in entered.interactive(blocks)]
    _differ(spot, found)
    if sum(bool(element.get("focus_on_load")) for element in found) > 1:
        spot.say("only one element may have focus_on_load")
    has_input = any(each["type"] == "input" for each in blocks)
    if spot.surface == "modal" and has_input and not view.get("submit"):
        spot.say("missing required field: submit, because there are input blocks")


def _differ(spot: BlockKitChecker, found: list[Json]) -> None:
    for name, count in Counter(element.get("action_id") for element in found).items():
        if name and count > 1:
            spot.say(f"action_id {name} is used {count} times")


def _refuse(spot: BlockKitChecker, error: str) -> None:
    if spot.problems:
        raise SlackError(error, errors=spot.problems, response_metadata={"messages": spot.problems})
