"""The summary: all that a lead needs to know of a check, in a modal. The caller records each opening first (I21)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from bot.cases.corrections_modal import name_of
from bot.cases.page import answer_label, outcome_words
from bot.cases.reporter_modals import agreed_blocks, decided, strand_blocks
from bot.check_view import CheckView
from bot.fields import ALL_DETAILS, SHARING
from bot.slack import block_kit
from bot.slack.block_kit import Block
from bot.words import URGENCY_WORDS, earlier, labels
from flows.agencies import RECEIPTS, agencies_of
from flows.case import (
    Case,
    Entry,
    latest,
)
from flows.checklist import CHECKLIST
from flows.engine import wording
from flows.engine.guidance import Guidance
from flows.engine.outcome import Known
from flows.events import EventKind
from flows.model import Status
from flows.records.retention import hold_of

_MOST_BLOCKS = 97
_MOST_BYTES = 240_000
"""Slack takes 100 blocks and 250 KB a view; the rest is left for the frame around these blocks."""
STATUS_WORDS = {
    Status.SKIPPED: "not needed",
    Status.PENDING: "to answer after sharing",
    Status.NOT_REACHED: "not reached",
}
_DUTY_WORDS = {
    True: "it binds us.",
    False: "it does not bind us.",
    None: "nobody has said yet if it binds us.",
}
_REACH = "person"
"""The box of the details in which staff say, beside whom it is about, how somebody can reach them."""
DANGER_NUMBER = "In an emergency: 999"
_RECORDED = block_kit.context("Opening this is recorded.")


def sample(view: CheckView) -> Block:
    """Render the summary of a check that ended without a page, for a lead who samples it."""
    outcome = view.check.outcome.words if view.check.outcome else ""
    head = block_kit.section(
        f"*{view.check.ref}* Outcome: {outcome}. Sent {block_kit.on(view.check.sent_at or view.now)}."
    )
    why = block_kit.section("*Why*\n" + block_kit.lines(_why(view)))
    after = [*_answers(view), *_more(view), _keeping(view), *_hold(view.entries, view.check.id), _RECORDED]
    before = [
        head,
        *_disputed(view),
        why,
        *_details(view),
        *_risk(view),
        *_consent(view),
        *_fixes(view),
        *_advice(view),
    ]
    return block_kit.modal("Summary", [*before, *_newest(list(_talk(view)), [*before, *after]), *after])


def summary(view: CheckView, case: Case) -> Block:
    """Render the summary of a case, most pressing first (docs/rules.md, "Summary")."""
    before = [
        *(*_urgency(view, case), *_disputed(view), *_details(view), *_risk(view), *_consent(view), *_fixes(view)),
        *(*_advice(view), *_plan(view, case)),
    ]
    record = [_keeping(view), *_hold(view.entries, view.check.id)]
    after = [*_answers(view), *_more(view), *record, *numbers(view), _RECORDED]
    blocks = [*before, *_newest(list(_talk(view)), [*before, *after]), *after]
    return block_kit.modal("Summary", blocks, metadata=view.check.id)


def _keeping(view: CheckView) -> Block:
    """Return the buttons to correct or dispute the record, and to see this person over time."""
    return block_kit.actions(
        block_kit.button("Correct or dispute", "correct", view.check.id),
        block_kit.button("Chronology", "chronology", view.check.id),
    )


def _disputed(view: CheckView) -> Iterator[Block]:
    if any(entry.what is EventKind.DISPUTED for entry in view.entries):
        yield block_kit.section("*Part of this record is disputed.* The words of whoever disputes it stand below.")


def _more(view: CheckView) -> Iterator[Block]:
    yield from earlier(view.earlier)
    if view.may_export:
        yield block_kit.actions(block_kit.button("Export", "export_case", view.check.id))


def _newest(talk: list[list[Block]], others: list[Block]) -> list[Block]:
    """Return the newest notes and messages that fit beside the other blocks, oldest first.

    Where older ones do not fit, say that they are in the export.
    """
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
        f"*{view.check.ref} - {URGENCY_WORDS[case.urgency]}* Raised {_when(view, case.raised_at)} "
        f"by <@{view.check.reporter}>. {answer_label(view, case)} {_when(view, case.answer_by)}.{on_paper}\n"
        f"Outcome: {outcome_words(view)}. Already shared: {wording.SHARED[decision.shared]}."
    )
    yield block_kit.section("*Why*\n" + block_kit.lines(_why(view)))
    yield from _kept_out(view)
    if decision.tell_nobody is Known.YES:
        yield block_kit.section(
            "*Tell nobody yet.* Telling the person or family could do harm. Decide when and how together."
        )
    elif decision.tell_nobody is Known.NOT_KNOWN:
        yield block_kit.section(f"*Tell nobody yet:* {wording.KNOWN[decision.tell_nobody]}.")
    yield from _duty(view)
    if decision.allegation:
        yield block_kit.section(
            "*About an adult who works with children.* The LADO may need to be told within one working day."
        )
    if decision.breach:
        yield block_kit.section(
            f"*A possible personal data breach.* {_who_protects_data(view)}",
            block_kit.button("Breach", "breach", view.check.id),
        )


def _when(view: CheckView, moment: datetime) -> str:
    return block_kit.when(moment, view.now, view.organisation.zone)


def _who_protects_data(view: CheckView) -> str:
    """Say whether the data protection lead was told, or who has to tell them."""
    if view.data_protection_told:
        return "The data protection lead has been told."
    return "The data protection lead has not been told by me: talk it over, and tell them today if you can."


def _duty(view: CheckView) -> Iterator[Block]:
    """Say what the organisation has said of the statutory duty, where a duty or a risk makes it matter."""
    if view.decision.risk or view.check.answers.get("3.1.4", ("no",)) != ("no",):
        yield block_kit.section(
            f"*The duty to share that the law sets:* {_DUTY_WORDS[view.organisation.statutory_duty]}"
        )


def _kept_out(view: CheckView) -> Iterator[Block]:
    """Yield who must not be told, and who was paged before being left out or stepping aside."""
    never = _names(view, sorted(view.people_left_out - set(view.told_before)))
    before = _names(view, view.told_before)
    if never:
        yield block_kit.section(f"*Not told, now or later: {', '.join(never)}.* Do not talk to them about this.")
    if before:
        yield block_kit.section(
            f"*Paged before they were left out or stepped aside: {', '.join(before)}.* "
            "From now on they see nothing. Do not talk to them about this."
        )


def _names(view: CheckView, people: Iterable[str]) -> list[str]:
    """Return their names, each once: somebody no longer listed is left out by id and by Slack account."""
    return list(dict.fromkeys(block_kit.esc(view.name(one)) for one in people))


def _why(view: CheckView) -> Iterator[str]:
    """Yield the answers that decided the outcome, in the third person: the reporter's own card says "you"."""
    for reason in view.decision.reasons:
        question = view.as_read(reason.question)
        yield f'- {_capital(question.topic)} ({question.id}): "{question.option(reason.option).label}".'
    if view.check.asked_lead:
        yield view.without_roles("- The staff member asked for a lead.")
    elif not view.decision.reasons:
        yield wording.BECAUSE_EARLIER


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _details(view: CheckView) -> Iterator[Block]:
    entry = latest(view.entries, EventKind.DETAILS)
    content = entry.content if entry else {}
    written = sorted((field for field in ALL_DETAILS if content.get(field.key)), key=lambda field: field.key != "done")
    if not written:
        yield block_kit.section("*Who and what:* no details yet. Use Ask the staff member.")
    for field in written:
        yield from block_kit.labelled(field.label, str(content[field.key]))


def _risk(view: CheckView) -> Iterator[Block]:
    yield from _said(view, "Risk, and the staff member's view", ("S4", "S5", "S7", "3.1.6", "3.1.8", "4.2"))
    if view.decision.answers_differ:
        yield block_kit.section(
            "*Two answers differ:* nobody at risk in S4, someone at risk in S7 or 3.1.6. The higher is used."
        )


def _consent(view: CheckView) -> Iterator[Block]:
    """Whether there is consent, whose it would be, and whether they understood what could follow."""
    yield from _said(view, "Consent", ("3.1.1", "3.1.3", "3.1.5", "3.1.7"))
    if any(one in view.progress.answers for one in ("3.1.1", "3.1.7")) and not view.decision.valid_consent:
        yield block_kit.context("There is no consent to rely on: none was given, or not with understanding.")


def _said(view: CheckView, title: str, questions: Iterable[str]) -> Iterator[Block]:
    """Show the answers to these questions under one heading; leave out those not given."""
    given = [(view.as_read(one), view.progress.answers[one]) for one in questions if one in view.progress.answers]
    if given:
        words = "\n".join(
            f"{block_kit.esc(_capital(question.topic))}: *{labels(question, choices)}*" for question, choices in given
        )
        yield block_kit.section(f"*{title}*\n{words}")


def _fixes(view: CheckView) -> Iterator[Block]:
    unsure = [question.topic for question, option in view.progress.chosen if option.unsure]
    if unsure:
        yield block_kit.section("*Not sure about*\n" + block_kit.lines(f"- {topic}" for topic in unsure))
    decision, whole = view.decision, _uncovered(view)
    if to_sort := whole.fixes[1:] or [f"- {_fix(view, fix)}." for fix in decision.fixes]:
        yield block_kit.section("*To sort out*\n" + block_kit.lines(to_sort))
    if theirs := [fix for fix in decision.raw_fixes if fix not in decision.fixes]:
        words = block_kit.lines(f"- {_fix(view, fix)}." for fix in theirs)
        yield block_kit.section(f"*Left to you to sort out, not to the staff member*\n{words}")
    if whole.tasks:
        yield block_kit.section("*After sharing*\n" + block_kit.lines(whole.tasks[1:]))


def _uncovered(view: CheckView) -> Guidance:
    """Return what the reporter is told, also while their card is hidden."""
    check = view.check
    return view.guidance if check.cover is None else replace(view, check=replace(check, cover=None)).guidance


def _fix(view: CheckView, fix: str) -> str:
    decision = view.decision
    table = CHECKLIST.fixes_when_shared if decision.shared else CHECKLIST.fixes
    return view.facts.fill(table[fix], adult=decision.adult, consent_from=decision.consent_from)


def _advice(view: CheckView) -> Iterator[Block]:
    """Repeat the advice that the reporter was given, in the same words (I31)."""
    made = _uncovered(view)
    said = [*made.say_first, *(advice.words for advice in made.advice)]
    if said:
        yield block_kit.section("*What the staff member was told to do*\n" + block_kit.lines(said))


def numbers(view: CheckView) -> Iterator[Block]:
    """List the numbers for this case, after whatever the reporter wrote of how to reach them, as they wrote it."""
    entry, school = latest(view.entries, EventKind.DETAILS), view.organisation.school(view.school)
    if reach := str(entry.content.get(_REACH) or "") if entry else "":
        yield from block_kit.labelled("In their words: who it is about, and how to reach the staff member", reach)
    rows = [*_uncovered(view).numbers]
    if school.council:
        rows.append(f"The council of {school.name} is {school.council}.")
    if school.lead and not view.is_conflict:
        rows.append(f"Whom to ask at {school.name}: {school.lead}")
    rows += [DANGER_NUMBER]
    yield block_kit.section("*Numbers for this case*\n" + block_kit.lines(rows))


def _plan(view: CheckView, case: Case) -> Iterator[Block]:
    entry = latest(view.entries, EventKind.DECIDED)
    if entry is not None:
        yield block_kit.divider()
        yield from decided(entry)
        yield _said_by("Decided", view, entry)
    for strand in case.strands:
        yield from strand_blocks(view, strand)
    yield from agreed_blocks(view)
    for one in agencies_of(view.entries):
        said = (one.contact, one.reference, one.what, one.route, one.receipt, f"Ask again {one.due}" if one.due else "")
        yield from block_kit.labelled(
            f"{one.name} ({RECEIPTS.get(one.state, one.state)})", "\n".join(filter(None, said))
        )
    shared = latest(view.entries, EventKind.SHARED)
    if shared is not None:
        for field in SHARING:
            yield from block_kit.labelled(field.label, str(shared.content.get(field.key) or ""))
        yield _said_by("Recorded", view, shared)


def _said_by(did: str, view: CheckView, entry: Entry) -> Block:
    at = block_kit.dated(entry.at, view.organisation.zone)
    return block_kit.context(block_kit.esc(f"{did} by {view.author(entry)}, {at}."))


def _talk(view: CheckView) -> Iterator[list[Block]]:
    """Yield the notes, questions and replies, one list of blocks each, oldest first."""
    for entry in view.entries:
        text = str(entry.content.get("text") or entry.content.get("reason") or "")
        if entry.what.properties.is_talk and text:
            topic, text = _about(view, entry), _in_whose_words(entry, text)
            at = block_kit.dated(entry.at, view.organisation.zone)
            head = f"{entry.what.properties.label}{topic} ({view.author(entry)}, {at})"
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


def _answers(view: CheckView) -> Iterator[Block]:
    yield block_kit.divider()
    status = view.progress.status
    rows = [_row(view, one, what) for one, what in status.items() if not _is_open(view, one, what)]
    for start in range(0, len(rows), 8):
        yield block_kit.section("\n".join(rows[start : start + 8]))
    if left := [f"{one} {CHECKLIST[one].topic}" for one, what in status.items() if _is_open(view, one, what)]:
        yield block_kit.section(block_kit.esc(f"Not reached: {', '.join(left)}."))


def _is_open(view: CheckView, question: str, status: Status) -> bool:
    """Whether nothing was answered to a question that was not reached."""
    return status is Status.NOT_REACHED and question not in view.check.answers


def _row(view: CheckView, question_id: str, status: Status) -> str:
    question = CHECKLIST[question_id]
    choices = view.progress.answers.get(question_id) or view.check.answers.get(question_id)
    words = labels(question, choices) if choices else STATUS_WORDS[status]
    return f"{question_id} {block_kit.esc(question.topic)}: *{words}*"


def _hold(entries: Iterable[Entry], check: str) -> Iterator[Block]:
    """Yield the legal hold with its reason and the button to lift it, or the button to set one."""
    held = hold_of(entries)
    if held is None:
        yield block_kit.actions(block_kit.button("Put on legal hold", "hold_record", check))
        return
    yield from block_kit.labelled(
        "On legal hold, never deleted", str(held.content.get("reason") or "No reason is known.")
    )
    yield block_kit.actions(block_kit.button("Lift the hold", "lift_hold", check))
