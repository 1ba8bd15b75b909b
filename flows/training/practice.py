"""Made-up situations to practise the checklist on: nobody in them is real, and nothing answered is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flows.engine.outcome import Decision
from flows.model import Level, Outcome


@dataclass(frozen=True, slots=True)
class PracticeSituation:
    """Something that could happen. ends: where a careful walk through the checklist comes out."""

    id: str
    title: str
    story: str
    ends: tuple[Outcome, ...]


SITUATIONS = (
    PracticeSituation(
        "home",
        "Afraid to go home",
        "At the end of a session a pupil of 14 tells you that they are afraid to go home tonight. They ask you "
        "not to tell anyone.",
        (Outcome.EMERGENCY, Outcome.CONSULT_URGENT),
    ),
    PracticeSituation(
        "parent",
        "A parent asks for a name",
        "A parent asks you for the name of the child who pushed theirs in your workshop. Nobody was hurt.",
        (Outcome.HOLD, Outcome.FIX_FIRST),
    ),
    PracticeSituation(
        "list",
        "A list for the school",
        "A teacher asks which pupils came to your last three sessions. The families agreed in writing that the "
        "school is told. The teacher gave you a school email address.",
        (Outcome.CONSULT_READY, Outcome.CONSULT, Outcome.HOLD),
    ),
    PracticeSituation(
        "colleague",
        "Messages late at night",
        "A volunteer shows you a phone. One of our safeguarding leads has been sending a young person "
        "private messages, late at night.",
        (Outcome.CONSULT_URGENT,),
    ),
    PracticeSituation(
        "wrong",
        "Sent to the wrong person",
        "Yesterday you emailed notes about a pupil's health to a school. Today you see that you chose the wrong "
        "person from the list.",
        (Outcome.CONSULT_URGENT,),
    ),
)
BY_ID = {situation.id: situation for situation in SITUATIONS}


_MOST_CAREFUL_FIRST = tuple(Outcome)
AS_OTHERS = "Most people who go through it slowly end here."
MORE_CAREFUL = "Asking for help sooner is always right."
LESS_CAREFUL = "Others ask for help sooner with this one. The reasons are above. Try it again if you like."


def so_far(level: Level) -> Iterator[str]:
    """Yield what a real check would have done by now, said before any further question (I1, I11)."""
    if level is Level.EMERGENCY:
        yield "In a real check: call 999 now, before anything else. A lead is told at once. You can stop here."
    elif level >= Level.CONSULT_URGENT:
        yield "In a real check: call 999 now if someone is in danger. A lead is told at once. You can stop here."


def remark(situation: PracticeSituation, outcome: Outcome) -> str:
    """How this compares with a careful walk; nothing in it discourages asking for help (I17)."""
    if outcome in situation.ends:
        return AS_OTHERS
    most_careful = min(map(_MOST_CAREFUL_FIRST.index, situation.ends))
    return MORE_CAREFUL if _MOST_CAREFUL_FIRST.index(outcome) < most_careful else LESS_CAREFUL


def would_happen(decision: Decision) -> Iterator[str]:
    """Yield what share-check would have done, had it been real."""
    if decision.outcome is Outcome.EMERGENCY:
        yield "You would be asked to call 999 before anything else."
    elif "999" in decision.say:
        yield "You would be asked to call 999 first if anyone may be in danger."
    who = "The independent contact" if "LEADS_LEFT_OUT" in decision.advice else "A lead"
    if not decision.page:
        yield "Nobody would be told. You could ask a lead all the same, and a lead could read your reasons."
    elif decision.level >= Level.CONSULT_URGENT:
        yield f"{who} would be paged at once, and again until somebody leads."
    else:
        yield f"{who} would be asked to talk it through with you, and asked again until somebody does."
    if decision.conflict:
        yield "People who are, or may be, part of it would see nothing, now or later."
    if decision.hold_informing:
        yield "You would be asked not to tell them or the family yet."
