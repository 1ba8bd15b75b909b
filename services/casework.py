"""What leads do with a case, and what the reporter does in it. The bot's gate has checked their permission."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from flows.case import (
    SHARING_DECISIONS,
    SYSTEM,
    Case,
    CaseStatus,
    CheckStatus,
    Did,
    Shared,
    Strand,
    StrandStatus,
    latest,
)
from flows.checklist import CHECKLIST
from flows.closure import (
    AFTER_SHARING,
    missing_to_close,
    open_answers,
    waits_for_sharing,
    was_shared,
)
from flows.engine.replay import replay
from flows.events import REPORTERS_ACCOUNT, EventKind, OutboxKind
from flows.model import Answers
from services.agreements import Agreements
from services.breaches import Breaches
from services.case_steps import Result, strand_content
from services.transaction import ANOTHER_PLAN, ASK_AGAIN_AFTER, urgency_of
from storage import cases, checks, events, outbox
from storage.checks import Opened

DRILL_LASTS = timedelta(hours=1)
"""A drill that nobody answers ends after this."""
_SHARING_RECORDED = (Shared.RECORDED, Shared.ANSWERS_OPEN)


class Casework(Agreements):
    """The leads' use cases. `by` is an organisation id, `who` the Slack id that is recorded."""

    def escalate_due(self, check: str) -> None:
        """Do what the case's timer asks for, if it is still due; another instance may have done so since.

        Nobody leads: page the next people. Led without a plan: remind the lead, repeatedly. Plan waiting for the
        reporter: remind the reporter. Plan disagreed with: ask for a review again. Agreed: ask how the sharing went.
        """
        opened, case = self._open(check)
        if not cases.is_due(self.tx, check, self.now):
            return
        if opened.check.is_drill and abs(self.now - case.raised_at) >= DRILL_LASTS:
            self._end_drill(opened, SYSTEM, EventKind.DRILL_UNANSWERED)
        elif case.status is CaseStatus.OPEN:
            self.ask_again(opened)
        elif not opened.check.is_drill and self._step_due(opened, case):
            self._chase(opened, case)

    def _step_due(self, opened: Opened, case: Case) -> bool:
        """Do what a case that somebody leads waits for. Return whether agencies are chased beside it."""
        check = opened.check.id
        if case.status is CaseStatus.LED and case.led_by is not None:
            cases.save(self.tx, check, next_page_at=self.roster.plan_by(case.urgency, self.now))
            self._remind_leader(opened, case, case.led_by, EventKind.PLAN_REMINDED)
        elif case.status is CaseStatus.PLANNED and case.disagreed:
            self._go_on_after_disagreement(opened, case)
        elif case.led_by is not None and self._waits_for_somebody_gone(opened, case):
            cases.save(self.tx, check, next_page_at=self._next_morning())
            self._remind_leader(opened, case, case.led_by, EventKind.PLAN_REMINDED)
        elif case.status is CaseStatus.PLANNED:
            self._remind_reporter(opened, EventKind.PLAN_WAITS, self._next_morning())
        elif waits_for_sharing(case):
            self._remind_about_sharing(opened, case)
        else:
            cases.save(self.tx, check, next_page_at=None)
        return case.status is not CaseStatus.CLOSED

    def _waits_for_somebody_gone(self, opened: Opened, case: Case) -> bool:
        """Return whether the reporter, whose account is closed, would be asked next: then the lead is (I32)."""
        waits = case.status is CaseStatus.PLANNED or waits_for_sharing(case)
        return waits and self.is_reporter_gone(opened.check.id)

    def is_reporter_gone(self, check: str) -> bool:
        """Return whether the reporter's account was closed when Slack was asked last."""
        return events.newest_kind(self.tx, check, REPORTERS_ACCOUNT) is EventKind.REPORTER_GONE

    def _remind_reporter(self, opened: Opened, what: EventKind, again: datetime) -> None:
        """Send the reporter a reminder and set the next one; earlier messages point to it."""
        cases.save(self.tx, opened.check.id, next_page_at=again)
        self.record_and_notify(opened, SYSTEM, what, {})

    def _remind_about_sharing(self, opened: Opened, case: Case) -> None:
        """Ask the two questions about sharing again (policy 3.4), until they are settled.

        Those that were answered with what does not settle them are asked of whoever took it on, each working morning.
        """
        if not open_answers(opened.check.answers):
            reminded = events.count(self.tx, opened.check.id, EventKind.AFTERCARE_REMINDED)
            again = self.roster.aftercare_at(reminded + 1, self.now)
            self._remind_reporter(opened, EventKind.AFTERCARE_REMINDED, again)
            return
        again = self._next_morning()
        recorded = latest(events.history(self.tx, opened.check.id, opened.sealer), EventKind.SHARED)
        if case.led_by is not None and recorded is not None and recorded.content.get("owner") == "lead":
            cases.save(self.tx, opened.check.id, next_page_at=again)
            self._remind_leader(opened, case, case.led_by, EventKind.SHARING_CHASED)
        else:
            self._remind_reporter(opened, EventKind.AFTERCARE_REMINDED, again)

    def remind_me(self, check: str, who: str, at: datetime, request: str) -> Result:
        """Page the lead again at `at`; while there is no plan, instead of the next reminder."""
        opened, case = self._open(check)
        if self.is_repeat(request):
            return Result(Did.ALREADY, case)
        if case.status in (CaseStatus.OPEN, CaseStatus.CLOSED):
            return Result(Did.STALE, case)
        changes: dict[str, Any] = {"remind_at": at}
        if case.status is CaseStatus.LED:
            changes["next_page_at"] = self.roster.plan_by(case.urgency, at)
        return self._do(opened, who, EventKind.REMIND_ME, {"at": at.isoformat()}, request, **changes)

    def remind(self, check: str) -> None:
        """Send the reminder that the lead asked for, if it is still due."""
        opened, case = self._open(check)
        if not cases.is_reminding(self.tx, check, self.now):
            return
        cases.save(self.tx, check, remind_at=None)
        if case.led_by is not None and case.status is not CaseStatus.CLOSED:
            self._remind_leader(opened, case, case.led_by, EventKind.REMINDED_LEADER)

    def look_again(self, check: str) -> None:
        """Make an open case without a next timer due now, and record that it was found. This should never happen."""
        opened, _ = self._open(check)
        self.record(opened, SYSTEM, EventKind.FOUND_FORGOTTEN, {})
        cases.save(self.tx, check, next_page_at=self.now)

    def viewed(self, check: str, who: str, what: EventKind) -> None:
        """Record that somebody views the case (I21); call before showing anything."""
        self.record(self.load(check), who, what, {})

    def see(self, check: str, who: str, by: str) -> Result:
        """Mark the page as seen by this person. Paging goes on."""
        opened, case = self._open(check)
        cases.ask(self.tx, check, [by], case.asks)
        if not cases.saw(self.tx, check, by, self.now):
            return Result(Did.ALREADY, case)
        return self._do(opened, who, EventKind.SEEN, {})

    def lead(self, check: str, who: str, by: str, request: str | None = None) -> Result:
        """Take the lead, which stops the paging. Return STALE if somebody else leads already."""
        opened, case = self._open(check)
        if self.is_repeat(request):
            return Result(Did.ALREADY, case)
        if case.status is not CaseStatus.OPEN:
            return Result(Did.ALREADY if case.led_by == by else Did.STALE, case)
        cases.ask(self.tx, check, [by], case.asks)
        if opened.check.is_drill:
            return self._end_drill(opened, who, EventKind.DRILL_ANSWERED, led_by=by, led_at=self.now)
        led = {"led_by": by, "led_at": self.now, **self._taken_up(case)}
        return self._do(opened, who, EventKind.LED, {}, request, **led)

    def _end_drill(self, opened: Opened, who: str, what: EventKind, **changes: Any) -> Result:
        """End a drill: somebody answered, or nobody did within DRILL_LASTS."""
        checks.save(self.tx, opened, self.now, status=CheckStatus.CLOSED)
        changes |= {"status": CaseStatus.CLOSED, "closed_at": self.now, "next_page_at": None}
        return self._do(opened, who, what, {}, **changes)

    def _taken_up(self, case: Case) -> dict[str, Any]:
        """Return the columns for a case that is led from now on: its status and when its next step is due."""
        if not case.plan_stands:
            return {"status": CaseStatus.LED, "next_page_at": self.roster.plan_by(case.urgency, self.now)}
        if case.reporter_agreed_at is None:
            return {"status": CaseStatus.PLANNED, "next_page_at": self._next_morning()}
        return {"status": CaseStatus.AGREED, "next_page_at": self.roster.aftercare_at(0, self.now)}

    def take_over(self, check: str, who: str, by: str, request: str | None = None) -> Result:
        """Take the lead over from another lead. Recorded, and shown in the thread and to the reporter."""
        opened, case = self._open(check)
        if self.is_repeat(request) or case.led_by == by:
            return Result(Did.ALREADY, case)
        if case.led_by is None or case.status is CaseStatus.CLOSED:
            return Result(Did.STALE, case)
        cases.ask(self.tx, check, [by], case.asks)
        changes: dict[str, Any] = {"led_by": by, "led_at": self.now}
        if case.status is CaseStatus.LED:
            changes["next_page_at"] = self.roster.plan_by(case.urgency, self.now)
        return self._do(opened, who, EventKind.LED, {"instead_of": case.led_by}, request, **changes)

    def hand_on(self, check: str, who: str, request: str | None = None) -> Result:
        """Give up the lead: everybody allowed is asked again."""
        opened, case = self._open(check)
        if self.is_repeat(request):
            return Result(Did.ALREADY, case)
        if case.status in (CaseStatus.OPEN, CaseStatus.CLOSED):
            return Result(Did.STALE, case)
        self._do(opened, who, EventKind.HANDED_ON, {}, request)
        self.needs_a_lead(opened)
        return self._deed(Did.DONE, opened)

    def page_again(self, check: str, who: str, request: str | None = None) -> Result:
        """Page the next people now. Within a minute of the last page it counts as a double click and does nothing."""
        opened, case = self._open(check)
        if self.is_repeat(request) or timedelta() <= self.now - case.asked_at < ASK_AGAIN_AFTER:
            return Result(Did.ALREADY, case)
        if case.status is CaseStatus.CLOSED:
            return Result(Did.STALE, case)
        self.record(opened, who, EventKind.PAGED_AGAIN, {}, request)
        self.ask_again(opened)
        return self._deed(Did.DONE, opened)

    def step_aside(self, check: str, who: str, by: str) -> Result:
        """Leave this person out of the case without asking why, and ask the next people if nobody else is asked.

        Return REFUSED if they are the only one who may know.
        """
        opened, case = self._open(check)
        if by in case.left_out:
            return Result(Did.ALREADY, case)
        if case.status is CaseStatus.CLOSED:
            return Result(Did.STALE, case)
        if set(self.allowed(case)) == {by} and not self.allowed(replace(case, left_out=case.left_out | {by})):
            return Result(Did.REFUSED, case)
        checks.leave_out(self.tx, check, [by], self.roster.slack, stepped_aside=True)
        event = self.record(opened, who, EventKind.STEPPED_ASIDE, {})
        cases.save(self.tx, check, dm_only=True)  # The person who stepped aside reads the shared channel too.
        if case.led_by == by:
            self.notify(opened, event)
            self.needs_a_lead(opened)
        elif case.led_by is None and self._nobody_else_asked(case, by):
            self.ask_again(opened)
        self.keep_in_reach(opened)
        outbox.mark_due(self.tx, check, self.now, OutboxKind.CARD, *outbox.PAGES, OutboxKind.LINE)
        return self._deed(Did.DONE, opened)

    def _nobody_else_asked(self, case: Case, by: str) -> bool:
        """Return whether to page the next people now: the newest ask has nobody else, or `by` is the last in line."""
        after = replace(case, left_out=case.left_out | {by})
        return by == self.roster.people.independent or not self.is_asked(case, self.allowed(after))

    def write(self, check: str, who: str, what: EventKind, content: Mapping[str, object], request: str) -> Result:
        """Record a note, a question to the reporter, or the reporter's reply."""
        opened, case = self._open(check)
        if self.is_repeat(request):
            return Result(Did.ALREADY, case)
        if case.status is CaseStatus.CLOSED and what is EventKind.QUESTION:
            return Result(Did.STALE, case)
        waiting = {EventKind.QUESTION: True, EventKind.REPLY: False}
        changes: dict[str, Any] = {"waiting_for_answer": waiting[what]} if what in waiting else {}
        if case.status is CaseStatus.LED and what is not EventKind.REPLY:  # the lead is working on it
            changes["next_page_at"] = self.roster.plan_by(case.urgency, self.now)
        return self._do(opened, who, what, content, request, **changes)

    def decide(
        self,
        check: str,
        who: str,
        decision: str,
        content: Mapping[str, object],
        request: str,
        answers: Answers | None = None,
    ) -> Result:
        """Record the decision and its reason. A plan follows; any earlier plan must be made and agreed again.

        answers: to questions about what is to be shared that the reporter had not answered (policy 4.1).
        """
        opened, case = self._open(check)
        if self.is_repeat(request):
            return Result(Did.ALREADY, case)
        if case.status is CaseStatus.CLOSED:
            return Result(Did.STALE, case)
        if answers:
            opened, case = self._answer_together(opened, case, who, answers)
        may_be_shared = decision in SHARING_DECISIONS or was_shared(opened.check.answers) is not False
        known = case.shared in _SHARING_RECORDED
        shared = case.shared if known else None if may_be_shared else Shared.CHOSE_NOT_TO
        content = {"decision": decision, **content}
        changes: dict[str, Any] = {"decision": decision, "shared": shared}
        if case.plan_round:  # the plan was agreed for another decision
            changes |= ANOTHER_PLAN | {"plan_round": case.plan_round + 1}
        if case.status in (CaseStatus.PLANNED, CaseStatus.AGREED):
            changes |= {"status": CaseStatus.LED, "next_page_at": self.roster.plan_by(case.urgency, self.now)}
        return self._do(opened, who, EventKind.DECIDED, content, request, **changes)

    def _answer_together(self, opened: Opened, case: Case, who: str, given: Answers) -> tuple[Opened, Case]:
        """Record answers that whoever leads gives with the reporter. The lead stays, also where it gets more urgent."""
        check = opened.check
        after = replay(CHECKLIST, {**check.answers, **given}, check.level, ended=True)
        for question, options in given.items():
            self.record(opened, who, EventKind.ANSWERED, {"question": question, "options": list(options)})
        checks.save(self.tx, opened, self.now, answers={**check.answers, **given}, level=after.level)
        opened = self.load(check.id)
        urgency = urgency_of(opened.check)
        if urgency < case.urgency:
            cases.save(self.tx, check.id, urgency=urgency)
            self.record_and_notify(opened, SYSTEM, EventKind.ESCALATED, {"urgency": urgency, "lead_stays": True})
        Breaches(self.tx, self.keys, self.roster, self.now).keep_up(opened, is_shown=after.breach)
        return self._open(check.id)

    def plan(self, check: str, who: str, by: str, strands: Iterable[Strand], request: str) -> Result:
        """Save the three strands of the plan. It is agreed only when the reporter agrees too (policy 4.2)."""
        opened, case = self._open(check)
        if self.is_repeat(request):
            return Result(Did.ALREADY, case)
        if case.status is CaseStatus.CLOSED or case.decision is None:
            return Result(Did.STALE, case)
        plan = tuple(strands)
        cases.save_strands(self.tx, opened, plan)
        content = {"strands": [strand_content(strand) for strand in plan], "round": case.plan_round + 1}
        changes: dict[str, Any] = {
            "status": CaseStatus.PLANNED,
            **ANOTHER_PLAN,
            "plan_stands": True,
            "plan_round": case.plan_round + 1,
            "next_page_at": self._next_morning(),
        }
        if case.led_by is None:
            changes |= {"led_by": by, "led_at": self.now}
        return self._do(opened, who, EventKind.PLANNED, content, request, **changes)

    def shared(
        self,
        check: str,
        who: str,
        answers: Mapping[str, tuple[str, ...]],
        content: Mapping[str, object],
        request: str,
    ) -> Result:
        """Record that information was shared: the two answers of policy 3.4, and what was shared with whom and why."""
        opened, case = self._open(check)
        if self.is_repeat(request):
            return Result(Did.ALREADY, case)
        if case.status is CaseStatus.CLOSED:
            return Result(Did.STALE, case)
        given = {question: answers[question] for question in AFTER_SHARING}
        if not all(choices and set(choices) <= set(CHECKLIST[question].by_id) for question, choices in given.items()):
            return Result(Did.STALE, case)
        checks.save(self.tx, opened, self.now, answers={**opened.check.answers, **given})
        body = {"answers": {key: list(value) for key, value in given.items()}, **content}
        changes: dict[str, Any] = {"shared": Shared.ANSWERS_OPEN if open_answers(given) else Shared.RECORDED}
        if case.status is CaseStatus.AGREED:
            changes["next_page_at"] = self._morning_of(str(content.get("due"))) if open_answers(given) else None
        done = self._do(opened, who, EventKind.SHARED, body, request, **changes)
        if case.status is CaseStatus.AGREED:
            self._ask_by(opened, self._next_chase(opened))
        return done

    def not_shared_yet(self, check: str, who: str) -> Result:
        """Record that nothing was shared so far."""
        opened, case = self._open(check)
        if case.status is CaseStatus.CLOSED or case.shared in _SHARING_RECORDED:
            return Result(Did.STALE, case)
        if case.shared is Shared.NOT_YET:
            return Result(Did.ALREADY, case)
        return self._do(opened, who, EventKind.NOT_SHARED_YET, {}, shared=Shared.NOT_YET)

    def chose_not_to_share(self, check: str, who: str, reason: str, request: str) -> Result:
        """Record that nothing was shared, and why. STALE where it is known that something was (I27)."""
        opened, case = self._open(check)
        if self.is_repeat(request):
            return Result(Did.ALREADY, case)
        is_known = case.shared in _SHARING_RECORDED or was_shared(opened.check.answers)
        if case.status is CaseStatus.CLOSED or is_known:
            return Result(Did.STALE, case)
        content = {"reason": reason}
        return self._do(opened, who, EventKind.CHOSE_NOT_TO_SHARE, content, request, shared=Shared.CHOSE_NOT_TO)

    def finish_strands(self, check: str, who: str, plan: Sequence[Strand], request: str) -> Result:
        """Update how the strands went. Other changes to them make a new plan, which must be agreed again."""
        opened, case = self._open(check)
        changed = [strand for strand in plan if strand not in case.strands]
        if case.led_by is not None and any(_says_something_else(strand, case) for strand in changed):
            return self.plan(check, who, case.led_by, plan, request)
        if self.is_repeat(request) or not changed:
            return Result(Did.ALREADY, case)
        if case.status is CaseStatus.CLOSED:
            return Result(Did.STALE, case)
        cases.save_strands(self.tx, opened, changed)
        content = {"strands": [strand_content(strand) for strand in changed]}
        return self._do(opened, who, EventKind.STRAND, content, request)

    def close(self, check: str, who: str, content: Mapping[str, object], request: str) -> Result:
        """Close the case if nothing is missing (I20). Otherwise change nothing and return what is missing."""
        opened, case = self._open(check)
        if self.is_repeat(request):
            return Result(Did.ALREADY, case)
        if case.status is CaseStatus.CLOSED:
            return Result(Did.STALE, case)
        if missing := missing_to_close(case, events.history(self.tx, check, opened.sealer)):
            return Result(Did.STALE, case, missing)
        checks.save(self.tx, opened, self.now, status=CheckStatus.CLOSED)
        changes: dict[str, Any] = {"status": CaseStatus.CLOSED, "closed_at": self.now, "next_page_at": None}
        changes["remind_at"] = None
        return self._do(opened, who, EventKind.CLOSED, content, request, **changes)

    def reopen(self, check: str, who: str, reason: str, request: str) -> Result:
        """Reopen a closed case."""
        opened, case = self._open(check)
        if self.is_repeat(request):
            return Result(Did.ALREADY, case)
        if case.status is not CaseStatus.CLOSED:
            return Result(Did.STALE, case)
        self.reopen_case(opened, who, {"reason": reason}, request)
        return self._deed(Did.DONE, opened)


def _says_something_else(strand: Strand, case: Case) -> bool:
    """Return whether more than the strand's status changed; "not appropriate" comes with its own reason."""
    before = next((one for one in case.strands if one.name is strand.name), None)
    if before is None or strand.status is StrandStatus.NOT_APPROPRIATE:
        return False
    return (strand.what, strand.owner, strand.due) != (before.what, before.owner, before.due)
