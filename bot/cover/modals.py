"""The modals of setting days away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from bot.config.roster import in_words
from bot.slack import block_kit
from bot.slack.block_kit import Block
from bot.words import span_words
from flows.paging.cover import Gap

LONGEST = timedelta(days=60)


def set_days(people: Mapping[str, str], me: str, first: date) -> Block:
    """Render the modal of days away. `people` maps the ids that may be chosen to names; `first` is today.

    The menu of people is left out where there is only one.
    """
    who = block_kit.choice("static_select", "person", people, (me,))
    blocks = [
        block_kit.section(
            "The first and the last day both count. On these days the next on the list are asked at once."
        ),
        *([block_kit.input_("Who is away?", who, "person")] if len(people) > 1 else []),
        block_kit.input_("First day away", block_kit.date_input(first.isoformat()), "first"),
        block_kit.input_("Last day away", block_kit.date_input(first.isoformat()), "last"),
    ]
    return block_kit.modal("Set days away", blocks, callback_id="days_away", submit="Save")


def problems(first: date | None, last: date | None, now: date) -> dict[str, str]:
    """Return what is wrong with these days, by block id; empty where they can be saved. `now` is today."""
    if first is None or last is None:
        return {box: "Please choose a day." for box, day in (("first", first), ("last", last)) if day is None}
    if first < now:
        return {"first": "This day is over. Choose today or a later day."}
    if last < first:
        return {"last": "The last day is before the first. Choose the first day or a later one."}
    if last - first >= LONGEST:
        return {"last": f"This is more than {LONGEST.days} days. Set the rest later."}
    return {}


def not_saved() -> Block:
    """Tell the sender that they may not set these days, or no longer may."""
    words = "These days are not yours to set, so nothing was saved. Ask a safeguarding lead to set them."
    return block_kit.modal("Days away", [block_kit.section(words)])


def saved(gaps: Sequence[Gap]) -> Block:
    """Tell the sender that the days are saved, and which of them have nobody on cover."""
    words = (
        f"*Saved.* Nobody is on cover on {in_words([span_words(*run) for run in _runs(gaps)])}.\n"
        "Please ask another lead or deputy to cover. "
        "For two weeks before, I tell the leads so each day of work."
    )
    return block_kit.modal("Saved", [block_kit.section(words)])


def _runs(gaps: Sequence[Gap]) -> list[tuple[date, date]]:
    """Group consecutive days into runs; return the first and last day of each."""
    runs: list[tuple[date, date]] = []
    for gap in gaps:
        if runs and gap.day - runs[-1][1] == timedelta(days=1):
            runs[-1] = (runs[-1][0], gap.day)
        else:
            runs.append((gap.day, gap.day))
    return runs
