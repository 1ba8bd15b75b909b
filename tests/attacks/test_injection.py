"""Words that Slack would obey, in every box and in the organisation's own file: shown as typed, and no more."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.app import renderers
from bot.config.organisation import Organisation, School, example_organisation_path, load_organisation
from bot.slack import block_kit
from flows.events import EventKind
from sandbox.blockkit import check_message, check_view
from sandbox.client.result import InteractionResult
from storage import outbox
from tests.attacks import every_listener as at
from tests.attacks.canary import what_acts
from tests.attacks.every_listener import Booth, Listener, open_booth
from tests.attacks.listeners import ANYBODY, LISTED, OF_A_CHECK, OWN, WAYS_IN, as_pressed, state_of, value_for
from tests.harness import HARM, LEADS, Stage, opened

LINES = tuple(
    f"{sign}typed{other}"
    for sign, other in (
        ("<!channel>", "<!here|here>"),
        ("<!subteam^S0TYPED>", "<!subteam^S0TYPED|all>"),
        ("<@U0TYPED>", "<@U0STAFF|staff>"),
        ("<#C0LEADS>", "<#C0LEADS|leads>"),
        ("<http://evil.example|phone 999>", "<mailto:a@evil.example|us>"),
        ("<!date^1^{time}^http://evil.example|x>", "<tel:999|x>"),
        ("&lt;!everyone&gt;", "&amp;lt;"),
        ("> quoted\n>>> all", "\n\n\n"),
        ("*bold* _slant_ ~gone~", "`code` ```more"),
        ("\u202etxet\u202c", "\u2066\u200b\u200d\ufeff"),
        ("<", ">"),
        ("&", "&amp"),
    )
)
SIGNS = st.text(st.sampled_from("<>&!@#|^*_~`\n\u202e\u200b;ltgamp UCS0{}"), min_size=1, max_size=60)
WORDS = st.one_of(st.sampled_from(LINES), SIGNS, st.tuples(SIGNS, st.sampled_from(LINES)).map("".join))
BOUNDED = settings(
    max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def acts(value: Any) -> set[str]:
    """What Slack would obey, of all that is on a screen; refused screens are an error of their own."""
    return set(what_acts(json.loads(value) if isinstance(value, str) else value))


@given(WORDS)
@example("\ud83d")
@example("x" * 2798 + "&&&")
def test_nothing_in_a_typed_text_acts_however_it_is_cut(text: str) -> None:
    """Under its label, in pieces, in a line, in a section that is too long."""
    many = (text * 4000)[:9000]
    for blocks in (
        list(block_kit.labelled(text, many)),
        [block_kit.section(block_kit.esc(many))],
        [block_kit.section(block_kit.lines(many.splitlines()))],
        [block_kit.context(block_kit.esc(text))],
    ):
        assert acts(blocks) == set()
    assert "mrkdwn" not in json.dumps(list(block_kit.labelled("Note", many)))


@pytest.fixture
def booth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Booth]:
    with open_booth(tmp_path, monkeypatch) as opened_booth:
        yield opened_booth


MOVES = frozenset(
    Listener("action", name)
    for name in ("step_aside", "hand_on", "hide", "stop", "see", "lead", "page_again", "answer")
)
"""They show nothing, and some of them end what there is to see."""


def _screens(booth: Booth, check: str, words: str) -> Iterator[str]:
    """Everything that the people of a check see when they press each button and fill in each window with this."""
    about: dict[str, object] = {what: booth.event(check, what) for what in (EventKind.QUESTION, EventKind.NOTE)}
    for listener in sorted(set(OF_A_CHECK) - MOVES, key=lambda one: one.kind != "view"):
        for who in (at.STAFF,) if listener in OWN else (at.STAFF, at.LEAD_ONE):
            answer = booth.press(
                as_pressed(listener),
                who,
                value_for(listener, check, about, ""),
                state_of(listener, check, about, words),
            )
            yield from (*answer.screens, *answer.words, answer.body)


def _messages(booth: Booth) -> Iterator[block_kit.Message]:
    """Every message that waits to be sent, as it would be sent now."""
    services, rendered = booth.bot.services, renderers()
    with services.database.begin() as tx:
        rows = outbox.claim(tx, services.clock.now(), 500, outbox.LANES, "test")
        for row in rows:
            found = rendered.render(services, tx, row) if row.via == outbox.SLACK else None
            if found is not None and found.message is not None:
                yield found.message


@BOUNDED
@given(words=WORDS)
@example(words=" ".join(LINES))
def test_nothing_typed_in_any_window_acts_in_any_other(booth: Booth, words: str) -> None:
    """Typed once by everybody who may, into everything; then every screen and every message of the case."""
    check = booth.planned()
    shown = [*_screens(booth, check, words)]
    typed = {json.dumps(words.strip()[:12])[1:-1], json.dumps(block_kit.esc(words.strip())[:12])[1:-1]}
    assert any(one in each for each in shown for one in typed)
    assert {token for each in shown if each for token in acts(each)} == set()
    for message in _messages(booth):
        assert acts([message.text, list(message.blocks)]) == set()
        assert not re.search("typed|evil", f"{message.text}{json.dumps(list(message.blocks))}")


MARKED = "*typedbold* _typedslant_ https://evil.example/typedlink :typedsmile:"


def test_what_was_typed_in_a_case_stands_in_its_windows_as_it_was_typed(booth: Booth) -> None:
    """No star makes it bold, and no address a link: it is in rich text or in boxes, and in no mark-up."""
    check = booth.planned()
    shown = [json.loads(each) for each in _screens(booth, check, MARKED) if each.startswith('{"blocks"')]
    assert any("typedbold" in json.dumps(each) for each in shown)
    assert [text for each in shown for text in _marked_up(each) if "typed" in text] == []


def _marked_up(value: Any) -> Iterator[str]:
    """Everything that Slack reads as mark-up."""
    if isinstance(value, dict):
        if value.get("type") == "mrkdwn":
            yield value["text"]
        yield from (text for inside in value.values() for text in _marked_up(inside))
    elif isinstance(value, list):
        yield from (text for inside in value for text in _marked_up(inside))


def _hostile(words: str) -> Organisation:
    """An organisation whose every name is this."""
    known = load_organisation(example_organisation_path())
    assert known.data_protection_lead is not None
    people = {"leads": known.leads, "deputies": known.deputies}
    renamed = {
        key: tuple(one.model_copy(update={"name": f"{number} {words}"}) for number, one in enumerate(group))
        for key, group in people.items()
    }
    return known.model_copy(
        update={
            **renamed,
            "name": words,
            "independent": known.independent.model_copy(update={"name": words}),
            "schools": tuple(School(name=words, social_care="020 7946 0110") for _ in known.schools),
            "staff_help": words,
            "data_protection_lead": known.data_protection_lead.model_copy(update={"name": words}),
        }
    )


@pytest.mark.parametrize("words", [" ".join(LINES[start::3]) for start in range(3)])
def test_odd_names_in_the_organisations_file_do_not_act(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    """The organisation, its people and schools, whatever they are called: on cards, pages, windows and Home tabs."""
    with open_booth(tmp_path, monkeypatch, organisation=_hostile(words)) as booth:
        check = booth.planned(left_out=("lead-2",))
        shown = [*_screens(booth, check, "Something typed.")]
        for who in (at.STAFF, at.LEAD_ONE, at.LEAD_TWO, at.ADMIN, at.GUEST, at.OTHER):
            doors = WAYS_IN if who in (at.GUEST, at.OTHER) else ()
            for listener in (*doors, *(set(ANYBODY) - set(WAYS_IN)), *LISTED):
                answer = booth.press(as_pressed(listener), who, "", {})
                shown += [*answer.screens, *answer.words, answer.body]
        for message in _messages(booth):
            check_message(json.loads(json.dumps(list(message.blocks))))
            shown.append(json.dumps([{"type": "mrkdwn", "text": message.text}, list(message.blocks)]))
        assert {token for each in shown if each for token in acts(each)} == set()


def test_more_than_a_box_takes_is_cut_to_it(booth: Booth) -> None:
    """Slack would not let it through; if it comes, every window still opens within Slack's limits."""
    for words in ("x" * 100_000, "\N{SLEEPING SYMBOL}" * 30_000, "&<>" * 30_000, "\ud83d" * 4_000, "a\x00b"):
        check = booth.planned()
        about: dict[str, object] = {what: booth.event(check, what) for what in (EventKind.QUESTION, EventKind.NOTE)}
        for name, who in (("details", at.STAFF), ("case_note", at.LEAD_ONE), ("correct", at.LEAD_ONE)):
            listener = Listener("view", name)
            answer = booth.press(listener, who, check, state_of(listener, check, about, words))
            assert (answer.status, "(Error" in answer.said) == (200, False), (name, words[:1])
        for name, who in (("open_case", at.LEAD_ONE), ("add_details", at.STAFF), ("correct", at.LEAD_ONE)):
            [view] = booth.press(Listener("action", name), who, check).screens
            check_view(json.loads(view), "modal")


FILES: dict[str, Any] = {
    "files": [{"id": "F0TYPED", "name": "typed.png", "url_private": "https://files.slack.com/typed", "size": 9}],
    "attachments": [{"fallback": "typed", "image_url": "https://evil.example/typed.png"}],
    "blocks": [{"type": "image", "image_url": "https://evil.example/typed.png", "alt_text": "typed"}],
    "upload": True,
    "text": "typed",
}
"""As Slack would send them, wherever it would."""


def test_no_file_and_no_picture_is_taken(stage: Stage) -> None:
    """In the message a shortcut was pressed on, in a window's boxes, beside a command: kept nowhere."""
    stage.begin()
    stage.answer(*HARM)
    message = stage.colleague.post("C0GENERAL", "A message with a picture.")
    acted = stage.colleague.message_shortcut("check_before_sharing", message)
    for payload in (_changed(acted, message=FILES), _changed(stage.colleague.command("/share-check"), **FILES)):
        stage.workspace.replay(InteractionResult(acked=True, payload={**payload, "trigger_id": f"t-{len(payload)}"}))
    stage.press("Tell them what happened")
    opened(stage.staff, "Tell them what happened")
    sent = stage.staff.submit({"facts": "What I saw."})
    box = {"type": "file_input", "files": FILES["files"], "value": None}
    payload = _changed(sent)
    payload["view"]["state"]["values"]["facts"] = {"typed.facts": box}
    payload["view"]["state"]["values"]["picture"] = {"file": box}
    stage.workspace.replay(InteractionResult(acked=True, payload=payload))
    stage.lead_one.post(LEADS, "A message with a picture.")
    stage.settle()
    kept = json.dumps([[entry.content for entry in stage.record(one.id)] for one in stage.checks()])
    assert "What I saw." in kept
    for word in ("typed.png", "F0TYPED", "files.slack.com", "picture"):
        assert word not in kept
    asked_for = json.dumps([[each.method, each.args] for each in stage.workspace.requests])
    assert "files." not in asked_for
    assert "F0TYPED" not in asked_for
    manifest = stage.workspace.slack.manifest
    assert not [scope for scope in manifest.scopes if scope.startswith(("files", "remote_files")) or "history" in scope]
    assert not re.search("file_input|image_url|video", asked_for)
    stage.workspace.complaints[:] = [each for each in stage.workspace.complaints if "trigger" not in each]


def _changed(acted: InteractionResult, **more: Any) -> dict[str, Any]:
    """The payload of something that was pressed, with more in it."""
    payload = copy.deepcopy(acted.payload)
    assert payload is not None
    return {**payload, **more}
