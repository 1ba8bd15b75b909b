"""Each kind of listener on the real Bolt, in the sandbox: what Slack is answered, when, and what the person sees."""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.config.organisation import example_organisation_path, load_organisation
from bot.slack import block_kit, failures
from bot.slack.listeners import Answer, Listeners, Taken, clear, close, errors, update
from bot.slack.payloads import Press, Sent
from bot.slack.replies import Replies, webhooks
from sandbox import Person, Workspace
from tests.sandbox.bots import Bot

SECRET = "a name nobody may read"
ORGANISATION = load_organisation(example_organisation_path())
BUTTONS = {
    "Save": "save.now",
    "Break": "break",
    "Open": "open",
    "Nowhere": "nowhere",
    "Words": "words",
    "Broken window": "broken_window",
    "Turn": "turn",
    "Tick": "tick",
}


def _window(title: str, *, note: bool = True) -> block_kit.Block:
    blocks = [block_kit.actions(*(block_kit.button(label, verb, "check:7") for label, verb in BUTTONS.items()))]
    if not note:
        return block_kit.modal(title, blocks)
    typed = block_kit.input_("Your note", block_kit.text_input(), "note")
    return block_kit.modal(title, [*blocks, typed], callback_id="typed", submit="Send")


def _fail(*_: object) -> str:
    raise ValueError(SECRET)


class Feature:
    """A feature whose submission answers as it is told to, and that notes what it was given."""

    def __init__(self) -> None:
        self.given: list[str] = []
        self.answer: Callable[[Sent], Answer] = lambda _sent: close()

    def save(self, press: Press) -> str:
        self.given.append(f"{press.verb} {press.verb_argument} {press.check} {press.number}")
        return "It was saved already."

    def submit(self, sent: Sent) -> Answer:
        self.given.append(f"submitted {len(sent.typed('note'))}")
        return self.answer(sent)

    def then(self, taken: Taken, _client: object) -> None:
        self.given.append(f"then {taken.note}")

    def turned(self, _press: Press, _client: object) -> None:
        self.given.append("turned")


@pytest.fixture
def feature() -> Feature:
    return Feature()


@pytest.fixture
def staff(feature: Feature) -> Iterator[Person]:
    """Somebody with a message that has one button of each kind."""
    with Workspace(ack_seconds=0.5) as workspace, ThreadPoolExecutor(2) as senders:
        bot = Bot(workspace)
        replies = Replies(bot.client, webhooks(bot.client), senders)
        failures.register(bot.app, ORGANISATION, replies)
        on = Listeners(bot.app, replies)
        on.press("save", feature.save)
        on.press("break", _fail)
        on.opens("open", lambda _press: _window("Opened"))
        on.opens("nowhere", lambda _press: None)
        on.opens("words", lambda _press: "It is not there any more.")
        on.opens("broken_window", _fail)
        on.replaces("turn", lambda _press: _window("Turned", note=False), then=feature.turned)
        on.nothing("tick")
        on.submission("typed", feature.submit, needs=("note",), then=feature.then)
        bot.connect()
        bot.client.chat_postMessage(channel="U0STAFF", text="Buttons.", blocks=_window("")["blocks"][:1])
        yield workspace.person("U0STAFF")
        bot.stop()


def _titles(staff: Person) -> list[str]:
    return [view.title for view in staff.modals]


def _open(staff: Person, deep: int = 1) -> None:
    for count in range(1, deep + 1):
        staff.press("Open", "modal" if count > 1 else "dm")
        _wait_for_titles(staff, ["Opened"] * count)


def _wait_for_titles(staff: Person, titles: list[str]) -> None:
    staff.wait_for(lambda: _titles(staff) == titles)


def test_a_button_that_saves_is_parsed_once_and_what_it_says_is_said(staff: Person, feature: Feature) -> None:
    """What stands before the dot finds the listener; the rest is in the press."""
    staff.press("Save", "dm")
    staff.wait_for("It was saved already.")
    assert feature.given == ["save now check 7"]


def test_a_button_that_could_not_save_is_not_acknowledged_as_saved(
    staff: Person, caplog: pytest.LogCaptureFixture
) -> None:
    """The tick means saved; the person reads that it was not, the log holds no word of it."""
    staff.press("Break", "dm")
    staff.wait_for("I could not save that")
    assert "ValueError" in caplog.text
    assert SECRET not in caplog.text + staff.text()


def test_a_window_opens_on_a_message_and_lies_on_top_of_the_one_pressed(staff: Person) -> None:
    """Slack takes views.open for the first, views.push for the next."""
    _open(staff, deep=2)
    assert _titles(staff) == ["Opened", "Opened"]


def test_words_come_instead_of_a_window_where_there_is_none_to_open(staff: Person) -> None:
    """They are whispered; where nothing is returned nothing is said."""
    staff.press("Nowhere", "dm")
    staff.press("Tick", "dm")
    staff.press("Words", "dm")
    staff.wait_for("It is not there any more.")
    assert _titles(staff) == []


def test_somebody_is_told_of_a_window_that_failed_and_the_log_holds_no_word_of_it(
    staff: Person, caplog: pytest.LogCaptureFixture
) -> None:
    """Slack had its answer already, so this is the only way to hear of it."""
    caplog.set_level(logging.INFO)
    staff.press("Broken window", "dm")
    staff.wait_for("Something went wrong")
    assert "ValueError" in caplog.text
    assert SECRET not in caplog.text + staff.text()


def test_a_view_takes_the_place_of_the_window_pressed_and_opens_elsewhere(staff: Person, feature: Feature) -> None:
    """One window, not two; what follows runs once it is shown."""
    _open(staff)
    staff.press("Turn", "modal")
    staff.wait_for(lambda: _titles(staff) == ["Turned"] and feature.given == ["turned"])
    staff.close()
    staff.press("Turn", "dm")
    staff.wait_for(lambda: _titles(staff) == ["Turned"] and feature.given == ["turned"] * 2)


def test_a_box_that_needs_words_keeps_its_window_open_until_it_has_some(staff: Person, feature: Feature) -> None:
    """The listener is not asked, and nothing follows."""
    _open(staff)
    staff.submit({"Your note": "\u200b"})
    assert staff.modal is not None
    assert staff.modal.errors == {"note": "Please write something, or close this."}
    assert feature.given == []


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        (close("kept"), ["Opened"]),
        (clear(), []),
        (update(_window("Next", note=False), "kept"), ["Opened", "Next"]),
    ],
)
def test_a_submission_closes_its_window_clears_them_all_or_shows_the_next(
    staff: Person, feature: Feature, answer: Answer, left: list[str]
) -> None:
    """What follows is told what the answer left for it."""
    feature.answer = lambda _sent: answer
    _open(staff, deep=2)
    staff.submit({"Your note": "Words."})
    _wait_for_titles(staff, left)
    staff.wait_for(lambda: feature.given == ["submitted 6", f"then {answer.note}"])


@pytest.mark.parametrize("answer", [lambda _sent: errors({"note": "Not now."}), _fail])
def test_nothing_follows_a_submission_that_was_not_taken(
    staff: Person, feature: Feature, answer: Callable[[Sent], Answer]
) -> None:
    """The window stays with what was typed; only the second, which is taken, is followed by anything."""
    feature.answer = answer
    _open(staff)
    staff.submit({"Your note": "Words."})
    assert staff.modal is not None
    assert list(staff.modal.errors) == ["note"]
    feature.answer = lambda _sent: close("taken")
    staff.submit({"Your note": "Others."})
    staff.wait_for(lambda: len(feature.given) > 2)
    assert feature.given == ["submitted 6", "submitted 7", "then taken"]
