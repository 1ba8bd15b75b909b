"""Modals and Home: triggers, the stack, what is kept, what comes back."""

import time
from collections.abc import Callable

import pytest
from slack_sdk.errors import SlackApiError

from sandbox import Person
from tests.sandbox.bots import Bot, Json, actions, button, field, home, modal, noting, options, plain, section

NAME = field("Name")


@pytest.fixture
def opened(bot: Bot, staff: Person) -> Callable[..., Json]:
    """A bot whose command opens this view, and the payload of the press that did."""
    views: list[Json] = []

    def command(ack: Callable[..., None], body: Json) -> None:
        ack()
        bot.client.views_open(trigger_id=body["trigger_id"], view=views[-1])

    bot.app.command("/share-check")(command)
    bot.connect()

    def open_it(view: Json) -> Json:
        views.append(view)
        payload = staff.command("/share-check").payload
        staff.wait_for(lambda: staff.modal)
        return payload or {}

    return open_it


def trigger(staff: Person) -> str:
    """A fresh trigger id from inside the open modal."""
    pressed = staff.press("More").payload or {}
    return str(pressed["trigger_id"])


def refused(error: str) -> "pytest.RaisesExc[SlackApiError]":
    return pytest.raises(SlackApiError, check=lambda raised: raised.response["error"] == error)


def test_a_trigger_is_good_once_and_not_for_long(bot: Bot, staff: Person, opened: Callable[..., Json]) -> None:
    used = opened(modal(NAME))["trigger_id"]
    with refused("exchanged_trigger_id"):
        bot.client.views_open(trigger_id=used, view=modal(NAME))
    with refused("invalid_trigger_id"):
        bot.client.views_open(trigger_id="made.up", view=modal(NAME))
    staff.close()
    fresh = bot.workspace.slack.triggers.issue("U0STAFF")
    time.sleep(0.5)
    with refused("expired_trigger_id"):
        bot.client.views_open(trigger_id=fresh, view=modal(NAME))


def test_slack_checks_required_and_length_before_the_bot_hears(staff: Person, opened: Callable[..., Json]) -> None:
    typed = {"type": "plain_text_input", "action_id": "typed", "min_length": 3, "max_length": 5}
    opened(modal(field("Name", typed), field("Note", optional=True)))
    assert staff.submit().error == "Please complete this required field."
    assert "at least 3" in str(staff.submit({"Name": "ab"}).error)
    assert "at most 5" in str(staff.submit({"Name": "abcdef"}).error)
    assert "Must be at most 5 characters." in staff.text()


def test_state_is_complete_and_an_empty_ack_closes(bot: Bot, staff: Person, opened: Callable[..., Json]) -> None:
    seen: list[Json] = []
    bot.app.view("ask")(noting(seen))
    boxes = {"type": "checkboxes", "action_id": "boxes", "options": options("One", "Two")}
    pick = {"type": "static_select", "action_id": "pick", "options": options("A", "B")}
    day = {"type": "datepicker", "action_id": "day"}
    whom = {"type": "multi_users_select", "action_id": "whom"}
    blocks = [field("Which", boxes), field("Pick", pick, optional=True), field("Day", day, optional=True)]
    opened(modal(NAME, *blocks, field("Whom", whom, optional=True), callback_id="ask"))
    assert staff.submit({"Name": "Words", "Which": ["One", "Two"], "Day": "2026-11-20"}).acked
    assert staff.modal is None
    values = seen[0]["view"]["state"]["values"]
    assert values["Name"]["name"] == {"type": "plain_text_input", "value": "Words"}
    assert [each["value"] for each in values["Which"]["boxes"]["selected_options"]] == ["one", "two"]
    assert values["Pick"]["pick"] == {"type": "static_select", "selected_option": None}
    assert values["Day"]["day"]["selected_date"] == "2026-11-20"
    assert values["Whom"]["whom"]["selected_users"] == []


def test_errors_show_under_their_input(bot: Bot, staff: Person, opened: Callable[..., Json]) -> None:
    bot.app.view("ask")(lambda ack: ack(response_action="errors", errors={"Name": "Not that one"}))
    opened(modal(NAME, callback_id="ask"))
    assert staff.submit({"Name": "x"}).error == "Not that one"
    assert staff.modal is not None
    assert staff.modal.errors == {"Name": "Not that one"}


def test_errors_under_anything_else_are_refused(bot: Bot, staff: Person, opened: Callable[..., Json]) -> None:
    bot.app.view("ask")(lambda ack: ack(response_action="errors", errors={"Other": "Not that one"}))
    opened(modal(NAME, callback_id="ask"))
    assert "trouble connecting" in str(staff.submit({"Name": "x"}).error)
    assert "Other" in bot.workspace.complaints[0]


def test_an_answer_may_update_push_or_clear(bot: Bot, staff: Person, opened: Callable[..., Json]) -> None:
    bot.app.view("one")(
        lambda ack: ack(response_action="update", view=modal(NAME, title=plain("Two"), callback_id="two"))
    )
    bot.app.view("two")(
        lambda ack: ack(response_action="push", view=modal(NAME, title=plain("Three"), callback_id="three"))
    )
    bot.app.view("three")(lambda ack: ack(response_action="clear"))
    opened(modal(NAME, callback_id="one"))
    staff.submit({"Name": "x"})
    assert [view.title for view in staff.modals] == ["Two"]
    staff.submit()
    assert [view.title for view in staff.modals] == ["Two", "Three"]
    assert staff.modals[1].previous == staff.modals[0].id
    staff.submit({"Name": "y"})
    assert staff.modals == []


def test_three_modals_and_no_more(bot: Bot, staff: Person, opened: Callable[..., Json]) -> None:
    bot.app.action("more")(lambda ack: ack())
    view = modal(actions(button("More", "more")))
    opened(view)
    for _ in range(2):
        bot.client.views_push(trigger_id=trigger(staff), view=view)
    assert len(staff.modals) == 3
    with refused("push_limit_reached"):
        bot.client.views_push(trigger_id=trigger(staff), view=view)


def test_an_update_needs_the_current_hash(bot: Bot, staff: Person, opened: Callable[..., Json]) -> None:
    opened(modal(NAME))
    view = staff.modals[0]
    bot.client.views_update(view_id=view.id, hash=view.hash, view=modal(NAME, title=plain("Newer")))
    with refused("hash_conflict"):
        bot.client.views_update(view_id=view.id, hash=view.hash, view=modal(NAME))
    with refused("invalid_arguments"):
        both = {"view_id": view.id, "external_id": "x", "view": modal(NAME)}
        bot.client.api_call("views.update", json=both)
    staff.close()
    with refused("not_found"):
        bot.client.views_update(view_id=view.id, view=modal(NAME))


def test_what_was_typed_stays_only_at_the_same_address(bot: Bot, staff: Person, opened: Callable[..., Json]) -> None:
    opened(modal(NAME, field("Gone")))
    staff.fill({"Name": "kept", "Gone": "lost"})
    bot.client.views_update(view_id=staff.modals[0].id, view=modal(NAME, field("New")))
    assert list(staff.modals[0].state.values()) == ["kept"]


def test_only_a_modal_that_asks_hears_that_it_was_closed(bot: Bot, staff: Person, opened: Callable[..., Json]) -> None:
    heard: list[Json] = []
    bot.app.view_closed("ask")(noting(heard))
    opened(modal(NAME, callback_id="ask"))
    staff.close()
    opened(modal(NAME, callback_id="ask", notify_on_close=True))
    staff.close()
    opened(modal(NAME, callback_id="ask", notify_on_close=True))
    staff.close(whole_stack=True)
    assert [body["is_cleared"] for body in heard] == [False, True]


def test_a_submission_nobody_answers_says_so_and_stays(staff: Person, opened: Callable[..., Json]) -> None:
    opened(modal(NAME, callback_id="nobody"))
    acted = staff.submit({"Name": "x"})
    assert not acted.acked
    assert acted.error == "We had some trouble connecting. Try again?"
    assert "We had some trouble" in staff.text()


def test_a_view_of_250_kilobytes_is_too_large(bot: Bot) -> None:
    with refused("view_too_large"):
        bot.client.views_publish(user_id="U0STAFF", view=home(*[section("x" * 2900)] * 90))


def test_home_is_published_opened_and_pressed(bot: Bot, staff: Person) -> None:
    def show(event: Json) -> None:
        shown = home(section("Your checks"), actions(button("Start a check", "start")))
        bot.client.views_publish(user_id=event["user"], view=shown)

    heard: list[Json] = []
    bot.app.event("app_home_opened")(show)
    bot.app.action("start")(noting(heard))
    bot.connect()
    assert staff.home is None
    staff.open_home()
    staff.wait_for("Your checks")
    acted = staff.press("Start a check")
    assert heard == [acted.payload]
    assert heard[0]["container"]["type"] == "view"
    assert "response_url" not in heard[0]
    with refused("hash_conflict"):
        bot.client.views_publish(user_id="U0STAFF", view=home(section("x")), hash="old")
    assert "Your checks" not in bot.workspace.person("U0STAFF2").text()
