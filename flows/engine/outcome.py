"""What answers come to: the outcome, what to sort out first, and the answers that decided it."""

from dataclasses import dataclass

from flows.engine.replay import Progress
from flows.model import Answers, Checklist, Consent, Level, Option, Outcome, Question, Urgency

URGENCY = {
    Outcome.EMERGENCY: Urgency.P0,
    Outcome.CONSULT_URGENT: Urgency.P1,
    Outcome.CONSULT: Urgency.P2,
    Outcome.CONSULT_READY: Urgency.P2,
    Outcome.FIX_FIRST: Urgency.P3,
    Outcome.HOLD: Urgency.P3,
    Outcome.UNFINISHED: Urgency.NONE,
}
AT_END = "end"
ABANDONED = "abandoned"
_BY_LEVEL = {
    Level.EMERGENCY: Outcome.EMERGENCY,
    Level.CONSULT_URGENT: Outcome.CONSULT_URGENT,
    Level.CONSULT: Outcome.CONSULT,
    Level.NONE: Outcome.UNFINISHED,
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One answer that decided the outcome."""

    question: str
    option: str
    clause: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What the answers come to.

    page_after: id of the question after whose answer the page goes out, "end" with the finished
    check, "abandoned" when it stopped early, None when nobody is paged.
    left_out: ids of the people who must never be told; conflict: whether anybody may have to be.
    reasons: empty where only an answer changed since raised the level.
    """

    outcome: Outcome
    level: Level
    urgency: Urgency
    page_after: str | None
    fixes: tuple[str, ...]
    tasks: tuple[str, ...]
    hold_informing: bool
    protect_source: bool
    risk: bool
    allegation: bool
    breach: bool
    valid_consent: bool
    conflict: bool
    conflict_known: bool
    left_out: tuple[str, ...]
    say: tuple[str, ...]
    answers_differ: bool
    reasons: tuple[Reason, ...]

    @property
    def page(self) -> bool:
        """Whether a lead is paged."""
        return self.level > Level.NONE


def decide(checklist: Checklist, progress: Progress) -> Decision:
    """What these answers come to, finished or not (docs/rules.md; flows/checklist.py, DERIVED)."""
    facts = _Facts(progress)
    outcome = facts.outcome()
    return Decision(
        outcome=outcome,
        level=progress.level,
        urgency=URGENCY[outcome],
        page_after=_page_after(progress),
        fixes=tuple(fix for fix in checklist.fixes if fix in facts.fixes),
        tasks=tuple(task for task in checklist.tasks if task in facts.tasks),
        hold_informing=facts.hold_informing,
        protect_source="protect_source" in facts.effects,
        risk="risk" in facts.effects,
        allegation="allegation" in facts.effects,
        breach=progress.breach,
        valid_consent=facts.valid_consent,
        conflict="conflict" in facts.effects,
        conflict_known="S2" in progress.answers,
        left_out=left_out(progress.answers),
        say=facts.say(),
        answers_differ=facts.answers_differ(),
        reasons=facts.reasons(outcome),
    )


def outcome_of(progress: Progress) -> Outcome:
    """The outcome alone, for comparing many sets of answers."""
    return _Facts(progress).outcome()


def left_out(answers: Answers) -> tuple[str, ...]:
    """Ids of the people S2 leaves out."""
    return tuple(choice for choice in answers.get("S2", ()) if choice not in ("no", "not_sure"))


def _page_after(progress: Progress) -> str | None:
    if progress.level is Level.NONE:
        return None
    if progress.urgent_at and "S2" in progress.answers:
        return "S2" if progress.urgent_at == "S1" else progress.urgent_at
    return AT_END if progress.is_finished else ABANDONED


class _Facts:
    """What the rules read off the chosen options."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self.given = progress.answers
        self.options = [option for _, option in progress.chosen]
        self.effects = progress.effects
        self.tasks = {option.task for option in self.options if option.task}
        self.hold_informing = "hold_informing" in self.effects
        self.refused = self._any_consent(Consent.REFUSED)
        self.valid_consent = "understood" in self.effects and self._any_consent(Consent.GIVEN)
        self.needs_consent = self.gave("3.1.3", "yes") and not self.valid_consent
        self.fixes = {option.fix for option in self.options if option.fix} | self._derived_fixes()

    def _any_consent(self, consent: Consent) -> bool:
        return any(option.consent is consent for option in self.options)

    def gave(self, question: str, option: str) -> bool:
        return option in self.given.get(question, ())

    def _derived_fixes(self) -> set[str]:
        if self.valid_consent or not self.gave("S4", "no"):
            return set()
        if self.needs_consent and not self.hold_informing and not self.refused:
            return {"CONSENT"}
        return {"BASIS"} if self.gave("3.1.3", "no") and self.gave("3.1.4", "no") else set()

    def say(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(word for option in self.options for word in option.say))

    def outcome(self) -> Outcome:
        level = self.progress.level
        if level >= Level.CONSULT_URGENT or not self.progress.is_finished:
            return _BY_LEVEL[level]
        if self.gave("4.2", "yes"):
            return Outcome.CONSULT_READY if self.is_ready() else Outcome.CONSULT
        if level is Level.CONSULT:
            return Outcome.CONSULT
        return Outcome.FIX_FIRST if self.gave("4.2", "not_yet") else Outcome.HOLD

    def is_ready(self) -> bool:
        """Nothing keeps "yes" to 4.2 from being all clear."""
        return not (
            self.fixes
            or "unsure" in self.effects
            or "sharing_worse" in self.effects
            or self.gave("3.3.4", "worried")
            or self.refused
            or self.needs_consent
        )

    def answers_differ(self) -> bool:
        """Nobody at risk in S4, somebody in 3.1.6: the higher wins and the summary says so."""
        return self.gave("S4", "no") and self.gave("3.1.6", "someone_at_risk")

    def reasons(self, outcome: Outcome) -> tuple[Reason, ...]:
        if outcome is Outcome.UNFINISHED:
            return ()
        return tuple(
            Reason(question.id, option.id, question.clause)
            for question, option in self.progress.chosen
            if self.decides(question, option, outcome)
        )

    def decides(self, question: Question, option: Option, outcome: Outcome) -> bool:
        """Whether this answer is one the outcome rests on."""
        if outcome in (Outcome.EMERGENCY, Outcome.CONSULT_URGENT):
            return option.raises >= self.progress.level or self._misdirects(option)
        if outcome is Outcome.CONSULT:
            blocks = self.gave("4.2", "yes") and self._in_the_way(question, option)
            return option.raises is Level.CONSULT or blocks
        return question.id == "4.2" or (outcome is Outcome.FIX_FIRST and self._needs_sorting(question, option))

    def _in_the_way(self, question: Question, option: Option) -> bool:
        return (
            option.sharing_worse
            or option.consent is Consent.REFUSED
            or (question.id == "3.1.3" and self.needs_consent)
            or self._needs_sorting(question, option)
        )

    def _needs_sorting(self, question: Question, option: Option) -> bool:
        """Its own fix, or part of a fix that several answers make together."""
        if "BASIS" in self.fixes and question.id in ("3.1.3", "3.1.4"):
            return True
        return bool(option.fix) or ("CONSENT" in self.fixes and question.id == "3.1.3")

    def _misdirects(self, option: Option) -> bool:
        """Part of a possible data breach, where that is what made it urgent."""
        urgent = self.progress.breach and self.progress.level is Level.CONSULT_URGENT
        return option.misdirects and urgent
