"""The modals of a case that its reporter reads and fills in: a lead's question, the plan, and 3.4 after sharing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.check_view import CheckView
from bot.fields import DECISION_LABELS, SHARING, inputs
from bot.slack import block_kit
from bot.slack.block_kit import Block
from flows.agreement import agreement_of
from flows.case import DECISIONS, SHARING_DECISIONS, Case, Entry, Strand, StrandStatus, latest, strand_title
from flows.checklist import CHECKLIST
from flows.closure import AFTER_SHARING, OWNERS
from flows.events import EventKind

STRAND_STATUS_WORDS = {
    StrandStatus.TO_DO: "to do",
    StrandStatus.DONE: "done",
    StrandStatus.NOT_APPROPRIATE: "not appropriate",
}


def reply(metadata: str, question: str) -> Block:
    """Render a lead's question with a box for the answer."""
    blocks = [
        *block_kit.labelled("The question", question),
        block_kit.input_("Your answer", block_kit.text_input(lines=True), "text"),
    ]
    return block_kit.modal("Answer a question", blocks, callback_id="reply", metadata=metadata, submit="Send")


def plan(view: CheckView, case: Case, decision: Entry | None) -> Block:
    """Render the plan for the reporter: the decision, its reason, and the three strands."""
    blocks = [block_kit.section(f"*{view.check.ref}*")]
    if decision is not None:
        blocks += decided(decision)
    for strand in case.strands:
        blocks += strand_blocks(view, strand)
    blocks += agreed_blocks(view)
    if case.reporter_agreed_at is not None or not case.plan_stands:
        return block_kit.modal("The plan", blocks)
    return block_kit.modal(
        "The plan",
        [
            *blocks,
            block_kit.context("The plan is agreed when you agree too. To disagree, or to talk first, press Back."),
        ],
        callback_id="agree_plan",
        metadata=f"{view.check.id}:{case.plan_round}",
        submit="I agree",
        close="Back",
    )


def agreed_blocks(view: CheckView) -> Iterator[Block]:
    """Yield how the plan was agreed where the staff member did not press: as it was noted, and by whom."""
    agreed = agreement_of(view.entries)
    if agreed is not None and agreed.what is EventKind.AGREED_OTHERWISE:
        words = f"{agreed.content.get('said')}. {agreed.content.get('text') or ''}".strip()
        yield from block_kit.labelled(f"How it was agreed, as noted by {view.author(agreed)}", words)


def changed(words: str) -> Block:
    """Render that the plan is another by now."""
    return block_kit.modal("The plan", [block_kit.section(words)])


def decided(entry: Entry) -> Iterator[Block]:
    """Yield a decision in labelled parts, without the parts left empty."""
    yield block_kit.section(f"*Decision:* {DECISIONS.get(str(entry.content.get('decision')), 'none')}")
    for key, label in DECISION_LABELS.items():
        yield from block_kit.labelled(label, str(entry.content.get(key) or ""))


def strand_blocks(view: CheckView, strand: Strand) -> Iterator[Block]:
    """Yield one strand of the plan: status, what, who and when."""
    owner = f" Who: {strand.owner}." if strand.owner else ""
    due = f" By {strand.due}." if strand.due else ""
    title, status = strand_title(strand.name, view.check.answers), STRAND_STATUS_WORDS[strand.status]
    yield from block_kit.labelled(f"{title} ({status})", f"{strand.what}{owner}{due}")


def may_know(words: str) -> Block:
    """Render what the lead wrote at closure for the reporter to know."""
    return block_kit.modal("What you may know", list(block_kit.labelled("From whoever led it", words)))


def disagree(metadata: str) -> Block:
    """Render the modal that asks why the reporter does not agree with the plan."""
    blocks = [
        block_kit.section("Thank you for saying so. Somebody else will look at it."),
        block_kit.input_("What do you not agree with, and why?", block_kit.text_input(lines=True), "text"),
    ]
    return block_kit.modal("I disagree", blocks, callback_id="disagree", metadata=metadata, submit="Send")


def chose_not(view: CheckView) -> Block:
    """Render the modal that asks why nothing was shared."""
    blocks = [
        block_kit.section("Only if nothing was shared, and you both agreed to that."),
        block_kit.input_("Why was nothing shared?", block_kit.text_input(lines=True), "text"),
    ]
    return block_kit.modal("Nothing was shared", blocks, callback_id="chose_not", metadata=view.check.id, submit="Save")


def sharing(view: CheckView) -> Block:
    """Render the two questions of 3.4 and the boxes for what was shared, filled with what is known of it."""
    given = _known_of_sharing(view)
    blocks: list[Block] = []
    for question_id in AFTER_SHARING:
        question = CHECKLIST[question_id]
        options = {option.id: option.label for option in question.options}
        chosen = view.check.answers.get(question_id, ())
        element = block_kit.choice("radio_buttons", "option", options, chosen)
        blocks.append(block_kit.input_(question.ask, element, question_id, hint=question.help))
    boxes = inputs(SHARING, given, optional=False)
    return block_kit.modal(
        "After sharing",
        [*blocks, *boxes, *_until_settled(given)],
        callback_id="sharing",
        metadata=view.window(),
        submit="Save",
    )


def _known_of_sharing(view: CheckView) -> Mapping[str, object]:
    """Return what was recorded before, else what the plan said: it is written once, and changed where it differs."""
    recorded, decided = latest(view.entries, EventKind.SHARED), latest(view.entries, EventKind.DECIDED)
    if recorded is not None:
        return recorded.content
    if decided is None or decided.content.get("decision") not in SHARING_DECISIONS:
        return {}
    plan = decided.content
    how = ", ".join(str(plan[key]) for key in ("time", "how") if plan.get(key))
    return {"what": plan.get("what", ""), "whom": plan.get("whom", ""), "why": plan.get("reason", ""), "how": how}


def _until_settled(given: Mapping[str, object]) -> Iterator[Block]:
    """Yield who sees to an answer that settles nothing yet, and by when."""
    owners = {key: words.capitalize() for key, words in OWNERS.items()}
    owner = block_kit.choice("radio_buttons", "option", owners, (str(given.get("owner") or ""),))
    yield block_kit.input_("If something is still open: who sees to it?", owner, "owner", optional=True)
    due = str(given["due"]) if given.get("due") else None
    yield block_kit.input_("By when, or when to look at it again", block_kit.date_input(due), "due", optional=True)
