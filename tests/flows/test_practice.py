"""Situations to practise on: made up, told apart, and each ends where a careful walk can end."""

from flows.checklist import CHECKLIST
from flows.model import Outcome
from flows.outcome import decide
from flows.practice import BY_ID, SITUATIONS, would_happen
from flows.replay import replay
from tests.flows.builders import calm_but


def test_situations_are_told_apart_and_end_somewhere_real() -> None:
    """Each has its own id, fits a button's line, and never ends unfinished."""
    assert len(BY_ID) == len(SITUATIONS) >= 4
    for situation in SITUATIONS:
        assert situation.ends
        assert Outcome.UNFINISHED not in situation.ends
        assert len(situation.story) < 400


def test_what_would_have_happened_is_said_of_every_outcome() -> None:
    """Never "I have told": in practice nobody was."""
    sheets = {
        "call 999": calm_but(S1="yes"),
        "paged at once": calm_but(S4="yes"),
        "asked to talk it through": calm_but(S4="possibly"),
        "Nobody would be told": calm_but(**{"4.2": "no"}),
        "would see nothing": calm_but(S2="not_sure"),
    }
    for words, sheet in sheets.items():
        said = " ".join(would_happen(decide(CHECKLIST, replay(CHECKLIST, sheet))))
        assert words in said, words
        assert "I have told" not in said
