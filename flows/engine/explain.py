"""An outcome in plain words: what to do, why, and what would have changed it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from flows.case import Told
from flows.engine import wording
from flows.engine.outcome import Decision, Reason
from flows.engine.replay import Progress
from flows.engine.what_if import Change, would_change
from flows.model import Checklist, Ending, Level, Outcome

_SENTENCES = re.compile(r"(?<=\.) ")
_PARAGRAPH = "\n\n"


@dataclass(frozen=True, slots=True)
class Facts:
    """What only the organisation knows; nothing in it names a person who is left out.

    recipients: names of those paged. phones: label and number of people who may know.
    social_care, out_of_hours: the numbers. schools: one sentence each, with their own numbers.
    """

    organisation: str = ""
    recipients: str = "a safeguarding lead"
    phones: tuple[tuple[str, str], ...] = ()
    social_care: str | None = None
    out_of_hours: str | None = None
    schools: tuple[str, ...] = ()
    data_protection_lead: str | None = None
    nspcc: str = "0808 800 5000"
    whistleblowing: str = "0800 028 0285"

    def fill(self, words: str) -> str:
        """The words with these facts in their places."""
        return words.format(
            recipients=self.recipients,
            phone=" or ".join(f"{label} on {number}" for label, number in self.phones),
            csc=self.social_care or "the council's number",
            edt=self.out_of_hours or "the council's out-of-hours team",
        )


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that the reporter reads at the end, in plain sentences; items of a list start with "- ".

    changes: the same as would_change, not yet put in words.
    """

    title: str
    say_first: tuple[str, ...]
    to_do: tuple[str, ...]
    why: tuple[str, ...]
    would_change: tuple[str, ...]
    footer: tuple[str, ...]
    changes: tuple[Change, ...]

    @property
    def text(self) -> str:
        """Everything, in the order it is read."""
        title = f"{self.title}."
        to_do = (sentence for sentence in self.to_do if sentence != title)
        parts = [title, *filter(None, ("\n".join(self.say_first), "\n".join(to_do)))]
        parts += ["\n".join(("Why:", *self.why))]
        if self.would_change:
            parts += ["\n".join(("What would have changed it:", *self.would_change))]
        return _PARAGRAPH.join((*parts, "\n".join(self.footer)))


def explain(checklist: Checklist, progress: Progress, decision: Decision, facts: Facts, told: Told) -> Explanation:
    """The outcome for the reporter. told: what may truthfully be said about the page by now."""
    changes = would_change(checklist, progress, decision)
    return Explanation(
        title=wording.TITLES[decision.outcome],
        say_first=tuple(_say_first(decision)),
        to_do=tuple(_ToDo(checklist, progress, decision, facts, told).sentences()),
        why=tuple(_why(checklist, decision)),
        would_change=tuple(_if_said(checklist, change) for change in changes),
        footer=tuple(_footer(decision, facts)),
        changes=changes,
    )


def _say_first(decision: Decision) -> Iterator[str]:
    if "999" in decision.say and decision.outcome is not Outcome.EMERGENCY:
        yield wording.DANGER
    if decision.hold_informing:
        yield wording.DO_NOT_TELL
    if decision.protect_source:
        yield wording.PROTECT_SOURCE
    if decision.allegation:
        yield wording.ALLEGATION


@dataclass(frozen=True, slots=True)
class _ToDo:
    """What to do now, most pressing first."""

    checklist: Checklist
    progress: Progress
    decision: Decision
    facts: Facts
    told: Told

    def sentences(self) -> Iterator[str]:
        yield from self._ending()
        yield from self._who_may_know()
        yield from self._numbers()
        yield from self._law()
        yield from self._lists()
        if self.decision.page and not self.progress.is_finished:
            yield wording.STOPPED

    def _ending(self) -> Iterator[str]:
        ending = self.checklist.endings.get(self.decision.outcome)
        if ending is None:
            yield from wording.NOTHING_SENT
            return
        for sentence in _SENTENCES.split(ending.words):
            if ending.claim and ending.claim in sentence:
                yield self.facts.fill(self._page_said(ending, sentence))
            elif "{fixes}" in sentence:
                yield from self._sort_out(sentence)
            else:
                yield self.facts.fill(sentence)

    def _page_said(self, ending: Ending, sentence: str) -> str:
        if self.told is Told.NOBODY:
            return wording.NOBODY_TOLD
        if self.told in (Told.FAILED, Told.ELSEWHERE):
            known = self.facts.phones
            return wording.NOT_REACHED if known else wording.NOT_REACHED_NO_NUMBERS
        if "{phone}" in sentence and not self.facts.phones:
            sentence = f"{ending.claim}."
        done = self.told is Told.DELIVERED
        return sentence if done else sentence.replace(ending.claim, wording.TELLING)

    def _sort_out(self, sentence: str) -> Iterator[str]:
        if self._fixes():
            yield sentence.replace(" {fixes}.", "")
            yield from self._fixes()
        else:
            yield sentence.replace(": {fixes}", "").replace("these", "things")

    def _who_may_know(self) -> Iterator[str]:
        if self.decision.conflict and self.decision.page:
            yield self.facts.fill(wording.ONLY_THEM)
        if self.decision.left_out:
            yield wording.LEFT_OUT

    def _numbers(self) -> Iterator[str]:
        if self.decision.outcome is Outcome.EMERGENCY and self.facts.phones:
            yield self.facts.fill(wording.RING_AFTER_999)
        if self.decision.outcome is Outcome.CONSULT_URGENT:
            yield from self.facts.schools

    def _law(self) -> Iterator[str]:
        if self.decision.risk and not self.decision.valid_consent:
            yield wording.NO_CONSENT_NEEDED
        if self.decision.breach:
            who = self.facts.data_protection_lead
            yield wording.BREACH.format(who=f" ({who})" if who else "")

    def _lists(self) -> Iterator[str]:
        fixes = self._fixes()
        if fixes and self.decision.page:
            urgent = self.decision.level >= Level.CONSULT_URGENT
            yield wording.CAN_WAIT if urgent else wording.WHILE_YOU_WAIT
            yield from fixes
        if self.decision.tasks:
            yield wording.IF_SHARED
            yield from (f"- {self.checklist.tasks[task]}." for task in self.decision.tasks)

    def _fixes(self) -> tuple[str, ...]:
        return tuple(
            f"- {self._fix(fix)}." for fix in self.decision.fixes if fix != "CONSENT" or self._may_seek_consent()
        )

    def _fix(self, fix: str) -> str:
        if fix == "UNDERSTAND" and self.decision.hold_informing:
            return wording.EXPLAIN_LATER
        return self.checklist.fixes[fix]

    def _may_seek_consent(self) -> bool:
        """Never where harm is possible or asking was not said to be safe (docs/rules.md, decision 4)."""
        safe_to_ask = self.progress.answers.get("3.1.6") == ("none",)
        calm = self.decision.level <= Level.CONSULT and not self.decision.allegation
        return safe_to_ask and calm and not self.decision.hold_informing


def _why(checklist: Checklist, decision: Decision) -> Iterator[str]:
    yield from (_because(checklist, reason) for reason in decision.reasons)
    if decision.outcome is Outcome.UNFINISHED:
        yield wording.BECAUSE_UNFINISHED
    elif not decision.reasons:
        yield wording.BECAUSE_EARLIER
    elif decision.outcome is Outcome.CONSULT_READY:
        yield wording.BECAUSE_CLEAR
    elif decision.breach and decision.level is Level.CONSULT_URGENT:
        yield wording.BECAUSE_BREACH
    if decision.answers_differ:
        yield wording.ANSWERS_DIFFER


def _because(checklist: Checklist, reason: Reason) -> str:
    question = checklist[reason.question]
    policy = reason.clause[0].isdigit()
    source = f"policy {reason.clause}" if policy else f"{question.id}, added for safety"
    label = question.option(reason.option).label
    return wording.BECAUSE.format(label=label, topic=question.topic, source=source)


def _if_said(checklist: Checklist, change: Change) -> str:
    then = wording.THEN[change.outcome]
    if change.opens:
        unknown = change.outcome is Outcome.UNFINISHED
        then = wording.OPENS if unknown else f"{then}, and {wording.OPENS}"
    if len(change.answers) > wording.MOST_SPELLED_OUT:
        asked = ", ".join(question for question, _ in change.answers)
        return wording.IF_MILDEST.format(questions=asked, then=then)
    answers = " and ".join(_said(checklist, *answer) for answer in change.answers)
    return wording.IF_SAID.format(answers=answers, then=then)


def _said(checklist: Checklist, question: str, option: str) -> str:
    asked = checklist[question]
    return f'"{asked.option(option).label}" about {asked.topic} ({question})'


def _footer(decision: Decision, facts: Facts) -> Iterator[str]:
    yield wording.ASK_WHO_MAY_KNOW if decision.conflict else wording.ASK_A_LEAD
    number = f", on {facts.social_care}" if facts.social_care else ""
    yield wording.ANYONE_CAN_REFER.format(number=number)
    yield wording.HELPLINES.format(nspcc=facts.nspcc, whistleblowing=facts.whistleblowing)
    yield wording.KEEP_IT
