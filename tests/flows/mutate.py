"""Broken tables, for tests that see them caught."""

from dataclasses import replace
from typing import Any

from flows.checklist import CHECKLIST
from flows.model import Checklist, Question


def with_questions(*questions: Question) -> Checklist:
    return replace(CHECKLIST, questions=questions)


def changed(question: str, **fields: Any) -> Checklist:
    """The table with other fields in one question."""
    return with_questions(*(replace(one, **fields) if one.id == question else one for one in CHECKLIST))


def option_changed(question: str, option: str, **effects: Any) -> Checklist:
    """The table with other effects at one option."""
    options = CHECKLIST[question].options
    new = tuple(replace(one, **effects) if one.id == option else one for one in options)
    return changed(question, options=new)


def moved(question: str, after: str) -> Checklist:
    """The table with one question asked right after another."""
    others = [one for one in CHECKLIST if one.id != question]
    place = [one.id for one in others].index(after) + 1
    return with_questions(*others[:place], CHECKLIST[question], *others[place:])
