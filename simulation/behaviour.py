"""Weights and delays of what simulated people do: what they press, how soon, how they answer."""

from __future__ import annotations

from dataclasses import dataclass

from flows.model import PEOPLE, Level, Option

_HOUR = 3600.0
REPORTING = {
    "answer": 60.0,
    "answer_ticks": 60.0,
    "leave_out": 10.0,
    "review": 60.0,
    "show": 40.0,
    "carry_on": 40.0,
    "forward": 30.0,
    "back": 2.0,
    "hide": 1.0,
    "stop": 1.5,
    "ask_lead": 1.5,
    "add_note": 0.7,
    "add_details": 1.5,
    "why": 0.4,
    "policy_words": 0.4,
    "phones": 0.4,
    "change": 8.0,
    "reopen_check": 2.0,
    "start_another": 5.0,
    "agree": 60.0,
    "talk_first": 4.0,
    "disagree": 8.0,
    "reply": 30.0,
    "record_sharing": 20.0,
    "not_shared_yet": 4.0,
    "chose_not": 6.0,
    "see_plan": 4.0,
    "see_outcome": 2.0,
}
LEADING = {
    "lead": 40.0,
    "seen": 6.0,
    "open_case": 4.0,
    "step_aside": 3.0,
    "plan": 80.0,
    "ask_reporter": 3.0,
    "add_case_note": 2.0,
    "close_case": 25.0,
    "take_over": 1.5,
    "hand_on": 1.5,
    "page_again": 1.5,
    "reopen_case": 1.5,
    "update_strands": 60.0,
    "agreement": 8.0,
    "another_view": 40.0,
    "agency": 60.0,
}
AT_HOME = {"start": 2.0, "set_days_away": 1.0, "remove_days_away": 1.0, "start_drill": 1.0, "open_check": 1.0}
WEIGHTS = {**REPORTING, **LEADING, **AT_HOME}
"""How likely each button is pressed, against the others before the same person."""

UNKNOWN = 0.5
"""The weight of any other button."""
FOR_WHO_LEADS = frozenset({"agreement", "agency", "plan", "close_case", "hand_on"})
SELDOM = 0.025
"""What such a button's weight is worth to anybody else."""
REST = 6.0
"""The weight of doing nothing for now."""
OLDER = 0.5
"""What a button's weight is worth for each newer message with buttons."""

TWICE, AGAIN, STALE, SENDS, VISITS_HOME = 0.05, 0.04, 0.03, 0.85, 0.03
"""Chances: the same request arrives twice; a second click; a press on what stood there before; a window is sent, or a
button in it pressed, rather than closed; a look at the Home tab."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How quick a person is, in seconds from least to most, and how much they do in a run.

    reacts: until they look at a message. works: until their next step as a lead. stays: the chance that they go on
    answering. acts: how often they do anything.
    """

    reacts: tuple[float, float]
    works: tuple[float, float]
    acts: int
    stays: float = 0.95


STAFF = (
    Pace((3, 40), (60, 600), 20),
    Pace((20, 600), (60, _HOUR), 16, stays=0.85),
    Pace((3, 20), (30, 300), 30, stays=0.97),
)
LEADS = (
    *[Pace((15, 180), (30, 600), 12)] * 6,
    *[Pace((60, 600), (120, 1800), 8)] * 3,
    Pace((_HOUR, 3 * _HOUR), (600, 2 * _HOUR), 4),
)
MOODS = {
    "calm": {Level.NONE: 60.0, Level.CONSULT: 0.6, Level.CONSULT_URGENT: 0.6, Level.EMERGENCY: 0.6},
    "unsure": {Level.NONE: 10.0, Level.CONSULT: 3.0, Level.CONSULT_URGENT: 1.0, Level.EMERGENCY: 0.5},
    "alarmed": {Level.NONE: 3.0, Level.CONSULT: 2.0, Level.CONSULT_URGENT: 6.0, Level.EMERGENCY: 3.0},
}
_LEAVES_OUT = {"no": 8.0, PEOPLE: 12.0, "not_sure": 1.0}


def likelihood(mood: str, question: str, option: Option) -> float:
    """Return the weight of this option, against the question's other options, for somebody in this mood."""
    return _LEAVES_OUT[option.id] if question == "S2" else MOODS[mood][option.raises]
