"""The page the leads sign off is made from the table, and is current."""

from collections.abc import Callable
from pathlib import Path

import pytest

from flows.checklist import CHECKLIST
from flows.formats.render import as_markdown, as_mermaid, as_text, condition_words, effect_words
from flows.model import Checklist, Condition, answered
from flows.on_paper import OUTCOMES

PAGE = Path(__file__).parents[3] / "docs/checklist.md"


@pytest.mark.docs
def test_the_page_in_docs_is_current() -> None:
    """If this fails: share-check checklist --format markdown > docs/checklist.md."""
    assert PAGE.read_text(encoding="utf-8") == as_markdown(CHECKLIST)


@pytest.mark.parametrize("form", [as_text, as_markdown])
def test_every_word_of_every_question_is_shown(form: Callable[[Checklist], str]) -> None:
    """A lead who signs the page has read everything that staff will read."""
    page = form(CHECKLIST)
    for asked in CHECKLIST:
        words = (asked.ask, asked.help, asked.policy_words, *(one.label for one in asked.options))
        past = asked.when_already_shared
        words += (past.ask, past.help, *past.labels.values()) if past else ()
        assert [one for one in words if one not in page] == []


def test_the_page_has_the_words_of_the_paper_sheet_too() -> None:
    """On a day without Slack, staff read what the leads have signed off."""
    page = as_markdown(CHECKLIST)
    assert [words for words in OUTCOMES.values() if words not in page] == []


def test_every_word_of_the_outcomes_and_the_advice_is_on_the_page() -> None:
    """The advice table is signed off with the rest."""
    page = as_markdown(CHECKLIST)
    words = [text for one in CHECKLIST.advice for text in (one.id, one.when, one.words)]
    words += [*CHECKLIST.fixes.values(), *CHECKLIST.fixes_when_shared.values(), *CHECKLIST.consent_from.values()]
    for ending in CHECKLIST.endings.values():
        words += [ending.words, ending.words_when_shared, ending.words_without_fixes]
    assert [one for one in words if one not in page] == []


def test_the_diagram_shows_every_question_and_outcome() -> None:
    """With a way in and a way out of each."""
    diagram = as_mermaid(CHECKLIST)
    for question in CHECKLIST:
        node = "Q" + question.id.replace(".", "_")
        assert diagram.count(f" {node}") >= 2, question.id
    for outcome in CHECKLIST.endings:
        assert f"--> {outcome}" in diagram


def test_the_diagram_has_no_character_that_breaks_it() -> None:
    """Quoted words hold no quotes, and every line is a node, an arrow or the title."""
    lines = as_mermaid(CHECKLIST).splitlines()
    assert lines[0] == "flowchart TD"
    assert all(line.count('"') in (0, 2) for line in lines)


def test_conditions_read_as_sentences() -> None:
    """A lead can check when a question is skipped."""
    assert condition_words(answered("a", "x") | (answered("b", "x") & answered("c", "x"))) == (
        "a is x, or b is x and c is x"
    )
    assert condition_words(CHECKLIST["3.1.7"].asked_when) == "3.1.1 is yes_recorded or yes_not_recorded"
    assert condition_words(CHECKLIST["3.1.8"].asked_when) == (
        "not (3.1.1 is yes_recorded or yes_not_recorded and 3.1.7 is yes)"
    )
    assert condition_words(~~CHECKLIST["S5"].asked_when) == "S4 is possibly or not_sure"
    with pytest.raises(TypeError):
        condition_words(Condition())


def test_effects_are_named() -> None:
    """Every option's effects stand beside it."""
    assert effect_words(CHECKLIST["S1"].option("not_sure")) == (
        "level CONSULT_URGENT",
        "unsure",
        "say 999",
    )
    assert effect_words(CHECKLIST["3.1.1"].option("yes_not_recorded")) == (
        "fix CONSENT_RECORD",
        "consent given",
    )
