"""The modals a lead reads and types into. Each opening of the summary is recorded before it is shown."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta

from bot.cases.corrections_modal import name_of
from bot.cases.page import OUTCOME_WORDS
from bot.check_view import CheckView
from bot.checks.modals import STRAND_STATUS_WORDS, decided, strand_blocks
from bot.fields import DECISION, DETAILS, SHARING, inputs
from bot.retention.modals import hold_part
from bot.slack import block_kit
from bot.slack.block_kit import Block
from bot.words import URGENCY_WORDS, earlier, labels
from flows.case import (
    DECISIONS,
    STRAND_TITLES,
    Case,
    CaseStatus,
    Entry,
    Strand,
    StrandName,
    StrandStatus,
    latest,
    missing_to_close,
)
from flows.checklist import CHECKLIST
from flows.engine import wording
from flows.events import EventKind
from flows.model import Status, Urgency

_MOST_BLOCKS = 97
_MOST_BYTES = 240_000
"""Slack takes 100 blocks and 250 KB; the rest is for the frame around them."""

STATUS_WORDS = {
    Status.SKIPPED: "not needed",
    Status.PENDING: "to answer after sharing",
    Status.NOT_REACHED: "not reached",
}


REMINDERS: dict[str, tuple[str, timedelta | None]] = {
    "half_hour": ("In half an hour", timedelta(minutes=30)),
    "hour": ("In an hour", timedelta(hours=1)),
    "four_hours": ("In four hours", timedelta(hours=4)),
    "morning": ("Next working morning", None),
    "three_days": ("In three days", timedelta(days=3)),
    "week": ("In a week", timedelta(weeks=1)),
}
_FOR_DAYS = frozenset({"three_days", "week"})


_RECORDED = block_kit.context("Opening this is recorded.")


def sample(view: CheckView) -> Block:
    """A check that ended without a page, as a lead may look at it."""
    outcome = view.check.outcome.words if view.check.outcome else ""
    head = block_kit.section(
        f"*{view.check.ref}* Outcome: {outcome}. Sent {block_kit.on(view.check.sent_at or view.now)}."
    )
    why = block_kit.section("*Why*\n" + block_kit.lines(_why(view)))
    after = [*_answers(view), *_more(view), _keeping(view), *hold_part(view.entries, view.check.id), _RECORDED]
    before = [head, *_disputed(view), why, *_details(view), *_risk(view), *_fixes(view)]
    return block_kit.modal("Summary", [*before, *_newest(list(_talk(view)), [*before, *after]), *after])


def summary(view: CheckView, case: Case) -> Block:
    """Everything a lead needs, most pressing first (docs/rules.md, "Summary")."""
    before = [*_urgency(view, case), *_disputed(view), *_details(view), *_risk(view), *_fixes(view), *_plan(view, case)]
    after = [*_answers(view), *_more(view), _keeping(view), *hold_part(view.entries, view.check.id), _RECORDED]
    blocks = [*before, *_newest(list(_talk(view)), [*before, *after]), *after]
    return block_kit.modal("Summary", blocks, metadata=view.check.id)


def _keeping(view: CheckView) -> Block:
    """What can be done with the record itself."""
    return block_kit.actions(block_kit.button("Correct or dispute", "correct", view.check.id))


def _disputed(view: CheckView) -> Iterator[Block]:
    if any(entry.what is EventKind.DISPUTED for entry in view.entries):
        yield block_kit.section("*Part of this record is disputed.* The words of whoever disputes it stand below.")


def _more(view: CheckView) -> Iterator[Block]:
    yield from earlier(view.earlier)
    if view.may_export:
        yield block_kit.actions(block_kit.button("Export", "export_case", view.check.id))


def _newest(talk: list[list[Block]], others: list[Block]) -> list[Block]:
    """As much of what was said as fits beside the rest: the newest, in the order it was said."""
    blocks, size = len(others), _size(others)
    kept: list[Block] = []
    for said in reversed(talk):
        blocks, size = blocks + len(said), size + _size(said)
        if blocks > _MOST_BLOCKS or size > _MOST_BYTES:
            return [block_kit.context("Older notes are in the export of this case."), *kept]
        kept = [*said, *kept]
    return kept


def _size(blocks: list[Block]) -> int:
    return len(json.dumps(blocks, ensure_ascii=False).encode())


def _urgency(view: CheckView, case: Case) -> Iterator[Block]:
    decision, paper = view.decision, view.check.paper_at
    on_paper = f" Answered on paper, {block_kit.on(paper)}, and entered later." if paper else ""
    yield block_kit.section(
        f"*{view.check.ref} - {URGENCY_WORDS[case.urgency]}* Raised {block_kit.on(case.raised_at)} "
        f"by <@{view.check.reporter}>. Answer by {block_kit.on(case.answer_by)}.{on_paper}\n"
        f"Outcome: {OUTCOME_WORDS[decision.outcome]}."
    )
    yield block_kit.section("*Why*\n" + block_kit.lines(_why(view)))
    yield from _kept_out(view)
    if decision.hold_informing:
        yield block_kit.section(
            "*Tell nobody yet.* Telling the person or family could do harm. Decide when and how together."
        )
    if decision.allegation:
        yield block_kit.section(
            "*About an adult who works with children.* The LADO may need to be told within one working day."
        )
    if decision.breach:
        yield block_kit.section("*A possible personal data breach.* The data protection lead needs to know today.")


def _kept_out(view: CheckView) -> Iterator[Block]:
    """Who must not hear of it, and who did before they were left out or stepped aside."""
    never = [block_kit.esc(view.name(one)) for one in sorted(view.people_left_out - set(view.told_before))]
    before = [block_kit.esc(view.name(one)) for one in view.told_before]
    if never:
        yield block_kit.section(f"*Not told, now or later: {', '.join(never)}.* Do not talk to them about this.")
    if before:
        yield block_kit.section(
            f"*Paged before they were left out or stepped aside: {', '.join(before)}.* "
            "From now on they see nothing. Do not talk to them about this."
        )


def _why(view: CheckView) -> Iterator[str]:
    """The answers that decided it, as somebody else's; what the reporter reads says "you"."""
    for reason in view.decision.reasons:
        question = CHECKLIST[reason.question]
        yield f'- {_capital(question.topic)} ({question.id}): "{question.option(reason.option).label}".'
    if view.check.asked_lead:
        yield "- The staff member asked for a lead."
    elif not view.decision.reasons:
        yield wording.BECAUSE_EARLIER


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _details(view: CheckView) -> Iterator[Block]:
    entry = latest(view.entries, EventKind.DETAILS)
    content = entry.content if entry else {}
    written = sorted((field for field in DETAILS if content.get(field.key)), key=lambda field: field.key != "done")
    if not written:
        yield block_kit.section("*Who and what:* no details yet. Use Ask the staff member.")
    for field in written:
        yield from block_kit.labelled(field.label, str(content[field.key]))


def _risk(view: CheckView) -> Iterator[Block]:
    asked = [CHECKLIST[one] for one in ("S4", "3.1.6", "3.1.8", "4.2")]
    given = [
        (question, view.progress.answers[question.id]) for question in asked if question.id in view.progress.answers
    ]
    if given:
        words = "\n".join(
            f"{block_kit.esc(_capital(question.topic))}: *{labels(question, choices)}*" for question, choices in given
        )
        yield block_kit.section(f"*Risk, and the staff member's view*\n{words}")
    if view.decision.answers_differ:
        yield block_kit.section(
            "*Two answers differ:* nobody at risk in S4, someone put at risk in 3.1.6. The higher is used."
        )


def _fixes(view: CheckView) -> Iterator[Block]:
    unsure = [question.topic for question, option in view.progress.chosen if option.unsure]
    if unsure:
        yield block_kit.section("*Not sure about*\n" + block_kit.lines(f"- {topic}" for topic in unsure))
    if view.decision.fixes:
        yield block_kit.section(
            "*To sort out*\n" + block_kit.lines(f"- {CHECKLIST.fixes[fix]}" for fix in view.decision.fixes)
        )
    if view.decision.tasks:
        yield block_kit.section(
            "*After sharing*\n" + block_kit.lines(f"- {CHECKLIST.tasks[task]}" for task in view.decision.tasks)
        )


def _plan(view: CheckView, case: Case) -> Iterator[Block]:
    entry = latest(view.entries, EventKind.DECIDED)
    if entry is not None:
        yield block_kit.divider()
        yield from decided(entry)
    for strand in case.strands:
        yield from strand_blocks(strand)
    shared = latest(view.entries, EventKind.SHARED)
    if shared is not None:
        for field in SHARING:
            yield from block_kit.labelled(field.label, str(shared.content.get(field.key) or ""))


def _talk(view: CheckView) -> Iterator[list[Block]]:
    """What was said, one list of blocks each, oldest first."""
    for entry in view.entries:
        text = str(entry.content.get("text") or entry.content.get("reason") or "")
        if entry.what.properties.is_talk and text:
            topic, text = _about(view, entry), _in_whose_words(entry, text)
            at = entry.at.astimezone(view.organisation.zone)
            head = f"{entry.what.properties.label}{topic} ({_author(view, entry)}, {at:%d %b %H:%M})"
            yield list(block_kit.labelled(head, text))


def _about(view: CheckView, entry: Entry) -> str:
    corrected = next((one for one in view.entries if one.id == entry.content.get("entry")), None)
    if corrected is not None:
        return f": {name_of(view, corrected)}"
    asked = CHECKLIST.by_id.get(str(entry.content.get("question")))
    return f", on {asked.topic}" if asked else ""


def _in_whose_words(entry: Entry, text: str) -> str:
    by = str(entry.content.get("by") or "")
    return f"{by}: {text}" if by else text


def _author(view: CheckView, entry: Entry) -> str:
    person = view.roster.person_at(entry.who)
    return view.name(person) if person else "the staff member"


def _answers(view: CheckView) -> Iterator[Block]:
    yield block_kit.divider()
    rows = [_row(view, question_id, status) for question_id, status in view.progress.status.items()]
    for start in range(0, len(rows), 8):
        yield block_kit.section("\n".join(rows[start : start + 8]))


def _row(view: CheckView, question_id: str, status: Status) -> str:
    question = CHECKLIST[question_id]
    choices = view.progress.answers.get(question_id) or view.check.answers.get(question_id)
    words = labels(question, choices) if choices else STATUS_WORDS[status]
    return f"{question_id} {block_kit.esc(question.topic)}: *{words}*"


def decision(view: CheckView, case: Case) -> Block:
    """First half of Agree plan: what is decided, and why."""
    before = latest(view.entries, EventKind.DECIDED)
    given = before.content if before else {}
    chosen = (case.decision,) if case.decision else ()
    select = block_kit.choice("static_select", "option", DECISIONS, chosen)
    reason, *rest = DECISION
    blocks = [
        block_kit.input_("What have you decided?", select, "decision"),
        *inputs((reason,), given, optional=False),
        *inputs(tuple(rest), given),
    ]
    return block_kit.modal(
        "Agree plan: decision", blocks, callback_id="decision", metadata=view.check.id, submit="Next"
    )


def strands(view: CheckView, case: Case, callback_id: str = "strands") -> Block:
    """Second half: the three strands of 4.2, each with what, who and when, or why it is not appropriate."""
    made = {strand.name: strand for strand in case.strands}
    blocks = [block for name in StrandName for block in _strand(name, made.get(name))]
    is_new = callback_id == "strands"
    words = "*The decision is saved.* The plan is agreed when the staff member agrees too."
    intro = [block_kit.section(words)] if is_new else []
    return block_kit.modal(
        "Agree plan: three parts" if is_new else "The plan's three parts",
        [*intro, *blocks],
        callback_id=callback_id,
        metadata=view.check.id,
        submit="Save plan",
    )


LONGEST_PART, LONGEST_OWNER = 1500, 150
_STRAND_HINTS = {
    StrandName.STUDENT: "Told? By whom and when? What do they want? What support?",
    StrandName.PROFESSIONALS: "School lead, social care, police, LADO, health: who is contacted, with what, how?",
    StrandName.PARENT: "Inform, later, or do not? Who decided, why, and when is it looked at again?",
}


def _strand(name: StrandName, strand: Strand | None) -> Iterator[Block]:
    options = {status.value: STRAND_STATUS_WORDS[status].capitalize() for status in StrandStatus}
    status = strand.status if strand else StrandStatus.TO_DO
    yield block_kit.header(STRAND_TITLES[name])
    yield block_kit.input_(
        "Where it stands", block_kit.choice("static_select", "option", options, (status,)), f"{name}.status"
    )
    box = block_kit.text_input(strand.what if strand else "", lines=True, longest=LONGEST_PART)
    yield block_kit.input_(
        "What will happen, or why it is not appropriate", box, f"{name}.what", hint=_STRAND_HINTS[name]
    )
    yield block_kit.input_(
        "Who does it?",
        block_kit.text_input(strand.owner if strand else "", longest=LONGEST_OWNER),
        f"{name}.owner",
        optional=True,
    )
    yield block_kit.input_(
        "By when?", block_kit.date_input(strand.due if strand else None), f"{name}.due", optional=True
    )


def ask(view: CheckView) -> Block:
    """A question to the reporter."""
    box = block_kit.input_(
        "Your question", block_kit.text_input(lines=True), "text", hint="They see it in a private window."
    )
    return block_kit.modal(
        "Ask the staff member", [box], callback_id="ask_reporter", metadata=view.check.id, submit="Ask"
    )


def note(view: CheckView) -> Block:
    """A note only those who may open the case can read."""
    box = block_kit.input_("Your note", block_kit.text_input(lines=True), "text")
    return block_kit.modal("Add note", [box], callback_id="case_note", metadata=view.check.id, submit="Save")


def reminders(case: Case) -> Mapping[str, tuple[str, timedelta | None]]:
    """What can be chosen: words and wait, None for the next working morning. What is urgent does not wait for days."""
    if case.status is CaseStatus.LED and case.urgency in (Urgency.P0, Urgency.P1):
        return {key: when for key, when in REMINDERS.items() if key not in _FOR_DAYS}
    return REMINDERS


def remind(view: CheckView, case: Case) -> Block:
    """When whoever leads this wants to hear of it again."""
    whens = {key: words for key, (words, _) in reminders(case).items()}
    box = block_kit.input_("When?", block_kit.choice("radio_buttons", "option", whens), "when")
    return block_kit.modal("Remind me", [box], callback_id="remind_me", metadata=view.check.id, submit="Remind me")


def close(view: CheckView, case: Case) -> Block:
    """What is missing until nothing is; then the last words."""
    missing = missing_to_close(case)
    if missing:
        rows = block_kit.lines(f"- {problem}" for problem in missing)
        blocks = [block_kit.section(f"*Before {view.check.ref} can close, it needs:*\n{rows}")]
        if any(strand.status is StrandStatus.TO_DO for strand in case.strands):
            blocks.append(
                block_kit.actions(
                    block_kit.button("Update the plan's parts", "update_strands", view.check.id, style="primary")
                )
            )
        return block_kit.modal("Not ready to close", blocks, close="Back")
    blocks = [
        block_kit.section("Everything is in place."),
        block_kit.input_("How did it end?", block_kit.text_input(lines=True), "outcome"),
        block_kit.input_(
            "What may the staff member know?", block_kit.text_input(lines=True), "may_know", optional=True
        ),
    ]
    return block_kit.modal(
        "Close this check", blocks, callback_id="close_case", metadata=view.check.id, submit="Close case"
    )


def reopen(view: CheckView) -> Block:
    """Why a closed case is opened again."""
    box = block_kit.input_("Why does it need to be open again?", block_kit.text_input(lines=True), "text")
    return block_kit.modal("Reopen", [box], callback_id="reopen_case", metadata=view.check.id, submit="Reopen")
