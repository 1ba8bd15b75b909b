"""What a checklist is made of: questions, options, what each answer does, when each is asked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import IntEnum, StrEnum
from functools import cached_property
from hashlib import sha256
from typing import TypeAlias

Answers: TypeAlias = Mapping[str, tuple[str, ...]]
"""Question id to the ids chosen; S2's ids are "no", "not_sure" or the people to leave out."""

PEOPLE = "leads"
"""Id of the option that stands for a list of people."""


class Level(IntEnum):
    """How much help a situation needs; answers raise it and nothing lowers it (docs/rules.md, decision 1)."""

    NONE = 0
    CONSULT = 1
    CONSULT_URGENT = 2
    EMERGENCY = 3


class Outcome(StrEnum):
    """Where a check ends. UNFINISHED: stopped early with nothing that needs a lead."""

    EMERGENCY = "EMERGENCY"
    CONSULT_URGENT = "CONSULT_URGENT"
    CONSULT = "CONSULT"
    CONSULT_READY = "CONSULT_READY"
    FIX_FIRST = "FIX_FIRST"
    HOLD = "HOLD"
    UNFINISHED = "UNFINISHED"

    @property
    def words(self) -> str:
        """The outcome as people say it, whoever was told: "keep confidential for now"."""
        return _OUTCOME_WORDS[self]


_OUTCOME_WORDS = {
    Outcome.EMERGENCY: "emergency",
    Outcome.CONSULT_URGENT: "talk at once",
    Outcome.CONSULT: "talk first",
    Outcome.CONSULT_READY: "agree a plan first",
    Outcome.FIX_FIRST: "sort out first",
    Outcome.HOLD: "keep confidential for now",
    Outcome.UNFINISHED: "not finished",
}


class Urgency(StrEnum):
    """How soon a person must answer; NONE where there is no outcome yet."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    NONE = "none"


class Status(StrEnum):
    """What became of a question; every question always has a status (I14)."""

    ANSWERED = "answered"
    SKIPPED = "skipped"
    PENDING = "pending_after_sharing"
    NOT_REACHED = "not_reached"


class Choose(StrEnum):
    """How a question is answered: one option, any number of them, or one option or people."""

    ONE = "one"
    ANY = "any"
    PEOPLE = "people"


class Consent(StrEnum):
    """What is known of consent."""

    GIVEN = "given"
    REFUSED = "refused"
    NONE = "none"


@dataclass(frozen=True)
class Option:
    """One answer and its effects: see the table "effects" in docs/checklist.md."""

    id: str
    label: str
    level: Level = Level.NONE
    unsure: bool = False
    fix: str | None = None
    task: str | None = None
    hold_informing: bool = False
    protect_source: bool = False
    risk: bool = False
    allegation: bool = False
    conflict: bool = False
    consent: Consent | None = None
    need_consent: str | None = None
    understood: bool = False
    sensitive: bool = False
    duty: bool = False
    sharing_worse: bool = False
    shared: bool = False
    bad_recipient: bool = False
    insecure: bool = False
    adult: bool = False
    breach: bool = False
    say: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()

    @cached_property
    def raises(self) -> Level:
        """The level this answer raises to; an unsure answer raises to at least CONSULT."""
        return max(self.level, Level.CONSULT) if self.unsure else self.level

    @property
    def misdirects(self) -> bool:
        """Return whether this answer is part of a possible breach: shared, wrong recipient or insecure route."""
        return self.shared or self.bad_recipient or self.insecure

    @cached_property
    def effects(self) -> frozenset[str]:
        """Names of the effects that are true or false, such as "risk", where true."""
        return frozenset(one.name for one in fields(self) if getattr(self, one.name) is True)


class Condition:
    """When a question is asked: data, to be drawn, printed and proved; it looks only backwards."""

    def __invert__(self) -> "Condition":
        return Not(self)

    def __and__(self, other: "Condition") -> "Condition":
        return Both(self, other)

    def __or__(self, other: "Condition") -> "Condition":
        return Either(self, other)

    def holds(self, answers: Answers, level: Level) -> bool:
        """Return whether the condition holds for the answers so far and the level they raised."""
        raise NotImplementedError

    def reads(self) -> frozenset[str]:
        """Return the ids of the questions the condition reads."""
        return frozenset()


@dataclass(frozen=True, slots=True)
class Always(Condition):
    """Asked of everybody."""

    def holds(self, answers: Answers, level: Level) -> bool:  # noqa: ARG002 - one shape for all
        return True


@dataclass(frozen=True, slots=True)
class Answered(Condition):
    """The question was answered, with nothing but these options."""

    question: str
    options: tuple[str, ...]

    def holds(self, answers: Answers, level: Level) -> bool:  # noqa: ARG002 - one shape for all
        given = answers.get(self.question)
        return given is not None and all(choice in self.options for choice in given)

    def reads(self) -> frozenset[str]:
        return frozenset({self.question})


@dataclass(frozen=True, slots=True)
class LevelBelow(Condition):
    """The answers so far have not raised the level to this."""

    level: Level

    def holds(self, answers: Answers, level: Level) -> bool:  # noqa: ARG002 - one shape for all
        return level < self.level


@dataclass(frozen=True, slots=True)
class Not(Condition):
    """The opposite."""

    condition: Condition

    def holds(self, answers: Answers, level: Level) -> bool:
        return not self.condition.holds(answers, level)

    def reads(self) -> frozenset[str]:
        return self.condition.reads()


@dataclass(frozen=True, slots=True)
class Both(Condition):
    """One and the other."""

    one: Condition
    other: Condition

    def holds(self, answers: Answers, level: Level) -> bool:
        return self.one.holds(answers, level) and self.other.holds(answers, level)

    def reads(self) -> frozenset[str]:
        return self.one.reads() | self.other.reads()


@dataclass(frozen=True, slots=True)
class Either(Condition):
    """One or the other, or both."""

    one: Condition
    other: Condition

    def holds(self, answers: Answers, level: Level) -> bool:
        return self.one.holds(answers, level) or self.other.holds(answers, level)

    def reads(self) -> frozenset[str]:
        return self.one.reads() | self.other.reads()


def answered(question: str, *options: str) -> Answered:
    """Build the condition that a question was answered with these options only."""
    return Answered(question, options)


ALWAYS = Always()


@dataclass(frozen=True)
class PastTense:
    """The words of a question about information that was already shared; labels: option id to its other label."""

    ask: str
    help: str
    labels: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Question:
    """One question: the policy's words beside ours, and the options a person may choose.

    when_already_shared: the words to use once S6 says that it was shared; None where they stay the same.
    """

    id: str
    clause: str
    topic: str
    ask: str
    help: str
    options: tuple[Option, ...]
    policy_words: str = ""
    choose: Choose = Choose.ONE
    asked_when: Condition = ALWAYS
    after_sharing: bool = False
    when_already_shared: PastTense | None = None

    @cached_property
    def by_id(self) -> Mapping[str, Option]:
        """Map option ids to options."""
        return {option.id: option for option in self.options}

    @cached_property
    def in_the_past(self) -> "Question":
        """The same question in the words for information that was already shared."""
        past = self.when_already_shared
        if past is None:
            return self
        options = tuple(replace(option, label=past.labels.get(option.id, option.label)) for option in self.options)
        return replace(self, ask=past.ask, help=past.help, options=options)

    def asked(self, *, shared: bool | None) -> "Question":
        """Return the question in the words a person reads: past tense only where sharing is known (S6)."""
        return self.in_the_past if shared else self

    def option(self, choice: str) -> Option:
        """Return the option a choice means; where people are chosen, any other word is a person's id.

        Raises KeyError for an option the question does not have.
        """
        if self.choose is Choose.PEOPLE and choice not in self.by_id:
            return self.by_id[PEOPLE]
        return self.by_id[choice]

    def has(self, choices: tuple[str, ...]) -> bool:
        """Return whether all of these can be chosen; where people are, any word may be a person's id."""
        return bool(choices) and (self.choose is Choose.PEOPLE or self.by_id.keys() >= set(choices))

    def meaning(self, choices: tuple[str, ...]) -> "Meaning":
        """Combine the effects of these choices. Raises KeyError for an option the question does not have."""
        known = self._meanings.get(choices)
        if known is None:
            options = {(option := self.option(choice)).id: option for choice in choices}.values()
            known = self._meanings[choices] = Meaning(
                chosen=tuple((self, option) for option in options),
                raises=max(option.raises for option in options),
                effects=frozenset().union(*(option.effects for option in options)),
            )
        return known

    @cached_property
    def _meanings(self) -> dict[tuple[str, ...], "Meaning"]:
        """Cache of `meaning`: a check is replayed at every answer."""
        return {}

    @property
    def is_policy(self) -> bool:
        """Whether this is one of the policy's own 17, not a safety question or 4.2."""
        return self.id.startswith("3.")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the choices at one question do together: the options, the level, the plain effects."""

    chosen: tuple[tuple[Question, Option], ...]
    raises: Level
    effects: frozenset[str]

    @property
    def options(self) -> tuple[Option, ...]:
        """The options chosen."""
        return tuple(option for _, option in self.chosen)


@dataclass(frozen=True, slots=True)
class Ending:
    """What an outcome says to the reporter, and how soon a lead must answer.

    calm_urgency: the urgency where there is no worry. words may hold the placeholders of flows/engine/facts.py.
    words_when_shared, words_without_fixes: other words for those cases. claim: the part of the words that is true only
    once a message has been delivered; pending: what is said in its place until then.
    """

    page: bool
    urgency: Urgency
    words: str
    calm_urgency: Urgency | None = None
    words_when_shared: str = ""
    words_without_fixes: str = ""
    claim: str = ""
    pending: str = ""

    def urgency_where(self, *, worry: bool) -> Urgency:
        """Return how soon a lead must answer, with or without worry about somebody."""
        return self.urgency if worry or self.calm_urgency is None else self.calm_urgency

    @property
    def urgency_words(self) -> str:
        """The urgency as the table says it: "P2 where there is worry, otherwise P3"."""
        if self.calm_urgency is None:
            return self.urgency
        return f"{self.urgency} where there is worry, otherwise {self.calm_urgency}"


@dataclass(frozen=True, slots=True)
class Advice:
    """One piece of advice: its id, when it is given (for people to read), and its words with placeholders."""

    id: str
    when: str
    words: str


@dataclass(frozen=True)
class Checklist:
    """The questions in the order they are asked, and the words for what answers lead to.

    consent_from: option of 3.1.5 to the words for whose consent is needed. fixes_when_shared: the words of each fix
    for information that was already shared.
    """

    questions: tuple[Question, ...]
    fixes: Mapping[str, str]
    tasks: Mapping[str, str]
    endings: Mapping[Outcome, Ending] = field(default_factory=dict)
    advice: tuple[Advice, ...] = ()
    consent_from: Mapping[str, str] = field(default_factory=dict)
    fixes_when_shared: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def by_id(self) -> Mapping[str, Question]:
        """Map question ids to questions."""
        return {question.id: question for question in self.questions}

    @cached_property
    def advice_by_id(self) -> Mapping[str, Advice]:
        """Map advice ids to advice."""
        return {one.id: one for one in self.advice}

    def __iter__(self) -> Iterator[Question]:
        return iter(self.questions)

    def __getitem__(self, question: str) -> Question:
        return self.by_id[question]

    @cached_property
    def version(self) -> str:
        """Hash everything in the table to 12 characters: a record says which questions were asked."""
        table = (
            *(self.questions, self.fixes, self.tasks, self.endings),
            *(self.advice, self.consent_from, self.fixes_when_shared),
        )
        return sha256(repr(table).encode()).hexdigest()[:12]
