"""People acting: payloads as complete as Slack's, and the errors a person sees."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from sandbox import Person, SlackError, Workspace
from tests.sandbox.bots import Bot, Json, actions, button, field, options, section

Ack = Callable[..., None]


@pytest.fixture
def heard(bot: Bot) -> list[Json]:
    """Every interaction the bot got; it acknowledges them all."""
    seen: list[Json] = []

    def listen(ack: Ack, body: Json) -> None:
        seen.append(body)
        ack()

    bot.app.action({"type": "block_actions", "action_id": "go"})(listen)
    bot.app.action("pick")(listen)
    bot.app.shortcut("start_check")(listen)
    bot.app.shortcut("check_before_sharing")(listen)
    bot.connect()
    return seen


def test_a_command_is_answered_to_that_person_alone(bot: Bot, workspace: Workspace, staff: Person) -> None:
    bot.app.command("/share-check")(lambda ack, body: ack(f"You typed {body['text']} in {body['channel_name']}"))
    bot.connect()
    acted = staff.command("/share-check", "now")
    assert acted.acked
    assert acted.latency < 0.4
    staff.wait_for("You typed now in general")
    assert staff.messages("C0GENERAL")[0].ephemeral
    assert workspace.person("U0STAFF2").text() == ""


def test_a_command_works_in_the_direct_messages(bot: Bot, staff: Person) -> None:
    bot.app.command("/share-check")(lambda ack, body: ack(body["channel_name"]))
    bot.connect()
    staff.command("/share-check", channel="dm")
    assert staff.dm[0].text == "directmessage"


def test_a_command_nobody_answers_fails_in_slacks_words(bot: Bot, staff: Person) -> None:
    assert staff.command("/share-check").error == '/share-check failed with the error "dispatch_failed"'
    bot.connect()
    acted = staff.command("/share-check")
    assert acted.error == '/share-check failed with the error "operation_timeout"'
    assert acted.latency >= 0.4
    assert "operation_timeout" in staff.text()
    assert "no acknowledgement" in bot.workspace.complaints[0]


def test_a_press_in_a_message_carries_all_that_slack_sends(bot: Bot, staff: Person, heard: list[Json]) -> None:
    radio = {"type": "radio_buttons", "action_id": "pick", "options": options("A", "B")}
    blocks = [section("Question"), actions(radio, button("Go", value="7"), block_id="row")]
    bot.client.chat_postMessage(channel="U0STAFF", text="Q", blocks=blocks)
    staff.choose("pick", "B")
    staff.press("Go")
    body = heard[1]
    assert body["container"]["type"] == "message"
    assert body["container"]["is_ephemeral"] is False
    assert body["channel"] == {"id": "D0STAFF", "name": "directmessage"}
    assert body["user"]["team_id"] == body["team"]["id"] == "T0SANDBOX"
    assert body["message"]["blocks"][1]["block_id"] == "row"
    assert body["state"]["values"]["row"]["pick"]["selected_option"]["value"] == "b"
    action = body["actions"][0]
    assert (action["value"], action["block_id"], action["type"]) == ("7", "row", "button")
    assert heard[0]["actions"][0]["selected_option"]["text"]["text"] == "B"
    assert {"trigger_id", "response_url", "api_app_id", "token", "enterprise"} <= body.keys()


def test_an_ephemeral_press_has_no_message(bot: Bot, workspace: Workspace, heard: list[Json]) -> None:
    blocks = [actions(button("Go"))]
    bot.client.chat_postEphemeral(channel="C0LEADS", user="U0LEAD1", text="Q", blocks=blocks)
    workspace.person("U0LEAD1").press("Go")
    assert heard[0]["container"]["is_ephemeral"]
    assert "message" not in heard[0]


def test_inputs_in_a_message_wait_for_a_press(bot: Bot, staff: Person, heard: list[Json]) -> None:
    blocks = [field("Name"), actions(button("Go"))]
    bot.client.chat_postMessage(channel="U0STAFF", text="Q", blocks=blocks)
    staff.fill({"Name": "words"})
    assert heard == []
    staff.press("Go")
    assert heard[0]["state"]["values"]["Name"]["name"]["value"] == "words"


def test_a_stranger_carries_their_own_team(workspace: Workspace, heard: list[Json]) -> None:
    workspace.person("U0OTHER").shortcut("start_check")
    assert heard[0]["user"]["team_id"] == "T0ELSEWHERE"
    assert heard[0]["team"]["id"] == "T0SANDBOX"


def test_shortcuts(workspace: Workspace, staff: Person, heard: list[Json]) -> None:
    message = workspace.person("U0STAFF2").post("C0GENERAL", "Something said")
    staff.shortcut("start_check")
    staff.message_shortcut("check_before_sharing", message)
    assert "channel" not in heard[0]
    assert heard[1]["message"]["text"] == "Something said"
    assert heard[1]["channel"]["id"] == "C0GENERAL"


def test_two_presses_at_once_are_two_payloads(bot: Bot, staff: Person, heard: list[Json]) -> None:
    bot.client.chat_postMessage(channel="U0STAFF", text="Q", blocks=[actions(button("Go"))])
    acted = staff.press("Go", times=2)
    assert acted.acked
    assert acted.repeats[0].acked
    assert len({body["trigger_id"] for body in heard}) == 2


def test_a_replay_is_identical_and_may_be_of_something_earlier(bot: Bot, staff: Person, heard: list[Json]) -> None:
    earlier = staff.shortcut("start_check")
    assert bot.workspace.replay().acked
    assert heard[0] == heard[1]
    staff.shortcut("start_check")
    bot.workspace.replay(earlier)
    assert heard[3] == heard[0] != heard[2]


def test_a_press_nobody_answers_leaves_a_mark(bot: Bot, staff: Person) -> None:
    blocks = [actions(button("Lost", "lost"), block_id="row")]
    bot.connect()
    bot.client.chat_postMessage(channel="U0STAFF", text="Q", blocks=blocks)
    acted = staff.press("Lost")
    assert not acted.acked
    assert acted.error
    assert staff.dm[0].failed == {"U0STAFF": {"row/lost"}}


def test_confirm_can_be_declined(bot: Bot, staff: Person, heard: list[Json]) -> None:
    plain = {"type": "plain_text", "text": "Sure"}
    confirm = dict.fromkeys(("title", "text", "confirm", "deny"), plain)
    bot.client.chat_postMessage(channel="U0STAFF", text="Q", blocks=[actions(button("Go", confirm=confirm))])
    staff.press("Go", confirm=False)
    assert heard == []


def test_what_is_not_there_cannot_be_pressed(staff: Person) -> None:
    with pytest.raises(AssertionError, match="nothing called 'Go'"):
        staff.press("Go")


def test_waiting_in_vain_tells_what_was_seen(bot: Bot, staff: Person) -> None:
    bot.client.chat_postMessage(channel="U0STAFF", text="Something else")
    with pytest.raises(AssertionError, match="Something else"):
        staff.wait_for("Hello", timeout=0.01)


def test_the_manifest_decides_what_slack_offers(tmp_path: Path) -> None:
    manifest = {
        "display_information": {"name": "Checker"},
        "features": {
            "app_home": {"home_tab_enabled": True, "messages_tab_read_only_enabled": True},
            "slash_commands": [{"command": "/share-check", "description": "x"}],
        },
        "oauth_config": {"scopes": {"bot": ["commands", "chat:write"]}},
    }
    path = tmp_path / "manifest.yml"
    path.write_text(yaml.safe_dump(manifest))
    with Workspace(manifest=path) as workspace:
        staff = workspace.person("U0STAFF")
        assert workspace.slack.manifest.scopes == ("commands", "chat:write")
        assert staff.command("/other").error == "/other is not a valid command."
        assert staff.shortcut("start").error
        assert not staff.open_home().acked
        with pytest.raises(SlackError, match="messages_tab_disabled"):
            staff.post("dm", "Here are the details")


def test_the_messages_tab_is_opened_too(bot: Bot, staff: Person) -> None:
    """Slack sends the same event for both tabs; a view comes with the Home tab alone."""
    seen: list[Json] = []

    def listen(event: Json) -> None:
        seen.append(event)

    bot.app.event("app_home_opened")(listen)
    bot.connect()
    bot.client.views_publish(user_id="U0STAFF", view={"type": "home", "blocks": [section("Home")]})
    staff.open_dm()
    staff.open_home()
    bot.workspace.wait_for(lambda: len(seen) == 2)
    assert {each["tab"]: "view" in each for each in seen} == {"messages": False, "home": True}


def test_in_a_grid_a_members_home_may_be_a_sister_workspace() -> None:
    """Their id may begin with W and their team differ from the workspace's; they are no stranger for that."""
    with Workspace(grid=True) as workspace:
        bot = Bot(workspace)
        seen: list[Json] = []

        def listen(ack: Ack, body: Json) -> None:
            seen.append(body)
            ack()

        bot.app.shortcut("start")(listen)
        bot.connect()
        assert workspace.person("W0SISTER").shortcut("start").acked
        told = bot.client.users_info(user="W0SISTER")["user"]
        bot.stop()
    assert (seen[0]["user"]["team_id"], seen[0]["team"]["id"]) == ("T0SISTER", "T0SANDBOX")
    assert seen[0]["enterprise"]["id"] == told["enterprise_user"]["enterprise_id"] == "E0GRID"
    assert not told["is_stranger"]
