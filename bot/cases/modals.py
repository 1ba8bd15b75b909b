"""The modals of the leads' work: decide, plan, ask, note, be reminded, close, reopen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from bot.cases import agency_modals
from bot.cases.reporter_modals import STRAND_STATUS_WORDS
from bot.check_view import CheckView
from bot.fields import DECISION, inputs
from bot.slack import block_kit
from bot.slack.block_kit import Block
from flows.agencies import agencies_of
from flows.case import (
    DECISIONS,
    Case,
    CaseStatus,
    Strand,
    StrandName,
    StrandStatus,
    latest,
    strand_title,
)
from flows.closure import UNANSWERED, Mend, Missing, missing_to_close, unanswered
from flows.events import EventKind
from flows.model import Urgency

REMINDERS: dict[str, tuple[str, timedelta | None]] = {
    "half_hour": ("In half an hour", timedelta(minutes=30)),
    "hour": ("In an hour", timedelta(hours=1)),
    "four_hours": ("In four hours", timedelta(hours=4)),
    "morning": ("Next working morning", None),
    "three_days": ("In three days", timedelta(days=3)),
    "week": ("In a week", timedelta(weeks=1)),
}
_FOR_DAYS = frozenset({"three_days", "week"})


def decision(view: CheckView, case: Case) -> Block:
    """Render the first half of "Agree plan": the decision and its reason, filled with the latest decision."""
    before = latest(view.entries, EventKind.DECIDED)
    given = before.content if before else _suggested(view, case)
    chosen = (case.decision,) if case.decision else ()
    select = block_kit.choice("static_select", "option", DECISIONS, chosen)
    reason, *rest = DECISION
    blocks = [
        *_unanswered(view, given),
        block_kit.input_("What have you decided?", select, "decision"),
        *inputs((reason,), given, optional=False),
        *inputs(tuple(rest), given),
    ]
    return block_kit.modal(
        "Agree plan: decision", blocks, callback_id="decision", metadata=view.window(), submit="Next"
    )


def _unanswered(view: CheckView, given: Mapping[str, object]) -> Iterator[Block]:
    """Yield the questions on what is to be shared that nobody answered, and why not where they stay so (policy 4.1)."""
    if not (left := unanswered(view.check)):
        return
    yield block_kit.section(
        f"*Nobody has answered these yet.* Before anything is shared, answer them with {view.reporter}. "
        "Where you cannot, say why below."
    )
    for one in left:
        question = view.as_read(one)
        options = {option.id: option.label for option in question.options}
        select = block_kit.choice("static_select", "option", options)
        yield block_kit.input_(f"{question.id} {question.ask}", select, one, optional=True, hint=question.help)
    box = block_kit.text_input(str(given.get(UNANSWERED) or ""), lines=True)
    yield block_kit.input_("Why is one of them not answered?", box, UNANSWERED, optional=True)


def _suggested(view: CheckView, case: Case) -> Mapping[str, object]:
    """Fill in what the answers and the hour suggest, for the lead to change."""
    decision = view.decision
    bases = {
        "protecting someone at risk of harm": decision.risk or decision.worry,
        "a legal duty": "3.1.4" in decision.decided_by,
        "consent": decision.valid_consent,
    }
    basis = ", ".join(words for words, holds in bases.items() if holds)
    by = view.name(case.led_by) if case.led_by else ""
    return {"basis": basis[:1].upper() + basis[1:], "time": "Today", "by": by}


def strands(view: CheckView, case: Case, callback_id: str = "strands") -> Block:
    """Render the second half: the three strands of policy 4.2, each with what, who and when, or why not.

    `callback_id` is "strands" where the plan is made and "update_strands" where its progress is recorded.
    """
    made = {strand.name: strand for strand in case.strands}
    titles = {name: strand_title(name, view.check.answers) for name in StrandName}
    parts = [(*_strand(name, title, made.get(name)), *_rows(view, name)) for name, title in titles.items()]
    blocks = [block for part in parts for block in part]
    is_new = callback_id == "strands"
    words = "*The decision is saved.* The plan is agreed when the staff member agrees too."
    intro = [block_kit.section(words)] if is_new else []
    return block_kit.modal(
        "Agree plan: three parts" if is_new else "The plan's three parts",
        [*intro, *blocks],
        callback_id=callback_id,
        metadata=view.window(),
        submit="Save plan",
    )


FIRST_AGENCY = "agency."
"""Before the block ids of the first agency's boxes in the window of a plan."""


def _rows(view: CheckView, name: StrandName) -> Iterator[Block]:
    """Yield the list of professionals: the rows there are, or the boxes of the first."""
    if name is not StrandName.PROFESSIONALS:
        return
    if agencies_of(view.entries):
        yield from agency_modals.listed(view)
    else:
        yield from agency_modals.boxes(view, None, FIRST_AGENCY)


LONGEST_PART, LONGEST_OWNER = 1500, 150
_STRAND_HINTS = {
    StrandName.STUDENT: "Told? By whom and when? What do they want? What support?",
    StrandName.PROFESSIONALS: "School lead, social care, police, LADO, health: who is contacted, with what, how?",
    StrandName.PARENT: "Inform, later, or do not? Who decided, why, and when is it looked at again?",
}


def _strand(name: StrandName, title: str, strand: Strand | None) -> Iterator[Block]:
    options = {status.value: STRAND_STATUS_WORDS[status].capitalize() for status in StrandStatus}
    status = strand.status if strand else StrandStatus.TO_DO
    yield block_kit.header(title)
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
    """Render the modal for a question to the reporter."""
    box = block_kit.input_(
        "Your question", block_kit.text_input(lines=True), "text", hint="They see it in a private window."
    )
    return block_kit.modal(
        "Ask the staff member", [box], callback_id="ask_reporter", metadata=view.check.id, submit="Ask"
    )


def note(view: CheckView) -> Block:
    """Render the modal for a note that only those who may open the case can read."""
    box = block_kit.input_("Your note", block_kit.text_input(lines=True), "text")
    return block_kit.modal("Add note", [box], callback_id="case_note", metadata=view.check.id, submit="Save")


def reminders(case: Case) -> Mapping[str, tuple[str, timedelta | None]]:
    """Return the reminders offered for a case: label and delay by key; a delay of None is the next working morning.

    A P0 or P1 case without a plan cannot be put off for days.
    """
    if case.status is CaseStatus.LED and case.urgency in (Urgency.P0, Urgency.P1):
        return {key: when for key, when in REMINDERS.items() if key not in _FOR_DAYS}
    return REMINDERS


def remind(view: CheckView, case: Case) -> Block:
    """Render the modal in which the lead chooses when to be reminded of the case."""
    whens = {key: words for key, (words, _) in reminders(case).items()}
    box = block_kit.input_("When?", block_kit.choice("radio_buttons", "option", whens), "when")
    return block_kit.modal("Remind me", [box], callback_id="remind_me", metadata=view.check.id, submit="Remind me")


MEND_WORDS = {
    Mend.PLAN: "Agree plan",
    Mend.STRANDS: "Update plan",
    Mend.SHARING: "Record sharing",
    Mend.NOTHING_SHARED: "Nothing was shared",
    Mend.BREACH: "Breach",
    Mend.AGREEMENT: "How they agreed",
    Mend.REVIEW: "Another view",
    Mend.AGENCY: "Agency",
}
_MOST_LINES = 40


def close(view: CheckView) -> Block:
    """Render what is still missing before the case can close, or, once nothing is, the closing form."""
    missing = missing_to_close(view.case, view.entries) if view.case else ()
    if missing:
        rows = [block for number, one in enumerate(missing[:_MOST_LINES], 1) for block in _row(view, number, one)]
        head = block_kit.section(f"*Before {view.check.ref} can close, it needs:*")
        return block_kit.modal("Not ready to close", [head, *rows], close="Back")
    boxes = [
        block_kit.section("Everything is in place."),
        block_kit.input_("How did it end?", block_kit.text_input(lines=True), "outcome"),
        block_kit.input_(
            "What may the staff member know?", block_kit.text_input(lines=True), "may_know", optional=True
        ),
    ]
    return block_kit.modal(
        "Close this check", boxes, callback_id="close_case", metadata=view.check.id, submit="Close case"
    )


def _row(view: CheckView, number: int, missing: Missing) -> Iterator[Block]:
    """Yield one line with its button; where another button may bring it as well, both below it."""

    def button(mend: Mend) -> Block:
        about = f":{missing.about}" if missing.about else ""
        return block_kit.button(MEND_WORDS[mend], f"{mend}.{number}", f"{view.check.id}{about}")

    words = f"- {block_kit.esc(missing.words)}"
    if missing.instead is None:
        yield block_kit.section(words, button(missing.mend))
        return
    yield block_kit.section(words)
    yield block_kit.actions(button(missing.mend), button(missing.instead))


def reopen(view: CheckView) -> Block:
    """Render the modal that asks why a closed case is reopened."""
    box = block_kit.input_("Why does it need to be open again?", block_kit.text_input(lines=True), "text")
    return block_kit.modal("Reopen", [box], callback_id="reopen_case", metadata=view.check.id, submit="Reopen")
