"""The modal that corrects or disputes an entry of the record. The record is append-only: the old entry stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.check_view import CheckView
from bot.slack import block_kit
from bot.slack.block_kit import Block
from flows.case import Entry
from flows.checklist import CHECKLIST
from flows.events import EventKind

MOST_ENTRIES = 100
"""Slack's limit of options in a select menu."""
KINDS: Mapping[str, str] = {
    EventKind.CORRECTED: "It is wrong. I write what is right.",
    EventKind.DISPUTED: "Somebody says it is not so. I write their own words.",
}


def name_of(view: CheckView, entry: Entry) -> str:
    """Return an entry's time and kind, to choose it by in a menu; none of its content."""
    asked = CHECKLIST.by_id.get(str(entry.content.get("question")))
    kind = f"{asked.id} {asked.topic}" if asked else entry.what.properties.label
    return f"{block_kit.dated(entry.at, view.organisation.zone)} {kind}"


def correct(view: CheckView, entries: Sequence[Entry]) -> Block:
    """Render the boxes: which entry, newest first; corrected or disputed; whose words; the words."""
    newest = sorted(entries, key=lambda entry: entry.id, reverse=True)[:MOST_ENTRIES]
    if not newest:
        return block_kit.modal("Correct or dispute", [block_kit.section("Nothing is written here yet.")])
    options = {str(entry.id): name_of(view, entry) for entry in newest}
    chosen = block_kit.choice("static_select", "option", options)
    blocks = [
        block_kit.section("What was written stays. Your correction stands beside it, with your name and the time."),
        block_kit.input_("What is it about?", chosen, "entry"),
        block_kit.input_("What is the matter?", block_kit.choice("radio_buttons", "option", KINDS), "kind"),
        block_kit.input_(
            "Whose words are these?", block_kit.text_input(longest=150), "by", optional=True, hint="If not yours."
        ),
        block_kit.input_("The words", block_kit.text_input(lines=True), "text"),
    ]
    return block_kit.modal("Correct or dispute", blocks, callback_id="correct", metadata=view.check.id, submit="Save")
