"""The ways people answer, each with who must be told of it: written down here, not asked of the bot."""

from __future__ import annotations

from dataclasses import dataclass

from flows.model import Answers
from tests.harness import LEADS

LEAD_ONE, LEAD_TWO, INDEPENDENT = "U0LEAD1", "U0LEAD2", "U0INDEP"
ALL_LEADS = frozenset({LEADS, LEAD_ONE, LEAD_TWO})


@dataclass(frozen=True)
class Walk:
    """Answers in the order asked, and Slack's channels and people that get a page once all are given.

    last: what is pressed after the answers, such as Ask a lead. out: whoever must not hear of it.
    idle: the page is due a minute after the last answer, as nobody chose who may be told.
    """

    name: str
    answers: Answers
    told: frozenset[str] = ALL_LEADS
    out: frozenset[str] = frozenset()
    last: str | None = None
    idle: bool = False


_CALM = {"S1": ("no",), "S2": ("no",), "S3": ("none",)}
_ALL_CLEAR = {
    "S5": ("no",),
    "S6": ("no",),
    "S7": ("none",),
    "3.1.1": ("yes_recorded",),
    "3.1.2": ("no",),
    "3.1.4": ("yes_power",),
    "3.1.5": ("adult",),
    "3.1.6": ("none",),
    "3.1.7": ("yes",),
    "3.2.1": ("only_what_is_needed",),
    "3.2.2": ("yes",),
    "3.2.3": ("no_first_hand",),
    "3.3.1": ("yes_confirmed",),
    "3.3.2": ("yes",),
    "3.3.3": ("yes",),
    "3.3.4": ("known_ok",),
    "4.2": ("yes",),
}

STOPS = Walk(
    "immediate danger, and stops before saying who may be told",
    {"S1": ("yes",)},
    told=frozenset({LEAD_ONE, LEAD_TWO, INDEPENDENT}),
    idle=True,
)
LONG = Walk("possibly at risk, answers everything and sends", {**_CALM, "S4": ("possibly",), **_ALL_CLEAR}, last="send")

URGENT = (
    Walk("at risk of harm", {**_CALM, "S4": ("yes",)}),
    Walk("at risk of harm, and goes on", {**_CALM, "S4": ("yes",), "S6": ("no",), "S7": ("none",)}),
    Walk("somebody may hurt themselves", {**_CALM, "S4": ("no",), "S6": ("no",), "S7": ("self_harm",)}),
    Walk(
        "extreme views, and a forced marriage",
        {**_CALM, "S4": ("no",), "S6": ("no",), "S7": ("extreme_views", "cutting_or_forced_marriage")},
    ),
    Walk("went to the wrong person", {**_CALM, "S4": ("no",), "S6": ("gone_wrong",)}),
    Walk("immediate danger", {"S1": ("yes",), "S2": ("no",)}),
    Walk("not sure about danger", {"S1": ("not_sure",), "S2": ("no",)}),
    Walk("something has to happen today", {**_CALM, "S4": ("possibly",), "S5": ("not_sure",)}),
    Walk(
        "about one lead",
        {"S1": ("no",), "S2": ("lead-1",), "S3": ("none",), "S4": ("yes",)},
        told=frozenset({LEAD_TWO, INDEPENDENT}),
        out=frozenset({LEADS, LEAD_ONE}),
    ),
    Walk(
        "perhaps about a lead",
        {"S1": ("no",), "S2": ("not_sure",), "S3": ("harm",)},
        told=frozenset({INDEPENDENT}),
        out=frozenset({LEADS, LEAD_ONE, LEAD_TWO}),
    ),
)
CALM = (Walk("asks a lead", {"S1": ("no",), "S2": ("no",)}, last="ask_lead"),)
"""Not urgent, and nobody is told before the end."""
