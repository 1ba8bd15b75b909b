"""The reporter's windows about a case: every one opens, at the longest that can be typed, and shows all of it."""

import pytest

from bot.cases import reporter_modals as modals
from bot.fields import DECISION_LABELS, SHARING
from flows.case import DECISIONS, CaseStatus, Strand, StrandName, StrandStatus
from flows.events import EventKind
from flows.model import Outcome
from tests.bot.builders import LONGEST, entry, led, sent, view
from tests.bot.slack.limits import fits_view, marked_up, words


@pytest.mark.parametrize("text", LONGEST)
def test_a_leads_question_is_shown_whole(text: str) -> None:
    """A long question is not cut, and notifies nobody."""
    form = modals.reply("c:9", text)
    fits_view(form)
    said = words(form)
    assert said.count("&") == text.count("&")
    assert said.count("\N{SLEEPING SYMBOL}") == text.count("\N{SLEEPING SYMBOL}")
    assert "<!channel>" not in marked_up(form)


@pytest.mark.parametrize("text", LONGEST)
def test_what_the_staff_member_may_know_is_shown_whole(text: str) -> None:
    """What a lead wrote at the end is not cut."""
    form = modals.may_know(text)
    fits_view(form)
    assert text.replace("\n", "") in words(form).replace("\n", "")


def _strands(text: str) -> tuple[Strand, ...]:
    return tuple(
        Strand(name, status, text[:1500], text[:150], "2026-12-01")
        for name, status in zip(StrandName, StrandStatus, strict=True)
    )


@pytest.mark.parametrize("text", LONGEST)
def test_the_plan_is_shown_whole(text: str) -> None:
    """Whoever agrees a plan can read every word of it."""
    of = sent(Outcome.CONSULT)
    a_case = led(of, status=CaseStatus.PLANNED, plan_round=1, decision="share", strands=_strands(text))
    typed = dict.fromkeys(DECISION_LABELS, text[:1500])
    decision = entry(EventKind.DECIDED, 1, decision="share", **typed)
    form = modals.plan(view(of, a_case), a_case, decision)
    fits_view(form)
    said = words(form)
    assert DECISIONS["share"] in said
    whole = [*typed.values(), *(strand.what + strand.owner for strand in a_case.strands)]
    assert said.count("&") == sum(part.count("&") for part in whole)
    assert "<!channel>" not in marked_up(form)


@pytest.mark.parametrize("text", ["", *LONGEST])
def test_the_questions_after_sharing_open_with_what_was_recorded(text: str) -> None:
    """Both questions of 3.4 and what was shared, all of them needed; who sees to what stays open, where it does."""
    typed = {field.key: text[: field.longest] for field in SHARING}
    of = sent(Outcome.CONSULT)
    form = modals.sharing(view(of, led(of), entries=[entry(EventKind.SHARED, 1, **typed)] if text else []))
    fits_view(form)
    assert [block["block_id"] for block in form["blocks"] if block["optional"]] == ["owner", "due"]
    assert [block["block_id"] for block in form["blocks"][:2]] == ["3.4.1", "3.4.2"]


def test_a_window_to_disagree_opens() -> None:
    """It asks why."""
    fits_view(modals.disagree("c" * 32 + ":1"))


def test_no_window_about_a_case_carries_anything_typed_in_its_metadata() -> None:
    """Slack keeps metadata: it holds ids and nothing else."""
    of = sent(Outcome.CONSULT)
    secret = "a name nobody may read"
    shown = view(of, led(of), entries=[entry(EventKind.SHARED, what=secret)])
    for form in (modals.sharing(shown), modals.reply("c:1", secret)):
        assert secret not in form.get("private_metadata", "")
