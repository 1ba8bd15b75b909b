"""The windows of practice: a made-up situation, the real questions, and why it came out as it did."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from bot.slack import block_kit as kit
from bot.slack.block_kit import Block
from flows.checklist import CHECKLIST
from flows.engine import wording
from flows.engine.explain import Explanation
from flows.engine.outcome import Decision
from flows.model import PEOPLE, Answers, Choose, Level, Question
from flows.training.practice import BY_ID, SITUATIONS, Situation, remark, so_far, would_happen

REAL = "This is practice: nothing is kept, and nobody is told. Is it about somebody real?"
SOMEBODY = "somebody"
"""Who is left out in practice: nobody who exists."""
UNANSWERED = "unanswered"
"""The value of Back where the question before it was not answered: it is shown again, and nothing is taken away."""
_PER_ROW = 5


@dataclass(frozen=True, slots=True)
class Practice:
    """How far somebody is; it lives in the window alone."""

    situation: Situation
    answers: Answers

    @property
    def metadata(self) -> str:
        """As Slack keeps it while the window is open."""
        answers = {question: list(choices) for question, choices in self.answers.items()}
        return json.dumps({"situation": self.situation.id, "answers": answers}, separators=(",", ":"))

    @classmethod
    def read(cls, metadata: str) -> Practice:
        """Raises ValueError or KeyError for anything else than `metadata`."""
        kept = json.loads(metadata)
        answers = {question: tuple(choices) for question, choices in dict(kept["answers"]).items()}
        for question, choices in answers.items():
            CHECKLIST[question].meaning(choices)
        return cls(BY_ID[str(kept["situation"])], answers)

    def with_answer(self, question: str, choices: tuple[str, ...]) -> Practice:
        """One step on."""
        return Practice(self.situation, {**self.answers, question: choices})

    def without_last(self) -> Practice:
        """One step back."""
        return Practice(self.situation, dict(list(self.answers.items())[:-1]))


def choose() -> Block:
    """Which situation."""
    blocks: list[Block] = [kit.section("Choose a situation. They are made up. Then answer as you would."), *_real()]
    for situation in SITUATIONS:
        blocks.append(kit.divider())
        button = kit.button("Choose", f"practise_on.{situation.id}", situation.id)
        blocks.append(kit.section(f"*{situation.title}*\n{situation.story}", button))
    return kit.modal("Practise", blocks)


def ask(practice: Practice, question: Question, level: Level) -> Block:
    """The next question; before it what a real check would have done already."""
    done = list(so_far(level))
    blocks = [
        *([kit.section(f"*{kit.lines(done)}*")] if done else ()),
        *_real(),
        kit.section(f"*{practice.situation.title}*\n{practice.situation.story}"),
        kit.divider(),
        kit.context(f"{question.id} · question {len(practice.answers) + 1}"),
        kit.section(f"*{kit.esc(question.ask)}*\n{kit.esc(question.help)}"),
        *_choices(question, len(practice.answers)),
    ]
    ways = [kit.button("Back", "practise_back", "-")] if practice.answers else []
    if done:
        ways.append(kit.button("See the outcome", "practise_outcome", "-"))
    if ways:
        blocks.append(kit.actions(*ways))
    return kit.modal("Practise", blocks, metadata=practice.metadata)


def _choices(question: Question, number: int) -> Iterator[Block]:
    if question.choose is Choose.ANY:
        options = {option.id: option.label for option in question.options}
        yield kit.actions(kit.choice("checkboxes", "practise_tick", options), block_id=f"{question.id}.{number}")
        yield kit.actions(kit.button("Continue", "practise_ticks", f"{question.id}.{number}", style="primary"))
        return
    buttons = [_option(question, option.id) for option in question.options]
    for first in range(0, len(buttons), _PER_ROW):
        yield kit.actions(*buttons[first : first + _PER_ROW])


def _option(question: Question, option: str) -> Block:
    choice = SOMEBODY if question.choose is Choose.PEOPLE and option == PEOPLE else option
    return kit.button(question.by_id[option].label, f"practise_answer.{choice}", question.id)


def outcome(practice: Practice, decision: Decision, told: Explanation, *, is_finished: bool) -> Block:
    """Where it came out, and why. is_finished: False where somebody stopped once it was urgent."""
    blocks = [
        *_real(),
        kit.header(wording.TITLES[decision.outcome]),
        kit.section(kit.lines(would_happen(decision))),
        kit.section("*Why*\n" + kit.lines(told.why)),
    ]
    if told.would_change:
        blocks.append(kit.section("*What would have changed it*\n" + kit.lines(told.would_change)))
    blocks += [kit.context(remark(practice.situation, decision.outcome)), kit.context(kit.lines(told.footer))]
    again = kit.button("Try it again", f"practise_on.{practice.situation.id}", practice.situation.id)
    back = kit.button("Back", "practise_back", "-" if is_finished else UNANSWERED)
    blocks.append(kit.actions(back, again, kit.button("Another one", "practise")))
    return kit.modal("Practise", blocks, metadata=practice.metadata)


def _real() -> Iterator[Block]:
    """On every window: somebody may be here with something real."""
    yield kit.section(REAL, kit.button("Start a real check", "start"))
