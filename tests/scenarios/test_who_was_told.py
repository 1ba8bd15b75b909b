"""Nobody is named as told who was not: names come from deliveries alone (docs/rules.md, I19 and I30)."""

import pytest

from bot.config.organisation import Organisation, PersonSettings, example_organisation_path, load_organisation
from flows.events import EventKind
from tests import harness
from tests.harness import HARM, LEADS, Stage, card_of, words_of

POST = "chat.postMessage"
NEW_LEADS = ("U0STAFF2", "U0ADMIN")


def _with_other_leads() -> Organisation:
    """The example, with both leads replaced."""
    example = load_organisation(example_organisation_path())
    leads = tuple(
        PersonSettings(
            id=f"lead-{number}",
            name=f"New lead {number}",
            slack=account,
            phone=f"020 7946 010{number}",
            email=f"new{number}@example.org",
        )
        for number, account in enumerate(NEW_LEADS, 5)
    )
    return example.model_copy(update={"leads": leads, "administrators": ()})


def test_leads_who_came_after_the_page_are_asked_at_start_and_named_once_they_are(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A case open; both leads replaced in the file; the reporter answers one more question."""
    stage.begin()
    stage.answer(*HARM)
    stage.settle()
    assert "*I have told Lead one and Lead two*" in words_of(card_of(stage.staff))

    stage.stop_bot()
    monkeypatch.setattr(harness, "load_organisation", lambda _: _with_other_leads())
    before = len(stage.edits())
    stage.start_bot()
    stage.settle()
    said = words_of(card_of(stage.staff))
    assert "Those I asked before can answer no more, so I ask others.\n*I have told New lead 5 and New lead 6*" in said
    assert "Lead one" not in said
    assert {LEADS, *NEW_LEADS} <= stage.paged()
    assert stage.events()[EventKind.ASKED_GONE] == 1
    stage.answer("No")
    assert "*I have told New lead 5 and New lead 6*" in words_of(card_of(stage.staff))

    delivered = [call.at for call in stage.workspace.calls(POST) if call.args.get("channel") in NEW_LEADS]
    claims = [call.at for call in stage.edits()[before:] if "I have told New" in repr(call.args["blocks"])]
    assert max(delivered) <= min(claims)


def test_a_page_in_the_channel_alone_tells_nobody_by_name(stage: Stage) -> None:
    """Slack takes the channel's page and neither lead's own: the card does not say told, and gives the numbers."""
    stage.begin()
    stage.answer(*HARM[:-1])
    for account in ("U0LEAD1", "U0LEAD2"):
        del stage.workspace.slack.world.people[account]
    stage.press("Yes")
    for _ in range(6):
        stage.pass_time(seconds=5)
    assert stage.paged() == {LEADS}
    said = words_of(card_of(stage.staff))
    assert "I have told" not in said
    assert "It stands in the leads' channel, but Slack takes no message of mine to anyone yet." in said
    assert "Please phone: Lead one on 020 7946 0101 or Lead two on 020 7946 0102." in said
    stage.answer("No")
    assert "I have told" not in words_of(card_of(stage.staff))
