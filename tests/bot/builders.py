"""Checks, cases and whole views in any state, without a database or Slack."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.check_view import CheckView
from bot.config.organisation import Organisation, PersonSettings, example_organisation_path, load_organisation
from bot.config.roster import roster_of
from bot.fields import DECISION, DETAILS, SHARING
from flows.agencies import TYPED
from flows.case import Case, CaseStatus, Check, CheckStatus, Entry, Strand, StrandName, StrandStatus, Told
from flows.checklist import CHECKLIST
from flows.engine.outcome import decide, left_out
from flows.engine.replay import replay
from flows.events import EventKind
from flows.model import Answers, Level, Outcome, Urgency
from tests.flows.builders import calm_but

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
ORGANISATION = load_organisation(example_organisation_path())
ROSTER = roster_of(ORGANISATION)
HOSTILE = "<!channel> & <@U0STAFF> *bold* `code` </section>"
"""Words that would notify everybody, were they not escaped."""
LONGEST = ("&" * 3000, "\N{SLEEPING SYMBOL}" * 3000, (HOSTILE * 100)[:3000])
"""What fills a box of 3,000 characters to the end."""

SHEETS: dict[Outcome, Answers] = {
    Outcome.EMERGENCY: calm_but(S1="yes"),
    Outcome.CONSULT_URGENT: calm_but(S1="not_sure", S4="yes"),
    Outcome.CONSULT: calm_but(S3="low_level"),
    Outcome.CONSULT_READY: calm_but({"4.2": "yes"}),
    Outcome.FIX_FIRST: calm_but({"3.2.2": "no", "4.2": "not_yet"}),
    Outcome.HOLD: calm_but(),
    Outcome.UNFINISHED: {},
}
"""A sheet of answers for each way a check can end."""


def check(answers: Answers | None = None, **changes: object) -> Check:
    """A check with these answers, at the level they raise."""
    given = answers or {}
    base = Check(
        id="c" * 32,
        ref="SC-7K2M",
        reporter="U0STAFF",
        status=CheckStatus.DRAFT,
        level=replay(CHECKLIST, given).level,
        answers=given,
        revision=3,
        checklist_version=CHECKLIST.version,
        started_at=NOW,
        touched_at=NOW,
    )
    return replace(base, **changes)  # type: ignore[arg-type] # by field name


def sent(outcome: Outcome, **changes: object) -> Check:
    """A finished check with this outcome."""
    answers = SHEETS[outcome]
    found = decide(CHECKLIST, replay(CHECKLIST, answers)).outcome
    assert found is outcome
    handed_over = {"status": CheckStatus.SENT, "sent_at": NOW, "outcome": outcome}
    return check(answers, **{**handed_over, **changes})


def case(of: Check, **changes: object) -> Case:
    """A case nobody leads yet, of this check."""
    named = left_out(of.answers)
    urgency = {Level.EMERGENCY: Urgency.P0, Level.CONSULT_URGENT: Urgency.P1}.get(of.level, Urgency.P2)
    base = Case(
        check=of,
        status=CaseStatus.OPEN,
        urgency=urgency,
        raised_at=NOW,
        answer_by=NOW + timedelta(minutes=15),
        asks=1,
        asked_at=NOW,
        needed_at=NOW,
        dm_only=bool(named),
        content_free=False,
        left_out=frozenset(named),
        asked=tuple(one for one in ("lead-1", "lead-2") if one not in named),
    )
    return replace(base, **changes)  # type: ignore[arg-type] # by field name


def led(of: Check, **changes: object) -> Case:
    """A case that lead-1 leads."""
    by_lead: dict[str, object] = {"status": CaseStatus.LED, "led_by": "lead-1", "led_at": NOW}
    return case(of, **{**by_lead, **changes})


def view(
    of: Check,
    a_case: Case | None = None,
    told: Told = Told.DELIVERED,
    entries: Iterable[Entry] = (),
    organisation: Organisation = ORGANISATION,
) -> CheckView:
    """What a screen gets."""
    return CheckView(
        check=of,
        case=a_case,
        told=told if a_case else Told.NOBODY,
        left_out=a_case.left_out if a_case else frozenset(left_out(of.answers)),
        organisation=organisation,
        roster=ROSTER if organisation is ORGANISATION else roster_of(organisation),
        entries=tuple(entries),
        now=NOW + timedelta(minutes=1),
        reached=_reached(a_case, organisation) if told is Told.DELIVERED else frozenset(),
    )


def _reached(a_case: Case | None, organisation: Organisation) -> frozenset[str]:
    """Slack ids of everybody asked: Slack has the page of each."""
    accounts = (ROSTER if organisation is ORGANISATION else roster_of(organisation)).slack
    return frozenset(accounts[one] for one in (a_case.asked if a_case else ()) if one in accounts)


def entry(what: EventKind, number: int = 1, /, **content: object) -> Entry:
    """One line of the record, by lead-1."""
    return Entry(number, NOW, "U0LEAD1", what, content)


def crowd(leads: int = 6, deputies: int = 5, name: str = HOSTILE) -> Organisation:
    """An organisation of many people with long names full of Slack's own signs."""

    def person(group: str, number: int) -> PersonSettings:
        return PersonSettings(
            id=f"{group}-{number}",
            name=f"{group} {number} {name}".ljust(120, "x"),
            slack=f"U0{group.upper()}{number}",
            phone="020 7946 0101",
            email="somebody@example.org",
        )

    return load_organisation(example_organisation_path()).model_copy(
        update={
            "name": name,
            "leads": tuple(person("lead", number) for number in range(1, leads + 1)),
            "deputies": tuple(person("deputy", number) for number in range(1, deputies + 1)),
        }
    )


def strands_to_do(text: str) -> tuple[Strand, ...]:
    """The three parts of a plan, each filled in with this text."""
    return tuple(Strand(name, StrandStatus.TO_DO, text[:1500], text[:150], "2026-12-01") for name in StrandName)


def everything_typed(text: str, notes: int) -> list[Entry]:
    """Details, a decision and a sharing with this text in every box, and so many notes of it."""
    details = {field.key: text[: field.longest] for field in DETAILS}
    decided = {field.key: text[: field.longest] for field in DECISION}
    shared = {field.key: text[: field.longest] for field in SHARING}
    return [
        entry(EventKind.DETAILS, 1, **details),
        entry(EventKind.DECIDED, 2, decision="share", **decided),
        entry(EventKind.SHARED, 3, **shared),
        entry(EventKind.AGENCY, 4, row=1, agency="other", state="answered", **dict.fromkeys(TYPED, text[:1000])),
        *(entry(EventKind.NOTE, 10 + number, text=f"note {number}: {text}"[:3000]) for number in range(notes)),
    ]
