"""Each thing that can go wrong with Slack, and that it then goes wrong."""

import asyncio
import contextlib
import time
import urllib.error
from pathlib import Path

import aiohttp
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError

from sandbox import Person, Workspace
from tests.sandbox.bots import Bot, Json, noting

BROKEN = (urllib.error.URLError, ConnectionError, TimeoutError)


def say(bot: Bot, words: str = "x") -> None:
    bot.client.chat_postMessage(channel="U0STAFF", text=words)


def test_a_rate_limit_lasts_as_many_calls_as_asked(bot: Bot) -> None:
    bot.workspace.faults.ratelimit("chat.postMessage", times=2, retry_after=7)
    for _ in range(2):
        with pytest.raises(SlackApiError, match="ratelimited") as refusal:
            say(bot)
        assert refusal.value.response.headers["Retry-After"] == "7"
    bot.client.auth_test()
    say(bot)


def test_a_server_error_does_no_work(bot: Bot, staff: Person) -> None:
    bot.workspace.faults.server_error("chat.*", status=502)
    with pytest.raises(SlackApiError) as refusal:
        say(bot)
    assert refusal.value.response.status_code == 502
    assert staff.dm == []


def test_a_lost_answer_means_the_work_was_done(bot: Bot, staff: Person) -> None:
    bot.workspace.faults.lose_answer("chat.postMessage")
    with pytest.raises(BROKEN):
        say(bot, "Once")
    assert [each.text for each in staff.dm] == ["Once"]


def test_a_call_that_never_arrives_does_nothing(bot: Bot, staff: Person) -> None:
    bot.workspace.faults.never_arrive("chat.postMessage")
    with pytest.raises(BROKEN):
        say(bot)
    assert staff.dm == []


def test_a_refused_connection(bot: Bot, staff: Person) -> None:
    bot.workspace.faults.refuse("*")
    with pytest.raises((*BROKEN, OSError)):
        say(bot)
    say(bot)
    assert len(staff.dm) == 1


def test_slow(bot: Bot) -> None:
    bot.workspace.faults.slow("*", milliseconds=100)
    began = time.monotonic()
    say(bot)
    assert time.monotonic() - began >= 0.1
    bot.workspace.faults.clear()
    began = time.monotonic()
    say(bot)
    assert time.monotonic() - began < 0.1


def test_down_cuts_sockets_and_calls_and_up_lets_the_bot_back(bot: Bot, staff: Person) -> None:
    bot.app.shortcut("start")(lambda ack: ack())
    bot.app.logger.disabled = True
    bot.connect(ping_interval=0.1)
    bot.workspace.down = True
    with pytest.raises((*BROKEN, OSError)):
        say(bot)
    assert not staff.shortcut("start").acked
    assert bot.workspace.connections == 0
    bot.workspace.down = False
    bot.workspace.wait_for_bot()
    assert staff.shortcut("start").acked


def test_a_deaf_socket_stays_connected_and_carries_nothing(bot: Bot, staff: Person) -> None:
    heard: list[Json] = []
    bot.app.shortcut("start")(noting(heard))
    bot.connect()
    bot.workspace.faults.deaf = True
    assert not staff.shortcut("start").acked
    assert bot.workspace.connections == 1
    assert heard == []
    assert bot.workspace.complaints == []
    bot.workspace.faults.deaf = False
    assert staff.shortcut("start").acked


def test_a_socket_that_was_made_deaf_stays_so_and_the_next_one_is_good(bot: Bot, staff: Person) -> None:
    heard: list[Json] = []
    bot.app.shortcut("start")(noting(heard))
    bot.connect()
    bot.workspace.deafen_sockets()
    bot.workspace.faults.clear()
    assert not staff.shortcut("start").acked
    assert (bot.workspace.connections, heard, bot.workspace.complaints) == (1, [], [])
    bot.workspace.drop_sockets()
    bot.connect()
    assert staff.shortcut("start").acked


def test_a_deaf_socket_answers_no_ping(bot: Bot) -> None:
    handler = bot.connect(ping_interval=0.05)
    session = handler.client.current_session
    assert session is not None
    bot.workspace.wait_for(lambda: session.last_ping_pong_time)
    bot.workspace.faults.deaf = True
    time.sleep(0.1)
    before = session.last_ping_pong_time
    time.sleep(0.2)
    assert session.last_ping_pong_time == before


def test_the_clock_moves_stamps_and_tells_another_process(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    with Workspace(clock_file=file) as workspace:
        assert float(file.read_text()) == 0
        before = float(workspace.clock.stamp())
        workspace.clock.forward(3600)
        assert float(file.read_text()) == 3600
        assert float(workspace.clock.stamp()) - before >= 3600
        stamps = [workspace.clock.stamp() for _ in range(1000)]
        assert stamps == sorted(set(stamps))


def test_a_workspace_without_charts_refuses_them_and_nothing_else(bot: Bot, staff: Person) -> None:
    """It is no mistake of the bot's, so there is no complaint."""
    bot.workspace.faults.no_charts()
    table = {
        "type": "data_table",
        "caption": "Figures",
        "rows": [[{"type": "raw_text", "text": "A"}], [{"type": "raw_number", "value": 1, "text": "1"}]],
    }
    with pytest.raises(SlackApiError, match="invalid_blocks"):
        bot.client.chat_postMessage(channel="U0STAFF", text="x", blocks=[table])
    say(bot, "words")
    bot.workspace.faults.clear()
    bot.client.chat_postMessage(channel="U0STAFF", text="figures", blocks=[table])
    assert [message.text for message in staff.dm] == ["words", "figures"]
    assert bot.workspace.complaints == []


@pytest.mark.parametrize("status", [200, 429, 503])
def test_a_page_of_html_does_no_work(bot: Bot, staff: Person, status: int) -> None:
    """Something between the bot and Slack answers, in its own words and without Slack's headers."""
    bot.workspace.faults.html("chat.postMessage", status=status)
    with pytest.raises((SlackApiError, SlackClientError)) as refusal:
        say(bot)
    assert "<html>" in str(refusal.value)
    assert staff.dm == []
    say(bot)
    assert len(staff.dm) == 1


def test_split_messages_are_one_message_in_several_frames(bot: Bot, staff: Person) -> None:
    """A client that puts frames together gets what was sent; every frame but the first continues it."""
    bot.workspace.faults.split = 100
    heard = asyncio.run(_first_envelope(bot, staff))
    assert heard["payload"]["command"] == "/share-check"
    assert bot.workspace.complaints == []


async def _first_envelope(bot: Bot, staff: Person) -> Json:
    """Connect with a client that is not slack_sdk's, and acknowledge the first envelope."""
    opened = await asyncio.to_thread(
        lambda: WebClient(base_url=bot.workspace.api_url).apps_connections_open(app_token=bot.workspace.app_token)
    )
    async with aiohttp.ClientSession() as session, session.ws_connect(opened["url"]) as socket:
        assert (await socket.receive_json())["type"] == "hello"
        typed = asyncio.create_task(asyncio.to_thread(staff.command, "/share-check"))
        envelope: Json = await socket.receive_json()
        await socket.send_json({"envelope_id": envelope["envelope_id"]})
        assert (await typed).acked
        return envelope


def test_too_many_sockets_are_told_to_go(bot: Bot) -> None:
    """Ten may be open. An address that was handed out before is no good any more; then no new one is."""
    client = WebClient(base_url=bot.workspace.api_url)
    urls = [client.apps_connections_open(app_token=bot.workspace.app_token)["url"] for _ in range(11)]
    assert asyncio.run(_connect_all(urls)) == ["hello"] * 10 + ["disconnect too_many_websockets"]


async def _connect_all(urls: list[str]) -> list[str]:
    said = []
    async with aiohttp.ClientSession() as session, contextlib.AsyncExitStack() as opened:
        for url in urls:
            socket = await opened.enter_async_context(session.ws_connect(url))
            first = await socket.receive_json()
            said.append(f"{first['type']} {first.get('reason', '')}".strip())
    return said
