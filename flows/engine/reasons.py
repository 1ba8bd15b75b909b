"""Why an outcome came about and what would have changed it, in plain words."""

from collections.abc import Iterator

from flows.engine import wording
from flows.engine.outcome import Decision, Reason
from flows.engine.replay import Progress
from flows.engine.what_if import Change
from flows.model import Checklist, Level, Outcome


def why(checklist: Checklist, progress: Progress, decision: Decision) -> Iterator[str]:
    """Name every answer that decided the outcome, with its clause of the policy."""
    yield from (_because(checklist, progress, reason) for reason in decision.reasons)
    if decision.outcome is Outcome.UNFINISHED:
        yield wording.BECAUSE_UNFINISHED
    elif decision.raised_before:
        yield wording.BECAUSE_EARLIER
    elif decision.outcome is Outcome.CONSULT_READY:
        yield wording.BECAUSE_CLEAR
    elif decision.breach and decision.level is Level.CONSULT_URGENT and "gone_wrong" not in progress.answers["S6"]:
        yield wording.BECAUSE_BREACH
    if decision.answers_differ:
        yield wording.ANSWERS_DIFFER


def _because(checklist: Checklist, progress: Progress, reason: Reason) -> str:
    question = checklist[reason.question].asked(shared=progress.shared)
    policy = reason.clause[0].isdigit()
    source = f"policy {reason.clause}" if policy else f"{question.id}, added for safety"
    label = question.option(reason.option).label
    return wording.BECAUSE.format(label=label, topic=question.topic, source=source)


def if_said(checklist: Checklist, progress: Progress, change: Change) -> str:
    """Say what other answers would have led to."""
    then = wording.THEN[change.outcome]
    if change.opens:
        unknown = change.outcome is Outcome.UNFINISHED
        then = wording.OPENS if unknown else f"{then}, and {wording.OPENS}"
    if len(change.answers) > wording.MOST_SPELLED_OUT:
        asked = ", ".join(question for question, _ in change.answers)
        return wording.IF_MILDEST.format(questions=asked, then=then)
    answers = " and ".join(_said(checklist, progress, *answer) for answer in change.answers)
    return wording.IF_SAID.format(answers=answers, then=then)


def _said(checklist: Checklist, progress: Progress, question: str, option: str) -> str:
    asked = checklist[question].asked(shared=progress.shared)
    return f'"{asked.option(option).label}" about {asked.topic} ({question})'
