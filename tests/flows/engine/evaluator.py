"""The law read a second time: plain functions over the policy's own table, sharing nothing with flows/.

Where this and flows/ disagree about a sheet, one of them misreads the law.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

LAW: dict[str, Any] = json.loads((Path(__file__).parents[2] / "data/checklist.json").read_text())
TABLE: dict[str, Any] = {entry["id"]: entry for entry in LAW["questions"]}
LEVELS: list[str] = LAW["levels"]
LEADS, DEPUTIES, INDEPENDENT = ["lead-1", "lead-2"], ["deputy-1"], "independent"
EVERYBODY = [*LEADS, *DEPUTIES, INDEPENDENT]
TROUBLE = {"level", "unsure", "fix", "sharing_worse", "shared", "conflict"}
Sheet = dict[str, str | list[str]]


def options_of(sheet: Sheet, question: str) -> set[str]:
    given = sheet.get(question, [])
    return {given} if isinstance(given, str) else set(given)


def effects_of(sheet: Sheet, question: str) -> Iterator[dict[str, Any]]:
    named = question == "S2" and isinstance(sheet.get("S2"), list)
    chosen = {"leads:<names>"} if named else options_of(sheet, question)
    yield from (one["effects"] for one in TABLE[question]["options"] if one["id"] in chosen)


def level_of(sheet: Sheet) -> int:
    reached = [0]
    for question in sheet:
        for effects in effects_of(sheet, question):
            reached.append(LEVELS.index(effects.get("level", "NONE")))
            if effects.get("unsure"):
                reached.append(LEVELS.index("CONSULT"))
    if is_breach(sheet):
        reached.append(LEVELS.index("CONSULT_URGENT"))
    return max(reached)


def is_breach(sheet: Sheet) -> bool:
    gone = sheet.get("S6") in ("yes_emergency", "yes_other")
    return gone and "no" in (sheet.get("3.3.1"), sheet.get("3.3.2"))


def is_asked(question: str, before: Sheet) -> bool:
    """The table's "asked_when", by hand: its words are for people."""
    given = before.get("3.1.1") in ("yes_recorded", "yes_not_recorded")
    wanted = before.get("3.1.1") == "no_not_asked" and before.get("3.1.3") == "yes"
    shared = before.get("S6") in ("yes_emergency", "yes_other")
    sometimes = {
        "S5": before.get("S4") in ("possibly", "not_sure"),
        "3.1.3": not given,
        "3.1.7": given or (wanted and before.get("3.1.6") == ["none"]),
        "3.1.8": not (given and before.get("3.1.7") == "yes"),
        "3.4.1": shared,
        "3.4.2": shared,
        "4.2": level_of(before) < LEVELS.index("CONSULT_URGENT"),
    }
    return sometimes.get(question, True)


def random_sheet(dice: Random) -> Sheet:
    """A walk from the first question, mild or wild, that may stop anywhere."""
    wild = dice.choice((0.0, 0.1, 0.3, 1.0))
    stop = dice.choice((1.0, 1.0, dice.random()))
    sheet: Sheet = {}
    for question in TABLE:
        if is_asked(question, sheet):
            if dice.random() > stop:
                break
            sheet[question] = _pick(question, dice, wild)
    return sheet


def _pick(question: str, dice: Random, wild: float) -> str | list[str]:
    options = TABLE[question]["options"]
    calm = [one for one in options if TROUBLE.isdisjoint(one["effects"])]
    free = question in ("3.1.1", "4.2") or dice.random() < wild
    chosen = dice.choice(options if free or not calm else calm)["id"]
    if question == "S2" and chosen.startswith("leads"):
        return dice.sample(EVERYBODY, dice.randint(1, len(EVERYBODY) - 1))
    if question == "3.1.6":
        several = dice.sample([one["id"] for one in options], dice.randint(1, len(options)))
        return several if dice.random() < wild / 2 else [chosen]
    return str(chosen)


def evaluate(sheet: Sheet) -> dict[str, Any]:
    """Every field of a verdict that the law decides, for a sheet whose answers are all asked."""
    level = level_of(sheet)
    finished = all(question in sheet for question in TABLE if is_asked(question, _before(sheet, question)))
    outcome = _outcome(sheet, level, finished=finished)
    return {
        "outcome": outcome,
        "level": LEVELS[level],
        "page": level > 0,
        "urgency": LAW["outcomes"].get(outcome, {"urgency": "none"})["urgency"],
        "page_after": _page_after(sheet, finished=finished),
        "recipients": _recipients(sheet) if level > 0 else [],
        "fixes": [fix for fix in LAW["fixes"] if fix in _fixes(sheet)],
        "tasks": [task for task in LAW["tasks"] if task in _every(sheet, "task")],
        "hold_informing": True in _every(sheet, "hold_informing"),
        "status": _status(sheet),
    }


def _before(sheet: Sheet, question: str) -> Sheet:
    order = list(TABLE)
    return {one: sheet[one] for one in order[: order.index(question)] if one in sheet}


def _every(sheet: Sheet, effect: str) -> set[Any]:
    return {effects[effect] for question in sheet for effects in effects_of(sheet, question) if effect in effects}


def _valid_consent(sheet: Sheet) -> bool:
    given = sheet.get("3.1.1") in ("yes_recorded", "yes_not_recorded")
    return given and sheet.get("3.1.7") == "yes"


def _fixes(sheet: Sheet) -> set[str]:
    fixes: set[str] = _every(sheet, "fix")
    if sheet.get("S4") == "no" and not _valid_consent(sheet):
        held = True in _every(sheet, "hold_informing")
        refused = sheet.get("3.1.1") == "asked_refused"
        if sheet.get("3.1.3") == "yes" and not held and not refused:
            fixes.add("CONSENT")
        if sheet.get("3.1.3") == "no" and sheet.get("3.1.4") == "no":
            fixes.add("BASIS")
    return fixes


def _outcome(sheet: Sheet, level: int, *, finished: bool) -> str:
    if level >= LEVELS.index("CONSULT_URGENT"):
        return LEVELS[level]
    if not finished:
        return "CONSULT" if level else "UNFINISHED"
    if sheet["4.2"] == "yes":
        return "CONSULT_READY" if _ready(sheet) else "CONSULT"
    if level:
        return "CONSULT"
    return {"not_yet": "FIX_FIRST", "no": "HOLD"}[str(sheet["4.2"])]


def _ready(sheet: Sheet) -> bool:
    return not (
        _fixes(sheet)
        or True in _every(sheet, "unsure")
        or sheet.get("3.1.8") == "sharing_worse"
        or sheet.get("3.3.4") == "worried"
        or sheet.get("3.1.1") == "asked_refused"
        or (sheet.get("3.1.3") == "yes" and not _valid_consent(sheet))
    )


def _page_after(sheet: Sheet, *, finished: bool) -> str | None:
    if level_of(sheet) == 0:
        return None
    for question in TABLE:
        if question in sheet and level_of(_before(sheet, question) | {question: sheet[question]}) >= 2:
            if question != "S1":
                return question
            return "S2" if "S2" in sheet else "abandoned"
    return "end" if finished else "abandoned"


def _recipients(sheet: Sheet) -> list[str]:
    about = sheet.get("S2")
    if about == "no":
        return LEADS
    if about == "not_sure":
        return [INDEPENDENT]
    if about is None:
        return [*LEADS, INDEPENDENT]
    first = [one for one in (*LEADS, INDEPENDENT) if one not in about]
    return first or [one for one in DEPUTIES if one not in about]


def _status(sheet: Sheet) -> dict[str, str]:
    status: dict[str, str] = {}
    stopped = False
    for question in TABLE:
        asked = is_asked(question, _before(sheet, question))
        stopped = stopped or (asked and question not in sheet)
        passed = "pending_after_sharing" if question.startswith("3.4") else "skipped"
        status[question] = "not_reached" if stopped else "answered" if asked else passed
    return status
