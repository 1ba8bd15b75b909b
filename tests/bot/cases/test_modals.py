"""The windows of the leads' work: all of them open, however much was typed."""

from dataclasses import replace

import pytest

from bot.cases import modals, summary
from flows.case import Shared, Strand, StrandName, StrandStatus
from flows.model import Outcome
from tests.bot.builders import LONGEST, NOW, everything_typed, led, sent, strands_to_do, view
from tests.bot.slack.limits import fits_view, words


@pytest.mark.parametrize("text", ["", *LONGEST])
def test_the_windows_of_a_plan_open_with_what_was_written(text: str) -> None:
    """A plan can be changed without typing it again."""
    of = sent(Outcome.CONSULT)
    a_case = led(of, decision="share", plan_round=1, strands=strands_to_do(text) if text else ())
    shown = view(of, a_case, entries=everything_typed(text, 0) if text else [])
    decision = modals.decision(shown, a_case)
    fits_view(decision)
    assert decision["blocks"][0]["element"]["initial_option"]["value"] == "share"
    for callback in ("strands", "update_strands"):
        form = modals.strands(shown, a_case, callback)
        fits_view(form)
        boxes = {block.get("block_id"): block for block in form["blocks"]}
        for name in StrandName:
            assert boxes[f"{name}.what"]["element"].get("initial_value", "") == text[:1500]
            assert not boxes[f"{name}.what"]["optional"]


def test_a_decision_needs_its_reason() -> None:
    """I20: every decision has a reason, also the one not to share."""
    of = sent(Outcome.CONSULT)
    form = modals.decision(view(of, led(of)), led(of))
    needed = [block["block_id"] for block in form["blocks"] if not block["optional"]]
    assert needed == ["decision", "reason"]


def test_close_lists_what_is_missing_or_asks_for_the_end() -> None:
    """A case closes once nothing is missing, and says what is until then, each line with its button."""
    of = sent(Outcome.CONSULT)
    open_still = led(of, strands=strands_to_do("x"))
    form = modals.close(view(of, open_still))
    fits_view(form)
    assert "submit" not in form
    assert "A decision and its reason" in words(form)
    lines = [block for block in form["blocks"][1:] if block["type"] == "section"]
    buttons = [one for block in form["blocks"] for one in (block.get("accessory"), *block.get("elements", ())) if one]
    assert len({button["action_id"] for button in buttons}) == len(buttons) > len(lines)
    done = tuple(Strand(name, StrandStatus.DONE, "It was done today.") for name in StrandName)
    told = replace(of, answers={**of.answers, "3.4.1": ("yes_told",), "3.4.2": ("yes",)})
    complete = led(told, strands=done, decision="share", reporter_agreed_at=NOW, shared=Shared.RECORDED)
    form = modals.close(view(told, complete, entries=everything_typed("What was said.", 0)))
    fits_view(form)
    assert form["callback_id"] == "close_case"
    assert form["submit"]["text"] == "Close case"


def test_the_small_windows_open() -> None:
    """A question, a note, why it is opened again, and a look at a check that ended without a page."""
    of = sent(Outcome.CONSULT)
    shown = view(of, led(of))
    for form in (modals.ask(shown), modals.note(shown), modals.reopen(shown), summary.sample(shown)):
        fits_view(form)
