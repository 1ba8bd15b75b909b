"""What Slack would refuse is found, by each of those who can know; and all that needs no story is found to be right."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.sandbox.bots import actions, button, field, modal, plain, section
from tests.surfaces import judges, sdk_models, slack_types
from tests.surfaces.catalogue import SUBMISSION, Catalogue, Json, Surface, read, write
from tests.test_words import MESSAGES, windows

ROOT = Path(__file__).resolve().parents[2]
STORIES = (
    "tests/scenarios/test_home.py::test_a_leads_question_is_answered_from_the_tab[socket-sqlite]",
    "tests/scenarios/test_leads.py::test_closing_is_refused_until_nothing_is_missing",
)
POST: Json = {"channel": "D0STAFF", "text": "A line."}
CELL = {"type": "raw_text", "text": "Week"}


def post(*blocks: object, **more: object) -> Surface:
    return Surface("chat.postMessage", {**POST, "blocks": list(blocks), **more}, "here")


def opened(view: Mapping[str, object]) -> Surface:
    return Surface("views.open", {"view": dict(view)}, "here")


def table(cell: Json) -> Json:
    return {"type": "data_table", "caption": "Weeks", "rows": [[CELL], [cell]]}


def chart(**more: object) -> Json:
    drawn = {"type": "pie", "segments": [{"label": "Yes", "value": 2}], **more}
    return {"type": "data_visualization", "title": "Checks", "chart": drawn}


RIGHT = [
    post(section("Hello"), actions(button("Go", style="danger"))),
    post(table({"type": "raw_number", "value": 3, "text": "3"}), chart()),
    opened(modal(section("Hello"))),
    Surface("views.publish", {"view": {"type": "home", "blocks": [section("Hello")]}}, "here"),
    Surface("response_url", {"replace_original": True, "text": "Done.", "blocks": [section("Done.")]}, "here"),
    Surface("ack of a command", {"text": "Not here."}, "here"),
    Surface(SUBMISSION, {"response_action": "errors", "errors": {"name": "A name is missing."}}, "here"),
    Surface(SUBMISSION, {"response_action": "push", "view": modal(section("Next"))}, "here"),
]

REFUSED_BY_TYPES = {
    "a number without its text": post(table({"type": "raw_number", "value": 3})),
    "a number that is a string": post(table({"type": "raw_number", "value": "3", "text": "3"})),
    "a block of no known type": post({"type": "paragraph", "text": "x"}),
    "an unknown key of a block": post(section("x", colour="red")),
    "an unknown key of a button": post(actions(button("Go", colour="red"))),
    "a header in mrkdwn": post({"type": "header", "text": {"type": "mrkdwn", "text": "x"}}),
    "a style of no button": post(actions(button("Go", style="warning"))),
    "a flag that is a string": post(section("x", expand="true")),
    "a chart of no known kind": post(chart(type="radar")),
    "an unknown key of a chart": post(chart(colour="red")),
    "an unknown argument": post(section("x"), colour="red"),
    "an argument that is a string": post(section("x"), unfurl_links="no"),
    "an unknown key of a modal": opened(modal(section("x"), colour="red")),
    "a title in mrkdwn": opened(modal(section("x"), title={"type": "mrkdwn", "text": "x"})),
    "a modal without a title": opened({"type": "modal", "blocks": [section("x")]}),
    "an unknown key of an answer": Surface("response_url", {"text": "x", "replace": True}, "here"),
    "an unknown response_action": Surface(SUBMISSION, {"response_action": "shut"}, "here"),
    "a null": post(section("x", accessory=None)),
}


@pytest.fixture(scope="module")
def judged(typescript: str) -> set[str]:
    """The names of everything wrong above that Slack's types refuse, found in one run."""
    assert typescript
    given = [Surface(each.kind, each.body, name) for name, each in REFUSED_BY_TYPES.items()]
    found = list(slack_types.problems(given))
    return {name for name in REFUSED_BY_TYPES if any(f", of {name}: " in each for each in found)}


@pytest.mark.parametrize("name", REFUSED_BY_TYPES)
def test_slacks_types_refuse(name: str, judged: set[str]) -> None:
    assert name in judged


def test_what_is_right_is_taken_by_all_of_them(typescript: str) -> None:
    """So what is refused above is refused for what is wrong with it."""
    assert typescript
    assert list(judges.problems(RIGHT)) == []


@pytest.mark.parametrize(
    "wrong",
    [
        post(section("x", colour="red")),
        post({"type": "section"}),
        post({"type": "paragraph"}),
        post(actions(*[button("x", f"a{each}") for each in range(26)])),
        opened(modal(section("x"), title=plain("x" * 25))),
    ],
    ids=["an unknown key", "a section with nothing", "an unknown block", "26 buttons", "a long title"],
)
def test_the_models_refuse(wrong: Surface) -> None:
    assert list(sdk_models.problems(wrong))


def test_the_models_do_not_know_charts_and_tables() -> None:
    """On the day they do, they judge them as well: take the type out of UNKNOWN."""
    for block in (table({"type": "raw_number", "value": 3, "text": "3"}), chart()):
        assert sdk_models._wrong_with(block)  # noqa: SLF001 - what they say of a block that is left out


@pytest.mark.parametrize(
    ("wrong", "who"),
    [
        (post(section("x" * 3001)), "limits"),
        (post(section("x", block_id="a"), section("y", block_id="a")), "sandbox"),
        (opened(modal(field("A", {"type": "users_select"}), submit=None)), "sandbox"),
    ],
    ids=["3001 characters", "equal ids", "inputs and no submit"],
)  # fmt: skip
def test_what_types_cannot_say_is_found_by(typescript: str, wrong: Surface, who: str) -> None:
    assert typescript
    assert any(each.startswith(f"{who}: ") for each in judges.problems([wrong]))


@pytest.mark.docs
def test_slack_takes_what_the_words_gate_reads(typescript: str) -> None:
    """Cards, pages, notices, alarms and windows, each state of them; `make surfaces` judges every story's too."""
    assert typescript
    found = Catalogue()
    for made in MESSAGES:
        for name, message in made():
            found.add(Surface("chat.postMessage", {**POST, "text": message.text, "blocks": list(message.blocks)}, name))
    for name, window in windows():
        kind = "views.publish" if window["type"] == "home" else "views.open"
        found.add(Surface(kind, {"view": dict(window)}, name))
    assert len(found) > 100
    assert list(judges.problems(found)) == []


# The catalogue


def _words(surface: Surface) -> str:
    (block,) = surface.blocks
    return str(block.get("text", {}).get("text", block["type"]))


def test_one_of_each_shape_is_kept_and_it_is_the_longest() -> None:
    """The longest is the nearest to a limit; what differs in its words alone is not judged twice."""
    kept = Catalogue()
    for block in (section("A line."), section("A longer line."), section("B"), {"type": "divider"}):
        kept.add(post(block))
    assert sorted(map(_words, kept)) == ["A longer line.", "divider"]


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    """Each process that runs tests writes a file of its own."""
    write(RIGHT[:3], tmp_path / "one.jsonl")
    write(RIGHT[2:], tmp_path / "two.jsonl")
    assert {each.name for each in read(tmp_path)} == {each.name for each in RIGHT}


@pytest.mark.timeout(120)
def test_what_a_story_sends_and_answers_is_kept(tmp_path: Path) -> None:
    """Messages, edits, modals, the Home tab and the answers to what was submitted."""
    kept = {**os.environ, "SHARE_CHECK_SURFACES": str(tmp_path)}
    subprocess.run([sys.executable, "-m", "pytest", "-q", *STORIES], cwd=ROOT, env=kept, check=True)  # noqa: S603 - ours
    found = list(read(tmp_path))
    assert {"chat.postMessage", "chat.update", "views.open", "views.publish", SUBMISSION} <= {one.kind for one in found}
    assert {one.by for one in found} == set(STORIES)
