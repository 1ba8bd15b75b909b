"""The modals the reporter types into or reads. Names belong here and never in a message."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.check_view import CheckView
from bot.checks.buttons import TELL_THEM
from bot.checks.help_now import paragraphs
from bot.fields import DETAILS, SCHOOL, inputs
from bot.slack import block_kit
from bot.slack.block_kit import Block
from bot.words import labels
from flows.case import CheckStatus, latest
from flows.engine.facts import NO_NUMBER
from flows.events import EventKind
from flows.model import Choose, Question

_ROWS = 8
"""Of phone numbers in one section: names may be long."""
OTHER_SCHOOLS = "Numbers of other schools"
_LONGEST_STORY = 3000
_LONGEST_VALUE = 150
_MOST_LISTED = 100
"""Slack takes 100 options in a list, and a value of 150 characters for each."""
WITHOUT = "without"
"""Beside the check's id in the window's metadata: the person was asked once to write what happened."""


def _who_could_be_paged(view: CheckView) -> dict[str, str]:
    """Ids and names of everybody who may be sent something about it, but the reporter."""
    reporter = next((one for one, slack in view.roster.accounts.items() if slack == view.check.reporter), None)
    people = dict.fromkeys((*view.roster.everyone, *view.roster.accounts))
    return {one: view.name(one) for one in people if one != reporter}


def leave_out(view: CheckView, metadata: str) -> Block:
    """Choose who must not be told. Everybody who could be paged stands here, the reporter aside."""
    people = _who_could_be_paged(view)
    given = view.check.answers.get("S2", ())
    boxes = block_kit.choice("checkboxes", "people", people, given)
    blocks = [
        block_kit.section("They will not be told, now or later, and cannot open the record."),
        block_kit.input_("Who should be left out?", boxes, "people"),
    ]
    return block_kit.modal("Leave someone out", blocks, callback_id="leave_out", metadata=metadata, submit="Leave out")


def why(question: Question) -> Block:
    """Render the help again, with the policy clause behind the question."""
    added = "Our policy does not ask this. It is here to keep people safe."
    source = f"Policy clause {question.clause}: {question.policy_words}" if question.policy_words else added
    return block_kit.modal(
        "Why we ask", [block_kit.section(f"*{block_kit.esc(question.ask)}*"), *_help(question, source)]
    )


def _help(question: Question, source: str) -> list[Block]:
    return [block_kit.section(block_kit.esc(question.help)), block_kit.context(block_kit.esc(source))]


def policy_words(question: Question) -> Block:
    """Render the policy's own words behind a question."""
    words = [
        block_kit.section(f"> {block_kit.esc(question.policy_words)}"),
        block_kit.context(f"Information sharing policy, {block_kit.esc(question.clause)}"),
    ]
    return block_kit.modal("Policy words", words)


def note(metadata: str) -> Block:
    """Render the modal for a note to one question."""
    box = block_kit.input_(
        "Your note", block_kit.text_input(lines=True), "note", hint="Only those who may know can open it."
    )
    return block_kit.modal("Add a note", [box], callback_id="note", metadata=metadata, submit="Save")


def details(view: CheckView) -> Block:
    """Who it is about, what happened and what the reporter thinks. Every box may stay empty."""
    entry = latest(view.entries, EventKind.DETAILS)
    given = entry.content if entry else {}
    intro = block_kit.section("Fill in what you know. You can leave any box empty, and come back.")
    first, *others = inputs(tuple(replace(one, label=view.without_roles(one.label)) for one in DETAILS), given)
    boxes = [intro, first, *_schools(view, str(given.get(SCHOOL.key, ""))), *others]
    title = TELL_THEM if view.decision.page else "Add details"
    return block_kit.modal(title, boxes, callback_id="details", metadata=view.window(), submit="Save")


def _schools(view: CheckView, given: str) -> Iterator[Block]:
    """Which of the organisation's schools, where it lists any; typed where there are more than a list can show."""
    names = [school.name for school in view.organisation.schools]
    if not names:
        return
    typed = block_kit.text_input(given, longest=SCHOOL.longest)
    known = {name[:_LONGEST_VALUE]: name for name in names}
    listed = block_kit.choice("static_select", "option", known, [given[:_LONGEST_VALUE]])
    element = typed if len(known) > _MOST_LISTED else listed
    yield block_kit.input_(SCHOOL.label, element, SCHOOL.key, optional=True)


def asks_for_story(view: CheckView) -> bool:
    """Whether a finished check would reach whoever is told without a word of what happened."""
    is_told = any(entry.what is EventKind.DETAILS for entry in view.entries)
    return _may_send(view) and view.decision.page and not is_told


def asks_for_reason(view: CheckView) -> bool:
    """Whether a finished check ends with nobody asked: why that is right is recorded (policy 2.9)."""
    return _may_send(view) and not view.decision.page


def _may_send(view: CheckView) -> bool:
    return view.check.status is CheckStatus.DRAFT and view.progress.is_finished


def review(view: CheckView, note_first: str = "", *, without: bool = False) -> Block:
    """Check your answers: only those asked, each with Change while nothing is sent.

    view: with everything recorded of it. without: Send was pressed with nothing written; the next press sends it so.
    """
    check, progress = view.check, view.progress
    is_draft = check.status is CheckStatus.DRAFT
    blocks = [*_review_head(view, note_first, may_send=is_draft), *_asked_for(view, without=without)]
    for question_id, choices in progress.answers.items():
        question = view.as_read(question_id)
        words = f"*{block_kit.esc(question.ask)}*\n{labels(question, choices)}"
        may_change = is_draft or (question_id == "S2" and check.status is CheckStatus.SENT)
        change = (
            block_kit.button("Change", f"change.{question_id}", f"{check.id}:{question_id}") if may_change else None
        )
        blocks.append(block_kit.section(words, change))
    submit = ("Send without it" if without else "Send") if _may_send(view) else None
    return block_kit.modal(
        "Check your answers" if is_draft else "Your answers",
        blocks,
        callback_id="send",
        metadata=view.window(WITHOUT if without else ""),
        submit=submit,
        close="Save for later" if is_draft else "Close",
    )


def _asked_for(view: CheckView, *, without: bool) -> Iterator[Block]:
    """Yield the box for what happened where somebody is told, for the reason where nobody is."""
    if asks_for_story(view):
        whom = "the lead" if view.facts.tells_a_lead else view.facts.recipients
        if without:
            yield block_kit.section(
                "*Nothing is written yet.* Write a few words, or press Send without it: I will tell them myself."
            )
        box = block_kit.text_input(lines=True, longest=_LONGEST_STORY)
        hint = "What happened, when and where, in their words. It is in no Slack message."
        yield block_kit.input_(f"Tell {whom} what this is about", box, "story", optional=True, hint=hint)
    elif asks_for_reason(view):
        box = block_kit.text_input(lines=True, longest=_LONGEST_STORY)
        hint = "A few words are enough. They are kept in the record (policy 2.9)."
        yield block_kit.input_("Why is this the right thing for now?", box, "reason", hint=hint)


def _review_head(view: CheckView, note_first: str, *, may_send: bool) -> Iterator[Block]:
    if note_first:
        yield block_kit.section(f"*{block_kit.esc(note_first)}*")
    if not may_send:
        yield block_kit.section(f"*{view.check.ref}*")
    elif view.case is not None:
        told = block_kit.esc(view.guidance.told)
        yield from paragraphs([f"{told} *Send* gives them these answers too."])
    else:
        yield block_kit.section("*Nothing is sent yet.* Press Send when these are right.")
    if may_send and view.progress.next is not None:
        yield block_kit.section("There is still a question to answer. Close this and answer it on the card.")


def more(view: CheckView) -> Block:
    """Say why the outcome is what it is, and offer what is rarely needed once a check is sent."""
    check, made = view.check, view.guidance
    why = list(paragraphs(["*Why*", *map(block_kit.esc, made.why)])) if made.why else []
    offered = {"See my answers": "review", "Correct something": "correct", "Phone numbers": "phones"}
    if made.would_change:
        offered["What would have changed it"] = "would_change"
    buttons = (block_kit.button(label, verb, check.id) for label, verb in offered.items())
    return block_kit.modal("More", [*why, block_kit.actions(*buttons)], callback_id="more")


def would_change(view: CheckView) -> Block:
    """Return what other answers would have led to; never where it is urgent (docs/rules.md, decision 12)."""
    found = view.guidance.would_change or ("Nothing else you could have said changes this.",)
    return block_kit.modal("What would change it", list(paragraphs(map(block_kit.esc, found))))


def change(view: CheckView, question: Question) -> Block:
    """Another answer in the place of one given."""
    metadata = f"{view.check.id}:{question.id}"
    if question.choose is Choose.PEOPLE:
        return _change_people(view, question, metadata)
    many = question.choose is Choose.ANY
    options = {option.id: option.label for option in question.options}
    element = block_kit.choice(
        "checkboxes" if many else "radio_buttons", "option", options, view.check.answers[question.id]
    )
    return _change([block_kit.input_(question.ask, element, "option", hint=question.help)], metadata)


def _change(blocks: list[Block], metadata: str) -> Block:
    return block_kit.modal(
        "Change your answer",
        blocks,
        callback_id="change",
        metadata=metadata,
        submit="Save",
        close="Keep it",
    )


def _change_people(view: CheckView, question: Question, metadata: str) -> Block:
    options = {option.id: option.label for option in question.options}
    given = view.check.answers[question.id]
    named = given if given[0] not in options else ()
    people = _who_could_be_paged(view)
    blocks = [
        block_kit.input_(
            question.ask,
            block_kit.choice("radio_buttons", "option", options, ("leads",) if named else given),
            "option",
        ),
        block_kit.input_(
            "Who should be left out?",
            block_kit.choice("checkboxes", "people", people, named),
            "people",
            optional=True,
        ),
    ]
    return _change(blocks, metadata)


def phones(view: CheckView) -> Block:
    """Every number that may help, a left-out person's never: the school's own where the check names one."""
    facts = view.facts
    rows = [f"{view.organisation.person(one).name}: {view.organisation.person(one).phone}" for one in view.people]
    rows += [f"Children's social care: {facts.social_care or NO_NUMBER}"]
    rows += [f"Adult social care: {facts.adult_social_care}"] if facts.adult_social_care else []
    rows += [f"Out of hours: {facts.out_of_hours}"] if facts.out_of_hours else []
    rows += [
        f"NSPCC: {facts.nspcc}",
        f"Whistleblowing advice: {facts.whistleblowing}",
        "In an emergency: 999",
    ]
    more = [block_kit.actions(block_kit.button(OTHER_SCHOOLS, "school_phones", view.check.id))]
    return block_kit.modal("Phone numbers", [*_rows(rows), *(more if _school_rows(view) else [])])


def school_phones(view: CheckView) -> Block:
    """Render the numbers of the council of each school that the check does not name."""
    return block_kit.modal("Other schools", _rows(_school_rows(view)))


def _school_rows(view: CheckView) -> list[str]:
    rows, named = [], view.organisation.school(view.school)
    for school in view.organisation.schools:
        known = {"children's social care": school.social_care, "out of hours": school.out_of_hours}
        if school != named:
            rows += [f"{school.name}, {label}: {number}" for label, number in known.items() if number]
    return rows


def _rows(rows: list[str]) -> list[Block]:
    parts = (rows[start : start + _ROWS] for start in range(0, len(rows), _ROWS))
    return [block_kit.section(block_kit.lines(part)) for part in parts]


def said(title: str, words: str) -> Block:
    """Render a modal that only says something."""
    return block_kit.modal(title, [block_kit.section(block_kit.esc(words))])
