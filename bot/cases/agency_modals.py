"""The window for one agency, and the boxes of the first in the plan's window."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.check_view import CheckView
from bot.fields import AGENCY
from bot.slack import block_kit
from bot.slack.block_kit import Block
from flows.agencies import AGENCIES, RECEIPTS, TYPED, Agency, Receipt, agencies_of
from flows.case import latest
from flows.events import EventKind


def window(view: CheckView, row: Agency | None) -> Block:
    """Render the window for one agency."""
    return block_kit.modal(
        "An agency",
        list(boxes(view, row)),
        callback_id="agency",
        metadata=view.window(str(row.row) if row else ""),
        submit="Save",
    )


def boxes(view: CheckView, row: Agency | None, before: str = "") -> Iterator[Block]:
    """Yield the boxes of a row, filled with what is known of it. before: of block ids; then no box must be filled."""
    free = bool(before)
    given = _known(view, row)
    chosen, state = (row.agency,) if row else (), (row.state,) if row else ()
    yield block_kit.input_(
        "Which agency?", block_kit.choice("static_select", "option", AGENCIES, chosen), f"{before}agency", optional=free
    )
    for key, label in AGENCY.items():
        if key == "receipt":
            yield block_kit.input_(
                "Have they answered?",
                block_kit.choice(
                    "static_select", "option", {str(one): words for one, words in RECEIPTS.items()}, state
                ),
                f"{before}state",
                optional=free,
            )
        box = block_kit.text_input(given.get(key, ""), longest=1000)
        yield block_kit.input_(label, box, f"{before}{key}", optional=free or key != "what")
    yield block_kit.input_(
        "Ask them again on",
        block_kit.date_input(given["due"]),
        f"{before}due",
        optional=True,
        hint="Social care decides within one working day.",
    )


def _known(view: CheckView, row: Agency | None) -> dict[str, str]:
    """Return what the row says or, of a new one, what the plan says; the next working day to ask again."""
    if row is not None:
        return {**{key: str(getattr(row, key)) for key in TYPED}, "due": row.due or _next_working_day(view)}
    decided = latest(view.entries, EventKind.DECIDED)
    plan: Mapping[str, object] = decided.content if decided else {}
    what, route = (str(plan.get(key) or "") for key in ("what", "how"))
    return {"what": what, "route": route, "due": _next_working_day(view)}


def _next_working_day(view: CheckView) -> str:
    week = view.roster.week
    noon = view.now.astimezone(week.zone).replace(hour=12, minute=0)
    following = week.next_morning(max(view.now, noon), view.roster.morning)
    return following.astimezone(week.zone).date().isoformat()


def listed(view: CheckView) -> Iterator[Block]:
    """Yield each agency with its button, and one to add another."""
    rows = agencies_of(view.entries)
    for one in rows:
        answer = RECEIPTS[Receipt(one.state)] if one.state in set(Receipt) else one.state
        words = f"*{one.name}* Answered: {answer}." + (f" Ask again on {one.due}." if not one.is_settled else "")
        button = block_kit.button("Change", f"agency.{one.row}", f"{view.check.id}:{one.row}")
        yield block_kit.section(block_kit.esc(words), button)
    if rows:
        yield block_kit.actions(block_kit.button("Add an agency", "agency.new", view.check.id))
