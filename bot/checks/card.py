"""The reporter's card: one message, edited in place, that is always true.

Answer labels may stand here and nowhere else; nothing typed ever does (invariant I18).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bot.check_view import CheckView
from bot.slack import block_kit
from bot.slack.block_kit import Block, Message
from bot.words import labels, nobody_on_cover
from flows.case import Case, CaseStatus, CheckStatus, Cover, Entry, Told
from flows.checklist import CHECKLIST
from flows.engine import wording
from flows.engine.replay import may_follow
from flows.model import Choose, Level, Outcome, Question

TEXT = "Your sharing check."
TOOLS = "tools"
"""The same block of every card, so that a press still arrives while the card is being edited."""
_WAYS = {"email": "an email", "push": "a message to a phone"}
_SOON = timedelta(hours=1)
_ASKED_GONE = "Those I asked before can answer no more, so I ask others."
_LONG_LABEL = 30
"""Slack may cut a button's words after about this many characters; the words then stand above it too."""


def card(view: CheckView, *, newest: bool = True, away: Entry | None = None) -> Message:
    """Render the card as it should look now. newest: False for a card that a later one has replaced.

    away: the bot was not there for a while just before this card.
    """
    sorry = [_sorry(view, away)] if away and newest else []
    return Message(TEXT, [*sorry, *(_from_paper(view) if newest else ()), *_blocks(view, newest=newest)])


def _from_paper(view: CheckView) -> Iterator[Block]:
    """For whoever filled in a sheet: what is here, what is not, and what they alone can add."""
    check = view.check
    if check.paper_at is None or check.status is CheckStatus.CLOSED or check.cover is Cover.HIDDEN:
        return
    add = " Who it is about was not on it: please press Add details, as soon as you can." if view.case else ""
    yield block_kit.section(
        f"This was entered from the paper you filled in, {block_kit.on(check.paper_at)}. "
        f"Please look whether your answers are right.{add}"
    )


def _sorry(view: CheckView, away: Entry) -> Block:
    minutes = away.content.get("minutes", 1)
    gone = f"{minutes} minutes" if minutes != 1 else "a minute"
    where = f" We are on question {_number(view)}." if view.question else ""
    return block_kit.section(f"Sorry, I was away for {gone}. Your answers are safe.{where}")


def _blocks(view: CheckView, *, newest: bool) -> Iterator[Block]:
    check = view.check
    if check.status is CheckStatus.CLOSED:
        yield block_kit.section(complete(view))
        yield block_kit.actions(_ask_a_lead(view))
    elif not newest:
        yield block_kit.context(f"{check.ref} continues in a newer card below.")
    elif check.status is CheckStatus.SHELVED:
        yield block_kit.section(f"*{check.ref}* is put away. Nothing was sent to anyone. Your answers are kept.")
        yield block_kit.actions(block_kit.button("Carry on", "carry_on", check.id), _ask_a_lead(view))
    elif check.cover is Cover.HIDDEN:
        yield block_kit.section("Paused.", block_kit.button("Show", "show", check.id))
    elif check.cover is Cover.STOPPED:
        yield from _stopped(view)
    elif check.status is CheckStatus.DRAFT:
        yield from _draft(view)
    else:
        yield from _sent(view)


def complete(view: CheckView) -> str:
    """Return the last words about a check; they never send anybody to a person who was left out."""
    whom = view.facts.recipients if view.is_conflict else "your lead"
    return (
        f"*{view.check.ref}* is complete. Thank you for taking care over this. "
        f"If it stays on your mind, talk to {block_kit.esc(whom)}. "
        "Anyone can refer to children's social care directly."
    )


def _stopped(view: CheckView) -> Iterator[Block]:
    check = view.check
    yield from warning(view)
    yield block_kit.section(f"*{check.ref}* is stopped for now. Your answers are saved. Come back at any time.")
    if view.case is not None:
        yield block_kit.section(_news(view, view.case))
    yield block_kit.actions(block_kit.button("Carry on", "show", check.id, style="primary"), _ask_a_lead(view))


def _draft(view: CheckView) -> Iterator[Block]:
    if view.chooses_who:
        yield from _who_to_tell(view)
        return
    yield from warning(view)
    if view.case is not None:
        yield block_kit.section(_news(view, view.case))
    if view.case is not None and view.told is Told.NOT_YET:
        yield block_kit.actions(*_tools(view), block_id=TOOLS)
    elif view.question is None:
        yield from _all_answered(view)
    else:
        yield from _question(view, view.question)


def warning(view: CheckView) -> Iterator[Block]:
    """Yield what must stay in sight once it was said: 999, and whom not to tell."""
    said = view.check.answers.get("S1")
    if said == ("yes",):
        yield block_kit.section("*Call 999 now.* Stay with the person if it is safe. Do not wait for anyone here.")
    elif said == ("not_sure",):
        yield block_kit.section("*If anyone may be in danger right now, call 999 first.* Do not wait for us.")
    if view.decision.hold_informing:
        yield block_kit.section(
            "*Do not tell them or the family yet.* A safeguarding lead will decide with you when and how."
        )


def _who_to_tell(view: CheckView) -> Iterator[Block]:
    check = view.check
    yield from warning(view)
    if view.case is not None:
        yield block_kit.section(_news(view, view.case))
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
    yield block_kit.section("You can phone now:\n" + _phones(view))
    yield block_kit.actions(
        block_kit.button("Hide", "hide", check.id),
        block_kit.button("Stop for now", "stop", check.id),
        _ask_a_lead(view),
        block_id=TOOLS,
    )
    if view.case is None:
        yield block_kit.context("If you do not choose within a minute, I will tell a lead that someone needs help.")


def _phones(view: CheckView) -> str:
    return "\n".join(f"{block_kit.esc(name)}: {number}" for name, number in view.facts.phones)


def _news(view: CheckView, case: Case) -> str:
    """Return what has become of the page, and never more than is known."""
    if case.status is CaseStatus.CLOSED:
        return "This is complete."
    if case.led_by is not None:
        name, number = view.facts.led_by or ("Someone", "")
        on_it = f"*{block_kit.esc(name)} is on it*{f': {number}' if number else ''}"
        since = f"{on_it}, since {block_kit.at(case.led_at or view.now)}. They will talk with you."
        urgent = view.check.level >= Level.CONSULT_URGENT
        return f"{since} If it cannot wait, phone:\n{_phones(view)}" if urgent else since
    gone = f"{_ASKED_GONE} " if view.asked_gone else ""
    return gone + _how_far(view, case)


def _how_far(view: CheckView, case: Case) -> str:
    """How far the page has come that nobody has answered yet."""
    if view.told in (Told.NOT_YET, Told.NOBODY):
        return f"I am telling {block_kit.esc(view.facts.recipients)} now. You can phone too:\n{_phones(view)}"
    if view.told is Told.ELSEWHERE:
        who = block_kit.esc(view.facts.recipients)
        return (
            f"*Slack does not take my messages, so I have sent {_other_ways(view)} to {who} instead.* "
            f"I cannot know whether it is read. I keep trying. Please phone:\n{_phones(view)}"
        )
    if view.told is Told.FAILED:
        failed = "I could not reach anyone through Slack yet."
        if view.people_told:  # an ask before this one came through
            failed = "No answer yet, and Slack does not take it when I ask again."
        elif view.roster.channel in view.reached:
            failed = "It stands in the leads' channel, but Slack takes no message of mine to anyone yet."
        return f"*{failed}* I keep trying. Please phone:\n{_phones(view)}{_refer(view, case)}"
    return _told(view, case)


def _told(view: CheckView, case: Case) -> str:
    told = f"*I have told {block_kit.esc(view.facts.recipients)}*, at {block_kit.at(case.asked_at)}."
    if case.tries > 1:
        also = f" and have also sent {_other_ways(view)}" if view.elsewhere else ""
        again = f"I asked again at {block_kit.at(case.asked_at)}{also}" if view.has_asked else "I am asking again now"
        told = f"No answer yet. {again}, and will keep asking."
    drafting = view.check.status is CheckStatus.DRAFT
    urgent = view.check.level >= Level.CONSULT_URGENT  # Once sent, what to do names the phones.
    by_phone = (drafting and urgent) or view.check.asked_lead or case.tries > 1
    slow = case.answer_by - view.now > _SOON
    if slow:
        told += f" They should answer by {block_kit.on(case.answer_by)}."
        told += " If it cannot wait, phone, or ring 999 in an emergency."
    phone = f" You can phone:\n{_phones(view)}" if by_phone or slow else ""
    if not drafting and case.tries <= 1:
        told += " I will tell you when one answers."
    going_on = drafting and view.check.cover is None
    more = "\nYou can add more (about 2 minutes) or stop here." if going_on else ""
    return told + phone + _refer(view, case) + more


def _other_ways(view: CheckView) -> str:
    return " and ".join(_WAYS[via] for via in sorted(view.elsewhere))


def _refer(view: CheckView, case: Case) -> str:
    """After an unanswered urgent page the reporter is sent to social care, now (docs/rules.md, "Response targets")."""
    if case.tries <= 1 or view.check.level < Level.CONSULT_URGENT:
        return ""
    return f"\nPlease ring {block_kit.esc(view.social_care)}, yourself now. 999 in an emergency."


def _question(view: CheckView, question: Question) -> Iterator[Block]:
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
    yield block_kit.actions(*_tools(view), block_id=TOOLS)
    if question.id == "S1":
        yield block_kit.context(
            "Saved as you go. You can stop and come back. "
            "If you tell me someone may be at risk and then stop, I will still tell a lead."
        )


def _place(view: CheckView) -> str:
    return f"Question {_number(view)} of up to {len(view.progress.answers) + may_follow(CHECKLIST, view.progress)}"


def _number(view: CheckView) -> int:
    given = list(view.progress.answers)
    here = view.check.revisiting
    return given.index(here) + 1 if here in given else len(given) + 1


def _said_before(view: CheckView, question: Question) -> Iterator[str]:
    given = list(view.progress.answers)
    if question.id in given:
        yield f"You said: {labels(question, view.check.answers[question.id])}. Choose again, or keep it."
    elif given:
        before = view.as_read(given[-1])
        yield f"You said: {labels(before, view.check.answers[before.id])}"


def _worth_knowing(view: CheckView, question: Question) -> Iterator[str]:
    """Yield what is different for this person, once, where it matters."""
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


def _tools(view: CheckView) -> Iterator[Block]:
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
        yield block_kit.button("Add details", "add_details", check.id)
    yield block_kit.button("Hide", "hide", check.id)
    yield block_kit.button("Stop for now", "stop", check.id)
    yield _ask_a_lead(view)


def _ask_a_lead(view: CheckView) -> Block:
    return block_kit.button("Ask a lead", "ask_lead", view.check.id)


def _all_answered(view: CheckView) -> Iterator[Block]:
    check = view.check
    yield block_kit.section(
        f"*{check.ref}: that was the last question.* Nothing {'more ' if view.case else ''}is sent "
        "until you press Send.\n"
        "Add who this is about and what you want to share, if you know. It stays private: "
        "names never go into a Slack message."
    )
    yield block_kit.actions(
        block_kit.button("Check your answers", "review", check.id, style="primary"),
        block_kit.button("Add details", "add_details", check.id),
        block_id="end",
    )
    yield block_kit.actions(
        block_kit.button("Back", "back", f"{check.id}:{check.revision}"),
        block_kit.button("Hide", "hide", check.id),
        block_kit.button("Stop for now", "stop", check.id),
        _ask_a_lead(view),
        block_id=TOOLS,
    )


def _sent(view: CheckView) -> Iterator[Block]:
    check, told = view.check, view.guidance
    yield block_kit.header(told.title)
    if told.say_first:
        yield block_kit.section(block_kit.lines(told.say_first))
    yield block_kit.section(block_kit.lines(_instructions(view)))
    yield from _guidance(view)
    saved = f"Saved at {block_kit.at(check.sent_at or view.now)}. Your reference is *{check.ref}*."
    yield block_kit.section(f"{saved}\n{_news(view, view.case)}" if view.case else saved)
    yield block_kit.actions(*next_steps(view), block_id=TOOLS)
    yield block_kit.context("*Why*\n" + block_kit.lines(told.why))
    if told.would_change:
        yield block_kit.context("*What would have changed it*\n" + block_kit.lines(told.would_change))
    yield block_kit.context(block_kit.lines(told.footer))


def _guidance(view: CheckView) -> Iterator[Block]:
    """Yield the advice, the numbers for now with the 999 line, and what to sort out, a section each."""
    made = view.guidance
    advice = (one.words for one in made.advice)
    for sentences in (advice, made.numbered, made.fixes, made.tasks):
        if words := block_kit.lines(sentences):
            yield block_kit.section(words)


def _instructions(view: CheckView) -> Iterator[str]:
    """Yield the outcome's words, without what the title or the news below them says already."""
    who = view.facts.recipients
    told = (f"I have told {who}.", "I have told them.", f"I am telling {who} now.", "I am telling them now.")
    news = told if view.case else ()
    said = (f"{view.guidance.title}.", *news)
    for sentence in view.guidance.instructions:
        if sentence == wording.LEFT_OUT and view.told_before:
            yield "Some of the people you left out had been asked already. From now on they see nothing of this."
        elif sentence not in said:
            yield sentence


def next_steps(view: CheckView) -> Iterator[Block]:
    check = view.check
    yield _ask_a_lead(view)
    if view.case is not None:
        yield block_kit.button("Add details", "add_details", check.id)
    elif check.outcome in (Outcome.FIX_FIRST, Outcome.HOLD):
        yield block_kit.button("Reopen this check", "reopen_check", check.id)
    yield block_kit.button("See my answers", "review", check.id)
    yield block_kit.button("Correct something", "correct", check.id)
    yield block_kit.button("Phone numbers", "phones", check.id)
