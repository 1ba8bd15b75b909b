"""The leads' listeners: lead, seen, step aside, open, ask, note, agree plan, hand on, reopen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256

from slack_bolt import App

from bot.cases import agencies, modals, summary
from bot.cases.closing import CHANGED, Closing
from bot.cases.gated import NOT_FOUND, Gated, refusal
from bot.cases.page import more
from bot.check_view import CheckView
from bot.context import Services
from bot.earlier_checks import with_others
from bot.fields import DECISION
from bot.newer_words import Windows
from bot.permission import Act, Gate, may
from bot.slack import block_kit
from bot.slack.listeners import NO_REASON, Answer, Listeners, close, errors, update
from bot.slack.payloads import Press, Sent
from bot.slack.replies import Replies
from flows.agencies import missing_in_row
from flows.case import DECISIONS, Case, Check, Did, Strand, StrandName, StrandStatus
from flows.checklist import CHECKLIST
from flows.closure import TO_SHARE, UNANSWERED, missing_of_decision, unanswered
from flows.events import EventKind
from flows.model import Answers
from flows.sentences import is_sentence
from services.case_steps import Result
from services.casework import Casework

LAST_ONE = "You are the last person who may know of this, so I cannot leave you out. Please phone someone who can help."
ALREADY = "Already done."
DECISION_NEEDED = "Please choose what you have decided."
STRAND_NEEDED = "Please say in a few words what was done, what will be done, or why it is not appropriate."
DECISION_WORDS = {
    "reason": NO_REASON,
    **{key: f"To share or refer, please say {words}." for key, words in TO_SHARE.items()},
    UNANSWERED: "Please answer each question above, or say here why not. A dash or a single word is not enough.",
}
REOPENED_ALREADY = (
    "Somebody has reopened this already. What you typed was not kept: copy it, close this, and press Add note."
)

Do = Callable[[Casework, Press, str], Result]
PRESSES: dict[str, tuple[Act, Do]] = {
    "lead": (Act.LEAD, lambda work, press, by: work.lead(press.check, press.user.id, by, press.request)),
    "take_over": (Act.TAKE_OVER, lambda work, press, by: work.take_over(press.check, press.user.id, by, press.request)),
    "seen": (Act.SEE, lambda work, press, by: work.see(press.check, press.user.id, by)),
    "step_aside": (Act.STEP_ASIDE, lambda work, press, by: work.step_aside(press.check, press.user.id, by)),
    "hand_on": (Act.HAND_ON, lambda work, press, _by: work.hand_on(press.check, press.user.id, press.request)),
    "page_again": (Act.PAGE_AGAIN, lambda work, press, _by: work.page_again(press.check, press.user.id, press.request)),
}
"""Buttons that act at once, without a modal: the act that the gate must allow, and the call that does it."""

MODALS: dict[str, tuple[Act, Callable[[CheckView, Case], block_kit.Block]]] = {
    "open_case": (Act.OPEN, summary.summary),
    "plan": (Act.PLAN, modals.decision),
    "ask_reporter": (Act.ASK, lambda view, _case: modals.ask(view)),
    "add_case_note": (Act.NOTE, lambda view, _case: modals.note(view)),
    "remind_me": (Act.REMIND, modals.remind),
    "reopen_case": (Act.REOPEN, lambda view, _case: modals.reopen(view)),
}
"""Buttons that open a modal: the act that the gate must allow, and the modal. Every opening is recorded first (I21)."""


class Lead:
    """Listeners of the leads' pages and modals. Each asks the gate before it reads or changes anything."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._gated = Gated(services)

    def press(self, press: Press) -> str | None:
        """Carry out one of `PRESSES`; return words for an ephemeral reply, None where the page shows the result."""
        act, do = PRESSES[press.verb]
        by = self._services.roster.person_at(press.user.id) or ""
        return self._gated.press(press, act, lambda work: self._words(press, do(work, press, by)))

    def _words(self, press: Press, result: Result) -> str | None:
        match result.did:
            case Did.DONE:
                return None
            case Did.REFUSED:
                return LAST_ONE
            case Did.STALE if press.verb == "lead" and result.case.led_at is not None:
                return self._taken_words(result.case, result.case.led_at)
            case _:
                return ALREADY if result.did is Did.ALREADY else NOT_FOUND

    def _taken_words(self, case: Case, led_at: datetime) -> str:
        since = self._services.clock.now() - led_at
        before = f"at {block_kit.at(led_at)}"
        if since < timedelta(minutes=2):
            before = f"{max(int(since.total_seconds()), 1)} seconds before you"
        more = "Open shows it to you." if case.dm_only else "You can still help in the thread."
        return f"Taken {before}. {more}"

    def open_modal(self, press: Press) -> block_kit.Block | str:
        """Record the opening and return one of `MODALS`; return words where this person may not open it."""
        act, make = MODALS[press.verb]
        view = self._gated.look(press, act)
        if isinstance(view, str):
            return view
        if press.verb == "open_case":
            view = self._with_others(view, press.user.id)
        return make(view, view.case) if view.case else NOT_FOUND

    def more(self, press: Press) -> block_kit.Block | str:
        """Return the window with what else can be done; it has buttons alone, so nothing is recorded as opened."""
        with self._services.write() as tx:
            passed, case = self._gated.gate(tx, press.check, press.user.id, Act.OPEN)
            if passed is not Gate.ALLOWED or case is None:
                return refusal(passed, case, press.user.id)
            view = self._services.look(tx, press.check)
        return more(view, case)

    def _with_others(self, view: CheckView, who: str) -> CheckView:
        with self._services.write() as tx:
            return with_others(self._services, tx, view, who)

    def open_check(self, press: Press) -> block_kit.Block | str:
        """Return the summary of a check that ended without a page, from a lead's Home tab.

        Record the opening first (I21).
        """
        with self._services.write() as tx:
            subject = self._services.subject(tx, press.check)
            may_open = may(subject, press.user.id, Act.OPEN, self._services.roster)
            if subject is None or subject.case is not None or not may_open:
                return NOT_FOUND
            self._services.casework(tx).viewed(press.check, press.user.id, EventKind.OPENED_CHECK)
            view = self._services.look(tx, press.check, history=True)
        return summary.sample(self._with_others(view, press.user.id))

    def update_strands(self, press: Press) -> block_kit.Block | str:
        """Return the modal of the plan's three strands, which opens on top of Close."""
        view = self._gated.look(press, Act.PLAN)
        if isinstance(view, str):
            return view
        return modals.strands(view, view.case, "update_strands") if view.case else NOT_FOUND

    def remind_me(self, sent: Sent) -> Answer:
        """Set a reminder of the case for the lead, at the time chosen. Refuse a time not offered for this case."""
        when = next(iter(sent.chosen("when")), "")
        with self._services.write() as tx:
            passed, case = self._gated.gate(tx, sent.check, sent.user.id, Act.REMIND)
            chosen = modals.reminders(case).get(when) if case else None
            if passed is not Gate.ALLOWED or chosen is None:
                return _settled(None, "when")
            work, at = self._services.casework(tx), self._moment(chosen[1])
            return _settled(work.remind_me(sent.check, sent.user.id, at, sent.request), "when")

    def _moment(self, wait: timedelta | None) -> datetime:
        now, roster = self._services.clock.now(), self._services.roster
        return now + wait if wait is not None else roster.week.next_morning(now, roster.morning)

    def ask(self, sent: Sent) -> Answer:
        """Record a question to the reporter and notify them."""
        return self._keep_text(sent, Act.ASK, EventKind.QUESTION)

    def note(self, sent: Sent) -> Answer:
        """Record a note that only those who may open the case can read."""
        return self._keep_text(sent, Act.NOTE, EventKind.NOTE)

    def _keep_text(self, sent: Sent, act: Act, what: EventKind) -> Answer:
        content = {"text": sent.typed("text")}
        result = self._gated.submit(
            sent, act, lambda work: work.write(sent.check, sent.user.id, what, content, sent.request)
        )
        return _settled(result, "text")

    def decide(self, sent: Sent) -> Answer:
        """Record the decision, then show the plan's strands in the same modal. Name every box that is missing."""
        decision = next(iter(sent.chosen("decision")), "")
        if decision not in DECISIONS:
            return errors({"decision": DECISION_NEEDED})
        content = {field.key: sent.typed(field.key, field.longest) for field in DECISION}
        return self._decide(sent, decision, {**content, UNANSWERED: sent.typed(UNANSWERED)})

    def _decide(self, sent: Sent, decision: str, content: dict[str, str]) -> Answer:
        """Record the decision and render the next modal in one transaction.

        If rendering failed after a commit, the lead would be told that the decision was not saved although it was.
        """
        with self._services.write() as tx:
            passed, case = self._gated.gate(tx, sent.check, sent.user.id, Act.PLAN)
            if passed is not Gate.ALLOWED or case is None:
                return _settled(None, "reason")
            answers = _answers(sent, case.check)
            after = replace(case.check, answers={**case.check.answers, **answers})
            if missing := tuple(missing_of_decision(decision, content, after)):
                return errors({_shown(sent, key): DECISION_WORDS[key] for key in missing})
            work = self._services.casework(tx, sent.opened_on)
            result = work.decide(sent.check, sent.user.id, decision, content, sent.request, answers)
            if result.did is Did.STALE:
                return _settled(result, "reason")
            return update(modals.strands(self._services.look(tx, sent.check, history=True), result.case))

    def plan(self, sent: Sent) -> Answer:
        """Record the plan's three strands (policy 4.2) and ask the reporter to agree."""
        if missing := _says_nothing(sent):
            return errors(missing)
        by = self._services.roster.person_at(sent.user.id) or ""
        return self._save(sent, lambda work: work.plan(sent.check, sent.user.id, by, _strands(sent), sent.request))

    def _save(self, sent: Sent, do: Callable[[Casework], Result]) -> Answer:
        """Record the strands, and the first agency where its boxes are filled in: what is done at once, once."""
        row = agencies.typed_in(sent, modals.FIRST_AGENCY)

        def both(work: Casework) -> Result:
            result = do(work)
            if result.did is not Did.STALE and row["agency"]:
                return work.note_first_agency(sent.check, sent.user.id, row, sha256(sent.request.encode()).hexdigest())
            return result

        return _settled(self._gated.submit(sent, Act.PLAN, both), "student.what")

    def strands(self, sent: Sent) -> Answer:
        """Record the progress of the plan's strands."""
        if missing := _says_nothing(sent):
            return errors(missing)
        return self._save(
            sent, lambda work: work.finish_strands(sent.check, sent.user.id, _strands(sent), sent.request)
        )

    def reopen(self, sent: Sent) -> Answer:
        """Reopen a closed case, with the reason."""
        reason = sent.typed("text")
        result = self._gated.submit(
            sent, Act.REOPEN, lambda work: work.reopen(sent.check, sent.user.id, reason, sent.request)
        )
        if result is not None and result.did is Did.STALE:
            return errors({"text": REOPENED_ALREADY})
        return _settled(result, "text")


def _settled(result: Result | None, block_id: str) -> Answer:
    """Close the modal; where the act was refused or stale keep it open, the words typed in it, with an error."""
    return close() if result is not None and result.did is not Did.STALE else errors({block_id: CHANGED})


def _shown(sent: Sent, box: str) -> str:
    """Return this box's id; where the window was opened before it was needed, that of the first box."""
    return box if box in sent.view.state.values or box in TO_SHARE else "reason"


def _answers(sent: Sent, check: Check) -> Answers:
    """Return what was chosen at the questions that nobody had answered; one that has an answer by now keeps it."""
    chosen = {one: sent.chosen(one) for one in unanswered(check)}
    return {one: given for one, given in chosen.items() if given and CHECKLIST[one].has(given)}


def _strands(sent: Sent) -> tuple[Strand, ...]:
    """Parse the three strands from the modal. An unknown status becomes "to do", an unreadable date is left empty."""
    return tuple(
        Strand(
            name=name,
            status=_STATUS.get(next(iter(sent.chosen(f"{name}.status")), ""), StrandStatus.TO_DO),
            what=sent.typed(f"{name}.what", modals.LONGEST_PART),
            owner=sent.typed(f"{name}.owner", modals.LONGEST_OWNER),
            due=sent.day(f"{name}.due"),
        )
        for name in StrandName
    )


def _says_nothing(sent: Sent) -> dict[str, str]:
    """Return an error for each strand without a sentence on what will happen or was done, or why not.

    And for each box that the first agency still needs, once one is chosen.
    """
    row = agencies.typed_in(sent, modals.FIRST_AGENCY)
    needed = missing_in_row(row) if row["agency"] else ()
    return {
        **{f"{one.name}.what": STRAND_NEEDED for one in _strands(sent) if not is_sentence(one.what)},
        **{f"{modals.FIRST_AGENCY}{key}": agencies.NEEDED[key] for key in needed},
    }


_STATUS = {status.value: status for status in StrandStatus}


def register(app: App, services: Services, replies: Replies) -> None:
    """Register every button and modal of the leads' work on a case."""
    lead, on = Lead(services), Listeners(app, replies)
    for verb in PRESSES:
        on.press(verb, lead.press)
    for verb in MODALS:
        on.opens(verb, lead.open_modal)
    on.opens("more_case", lead.more)
    on.opens("open_check", lead.open_check)
    on.opens("update_strands", lead.update_strands)
    on.submission("ask_reporter", lead.ask, needs=("text",))
    on.submission("case_note", lead.note, needs=("text",))
    windows, show_close = Windows(services, on), Closing(services).show_again
    windows.submission("decision", lead.decide)
    windows.submission("strands", lead.plan, then=show_close)
    windows.submission("update_strands", lead.strands, then=show_close)
    on.submission("remind_me", lead.remind_me)
    on.submission("reopen_case", lead.reopen, reasons=("text",))
