"""What answers come to: the outcome, what to sort out first, the advice, and the answers that decided it."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from flows.engine.replay import PAGE_MOMENT, Progress
from flows.model import Answers, Checklist, Consent, Level, Option, Outcome, Question, Urgency

AT_END = "end"
ABANDONED = "abandoned"
_BY_LEVEL = {
    Level.EMERGENCY: Outcome.EMERGENCY,
    Level.CONSULT_URGENT: Outcome.CONSULT_URGENT,
    Level.CONSULT: Outcome.CONSULT,
    Level.NONE: Outcome.UNFINISHED,
}
_LEADS_WORK = frozenset({"SOURCE", "UNDERSTAND"})
"""Fixes that are a lead's work where there is risk or something holds informing."""
_CANNOT_BE_ASKED = ("adult_may_not_decide", "not_sure")
"""Answers to 3.1.5 with which nobody is sent to ask for consent."""


class Known(StrEnum):
    """Yes, no, or not known yet; what is not known is never shown as no (I26)."""

    YES = "yes"
    NO = "no"
    NOT_KNOWN = "not_known"


@dataclass(frozen=True, slots=True)
class Reason:
    """One answer that decided the outcome."""

    question: str
    option: str
    clause: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What the answers come to.

    page_after: id of the question after whose answer the page goes out, "end" with the finished check, "abandoned"
    when it stopped early, None when nobody is paged.
    fixes: ids of what to sort out, those shown to the reporter; raw_fixes: those left to a lead as well.
    left_out: ids of the people who must never be told; conflict: whether anybody may have to be.
    tell_nobody: whether to tell the person and family nothing yet, NOT_KNOWN until 3.1.6 is answered.
    advice: ids, in the table's order. shared: whether it was already shared, None where not known.
    consent_from: whose consent to ask for, None unless the fix CONSENT is shown.
    reasons: empty where only an answer changed since raised the level; raised_before says that one did.
    """

    outcome: Outcome
    level: Level
    urgency: Urgency
    page_after: str | None
    fixes: tuple[str, ...]
    raw_fixes: tuple[str, ...]
    tasks: tuple[str, ...]
    hold_informing: bool
    tell_nobody: Known
    protect_source: bool
    risk: bool
    worry: bool
    allegation: bool
    adult: bool
    shared: bool | None
    breach: bool
    valid_consent: bool
    consent_from: str | None
    conflict: bool
    conflict_known: bool
    left_out: tuple[str, ...]
    say: tuple[str, ...]
    advice: tuple[str, ...]
    answers_differ: bool
    reasons: tuple[Reason, ...]
    raised_before: bool

    @property
    def page(self) -> bool:
        """Whether a lead is paged."""
        return self.level > Level.NONE

    @property
    def decided_by(self) -> tuple[str, ...]:
        """Ids of the questions whose answers decided the outcome, each once, in the order asked."""
        return tuple(dict.fromkeys(reason.question for reason in self.reasons))


def decide(checklist: Checklist, progress: Progress, leads: Collection[str] = ()) -> Decision:
    """Decide what these answers come to, finished or not (docs/rules.md; flows/derived.py, DERIVED).

    leads: ids of the safeguarding leads, to know whether S2 leaves out every one of them.
    """
    facts = _Facts(checklist, progress)
    outcome = facts.outcome()
    shown = facts.shown_fixes()
    ending = checklist.endings.get(outcome)
    return Decision(
        outcome=outcome,
        level=progress.level,
        urgency=ending.urgency_where(worry=facts.worry) if ending else Urgency.NONE,
        page_after=_page_after(progress),
        fixes=tuple(fix for fix in checklist.fixes if fix in shown),
        raw_fixes=tuple(fix for fix in checklist.fixes if fix in facts.fixes),
        tasks=tuple(task for task in checklist.tasks if task in facts.tasks),
        hold_informing=facts.hold_informing,
        tell_nobody=facts.tell_nobody(),
        protect_source="protect_source" in facts.effects,
        risk=facts.risk,
        worry=facts.worry,
        allegation="allegation" in facts.effects,
        adult="adult" in facts.effects,
        shared=progress.shared,
        breach=progress.breach,
        valid_consent=facts.valid_consent,
        consent_from=facts.consent_from() if "CONSENT" in shown else None,
        conflict="conflict" in facts.effects,
        conflict_known="S2" in progress.answers,
        left_out=left_out(progress.answers),
        say=facts.say(),
        advice=facts.advice(leads),
        answers_differ=facts.answers_differ(),
        reasons=facts.reasons(outcome),
        raised_before=progress.raised_before,
    )


def outcome_of(checklist: Checklist, progress: Progress) -> Outcome:
    """Decide the outcome alone, to compare many sets of answers."""
    return _Facts(checklist, progress).outcome()


def left_out(answers: Answers) -> tuple[str, ...]:
    """Return the ids of the people S2 leaves out."""
    return tuple(choice for choice in answers.get("S2", ()) if choice not in ("no", "not_sure"))


def _page_after(progress: Progress) -> str | None:
    if progress.level is Level.NONE:
        return None
    if progress.urgent_at and "S2" in progress.answers:
        return "S2" if progress.urgent_at == "S1" else progress.urgent_at
    return AT_END if progress.is_finished else ABANDONED


class _Facts:
    """What the rules read off the chosen options."""

    def __init__(self, checklist: Checklist, progress: Progress) -> None:
        self.checklist = checklist
        self.progress = progress
        self.given = progress.answers
        self.options = [option for _, option in progress.chosen]
        self.effects = progress.effects
        self.tasks = {option.task for option in self.options if option.task}
        self.risk = "risk" in self.effects
        self.hold_informing = "hold_informing" in self.effects
        self.refused = self._any_consent(Consent.REFUSED)
        self.valid_consent = "understood" in self.effects and self._any_consent(Consent.GIVEN)
        self.needs_consent = self.gave("3.1.3", "yes") and not self.valid_consent
        self.fixes = {option.fix for option in self.options if option.fix} | self._derived_fixes()

    def _any_consent(self, consent: Consent) -> bool:
        return any(option.consent is consent for option in self.options)

    def gave(self, question: str, option: str) -> bool:
        return option in self.given.get(question, ())

    @property
    def worry(self) -> bool:
        """Risk; an adult's conduct; "not sure" about the worry; or not answered (docs/rules.md, decision 14)."""
        unknown = "S4" not in self.given or "S7" not in self.given
        return self.risk or self.given.get("S3", ("none",)) != ("none",) or self.gave("S7", "not_sure") or unknown

    def _derived_fixes(self) -> set[str]:
        if self.valid_consent or self.risk:
            return set()
        if self.needs_consent and self._may_ask_for_consent():
            return {"CONSENT"}
        return {"BASIS"} if self.gave("3.1.3", "no") and self.gave("3.1.4", "no") else set()

    def _may_ask_for_consent(self) -> bool:
        """Only where asking was said to be safe, and of somebody who can be asked (docs/rules.md, decision 4)."""
        said_safe = self.given.get("3.1.6") == ("none",) and not self.hold_informing
        return said_safe and not self.refused and not any(self.gave("3.1.5", one) for one in _CANNOT_BE_ASKED)

    def shown_fixes(self) -> set[str]:
        return self.fixes - _LEADS_WORK if self.risk or self.hold_informing else self.fixes

    def consent_from(self) -> str | None:
        whose = self.given.get("3.1.5", ("",))[0]
        return self.checklist.consent_from.get(whose)

    def tell_nobody(self) -> Known:
        if self.hold_informing:
            return Known.YES
        return Known.NO if "3.1.6" in self.given else Known.NOT_KNOWN

    def say(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(word for option in self.options for word in option.say))

    def advice(self, leads: Collection[str]) -> tuple[str, ...]:
        called = {one for option in self.options for one in option.advice} | set(self._derived_advice(leads))
        return tuple(one.id for one in self.checklist.advice if one.id in called)

    def _derived_advice(self, leads: Collection[str]) -> set[str]:
        out = left_out(self.given)
        derived = {
            "BASICS": self._is_urgent_without_the_breach(),
            "ADULT": self.risk and "adult" in self.effects,
            "LEADS_LEFT_OUT": self.gave("S2", "not_sure") or (bool(leads) and set(leads) <= set(out)),
            "BREACH": self.progress.breach,
            "WRONG_RECIPIENT": self.progress.breach and "bad_recipient" in self.effects,
        }
        return {one for one, applies in derived.items() if applies}

    def _is_urgent_without_the_breach(self) -> bool:
        other = any(option.raises >= PAGE_MOMENT and not option.breach for option in self.options)
        return other or (self.progress.level >= PAGE_MOMENT and self.progress.raised_before)

    def outcome(self) -> Outcome:
        level = self.progress.level
        if level >= PAGE_MOMENT or not self.progress.is_finished:
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
            or "shared" in self.effects
            or "sharing_worse" in self.effects
            or self.gave("3.1.5", "adult_may_not_decide")
            or self.gave("3.2.3", "cannot_check")
            or self.gave("3.3.4", "worried")
            or self.refused
            or self.needs_consent
        )

    def answers_differ(self) -> bool:
        """Nobody at risk in S4, somebody in 3.1.6 or S7: the higher answer wins and the summary says so."""
        ticked = self.checklist["S7"].meaning(self.given["S7"]) if self.given.get("S7") else None
        elsewhere = self.gave("3.1.6", "someone_at_risk") or (ticked is not None and "risk" in ticked.effects)
        return self.gave("S4", "no") and elsewhere

    def reasons(self, outcome: Outcome) -> tuple[Reason, ...]:
        if outcome is Outcome.UNFINISHED:
            return ()
        return tuple(
            Reason(question.id, option.id, question.clause)
            for question, option in self.progress.chosen
            if self.decides(question, option, outcome)
        )

    def decides(self, question: Question, option: Option, outcome: Outcome) -> bool:
        """Whether this answer is one the outcome rests on; every answer that raised the level is (S3 included)."""
        if option.allegation or (option.raises and self._raised(question, option)):
            return True
        if outcome in (Outcome.EMERGENCY, Outcome.CONSULT_URGENT):
            return option.raises >= self.progress.level or self._misdirects(option)
        if outcome is Outcome.CONSULT:
            blocks = self.gave("4.2", "yes") and self._in_the_way(question, option)
            return option.raises is Level.CONSULT or blocks
        if outcome is Outcome.CONSULT_READY:
            return option.raises is Level.CONSULT
        return question.id == "4.2" or (outcome is Outcome.FIX_FIRST and self._needs_sorting(question, option))

    def _raised(self, question: Question, option: Option) -> bool:
        highest = max(one.raises for one in question.meaning(self.given[question.id]).options)
        return question.id in self.progress.raised_at and option.raises is highest

    def _in_the_way(self, question: Question, option: Option) -> bool:
        return (
            option.sharing_worse
            or option.shared
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
