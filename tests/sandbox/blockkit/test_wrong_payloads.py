"""What Slack refuses for its form: flags, addresses, dates, times, numbers and properties that it does not know."""

import pytest

from sandbox import SlackError
from sandbox.blockkit import check_message, check_view
from tests.sandbox.bots import Json, actions, button, field, home, modal, options, plain, section

PICTURE: Json = {"type": "image", "image_url": "https://example.org/a.png", "alt_text": "A map"}
PIE: Json = {"type": "pie", "segments": [{"label": "Yes", "value": 2}]}
BAR: Json = {
    "type": "bar",
    "series": [{"name": "Checks", "data": [{"label": "Mon", "value": 1}]}],
    "axis_config": {"categories": ["Mon"]},
}
CONFIRM = {"title": plain("Sure?"), "text": plain("It is final."), "confirm": plain("Yes"), "deny": plain("No")}
SELECT = {"type": "static_select", "options": options("A", "B")}
HEAD = [{"type": "raw_text", "text": "Day"}]


def rich(*elements: Json, **more: object) -> Json:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements), **more}]}


def chart(drawn: Json, **more: object) -> Json:
    return {"type": "data_visualization", "title": "Checks", "chart": drawn, **more}


def table(cell: Json, **more: object) -> Json:
    return {"type": "data_table", "caption": "Checks", "rows": [HEAD, [cell]], **more}


FLAGS = {
    "expand": section("x", expand="true"),
    "optional": field("A", optional="false"),
    "dispatch_action": field("A", dispatch_action=1),
    "multiline": field("A", {"type": "plain_text_input", "multiline": "yes"}),
    "focus_on_load": field("A", {"type": "plain_text_input", "focus_on_load": 1}),
    "is_decimal_allowed": field("A", {"type": "number_input", "is_decimal_allowed": "no"}),
    "emoji": section("x", accessory=button("A", text={**plain("A"), "emoji": "no"})),
    "verbatim": {"type": "section", "text": {"type": "mrkdwn", "text": "x", "verbatim": 1}},
    "a style of rich text": rich({"type": "text", "text": "x", "style": {"bold": "yes"}}),
    "unsafe": rich({"type": "link", "url": "https://example.org", "unsafe": "no"}),
}

ADDRESSES = {
    "a button's address without a scheme": actions(button("A", url="example.org")),
    "a button's address that is a script": actions(button("A", url="javascript:alert(1)")),
    "a button's address that is a number": actions(button("A", url=5)),
    "a button's empty address": actions(button("A", url="")),
    "an address without a host": actions(button("A", url="https://")),
    "an address with a space": actions(button("A", url="https://example.org/a b")),
    "a picture's path": {**PICTURE, "image_url": "/a.png"},
    "a picture that is data": {**PICTURE, "image_url": "data:image/png;base64,AAAA"},
    "a picture in an accessory": section("x", accessory={**PICTURE, "image_url": "a.png"}),
    "a picture in a context": {"type": "context", "elements": [{**PICTURE, "image_url": "a.png"}]},
    "a menu's address": actions({"type": "overflow", "options": [{**options("A")[0], "url": "example.org"}]}),
    "a link's address": rich({"type": "link", "url": "example.org"}),
}

DATES = {
    "a day that is not": field("A", {"type": "datepicker", "initial_date": "2026-02-30"}),
    "a month that is not": field("A", {"type": "datepicker", "initial_date": "2026-13-01"}),
    "a day with one digit": field("A", {"type": "datepicker", "initial_date": "2026-1-1"}),
    "a day with a time": field("A", {"type": "datepicker", "initial_date": "2026-01-01T10:00"}),
    "a day that is a number": field("A", {"type": "datepicker", "initial_date": 20260101}),
    "an hour that is not": field("A", {"type": "timepicker", "initial_time": "25:00"}),
    "a minute that is not": field("A", {"type": "timepicker", "initial_time": "10:61"}),
    "an hour with one digit": field("A", {"type": "timepicker", "initial_time": "9:00"}),
    "a time with seconds": field("A", {"type": "timepicker", "initial_time": "09:00:00"}),
    "a zone that is not": field("A", {"type": "timepicker", "timezone": "Europe/Atlantis"}),
    "a moment in words": field("A", {"type": "datetimepicker", "initial_date_time": "2026-01-01"}),
    "a moment in milliseconds": field("A", {"type": "datetimepicker", "initial_date_time": 1790000000000}),
    "a moment with a fraction": field("A", {"type": "datetimepicker", "initial_date_time": 1790000000.5}),
    "a date in rich text in words": rich({"type": "date", "timestamp": "today", "format": "{date}"}),
}

NUMBERS = {
    "a fraction where none may be": field(
        "A", {"type": "number_input", "is_decimal_allowed": False, "initial_value": "1.5"}
    ),
    "a number in words": field("A", {"type": "number_input", "is_decimal_allowed": True, "min_value": "one"}),
    "bounds the wrong way round": field(
        "A", {"type": "number_input", "is_decimal_allowed": False, "min_value": "9", "max_value": "1"}
    ),
    "an initial number out of bounds": field(
        "A", {"type": "number_input", "is_decimal_allowed": False, "initial_value": "9", "max_value": "1"}
    ),
    "none may be chosen": field("A", {"type": "multi_static_select", "options": options("A"), "max_selected_items": 0}),
    "a longest length in words": field("A", {"type": "plain_text_input", "max_length": "9"}),
    "a page size in words": table(HEAD[0], page_size="5"),
    "a row header beyond the table": table(HEAD[0], row_header_column_index=1),
    "a chart's number in words": chart({**PIE, "segments": [{"label": "Yes", "value": "2"}]}),
    "a person who is a name": field("A", {"type": "users_select", "initial_user": "Lead one"}),
    "people who are names": field("A", {"type": "multi_users_select", "initial_users": ["U0LEAD1", "Lead two"]}),
}

UNKNOWN = {
    "of a block that is an element's": section("x", action_id="go"),
    "of an element that is a block's": actions(button("A", block_id="b")),
    "of a divider": {"type": "divider", "text": plain("x")},
    "of a header": {"type": "header", "text": plain("x"), "style": "bold"},
    "of a context": {"type": "context", "elements": [plain("x")], "text": plain("x")},
    "of a text": {"type": "section", "text": {**plain("x"), "style": "bold"}},
    "of an option": actions({**SELECT, "options": [{**options("A")[0], "selected": True}]}),
    "of an option that only a menu's has": actions(
        {**SELECT, "options": [{**options("A")[0], "url": "https://e.org"}]}
    ),
    "of a group of options": actions(
        {"type": "static_select", "option_groups": [{"label": plain("G"), "options": options("A"), "value": "g"}]}
    ),
    "of a confirm dialog": actions(button("A", confirm={**CONFIRM, "cancel": plain("No")})),
    "of a picture": {**PICTURE, "width": 5},
    "of a Slack file": {"type": "image", "alt_text": "A map", "slack_file": {"name": "a.png"}},
    "of a text input": field("A", {"type": "plain_text_input", "rows": 5}),
    "of when an action is sent": field(
        "A", {"type": "plain_text_input", "dispatch_action_config": {"trigger": ["on_enter_pressed"]}}
    ),
    "of when an action is sent, in a list": field(
        "A", {"type": "plain_text_input", "dispatch_action_config": {"trigger_actions_on": ["on_blur"]}}
    ),
    "of a date picker": field("A", {"type": "datepicker", "min_date": "2026-01-01"}),
    "of a chart's block": chart(PIE, caption="x"),
    "of a pie": chart({**PIE, "colour": "red"}),
    "of a slice": chart({**PIE, "segments": [{"label": "Yes", "value": 2, "colour": "red"}]}),
    "of a bar chart": chart({**BAR, "segments": PIE["segments"]}),
    "of a series": chart({**BAR, "series": [{**BAR["series"][0], "colour": "red"}]}),
    "of an axis": chart({**BAR, "axis_config": {"categories": ["Mon"], "max": 5}}),
    "of a table": table(HEAD[0], title="x"),
    "of a cell": table({**HEAD[0], "align": "right"}),
    "of rich text": {**rich({"type": "text", "text": "x"}), "text": "x"},
    "of a part of rich text": rich({"type": "text", "text": "x"}, indent=1),
    "of a run of rich text": rich({"type": "text", "text": "x", "bold": True}),
    "of a style": rich({"type": "text", "text": "x", "style": {"blink": True}}),
    "of a mention of everybody": rich({"type": "broadcast", "range": "staff"}),
    "of markdown": {"type": "markdown", "text": "x", "verbatim": True},
}

ROWS = {
    **{f"a flag that is none: {name}": block for name, block in FLAGS.items()},
    **ADDRESSES,
    **DATES,
    **NUMBERS,
    **{f"an unknown property {name}": block for name, block in UNKNOWN.items()},
}


@pytest.mark.parametrize("name", ROWS)
def test_a_message_is_refused_with(name: str) -> None:
    with pytest.raises(SlackError, match="invalid_blocks"):
        check_message([ROWS[name]])


VIEWS: dict[str, tuple[str, Json]] = {
    "a modal's flag that is none": ("modal", modal(section("x"), clear_on_close="yes")),
    "a modal's other flag that is none": ("modal", modal(section("x"), notify_on_close=1)),
    "an unknown property of a modal": ("modal", modal(section("x"), size="large")),
    "a modal with a block's id": ("modal", modal(section("x"), block_id="b")),
    "an unknown property of a Home tab": ("home", {**home(section("x")), "submit": plain("x")}),
    "metadata that is no string": ("modal", modal(section("x"), private_metadata={"id": 1})),
    "a callback id that is no string": ("modal", modal(section("x"), callback_id=5)),
    "an unknown property of a title": ("modal", modal(section("x"), title={**plain("x"), "style": "bold"})),
}


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_is_refused_with(name: str) -> None:
    kind, view = VIEWS[name]
    with pytest.raises(SlackError, match="invalid_arguments"):
        check_view(view, kind)


RIGHT = [
    actions(button("A", url="https://example.org/a?b=c#d")),
    actions(button("A", url="slack://app?team=T0SANDBOX&id=A0SANDBOX")),
    actions({"type": "overflow", "options": [{**options("A")[0], "url": "https://example.org"}]}),
    field("A", {"type": "datepicker", "initial_date": "2028-02-29"}),
    field("A", {"type": "timepicker", "initial_time": "23:59", "timezone": "Europe/London"}),
    field("A", {"type": "datetimepicker", "initial_date_time": 1790000000}),
    field("A", {"type": "number_input", "is_decimal_allowed": True, "min_value": "-1.5", "initial_value": "0"}),
    field("A", {"type": "users_select", "initial_user": "W0GRID"}),
    field("A", {"type": "multi_users_select", "initial_users": ["U0LEAD1", "W0GRID"], "max_selected_items": 2}),
    field(
        "A", {"type": "plain_text_input", "dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]}}
    ),
    rich({"type": "text", "text": "x", "style": {"bold": True, "strike": True}}),
    rich({"type": "date", "timestamp": 1790000000, "format": "{date}", "fallback": "x"}),
    rich({"type": "link", "url": "https://example.org", "text": "x"}, {"type": "broadcast", "range": "here"}),
    table(HEAD[0], row_header_column_index=0, page_size=5, block_id="t"),
]


@pytest.mark.parametrize("number", range(len(RIGHT)))
def test_what_is_like_it_and_right_is_taken(number: int) -> None:
    assert check_message([RIGHT[number]]) == [RIGHT[number]]
