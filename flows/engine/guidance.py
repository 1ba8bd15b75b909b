"""The one function that makes what a person is told, at every state of a check (docs/rules.md, I25, I31).

The card, `share-check decide`, the lead's summary and the paper sheet render its value. Explaining the outcome
(why, and what would have changed it) is flows/engine/reasons.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from flows.case import Told
from flows.engine import reasons, wording
from flows.engine.facts import Facts
from flows.engine.outcome import Decision, Known
from flows.engine.replay import PAGE_MOMENT, Progress
from flows.engine.what_if import Change, would_change
from flows.model import Checklist, Ending, Outcome, Question

_SENTENCES = re.compile(r"(?<=\.) ")
_PARAGRAPH = "\n\n"


class Stage(StrEnum):
    """Where a check is when somebody reads this.

    ANSWERING: a question is shown. STOPPED: "Stop for now" was pressed. HIDDEN: "Hide" was pressed. ABANDONED: nobody
    came back. SENT: handed over. LED: a lead has taken it on.
    """

    ANSWERING = "answering"
    STOPPED = "stopped"
    HIDDEN = "hidden"
    ABANDONED = "abandoned"
    SENT = "sent"
    LED = "led"


@dataclass(frozen=True, slots=True)
class AdviceGiven:
    """One piece of advice as a person reads it: its id in the table, and its words with every placeholder filled."""

    id: str
    words: str


@dataclass(frozen=True, slots=True)
class Guidance:
    """What a person is told, in plain sentences. Items of a list start with "- ".

    told: who was told, or would be; empty where nobody needs to be. The instructions say it too.
    danger: the 999 line. say_first: what must be read before anything else. instructions: the outcome's words.
    numbers: for now, people first. tell_nobody: whether to tell the person and family nothing yet.
    fixes, tasks: lists with their headings. why: the answers that decided it.
    would_change, changes: what would have changed it, in words and as values; empty on EMERGENCY and CONSULT_URGENT.
    """

    outcome: Outcome
    stage: Stage
    title: str
    told: str
    danger: str
    say_first: tuple[str, ...]
    instructions: tuple[str, ...]
    advice: tuple[AdviceGiven, ...]
    numbers: tuple[str, ...]
    tell_nobody: Known
    fixes: tuple[str, ...]
    tasks: tuple[str, ...]
    why: tuple[str, ...]
    would_change: tuple[str, ...]
    footer: tuple[str, ...]
    changes: tuple[Change, ...]

    @property
    def to_do(self) -> tuple[str, ...]:
        """Everything to do now, most pressing first: instructions, advice, numbers, fixes, tasks."""
        advice = (one.words for one in self.advice)
        return (*self.instructions, *advice, *self.numbered, *self.fixes, *self.tasks)

    @property
    def numbered(self) -> tuple[str, ...]:
        """The numbers for now under their heading, with the 999 line."""
        numbers = (wording.NUMBERS_FOR_NOW, *(f"- {line}" for line in self.numbers)) if self.numbers else ()
        return (*numbers, *([] if self.danger in self.say_first else [self.danger]))

    @property
    def text(self) -> str:
        """Everything, in the order it is read."""
        title = f"{self.title}."
        said = {title, *self.say_first}
        parts = [title, *filter(None, ("\n".join(self.say_first),))]
        parts += ["\n".join(sentence for sentence in self.to_do if sentence not in said)]
        if self.why:
            parts += ["\n".join(("Why:", *self.why))]
        if self.would_change:
            parts += ["\n".join(("What would have changed it:", *self.would_change))]
        return _PARAGRAPH.join((*parts, "\n".join(self.footer)))


def guide(
    checklist: Checklist,
    progress: Progress,
    decision: Decision,
    facts: Facts,
    told: Told,
    stage: Stage = Stage.SENT,
    changes: tuple[Change, ...] | None = None,
) -> Guidance:
    """Make what a person is told. told: what may truthfully be said about the page by now.

    changes: what would have changed the outcome, where that was worked out already (`would_change`).
    HIDDEN shows neither answers nor what to sort out: somebody else may be looking.
    """
    made = _Guide(checklist, progress, decision, facts, told, stage)
    urgent = decision.level >= PAGE_MOMENT
    hidden = stage is Stage.HIDDEN
    if urgent or hidden:
        changes = ()  # It would teach the lower answer (docs/rules.md, decision 12), or show the answers.
    elif changes is None:
        changes = would_change(checklist, progress, decision)
    return Guidance(
        outcome=decision.outcome,
        stage=stage,
        title=facts.fill(wording.TITLES[decision.outcome]),
        told=made.told_line(),
        danger=wording.CALL_NOW if decision.outcome is Outcome.EMERGENCY else wording.DANGER,
        say_first=tuple(made.say_first()),
        instructions=tuple(made.instructions()),
        advice=tuple(made.advice()),
        numbers=tuple(made.numbers()),
        tell_nobody=decision.tell_nobody,
        fixes=() if hidden else tuple(made.fixes()),
        tasks=() if hidden else tuple(made.tasks()),
        why=() if hidden else tuple(map(facts.name_roles, reasons.why(checklist, progress, decision))),
        would_change=tuple(facts.name_roles(reasons.if_said(checklist, progress, change)) for change in changes),
        footer=tuple(made.footer()),
        changes=changes,
    )


def as_read(question: Question, progress: Progress, facts: Facts) -> Question:
    """Return the question in the words this person reads.

    Past tense where it was already shared, the leads' names in the policy's words, and no lead where none is told.
    """
    asked = question.asked(shared=progress.shared)
    words = asked.policy_words.replace("{leads}", facts.leads)
    if facts.tells_a_lead or question.id == "S2":
        return asked if words == asked.policy_words else replace(asked, policy_words=words)
    return replace(asked, ask=facts.name_roles(asked.ask), help=facts.name_roles(asked.help), policy_words=words)


@dataclass(frozen=True, slots=True)
class _Guide:
    """One Guidance under way."""

    checklist: Checklist
    progress: Progress
    decision: Decision
    facts: Facts
    told: Told
    stage: Stage

    def _fill(self, words: str) -> str:
        return self.facts.fill(words, adult=self.decision.adult, consent_from=self.decision.consent_from)

    def _naming(self, words: str) -> str:
        """Fill, and name everybody, however many they are."""
        return self._fill(words.replace("{told}", self.facts.recipients.replace("{", "{{").replace("}", "}}")))

    def told_line(self) -> str:
        if self.stage is Stage.LED and self.facts.led_by:
            name, number = self.facts.led_by
            return wording.IS_ON_IT.format(name=name, number=number)
        if not self.decision.page:
            return ""
        if self.told is Told.DELIVERED:
            return self._naming(wording.TOLD)
        if self.told in (Told.FAILED, Told.ELSEWHERE):
            return self._naming(wording.NOT_REACHED)
        if self.told is Told.NOT_YET:
            return self._naming(wording.TELLING)
        going_on = self.stage in (Stage.ANSWERING, Stage.STOPPED, Stage.HIDDEN)
        return self._naming(wording.WILL_TELL if going_on else wording.NOBODY_TOLD)

    def say_first(self) -> Iterator[str]:
        if "999" in self.decision.say and self.decision.outcome is not Outcome.EMERGENCY:
            yield wording.DANGER
        if self.decision.tell_nobody is Known.YES:
            yield self._fill(wording.DO_NOT_TELL)
        elif self.decision.tell_nobody is Known.NOT_KNOWN and self.decision.page:
            yield wording.NOT_KNOWN_IF_SAFE
        if self.decision.protect_source:
            yield wording.PROTECT_SOURCE
        if self.decision.allegation and "ALLEGATION" not in self.decision.advice:
            yield wording.NOT_TO_THAT_ADULT

    def instructions(self) -> Iterator[str]:
        yield from self._ending()
        yield from self._who_may_know()
        if self.decision.risk and not self.decision.valid_consent:
            yield self._fill(wording.NO_CONSENT_NEEDED)
        if self.decision.page and not self.progress.is_finished and self.stage is not Stage.ANSWERING:
            yield wording.STOPPED

    def _ending(self) -> Iterator[str]:
        ending = self.checklist.endings.get(self.decision.outcome)
        if ending is None:
            yield from wording.NOTHING_SENT
            return
        for sentence in _SENTENCES.split(self._words_of(ending)):
            if ending.claim and ending.claim in sentence:
                yield from self._claim(ending, sentence)
            elif "{fixes}" in sentence:
                yield self._fill(sentence.replace(" {fixes}.", ""))
                yield from self._fix_lines()
            else:
                yield self._fill(sentence)

    def _words_of(self, ending: Ending) -> str:
        if ending.words_when_shared and self.decision.shared:
            return ending.words_when_shared
        if ending.words_without_fixes and not self._fix_lines():
            return ending.words_without_fixes
        return ending.words

    def _claim(self, ending: Ending, sentence: str) -> Iterator[str]:
        """Yield the sentence that says who was told, as far as it is true."""
        if self.stage is Stage.LED and self.facts.led_by:
            yield self.told_line()
        elif self.told is Told.DELIVERED:
            yield self._fill(sentence)
        elif self.told is Told.NOT_YET:
            yield self._fill(sentence.replace(ending.claim, ending.pending))
        else:
            yield self.told_line()

    def _who_may_know(self) -> Iterator[str]:
        if self.decision.conflict and self.decision.page and "LEADS_LEFT_OUT" not in self.decision.advice:
            yield self._fill(wording.ONLY_THEM)
        if self.decision.left_out:
            yield wording.LEFT_OUT

    def advice(self) -> Iterator[AdviceGiven]:
        for one in self.decision.advice:
            yield AdviceGiven(one, self._fill(self.checklist.advice_by_id[one].words))

    def numbers(self) -> Iterator[str]:
        """Only where a lead is needed; elsewhere the footer has the number of social care."""
        if self.decision.page:
            children, adult = self._services()
            yield from self.facts.numbers(children=children, adult=adult, lado=self.decision.allegation)

    def _services(self) -> tuple[bool, bool]:
        """Whether children's, and whether adults' social care may be needed (I33)."""
        adult = self.decision.adult
        return not adult or self.decision.allegation, adult or "ADULT" in self.decision.advice

    def fixes(self) -> Iterator[str]:
        lines = self._fix_lines()
        if not lines or not self.decision.page:
            return
        if self.decision.shared:
            yield wording.ABOUT_THE_SHARING
        else:
            yield self._fill(wording.CAN_WAIT) if self.decision.level >= PAGE_MOMENT else wording.WHILE_YOU_WAIT
        yield from lines

    def _fix_lines(self) -> tuple[str, ...]:
        table = self.checklist.fixes_when_shared if self.decision.shared else self.checklist.fixes
        shown = (fix for fix in self.decision.fixes if fix != "CONSENT" or self._may_seek_consent())
        return tuple(f"- {self._fill(table[fix])}." for fix in shown)

    def _may_seek_consent(self) -> bool:
        """Never where it is urgent, or about an adult's conduct: it may be theirs (docs/rules.md, decision 4)."""
        calm = self.decision.level < PAGE_MOMENT and not self.decision.allegation
        return calm or bool(self.decision.shared)

    def tasks(self) -> Iterator[str]:
        if self.decision.tasks:
            yield wording.IF_SHARED
            yield from (f"- {self._fill(self.checklist.tasks[task])}." for task in self.decision.tasks)

    def footer(self) -> Iterator[str]:
        yield self._fill(wording.ASK_WHO_MAY_KNOW if self.decision.conflict else wording.ASK_A_LEAD)
        children, adult = self._services()
        service = "children's social care" if children else "adult social care"
        number = self.facts.social_care_number(adult=not children)
        refer = wording.ANYONE_CAN_REFER.format(service=service, number=number)
        also = wording.ALSO_ADULT.format(number=self.facts.social_care_number(adult=True))
        yield f"{refer} {also}" if children and adult else refer
        yield self._fill(wording.HELPLINES)
        yield wording.KEEP_IT
