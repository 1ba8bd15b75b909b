"""Windows and what they say: spaces are no words, nobody is told falsely, and nobody is left without an answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.cases import gated
from bot.checks import listeners as conversation
from bot.context import Services
from bot.fields import SHARING
from flows.closure import TO_SHARE
from flows.events import EventKind
from tests.attacks import every_listener as at
from tests.attacks.every_listener import Booth, Listener, open_booth
from tests.attacks.listeners import CARRIES, OWN, as_pressed, state_of, value_for
from tests.attacks.test_every_listener import REFUSALS


@pytest.fixture
def booth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Booth]:
    with open_booth(tmp_path, monkeypatch) as opened:
        yield opened


NEEDS_WORDS = {
    "ask_reporter": (at.LEAD_ONE, ("text",)),
    "case_note": (at.LEAD_ONE, ("text",)),
    "decision": (at.LEAD_ONE, ("reason", *TO_SHARE, "unanswered")),
    "close_case": (at.LEAD_ONE, ("outcome",)),
    "reopen_case": (at.LEAD_ONE, ("text",)),
    "correct": (at.LEAD_ONE, ("text",)),
    "reply": (at.STAFF, ("text",)),
    "disagree": (at.STAFF, ("text",)),
    "chose_not": (at.STAFF, ("text",)),
    "note": (at.STAFF, ("note",)),
    "sharing": (at.STAFF, tuple(field.key for field in SHARING)),
}
"""Windows of a check with boxes that must not stay empty, and who fills them in."""


@pytest.mark.parametrize("name", NEEDS_WORDS)
@pytest.mark.parametrize("blank", ["   ", "\n\t\u00a0", "\u200b \ufeff"])
def test_spaces_are_no_words(booth: Booth, name: str, blank: str) -> None:
    """Slack takes them for something typed: the window stays, says so at each box, and nothing is kept."""
    who, boxes = NEEDS_WORDS[name]
    check, window = booth.planned(), Listener("view", name)
    about: dict[str, object] = {what: booth.event(check, what) for what in (EventKind.QUESTION, EventKind.NOTE)}
    before = booth.kept()
    state = state_of(window, check, about, blank)
    answer = booth.press(window, who, value_for(window, check, about, ""), state)
    body = json.loads(answer.body)
    assert (body["response_action"], body["errors"].keys()) == ("errors", set(boxes))
    assert all(words.startswith("Please ") or ", please " in words for words in body["errors"].values())
    assert booth.kept() == before


def test_a_decision_is_kept_only_where_its_next_window_can_be_shown(
    booth: Booth, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is told that it was not saved can believe it."""
    check, window = booth.planned(), Listener("view", "decision")
    before = booth.kept()

    def broken(*_: object, **__: object) -> None:
        raise OSError

    monkeypatch.setattr(Services, "look", broken)
    answer = booth.press(window, at.LEAD_ONE, check, state_of(window, check, {}))
    assert "I could not save that" in answer.body
    assert booth.kept() == before


SAID = (*REFUSALS, conversation.TICK_ONE)
OTHERS = frozenset({"open_record", "export_case", "items", "item_move", "not_them", "hold_record", "lift_hold"})
"""Buttons of bot/records/listeners.py, requests.py and retention.py."""
BUTTONS = tuple(
    sorted(
        one
        for one in (*OWN, *(each for carried in CARRIES.values() for each in carried))
        if one.kind == "action" and one.name not in OTHERS
    )
)


@pytest.mark.parametrize("kind", ["home", "modal"])
def test_whoever_presses_where_slack_gives_no_address_is_answered_in_a_window(booth: Booth, kind: str) -> None:
    """On the Home tab and in a window nothing can be whispered; nobody is left to wonder."""
    check = booth.planned()
    about: dict[str, object] = {what: booth.event(check, what) for what in (EventKind.QUESTION, EventKind.NOTE)}
    silent = {}
    for one in BUTTONS:
        value = value_for(one, check, about, "")
        body = booth.payload(as_pressed(one), at.COLLEAGUE, value, state_of(one, check, about))
        body.pop("response_url", None)
        body |= _where(booth, kind)
        answer = booth.send(body)
        if not any(words in screen for screen in answer.screens for words in SAID):
            silent[str(one)] = answer
    assert silent == {}


def _where(booth: Booth, kind: str) -> dict[str, Any]:
    """The Home tab, or a window that is open."""
    if kind == "home":
        return {"view": {"id": "V0HOME", "type": "home", "state": {"values": {}}}}
    view = booth._view("", "", {}, at.COLLEAGUE)  # noqa: SLF001 - a window on their screen
    return {"view": view, "trigger_id": booth.workspace.slack.triggers.issue(at.COLLEAGUE, view["id"])}


def test_a_left_out_leads_press_on_an_old_home_tab_is_answered_like_one_on_nothing(booth: Booth) -> None:
    """In the window there is no more than in the whisper."""
    check, seen = booth.planned(left_out=("lead-2",)), []
    for one in (check, at.NO_CHECK):
        body = booth.payload(Listener("action", "open_case"), at.LEAD_TWO, one)
        body.pop("response_url")
        seen.append(booth.send(body | _where(booth, "home")))
    assert seen[0] == seen[1]
    assert gated.NOT_FOUND in seen[0].said
