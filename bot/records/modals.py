"""The modals of finding and exporting records. Personal data is shown in modals only, never in a message."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.fields import who_boxes
from bot.slack import block_kit
from bot.slack.block_kit import Block
from bot.words import row
from flows.case import Check

MOST_FOUND = 20
"""Results shown; with more, the search needs more detail."""
REF = "ref"
"""Block id of the box for a reference. A record the reader may not know of is treated as one that does not exist."""
NOTHING_FOUND = "No record was found. Try another way to spell it. Or try the number, or the reference."


def on_home(*, answers_requests: bool, waiting: tuple[str, ...] = ()) -> Iterator[Block]:
    """Yield the Home tab's section. answers_requests: whether the reader may give records out and have them deleted.

    waiting: how many requests are open, and when the first is due, in words.
    """
    yield block_kit.divider()
    words = block_kit.lines(("Find what is kept about somebody. Each opening is recorded.", *waiting))
    yield block_kit.section(f"*Records*\n{words}")
    more = [
        block_kit.button("Register", "register"),
        block_kit.button("Requests", "requests"),
        block_kit.button("Due for deletion", "deletion_list"),
    ]
    yield block_kit.actions(block_kit.button("Find a record", "find_record"), *(more if answers_requests else ()))


def search() -> Block:
    """Render the search modal; any one box is enough."""
    intro = block_kit.section("Fill in what you know. One box is enough. What you type is not kept.")
    ref = block_kit.input_(
        "Reference", block_kit.text_input(longest=20), REF, optional=True, hint="For example SC-7K2M."
    )
    return block_kit.modal("Find a record", [intro, *who_boxes(), ref], callback_id="find_record", submit="Find")


def results(found: Sequence[tuple[Check, bool]]) -> Block:
    """Render the records found, each with whether the reader may open it."""
    rows = [row(check, may_open=may_open) for check, may_open in found[:MOST_FOUND]]
    more = (
        [block_kit.section(f"The first {MOST_FOUND} are shown. Search again with more.")]
        if len(found) > MOST_FOUND
        else []
    )
    blocks = rows or [block_kit.section(NOTHING_FOUND)]
    return block_kit.modal("Find a record", [*blocks, *more, block_kit.context("Opening one is recorded.")])


def export(check: Check) -> Block:
    """Render what an export holds, and ask what it is for, before it is made."""
    words = (
        f"*{check.ref}* with everything that is recorded of it, and nothing taken out. It is made as one file that "
        "only opens with a passphrase. Whoever runs share-check saves the file for you, and cannot read it."
    )
    reason = block_kit.input_(
        "What is it for?", block_kit.text_input(longest=500), "reason", hint="For example: the child's file."
    )
    return block_kit.modal(
        "Export",
        [block_kit.section(words), reason],
        callback_id="make_export",
        metadata=check.id,
        submit="Make the file",
    )


def making(name: str) -> Block:
    """Render the waiting modal. `name` becomes its external_id, by which it is replaced once the file is made."""
    words = "The file is being made. It takes some seconds. If nothing comes, close this and try again."
    return {**block_kit.modal("One moment", [block_kit.section(words)]), "external_id": name}


def made(number: str, passphrase: str) -> Block:
    """Render the file's number and its passphrase, which is shown this once and stored nowhere."""
    blocks = [
        block_kit.section("*Write this down now. It is not kept, and is not shown again.*"),
        block_kit.section(f"Passphrase: `{passphrase}`"),
        block_kit.section(f"Number of the file: *{number}*"),
        block_kit.section(
            f"Ask whoever runs share-check for the file {number}, within 30 days. They cannot open it. "
            "Give the passphrase only to the person who is to read it, and not by the same way as the file. "
            "If it is lost, make the file again."
        ),
    ]
    return block_kit.modal("The file is made", blocks)


def refused(words: str) -> Block:
    """Render why nothing was made."""
    return block_kit.modal("Nothing was made", [block_kit.section(block_kit.esc(words))])
