"""What a checklist is made of behaves the same everywhere and for ever."""

import subprocess
import sys
from dataclasses import replace

import pytest

from flows.checklist import CHECKLIST
from flows.model import ALWAYS, Level, LevelBelow, answered


def test_the_version_is_the_same_in_every_process() -> None:
    """A record made yesterday can be matched with the questions of today."""
    command = "from flows.checklist import CHECKLIST; print(CHECKLIST.version)"
    for seed in ("1", "2"):
        run = [sys.executable, "-c", command]
        found = subprocess.run(  # noqa: S603 - our own words
            run, env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        )
        assert found.stdout.strip() == CHECKLIST.version


def test_the_version_changes_with_a_single_word() -> None:
    """Two tables that differ never share a version."""
    first = replace(CHECKLIST.questions[0], help="Other words.")
    assert replace(CHECKLIST, questions=(first, *CHECKLIST.questions[1:])).version != (CHECKLIST.version)


def test_a_question_refuses_an_option_it_does_not_have() -> None:
    """A stale answer is noticed, not guessed."""
    with pytest.raises(KeyError):
        CHECKLIST["S1"].meaning(("perhaps",))


def test_any_word_for_s2_but_its_options_is_a_person() -> None:
    """People are named by their own ids."""
    assert CHECKLIST["S2"].option("lead-1").conflict
    assert not CHECKLIST["S2"].option("no").conflict


def test_several_choices_have_the_effects_of_all() -> None:
    """The higher answer wins."""
    meaning = CHECKLIST["3.1.6"].meaning(("none", "someone_at_risk"))
    assert meaning.raises is Level.CONSULT_URGENT
    assert "hold_informing" in meaning.effects


def test_not_sure_raises_the_level_even_where_it_names_none() -> None:
    """S2's "not sure" names no level and still reaches a lead."""
    assert CHECKLIST["S2"].option("not_sure").raises is Level.CONSULT


def test_answered_needs_every_choice_to_be_among_its_options() -> None:
    """Another tick beside "none" is not "none"."""
    none = answered("3.1.6", "none")
    assert none.holds({"3.1.6": ("none",)}, Level.NONE)
    assert not none.holds({"3.1.6": ("none", "not_sure")}, Level.NONE)
    assert not none.holds({}, Level.NONE)


def test_conditions_combine() -> None:
    """Not, and, or mean what they say, and know what they read."""
    one, other = answered("a", "x"), answered("b", "x")
    given = {"a": ("x",)}
    assert (one | other).holds(given, Level.NONE)
    assert not (one & other).holds(given, Level.NONE)
    assert (~other & ALWAYS).holds(given, Level.NONE)
    assert (one & ~other).reads() == {"a", "b"}
    assert LevelBelow(Level.CONSULT).holds({}, Level.NONE)
    assert not LevelBelow(Level.CONSULT).holds({}, Level.CONSULT)
