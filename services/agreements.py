"""How a plan comes to be agreed: by the reporter, by whoever leads where they cannot press, and after another view."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flows.agreement import agreement_of, without_a_view
from flows.case import SYSTEM, Case, CaseStatus, Did
from flows.events import EventKind
from services.agencies import Agencies
from services.case_steps import Result
from storage import cases, events
from storage.checks import Opened


class Agreements(Agencies):
    """The use cases of agreeing a plan (policy 4.2)."""

    def agree(self, check: str, who: str, plan_round: int) -> Result:
        """Record that the reporter agrees the plan they were shown; STALE for any other round."""
        opened, case = self._open(check)
        if case.reporter_agreed_at is not None and case.plan_round == plan_round:
            return Result(Did.ALREADY, case)
        if not _is_the_plan(case, plan_round):
            return Result(Did.STALE, case)
        return self._counts_as_agreed(opened, case, who, EventKind.AGREED, {"round": plan_round})

    def disagree(self, check: str, who: str, plan_round: int, reason: str, request: str) -> Result:
        """Record the reporter's disagreement and its reason; ask another lead or the independent contact to review."""
        opened, case = self._open(check)
        if self.is_repeat(request):
            return Result(Did.ALREADY, case)
        if not _is_the_plan(case, plan_round) or self._agreed_themselves(opened):
            return Result(Did.STALE, case)
        changes: dict[str, Any] = {"disagreed": True, "reporter_agreed_at": None}
        if case.status is CaseStatus.AGREED:  # as somebody else had noted
            changes["status"] = CaseStatus.PLANNED
        self._do(opened, who, EventKind.DISAGREED, {"round": plan_round, "reason": reason}, request, **changes)
        self._ask_for_review(opened, self._open(check)[1])
        return self._deed(Did.DONE, opened)

    def _agreed_themselves(self, opened: Opened) -> bool:
        agreed = agreement_of(events.history(self.tx, opened.check.id, opened.sealer))
        return agreed is not None and agreed.what is EventKind.AGREED

    def agreed_otherwise(
        self, check: str, who: str, plan_round: int, content: Mapping[str, object], request: str
    ) -> Result:
        """Record how the plan counts as agreed where the reporter does not press (I32). It is never shown as theirs."""
        opened, case = self._open(check)
        if self.is_repeat(request):
            return Result(Did.ALREADY, case)
        if not _is_the_plan(case, plan_round) or case.reporter_agreed_at is not None or not case.plan_stands:
            return Result(Did.STALE, case)
        noted = {"round": plan_round, **content}
        return self._counts_as_agreed(opened, case, who, EventKind.AGREED_OTHERWISE, noted, request)

    def _counts_as_agreed(
        self,
        opened: Opened,
        case: Case,
        who: str,
        what: EventKind,
        content: Mapping[str, object],
        request: str | None = None,
    ) -> Result:
        """Record that the plan is agreed, and plan what is asked next: after sharing, or of an agency before that."""
        changes: dict[str, Any] = {"reporter_agreed_at": self.now, "disagreed": False}
        if case.status is CaseStatus.PLANNED:
            changes |= {"status": CaseStatus.AGREED, "next_page_at": self.roster.aftercare_at(0, self.now)}
        done = self._do(opened, who, what, content, request, **changes)
        self._ask_by(opened, self._next_chase(opened))
        return done

    def review(self, check: str, who: str, content: Mapping[str, object], request: str) -> Result:
        """Record another person's own view on a plan that the reporter does not agree with."""
        opened, case = self._open(check)
        if self.is_repeat(request):
            return Result(Did.ALREADY, case)
        waits = without_a_view(events.history(self.tx, check, opened.sealer))
        if case.status is CaseStatus.CLOSED or waits is None:
            return Result(Did.STALE, case)
        return self._do(opened, who, EventKind.REVIEWED, content, request)

    def _go_on_after_disagreement(self, opened: Opened, case: Case) -> None:
        """Ask for another view until there is one; then whoever leads goes on."""
        if without_a_view(events.history(self.tx, opened.check.id, opened.sealer)) is not None:
            self._ask_for_review(opened, case)
            return
        cases.save(self.tx, opened.check.id, next_page_at=self._next_morning())
        if case.led_by is not None:
            self._remind_leader(opened, case, case.led_by, EventKind.PLAN_REMINDED)

    def _ask_for_review(self, opened: Opened, case: Case) -> None:
        """Page those who may know, except the plan's lead; if there is nobody else, the independent contact."""
        absent, _ = self._not_there()
        others = tuple(one for one in self.allowed(case) if one != case.led_by)
        others = tuple(one for one in others if one not in absent) or others
        people = tuple(one for one in others if one in self.roster.people.leads)
        reviewers = people or others or self.allowed(case)
        waits = {"next_page_at": self._next_morning()} if case.status is CaseStatus.PLANNED else {}
        cases.save(self.tx, case.check.id, asks=case.asks + 1, asked_at=self.now, **waits)
        self.record(opened, SYSTEM, EventKind.REVIEW_ASKED, {"asked": list(reviewers)})
        self.page(opened, reviewers, case.asks + 1, channel=not case.dm_only)

    def talk_first(self, check: str, who: str, plan_round: int) -> Result:
        """Record that the reporter wants to talk before agreeing."""
        opened, case = self._open(check)
        if not _is_the_plan(case, plan_round):
            return Result(Did.STALE, case)
        once = f"talk_first:{check}:{plan_round}"
        if self.is_repeat(once):
            return Result(Did.ALREADY, case)
        return self._do(opened, who, EventKind.TALK_FIRST, {"round": plan_round}, once)


def _is_the_plan(case: Case, plan_round: int) -> bool:
    """Return whether this is the current plan, whoever leads now."""
    return case.status is not CaseStatus.CLOSED and 0 < plan_round == case.plan_round
