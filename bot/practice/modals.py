"""The modals of practice: a made-up situation, the real questions, and the reasons for the outcome."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.slack import block_kit
from bot.slack.block_kit import Block
from flows.checklist import CHECKLIST
from flows.engine.guidance import Guidance
from flows.engine.outcome import Decision
from flows.model import PEOPLE, Answers, Choose, Level, Question
from flows.training.practice import BY_ID, SITUATIONS, PracticeSituation, remark, so_far, would_happen

REAL = "This is practice: your answers are not kept, and nobody is told. Is it about somebody real?"
NOTED = "You have finished this one. Your leads can see that you did, and when. They never see your answers."
SOMEBODY = "somebody"
"""Whoever is left out in practice: nobody who exists."""
UNANSWERED = "unanswered"
"""The value of Back where the question before has no answer: it is shown again, and no answer is removed."""
_PER_ROW = 5
_PEOPLE_A_BLOCK = 25
_MOST_PEOPLE = 500


@dataclass(frozen=True, slots=True)
class Practice:
    """A situation and the answers so far, stored in the modal's metadata alone."""

    situation: PracticeSituation
    answers: Answers

    @property
    def metadata(self) -> str:
        """Return the practice as the modal's private_metadata."""
        answers = {question: list(choices) for question, choices in self.answers.items()}
        return json.dumps({"situation": self.situation.id, "answers": answers}, separators=(",", ":"))

    @classmethod
    def read(cls, metadata: str) -> Practice:
        """Parse `metadata`. Raises ValueError or KeyError where it is anything else."""
        kept = json.loads(metadata)
        answers = {question: tuple(choices) for question, choices in dict(kept["answers"]).items()}
        for question, choices in answers.items():
            CHECKLIST[question].meaning(choices)
        return cls(BY_ID[str(kept["situation"])], answers)

    def with_answer(self, question: str, choices: tuple[str, ...]) -> Practice:
        """Return the practice with one more answer."""
        return Practice(self.situation, {**self.answers, question: choices})

    def without_last(self) -> Practice:
        """Return the practice without the last answer."""
        return Practice(self.situation, dict(list(self.answers.items())[:-1]))


def choose() -> Block:
    """Render the choice of situations."""
    blocks: list[Block] = [
        block_kit.section("Choose a situation. They are made up. Then answer as you would."),
        *_real(),
    ]
    for situation in SITUATIONS:
        blocks.append(block_kit.divider())
        button = block_kit.button("Choose", f"practise_on.{situation.id}", situation.id)
        blocks.append(block_kit.section(f"*{situation.title}*\n{situation.story}", button))
    return block_kit.modal("Practise", blocks)


def ask(practice: Practice, question: Question, level: Level) -> Block:
    """Render the next question; above it what a real check would have done already at this level."""
    done = list(so_far(level))
    blocks = [
        *([block_kit.section(f"*{block_kit.lines(done)}*")] if done else ()),
        *_real(),
        block_kit.section(f"*{practice.situation.title}*\n{practice.situation.story}"),
        block_kit.divider(),
        block_kit.context(f"{question.id} · question {len(practice.answers) + 1}"),
        block_kit.section(f"*{block_kit.esc(question.ask)}*\n{block_kit.esc(question.help)}"),
        *_choices(question, len(practice.answers)),
    ]
    ways = [block_kit.button("Back", "practise_back", "-")] if practice.answers else []
    if done:
        ways.append(block_kit.button("See the outcome", "practise_outcome", "-"))
    if ways:
        blocks.append(block_kit.actions(*ways))
    return block_kit.modal("Practise", blocks, metadata=practice.metadata)


def _choices(question: Question, number: int) -> Iterator[Block]:
    if question.choose is Choose.ANY:
        options = {option.id: option.label for option in question.options}
        yield block_kit.actions(
            block_kit.choice("checkboxes", "practise_tick", options), block_id=f"{question.id}.{number}"
        )
        yield block_kit.actions(
            block_kit.button("Continue", "practise_ticks", f"{question.id}.{number}", style="primary")
        )
        return
    buttons = [_option(question, option.id) for option in question.options]
    for first in range(0, len(buttons), _PER_ROW):
        yield block_kit.actions(*buttons[first : first + _PER_ROW])


def _option(question: Question, option: str) -> Block:
    choice = SOMEBODY if question.choose is Choose.PEOPLE and option == PEOPLE else option
    return block_kit.button(question.by_id[option].label, f"practise_answer.{choice}", question.id)


def outcome(practice: Practice, decision: Decision, told: Guidance, *, is_finished: bool) -> Block:
    """Render the outcome and its reasons. is_finished: False where the person stopped once it was urgent."""
    blocks = [
        *_real(),
        block_kit.header(told.title),
        block_kit.section(block_kit.lines(would_happen(decision))),
        block_kit.section("*Why*\n" + block_kit.lines(told.why)),
    ]
    if told.would_change:
        blocks.append(block_kit.section("*What would have changed it*\n" + block_kit.lines(told.would_change)))
    blocks += [
        block_kit.context(remark(practice.situation, decision.outcome)),
        block_kit.context(NOTED),
        block_kit.context(block_kit.lines(told.footer)),
    ]
    again = block_kit.button("Try it again", f"practise_on.{practice.situation.id}", practice.situation.id)
    back = block_kit.button("Back", "practise_back", "-" if is_finished else UNANSWERED)
    blocks.append(block_kit.actions(back, again, block_kit.button("Another one", "practise")))
    return block_kit.modal("Practise", blocks, metadata=practice.metadata)


def who(finished: Mapping[str, datetime], not_yet: Sequence[str]) -> Block:
    """Render who has finished a situation, and who has not. finished: last time by Slack id, newest first."""
    done = [f"• <@{person}>, {block_kit.on(at)}" for person, at in finished.items()]
    missing = [f"• <@{person}>" for person in not_yet]
    blocks = [
        block_kit.section("Practice is part of the induction. Nobody's answers are kept."),
        *_list("Not yet", missing, "Everybody I know of has finished one."),
        *_list("Finished one, and when last", done, "Nobody has finished one yet."),
        block_kit.context(
            "I know of the people on the safeguarding list, and of staff who opened this Home tab in the last year. "
            "Somebody who never opened it is not in this list."
        ),
    ]
    return block_kit.modal("Who has practised", blocks)


def _list(title: str, rows: Sequence[str], none: str) -> Iterator[Block]:
    """Yield a list in pieces that fit; what is over the most is counted."""
    shown, more = rows[:_MOST_PEOPLE], len(rows) - _MOST_PEOPLE
    lines = [*shown, *([f"• and {more} more."] if more > 0 else [])] or [none]
    yield block_kit.section(f"*{title}*")
    for first in range(0, len(lines), _PEOPLE_A_BLOCK):
        yield block_kit.section("\n".join(lines[first : first + _PEOPLE_A_BLOCK]))


def _real() -> Iterator[Block]:
    """Yield the way into a real check, shown on every modal: somebody may be here about somebody real."""
    yield block_kit.section(REAL, block_kit.button("Start a real check", "start"))
