"""An ask costs the same however often people were asked before: counted in Slack calls and in what is decrypted."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox import Workspace
from storage.crypto.envelope import Sealer
from tests.bot.delivery.test_sender import MANIFEST, URGENT, Rig, rig_in


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with Workspace(manifest=MANIFEST, rates=False) as workspace, rig_in(workspace, tmp_path) as rig:
        yield rig


def test_the_fortieth_ask_costs_what_the_sixth_did(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Older pages and lines stay as they are, and a message reads no more of the record than it speaks of."""
    opened: list[str] = []
    real = Sealer.open

    def counted(sealer: Sealer, sealed: bytes, *abouts: str) -> bytes:
        opened.append(abouts[0])
        return real(sealer, sealed, *abouts)

    monkeypatch.setattr(Sealer, "open", counted)
    check = rig.check(URGENT)
    rig.deliver()
    costs = []
    for _ in range(39):
        rig.clock.forward(minutes=16)
        calls, decrypted = len(rig.workspace.requests), len(opened)
        with rig.services.write() as tx:
            rig.services.casework(tx).escalate_due(check)
        rig.deliver()
        made = sorted(call.method for call in rig.workspace.requests[calls:])
        costs.append((made, len(opened) - decrypted))
    (sixth, read_sixth), (fortieth, read_fortieth) = costs[4], costs[-1]
    assert fortieth == sixth
    assert read_fortieth <= read_sixth + 10  # the reporter's card may be drawn once more, between two pages
    assert len(costs[-1][0]) < 20
