"""Messages: where the bot may write, what it may change, who sees and who is told."""

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from sandbox import Person, SlackError, Workspace
from tests.sandbox.bots import Bot, Json, actions, button, section


def refused(error: str) -> "pytest.RaisesExc[SlackApiError]":
    return pytest.raises(SlackApiError, check=lambda raised: raised.response["error"] == error)


def test_a_person_id_means_their_direct_messages(bot: Bot, staff: Person) -> None:
    answer = bot.client.chat_postMessage(channel="U0STAFF", text="Hello")
    assert answer["channel"] == "D0STAFF"
    assert answer["message"]["bot_id"] == "B0BOT"
    assert [each.text for each in staff.dm] == ["Hello"]
    assert bot.workspace.person("U0LEAD1").text() == ""


def say(bot: Bot, text: str, thread: str | None = None) -> Json:
    answer = bot.client.chat_postMessage(channel="C0LEADS", text=text, thread_ts=thread)
    message: Json = answer["message"]
    return message


def test_a_root_says_what_is_in_its_thread(bot: Bot, workspace: Workspace) -> None:
    """Slack adds these fields with the first reply; a bot message says which bot it is of."""
    root = say(bot, "A check needs a lead")
    assert "thread_ts" not in root
    answer = say(bot, "Taken", root["ts"])
    assert (answer["thread_ts"], answer["parent_user_id"]) == (root["ts"], "U0BOT")
    later = workspace.person("U0LEAD1").post("C0LEADS", "Good", root["ts"])
    changed = bot.client.chat_update(channel="C0LEADS", ts=root["ts"], text="Led")["message"]
    assert (changed["thread_ts"], changed["reply_count"], changed["latest_reply"]) == (root["ts"], 2, later.ts)
    assert changed["reply_users"] == ["U0BOT", "U0LEAD1"]
    assert changed["bot_profile"]["app_id"] == "A0SANDBOX"


def test_under_a_deleted_root_slack_posts_beside_it_and_says_nothing(bot: Bot, workspace: Workspace) -> None:
    """The answer alone tells: its message has no thread_ts. So it is for a message that never was."""
    root = say(bot, "A check needs a lead")
    workspace.person("U0ADMIN").delete(workspace.slack.world.messages[-1])
    lost = say(bot, "Taken", root["ts"])
    assert "thread_ts" not in lost
    assert [each.thread_ts for each in workspace.person("U0LEAD1").messages("C0LEADS")] == [None]
    assert "thread_ts" not in say(bot, "Lost", "1700000000.000001")
    with refused("invalid_arguments"):
        say(bot, "Lost", "yesterday")


def test_under_a_deleted_root_that_was_answered_the_thread_goes_on(bot: Bot, workspace: Workspace) -> None:
    """A tombstone stands where it was, for as long as there are replies."""
    root = say(bot, "A check needs a lead")
    first = say(bot, "Asked again", root["ts"])
    bot.client.chat_delete(channel="C0LEADS", ts=root["ts"])
    assert say(bot, "Taken", root["ts"])["thread_ts"] == root["ts"]
    for reply in (first["ts"], workspace.slack.world.messages[-1].ts):
        bot.client.chat_delete(channel="C0LEADS", ts=reply)
    assert "thread_ts" not in say(bot, "Closed", root["ts"])


def test_an_admin_removes_a_message_of_the_bot(bot: Bot, workspace: Workspace) -> None:
    ts = say(bot, "A check needs a lead")["ts"]
    message = workspace.person("U0LEAD1").messages("C0LEADS")[-1]
    with pytest.raises(SlackError, match="cant_delete_message"):
        workspace.person("U0LEAD1").delete(message)
    workspace.person("U0ADMIN").delete(message)
    with refused("message_not_found"):
        bot.client.chat_update(channel="C0LEADS", ts=ts, text="Led")
    with refused("message_not_found"):
        bot.client.chat_delete(channel="C0LEADS", ts=ts)


def test_an_archived_channel_takes_nothing_and_changes_nothing(bot: Bot, workspace: Workspace) -> None:
    ts = say(bot, "A check needs a lead")["ts"]
    workspace.change_channel("C0LEADS", archived=True)
    with refused("is_archived"):
        say(bot, "Another")
    with refused("is_inactive"):
        bot.client.chat_update(channel="C0LEADS", ts=ts, text="Led")
    assert bot.client.conversations_info(channel="C0LEADS")["channel"]["is_archived"]


def test_a_deleted_channel_is_as_one_that_never_was(bot: Bot, workspace: Workspace) -> None:
    ts = say(bot, "A check needs a lead")["ts"]
    workspace.change_channel("C0LEADS", deleted=True)
    for call in (
        lambda: say(bot, "Another"),
        lambda: bot.client.chat_update(channel="C0LEADS", ts=ts, text="Led"),
        lambda: bot.client.conversations_info(channel="C0LEADS"),
    ):
        with refused("channel_not_found"):
            call()
    assert workspace.person("U0LEAD1").messages("C0LEADS") == []


def test_a_channel_can_be_shared_with_another_organisation(bot: Bot, workspace: Workspace) -> None:
    assert not bot.client.conversations_info(channel="C0LEADS")["channel"]["is_ext_shared"]
    workspace.change_channel("C0LEADS", shared=True)
    assert bot.client.conversations_info(channel="C0LEADS")["channel"]["is_ext_shared"]


def test_the_bot_writes_only_where_it_is(bot: Bot, workspace: Workspace) -> None:
    with refused("not_in_channel"):
        bot.client.chat_postMessage(channel="C0GENERAL", text="Hello")
    workspace.leave("C0LEADS", "U0BOT")
    with refused("channel_not_found"):
        bot.client.chat_postMessage(channel="C0LEADS", text="Hello")
    with refused("channel_not_found"):
        bot.client.chat_postMessage(channel="C0NOWHERE", text="Hello")


def test_an_edit_changes_in_place_and_tells_nobody(bot: Bot, staff: Person) -> None:
    ts = bot.client.chat_postMessage(channel="U0STAFF", text="One", blocks=[section("One")])["ts"]
    bot.client.chat_update(channel="D0STAFF", ts=ts, text="Two", blocks=[section("Two")])
    assert staff.text() == "Two"
    assert staff.dm[0].edited
    assert [push.phone for push in staff.pushes] == ["One"]


def test_an_edit_without_blocks_keeps_them_and_is_complained_about(bot: Bot, staff: Person) -> None:
    ts = bot.client.chat_postMessage(channel="U0STAFF", text="One", blocks=[section("One")])["ts"]
    bot.client.chat_update(channel="D0STAFF", ts=ts, text="Two")
    assert staff.text() == "One"
    assert "leaves the old blocks" in bot.workspace.complaints[0]
    bot.client.chat_update(channel="D0STAFF", ts=ts, text="Two", blocks=[])
    assert staff.text() == "Two"


def test_the_bot_changes_and_deletes_only_its_own(bot: Bot, workspace: Workspace) -> None:
    lead = workspace.person("U0LEAD1")
    theirs = lead.post("C0LEADS", "I typed this")
    with refused("cant_update_message"):
        bot.client.chat_update(channel="C0LEADS", ts=theirs.ts, text="x")
    with refused("cant_delete_message"):
        bot.client.chat_delete(channel="C0LEADS", ts=theirs.ts)
    lead.delete(theirs)
    with refused("message_not_found"):
        bot.client.chat_delete(channel="C0LEADS", ts=theirs.ts)


def test_deleted_is_gone(bot: Bot, staff: Person) -> None:
    ts = bot.client.chat_postMessage(channel="U0STAFF", text="One")["ts"]
    bot.client.chat_delete(channel="D0STAFF", ts=ts)
    assert staff.dm == []


def test_only_one_person_sees_an_ephemeral_message(bot: Bot, workspace: Workspace) -> None:
    bot.client.chat_postEphemeral(channel="C0LEADS", user="U0LEAD1", text="Only you")
    assert "Only you" in workspace.person("U0LEAD1").text()
    assert "Only you" not in workspace.person("U0LEAD2").text()
    assert workspace.person("U0LEAD1").pushes == []
    with refused("user_not_in_channel"):
        bot.client.chat_postEphemeral(channel="C0LEADS", user="U0STAFF", text="Only you")


def test_texts_have_limits(bot: Bot) -> None:
    with refused("no_text"):
        bot.client.api_call("chat.postMessage", json={"channel": "U0STAFF"})
    ts = bot.client.chat_postMessage(channel="U0STAFF", text="x")["ts"]
    with refused("msg_too_long"):
        bot.client.chat_update(channel="D0STAFF", ts=ts, text="x" * 4001)


def test_blocks_without_text_are_complained_about(bot: Bot) -> None:
    bot.client.api_call("chat.postMessage", json={"channel": "U0STAFF", "blocks": [section("x")]})
    assert "without text" in bot.workspace.complaints[0]


def test_a_phone_shows_the_text_and_a_desktop_the_blocks(bot: Bot, workspace: Workspace) -> None:
    bot.client.chat_postMessage(channel="C0LEADS", text="A check waits", blocks=[section("SC-7K2M")])
    for user in ("U0LEAD1", "U0LEAD2", "U0DEPUTY"):
        push = workspace.person(user).pushes[0]
        assert (push.phone, push.desktop) == ("A check waits", "SC-7K2M")
    assert workspace.person("U0STAFF").pushes == []


def test_a_reply_tells_only_who_is_mentioned_or_in_the_thread(bot: Bot, workspace: Workspace) -> None:
    first = workspace.person("U0LEAD1").post("C0LEADS", "Hello")
    for user in ("U0LEAD1", "U0LEAD2", "U0DEPUTY"):
        workspace.slack.world.pushes[user].clear()
    bot.client.chat_postMessage(channel="C0LEADS", text="For <@U0DEPUTY>", thread_ts=first.ts)
    told = [user for user in ("U0LEAD1", "U0LEAD2", "U0DEPUTY") if workspace.person(user).pushes]
    assert told == ["U0LEAD1", "U0DEPUTY"]


@pytest.mark.parametrize(
    ("token", "error"),
    [("", "not_authed"), ("xoxb-other", "invalid_auth"), ("xapp-sandbox", "not_allowed_token_type")],
)
def test_the_token_must_be_the_right_one(workspace: Workspace, token: str, error: str) -> None:
    with refused(error):
        WebClient(token, base_url=workspace.api_url).chat_postMessage(channel="U0STAFF", text="x")


def test_a_method_needs_its_scope(bot: Bot) -> None:
    with refused("missing_scope") as refusal:
        bot.client.conversations_open(users="U0STAFF")
    assert refusal.value.response["needed"] == "im:write"
    assert "chat:write" in refusal.value.response["provided"]


def test_any_other_method_is_a_loud_error(bot: Bot) -> None:
    with refused("unknown_method"):
        bot.client.reactions_add(channel="C0LEADS", name="eyes", timestamp="1.0")
    assert bot.workspace.complaints == ["reactions.add: unknown_method reactions.add"]


def test_the_directory_answers(bot: Bot) -> None:
    client = bot.client
    assert client.auth_test()["bot_id"] == "B0BOT"
    assert client.auth_test().headers["x-oauth-scopes"].startswith("chat:write")
    assert client.users_info(user="U0GUEST")["user"]["is_restricted"]
    assert client.users_info(user="U0OTHER")["user"]["is_stranger"]
    assert [each["id"] for each in client.users_list()["members"]] == [each.id for each in bot.workspace.people]
    assert "U0BOT" in client.conversations_members(channel="C0LEADS")["members"]
    assert client.conversations_info(channel="C0LEADS")["channel"]["is_private"]
    assert not client.dnd_info(user="U0LEAD1")["dnd_enabled"]
    assert set(client.dnd_teamInfo(users=["U0LEAD1", "U0LEAD2"])["users"]) == {"U0LEAD1", "U0LEAD2"}
    assert client.team_info()["team"]["id"] == "T0SANDBOX"
    assert client.bots_info(bot="B0BOT")["bot"]["user_id"] == "U0BOT"
    with refused("user_not_found"):
        client.users_info(user="U0NOBODY")


def test_a_response_url_serves_five_times_in_thirty_minutes(bot: Bot, staff: Person) -> None:
    bot.app.command("/share-check")(lambda ack: ack())
    bot.connect()
    url = staff.command("/share-check").payload["response_url"]  # type: ignore[index] # it was acknowledged with one
    answers = [WebhookClient(url).send(text=f"Answer {each}").status_code for each in range(6)]
    assert answers == [200] * 5 + [404]
    later = staff.command("/share-check").payload["response_url"]  # type: ignore[index] # it was acknowledged with one
    bot.workspace.clock.forward(31 * 60)
    assert "expired_url" in WebhookClient(later).send(text="Late").body


def test_a_response_url_replaces_or_deletes_what_it_is_about(bot: Bot, staff: Person) -> None:
    bot.app.action("go")(lambda ack: ack())
    bot.connect()
    bot.client.chat_postMessage(channel="U0STAFF", text="One", blocks=[actions(button("Go"))])
    url = staff.press("Go").payload["response_url"]  # type: ignore[index] # it was acknowledged with one
    WebhookClient(url).send(text="Two", blocks=[section("Two")], replace_original=True)
    assert staff.text() == "Two"
    WebhookClient(url).send(delete_original=True)
    assert staff.text() == ""


def test_a_channel_takes_one_message_a_second(bot: Bot, workspace: Workspace) -> None:
    """A few at once, then 429; the next channel is free, and so is this one a little later."""
    for _ in range(5):
        say(bot, "x")
    with refused("ratelimited") as refusal:
        say(bot, "x")
    assert refusal.value.response.headers["Retry-After"] == "1"
    bot.client.chat_postMessage(channel="U0STAFF", text="x")
    workspace.forward(2)
    say(bot, "x")


def test_a_tier_is_for_a_method_and_the_whole_workspace(bot: Bot, workspace: Workspace) -> None:
    """chat.update: 50 a minute, whatever the channel; other methods have limits of their own."""
    two = [(answer["channel"], answer["ts"]) for user in ("U0STAFF", "U0LEAD1") for answer in
           [bot.client.chat_postMessage(channel=user, text="One")]]  # fmt: skip
    for number in range(50):
        channel, ts = two[number % 2]
        bot.client.chat_update(channel=channel, ts=ts, text=str(number))
    for channel, ts in two:
        with refused("ratelimited") as refusal:
            bot.client.chat_update(channel=channel, ts=ts, text="Too many")
        assert 50 <= int(refusal.value.response.headers["Retry-After"]) <= 60
    bot.client.chat_delete(channel=two[0][0], ts=two[0][1])
    workspace.forward(60)
    bot.client.chat_update(channel=two[1][0], ts=two[1][1], text="A minute later")


def test_rates_can_be_switched_off() -> None:
    """For stories in which hours go by in a second."""
    with Workspace(rates=False) as workspace:
        client = WebClient(workspace.bot_token, base_url=workspace.api_url)
        for _ in range(51):
            client.chat_postMessage(channel="C0LEADS", text="x")


def test_every_call_is_on_record(bot: Bot) -> None:
    bot.client.chat_postMessage(channel="U0STAFF", text="x", blocks=[section("y")])
    call = bot.workspace.calls("chat.postMessage")[0]
    assert call.args["blocks"] == [section("y")]
    assert call.response["ok"]


def test_memberships_and_accounts_can_change(bot: Bot, workspace: Workspace) -> None:
    workspace.join("C0LEADS", "U0INDEP")
    workspace.change_person("U0LEAD2", deactivated=True)
    bot.client.chat_postMessage(channel="C0LEADS", text="Who is told?")
    told = [each.id for each in workspace.people if workspace.person(each.id).pushes]
    assert told == ["U0LEAD1", "U0DEPUTY", "U0INDEP"]
    assert bot.client.users_info(user="U0LEAD2")["user"]["deleted"]


def test_calling_everybody_is_complained_about(bot: Bot) -> None:
    bot.client.chat_postMessage(channel="C0LEADS", text="x", blocks=[section("Hi <!channel>")])
    assert bot.workspace.complaints == ["chat.postMessage: calls everybody in the channel"]
