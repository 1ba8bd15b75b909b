"""An answer sheet in, a verdict out, as JSON holds them; nothing on a sheet is ever ignored."""

from collections.abc import Iterator, Mapping
from typing import Any

from flows.engine.guidance import Guidance
from flows.engine.outcome import Decision
from flows.engine.replay import Progress, replay
from flows.formats.render import condition_words
from flows.model import PEOPLE, Answers, Checklist, Choose, Question
from flows.paging.recipients import People


class SheetError(ValueError):
    """The sheet cannot be judged; `problems` lists everything that is wrong with it."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def read_sheet(checklist: Checklist, people: People, document: object) -> Progress:
    """Replay a sheet {"answers": {"S1": "no", "S2": ["lead-1"], ...}}, in any order.

    Raises SheetError naming every unknown question or option, every answer of the wrong shape,
    every answer to a question that would not be asked, and every one behind a gap.
    """
    sheet = _answers_of(document)
    problems: list[str] = []
    answers: dict[str, tuple[str, ...]] = {}
    for asked, given in sheet.items():
        question = checklist.by_id.get(asked)
        if question is None:
            problems.append(f'"{asked}" is not a question of this checklist.')
        elif wrong := tuple(_wrong(question, given, people)):
            problems.extend(wrong)
        else:
            answers[asked] = _choices(given)
    progress = replay(checklist, answers)
    if problems or progress.unused:
        raise SheetError((*problems, *_off_the_path(checklist, answers, sheet)))
    return progress


def write_verdict(
    progress: Progress,
    decision: Decision,
    recipients: tuple[str, ...],
    guidance: Guidance,
) -> dict[str, Any]:
    """Collect everything the answers come to, ready for JSON."""
    return {
        "outcome": decision.outcome,
        "level": decision.level.name,
        "page": decision.page,
        "urgency": decision.urgency,
        "page_after": decision.page_after,
        "recipients": recipients,
        "fixes": decision.fixes,
        "tasks": decision.tasks,
        "hold_informing": decision.hold_informing,
        "advice": decision.advice,
        "worry": decision.worry,
        "risk": decision.risk,
        "shared": decision.shared,
        "breach": decision.breach,
        "answers_differ": decision.answers_differ,
        "consent_from": decision.consent_from,
        "status": progress.status,
        "reasons": [
            {"question": reason.question, "option": reason.option, "clause": reason.clause}
            for reason in decision.reasons
        ],
        "would_change": [
            {
                "changes": [{"question": one, "option": option} for one, option in change.answers],
                "outcome": change.outcome,
            }
            for change in guidance.changes
        ],
        "text": guidance.text,
    }


def _answers_of(document: object) -> Mapping[str, object]:
    answers = document.get("answers") if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(answers, dict):
        raise SheetError(('A sheet is a JSON object with "answers", itself an object.',))
    if unknown := [f'"{key}" is not part of a sheet.' for key in document if key != "answers"]:
        raise SheetError(tuple(unknown))
    return answers


def _choices(given: object) -> tuple[str, ...]:
    """Return each choice once, in the order given."""
    return tuple(dict.fromkeys(given)) if isinstance(given, list) else (str(given),)


def _wrong(question: Question, given: object, people: People) -> Iterator[str]:
    if isinstance(given, str):
        yield from _wrong_word(question, given)
    elif not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        yield f"{question.id} takes text{_or_list(question)}, not {_shape(given)}."
    elif question.choose is Choose.ONE:
        yield f"{question.id} takes one option, not a list. {_options(question)}"
    elif not given:
        yield f"{question.id} has an empty list. {_options(question)}"
    elif question.choose is Choose.PEOPLE:
        yield from _wrong_people(question, given, people)
    else:
        yield from (_unknown(question, one) for one in given if one not in question.by_id)


def _wrong_word(question: Question, given: str) -> Iterator[str]:
    if question.choose is Choose.ANY:
        yield f"{question.id} takes a list of options. {_options(question)}"
    elif given not in question.by_id or given == PEOPLE:
        yield _unknown(question, given)


def _wrong_people(question: Question, given: list[str], people: People) -> Iterator[str]:
    known = people.everybody
    yield from (
        f'{question.id} names "{one}", who is not one of: {", ".join(known)}.' for one in given if one not in known
    )
    if set(known) <= set(given):
        yield f"{question.id} leaves out everybody. Leave at least one person who can be told."


def _off_the_path(checklist: Checklist, answers: Answers, sheet: Mapping[str, object]) -> Iterator[str]:
    """Name answers this walk would not come to, as far as the answers can be read."""
    walk = replay(checklist, answers, past_gaps=True)
    order = [question.id for question in checklist]
    unread = (order.index(one) for one in sheet if one in order and one not in answers)
    readable = min(unread, default=len(order))
    gap = min(order.index(walk.next.id) if walk.next else readable, readable)
    yield from (
        f"{one} would not be asked with these answers. It is asked when {condition_words(checklist[one].asked_when)}."
        for one in walk.unused
        if order.index(one) < gap
    )
    behind = [one for one in sheet if one in order and order.index(one) > gap]
    if behind and gap < readable:
        late = ", ".join(sorted(behind, key=order.index))
        yield f"{order[gap]} has no answer, so these cannot be judged: {late}."


def _unknown(question: Question, given: str) -> str:
    return f'{question.id} has no option "{given}". {_options(question)}'


def _options(question: Question) -> str:
    words = ", ".join(option.id for option in question.options if option.id != PEOPLE)
    people = " or a list of people to leave out" if question.choose is Choose.PEOPLE else ""
    return f"Its options: {words}{people}."


def _or_list(question: Question) -> str:
    return "" if question.choose is Choose.ONE else " or a list of text"


def _shape(given: object) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", dict: "an object"}
    return names.get(type(given), "a list of other things" if isinstance(given, list) else "null")
