"""Checks surfaces against slack_sdk's models: each block comes out of them as it went in, and passes their validators.

The models do not look inside elements, and have no class for the blocks in UNKNOWN: Slack's types judge those.
"""

import copy
from collections.abc import Iterator

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from tests.surfaces.catalogue import Json, Surface

UNKNOWN = frozenset({"data_table", "data_visualization"})


def problems(surface: Surface) -> Iterator[str]:
    """Yield what the models refuse or would lose."""
    for block in surface.blocks:
        if block.get("type") not in UNKNOWN and (found := _wrong_with(block)):
            yield f"{surface.name}, of {surface.by}: {found}"
    if surface.view is not None and (found := _wrong_with_view(surface.view)):
        yield f"{surface.name}, of {surface.by}: {found}"


def _wrong_with(block: Json) -> str | None:
    try:
        parsed = Block.parse(copy.deepcopy(block))
        same = parsed is not None and parsed.to_dict() == block
    except (SlackObjectFormationError, TypeError, ValueError, AttributeError) as problem:
        return f"{block.get('type')}: {problem}"
    return None if same else f"{block.get('type')} is not what comes out of its model"


def _wrong_with_view(view: Json) -> str | None:
    try:
        View(**copy.deepcopy(view)).to_dict()
    except (SlackObjectFormationError, TypeError, ValueError, AttributeError) as problem:
        return str(problem)
    return None
