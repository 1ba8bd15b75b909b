"""The card that a person really sees, in every situation and every state there is, held against the law."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

import pytest

from bot.check_view import CheckView
from bot.checks.card import TEXT, card
from bot.checks.old_card import old_card
from bot.slack.block_kit import Message
from flows.audit.situations import readings
from flows.case import Case, Check, CheckStatus, Cover, Told
from flows.checklist import CHECKLIST
from flows.engine.outcome import decide
from flows.engine.replay import PAGE_MOMENT, replay
from flows.model import Answers, Outcome
from tests.bot.builders import NOW, ROSTER, case, check, view
from tests.bot.checks.card_law import broken
from tests.bot.slack.limits import fits_message, words
from tests.flows.builders import calm_but, stopped_after

State = Callable[[Check], CheckView]


def _asked(of: Check) -> Case:
    return case(of, asked=ROSTER.first_asked(of, frozenset()))


def _paged(of: Check, told: Told = Told.DELIVERED, **changes: object) -> CheckView:
    shown = replace(of, **changes)  # type: ignore[arg-type] # by field name
    return view(shown, _asked(shown), told)


def _led(of: Check) -> CheckView:
    made = _asked(of)
    return view(of, replace(made, led_by=made.asked[0], led_at=NOW))


def _sent(of: Check) -> CheckView:
    outcome = decide(CHECKLIST, replay(CHECKLIST, of.answers)).outcome
    ended = replace(of, status=CheckStatus.SENT, sent_at=NOW, outcome=outcome)
    return view(ended, _asked(ended) if ended.level else None)


ALL: dict[str, State] = {
    "hidden": lambda of: view(replace(of, cover=Cover.HIDDEN)),
    "stopped": lambda of: view(replace(of, cover=Cover.STOPPED)),
    "shown": view,
}
"""States of any check that is not sent."""
PAGED: dict[str, State] = {
    "page moment": lambda of: _paged(of, cover=Cover.PAGED),
    "question after the page": _paged,
    "stopped after the page": lambda of: _paged(of, cover=Cover.STOPPED),
    "hidden after the page": lambda of: _paged(of, cover=Cover.HIDDEN),
    "page on its way": lambda of: _paged(of, Told.NOT_YET),
    "page not taken": lambda of: _paged(of, Told.FAILED),
    "page another way": lambda of: _paged(of, Told.ELSEWHERE, cover=Cover.STOPPED),
    "asked for a lead": lambda of: _paged(of, asked_lead=True),
    "led": _led,
}
"""States in which somebody was asked; an abandoned check looks like the question after the page."""
STATES_AT_ONCE = 2
"""How many states of each kind one situation is shown in; the next situation is shown in others."""


@cache
def _situations() -> tuple[Answers, ...]:
    """Return one way to every combination of words, some before S2 was answered."""
    early = ({"S1": ("yes",)}, {"S1": ("not_sure",)}, {"S1": ("no",)})
    return (*early, *readings(CHECKLIST))


def _cards(answers: Answers, turn: int) -> Iterator[tuple[str, CheckView, Message]]:
    """Render the cards of one situation. turn: which of the states are shown this time."""
    of = check(answers)
    states = dict(_some(ALL, turn))
    if of.level:
        states |= dict(_some(PAGED, turn))
    if replay(CHECKLIST, answers).is_finished:
        states |= {"sent": _sent}
    for name, make in states.items():
        shown = make(of)
        made = card(shown)
        yield name, shown, made
        if name in ("sent", "led"):
            yield f"old, {name}", shown, old_card(shown, made)


def _some(states: dict[str, State], turn: int) -> Iterator[tuple[str, State]]:
    names = list(states)
    for step in range(min(STATES_AT_ONCE, len(names))):
        name = names[(turn * STATES_AT_ONCE + step) % len(names)]
        yield name, states[name]


@pytest.mark.timeout(120)  # thousands of cards, on a machine that may be busy
def test_every_card_in_every_situation_keeps_the_law() -> None:
    """I1, I15, I25, I26, I30, I31 and I33 in the words somebody reads; Slack takes each, and its text says nothing."""
    found: dict[str, str] = {}
    for turn, answers in enumerate(_situations()):
        for state, shown, made in _cards(answers, turn):
            assert made.text == TEXT
            fits_message(made)
            for name, how in broken(shown, made):
                found.setdefault(f"{name}, {state}: {how}", str(answers))
    assert not found, "\n".join(f"{what} [{route}]" for what, route in found.items())


def test_every_state_is_seen_at_every_level() -> None:
    """Turning through the states leaves none out."""
    seen = {
        (check(answers).level, name)
        for turn, answers in enumerate(_situations())
        for states in ((ALL, PAGED) if check(answers).level else (ALL,))
        for name, _ in _some(states, turn)
    }
    levels = {check(answers).level for answers in _situations()}
    assert seen == {(level, name) for level in levels for name in ((*ALL, *PAGED) if level else ALL)}
    assert max(levels) > PAGE_MOMENT


# A wrong card is seen to be wrong

URGENT = stopped_after("S4", calm_but(S4="yes"))
ADULT = calm_but(S4="yes")
LEADS_OUT = stopped_after("S4", calm_but(S2="lead-1+lead-2", S4="yes"))
SOMEBODY_ASKS = calm_but(S7="someone_asks")
DANGER = stopped_after("S4", calm_but(S1="not_sure", S4="yes"))


def _without(*parts: str) -> Callable[[Message], Message]:
    """Take every block away that holds one of these words."""
    return lambda made: Message(made.text, [one for one in made.blocks if not any(part in str(one) for part in parts)])


def _says(old: str, new: str) -> Callable[[Message], Message]:
    """Put other words in the place of some, wherever they stand."""

    def change(value: object) -> object:
        if isinstance(value, str):
            return value.replace(old, new)
        if isinstance(value, list):
            return [change(one) for one in value]
        return {key: change(one) for key, one in value.items()} if isinstance(value, dict) else value

    return lambda made: Message(made.text, [change(one) for one in made.blocks])  # type: ignore[misc] # blocks again


def _backwards(made: Message) -> Message:
    return Message(made.text, list(reversed(made.blocks)))


@pytest.mark.parametrize(
    ("name", "answers", "plant"),
    [
        ("I1", DANGER, _backwards),
        ("I15", URGENT, _without("NSPCC")),
        ("I15", URGENT, _without("ask_lead")),
        ("I16 and I17", URGENT, _says("While you wait", "Go ahead. While you wait")),
        ("I25", URGENT, _says("Numbers for now:", "")),
        ("I25", URGENT, _says("- Lead two: ", "- ")),
        ("I25", URGENT, _says("999", "for help")),
        ("I25", URGENT, _says("ocial care: ", "ocial care ")),
        ("I26", URGENT, _without("do not tell them or the family yet")),
        ("I30", LEADS_OUT, _says("While you wait", "Lead two helps. While you wait")),
        ("I30", LEADS_OUT, _says("While you wait", "A lead helps. While you wait")),
        ("I31", URGENT, _says("Do not question them. ", "")),
        ("I31", URGENT, _says("While you wait", "{told} While you wait")),
        ("I33", ADULT, _says("dult social care", "hildren's social care")),
    ],
    ids=map(str, range(14)),
)
def test_a_wrong_card_is_seen_to_be_wrong(name: str, answers: Answers, plant: Callable[[Message], Message]) -> None:
    """Each invariant broken once, by a renderer that is wrong in one way; the right card of the same check is clean."""
    shown = _paged(check(answers))
    assert list(broken(shown, card(shown))) == []
    assert name in {each for each, _ in broken(shown, plant(card(shown)))}


def test_a_hidden_card_that_shows_answers_is_seen_to_be_wrong() -> None:
    """What is hidden stays so."""
    hidden = _paged(check(URGENT), cover=Cover.HIDDEN)
    assert list(broken(hidden, card(hidden))) == []
    assert "I25" in {each for each, _ in broken(hidden, card(_paged(check(URGENT))))}


def test_advice_stands_on_an_outcome_that_tells_nobody() -> None:
    """A parent asks, and nothing else is wrong: whoever keeps it confidential is told what to say to them."""
    shown = _sent(check(SOMEBODY_ASKS))
    assert shown.decision.outcome is Outcome.HOLD
    said = words(card(shown).blocks)
    assert "Do not say whether we hold anything." in said
    assert "call 999 first" in said
    lost = _says("Do not say whether we hold anything. ", "")(card(shown))
    assert "I31" in {each for each, _ in broken(shown, lost)}
