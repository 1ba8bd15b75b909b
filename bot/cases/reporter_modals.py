"""The modals of a case that its reporter reads and fills in: a lead's question, the plan, and 3.4 after sharing."""

from __future__ import annotations

from collections.abc import Iterator

from bot.check_view import CheckView
from bot.fields import DECISION_LABELS, SHARING, inputs
from bot.slack import block_kit
from bot.slack.block_kit import Block
from flows.case import DECISIONS, STRAND_TITLES, Case, Entry, Strand, StrandStatus, latest
from flows.checklist import CHECKLIST
from flows.events import EventKind

STRAND_STATUS_WORDS = {
    StrandStatus.TO_DO: "to do",
    StrandStatus.DONE: "done",
    StrandStatus.NOT_APPROPRIATE: "not appropriate",
}


def reply(metadata: str, question: str) -> Block:
    """Render a lead's question with a box for the answer."""
    blocks = [
        *block_kit.labelled("A lead asks", question),
        block_kit.input_("Your answer", block_kit.text_input(lines=True), "text"),
    ]
    return block_kit.modal("Answer a lead", blocks, callback_id="reply", metadata=metadata, submit="Send")


def plan(view: CheckView, case: Case, decision: Entry | None) -> Block:
    """Render the plan for the reporter: the decision, its reason, and the three strands."""
    blocks = [block_kit.section(f"*{view.check.ref}*")]
    if decision is not None:
        blocks += decided(decision)
    for strand in case.strands:
        blocks += strand_blocks(strand)
    return block_kit.modal("The plan", blocks)


def decided(entry: Entry) -> Iterator[Block]:
    """Yield a decision in labelled parts, without the parts left empty."""
    yield block_kit.section(f"*Decision:* {DECISIONS.get(str(entry.content.get('decision')), 'none')}")
    for key, label in DECISION_LABELS.items():
        yield from block_kit.labelled(label, str(entry.content.get(key) or ""))


def strand_blocks(strand: Strand) -> Iterator[Block]:
    """Yield one strand of the plan: status, what, who and when."""
    owner = f" Who: {strand.owner}." if strand.owner else ""
    due = f" By {strand.due}." if strand.due else ""
    title, status = STRAND_TITLES[strand.name], STRAND_STATUS_WORDS[strand.status]
    yield from block_kit.labelled(f"{title} ({status})", f"{strand.what}{owner}{due}")


def may_know(words: str) -> Block:
    """Render what the lead wrote at closure for the reporter to know."""
    return block_kit.modal("What you may know", list(block_kit.labelled("From the lead", words)))


def disagree(metadata: str) -> Block:
    """Render the modal that asks why the reporter does not agree with the plan."""
    blocks = [
        block_kit.section("Thank you for saying so. Another lead or the independent contact will look at it."),
        block_kit.input_("What do you not agree with, and why?", block_kit.text_input(lines=True), "text"),
    ]
    return block_kit.modal("I disagree", blocks, callback_id="disagree", metadata=metadata, submit="Send")


def sharing(view: CheckView) -> Block:
    """Render the two questions of 3.4 and the boxes for what was shared, filled with the latest answers."""
    given = latest(view.entries, EventKind.SHARED)
    blocks: list[Block] = []
    for question_id in ("3.4.1", "3.4.2"):
        question = CHECKLIST[question_id]
        options = {option.id: option.label for option in question.options}
        chosen = view.check.answers.get(question_id, ())
        element = block_kit.choice("radio_buttons", "option", options, chosen)
        blocks.append(block_kit.input_(question.ask, element, question_id, hint=question.help))
    boxes = inputs(SHARING, given.content if given else {}, optional=False)
    return block_kit.modal(
        "After sharing", [*blocks, *boxes], callback_id="sharing", metadata=view.window(), submit="Save"
    )
