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
EFFECTS: dict[str, dict[str, dict[str, Any]]] = {
    name: {option["id"]: option["effects"] for option in entry["options"]} for name, entry in TABLE.items()
}
LEVELS: list[str] = LAW["levels"]
LEADS, DEPUTIES, INDEPENDENT = ["lead-1", "lead-2"], ["deputy-1"], "independent"
EVERYBODY = [*LEADS, *DEPUTIES, INDEPENDENT]
TROUBLE = {"level", "unsure", "fix", "sharing_worse", "shared", "conflict", "risk"}
SHARED = ("yes_emergency", "yes_other", "gone_wrong")
MANY = ("S7", "3.1.6")
Sheet = dict[str, str | list[str]]


def options_of(sheet: Sheet, question: str) -> set[str]:
    given = sheet.get(question, [])
    return {given} if isinstance(given, str) else set(given)


def effects_of(sheet: Sheet, question: str) -> Iterator[dict[str, Any]]:
    named = question == "S2" and isinstance(sheet.get("S2"), list)
    chosen = {"leads:<names>"} if named else options_of(sheet, question)
    yield from (EFFECTS[question][one] for one in chosen if one in EFFECTS[question])


def level_of(sheet: Sheet) -> int:
    reached = [_other_level(sheet)]
    if is_breach(sheet):
        reached.append(LEVELS.index("CONSULT_URGENT"))
    return max(reached)


def _other_level(sheet: Sheet) -> int:
    """The level that is reached for any reason but a breach."""
    reached = [0]
    for question in sheet:
        for effects in effects_of(sheet, question):
            if not effects.get("breach"):
                reached.append(LEVELS.index(effects.get("level", "NONE")))
            if effects.get("unsure"):
                reached.append(LEVELS.index("CONSULT"))
    return max(reached)


def is_shared(sheet: Sheet) -> bool | None:
    return {"no": False, **dict.fromkeys(SHARED, True)}.get(str(sheet.get("S6")))


def is_breach(sheet: Sheet) -> bool:
    wrong = sheet.get("3.3.1") == "no" or sheet.get("3.3.2") == "no"
    return sheet.get("S6") == "gone_wrong" or (is_shared(sheet) is True and wrong)


def is_risk(sheet: Sheet) -> bool:
    ticked = any(effects.get("risk") for effects in effects_of(sheet, "S7"))
    return ticked or sheet.get("S4") in ("yes", "possibly", "not_sure")


def is_worry(sheet: Sheet) -> bool:
    unknown = "S4" not in sheet or "S7" not in sheet or "not_sure" in options_of(sheet, "S7")
    return is_risk(sheet) or unknown or sheet.get("S3") != "none"


def is_asked(question: str, before: Sheet) -> bool:
    """The table's "asked_when", by hand: its words are for people."""
    given = before.get("3.1.1") in ("yes_recorded", "yes_not_recorded")
    sometimes = {
        "S5": before.get("S4") in ("possibly", "not_sure"),
        "3.1.3": not given,
        "3.1.7": given,
        "3.1.8": not (given and before.get("3.1.7") == "yes"),
        "3.4.1": before.get("S6") in SHARED,
        "3.4.2": before.get("S6") in SHARED,
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
    calm = [one for one in options if TROUBLE.isdisjoint(name for name, value in one["effects"].items() if value)]
    free = question in ("3.1.1", "4.2") or dice.random() < wild
    chosen = dice.choice(options if free or not calm else calm)["id"]
    if question == "S2" and chosen.startswith("leads"):
        some = dice.sample(EVERYBODY, dice.randint(1, len(EVERYBODY) - 1))
        return dice.choice((some, LEADS, [*LEADS, *DEPUTIES]))
    if question in MANY:
        several = dice.sample([one["id"] for one in options], dice.randint(1, len(options)))
        return several if dice.random() < wild / 2 else [chosen]
    return str(chosen)


def evaluate(sheet: Sheet) -> dict[str, Any]:
    """Every field of a verdict that the law decides, for a sheet whose answers are all asked."""
    level = level_of(sheet)
    finished = all(question in sheet for question in TABLE if is_asked(question, _before(sheet, question)))
    outcome = _outcome(sheet, level, finished=finished)
    shown = _shown_fixes(sheet)
    return {
        "outcome": outcome,
        "level": LEVELS[level],
        "page": level > 0,
        "urgency": _urgency(sheet, outcome),
        "page_after": _page_after(sheet, finished=finished),
        "recipients": _recipients(sheet) if level > 0 else [],
        "fixes": [fix for fix in LAW["fixes"] if fix in shown],
        "tasks": [task for task in LAW["tasks"] if task in _every(sheet, "task")],
        "hold_informing": True in _every(sheet, "hold_informing"),
        "status": _status(sheet),
        "advice": [one["id"] for one in LAW["advice"] if one["id"] in _advice(sheet)],
        "worry": is_worry(sheet),
        "risk": is_risk(sheet),
        "shared": is_shared(sheet),
        "breach": is_breach(sheet),
        "answers_differ": _differ(sheet),
        "consent_from": LAW["consent_from"][sheet["3.1.5"]] if "CONSENT" in shown else None,
    }


def _before(sheet: Sheet, question: str) -> Sheet:
    order = list(TABLE)
    return {one: sheet[one] for one in order[: order.index(question)] if one in sheet}


def _every(sheet: Sheet, effect: str) -> set[Any]:
    return {effects[effect] for question in sheet for effects in effects_of(sheet, question) if effect in effects}


def _urgency(sheet: Sheet, outcome: str) -> str:
    match outcome:
        case "EMERGENCY":
            return "P0"
        case "CONSULT_URGENT":
            return "P1"
        case "CONSULT" | "CONSULT_READY":
            return "P2" if is_worry(sheet) else "P3"
        case _:
            return "none"


def _valid_consent(sheet: Sheet) -> bool:
    given = sheet.get("3.1.1") in ("yes_recorded", "yes_not_recorded")
    return given and sheet.get("3.1.7") == "yes"


def _refused(sheet: Sheet) -> bool:
    return sheet.get("3.1.1") in ("asked_refused", "withdrawn")


def _fixes(sheet: Sheet) -> set[str]:
    fixes: set[str] = _every(sheet, "fix")
    if not _valid_consent(sheet) and not is_risk(sheet):
        safe = sheet.get("3.1.6") == ["none"] and True not in _every(sheet, "hold_informing")
        whose = sheet.get("3.1.5") not in ("adult_may_not_decide", "not_sure")
        if sheet.get("3.1.3") == "yes" and safe and whose and not _refused(sheet):
            fixes.add("CONSENT")
        if sheet.get("3.1.3") == "no" and sheet.get("3.1.4") == "no":
            fixes.add("BASIS")
    return fixes


def _shown_fixes(sheet: Sheet) -> set[str]:
    hidden = {"SOURCE", "UNDERSTAND"} if is_risk(sheet) or True in _every(sheet, "hold_informing") else set()
    return _fixes(sheet) - hidden


def _advice(sheet: Sheet) -> set[str]:
    called = {one for ids in map(tuple, _lists(sheet, "advice")) for one in ids}
    out = options_of(sheet, "S2")
    whose = sheet.get("3.1.5") in ("adult", "adult_may_not_decide")
    sent_wrong = is_shared(sheet) is True and sheet.get("3.3.1") == "no"
    derived = {
        "BASICS": _other_level(sheet) >= LEVELS.index("CONSULT_URGENT"),
        "LEADS_LEFT_OUT": out >= set(LEADS) or out == {"not_sure"},
        "ADULT": is_risk(sheet) and whose,
        "BREACH": is_breach(sheet),
        "WRONG_RECIPIENT": sent_wrong,
    }
    return called | {one for one, applies in derived.items() if applies}


def _lists(sheet: Sheet, effect: str) -> Iterator[list[str]]:
    yield from (effects.get(effect, []) for question in sheet for effects in effects_of(sheet, question))


def _differ(sheet: Sheet) -> bool:
    ticked = any(effects.get("risk") for effects in effects_of(sheet, "S7"))
    return sheet.get("S4") == "no" and (ticked or "someone_at_risk" in options_of(sheet, "3.1.6"))


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
        or is_shared(sheet)
        or sheet.get("3.1.5") == "adult_may_not_decide"
        or sheet.get("3.1.8") == "sharing_worse"
        or sheet.get("3.3.4") == "worried"
        or sheet.get("3.2.3") == "cannot_check"
        or _refused(sheet)
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
