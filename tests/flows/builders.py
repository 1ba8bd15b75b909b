"""Sheets of answers for tests, and what they come to."""

from collections.abc import Mapping

from flows.case import Told
from flows.checklist import CHECKLIST
from flows.engine.facts import Facts
from flows.engine.guidance import Guidance, Stage, guide
from flows.engine.outcome import Decision, decide
from flows.engine.replay import Progress, replay
from flows.model import Answers, Level
from flows.paging.recipients import People

PEOPLE = People(("lead-1", "lead-2"), ("deputy-1",), "independent")
FACTS = Facts(
    organisation="Example Trust",
    recipients="Lead one and Lead two",
    phones=(("Lead one", "020 7946 0101"), ("Lead two", "020 7946 0102")),
    social_care="020 7946 0110",
    out_of_hours="020 7946 0111",
    adult_social_care="020 7946 0113",
    lado="020 7946 0112",
    leads="Lead one or Lead two",
)
CALM = {
    "S1": "no",
    "S2": "no",
    "S3": "none",
    "S4": "no",
    "S6": "no",
    "S7": "none",
    "3.1.1": "yes_recorded",
    "3.1.2": "no",
    "3.1.4": "yes_power",
    "3.1.5": "adult",
    "3.1.6": "none",
    "3.1.7": "yes",
    "3.2.1": "only_what_is_needed",
    "3.2.2": "yes",
    "3.2.3": "checked",
    "3.3.1": "yes_confirmed",
    "3.3.2": "yes",
    "3.3.3": "yes",
    "3.3.4": "known_ok",
    "4.2": "no",
}
"""Nothing raises the level and nothing is left to sort out: HOLD, and ready if 4.2 were yes."""
NO_CONSENT = {"3.1.1": "no_not_asked", "3.1.3": "no", "3.1.7": None, "3.1.8": "sharing_worse"}
"""Put over CALM: sharing rests on another reason than consent."""
SHARED = {"S6": "yes_other", "3.4.1": "yes_told", "3.4.2": "yes"}


def calm_but(*changes: Mapping[str, str | None], **by_name: str) -> Answers:
    """The calm answers with these in their places; None takes an answer away."""
    sheet: dict[str, str | None] = dict(CALM)
    for change in (*changes, by_name):
        sheet.update(change)
    order = CHECKLIST.by_id
    return {one: tuple(given.split("+")) for one in order if (given := sheet.get(one))}


def stopped_after(question: str, answers: Answers) -> Answers:
    """These answers up to and with this question."""
    order = list(CHECKLIST.by_id)
    return {one: given for one, given in answers.items() if order.index(one) <= order.index(question)}


def progress_of(answers: Answers, floor: Level = Level.NONE) -> Progress:
    return replay(CHECKLIST, answers, floor)


def decision_of(answers: Answers, floor: Level = Level.NONE) -> Decision:
    return decide(CHECKLIST, progress_of(answers, floor), PEOPLE.leads)


def said_of(
    answers: Answers,
    told: Told = Told.DELIVERED,
    facts: Facts = FACTS,
    floor: Level = Level.NONE,
    stage: Stage = Stage.SENT,
) -> Guidance:
    progress = progress_of(answers, floor)
    return guide(CHECKLIST, progress, decide(CHECKLIST, progress, PEOPLE.leads), facts, told, stage)
