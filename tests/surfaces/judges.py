"""Everything that says whether Slack would take a surface: its types, its SDK's models, its limits, and the sandbox."""

from collections.abc import Iterable, Iterator

from sandbox import SlackError
from sandbox.blockkit import check_message, check_view
from tests.bot.slack import limits
from tests.surfaces import sdk_models, slack_types
from tests.surfaces.catalogue import Surface


def problems(surfaces: Iterable[Surface]) -> Iterator[str]:
    """Yield what any of them refuses, each with the surface's name and who found it."""
    given = list(surfaces)
    yield from (f"Slack's types: {each}" for each in slack_types.problems(given))
    for surface in given:
        yield from (f"slack_sdk: {each}" for each in sdk_models.problems(surface))
        yield from (f"limits: {surface.name}, of {surface.by}: {each}" for each in limits.problems(surface.blocks))
        yield from (f"sandbox: {surface.name}, of {surface.by}: {each}" for each in _sandbox(surface))


def _sandbox(surface: Surface) -> Iterator[str]:
    try:
        if surface.view is not None:
            check_view(surface.view, str(surface.view.get("type")))
        else:
            check_message(surface.blocks)
    except SlackError as refusal:
        yield from refusal.body.get("errors", [str(refusal)])
