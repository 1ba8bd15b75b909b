"""Answers to the questions of share-check init: asked at a terminal, or taken from options and the environment."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click

from bot.cli.init import members
from bot.cli.init.questions import PERSON, Answers, Refused, SetupPeople, SetupQuestion, clashing, person
from bot.exit_codes import exit_with

WIDTH = 100
AWAY = "-"
"""The answer that removes the current value."""


def collect(
    questions: Iterable[SetupQuestion | SetupPeople],
    given: Mapping[str, Any],
    *,
    may_ask: bool,
    present: Mapping[str, str] | None = None,
    people: Mapping[str, str] | None = None,
) -> Answers:
    """Return all answers. Given answers are not asked for; if any is invalid, end the command with all their problems.

    present: current values by key, if there is something to change. Enter keeps a value, "-" removes it: its answer is
    None. A value that is neither given nor asked for has no answer, and stays. people: to pick from by name.
    """
    questions = tuple(questions)
    answers, problems = _taken(questions, given, present, is_all=not may_ask)
    if present is not None and not may_ask and not answers and not problems:
        problems.append(f"Nothing was given to change. Give {' or '.join(option(each) for each in questions)}.")
    problems += [] if problems else clashing(answers)
    if problems:
        exit_with("cannot use these answers. Nothing was written", problems)
    for question in questions if may_ask else ():
        if question.key in answers or not _applies(question, answers, present):
            continue
        if isinstance(question, SetupPeople):
            answers[question.key] = _ask_people(question, answers, people or {})
        else:
            answers[question.key] = ask(question, (present or {}).get(question.key))
    return answers


def ask(question: SetupQuestion, present: str | None = None) -> Any:
    """Ask until the answer is valid.

    Return None if it is optional and was left out. present: the value that Enter keeps.
    """
    usual = present or question.default
    if question.help:
        click.echo(f"\n{_wrapped(question.help, '  ')}")
    if present:
        click.echo(f"  Enter keeps what is there{'; - takes it away' if question.default == '' else ''}.")
    while True:
        answer = str(
            click.prompt(
                question.ask,
                default=usual,
                hide_input=question.is_secret,
                show_default=bool(usual) and not question.is_secret,
                prompt_suffix=" " if question.ask.endswith("?") else ": ",
            )
        ).strip()
        if answer in ("", AWAY) and question.default == "":
            return None
        try:
            return question.check(answer)
        except Refused as refusal:
            click.echo(_wrapped(str(refusal), "  "))


def ask_person(before: Mapping[str, str] | None = None, people: Mapping[str, str] | None = None) -> dict[str, str]:
    """Ask for a person's name, Slack member ID, phone and email.

    before: the values that Enter keeps. people: names by member ID, to pick from.
    """
    found: dict[str, str] = {}
    for each in PERSON:
        question = members.listing(each, people or {}, found["name"]) if each.key == "slack" else each
        found[each.key] = ask(question, (before or {}).get(each.key))
    return found


def numbered(people: Sequence[Mapping[str, str]], prefix: str, first: int = 1) -> list[dict[str, str]]:
    """Add numbered ids, which records keep for ever."""
    return [{"id": f"{prefix}-{number}", **each} for number, each in enumerate(people, first)]


def with_ids(key: str, people: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    if key == "independent":
        return [{"id": "independent", **each} for each in people]
    return numbered(people, "lead" if key == "leads" else "deputy")


def option(question: SetupQuestion | SetupPeople) -> str:
    """Return the command line option of a question."""
    if isinstance(question, SetupPeople):
        return f"--{question.key if question.key == 'independent' else question.word}"
    return f"--{question.key.replace('_', '-')}"


def _taken(
    questions: Sequence[SetupQuestion | SetupPeople],
    given: Mapping[str, Any],
    present: Mapping[str, str] | None,
    *,
    is_all: bool,
) -> tuple[Answers, list[str]]:
    """Return the given answers and their problems.

    is_all: nobody is asked, so the others have their default or are missing.
    """
    answers: Answers = {}
    problems: list[str] = []
    for question in questions:
        found = given.get(question.key)
        try:
            if found:
                answers[question.key] = _checked(question, found)
            elif is_all and _applies(question, answers, present) and not _stays(question, present):
                answers[question.key] = _default(question)
        except Refused as refusal:
            problems.append(f"{option(question)}: {refusal}")
    return answers, problems


def _applies(
    question: SetupQuestion | SetupPeople, answers: Mapping[str, Any], present: Mapping[str, str] | None
) -> bool:
    if isinstance(question, SetupPeople) or not question.needs:
        return True
    return bool(answers.get(question.needs, (present or {}).get(question.needs)))


def _stays(question: SetupQuestion | SetupPeople, present: Mapping[str, str] | None) -> bool:
    """Return whether the question needs no answer, as there is a current value or the answer is optional."""
    if present is None or isinstance(question, SetupPeople):
        return False
    return bool(present.get(question.key)) or question.default == ""


def _checked(question: SetupQuestion | SetupPeople, found: Any) -> Any:
    if isinstance(question, SetupQuestion):
        return None if found == AWAY and question.default == "" else question.check(str(found))
    people = [person(each) for each in ([found] if isinstance(found, str) else found)]
    return with_ids(question.key, people)


def _default(question: SetupQuestion | SetupPeople) -> Any:
    if isinstance(question, SetupPeople):
        if question.least:
            raise Refused("is missing. Write: name; Slack member ID; phone; email")
        return []
    if question.default is None:
        raise Refused(f"is missing. {question.help}".strip())
    return question.check(question.default) if question.default else None


def _ask_people(question: SetupPeople, answers: Mapping[str, Any], people: Mapping[str, str]) -> list[dict[str, str]]:
    click.echo(f"\n{_wrapped(question.help)}")
    found: list[dict[str, str]] = []
    while len(found) < question.most and (len(found) < question.least or _has_more(question, found)):
        found = _ask_one_more(question, found, answers, people)
    return found


def _ask_one_more(
    question: SetupPeople, found: Sequence[Mapping[str, str]], answers: Mapping[str, Any], people: Mapping[str, str]
) -> list[dict[str, str]]:
    """Ask for one more person until they do not clash with those before, such as by using the same phone."""
    while True:
        made = with_ids(question.key, [*_bare(found), ask_person(people=people)])
        problems = clashing({**answers, question.key: made})
        if not problems:
            return made
        for problem in problems:
            click.echo(f"  {problem} Write this person again.")


def _has_more(question: SetupPeople, found: Sequence[object]) -> bool:
    return click.confirm(f"Is there {'another' if found else 'a'} {question.word}?", default=False)


def _wrapped(words: str, indent: str = "") -> str:
    return textwrap.fill(words, WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def _bare(people: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    return [{key: value for key, value in each.items() if key != "id"} for each in people]
