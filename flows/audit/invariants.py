"""What must hold at every step and at every point where a check may stop (docs/rules.md, "Invariants").

Written from the ids in the law, not from the effects in the table: an effect that was dropped from
the table must be missed here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from flows.engine.guidance import Guidance
from flows.engine.outcome import Decision
from flows.engine.replay import PAGE_MOMENT, Progress
from flows.engine.wording import NEVER_SAID, SEEK_CONSENT
from flows.model import Answers, Checklist, Level, Outcome, Question
from flows.paging.recipients import NobodyLeftError, People, first_recipients

MOST_QUESTIONS = 24
POLICY_QUESTIONS = 17
SOME_PEOPLE = People(("lead-1", "lead-2"), ("deputy-1",), "independent")
UNSURE = ("not_sure", "about_equal")
HARM_IF_TOLD = ("someone_at_risk", "police_investigation", "unjustifiable_delay")
NOT_PAGED = (Outcome.FIX_FIRST, Outcome.HOLD, Outcome.UNFINISHED)
FOOTER = ("ask a lead", "social care", "0808 800 5000", "0800 028 0285", "need to know")


@dataclass(frozen=True, slots=True)
class Broken:
    """One invariant that does not hold: its name, how, and the answers that lead there."""

    name: str
    how: str
    route: Answers

    def __str__(self) -> str:
        way = ", ".join(f"{asked} {'+'.join(given)}" for asked, given in self.route.items())
        return f"{self.name}: {self.how} [{way or 'no answers'}]"


def demands(question: str, option: str) -> Iterator[tuple[str, Level]]:
    """The invariants this answer calls on, with the level each asks for at least."""
    match question, option:
        case "S1", "yes":
            yield "I1", Level.EMERGENCY
        case "S1", "not_sure":
            yield "I2", Level.CONSULT_URGENT
        case "S4", "yes" | "possibly" | "not_sure":
            yield "I4", Level.CONSULT
        case "S3", "harm" | "low_level" | "not_sure":
            yield "I5", Level.CONSULT
        case "4.2", "yes":
            yield "I6", Level.CONSULT
        case "3.1.6", _ if option in HARM_IF_TOLD:
            yield "I7", Level.CONSULT_URGENT
        case "3.1.4", "yes_duty":
            yield "I8", Level.CONSULT
    if option in UNSURE:
        yield "I3", Level.CONSULT


def broken_by_step(question: Question, before: Progress, after: Progress) -> Iterator[Broken]:
    """What the answer just given breaks."""
    route = after.answers
    for option in route.get(question.id, ()):
        for name, level in demands(question.id, option):
            if after.level < level:
                yield Broken(name, f"the level is only {after.level.name}", route)
    unsafe = question.id == "3.1.6" and {*HARM_IF_TOLD, "not_sure"} & set(route.get("3.1.6", ()))
    if unsafe and "hold_informing" not in after.effects:
        yield Broken("I7", "telling them is not held back", route)
    if after.level < before.level:
        yield Broken("I11", f"{question.id} lowers the level", route)
    raised = before.level < PAGE_MOMENT <= after.level
    if after.urgent_at != (question.id if raised else before.urgent_at):
        yield Broken("I11", f"the page does not go out at {question.id}, which raised it", route)


def broken_at_point(checklist: Checklist, progress: Progress, decision: Decision) -> Iterator[Broken]:
    """What does not hold if the person stops here, finished or not."""
    found = (
        *_not_paged(progress, decision),
        *_held_wrongly(progress, decision),
        *_page_lost(decision),
        *_unaccounted(checklist, progress),
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
    """I9 and I10."""
    given = progress.answers
    if decision.outcome is Outcome.HOLD and not _may_hold(given):
        yield "I9", "HOLD although an answer speaks against it"
    if "CONSENT" in decision.fixes and given.get("S4") != ("no",):
        yield "I10", "consent is demanded although harm is possible"


def _may_hold(given: Answers) -> bool:
    said_no = all(given.get(one) == ("no",) for one in ("S1", "S4", "4.2"))
    none = all(given.get(one) == ("none",) for one in ("S3", "3.1.6"))
    unsure = any(option in UNSURE for options in given.values() for option in options)
    duty = given.get("3.1.4") == ("yes_duty",)
    worse = given.get("3.1.8") == ("not_sharing_worse",)
    return said_no and none and not (unsure or duty or worse)


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


def broken_by_telling(progress: Progress, decision: Decision) -> Iterator[Broken]:
    """I13, for whatever may raise a page later: somebody is told, and nobody who is left out."""
    paged = replace(decision, level=max(decision.level, Level.CONSULT))
    try:
        told = first_recipients(paged, SOME_PEOPLE)
    except NobodyLeftError:
        told = ()
    if not told or set(told) & set(progress.answers["S2"]):
        yield Broken("I13", f"the page goes to {', '.join(told) or 'nobody'}", progress.answers)


def broken_in_words(progress: Progress, decision: Decision, said: Guidance) -> Iterator[Broken]:
    """What the text the reporter reads breaks."""
    text = said.text.lower()
    given = progress.answers
    found: list[tuple[str, str]] = []
    for name, option in (("I1", "yes"), ("I2", "not_sure")):
        if given.get("S1") == (option,) and not _says(said, "999"):
            found.append((name, "999 is not shown first"))
    if decision.hold_informing and "do not tell" not in text:
        found.append(("I7", "it does not say: do not tell"))
    if SEEK_CONSENT in text:
        found += _wrongly_seeking(given, decision)
    found += [("I15", f'the footer lacks "{part}"') for part in FOOTER if part not in text]
    found += [("I16 and I17", f'it says "{phrase}"') for phrase in NEVER_SAID if phrase in text]
    yield from (Broken(name, how, given) for name, how in found)


def _says(said: Guidance, word: str) -> bool:
    return any(word in sentence for sentence in (said.title, *said.say_first[:1]))


def _wrongly_seeking(given: Answers, decision: Decision) -> Iterable[tuple[str, str]]:
    if given.get("3.1.6") != ("none",) or decision.hold_informing:
        yield "I7", "it says to ask for consent although that was not said to be safe"
    if given.get("S4") != ("no",):
        yield "I10", "it says to ask for consent although harm is possible"
