"""When something breaks: a reference for the log, plain words for the person, and never what anybody typed."""

import logging
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from slack_bolt import App
from slack_sdk import WebClient

from bot.config.organisation import example_organisation_path, load_organisation
from bot.config.roster import phone_words
from bot.slack import block_kit, failures
from bot.slack.failures import guarded, log_failure, not_saved
from bot.slack.replies import Replies, webhooks
from sandbox import Person, Workspace
from tests.sandbox.bots import Bot

SECRET = "a name nobody may read"
ORGANISATION = load_organisation(example_organisation_path())
CARD = [
    block_kit.section("What stood there."),
    block_kit.actions(block_kit.button("Press", "press"), block_kit.button("Open", "open")),
]


class Broken(Exception):
    """Holds what somebody typed, as errors of libraries do."""


def _fail(*_: object, **__: object) -> None:
    raise Broken(SECRET)


def _opens(view: dict[str, Any]) -> Callable[..., None]:
    def listener(ack: Callable[[], None], body: dict[str, Any], client: WebClient) -> None:
        ack()
        client.views_open(trigger_id=body["trigger_id"], view=view)

    return listener


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    with Workspace(ack_seconds=0.5) as workspace:
        yield workspace


@pytest.fixture
def bot(workspace: Workspace) -> Iterator[App]:
    """An app whose every listener fails, with our answer to that."""
    bot = Bot(workspace)
    app, client = bot.app, bot.client
    senders = ThreadPoolExecutor(2)
    failures.register(app, ORGANISATION, Replies(client, webhooks(client), senders))
    app.action("press")(_fail)
    app.command("/share-check")(_fail)
    app.view("typed")(_fail)
    app.view("read")(_fail)
    typed = [block_kit.input_("Your note", block_kit.text_input(), "note")]
    app.action("open")(_opens(block_kit.modal("Typed", typed, callback_id="typed", submit="Save")))
    app.shortcut("read")(
        _opens(block_kit.modal("Read", [block_kit.section("Read this.")], callback_id="read", submit="OK"))
    )
    bot.connect()
    yield app
    bot.stop()
    senders.shutdown()


@pytest.fixture
def staff(workspace: Workspace, bot: App) -> Person:
    """Somebody with a card."""
    bot.client.chat_postMessage(channel="U0STAFF", text="Your sharing check.", blocks=CARD)
    return workspace.person("U0STAFF")


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Everything any logger said; it must hold the class of the error and not its words."""
    caplog.set_level(logging.INFO)
    yield caplog
    records = caplog.get_records("call")
    said = "\n".join(f"{record.getMessage()} {record.exc_info}" for record in records)
    assert "Broken" in said or "was not taken" in said or "not Slack's" in said
    assert SECRET not in said
    assert not any(record.exc_info for record in records)


def _reference(logged: pytest.LogCaptureFixture) -> str:
    return _nth_reference(logged, 1)


def _nth_reference(logged: pytest.LogCaptureFixture, count: int) -> str:
    """The reference of the failure of this number, once it is in the log."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        lines = [record.getMessage() for record in logged.records if record.name == "bot.slack.failures"]
        if len(lines) == count:
            return lines[-1].split()[1].rstrip(":")
        time.sleep(0.01)
    raise AssertionError("nothing failed")


def test_a_press_that_fails_warns_on_top_of_the_card(staff: Person, logged: pytest.LogCaptureFixture) -> None:
    """What stood there still stands; above it, that nothing was sent and whom to phone."""
    staff.press("Press")
    staff.wait_for("I could not save that")
    said = staff.text()
    assert "What stood there." in said
    assert "Independent contact 020 7946 0104" in said
    assert "Lead one" not in said
    assert "999" in said
    assert _reference(logged) in said
    assert SECRET not in said


def test_a_second_failure_does_not_pile_up_warnings(staff: Person, logged: pytest.LogCaptureFixture) -> None:
    """One warning at a time, the newest."""
    for count in (1, 2):
        staff.press("Press")
        staff.wait_for(_nth_reference(logged, count))
    assert staff.text().count("I could not save that") == 1


def test_a_window_that_cannot_be_saved_stays_open_with_what_was_typed(
    staff: Person, logged: pytest.LogCaptureFixture
) -> None:
    """Nothing typed is lost: the words are still in the box, the reason beneath it."""
    staff.press("Open")
    staff.wait_for("Your note")
    staff.submit({"Your note": SECRET})
    assert staff.modal is not None
    assert _reference(logged) in staff.modal.errors["note"]
    assert SECRET in staff.modal.state.values()
    assert SECRET not in staff.modal.errors["note"]


def test_a_window_without_boxes_gets_another_on_top(staff: Person, logged: pytest.LogCaptureFixture) -> None:
    """Slack shows an error only beneath a box; where there is none, a window says it."""
    staff.shortcut("read")
    staff.wait_for("Read this.")
    staff.submit()
    assert [view.title for view in staff.modals] == ["Read", "Not saved"]
    assert _reference(logged) in staff.text()


def test_a_command_that_fails_is_answered_to_that_person_alone(
    staff: Person, workspace: Workspace, logged: pytest.LogCaptureFixture
) -> None:
    """What they typed after it is not repeated, to them or to anybody."""
    staff.command("/share-check", text=SECRET, channel="C0GENERAL")
    staff.wait_for("I could not save that")
    assert _reference(logged) in staff.text()
    assert "could not save" not in workspace.person("U0STAFF2").text()
    assert SECRET not in staff.text()


def test_a_failure_is_logged_by_its_class_and_place(logged: pytest.LogCaptureFixture) -> None:
    """A reference to find it by, no word of it; each failure has its own."""
    references = set()
    for _ in range(3):
        try:
            _fail()
        except Broken as error:
            references.add(log_failure(error))
    assert len(references) == 3
    assert all(f"error {reference}: Broken at _fail:" in logged.text for reference in references)
    assert log_failure(Broken(SECRET)) in logged.text


def test_a_guarded_listener_fails_quietly(logged: pytest.LogCaptureFixture) -> None:
    """Bolt would log the error's own words."""
    guarded(_fail)(body={"typed": SECRET})
    assert "Broken" in logged.text


def test_the_words_name_a_way_to_help_at_once() -> None:
    """Whoever reads it at two in the morning knows what to do next."""
    words = not_saved(ORGANISATION, "abc123")
    for part in ("could not save", "Nothing was sent", "try again", "999", "abc123", phone_words(ORGANISATION)):
        assert part in words
    assert phone_words(ORGANISATION) == (
        "Independent contact 020 7946 0104, children's social care 020 7946 0110, out of hours 020 7946 0111"
    )


def test_a_reply_that_slack_does_not_take_breaks_nothing(logged: pytest.LogCaptureFixture) -> None:
    """The address of a whisper lives half an hour; after that it is only a line in the log."""
    with ThreadPoolExecutor(1) as senders:
        client = WebClient("xoxb-x", base_url="http://127.0.0.1:9/api/", retry_handlers=[])
        replies = Replies(client, webhooks(client), senders)
        replies.whisper("http://127.0.0.1:9/gone", SECRET)
        replies.say_later({"response_url": "http://127.0.0.1:9/gone"}, SECRET)
        replies.say_later({"trigger_id": "1.2.3"}, SECRET)
        replies.say_later({"response_url": "http://127.0.0.1:9/gone"}, None)
        replies.warn_on_card({"type": "block_actions"}, SECRET)
    assert logged.text.count("was not taken") == 3


def test_words_about_a_press_without_an_address_come_in_a_window(workspace: Workspace, bot: App, staff: Person) -> None:
    """Slack gives none on the Home tab or in a window; where three lie over each other, in the place of the last."""
    with ThreadPoolExecutor(1) as senders:
        replies = Replies(bot.client, webhooks(bot.client), senders)

        def more(ack: Callable[[], None], body: dict[str, Any], client: WebClient) -> None:
            ack()
            if body["actions"][0]["value"] == "say":
                replies.say(body, "Nothing was done.")
            elif body.get("view", {}).get("type") == "modal":
                client.views_push(trigger_id=body["trigger_id"], view=window)
            else:
                client.views_open(trigger_id=body["trigger_id"], view=window)

        buttons = [block_kit.button("More", "more"), block_kit.button("Say", "more.say", "say")]
        window = block_kit.modal("One of them", [block_kit.actions(*buttons)])
        bot.action(re.compile("^more"))(more)
        bot.client.views_publish(user_id="U0STAFF", view=block_kit.home([block_kit.actions(*buttons)]))
        staff.open_home()
        staff.press("Say", "home")
        staff.wait_for("Nothing was done.")
        staff.close(whole_stack=True)
        staff.press("More", "home")
        for deep in (1, 2, 3):
            staff.wait_for(lambda deep=deep: len(staff.modals) == deep)  # type: ignore[misc] # a default binds the value of this turn
            staff.press("More" if deep < 3 else "Say", "modal")
        staff.wait_for("Nothing was done.")
        assert [view.title for view in staff.modals] == ["One of them", "One of them", "share-check"]
    workspace.complaints.clear()  # that there were three already


def test_a_reply_never_goes_to_an_address_that_is_not_slacks(logged: pytest.LogCaptureFixture) -> None:
    """A forged address is not a way to make the bot talk to something inside the organisation's network."""
    with ThreadPoolExecutor(1) as senders:
        client = WebClient("xoxb-x", retry_handlers=[])
        replies = Replies(client, webhooks(client), senders)
        for address in ("http://127.0.0.1:9/in", "https://hooks.slack.com.example.org/x", "http://hooks.slack.com/x"):
            replies.whisper(address, SECRET)
    assert logged.text.count("not Slack's") == 3
    assert SECRET not in logged.text
