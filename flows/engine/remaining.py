"""What is still to come of a check: the questions, and how long they take to read and answer."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from flows.engine.replay import Progress
from flows.model import Checklist, Not, Question, Status

WORDS_A_MINUTE = 180
"""Somebody who reads with care, on a phone, while worried."""
SECONDS_A_PRESS = 5


def still_to_come(checklist: Checklist, progress: Progress) -> tuple[Question, ...]:
    """List the questions that may still be asked, the next one included, in the words in which they are asked.

    Of two questions asked under opposite conditions only one is, and the longer is listed.
    """
    asked = tuple(_may_be_asked(checklist, progress))
    shorter = set(_shorter_of_opposites(asked))
    return tuple(one.asked(shared=progress.shared) for one in asked if one.id not in shorter)


def minutes_left(checklist: Checklist, progress: Progress) -> int:
    """Return how many minutes the questions still to come take, at least one."""
    asked = still_to_come(checklist, progress)
    seconds = sum(words_in(one) for one in asked) * 60 / WORDS_A_MINUTE + SECONDS_A_PRESS * len(asked)
    return max(ceil(seconds / 60), 1)


def words_in(question: Question) -> int:
    """Count the words a person reads: the question, its help and its options."""
    read = (question.ask, question.help, *(option.label for option in question.options))
    return sum(len(text.split()) for text in read)


def _may_be_asked(checklist: Checklist, progress: Progress) -> Iterator[Question]:
    """Yield each question not reached yet, unless what its condition reads is known and speaks against it.

    A level once raised does not fall, so a question asked only below it is not asked any more.
    """
    passed = {one for one, status in progress.status.items() if status is not Status.NOT_REACHED}
    for question in checklist:
        condition = question.asked_when
        is_settled = condition.reads() <= passed
        if question.id not in passed and (not is_settled or condition.holds(progress.answers, progress.level)):
            yield question


def _shorter_of_opposites(asked: tuple[Question, ...]) -> Iterator[str]:
    """Yield the id of the shorter of any two asked under opposite conditions: never more than one of them is asked."""
    for one in asked:
        if isinstance(one.asked_when, Not):
            opposite = one.asked_when.condition
            pairs = ((one, other) for other in asked if other.asked_when == opposite)
            yield from (min(pair, key=lambda each: (words_in(each), each.id)).id for pair in pairs)
