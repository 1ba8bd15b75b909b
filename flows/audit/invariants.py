"""What must hold at every step and at every point where a check may stop (docs/rules.md, "Invariants").

Written from the ids in the law, not from the effects in the table: an effect that was dropped from
the table must be missed here. What a person reads there is audited by flows/audit/rendered.py.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from flows.engine.outcome import Decision, Known
from flows.engine.replay import PAGE_MOMENT, Progress
from flows.model import Answers, Checklist, Level, Outcome, Question, Urgency
from flows.paging.recipients import NobodyLeftError, People, first_recipients

MOST_QUESTIONS = 24
POLICY_QUESTIONS = 17
SOME_PEOPLE = People(("lead-1", "lead-2"), ("deputy-1",), "independent")
UNSURE = ("not_sure", "about_equal")
HARM_IF_TOLD = ("someone_at_risk", "police_investigation", "unjustifiable_delay")
URGENT_KINDS = ("image", "sexual", "self_harm", "cutting_or_forced_marriage")
RISKY_KINDS = (*URGENT_KINDS, "extreme_views", "adult_at_risk")
SHARED = ("yes_emergency", "yes_other", "gone_wrong")
NOT_PAGED = (Outcome.FIX_FIRST, Outcome.HOLD, Outcome.UNFINISHED)
LEADS_WORK = frozenset({"SOURCE", "UNDERSTAND", "CONSENT"})


@dataclass(frozen=True, slots=True)
class Broken:
    """One invariant that does not hold: its name, how, and the answers that lead there."""

    name: str
    how: str
    route: Answers

    def __str__(self) -> str:
        way = ", ".join(f"{asked} {'+'.join(given)}" for asked, given in self.route.items())
        return f"{self.name}: {self.how} [{way or 'no answers'}]"


_DEMANDS: Mapping[tuple[str, str], tuple[str, Level]] = {
    ("S1", "yes"): ("I1", Level.EMERGENCY),
    ("S1", "not_sure"): ("I2", Level.CONSULT_URGENT),
    ("S3", "harm"): ("I5", Level.CONSULT_URGENT),
    **{("S3", option): ("I5", Level.CONSULT) for option in ("low_level", "not_sure")},
    ("S4", "yes"): ("I4", Level.CONSULT_URGENT),
    **{("S4", option): ("I4", Level.CONSULT) for option in ("possibly", "not_sure")},
    **{("S7", option): ("I4", Level.CONSULT) for option in RISKY_KINDS},
    **{("S7", option): ("I4", Level.CONSULT_URGENT) for option in URGENT_KINDS},
    **{("S6", option): ("I27", Level.CONSULT) for option in SHARED},
    ("S6", "gone_wrong"): ("I27", Level.CONSULT_URGENT),
    **{("3.1.6", option): ("I7", Level.CONSULT_URGENT) for option in HARM_IF_TOLD},
    ("3.1.4", "yes_duty"): ("I8", Level.CONSULT),
    ("4.2", "yes"): ("I6", Level.CONSULT),
}
"""The invariant each answer calls on, with the level it asks for at least."""


def demands(question: str, option: str) -> Iterator[tuple[str, Level]]:
    """Name the invariants this answer calls on, with the level each asks for at least."""
    if (question, option) in _DEMANDS:
        yield _DEMANDS[question, option]
    if option in UNSURE:
        yield "I3", Level.CONSULT


def is_risk(given: Answers) -> bool:
    """Whether somebody may be at risk of harm: S4 is not "no", or a kind of worry that is a risk is ticked in S7."""
    return given.get("S4", ("no",)) != ("no",) or any(one in RISKY_KINDS for one in given.get("S7", ()))


def is_shared(given: Answers) -> bool:
    """Whether S6 says that it was shared."""
    return any(one in SHARED for one in given.get("S6", ()))


def is_breach(given: Answers) -> bool:
    """Whether it may have gone to the wrong person or place, or by an insecure route."""
    wrong = ("no",) in (given.get("3.3.1"), given.get("3.3.2"))
    return given.get("S6") == ("gone_wrong",) or (is_shared(given) and wrong)


def broken_by_step(question: Question, before: Progress, after: Progress) -> Iterator[Broken]:
    """Find what the answer just given breaks."""
    route = after.answers
    for option in route.get(question.id, ()):
        for name, level in demands(question.id, option):
            if after.level < level:
                yield Broken(name, f"the level is only {after.level.name}", route)
    if is_breach(route) and after.level < PAGE_MOMENT:
        yield Broken("I27", f"the breach shown by {question.id} does not page", route)
    if _holds(question, route) and "hold_informing" not in after.effects:
        yield Broken("I7", "telling them is not held back", route)
    if after.level < before.level:
        yield Broken("I11", f"{question.id} lowers the level", route)
    raised = before.level < PAGE_MOMENT <= after.level
    if after.urgent_at != (question.id if raised else before.urgent_at):
        yield Broken("I11", f"the page does not go out at {question.id}, which raised it", route)


def _holds(question: Question, route: Answers) -> bool:
    """Whether an answer just given holds informing."""
    unsafe = {
        "3.1.6": {*HARM_IF_TOLD, "not_sure"},
        "S7": {"cutting_or_forced_marriage"},
        "3.2.3": {"unsafe_to_check"},
        "3.4.1": {"no_unsafe", "not_sure"},
    }
    return bool(unsafe.get(question.id, set()) & set(route.get(question.id, ())))


def broken_at_point(checklist: Checklist, progress: Progress, decision: Decision) -> Iterator[Broken]:
    """Find what does not hold if the person stops here, finished or not."""
    found = (
        *_not_paged(progress, decision),
        *_held_wrongly(progress, decision),
        *_page_lost(decision),
        *_unaccounted(checklist, progress),
        *_unknown(progress, decision),
        *_waits(progress, decision),
        *_not_explained(progress, decision),
    )
    yield from (Broken(name, how, progress.answers) for name, how in found)


def _not_paged(progress: Progress, decision: Decision) -> Iterator[tuple[str, str]]:
    if decision.page and decision.outcome not in NOT_PAGED:
        return
    for question, options in progress.answers.items():
        for option in options:
            for name, _ in demands(question, option):
                yield name, f"{question} {option} ends in {decision.outcome} without a page"


def _held_wrongly(progress: Progress, decision: Decision) -> Iterator[tuple[str, str]]:
    """I9, I10 and I27."""
    given = progress.answers
    if decision.outcome is Outcome.HOLD and not _may_hold(given):
        yield "I9", "HOLD although an answer speaks against it"
    if is_shared(given) and decision.outcome in (*NOT_PAGED, Outcome.CONSULT_READY):
        yield "I27", f"{decision.outcome} although it was shared"
    if is_risk(given) and LEADS_WORK & set(decision.fixes):
        yield "I10", f"{', '.join(decision.fixes)} is demanded although somebody may be at risk"
    if "CONSENT" in decision.fixes and given.get("3.1.6") != ("none",):
        yield "I7", "consent is demanded although asking was not said to be safe"


def _may_hold(given: Answers) -> bool:
    said_no = all(given.get(one) == ("no",) for one in ("S1", "S4", "S6", "4.2"))
    none = all(given.get(one) == ("none",) for one in ("S3", "3.1.6"))
    calm = set(given.get("S7", ())) <= {"none", "someone_asks"}
    unsure = any(option in UNSURE for options in given.values() for option in options)
    duty = given.get("3.1.4") == ("yes_duty",)
    worse = given.get("3.1.8") == ("not_sharing_worse",)
    return said_no and none and calm and not (unsure or duty or worse)


def _page_lost(decision: Decision) -> Iterator[tuple[str, str]]:
    if decision.level > Level.NONE and (not decision.page or decision.page_after is None):
        yield "I12", f"stopping at {decision.level.name} pages nobody"


def _unaccounted(checklist: Checklist, progress: Progress) -> Iterator[tuple[str, str]]:
    """I14 and I22."""
    known = sum(question.id in progress.status for question in checklist if question.is_policy)
    if known != POLICY_QUESTIONS:
        yield "I14", f"{known} of the policy's {POLICY_QUESTIONS} questions have a status"
    if len(progress.answers) > MOST_QUESTIONS:
        yield "I22", f"{len(progress.answers)} questions were asked"


def _unknown(progress: Progress, decision: Decision) -> Iterator[tuple[str, str]]:
    """I26."""
    given = progress.answers
    if decision.tell_nobody is Known.NO and ("3.1.6" not in given or decision.hold_informing):
        yield "I26", '"tell nobody yet" is shown as no'
    if decision.shared is False and given.get("S6") != ("no",):
        yield "I26", '"already shared" is shown as no'


def _waits(progress: Progress, decision: Decision) -> Iterator[tuple[str, str]]:
    """I29, as far as answers decide it: where there is worry, or may be, the page never runs on the routine clock."""
    given = progress.answers
    unknown = "S4" not in given or "S7" not in given or "not_sure" in given["S7"]
    worry = is_risk(given) or unknown or given.get("S3", ("none",)) != ("none",)
    if decision.page and worry and decision.urgency not in (Urgency.P0, Urgency.P1, Urgency.P2):
        yield "I29", f"{decision.urgency} although somebody may be at risk"


def _not_explained(progress: Progress, decision: Decision) -> Iterator[tuple[str, str]]:
    """Decided by names S3 wherever it says more than "no" (I5), and is never empty where somebody is paged."""
    if decision.page and progress.answers.get("S3", ("none",)) != ("none",) and "S3" not in decision.decided_by:
        yield "I5", "S3 is missing from what decided it"
    if decision.page and not decision.reasons:
        yield "I25", "nothing is said to have decided it"


def broken_by_telling(progress: Progress, decision: Decision) -> Iterator[Broken]:
    """I13, for whatever may raise a page later: somebody is told, and nobody who is left out."""
    paged = replace(decision, level=max(decision.level, Level.CONSULT))
    try:
        told = first_recipients(paged, SOME_PEOPLE)
    except NobodyLeftError:
        told = ()
    if not told or set(told) & set(progress.answers["S2"]):
        yield Broken("I13", f"the page goes to {', '.join(told) or 'nobody'}", progress.answers)
