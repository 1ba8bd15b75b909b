"""share-check init --change and --add: change one thing in existing files, and keep every other line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from io import StringIO
from typing import Any

import click
from dotenv import dotenv_values

from bot.cli.init import prompts
from bot.cli.init.files import set_secrets
from bot.cli.init.questions import DAYS, DEPUTIES, LEADS, SIGNING, SLACK, SUBJECTS, SetupPeople, SetupQuestion
from bot.cli.init.toml_edit import Value, add_remark, set_list, set_values
from bot.config.organisation import Organisation, PersonSettings

IN_ENV = frozenset({"tokens", "mail"})
PLACES = {
    "social_care": ("phones", "childrens_social_care"),
    **{key: ("phones", key) for key in ("out_of_hours", "adult_social_care", "adult_out_of_hours", "lado")},
}
"""The table and key in organisation.toml of an answer. All other answers are top-level keys of their own name."""

GROUPS = {"lead": LEADS, "deputy": DEPUTIES}


def secrets(text: str, subject: str, given: Mapping[str, Any], *, may_ask: bool) -> str:
    """Return a new .env.

    Settings that get no answer stay; without a mail server the other mail settings are removed.
    """
    questions = [each for each in SUBJECTS[subject] if isinstance(each, SetupQuestion)]
    if subject == "tokens" and re.search(r"^SHARE_CHECK_MODE=.?http", text, re.MULTILINE):
        questions = [SLACK[0], SIGNING]
    there = dotenv_values(stream=StringIO(text), interpolate=False)
    present = {each.key: there.get(str(each.setting)) or "" for each in questions}
    answers = prompts.collect(questions, given, may_ask=may_ask, present=present)
    for each in questions:
        if each.needs in answers and not answers[each.needs]:
            answers[each.key] = None
    return set_secrets(text, {str(each.setting): answers[each.key] or "" for each in questions if each.key in answers})


def facts(text: str, there: Organisation, subject: str, given: Mapping[str, Any], today: date, *, may_ask: bool) -> str:
    """Return a new organisation.toml. Raises CannotEdit."""
    (first, *_) = SUBJECTS[subject]
    if isinstance(first, SetupPeople):
        return _people(text, there, first, given, today, may_ask=may_ask)
    questions = [each for each in SUBJECTS[subject] if isinstance(each, SetupQuestion)]
    present = {each.key: _present(there, each.key) for each in questions}
    for key, answer in prompts.collect(questions, given, may_ask=may_ask, present=present).items():
        text = _put(text, key, answer)
    return text


def add(text: str, there: Organisation, word: str, given: Mapping[str, Any], *, may_ask: bool) -> tuple[str, str]:
    """Add a lead or deputy. Return a new organisation.toml and the person's new id. Raises CannotEdit."""
    group = GROUPS[word]
    one = SetupPeople(group.key, group.word, "", 1, 1)
    (new,) = prompts.collect([one], given, may_ask=may_ask)[group.key]
    identity = _next_id(text, word)
    people = [*_written(there.leads if word == "lead" else there.deputies), {**new, "id": identity}]
    return set_list(text, group.key, people), identity


def _present(there: Organisation, key: str) -> str:
    """Return the current value as somebody would type it; empty if there is none."""
    if key == "hours":
        week = zip(DAYS, there.hours.week, strict=True)
        return ", ".join(f"{day} {shift.start:%H:%M}-{shift.end:%H:%M}" for day, shift in week if shift)
    if key == "administrators":
        return ", ".join(there.administrators)
    table, name = PLACES.get(key, ("", key))
    return str(getattr(getattr(there, table) if table else there, name) or "")


def _put(text: str, key: str, answer: Any) -> str:
    if key == "hours":
        return set_values(text, "hours", {day: answer.get(day) for day in DAYS})
    table, name = PLACES.get(key, ("", key))
    value: Value | None = answer if answer not in (None, "", []) else None
    return set_values(text, table, {name: value})


def _people(
    text: str, there: Organisation, group: SetupPeople, given: Mapping[str, Any], today: date, *, may_ask: bool
) -> str:
    before = {"leads": there.leads, "deputies": there.deputies}.get(group.key, (there.independent,))
    wanted = _wanted(group, before, given, may_ask=may_ask)
    known = {person.slack: person.id for person in before}
    made: list[dict[str, str]] = []
    for each in wanted:
        so_far = "\n".join([text, *(f"{one['id']}" for one in made)])
        identity = known.get(each["slack"]) or _next_id(so_far, _prefix(group))
        made.append({"id": identity, **each})
    if group.key == "independent":
        changed = set_values(text, "independent_contact", dict(made[0]))
    else:
        changed = set_list(text, group.key, made)
    for identity in known.values():
        if identity not in {each["id"] for each in made}:
            changed = add_remark(
                changed,
                f"{identity} was removed on {today}. Do not use this id again: old records mean that person.",
            )
    return changed


def _wanted(
    group: SetupPeople, before: Sequence[PersonSettings], given: Mapping[str, Any], *, may_ask: bool
) -> list[dict[str, str]]:
    """Return the people that the group shall have, without ids."""
    if given.get(group.key) or not may_ask:
        some = SetupPeople(group.key, group.word, group.help, 1, group.most)
        people = prompts.collect([some], given, may_ask=False)[group.key]
        return [{key: value for key, value in each.items() if key != "id"} for each in people]
    if group.key == "independent":
        return [prompts.ask_person(_plain(before[0]))]
    found: list[dict[str, str]] = []
    for person in before:
        choice = click.prompt(
            f"{person.id}, {person.name}: keep, change or remove?",
            type=click.Choice(["keep", "change", "remove"]),
            default="keep",
        )
        if choice != "remove":
            found.append(prompts.ask_person(_plain(person)) if choice == "change" else _plain(person))
    while click.confirm(f"Is there another {group.word}?", default=False):
        found.append(prompts.ask_person())
    return found


def _plain(person: PersonSettings) -> dict[str, str]:
    return {"name": person.name, "slack": person.slack, "phone": person.phone, "email": person.email}


def _written(people: Sequence[PersonSettings]) -> list[dict[str, str]]:
    return [{"id": person.id, **_plain(person)} for person in people]


def _prefix(group: SetupPeople) -> str:
    return "independent" if group.key == "independent" else group.word


def _next_id(text: str, prefix: str) -> str:
    """Return an id that nobody has or had. Ids of people who were removed are in comments of the file."""
    used = [int(number) for number in re.findall(rf"\b{prefix}-(\d+)\b", text)]
    return f"{prefix}-{max(used, default=1 if prefix == 'independent' else 0) + 1}"
