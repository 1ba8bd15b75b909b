"""Direct messages to the reporter about their case: the few events worth a notification. None holds case content."""

from __future__ import annotations

from bot.cases import drill_page
from bot.check_view import CheckView
from bot.slack import block_kit
from bot.slack.block_kit import Block, Message
from flows.agreement import agreement_of
from flows.case import SHARING_DECISIONS, Case, CaseStatus, Entry, Shared, latest
from flows.closure import sharing_is_open, was_shared
from flows.events import EventKind


def notice(view: CheckView, case: Case, event: Entry) -> Message | None:
    """Render the message about an event as the case is now; None where nothing needs to be said any more."""
    if case.status is CaseStatus.CLOSED and not event.what.properties.ends_case:
        words = f"{view.check.ref}: this is complete."
        return Message(words, [block_kit.context(words)])
    make = {
        EventKind.LED: _led,
        EventKind.QUESTION: _question,
        EventKind.PLANNED: _planned,
        EventKind.PLAN_WAITS: _plan_waits,
        EventKind.AGREED: _aftercare,
        EventKind.AGREED_OTHERWISE: _agreed_otherwise,
        EventKind.AFTERCARE_REMINDED: _aftercare,
        EventKind.DISAGREED: _disagreed,
        EventKind.CLOSED: _closed,
        EventKind.REOPENED: _reopened,
        EventKind.ASKED_AGAIN: _unanswered,
        EventKind.HANDED_ON: _needs_another,
        EventKind.STEPPED_ASIDE: _needs_another,
        EventKind.LEADER_GONE: _needs_another,
        EventKind.DRILL_ANSWERED: _drill_is_over,
        EventKind.DRILL_UNANSWERED: _drill_is_over,
    }[event.what]
    made = make(view, case, event)
    return made if made is None or view.may_tell_a_lead else _without_roles(view, made)


def _without_roles(view: CheckView, made: Message) -> Message:
    """No lead may know of it, so no lead is spoken of."""
    said, *others = made.blocks
    return Message(
        view.without_roles(made.text), [block_kit.section(view.without_roles(said["text"]["text"])), *others]
    )


def _drill_is_over(view: CheckView, case: Case, event: Entry) -> Message:
    return _plain(drill_page.over(view, case))


def _plain(words: str) -> Message:
    return Message(words, [block_kit.section(words)])


def _with(words: str, *buttons: Block) -> Message:
    return Message(words, [block_kit.section(words), block_kit.actions(*buttons, block_id="answer")])


def _led(view: CheckView, case: Case, event: Entry) -> Message:
    if case.led_by is None:
        return _plain(f"{view.check.ref} needs a lead again. I am asking them.")
    if case.led_at != event.at:
        return _plain(f"{view.check.ref}: another lead has taken this over.")
    who = "A safeguarding lead" if case.led_by in view.roster.people.leads else "Somebody"
    return _plain(f"{who} is on {view.check.ref}. They will talk with you.")


def _unanswered(view: CheckView, case: Case, event: Entry) -> Message:
    """Tell the reporter that an urgent page is unanswered and to ring social care, unless a lead has answered."""
    ref = view.check.ref
    if case.led_by is not None:
        return _plain(f"{ref}: somebody is on it now.")
    return _plain(f"{ref}: nobody has answered yet. I am asking again. {block_kit.esc(view.please_ring('now'))}")


def _needs_another(view: CheckView, case: Case, event: Entry) -> Message:
    if case.led_by is not None:
        return _plain(f"{view.check.ref}: another lead is on it now.")
    return _plain(f"{view.check.ref} needs another lead. I am asking them now. If it cannot wait, phone a lead or 999.")


def _question(view: CheckView, case: Case, event: Entry) -> Message:
    ref = view.check.ref
    if any(entry.what is EventKind.REPLY and entry.content.get("to") == event.id for entry in view.entries):
        return _plain(f"You answered the lead's question about {ref}. Thank you.")
    answer = block_kit.button("Answer", "reply", f"{view.check.id}:{event.id}", style="primary")
    return _with(f"A lead has a question about {ref}.", answer)


def _planned(view: CheckView, case: Case, event: Entry) -> Message:
    ref, plan_round = view.check.ref, event.content.get("round")
    if plan_round != case.plan_round:
        return _plain(f"The plan for {ref} has changed since. See the newer message.")
    if case.reporter_agreed_at is not None:
        see = block_kit.button("See the plan", "see_plan", f"{view.check.id}:{plan_round}")
        agreed = agreement_of(view.entries)
        if agreed is not None and agreed.what is EventKind.AGREED_OTHERWISE:
            return _with(f"A lead has noted how the plan for {ref} was agreed.", see)
        return _with(f"You agreed the plan for {ref}.", see)
    if _is_asked_again(view, event, EventKind.PLAN_WAITS):
        return _plain(f"{ref}: see the newer message about the plan.")
    return _agree_to(view, case, f"The plan for {ref} is ready for you. It is agreed when you agree too.")


def _plan_waits(view: CheckView, case: Case, event: Entry) -> Message:
    """Remind the reporter of a plan they were shown and have neither agreed nor disagreed with."""
    is_over = case.status is not CaseStatus.PLANNED or case.disagreed
    if is_over or any(_is_asked_again(view, event, what) for what in (EventKind.PLAN_WAITS, EventKind.PLANNED)):
        return _plain(f"{view.check.ref}: see the newer message about the plan.")
    return _agree_to(view, case, f"The plan for {view.check.ref} still waits for you. It is agreed when you agree too.")


def _agree_to(view: CheckView, case: Case, words: str) -> Message:
    plan = f"{view.check.id}:{case.plan_round}"
    return _with(
        words,
        block_kit.button("See my part", "see_plan", plan, style="primary"),
        block_kit.button("I agree", "agree", plan),
        block_kit.button("Talk to me first", "talk_first", plan),
        block_kit.button("I disagree", "disagree", plan),
    )


def _is_asked_again(view: CheckView, event: Entry, what: EventKind) -> bool:
    """Return whether a newer message about the same thing follows this one: an event of kind `what` after `event`."""
    newest = latest(view.entries, what)
    return newest is not None and newest.id > event.id


def _aftercare(view: CheckView, case: Case, event: Entry) -> Message | None:
    ref, check = view.check.ref, view.check.id
    shared_before = was_shared(view.check.answers)
    if case.shared is Shared.CHOSE_NOT_TO and not shared_before:
        is_news = case.decision in SHARING_DECISIONS or shared_before is None
        return _plain(f"{ref}: nothing was shared. That is recorded.") if is_news else None
    if case.shared in (Shared.RECORDED, Shared.ANSWERS_OPEN) and not sharing_is_open(case.shared, view.check.answers):
        return _plain(f"You answered the last questions about {ref}. Thank you.")
    if _is_asked_again(view, event, EventKind.AFTERCARE_REMINDED):
        return _plain(f"{ref}: see the newer message below.")
    answer = block_kit.button("Answer", "record_sharing", check, style="primary")
    if case.shared in (Shared.RECORDED, Shared.ANSWERS_OPEN):
        return _with(f"{ref}: something is still open after sharing. Please look again.", answer)
    chose_not = block_kit.button("We chose not to share", "chose_not", check)
    if shared_before:
        return _with(f"You shared about {ref}. Two last questions, once that is done.", answer)
    if case.decision not in SHARING_DECISIONS:
        words = f"Did anyone share this? I do not know yet. It is about {ref}."
        nothing = block_kit.button("Nothing was shared", "chose_not", check)
        return _with(words, answer, nothing)
    return _with(
        f"You planned to share about {ref}. Two last questions, once that is done.",
        answer,
        block_kit.button("Not shared yet", "not_shared_yet", check),
        chose_not,
    )


def _agreed_otherwise(view: CheckView, case: Case, event: Entry) -> Message | None:
    """Show the reporter what was noted in their place, which they can still disagree with; then ask policy 3.4."""
    if case.plan_round != event.content.get("round") or case.reporter_agreed_at != event.at:
        return _aftercare(view, case, event)
    plan = f"{view.check.id}:{case.plan_round}"
    words = f"A lead has noted how the plan for {view.check.ref} was agreed. Please look if it is right."
    see = block_kit.button("See my part", "see_plan", plan)
    disagree = block_kit.button("I disagree", "disagree", plan)
    asked = _aftercare(view, case, event)
    return Message(
        words,
        [block_kit.section(words), block_kit.actions(see, disagree, block_id="plan"), *(asked.blocks if asked else ())],
    )


def _disagreed(view: CheckView, case: Case, event: Entry) -> Message:
    return _plain(
        f"Your reason is kept. I have asked for another view on {view.check.ref}, within one working day. "
        f"{block_kit.esc(view.please_ring('at any time', 'You can'))}"
    )


def _closed(view: CheckView, case: Case, event: Entry) -> Message:
    words = f"{view.check.ref} is complete. Thank you for taking care over this."
    if not event.content.get("may_know"):
        return _plain(words)
    return _with(words, block_kit.button("What you may know", "see_outcome", f"{view.check.id}:{event.id}"))


def _reopened(view: CheckView, case: Case, event: Entry) -> Message:
    return _plain(f"{view.check.ref} is open again. A lead will talk with you.")
