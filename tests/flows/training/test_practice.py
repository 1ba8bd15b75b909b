"""Situations to practise on: made up, told apart, and each ends where a careful walk can end."""

from itertools import product

from flows.checklist import CHECKLIST
from flows.engine.outcome import decide
from flows.engine.replay import replay
from flows.engine.wording import NEVER_SAID
from flows.model import Level, Outcome
from flows.training.practice import (
    AS_OTHERS,
    BY_ID,
    LESS_CAREFUL,
    MORE_CAREFUL,
    SITUATIONS,
    remark,
    so_far,
    would_happen,
)
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
        "call 999 first if": calm_but(S1="not_sure"),
    }
    for words, sheet in sheets.items():
        said = " ".join(would_happen(decide(CHECKLIST, replay(CHECKLIST, sheet))))
        assert words in said, words
        assert "I have told" not in said


def test_999_and_that_they_may_stop_are_said_once_it_is_urgent() -> None:
    """As the card of a real check says them, before any further question (I1, I11)."""
    for level in Level:
        said = " ".join(so_far(level))
        is_urgent = level >= Level.CONSULT_URGENT
        assert ("call 999 now" in said) is is_urgent, level
        assert ("You can stop here." in said) is is_urgent, level
    assert "before anything else" in " ".join(so_far(Level.EMERGENCY))


def test_asking_for_help_sooner_is_never_discouraged() -> None:
    """Whatever is more careful than a careful walk is right too; no remark says what I17 forbids."""
    for situation, outcome in product(SITUATIONS, Outcome):
        said = remark(situation, outcome)
        assert not [words for words in NEVER_SAID if words in said.lower()]
        assert "below" not in said
        if outcome in situation.ends:
            assert said == AS_OTHERS
        elif outcome is Outcome.EMERGENCY:
            assert said == MORE_CAREFUL
    assert remark(BY_ID["parent"], Outcome.CONSULT) == MORE_CAREFUL
    assert remark(BY_ID["colleague"], Outcome.CONSULT) == LESS_CAREFUL
