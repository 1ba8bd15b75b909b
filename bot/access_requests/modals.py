"""The modals of a subject access request: the list, one request, and its items one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from bot.fields import who_boxes
from bot.slack import block_kit
from bot.slack.block_kit import Block
from bot.words import one_line
from flows.case import Check
from flows.records.access_requests import AccessRequest, Choice, RequestStatus, ReviewItem, Ruling, time_left

MOST = 40
"""Requests or records in one modal."""
CHOICES = {
    Choice.INCLUDE: "Include it",
    Choice.REDACT: "Take passages out",
    Choice.LEAVE_OUT: "Leave it out",
}
_STATUS = {
    RequestStatus.OPEN: "open",
    RequestStatus.RELEASED: "a pack was made",
    RequestStatus.CLOSED: "closed, with something left to decide",
}
NONE_HELD = "No record was found that you may see. Check the spelling, and ask for the number in your school's system."


@dataclass(frozen=True, slots=True)
class ReviewProgress:
    """The progress of one check's review. left: undecided items, of `total`. not_them: it is about somebody else."""

    check: Check
    left: int
    total: int
    not_them: bool


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _when(request: AccessRequest, today: date) -> str:
    if request.status is RequestStatus.CLOSED:
        return f"received {_day(request.received)}"
    more = ", two months were added" if request.extended else ""
    return f"received {_day(request.received)}, due {_day(request.due)} ({time_left(request.due, today)}{more})"


def listed(requests: Sequence[AccessRequest], today: date) -> Block:
    """Render the open requests, in the order given."""
    rows = [
        block_kit.section(
            f"*{request.ref}* {_STATUS[request.status]}, {_when(request, today)}",
            block_kit.button("Open", f"request.{request.ref}", request.id),
        )
        for request in requests[:MOST]
    ]
    none = [] if rows else [block_kit.section("There is no open request.")]
    new = block_kit.actions(block_kit.button("New request", "new_request", style="primary"))
    return block_kit.modal("Requests", [*none, *rows, new])


def new() -> Block:
    """Render the form for a new request: whom it is about, who asks and how they were identified, and its date."""
    intro = block_kit.section("Somebody asks for a copy of what is kept about them, or about their child.")
    who, *more = who_boxes()
    asks = block_kit.input_(
        "Who asks, and how do you know it is them?",
        block_kit.text_input(lines=True, longest=1000),
        "asked_by",
        hint="For a child: whether the child can decide, or who may ask for them.",
    )
    received = block_kit.input_(
        "When did it come in?", block_kit.date_input(), "received", hint="It is due a month after this day."
    )
    blocks = [intro, {**who, "optional": False}, *more, asks, received]
    return block_kit.modal("New request", blocks, callback_id="new_request", submit="Save")


def request(known: AccessRequest, held: Sequence[ReviewProgress], today: date) -> Block:
    """Render one request: whom it is about, the records found, undecided ones first, and the next steps."""
    head = [block_kit.section(f"*{known.ref}* {_when(known, today)}"), *about(known), block_kit.divider()]
    undone_first = sorted(held, key=lambda each: each.left == 0)
    rows = [_row(known, each) for each in undone_first[:MOST]] or [block_kit.section(NONE_HELD)]
    return block_kit.modal("Request", [*head, *rows, *_next(known, held)], metadata=known.id)


def _row(known: AccessRequest, each: ReviewProgress) -> Block:
    done = f"{each.total - each.left} of {each.total} items decided"
    state = "not about this person" if each.not_them else done
    label = "Look through" if each.left else "Look again"
    button = block_kit.button(label, f"items.{each.check.ref}", f"{known.id}:{each.check.id}")
    return block_kit.section(f"{one_line(each.check)}\n{state}", button)


def _next(known: AccessRequest, held: Sequence[ReviewProgress]) -> Iterator[Block]:
    left = sum(each.left for each in held)
    if left:
        yield block_kit.context(f"{left} still to decide before a pack can be made.")
    ready = [block_kit.button("Make the pack", "release", known.id, style="primary")] if held and not left else []
    later = [] if known.extended else [block_kit.button("Two months more", "extend", known.id)]
    add = block_kit.button("Add a record", "add_record", known.id)
    close = [block_kit.button("Close the request", "close_request", known.id)]
    if known.status is RequestStatus.CLOSED:
        later, close = [], []
    yield block_kit.actions(*ready, add, *later, *close)


@dataclass(frozen=True, slots=True)
class ReviewPosition:
    """A reviewer's position: a request, one of its checks, the view id of the request's modal, an item's key."""

    request: str
    check: str
    beneath: str
    key: str

    @property
    def value(self) -> str:
        """Return the position as a button's value or a modal's metadata."""
        return f"{self.request}:{self.check}:{self.beneath}:{self.key}"

    @classmethod
    def read(cls, value: str) -> ReviewPosition:
        """Parse `value`. Anything else gives a position that matches nothing."""
        return cls(*(*value.split(":", 3), "", "", "")[:4])


def item(
    spot: ReviewPosition,
    check: Check,
    found: ReviewItem,
    place: tuple[int, int],
    given: Ruling | None,
    more: tuple[str, ...] = (),
) -> Block:
    """Render one item. place: its number and how many there are. more: passages redacted elsewhere that recur in it."""
    at, of = place
    blocks = [
        block_kit.section(f"*{check.ref}*, item {at} of {of}"),
        *block_kit.labelled(f"{found.title} ({found.author}, {found.at:%d %b %Y %H:%M} UTC)", found.text),
        *_hints(found, more),
        *_boxes(found, given),
        block_kit.actions(*_moves(spot, at, of)),
    ]
    return block_kit.modal("Look through", blocks, callback_id="rule", metadata=spot.value, submit="Save and next")


def _hints(found: ReviewItem, more: tuple[str, ...]) -> Iterator[Block]:
    if found.others:
        words = ", ".join(block_kit.esc(each) for each in found.others)
        yield block_kit.context(f"May be about somebody else: {words}"[:1900])
    if more:
        words = ", ".join(block_kit.esc(each) for each in more)
        yield block_kit.context(f"You took this out elsewhere: {words}"[:1900])


def _boxes(found: ReviewItem, given: Ruling | None) -> Iterator[Block]:
    options = {choice.value: words for choice, words in CHOICES.items()}
    chosen = (given.choice,) if given else ()
    suffix = f".{found.key}"  # Slack keeps input by block id: the next item starts empty
    yield block_kit.input_(
        "What becomes of it?", block_kit.choice("radio_buttons", "choice", options, chosen), f"choice{suffix}"
    )
    passages = block_kit.text_input("\n".join(given.passages) if given else "", lines=True)
    yield block_kit.input_(
        "Passages to take out",
        passages,
        f"passages{suffix}",
        optional=True,
        hint="Copy each as it stands, one on a line. It is taken out wherever it stands in this item.",
    )
    reason = block_kit.text_input(given.reason if given else "", longest=500)
    yield block_kit.input_(
        "Reason", reason, f"reason{suffix}", optional=True, hint="Needed where anything is left out."
    )


def _moves(spot: ReviewPosition, at: int, of: int) -> Iterator[Block]:
    if at > 1:
        yield block_kit.button("Item before", "item_move.before", spot.value)
    if at < of:
        yield block_kit.button("Next item", "item_move.next", spot.value)
    yield block_kit.button("Not about this person", "not_them", spot.value, confirm=_sure())


def _sure() -> Block:
    return block_kit.confirm(
        "Not about this person?", "All items of this record are left out of the pack.", "Leave out", "Back"
    )


def add(spot: ReviewPosition) -> Block:
    """Render the modal that adds a record which the search did not find, such as one without the person's name."""
    box = block_kit.text_input(longest=20)
    reference = block_kit.input_(
        "Its reference", box, "ref", hint="For example SC-7K2M. Be sure that it is about this person."
    )
    return block_kit.modal("Add a record", [reference], callback_id="add_record", metadata=spot.value, submit="Add")


def all_decided(check: Check) -> Block:
    """Render the end of a record's review; closing it shows the request, updated."""
    return block_kit.modal(
        "Look through", [block_kit.section(f"Every item of *{check.ref}* is decided. Close this to go on.")]
    )


def extend(known: AccessRequest) -> Block:
    """Render the modal that extends the deadline by two months and asks why."""
    blocks = [
        block_kit.section(
            "Two months can be added once, where a request is complex. Tell the person why, within the month."
        ),
        block_kit.input_("Why is more time needed?", block_kit.text_input(lines=True, longest=1000), "reason"),
    ]
    return block_kit.modal("Two months more", blocks, callback_id="extend", metadata=known.id, submit="Add them")


def close(known: AccessRequest) -> Block:
    """Render the modal that closes a request and asks how it was answered."""
    box = block_kit.text_input(lines=True, longest=1000)
    hint = "For example: the pack was handed over on Friday. Or: nothing is kept about this person."
    blocks = [block_kit.input_("How was it answered?", box, "outcome", hint=hint)]
    return block_kit.modal(
        "Close the request", blocks, callback_id="close_request", metadata=known.id, submit="Close it"
    )


def release(known: AccessRequest, included: int, left_out: int) -> Block:
    """Render the confirmation before a pack is made: how many items go in, and how many do not."""
    words = (
        f"*{known.ref}*: {included} items go into the pack, {left_out} do not. It is made as one file that only opens "
        "with a passphrase. Whoever runs share-check saves it for you, and cannot read it."
    )
    blocks = [block_kit.section(words)]
    return block_kit.modal("Make the pack", blocks, callback_id="release", metadata=known.id, submit="Make the pack")


def about(request: AccessRequest) -> Iterator[Block]:
    """Yield whom a request is about, and who asks."""
    said = {"About": request.name, "Date of birth": request.born, "Number": request.number}
    for label, words in {**said, "Asked by": request.asked_by}.items():
        yield from block_kit.labelled(label, words)
