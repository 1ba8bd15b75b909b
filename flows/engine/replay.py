"""Replay answers through the checklist. Position is never stored.

Resume, back, change an answer, an old button and a new version of the questions are all this call.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from flows.model import Answers, Checklist, Level, Meaning, Option, Question, Status

PAGE_MOMENT = Level.CONSULT_URGENT
"""From this level on a page goes out before the next question is shown (docs/rules.md, decision 3)."""

_MISDIRECTED = frozenset({"bad_recipient", "insecure"})


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a set of answers leads.

    answers: those on the path, in the order asked. unused: given, but to questions the path does not ask.
    chosen: the options they mean, with their questions.
    next: the question to ask now, None when there is none left.
    level: what the answers raised, never below the floor given.
    urgent_at: the question whose answer made a page due at once, None where none did.
    raised_at: ids of the questions whose answers raised the level when they were given.
    breach: information may have gone to the wrong person or place, or by an insecure route.
    floor: the level given to start from. effects: names of the plain effects of the options chosen.
    """

    answers: Answers
    chosen: tuple[tuple[Question, Option], ...]
    unused: tuple[str, ...]
    status: dict[str, Status]
    next: Question | None
    level: Level
    urgent_at: str | None
    breach: bool
    floor: Level
    effects: AbstractSet[str]
    raised_at: tuple[str, ...] = ()

    @property
    def is_finished(self) -> bool:
        """Whether every question on this path has its answer."""
        return self.next is None

    @property
    def shared(self) -> bool | None:
        """Whether anything was already shared (S6); None where that is not known."""
        if "shared" in self.effects:
            return True
        return False if self.answers.get("S6") == ("no",) else None

    @property
    def raised_before(self) -> bool:
        """Whether the level comes from an answer that has been changed since, not from the answers as they stand."""
        own = max((option.raises for option in self.options()), default=Level.NONE)
        return self.level > max(own, PAGE_MOMENT if self.breach else own)

    def options(self) -> Iterable[Option]:
        """Iterate over the options chosen, in the order asked."""
        return (option for _, option in self.chosen)


def replay(
    checklist: Checklist,
    answers: Answers,
    floor: Level = Level.NONE,
    *,
    past_gaps: bool = False,
    ended: bool = False,
) -> Progress:
    """Walk the checklist with these answers, from the first question to the first without one.

    floor: the level already raised, where answers were changed since (I11: it never falls).
    past_gaps: count the answers behind the first gap as well, for an answer that opens a question.
    ended: the check was handed over, perhaps under another version: every answer counts and nothing is asked any more.
    Raises KeyError for an option its question does not have.
    """
    walk = _Walk(dict.fromkeys(checklist.by_id, Status.NOT_REACHED), floor)
    gap: Question | None = None
    for question in checklist.questions:
        choices = answers.get(question.id)
        if not question.asked_when.holds(walk.answers, walk.level):
            walk.pass_by(question)
        elif choices is not None:
            walk.take(question, choices)
        elif not ended:
            gap = gap or question
            if not past_gaps:
                break
    return walk.progress(answers, gap)


def fitting(checklist: Checklist, answers: Answers) -> Answers:
    """Keep, of answers given to another version of the questions, those that this version has options for."""
    return {
        question: choices
        for question, choices in answers.items()
        if question in checklist.by_id and checklist[question].has(choices)
    }


class _Walk:
    """One replay under way."""

    __slots__ = ("answers", "breach", "chosen", "effects", "floor", "level", "raised_at", "status", "urgent_at")

    def __init__(self, status: dict[str, Status], floor: Level) -> None:
        self.answers: dict[str, tuple[str, ...]] = {}
        self.chosen: list[tuple[Question, Option]] = []
        self.effects: set[str] = set()
        self.status = status
        self.floor = self.level = floor
        self.urgent_at: str | None = None
        self.raised_at: list[str] = []
        self.breach = False

    def pass_by(self, question: Question) -> None:
        self.status[question.id] = Status.PENDING if question.after_sharing else Status.SKIPPED

    def take(self, question: Question, choices: tuple[str, ...]) -> None:
        asked = question.id
        self.status[asked] = Status.ANSWERED
        self.answers[asked] = choices
        meaning = question.meaning(choices)
        self.chosen += meaning.chosen
        if meaning.effects or meaning.raises:
            self._apply(asked, meaning)

    def _apply(self, asked: str, meaning: Meaning) -> None:
        before = self.level
        self.effects |= meaning.effects
        shared_wrongly = "shared" in self.effects and not self.effects.isdisjoint(_MISDIRECTED)
        if shared_wrongly or "breach" in self.effects:
            self.breach = True  # A possible personal data breach (derived rule).
            self.level = max(before, meaning.raises, Level.CONSULT_URGENT)
        elif meaning.raises > before:
            self.level = meaning.raises
        if self.level > before:
            self.raised_at.append(asked)
        if before < PAGE_MOMENT <= self.level:
            self.urgent_at = asked

    def progress(self, given: Answers, gap: Question | None) -> Progress:
        taken = self.answers
        unused = tuple(one for one in given if one not in taken) if len(taken) < len(given) else ()
        return Progress(
            answers=taken,
            chosen=tuple(self.chosen),
            unused=unused,
            status=self.status,
            next=gap,
            level=self.level,
            urgent_at=self.urgent_at,
            breach=self.breach,
            floor=self.floor,
            effects=self.effects,
            raised_at=tuple(self.raised_at),
        )
