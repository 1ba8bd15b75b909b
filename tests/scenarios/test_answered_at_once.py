"""A press is answered over its own response_url, which Slack does not count; chat.update is for the rest."""

import pytest
from slack_sdk.webhook import WebhookClient

from sandbox.state.models import Json
from tests.harness import HARM, Stage, card_of, words_of


def _counts(stage: Stage) -> tuple[int, int]:
    """Return how many messages were edited by a response_url, and by chat.update."""
    return len(_edits(stage)), len(stage.workspace.calls("chat.update"))


def _edits(stage: Stage) -> list[Json]:
    return [call.args for call in stage.workspace.calls("response_url") if call.args.get("replace_original")]


def test_answers_cost_no_call_that_slack_limits(stage: Stage) -> None:
    """One edit an answer, by the address that came with it, with the whole next card; nothing is sent twice."""
    stage.begin()
    stage.answer("No", "No", "No")
    stage.settle()
    assert _counts(stage) == (3, 0)
    assert "Question 4" in words_of(card_of(stage.staff))


def test_what_the_page_adds_to_the_card_goes_by_the_last_press(stage: Stage) -> None:
    """Whoever just pressed reads who was told without a call that others' cards need."""
    stage.begin()
    stage.answer(*HARM)
    stage.settle()
    card = card_of(stage.staff)
    assert "I have told" in words_of(card)
    assert [call for call in stage.workspace.calls("chat.update") if call.args["channel"] == card.channel] == []


@pytest.mark.parametrize("error", ["expired_url", "used_url", "ok, or so it seems"])
def test_where_the_address_does_not_work_the_card_is_edited_the_other_way(stage: Stage, error: str) -> None:
    """An answer is never lost with the address it came from."""
    stage.begin()
    stage.workspace.faults.error("response_url", error, times=1)
    stage.answer("No")
    stage.settle()
    assert _counts(stage) == (1, 1)
    assert "one of our safeguarding leads" in words_of(card_of(stage.staff))
    stage.answer("No")
    stage.settle()
    assert _counts(stage) == (2, 1)


def test_an_address_used_up_elsewhere_is_not_relied_on(stage: Stage) -> None:
    """Slack takes five posts; whoever took them, the card changes."""
    stage.begin()
    acted = stage.staff.press("No")
    stage.settle()
    assert acted.payload is not None
    for _ in range(5):
        WebhookClient(acted.payload["response_url"]).send(text="something else")
    card = card_of(stage.staff)
    with stage.bot.services.write() as tx:
        stage.bot.services.reporting(tx).hide(stage.check().id, "U0STAFF")
    stage.settle()
    assert card_of(stage.staff).ts == card.ts
    assert "Paused" in words_of(card_of(stage.staff))
    assert len(stage.workspace.calls("chat.update")) == 1


def test_after_half_an_hour_the_address_is_no_more(stage: Stage) -> None:
    """What happens to the card later does not wait for a press."""
    stage.begin()
    stage.answer("No")
    stage.pass_time(minutes=31)
    with stage.bot.services.write() as tx:
        stage.bot.services.reporting(tx).hide(stage.check().id, "U0STAFF")
    stage.settle()
    assert "Paused" in words_of(card_of(stage.staff))
    assert len(stage.workspace.calls("chat.update")) == 1
