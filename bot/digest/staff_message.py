"""The messages beside the leads' digest: a tip for the staff's channel, and a private line for one person."""

from __future__ import annotations

from dataclasses import dataclass

from bot.slack import block_kit
from bot.slack.block_kit import Message
from flows.checklist import CHECKLIST
from flows.reports.bands import band
from flows.reports.figures import Week, counted
from flows.training.briefings import BRIEFINGS

STAFF_TEXT = "A short tip on sharing information, and who is on cover. Open Slack to read it."
OWN_TEXT = "There is a line for you beside the weekly digest. Open Slack to read it."


@dataclass(frozen=True, slots=True)
class StaffDigest:
    """What the staff's digest says. present: names of those on cover today. phones: label and number.

    started: checks of the week before, only ever shown as a band.
    """

    question: str
    present: tuple[str, ...]
    phones: tuple[tuple[str, str], ...]
    started: int


def staff(digest: StaffDigest) -> Message:
    """Render the message for the staff's channel: one tip, who is on cover, and whom to phone."""
    numbers = "\n".join(f"• {block_kit.esc(label)}: {number}" for label, number in digest.phones)
    there = ", ".join(block_kit.esc(name) for name in digest.present)
    on_cover = f"*On cover today*\n{there}" if there else "*No lead is marked as on cover today.* I still ask for help."
    blocks = [
        block_kit.header("This week's tip"),
        block_kit.section(
            f"*{block_kit.esc(CHECKLIST[digest.question].ask)}*\n{block_kit.esc(BRIEFINGS[digest.question].tip)}"
        ),
        block_kit.section(on_cover),
        block_kit.section(
            f"*To ask somebody*\nType `/share-check`, in any conversation, or open my Home tab.\n{numbers}"
        ),
        block_kit.context(
            f"Last week {band(digest.started)} checks were started. Not being sure is a good reason to start one. "
            "Anyone can refer to children's social care directly. In an emergency call 999."
        ),
    ]
    return Message(STAFF_TEXT, blocks)


@dataclass(frozen=True, slots=True)
class OwnLine:
    """Counts of the cases that one person may know of and the shared figures leave out."""

    week: Week
    cases: int
    raised: int
    open: int
    nobody_leads: int
    missed: int


def own_line(line: OwnLine) -> Message:
    """Render a person's own line, for a direct message."""
    many = counted(line.cases, "case that you may know of is", "cases that you may know of are")
    said = {
        "Came in that week": line.raised,
        "Open now": line.open,
        "Nobody leads yet": line.nobody_leads,
        "Answer targets missed": line.missed,
    }
    counts = "\n".join(f"• {words}: {number}" for words, number in said.items())
    return Message(
        OWN_TEXT,
        [
            block_kit.section(f"*{line.week.words}*\n{many} in none of the shared figures.\n{counts}"),
            block_kit.context(
                "Somebody is left out of these, or may have to be. Please do not speak of this to anybody else."
            ),
        ],
    )
