"""Block Kit validation of whole surfaces: a message's blocks, a modal or a Home tab."""

from collections import Counter

from sandbox.blockkit.blocks import check_block
from sandbox.blockkit.checker import (
    LIMITS,
    BlockKitChecker,
    check_list,
    check_optional_string,
    check_optional_text,
    check_shape,
    check_text,
)
from sandbox.state import element_values, visible_text
from sandbox.state.models import Json, SlackError, Unchecked


def check_message(blocks: Unchecked) -> list[Json]:
    """Return the blocks of a message unchanged.

    Raises SlackError: `invalid_blocks` with every problem, or `msg_blocks_too_long`.
    """
    checker = BlockKitChecker("message")
    found = _check_blocks(checker, blocks, least=0)
    _raise_if_problems(checker, "invalid_blocks")
    for kind, most in LIMITS["per_message"].items():
        if sum(each["type"] == kind for each in found) > most:
            checker.at("blocks").report(f"no more than {most} {kind} blocks allowed")
    _raise_if_problems(checker, "invalid_blocks")
    if len(visible_text.of_blocks(found)) > LIMITS["surfaces"]["message"]["characters"]:
        raise SlackError("msg_blocks_too_long")
    return found


def check_view(view: Unchecked, kind: str) -> Json:
    """Return a modal or Home tab (`kind`) unchanged.

    Raises SlackError: `invalid_arguments` with every problem.
    """
    checker = BlockKitChecker(kind, "/view")
    if not isinstance(view, dict) or view.get("type") != kind:
        checker.at("type").report(f"must be {kind}")
        _raise_if_problems(checker, "invalid_arguments")
    if check_shape(checker, view, kind):
        _check_view_fields(checker, view)
        _check_view_rules(checker, _check_blocks(checker, view["blocks"], least=1), view)
    _raise_if_problems(checker, "invalid_arguments")
    checked: Json = view
    return checked


def _check_view_fields(checker: BlockKitChecker, view: Json) -> None:
    limits = LIMITS["view"]
    if checker.surface == "modal":
        check_text(checker.at("title"), view["title"], limits["title"], plain=True)
        for part in ("submit", "close"):
            check_optional_text(checker, view, part, limits[part], plain=True)
    check_optional_string(checker, view, "private_metadata", limits["private_metadata"])
    for name in ("callback_id", "external_id"):
        check_optional_string(checker, view, name, LIMITS["id"])


def _check_blocks(checker: BlockKitChecker, blocks: Unchecked, *, least: int) -> list[Json]:
    inside = checker.at("blocks")
    found = check_list(inside, blocks, least, LIMITS["surfaces"][checker.surface]["blocks"])
    before = len(checker.problems)
    for index, each in enumerate(found):
        check_block(inside.at(index), each)
    if len(checker.problems) == before:
        _check_ids(inside, found)
    return found


def _check_ids(checker: BlockKitChecker, blocks: list[Json]) -> None:
    """Check that block ids differ on the surface and action ids within a block: they identify what was pressed."""
    for name, count in Counter(each.get("block_id") for each in blocks).items():
        if name and count > 1:
            checker.report(f"block_id {name} is used {count} times")
    for index, each in enumerate(blocks):
        _check_action_ids(checker.at(index), [element for _, element in element_values.interactive([each])])


def _check_view_rules(checker: BlockKitChecker, blocks: list[Json], view: Json) -> None:
    """Check the rules for views only.

    Action ids differ in the whole view, a modal with inputs has a submit button, at most one element takes the focus.
    """
    if checker.problems:
        return
    found = [element for _, element in element_values.interactive(blocks)]
    _check_action_ids(checker, found)
    if sum(bool(element.get("focus_on_load")) for element in found) > 1:
        checker.report("only one element may have focus_on_load")
    has_input = any(each["type"] == "input" for each in blocks)
    if checker.surface == "modal" and has_input and not view.get("submit"):
        checker.report("missing required field: submit, because there are input blocks")


def _check_action_ids(checker: BlockKitChecker, found: list[Json]) -> None:
    for name, count in Counter(element.get("action_id") for element in found).items():
        if name and count > 1:
            checker.report(f"action_id {name} is used {count} times")


def _raise_if_problems(checker: BlockKitChecker, error: str) -> None:
    if checker.problems:
        raise SlackError(error, errors=checker.problems, response_metadata={"messages": checker.problems})
