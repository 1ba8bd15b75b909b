"""What would have changed an outcome: other answers, replayed, never guessed."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from flows.engine.outcome import Decision, outcome_of
from flows.engine.replay import Progress, replay
from flows.model import ALWAYS, PEOPLE, Answers, Checklist, Consent, Level, Option, Outcome, Question


@dataclass(frozen=True, slots=True)
class Change:
    """Other answers, each a question's and an option's id, and the outcome with them in place.

    opens: id of the question that a finished check would go back to, None where it would not.
    """

    answers: tuple[tuple[str, str], ...]
    outcome: Outcome
    opens: str | None


def would_change(checklist: Checklist, progress: Progress, decision: Decision) -> tuple[Change, ...]:
    """Find the other answers that would have led elsewhere; the rest of the answers stay.

    Each deciding answer is tried alone, one option for each outcome it leads to; then those that
    decided together are tried at their mildest.
    """
    deciding = decision.decided_by
    elsewhere = _Elsewhere(checklist, progress, decision.outcome)
    found = [change for question in deciding for change in elsewhere.alone(checklist[question])]
    for together in (tuple(one for one in deciding if one != "4.2"), deciding):
        if len(deciding) > 1 and together:
            found += elsewhere.together(together, {change.outcome for change in found})
    return tuple(found)


class _Elsewhere:
    """Replays one check with other answers."""

    def __init__(self, checklist: Checklist, progress: Progress, outcome: Outcome) -> None:
        self.checklist = checklist
        self.progress = progress
        self.outcome = outcome

    def alone(self, question: Question) -> Iterator[Change]:
        """One change for each other outcome this question alone can lead to."""
        seen = {self.outcome}
        for option in self._worth_trying(question):
            change = self._try(((question.id, option.id),))
            if change.outcome not in seen:
                seen.add(change.outcome)
                yield change

    def _worth_trying(self, question: Question) -> Iterator[Option]:
        """Where another answer holds the outcome anyway, only what could raise it further."""
        here = self.progress.answers[question.id]
        held = any(holder is not question for holder in self._holders)
        for option in question.options:
            if (option.id,) == here or option.id == PEOPLE:  # Naming people cannot be tried.
                continue
            if not held or option.raises > self.progress.level or option.misdirects:
                yield option

    @cached_property
    def _holders(self) -> tuple[Question, ...]:
        """Questions always asked, whose answer alone keeps the outcome from falling."""
        level = self.progress.level
        urgent = level >= Level.CONSULT_URGENT
        return tuple(
            question
            for question, option in self.progress.chosen
            if question.asked_when is ALWAYS and (option.raises >= level if urgent else option.unsure)
        )

    def together(self, questions: tuple[str, ...], known: set[Outcome]) -> Iterator[Change]:
        """All of these at their mildest, where that leads elsewhere than known so far."""
        mildest = (_mildest(self.checklist[question]) for question in questions)
        change = self._try(tuple(zip(questions, mildest, strict=True)))
        if change.outcome not in {self.outcome, *known}:
            yield change

    def _try(self, answers: tuple[tuple[str, str], ...]) -> Change:
        given: Answers = {
            **self.progress.answers,
            **{question: (option,) for question, option in answers},
        }
        there = replay(self.checklist, given, self.progress.floor, past_gaps=True)
        opens = there.next.id if there.next and self.progress.is_finished else None
        return Change(answers, outcome_of(self.checklist, there), opens)


def _mildest(question: Question) -> str:
    return min(question.options, key=_weight).id


def _weight(option: Option) -> tuple[int, bool, bool, int]:
    stands_in_the_way = option.consent is Consent.REFUSED or option.need_consent == "yes"
    troubles = option.effects - {"understood"}
    return option.raises, bool(option.fix), stands_in_the_way, len(troubles)
