"""What leads see in messages: a structured summary of the check, never of the person.

What questions are about, their clauses and counts only; no answer words, no child, no school, nothing typed
(docs/rules.md, "What a lead gets").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from bot.cases import drill_page
from bot.check_view import CheckView
from bot.slack import block_kit
from bot.slack.block_kit import Block, Message
from bot.words import URGENCY_WORDS, Words, day_words, how_long
from flows.case import DECISIONS, Case, CaseStatus, Shared
from flows.closure import waits_for_sharing
from flows.engine import wording
from flows.events import EventKind
from flows.model import Outcome, Status

STEP_ASIDE = "I should not deal with this"
A_LEAD = "a lead"
MOST_NAMED = 4
"""Deciding answers named in words; of more, the others are named by their numbers."""
OUTCOME_WORDS = {
    Outcome.EMERGENCY: "emergency: the staff member was told to call 999",
    Outcome.CONSULT_URGENT: "speak to a lead now",
    Outcome.CONSULT: "talk to a lead first",
    Outcome.CONSULT_READY: "agree the plan with a lead first",
    Outcome.UNFINISHED: "not finished",
    Outcome.FIX_FIRST: "asked for a lead",
    Outcome.HOLD: "asked for a lead",
}


def page(view: CheckView, case: Case, ask: int, target: str = "", was_due: datetime | None = None) -> Message:
    """Render the page, the same for the leads' channel and for direct messages.

    `ask` counts the pages of the case, from 1. `was_due` is set where the page goes out late: when it should have gone
    out.
    """
    if view.check.is_drill:
        return drill_page.page(view, case, ask)
    if case.status is CaseStatus.CLOSED:
        return _closed(view, case)
    late = [block_kit.context(f"This is late: it was due at {block_kit.at(was_due)}.")] if was_due else []
    blocks = _blocks(view, case, ask, _is_last_in_line(view, case, target))
    return Message(_push(view, case, ask), [*late, *blocks])


def neutral(view: CheckView, case: Case, whole: Message) -> Message:
    """Render a page as it is posted: what a notification may show, and the buttons, so that it already works."""
    mentions = "" if case.led_by else " ".join(view.slack(one) for one in case.asked if one in view.people)
    buttons = [block for block in whole.blocks if block["type"] == "actions"]
    return Message(whole.text, [block_kit.section(f"{whole.text} {mentions}".strip()), *buttons])


def alert(view: CheckView, case: Case, *, not_taken: bool) -> Words:
    """Return the page for e-mail or push: reference, urgency, answer-by time, and none of the check's content.

    `not_taken`: Slack refused the direct message to this person, so they are asked to phone the other leads.
    """
    if view.check.is_drill:
        return drill_page.alert(view)
    ref, urgency, by = view.check.ref, URGENCY_WORDS[case.urgency], _answer_by(view, case)
    where = "Open Slack to see it."
    if not_taken:
        where = (
            "Slack did not take the message to you, so it may not be there yet. The person who asked is told to "
            "phone the leads. Please keep your phone at hand, and phone the other leads."
            if view.may_tell_a_lead
            else "Slack did not take the message to you, so it may not be there yet. The person who asked is told to "
            "phone you. Please keep your phone at hand."
        )
    asks = f"It has been asked {case.tries} times." if case.tries > 1 else f"Please answer by {by}."
    on_paper = " It was answered on paper, before." if view.check.paper_at else ""
    return Words(
        view.without_roles(f"A check needs a safeguarding lead: {ref}, {urgency}"), f"{asks}{on_paper} {where}"
    )


def _answer_by(view: CheckView, case: Case) -> str:
    """In the organisation's time zone: "10:17", and where it is not today "12:30 on Monday 22 February"."""
    by, today = (moment.astimezone(view.organisation.zone) for moment in (case.answer_by, view.now))
    day = "" if by.date() == today.date() else f" on {day_words(by.date())}"
    return f"{by:%H:%M}{day}"


def answer_label(view: CheckView, case: Case) -> str:
    """Say when an answer is due, or that it was."""
    return "Answer was due" if case.led_by is None and case.answer_by < view.now else "Answer by"


def _is_last_in_line(view: CheckView, case: Case, target: str) -> bool:
    """Return whether `target` is the independent contact, reached because the leads did not answer.

    Not so where somebody is, or may have to be, left out: then the independent contact may be asked first.
    """
    is_independent = view.roster.person_at(target) == view.roster.people.independent
    return case.tries > 1 and is_independent and not view.is_conflict


def asked_again_below(view: CheckView) -> Message:
    """Render what replaces an older page: a pointer to the newer one below it."""
    words = f"{view.check.ref}: see the newer message below."
    return Message(words, [block_kit.context(words)])


def _push(view: CheckView, case: Case, ask: int) -> str:
    """Return the notification text for a lock screen: reference, urgency, answer-by time, and nothing else."""
    ref, urgency = view.check.ref, URGENCY_WORDS[case.urgency]
    if case.led_by is not None:
        return f"{ref}, {urgency}, {_waits(case)}. Open Slack to see it."
    if ask > 1:
        return view.without_roles(
            f"{ref}, {urgency}, still needs a safeguarding lead. Ask {ask}. Open Slack to see it."
        )
    by = _answer_by(view, case)
    return view.without_roles(
        f"A check needs a safeguarding lead. {ref}, {urgency}, answer by {by}. Open Slack to see it."
    )


def _waits(case: Case) -> str:
    if case.disagreed:
        return "needs another view"
    if not case.plan_round:
        return "has no agreed plan yet"
    return "has something open after sharing" if case.shared is Shared.ANSWERS_OPEN else "is led"


def _closed(view: CheckView, case: Case) -> Message:
    words = f"*{view.check.ref}* is closed. {decided(case)}"
    buttons = block_kit.actions(
        block_kit.button("Open", "open_case", view.check.id), block_kit.button("Reopen", "reopen_case", view.check.id)
    )
    return Message(f"{view.check.ref} is closed.", [block_kit.section(words), buttons])


def decided(case: Case) -> str:
    """Say what the lead decided; that nothing is, where it is so."""
    if case.decision is None:
        return "No decision yet."
    return f"Decided: {DECISIONS.get(case.decision, case.decision).lower()}."


def _blocks(view: CheckView, case: Case, ask: int, last_in_line: bool) -> Iterator[Block]:  # noqa: FBT001 - one caller
    """Yield how urgent it is, how it stands and what to do, so that these are on one screen; then the facts."""
    check = view.check
    mentions = (
        ""
        if case.led_by
        else " ".join(view.slack(one) for one in case.asked if one in view.people and view.is_able(one))
    )
    again = f" This is ask {ask}." if ask > 1 else ""
    yield block_kit.section(f"*{check.ref} - {URGENCY_WORDS[case.urgency]}*{again} {mentions}".strip())
    nameless = case.content_free and "S2" not in check.answers
    if last_in_line and case.led_by is None:
        silent = how_long(view.now - case.needed_at)
        yield block_kit.section(
            f"The leads have not answered about {check.ref} for {silent}. You are next on the list."
        )
    yield block_kit.section(
        f"{view.slack(case.led_by)} leads." if nameless and case.led_by else _where_it_stands(view, case)
    )
    yield from buttons(view, case, "I cannot" if last_in_line else STEP_ASIDE)
    if nameless:
        yield block_kit.section(
            "Someone needs help and has not said yet who may be told. "
            "Press *I will lead*, then *Open*, to see who to phone."
        )
    else:
        yield block_kit.section("\n".join(f"*{label}:* {words}" for label, words in _facts(view, case)))
    if check.paper_at is not None:
        yield block_kit.context(f"Answered on paper, {block_kit.on(check.paper_at)}. Entered later.")
    if case.tries > 1 and case.led_by is None and not nameless:
        yield block_kit.context(f"{view.reporter} has been given your phone number.")
    if view.is_conflict:
        yield block_kit.context("Only those asked here may know of this. Talk about it with nobody else.")
    notes = " Add note keeps them private." if case.led_by else ""
    yield block_kit.context(f"Keep case details out of Slack messages.{notes}")


def outcome_words(view: CheckView) -> str:
    """Say the outcome as leads read it, or to whoever is asked in their place."""
    words = OUTCOME_WORDS[view.decision.outcome]
    return words if view.may_tell_a_lead else words.replace("asked for a lead", "asked for help").replace(A_LEAD, "you")


def _facts(view: CheckView, case: Case) -> Iterator[tuple[str, str]]:
    raised = block_kit.when(case.raised_at, view.now, view.organisation.zone)
    yield "Raised", f"{raised} by {view.reporter}"
    yield answer_label(view, case), _answer_by(view, case)
    if view.organisation.page_detail == "reference":
        return
    decision = view.decision
    yield "Outcome", outcome_words(view)
    yield "Decided by", _decided_by(view)
    yield "Checklist", _counts(view)
    yield "Already shared", wording.SHARED[decision.shared]
    yield "Tell nobody yet", wording.KNOWN[decision.tell_nobody]


def _decided_by(view: CheckView) -> str:
    """Name every clause that decided it: "harm or risk of harm (S4), the kind of worry (S7)".

    Of many, those that raised the level come first, in words; the rest by their numbers.
    """
    clauses = view.decision.decided_by
    if not clauses:
        asked = "the staff member asked for a lead"
        return view.without_roles(asked) if view.check.asked_lead else "an answer that was changed since"
    first = sorted(clauses, key=lambda one: one not in view.progress.raised_at)
    named = len(first) if len(first) <= MOST_NAMED else MOST_NAMED - 1
    said = [f"{view.as_read(one).topic} ({one})" for one in first[:named]]
    rest = sorted(first[named:], key=clauses.index)
    return ", ".join(said) + (f", and {len(rest)} more: {', '.join(rest)}" if rest else "")


def _counts(view: CheckView) -> str:
    """Count answers by what became of them; leave out what there is none of."""
    known = {one: Status.ANSWERED for one in view.check.answers if one in view.progress.status}
    status = (view.progress.status | known).values()
    counts = {
        "answered": sum(one is Status.ANSWERED for one in status),
        "not sure": sum(option.unsure for option in view.progress.options()),
        "to sort": len(view.decision.fixes),
        "after sharing": sum(one is Status.PENDING for one in status),
        "not reached": sum(one is Status.NOT_REACHED for one in status),
    }
    return ", ".join(f"{number} {words}" for words, number in counts.items() if number) or "nothing answered yet"


def _where_it_stands(view: CheckView, case: Case) -> str:
    gone = f"\n*{view.reporter} can answer here no more.* What waited for them waits for whoever leads."
    return _next(view, case) + (gone if view.reporter_gone else "")


def _next(view: CheckView, case: Case) -> str:
    leader = view.slack(case.led_by)
    match case.status:
        case CaseStatus.OPEN:
            seen = ", ".join(view.slack(one) for one in case.seen_by if one in view.people)
            return f"*Nobody leads this yet.* Seen by {seen}." if seen else "*Nobody leads this yet.*"
        case CaseStatus.LED:
            return f"{leader} leads. Next: talk with {view.reporter} and agree a plan."
        case CaseStatus.PLANNED if case.disagreed:
            return f"{leader} leads. {view.reporter} does not agree with the plan. Another view is needed."
        case CaseStatus.PLANNED:
            return f"{leader} leads. The plan waits for {view.reporter} to agree."
        case _:
            open_still = " Something is still open after sharing." if case.shared is Shared.ANSWERS_OPEN else ""
            return f"{leader} leads. The plan is agreed.{open_still} Next: carry it out, record the sharing, close."


def buttons(view: CheckView, case: Case, step_aside: str = STEP_ASIDE) -> Iterator[Block]:
    """Yield the buttons that fit the case now: answering it while nobody leads, else the next step and More."""
    check = view.check.id
    if case.led_by is None:
        yield block_kit.actions(
            block_kit.button("I will lead", "lead", check, style="primary"),
            block_kit.button("I have seen it", "seen", check),
            block_kit.button("Open", "open_case", check),
            block_kit.button(step_aside, "step_aside", check, confirm=_sure_to_step_aside()),
            block_id="answer",
        )
        return
    following = _next_step(case)
    yield block_kit.actions(
        *([_work(view, case)[following]] if following else []),
        block_kit.button("Open", "open_case", check),
        block_kit.button("More", "more_case", check),
        block_id="work",
    )


def more(view: CheckView, case: Case) -> Block:
    """Offer in a window what the card of a case that somebody leads has no room for."""
    work = [button for verb, button in _work(view, case).items() if verb != _next_step(case)]
    check = view.check.id
    hands = [
        block_kit.button("Take over", "take_over", check, confirm=_sure_to_take_over()),
        block_kit.button("Hand on", "hand_on", check, confirm=_sure_to_hand_on()),
        block_kit.button("Remind me", "remind_me", check),
        block_kit.button("Page again", "page_again", check),
        block_kit.button(STEP_ASIDE, "step_aside", check, confirm=_sure_to_step_aside()),
    ]
    blocks = [
        block_kit.section(f"*{view.check.ref}*"),
        block_kit.actions(*work),
        block_kit.section("*Who leads, and when*"),
        block_kit.actions(*hands),
    ]
    return block_kit.modal("More", blocks, callback_id="more")


def _work(view: CheckView, case: Case) -> dict[str, Block]:
    """Return the buttons of a lead's work by verb, the next step first among equals."""
    plan = "Change plan" if case.plan_round else "Agree plan"
    labels = {
        "plan": plan,
        "ask_reporter": "Ask the staff member",
        "add_case_note": "Add note",
        "record_sharing": "Record sharing",
        "close_case": "Close",
        **({"breach": "Breach"} if view.decision.breach else {}),
        **_agreeing(case),
    }
    following = _next_step(case)
    return {
        verb: block_kit.button(label, verb, view.check.id, style="primary" if verb == following else None)
        for verb, label in labels.items()
    }


def _agreeing(case: Case) -> dict[str, str]:
    """Return what brings a plan on that waits for the staff member: how they agreed, or another view."""
    if case.status is not CaseStatus.PLANNED:
        return {}
    return {**({"another_view": "Another view"} if case.disagreed else {}), "agreement": "How they agreed"}


def _next_step(case: Case) -> str:
    """Return the verb of the one button to press next; "" while somebody else has to act."""
    if not case.plan_round:
        return "plan"
    if case.status is not CaseStatus.AGREED:
        return ""
    return "record_sharing" if waits_for_sharing(case) else "close_case"


def _sure_to_step_aside() -> Block:
    return block_kit.confirm(
        "Step aside?", "You will not be told more about this check, and cannot open it.", "Step aside", "Stay"
    )


def _sure_to_take_over() -> Block:
    return block_kit.confirm(
        "Take this over?", "You lead it from now on. The staff member is told.", "Take over", "Leave it"
    )


def _sure_to_hand_on() -> Block:
    return block_kit.confirm(
        "Hand this on?", "Those who may know are asked again until somebody leads.", "Hand on", "Keep it"
    )


_SKIPPED = " Somebody on the list is away, so the next were asked at once."


def line(
    what: EventKind, who: str, moment: str, content: Mapping[str, object] | None = None, view: CheckView | None = None
) -> Message:
    """Render one line of the thread, which names and mentions nobody. `content` is what the event recorded.

    who: what the person is, such as "A lead". view: the check, to speak of no lead where none may know.
    """
    passed_over = _SKIPPED if content and content.get("skipped") else ""
    said = what.properties.line.format(who=who)
    words = (view.without_roles(said) if view else said) + passed_over
    ref = f"{view.check.ref}: " if view else ""
    return Message(f"{ref}something new. Open Slack to see it.", [block_kit.context(f"{moment} {ref}{words}")])


def old_page(view: CheckView, case: Case) -> Message:
    """Render what is left of an old page whose case was never closed: its outcome, and the buttons to work on it."""
    words = f"*{view.check.ref}* is still open. {_where_it_stands(view, case)}"
    return Message(
        f"{view.check.ref} is still open. Open Slack to see it.", [block_kit.section(words), *buttons(view, case)]
    )
