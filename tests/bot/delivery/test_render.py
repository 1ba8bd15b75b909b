"""Every kind of outbox row is rendered by exactly one feature, and a bot that lacks one does not start."""

from collections.abc import Callable

import pytest

from bot.app import renderers
from bot.delivery.render import Outgoing, Renderers, WrongRenderers
from flows.events import OutboxKind

ELSEWHERE = {OutboxKind.ALERT, OutboxKind.ALARM, OutboxKind.CONDITION, OutboxKind.BROKEN_CHAIN}


def _filled(*, without: OutboxKind | None = None) -> Renderers:
    found = Renderers()
    for kind in set(OutboxKind) - {without}:
        found.add(kind, lambda *_: Outgoing(None))
    return found


def test_the_bot_renders_every_kind() -> None:
    """The features together: what one of them puts in the outbox comes out of it."""
    renderers().check_complete()


@pytest.mark.parametrize("kind", OutboxKind)
def test_a_kind_that_no_feature_renders_stops_the_start_and_is_named(kind: OutboxKind) -> None:
    """Rather than a row that is tried again for ever."""
    _filled().check_complete()
    with pytest.raises(WrongRenderers, match=rf"\b{kind}\b"):
        _filled(without=kind).check_complete()


@pytest.mark.parametrize(
    "add",
    [
        lambda found, kind: found.add(kind, lambda *_: Outgoing(None)),
        lambda found, kind: found.add_of_check(kind, lambda *_: Outgoing(None)),
    ],
    ids=["from its row", "from its check"],
)
@pytest.mark.parametrize("kind", [OutboxKind.PAGE, OutboxKind.HOME])
def test_a_kind_that_two_features_render_stops_the_start(
    add: Callable[[Renderers, OutboxKind], None], kind: OutboxKind
) -> None:
    """Which of the two is sent must not depend on the order of lines."""
    with pytest.raises(WrongRenderers, match=f"render {kind}"):
        add(renderers(), kind)


@pytest.mark.parametrize("kind", sorted(ELSEWHERE))
def test_a_kind_is_said_elsewhere_by_one_feature(kind: OutboxKind) -> None:
    """E-mails and notifications to phones as well."""
    with pytest.raises(WrongRenderers, match=f"say {kind}"):
        renderers().add_elsewhere(kind, lambda *_: None)
