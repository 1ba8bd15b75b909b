"""Every window of the bot, e-mail and digest, filled in as far as nobody has to type it, for the gate on words."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from bot.access_requests import modals as requests
from bot.breaches import modals as breaches
from bot.cases import corrections_modal, reporter_modals
from bot.cases import modals as cases
from bot.cases.page import alert
from bot.checks import modals as checks
from bot.cover import modals as cover
from bot.digest.leads_message import leads
from bot.digest.staff_message import StaffDigest, staff
from bot.records import modals as records
from bot.retention import modals as retention
from flows.breach import Breach
from flows.case import CaseStatus
from flows.checklist import CHECKLIST
from flows.model import Outcome
from flows.paging.cover import Gap
from tests.bot.builders import NOW, case, check, entry, led, sent, view
from tests.bot.digest.test_messages import full
from tests.flows.builders import calm_but

Window = Mapping[str, Any]
TODAY = date(2026, 11, 23)


def windows() -> Iterator[tuple[str, Window]]:
    """Each with the name it has in the source."""
    yield from _of_staff()
    yield from _of_leads()
    yield from _of_records()


def _of_staff() -> Iterator[tuple[str, Window]]:
    for outcome in (Outcome.HOLD, Outcome.FIX_FIRST, Outcome.CONSULT, Outcome.CONSULT_URGENT):
        of = sent(outcome)
        shown = view(of, case(of) if of.level else None)
        draft = view(replace(of, status=check().status, sent_at=None))
        yield f"review of {outcome}", checks.review(shown)
        yield f"check your answers, {outcome}", checks.review(draft)
        yield f"check your answers without a word, {outcome}", checks.review(draft, without=True)
        yield f"details of {outcome}", checks.details(shown)
        yield f"would_change of {outcome}", checks.would_change(shown)
        yield f"phones of {outcome}", checks.phones(shown)
    for question in CHECKLIST:
        yield f"why {question.id}", checks.why(view(check()).as_read(question.id))
        first = question.options[-1].id
        yield f"change {question.id}", checks.change(view(check({question.id: (first,)})), question)
    shown = view(check({"S1": ("no",)}))
    yield "leave_out", checks.leave_out(shown, "x")
    yield "note", checks.note("x")
    yield "reply", reporter_modals.reply("x", "When?")
    yield "disagree", reporter_modals.disagree("x")
    of = sent(Outcome.CONSULT)
    on_it = view(of, led(of))
    yield "chose_not", reporter_modals.chose_not(on_it)
    yield "sharing", reporter_modals.sharing(on_it)


def _of_leads() -> Iterator[tuple[str, Window]]:
    for outcome in (Outcome.CONSULT, Outcome.CONSULT_URGENT):
        of = sent(outcome)
        shown = view(of, led(of))
        for a_case in (led(of), led(of, status=CaseStatus.AGREED, decision="share", plan_round=1)):
            shown, name = view(of, a_case), f"{outcome}, {a_case.status}"
            yield f"decision, {name}", cases.decision(shown, a_case)
            yield f"strands, {name}", cases.strands(shown, a_case)
            yield f"close, {name}", cases.close(shown)
            yield f"remind, {name}", cases.remind(shown, a_case)
        yield f"ask, {outcome}", cases.ask(shown)
        yield f"case note, {outcome}", cases.note(shown)
        yield f"reopen, {outcome}", cases.reopen(shown)
        yield f"correct, {outcome}", corrections_modal.correct(shown, [entry(one.what) for one in shown.entries])
    of = check(calm_but(S6="gone_wrong"))
    a_case = led(of)
    yield "breach", breaches.breach(view(of, a_case), a_case, Breach(NOW, NOW))
    yield "set_days", cover.set_days({"lead-1": "Lead one"}, "lead-1", TODAY)
    yield "days not saved", cover.not_saved()
    yield "days saved", cover.saved([Gap(TODAY, works=True)])


def _of_records() -> Iterator[tuple[str, Window]]:
    yield "search", records.search()
    yield "results", records.results([])
    yield "export", records.export(sent(Outcome.CONSULT))
    yield "making", records.making("Lead one")
    yield "made", records.made("P-1", "some words to read out")
    yield "hold", retention.hold("SC-7K2M", "x")
    yield "lift", retention.lift("SC-7K2M", "x")
    yield "new request", requests.new()
    yield "requests", requests.listed([], TODAY)


def letters() -> Iterator[tuple[str, str]]:
    """Title and body of each e-mail about a case."""
    for outcome in (Outcome.EMERGENCY, Outcome.CONSULT_URGENT, Outcome.CONSULT):
        of = sent(outcome)
        for a_case in (case(of), case(of, tries=4, asks=4)):
            for not_taken in (True, False):
                said = alert(view(of, a_case), a_case, not_taken=not_taken)
                yield f"e-mail of {outcome}, ask {a_case.tries}, {not_taken}", f"{said.title}.\n{said.body}"


def digests() -> Iterator[tuple[str, Window]]:
    """The leads', with pictures and without, and the staff's."""
    for pictures in (True, False):
        yield f"digest for leads, {pictures}", {"blocks": leads(full(), pictures=pictures).blocks}
    tip = StaffDigest("3.1.1", ("Lead one",), (("Lead one", "020 7946 0101"),), 7)
    yield "digest for staff", {"blocks": staff(tip).blocks}
