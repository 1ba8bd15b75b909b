"""Block Kit is refused where Slack refuses it, and a little beyond."""

import contextlib
import copy
import random
from collections.abc import Iterator

import pytest
from slack_sdk.errors import SlackApiError

from sandbox import SlackError
from sandbox.blockkit import check_message, check_view
from tests.sandbox.bots import Bot, Json, actions, button, field, home, modal, options, plain, section

RADIO = {"type": "radio_buttons", "action_id": "pick"}
SELECT = {"type": "static_select", "action_id": "pick"}
PIE = {"type": "pie", "segments": [{"label": "Yes", "value": 2}]}
BAR: Json = {
    "type": "bar",
    "series": [{"name": "Checks", "data": [{"label": "Mon", "value": 1}]}],
    "axis_config": {"categories": ["Mon"], "x_label": "Day"},
}
ROWS: list[list[Json]] = [[{"type": "raw_text", "text": "Day"}], [{"type": "raw_number", "value": 3, "text": "3"}]]
PICTURE = {"type": "image", "image_url": "https://example.org/a.png", "alt_text": "A map"}
RICH = {
    "type": "rich_text",
    "elements": [
        {"type": "rich_text_section", "elements": [{"type": "text", "text": "Hello"}]},
        {
            "type": "rich_text_list",
            "style": "bullet",
            "elements": [{"type": "rich_text_section", "elements": [{"type": "user", "user_id": "U0STAFF"}]}],
        },
    ],
}
CONFIRM = {
    "title": plain("Sure?"),
    "text": plain("It is final."),
    "confirm": plain("Yes"),
    "deny": plain("No"),
}


def chart(drawn: Json, title: str = "Checks") -> Json:
    return {"type": "data_visualization", "title": title, "chart": drawn}


def table(rows: list[list[Json]], **more: object) -> Json:
    return {"type": "data_table", "caption": "Checks", "rows": rows, **more}


ALLOWED = [
    section("Hello", accessory={**SELECT, "options": options("A", "B")}),
    {"type": "section", "fields": [plain("One"), plain("Two")]},
    {"type": "header", "text": plain("Header")},
    {"type": "context", "elements": [plain("Small"), PICTURE]},
    actions(button("Go", style="danger", confirm=CONFIRM), {"type": "users_select"}),
    actions({"type": "overflow", "options": options("A", "B")}),
    {"type": "divider"},
    PICTURE,
    RICH,
    field("Name"),
    field("Day", {"type": "datepicker", "initial_date": "2026-11-20"}),
    field("Count", {"type": "number_input", "is_decimal_allowed": False}),
    {"type": "card", "title": plain("Card"), "actions": [button("Go")]},
    chart(PIE),
    chart(BAR),
    table(ROWS, page_size=10),
    {"type": "markdown", "text": "**Bold**"},
    actions({**SELECT, "option_groups": [{"label": plain("Group"), "options": options("A", "B")}]}),
]


@pytest.mark.parametrize("number", range(len(ALLOWED)))
def test_a_message_may_hold(number: int) -> None:
    assert check_message([ALLOWED[number]]) == [ALLOWED[number]]


REFUSED = [
    ("an empty text", section("")),
    ("a blank text", section("  ")),
    ("a text over 3000", section("x" * 3001)),
    ("a section with nothing", {"type": "section"}),
    ("eleven fields", {"type": "section", "fields": [plain("x")] * 11}),
    ("an unknown block", {"type": "paragraph"}),
    ("an unknown property", section("x", colour="red")),
    ("a property of the other text kind", {"type": "section", "text": {**plain("x"), "verbatim": True}}),
    ("a header in mrkdwn", {"type": "header", "text": {"type": "mrkdwn", "text": "x"}}),
    ("a header over 150", {"type": "header", "text": plain("x" * 151)}),
    ("a button label over 75", actions(button("x" * 76))),
    ("a button label in mrkdwn", actions({"type": "button", "text": {"type": "mrkdwn", "text": "x"}})),
    ("a button value over 2000", actions(button("x", value="v" * 2001))),
    ("an unknown style", actions(button("x", style="warning"))),
    ("26 elements", actions(*[button("x", f"a{each}") for each in range(26)])),
    ("no elements", actions()),
    ("a text input in actions", actions({"type": "plain_text_input"})),
    ("two equal action ids in a block", actions(button("A"), button("B"))),
    ("a long action id", actions(button("A", "a" * 256))),
    ("eleven radio options", actions({**RADIO, "options": options(*"ABCDEFGHIJK")})),
    ("no options", actions({**SELECT, "options": []})),
    ("101 options", actions({**SELECT, "options": options(*[f"o{each}" for each in range(101)])})),
    ("six overflow options", actions({"type": "overflow", "options": options(*"ABCDEF")})),
    ("an option text over 75", actions({**RADIO, "options": options("x" * 76)})),
    ("an option value over 150", actions({**RADIO, "options": [{"text": plain("A"), "value": "v" * 151}]})),
    ("equal option values", actions({**RADIO, "options": options("A", "a")})),
    ("a stray initial option",
     actions({**RADIO, "options": options("A"), "initial_option": options("B")[0]})),
    ("a select without options", actions(SELECT)),
    ("a long confirm title", actions(button("A", confirm={**CONFIRM, "title": plain("x" * 101)}))),
    ("a confirm without deny", actions(button("A", confirm={"title": plain("x")}))),
    ("an alert in a message", {"type": "alert", "text": plain("x")}),
    ("an image without words", {"type": "image", "image_url": "https://example.org/a.png"}),
    ("an input without a label", {"type": "input", "element": {"type": "plain_text_input"}}),
    ("a max_length over 3000", field("A", {"type": "plain_text_input", "max_length": 3001})),
    ("bounds crossed", field("A", {"type": "plain_text_input", "min_length": 9, "max_length": 8})),
    ("a date in words", field("A", {"type": "datepicker", "initial_date": "tomorrow"})),
    ("a card with nothing", {"type": "card", "subtitle": plain("x")}),
    ("a card body over 200", {"type": "card", "body": plain("x" * 201)}),
    ("four card buttons", {"type": "card", "actions": [button("A", f"a{each}") for each in range(4)]}),
    ("an empty rich text", {"type": "rich_text", "elements": []}),
    ("an empty rich text leaf", {
        "type": "rich_text", "elements": [
            {"type": "rich_text_section", "elements": [{"type": "text", "text": ""}]}]}),
    ("a chart title over 50", chart(PIE, "x" * 51)),
    ("a pie slice of nothing", chart({"type": "pie", "segments": [{"label": "A", "value": 0}]})),
    ("a series without its categories", chart({**BAR, "axis_config": {"categories": ["Mon", "Tue"]}})),
    ("equal series names", chart({**BAR, "series": BAR["series"] * 2})),
    ("a chart of another kind", chart({"type": "radar"})),
    ("a table with only a header", table(ROWS[:1])),
    ("a ragged table", table([ROWS[0], ROWS[1] * 2])),
    ("a number without the text to show", table([ROWS[0], [{"type": "raw_number", "value": 3}]])),
    ("a number with an empty text", table([ROWS[0], [{"type": "raw_number", "value": 3, "text": ""}]])),
    ("a number in words", table([ROWS[0], [{"type": "raw_number", "value": "3", "text": "3"}]])),
    ("an unknown property of a cell", table([ROWS[0], [{"type": "raw_text", "text": "3", "value": 3}]])),
    ("an empty cell", table([ROWS[0], [{"type": "raw_text", "text": ""}]])),
    ("a page size of 0", table(ROWS, page_size=0)),
    ("a table without rows", {"type": "data_table", "caption": "x", "rows": None}),
    ("something that is no object", "section"),
]  # fmt: skip


@pytest.mark.parametrize("block", [block for _, block in REFUSED], ids=[name for name, _ in REFUSED])
def test_a_message_is_refused_with(block: Json) -> None:
    with pytest.raises(SlackError, match="invalid_blocks") as refusal:
        check_message([block])
    assert "json-pointer:/blocks" in refusal.value.body["response_metadata"]["messages"][0]


@pytest.mark.parametrize(
    ("blocks", "error"),
    [
        ([section("x")] * 51, "invalid_blocks"),
        ([chart(PIE)] * 3, "invalid_blocks"),
        ([section("x", block_id="a"), section("y", block_id="a")], "invalid_blocks"),
        ([section("x" * 3000)] * 5, "msg_blocks_too_long"),
    ],
    ids=["51 blocks", "three charts", "equal block ids", "over 12000 characters"],
)
def test_a_message_as_a_whole_has_limits(blocks: list[Json], error: str) -> None:
    with pytest.raises(SlackError, match=error):
        check_message(blocks)


VIEWS = [
    ("inputs but no submit", "modal", {**modal(field("A")), "submit": None}),
    ("a title over 24", "modal", modal(section("x"), title=plain("x" * 25))),
    ("a title in mrkdwn", "modal", modal(section("x"), title={"type": "mrkdwn", "text": "x"})),
    ("a submit over 24", "modal", modal(section("x"), submit=plain("x" * 25))),
    ("metadata over 3000", "modal", modal(section("x"), private_metadata="x" * 3001)),
    ("no blocks", "modal", modal()),
    ("101 blocks", "modal", modal(*[section("x")] * 101)),
    ("a chart in a modal", "modal", modal(chart(PIE))),
    ("markdown in a modal", "modal", modal({"type": "markdown", "text": "x"})),
    ("an alert over 200", "modal", modal({"type": "alert", "text": plain("x" * 201)})),
    ("equal action ids", "modal", modal(actions(button("A")), actions(button("B")))),
    ("an alert on Home", "home", home({"type": "alert", "text": plain("x")})),
    ("a title on Home", "home", {**home(section("x")), "title": plain("x")}),
    ("a modal as Home", "home", modal(section("x"))),
]


@pytest.mark.parametrize(("kind", "view"), [each[1:] for each in VIEWS], ids=[each[0] for each in VIEWS])
def test_a_view_is_refused_with(kind: str, view: Json) -> None:
    with pytest.raises(SlackError, match="invalid_arguments"):
        check_view(view, kind)


def test_a_modal_may_hold_an_alert_and_inputs() -> None:
    view = modal({"type": "alert", "text": plain("Careful"), "level": "warning"}, field("Name"))
    assert check_view(view, "modal") == view


def test_the_bot_hears_every_problem_at_once_and_a_complaint_is_kept(bot: Bot) -> None:
    with pytest.raises(SlackApiError) as refusal:
        bot.client.chat_postMessage(channel="U0STAFF", text="x", blocks=[section(""), {"type": "no"}])
    assert refusal.value.response["error"] == "invalid_blocks"
    assert len(refusal.value.response["response_metadata"]["messages"]) == 2
    assert "invalid_blocks" in bot.workspace.complaints[0]


def test_blocks_validate_checks_without_posting(bot: Bot) -> None:
    assert bot.client.api_call("blocks.validate", json={"blocks": [section("Fine")]})["ok"]
    with pytest.raises(SlackApiError) as refusal:
        bot.client.api_call("blocks.validate", json={"blocks": [section("")]})
    assert refusal.value.response["error"] == "invalid_blocks"
    assert [each["pointer"] for each in refusal.value.response["errors"]] == ["/blocks/0/text/text"]


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"message": {"text": "x", "blocks": [section("")]}}, "invalid_message"),
        ({"view": modal(section("x"), title=plain("x" * 25))}, "invalid_view"),
        ({"view": home({"type": "alert", "text": plain("x")})}, "invalid_view"),
        ({}, "invalid_arguments"),
        ({"blocks": [section("x")], "view": modal(section("x"))}, "invalid_arguments"),
    ],
    ids=["a message", "a modal", "a Home tab", "nothing", "two"],
)
def test_blocks_validate_refuses(bot: Bot, given: Json, error: str) -> None:
    with pytest.raises(SlackApiError, match=error):
        bot.client.api_call("blocks.validate", json=given)
    assert bot.client.api_call("blocks.validate", json={"view": modal(section("x"))})["ok"]


JUNK: list[object] = [
    None,
    0,
    True,
    "",
    "x",
    [],
    {},
    [None],
    [[]],
    {"type": []},
    {"type": "plain_text"},
    {"type": "button"},
]
Path = tuple[str | int, ...]


def paths(value: object, before: Path = ()) -> Iterator[Path]:
    """The way to every part of some JSON."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inside in steps:
        yield (*before, step)
        yield from paths(inside, (*before, step))


def test_whatever_is_malformed_is_refused_and_nothing_worse() -> None:
    chance = random.Random(7)  # noqa: S311 - the same junk every time
    for _ in range(3000):
        blocks = [copy.deepcopy(chance.choice(ALLOWED))]
        *way, last = chance.choice(list(paths(blocks)))
        inside: object = blocks
        for step in way:
            inside = inside[step]  # type: ignore[index] # a path leads through containers
        inside[last] = chance.choice(JUNK)  # type: ignore[index] # likewise
        with contextlib.suppress(SlackError):
            check_message(blocks)
