"""Weeks of ordinary work in a real database, and the same weeks counted a second time, from the events alone."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from statistics import median

from flows.case import CaseStatus, Entry, Strand, StrandName, StrandStatus
from flows.checklist import CHECKLIST
from flows.engine.outcome import decide
from flows.engine.replay import replay
from flows.events import EventKind
from flows.model import Answers
from flows.reports.figures import Week
from services.drill import Drill
from storage import checks, events
from storage.tables import checks as check_table
from tests.flows.builders import calm_but
from tests.storage.builders import DONE, LEAD_ONE, LEAD_TWO, REPORTER, SAID, Office

SHEETS: tuple[Answers, ...] = (
    calm_but(),
    calm_but(S4="yes"),
    calm_but(S1="yes"),
    calm_but(S3="low_level"),
    calm_but({"4.2": "yes"}),
    calm_but({"3.2.2": "no", "4.2": "not_yet"}),
    calm_but({"3.1.4": "not_sure", "3.3.1": "not_sure"}),
    calm_but({"3.1.4": "not_sure", "3.2.1": "too_much"}),
    calm_but({"4.2": "not_sure"}),
)
CONFLICTS: tuple[Answers, ...] = (
    calm_but(S2="lead-1", S4="yes"),
    calm_but(S2="not_sure", S4="yes"),
    calm_but(S2="lead-2"),
    calm_but(S2="deputy-1", S1="yes"),
    calm_but(S2="independent", S3="low_level"),
)
_TARGETS = {"P0": timedelta(minutes=5), "P1": timedelta(minutes=15)}
_MINUTE = timedelta(minutes=1)


def work(office: Office, weeks: int, chance: random.Random, *, most: int = 5, conflicts: bool = True) -> None:
    """So many weeks from the office's Monday on, with everything that happens in them, one thing after the other."""
    for _ in range(weeks):
        monday = office.now
        for at in sorted(chance.uniform(0, 6.9) for _ in range(chance.randint(0, most))):
            office.now = max(office.now, monday + timedelta(days=at))
            _something(office, chance, conflicts=conflicts)
        local = monday.astimezone(office.roster.week.zone).date() + timedelta(days=7)
        office.now = datetime(local.year, local.month, local.day, tzinfo=office.roster.week.zone)


def _something(office: Office, chance: random.Random, *, conflicts: bool) -> None:
    kind = chance.random()
    if kind < 0.08:
        _drill(office, chance)
    elif kind < 0.2:
        _abandoned(office, chance)
    elif kind < 0.35 and conflicts:
        _a_check(office, chance, chance.choice(CONFLICTS))
    else:
        _a_check(office, chance, chance.choice(SHEETS))


def _drill(office: Office, chance: random.Random) -> None:
    with office.database.begin() as tx:
        drill = Drill(tx, office.keys, office.roster, office.now).start("U0ADMIN", office.request())
    office.forward(minutes=chance.randint(1, 50))
    if chance.random() < 0.7:
        with office.leading() as working:
            working.lead(drill, LEAD_ONE, "lead-1")
    else:
        office.forward(hours=1)
        with office.leading() as working:
            working.escalate_due(drill)


def _abandoned(office: Office, chance: random.Random) -> None:
    """Left half done, at the very start, harmless, or at risk; the leads are told or nobody is."""
    check = office.start()
    sheet = chance.choice((calm_but(), calm_but(S3="low_level"), calm_but(S4="possibly")))
    for question in list(sheet)[: chance.randint(0, 6)]:
        office.answer(check, question, *sheet[question])
    for hours in (1, 100, 100, 100):
        office.forward(hours=hours if chance.random() < 0.5 else 0.3)
        with office.reporting() as working:
            working.wake(check)


def _a_check(office: Office, chance: random.Random, sheet: Answers) -> None:
    check = office.start()
    for question, choices in sheet.items():
        office.forward(seconds=chance.randint(5, 300))
        office.answer(check, question, *choices)
    with office.reporting() as working:
        working.send(check, REPORTER)
    if office.case(check) is not None:
        _a_case(office, chance, check)


def _a_case(office: Office, chance: random.Random, check: str) -> None:
    """As far as it gets."""
    office.forward(minutes=chance.choice((1, 4, 14, 16, 90, 700)))
    left = office.the_case(check).left_out
    who, person = (LEAD_ONE, "lead-1") if "lead-1" not in left else (LEAD_TWO, "lead-2")
    if chance.random() < 0.1:
        with office.leading() as working:
            working.step_aside(check, LEAD_TWO, "lead-2")
    if chance.random() < 0.15:
        return
    with office.leading() as working:
        working.lead(check, who, person)
    if chance.random() < 0.3:
        return
    with office.leading() as working:
        decision = chance.choice(("share", "not_for_now", "refer"))
        working.decide(check, who, decision, {**SAID, "reason": "the reason"}, office.request())
    _a_plan(office, chance, check, who, person)


def _a_plan(office: Office, chance: random.Random, check: str, who: str, person: str) -> None:
    due = (office.now + timedelta(days=chance.choice((1, 20)))).date().isoformat()
    waits = Strand(StrandName.PARENT, StrandStatus.TO_DO, "a step", due=due)
    strands = DONE if chance.random() < 0.6 else (*DONE[:2], waits)
    with office.leading() as working:
        working.plan(check, who, person, strands, office.request())
    office.forward(hours=chance.randint(1, 20))
    with office.leading() as working:
        if chance.random() < 0.2:
            working.disagree(check, REPORTER, 1, "a reason", office.request())
            return
        working.agree(check, REPORTER, 1)
    if chance.random() < 0.6:
        answers = {"3.4.1": ("yes_told",), "3.4.2": ("yes",)}
        with office.leading() as working:
            working.shared(check, REPORTER, answers, SAID, office.request())
            working.close(check, who, {"outcome": "safe"}, office.request())


# The second count: from the events alone, one check at a time, by the calendar day of each.


def recount(office: Office, week: Week) -> dict[str, object]:
    """The week's figures by name, worked out another way than services/week_figures.py does."""
    total: dict[str, object] = {}
    counts: Counter[str] = Counter()
    groups: dict[str, Counter[str]] = {
        name: Counter() for name in ("outcomes", "decisions", "unsure", "fixes", "to_sample")
    }
    ages: Counter[str] = Counter()
    waits: list[int] = []
    drills: list[int] = []
    for entries, is_drill in _histories(office):
        if not _may_be_counted(entries):
            continue
        if is_drill:
            _count_drill(entries, week, counts, drills)
            continue
        _count_check(entries, week, counts, groups)
        _count_case(office, entries, week, counts, groups, waits)
        _count_open(office, entries, counts, ages)
    total |= {name: dict(found) for name, found in groups.items()}
    total |= {"open_by_age": dict(ages), "answers": tuple(sorted(waits)), "drill_answers": tuple(sorted(drills))}
    return {**total, **counts, "median": round(median(waits)) if waits else None}


def _histories(office: Office) -> Iterator[tuple[tuple[Entry, ...], bool]]:
    with office.database.read() as tx:
        for check in tx.scalars(check_table.select().with_only_columns(check_table.c.id)):
            opened = checks.load(tx, office.keys, check)
            yield events.history(tx, check, opened.sealer), opened.check.is_drill


def _may_be_counted(entries: tuple[Entry, ...]) -> bool:
    """Nobody was ever named, nobody stepped aside, and nothing was raised before the reporter had said no."""
    said: list[str] = []
    for entry in entries:
        if entry.content.get("question") == "S2":
            said = list(entry.content["options"])  # type: ignore[call-overload] # content is any JSON; this kind has a list
            if said not in (["no"], ["not_sure"]):
                return False
        if entry.what == EventKind.STEPPED_ASIDE or (
            entry.what == EventKind.RAISED and said != ["no"] and not _is_practice(entries)
        ):
            return False
    return said == ["no"] or _is_practice(entries)


def _is_practice(entries: tuple[Entry, ...]) -> bool:
    return entries[0].what == EventKind.DRILL_STARTED


def _in(entry: Entry, week: Week) -> bool:
    from tests.storage.builders import ROSTER  # noqa: PLC0415 - its zone

    return entry.at.astimezone(ROSTER.week.zone).isocalendar()[:2] == (week.year, week.number)


def _count_drill(entries: tuple[Entry, ...], week: Week, counts: Counter[str], waits: list[int]) -> None:
    for entry in entries:
        if _in(entry, week):
            counts["drills"] += entry.what == EventKind.DRILL_STARTED
            counts["drills_unanswered"] += entry.what == EventKind.DRILL_UNANSWERED
            if entry.what == EventKind.DRILL_ANSWERED:
                waits.append(round((entry.at - entries[0].at).total_seconds()))


def _answers(entries: tuple[Entry, ...]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for entry in entries:
        if entry.what in (EventKind.ANSWERED, EventKind.CHANGED):
            found[str(entry.content["question"])] = tuple(entry.content["options"])  # type: ignore[arg-type] # content is any JSON; this kind has a list
        if entry.what == EventKind.SHARED:
            found |= {key: tuple(value) for key, value in entry.content["answers"].items()}  # type: ignore[attr-defined] # content is any JSON; this kind has a mapping
    return found


def _count_check(entries: tuple[Entry, ...], week: Week, counts: Counter[str], groups: dict[str, Counter[str]]) -> None:
    mine = [entry.what for entry in entries if _in(entry, week)]
    counts["started"] += EventKind.STARTED in mine
    sent, left = EventKind.SENT in mine, bool({EventKind.ABANDONED, EventKind.STOPPED, EventKind.SHELVED} & set(mine))
    counts["finished"] += sent
    counts["abandoned"] += left and not sent
    answers = _answers(entries)
    if sent or left:
        groups["unsure"].update(one for one, given in answers.items() if {"not_sure", "about_equal"} & set(given))
    if sent:
        decision = decide(CHECKLIST, replay(CHECKLIST, answers))
        groups["outcomes"][decision.outcome] += 1
        groups["fixes"].update(decision.fixes)
        if decision.outcome in ("HOLD", "FIX_FIRST"):
            groups["to_sample"][decision.outcome] += 1


def _count_case(
    office: Office,
    entries: tuple[Entry, ...],
    week: Week,
    counts: Counter[str],
    groups: dict[str, Counter[str]],
    waits: list[int],
) -> None:
    mine = [entry for entry in entries if _in(entry, week)]
    counts["closed"] += any(entry.what == EventKind.CLOSED for entry in mine)
    counts["disagreements"] += any(entry.what == EventKind.DISAGREED for entry in mine)
    decided = [str(entry.content["decision"]) for entry in mine if entry.what == EventKind.DECIDED]
    groups["decisions"].update(decided[-1:])
    raised = [entry for entry in mine if entry.what == EventKind.RAISED]
    if not raised:
        return
    counts["cases"] += 1
    counts["out_of_hours"] += not _works(office, raised[0].at)
    asked, answered = raised[0], None
    for entry in entries[entries.index(asked) :]:
        if entry.what == EventKind.LED:
            answered = entry
            break
        asked = entry if entry.what in (EventKind.RAISED, EventKind.ESCALATED) else asked
    if answered:
        waits.append(round((answered.at - raised[0].at).total_seconds()))
    counts["missed"] += _is_missed(office, asked, answered.at if answered else office.now)


def _is_missed(office: Office, asked: Entry, by: datetime) -> bool:
    urgency = str(asked.content["urgency"])
    if urgency in _TARGETS:
        return by - asked.at > _TARGETS[urgency]
    counts, most = (_works, timedelta(hours=4)) if urgency == "P3" else (_is_day, timedelta(hours=1))
    waited, at = timedelta(0), asked.at
    while at < by and waited < most:
        step = min(_MINUTE, by - at)
        whole = counts(office, at) and counts(office, at + step - timedelta(microseconds=1))
        waited += step if whole else timedelta(0)
        at += step
    too_late = urgency == "P3" and by > _last_morning(office, asked.at)
    return (waited >= most and at < by) or too_late


def _last_morning(office: Office, asked_at: datetime) -> datetime:
    """The last nine o'clock, of any day, within three days of a routine ask."""
    local = (asked_at + timedelta(hours=72)).astimezone(office.roster.week.zone)
    nine = local.replace(hour=9, minute=0, second=0, microsecond=0)
    return nine if nine <= local else nine - timedelta(days=1)


def _works(office: Office, moment: datetime) -> bool:
    local = moment.astimezone(office.roster.week.zone)
    return office.roster.week.works(local.date()) and (8, 30) <= (local.hour, local.minute) < (17, 0)


def _is_day(office: Office, moment: datetime) -> bool:
    """Whether the wait of a worry counts this moment."""
    return 8 <= moment.astimezone(office.roster.week.zone).hour < 22


def _count_open(office: Office, entries: tuple[Entry, ...], counts: Counter[str], ages: Counter[str]) -> None:
    """As things stand, by what happened last."""
    raised = next((entry for entry in entries if entry.what == EventKind.RAISED), None)
    stands = _stands([entry.what for entry in entries])
    if raised is None or stands is CaseStatus.CLOSED:
        return
    days = (office.now - raised.at) / timedelta(days=1)
    ages["for under a week" if days < 7 else "for one to four weeks" if days < 28 else "for over four weeks"] += 1
    names = {"nobody_leads": CaseStatus.OPEN, "no_plan_yet": CaseStatus.LED, "plans_waiting": CaseStatus.PLANNED}
    for name, status in names.items():
        counts[name] += stands is status
    counts["sharing_waiting"] += stands is CaseStatus.AGREED and not _is_over(entries)
    counts["strands_overdue"] += sum(_overdue(office, entries))


def _stands(happened: list[EventKind]) -> CaseStatus:
    stands = CaseStatus.OPEN
    for what in happened:
        stands = {
            EventKind.LED: CaseStatus.LED,
            EventKind.PLANNED: CaseStatus.PLANNED,
            EventKind.AGREED: CaseStatus.AGREED,
            EventKind.CLOSED: CaseStatus.CLOSED,
        }.get(what, stands)
    return stands


def _is_over(entries: tuple[Entry, ...]) -> bool:
    decisions = [entry.content["decision"] for entry in entries if entry.what == EventKind.DECIDED]
    return decisions[-1] not in ("share", "refer") or any(entry.what == EventKind.SHARED for entry in entries)


def _overdue(office: Office, entries: tuple[Entry, ...]) -> list[bool]:
    plans = [entry.content["strands"] for entry in entries if entry.what == EventKind.PLANNED]
    today = office.now.astimezone(office.roster.week.zone).date()
    return [
        each["status"] == "to_do" and each["due"] is not None and date.fromisoformat(each["due"]) < today
        for each in (plans[-1] if plans else ())  # type: ignore[attr-defined] # content is any JSON; this kind has a list
    ]
