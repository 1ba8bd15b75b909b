"""One question on the reporter's card: its place, its words, its options and its tools."""

from __future__ import annotations

from collections.abc import Iterator

from bot.check_view import CheckView
from bot.checks import buttons
from bot.slack import block_kit
from bot.slack.block_kit import Block
from bot.words import labels, nobody_on_cover
from flows.checklist import CHECKLIST
from flows.engine.remaining import still_to_come
from flows.model import Choose, Question

_LONG_LABEL = 30
"""Slack may cut a button's words after about this many characters; the words then stand above it too."""
SMALL_PRINT = (
    "Saved as you go. You can stop and come back. "
    "If you tell me someone may be at risk and then stop, I will still tell a lead."
)


def question_blocks(view: CheckView, question: Question) -> Iterator[Block]:
    """Yield the question, everything that can be pressed with it, and on the first card what stopping means."""
    check = view.check
    if question.id == "S1" and not check.answers:
        yield block_kit.section("*Before you start.*")
        if view.nobody_on_cover:
            yield block_kit.section(nobody_on_cover(view.organisation))
    yield block_kit.context(" · ".join([check.ref, _place(view), *_said_before(view, question)]))
    yield from (block_kit.context(words) for words in _worth_knowing(view, question))
    yield block_kit.section(f"*{block_kit.esc(question.ask)}*\n{block_kit.esc(question.help)}{_long_labels(question)}")
    yield from _choices(view, question)
    yield block_kit.divider()
    yield block_kit.actions(*tools(view), block_id=buttons.TOOLS)
    if question.id == "S1":
        yield block_kit.context(SMALL_PRINT)


def number(view: CheckView) -> int:
    """Return the place of the question shown among those on this path, from 1."""
    given = list(view.progress.answers)
    here = view.check.revisiting
    return given.index(here) + 1 if here in given else len(given) + 1


def tools(view: CheckView) -> Iterator[Block]:
    """Yield what can be pressed beside the options."""
    check, question = view.check, view.question
    if check.revisiting:
        yield block_kit.button("Keep my answer", "forward", check.id)
    if check.answers:
        yield block_kit.button("Back", "back", f"{check.id}:{check.revision}")
    if question is not None:
        about = f"{check.id}:{question.id}"
        yield block_kit.button("Why we ask", "why", about)
        if question.policy_words:
            yield block_kit.button("Policy words", "policy_words", about)
        yield block_kit.button("Add a note", "add_note", about)
    if view.case is not None:
        yield buttons.tell_them(view)
    yield from buttons.stop_and_hide(view)


def _place(view: CheckView) -> str:
    """How far it is; the second number never grows, so what is done never seems to shrink."""
    most = len(view.progress.answers) + len(still_to_come(CHECKLIST, view.progress))
    return f"Question {number(view)} of about {most}"


def _said_before(view: CheckView, question: Question) -> Iterator[str]:
    given = list(view.progress.answers)
    if question.id in given:
        yield f"You said: {labels(question, view.check.answers[question.id])}. Choose again, or keep it."
    elif given:
        before = view.as_read(given[-1])
        yield f"You said: {labels(before, view.check.answers[before.id])}"


def _worth_knowing(view: CheckView, question: Question) -> Iterator[str]:
    """Yield what changes for this person, said once, where it matters."""
    check, people = view.check, view.roster.people
    if check.checklist_version != CHECKLIST.version:
        yield "The questions changed since you started. Answers that still fit are kept."
    if question.id == "S1" and view.roster.person_at(check.reporter) in people.leads:
        yield "You are a lead, so another lead will agree the plan with you."
    given = list(view.progress.answers)
    if given[-1:] == ["S2"] and question.id != "S2" and check.answers["S2"] != ("no",):
        yield _kept_from(view)


def _kept_from(view: CheckView) -> str:
    leads = set(view.roster.people.leads)
    if view.told_before:
        return "Thank you for telling me. They had been asked already. From now on they see nothing of this."
    if view.check.answers["S2"] == ("not_sure",) or leads <= view.left_out:
        return (
            f"Thank you for telling me. If someone needs to be told, I will ask {block_kit.esc(view.facts.recipients)}."
        )
    return "Thank you for telling me. They will not see this, now or later."


def _long_labels(question: Question) -> str:
    if question.choose is Choose.ANY:
        return ""
    long = (option.label for option in question.options if len(option.label) > _LONG_LABEL)
    return "".join(f"\n• {block_kit.esc(label)}" for label in long)


def _choices(view: CheckView, question: Question) -> Iterator[Block]:
    value = f"{view.check.id}:{question.id}"
    block_id = f"{question.id}.{len(view.check.answers)}"  # the same while the same question is shown
    if question.choose is Choose.ANY:
        options = {option.id: option.label for option in question.options}
        given = view.check.answers.get(question.id, ())
        ticks = block_kit.choice("checkboxes", "tick", options, given)
        yield block_kit.actions(ticks, block_id=block_id)
        yield block_kit.actions(
            block_kit.button("Continue", "answer_ticks", f"{value}:{len(view.check.answers)}", style="primary")
        )
        return
    yield block_kit.actions(*(_option(question, option.id, value) for option in question.options), block_id=block_id)


def _option(question: Question, option: str, value: str) -> Block:
    label = question.by_id[option].label
    if question.choose is Choose.PEOPLE and option not in ("no", "not_sure"):
        return block_kit.button(label, "leave_out", value)
    return block_kit.button(label, f"answer.{option}", value)
