"""The reporter's card: one message, edited in place, that is always true.

Answer labels may stand here and nowhere else; nothing typed ever does (invariant I18). What somebody needs who may
have to act now stands in every state of it (I25): bot/checks/help_now.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.check_view import CheckView
from bot.checks import buttons, help_now
from bot.checks.question import number, question_blocks, tools
from bot.checks.times import when
from bot.slack import block_kit
from bot.slack.block_kit import Block, Message
from flows.case import CheckStatus, Cover, Entry, Told
from flows.model import Level, Outcome

TEXT = "Your sharing check."


def card(view: CheckView, *, newest: bool = True, away: Entry | None = None) -> Message:
    """Render the card as it should look now. newest: False for one that a later card has taken over.

    away: the bot was not there for a while just before this card.
    """
    sorry = [_sorry(view, away)] if away and newest else []
    return Message(TEXT, [*sorry, *(_from_paper(view) if newest else ()), *_blocks(view, newest=newest)])


def _from_paper(view: CheckView) -> Iterator[Block]:
    """For whoever filled in a sheet: what is here, what is not, and what they alone can add."""
    check = view.check
    if check.paper_at is None or check.status is CheckStatus.CLOSED or check.cover is Cover.HIDDEN:
        return
    add = f" Who it is about was not on it: please press {buttons.TELL_THEM}, as soon as you can." if view.case else ""
    yield block_kit.section(
        f"This was entered from the paper you filled in, {when(view, check.paper_at)}. "
        f"Please look whether your answers are right.{add}"
    )


def _sorry(view: CheckView, away: Entry) -> Block:
    minutes = away.content.get("minutes", 1)
    gone = f"{minutes} minutes" if minutes != 1 else "a minute"
    where = f" We are on question {number(view)}." if view.question else ""
    return block_kit.section(f"Sorry, I was away for {gone}. Your answers are safe.{where}")


def _blocks(view: CheckView, *, newest: bool) -> Iterator[Block]:
    check = view.check
    if check.status is CheckStatus.CLOSED:
        yield block_kit.section(complete(view))
        yield block_kit.actions(buttons.ask_a_lead(view))
        return
    if not newest:
        yield block_kit.context(f"{check.ref} continues in a newer card below.")
        return
    yield from _running(view)
    if not _is_calm_question(view):
        yield help_now.footer(view)


def _is_calm_question(view: CheckView) -> bool:
    """Return whether the card asks a question and nothing calls for help yet: on a phone the question must fit."""
    check = view.check
    is_question = check.status is CheckStatus.DRAFT and check.cover is None and view.question is not None
    return is_question and view.case is None and not view.decision.page


def complete(view: CheckView) -> str:
    """Return the last words about a check; never sends anybody to a person who was left out."""
    whom = view.facts.recipients if view.is_conflict else "your lead"
    adult = view.decision.adult and not view.decision.allegation
    service = "adult social care" if adult else "children's social care"
    return (
        f"*{view.check.ref}* is complete. Thank you for taking care over this. "
        f"If it stays on your mind, talk to {block_kit.esc(whom)}. "
        f"Anyone can refer to {service} directly."
    )


def _running(view: CheckView) -> Iterator[Block]:
    check = view.check
    if check.status is CheckStatus.SHELVED:
        yield block_kit.section(f"*{check.ref}* is put away. Nothing was sent to anyone. Your answers are kept.")
        yield block_kit.actions(buttons.carry_on(view), buttons.ask_a_lead(view))
    elif check.cover is Cover.HIDDEN:
        yield from _hidden(view)
    elif check.cover is Cover.STOPPED:
        yield from _stopped(view)
    elif check.status is CheckStatus.DRAFT:
        yield from _draft(view)
    else:
        yield from _sent(view)


def _hidden(view: CheckView) -> Iterator[Block]:
    """No question, no answer and no outcome: somebody else may be looking. What may be needed now stays."""
    yield block_kit.section("Paused.")
    yield from help_now.only_danger(view)
    yield from help_now.who_was_told(view)
    yield block_kit.actions(
        block_kit.button("Show", "show", view.check.id), buttons.ask_a_lead(view), block_id=buttons.TOOLS
    )
    yield from help_now.numbers_and_advice(view)


def _stopped(view: CheckView) -> Iterator[Block]:
    check = view.check
    yield from help_now.first(view)
    yield block_kit.section(f"*{check.ref}* is stopped for now. Your answers are saved. Come back at any time.")
    more = [buttons.tell_them(view)] if view.case else []
    yield block_kit.actions(buttons.carry_on(view, "show"), *more, buttons.ask_a_lead(view), block_id=buttons.TOOLS)
    yield from _what_to_do(view) if view.decision.page else help_now.numbers_and_advice(view)


def _what_to_do(view: CheckView) -> Iterator[Block]:
    """Yield the numbers and the advice, then the outcome's words; an emergency has its words at the top.

    Where it is urgent the title and the news have said what matters of them, so they are small.
    """
    yield from help_now.numbers_and_advice(view)
    said = () if view.guidance.outcome is Outcome.EMERGENCY else tuple(help_now.instructions(view))
    if said and _is_urgent(view):
        yield block_kit.context(block_kit.esc(" ".join(said)))
    elif said:
        yield from help_now.paragraphs(map(block_kit.esc, said))


def _is_urgent(view: CheckView) -> bool:
    return view.decision.level >= Level.CONSULT_URGENT


def _draft(view: CheckView) -> Iterator[Block]:
    """Yield who was told, then what is asked or can be done, then the numbers and the advice."""
    yield from help_now.first(view)
    yield from _step(view)
    yield from help_now.numbers_and_advice(view) if help_now.has_help(view) else ()


def _step(view: CheckView) -> Iterator[Block]:
    """Yield what is asked, or can be done, next."""
    if view.chooses_who:
        yield from _who_to_tell(view)
        return
    if view.check.cover is Cover.PAGED and view.question is not None and view.told is not Told.NOT_YET:
        yield from _page_moment(view)
    elif view.case is not None and view.told is Told.NOT_YET:
        yield block_kit.actions(*tools(view), block_id=buttons.TOOLS)
    elif view.question is None:
        yield from _all_answered(view)
    else:
        yield from question_blocks(view, view.question)


def _page_moment(view: CheckView) -> Iterator[Block]:
    """Right after a page went out: tell them more, go on, or stop. The rest of the questions is optional."""
    yield block_kit.actions(
        buttons.tell_them(view, style="primary"),
        block_kit.button("Hide", "hide", view.check.id),
        block_kit.button(f"Go on (about {view.minutes_left} min)", "show", view.check.id),
        block_kit.button("Stop here", "stop", view.check.id),
        buttons.ask_a_lead(view),
        block_id=buttons.TOOLS,
    )


def _who_to_tell(view: CheckView) -> Iterator[Block]:
    check = view.check
    yield block_kit.section(
        "*Who shall I tell?* If this is about one of our safeguarding leads, or someone close to them, "
        "leave them out. They will not be told, now or later. If you are not sure, I tell only the independent contact."
    )
    yield block_kit.actions(
        block_kit.button("Tell all the leads", "answer.no", f"{check.id}:S2", style="primary"),
        block_kit.button("Leave someone out", "leave_out", f"{check.id}:S2"),
        block_kit.button("Not sure if it is about a lead", "answer.not_sure", f"{check.id}:S2"),
        block_id=f"S2.{len(check.answers)}",
    )
    yield block_kit.actions(*buttons.stop_and_hide(view), block_id=buttons.TOOLS)
    if view.case is None:
        yield block_kit.context("If you do not choose within a minute, I will tell a lead that someone needs help.")


def _all_answered(view: CheckView) -> Iterator[Block]:
    check = view.check
    yield block_kit.section(
        f"*{check.ref}: that was the last question.* Nothing {'more ' if view.case else ''}is sent "
        "until you press Send.\n"
        "Add who this is about and what happened, if you know. It stays private: "
        "names never go into a Slack message."
    )
    yield block_kit.actions(
        block_kit.button("Check your answers", "review", check.id, style="primary"),
        buttons.tell_them(view),
        block_id="end",
    )
    yield block_kit.actions(
        block_kit.button("Back", "back", f"{check.id}:{check.revision}"),
        *buttons.stop_and_hide(view),
        block_id=buttons.TOOLS,
    )


def _sent(view: CheckView) -> Iterator[Block]:
    """Yield the verdict, who was told and what can be done first, so that they stand on one screen of a phone."""
    check, made = view.check, view.guidance
    buttons_now = block_kit.actions(*buttons.next_steps(view), block_id=buttons.TOOLS)
    yield from _verdict(view)
    yield from [buttons_now, *_what_to_do(view)] if view.decision.page else [*_what_to_do(view), buttons_now]
    for sentences in (made.fixes, made.tasks):
        yield from help_now.paragraphs(map(block_kit.esc, sentences))
    yield block_kit.context(f"Saved at {when(view, check.sent_at or view.now)}. Your reference is *{check.ref}*.")


def _verdict(view: CheckView) -> Iterator[Block]:
    """Yield what to do in large letters; once a lead is on it, that is the news that comes first."""
    is_led = view.case is not None and view.case.led_by is not None
    if not is_led:
        yield block_kit.header(view.guidance.title)
    yield from help_now.first(view)
