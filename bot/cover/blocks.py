"""Who is on cover, days away, and days on which nobody is there. No message holds more than dates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.config.organisation import Organisation
from bot.config.roster import in_words
from bot.slack import block_kit
from bot.slack.block_kit import Block, Message
from bot.words import nobody_on_cover
from flows.paging.cover import Away, Gap

MOST_ENTRIES = 20
LONGEST = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class OnCover:
    """What somebody's Home tab says of cover. present: Slack ids of the leads and deputies who are there today.

    days: the reader's own days away, None where they are not on the list. reader: their Slack id.
    """

    present: tuple[str, ...]
    reader: str
    days: tuple[Away, ...] | None = None


def today(cover: OnCover, organisation: Organisation) -> Block:
    """One line of the Home tab, for everybody."""
    mentions = ", ".join(f"<@{one}>" for one in cover.present)
    return block_kit.section(f"On cover today: {mentions}" if mentions else nobody_on_cover(organisation))


def your_days(cover: OnCover) -> Iterator[Block]:
    """Somebody's own days away, each to be taken back; nothing for people who are not on the list."""
    if cover.days is None:
        return
    yield block_kit.divider()
    said = "On these days you are not asked, unless nobody else is there." if cover.days else "You have set none."
    yield block_kit.section(f"*Your days away*\n{said}", block_kit.button("Set days away", "set_days_away"))
    for entry in cover.days[:MOST_ENTRIES]:
        by = f" Set by <@{entry.set_by}>." if entry.set_by != cover.reader else ""
        remove = block_kit.button("Remove", f"remove_days_away.{entry.id}", str(entry.id), confirm=_sure_to_remove())
        yield block_kit.section(f"{_span(entry.first, entry.last)} {entry.last.year}.{by}", remove)


def _sure_to_remove() -> Block:
    return block_kit.confirm("Remove these days?", "You are asked again, from today on.", "Remove", "Keep them")


def set_days(people: Mapping[str, str], me: str, first: date) -> Block:
    """Choose the days; where more than oneself may be chosen, for whom. people: ids and names. first: today."""
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
    """What is wrong with these days, each beside its box; nothing where they can be kept."""
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
    """Whoever sent the days may not set them, or not any more."""
    words = "These days are not yours to set, so nothing was saved. Ask a safeguarding lead to set them."
    return block_kit.modal("Days away", [block_kit.section(words)])


def saved(gaps: Sequence[Gap]) -> Block:
    """The days are kept, and on some of them nobody is there now."""
    words = (
        f"*Saved.* Nobody is on cover on {in_words([_span(*run) for run in _runs(gaps)])}.\n"
        "Please agree with another lead or deputy who covers. "
        "In the two weeks before, I remind the leads every working morning."
    )
    return block_kit.modal("Saved", [block_kit.section(words)])


def gap_report(gaps: Sequence[Gap]) -> Message | None:
    """For the leads' channel and whoever runs the bot: dates, and nothing else. None where there are none."""
    if not gaps:
        return None
    days = "\n".join(f"• {_day(gap.day)}{'' if gap.works else ' (not a working day)'}" for gap in gaps)
    blocks = [
        block_kit.section(f"*Nobody is on cover on these days*\n{days}"),
        block_kit.context(
            "Urgent pages go out at any hour of any day. "
            "Please agree who covers. Leads and deputies change their days away on my Home tab."
        ),
    ]
    return Message("There are days with nobody on cover. Open Slack to see them.", blocks)


def marked_away() -> Message:
    """For somebody whose days away another lead has set: they are not asked on those days."""
    words = (
        "Another lead has set days away for you. On those days the next on the list are asked. My Home tab shows them."
    )
    return Message(words, [block_kit.section(words)])


def closed_account() -> Message:
    """For the leads' channel and whoever runs the bot; no name."""
    words = "An account on the safeguarding list is closed. The ladder skips it. Please update organisation.toml."
    return Message(words, [block_kit.section(words)])


def _runs(gaps: Sequence[Gap]) -> list[tuple[date, date]]:
    """Days that follow each other taken together: the first and the last of each run."""
    runs: list[tuple[date, date]] = []
    for gap in gaps:
        if runs and gap.day - runs[-1][1] == timedelta(days=1):
            runs[-1] = (runs[-1][0], gap.day)
        else:
            runs.append((gap.day, gap.day))
    return runs


def _span(first: date, last: date) -> str:
    return _day(first) if first == last else f"{_day(first)} to {_day(last)}"


def _day(day: date) -> str:
    """As in Monday 14 December."""
    return f"{day:%A} {day.day} {day:%B}"
