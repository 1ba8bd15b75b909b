"""The log: whatever happens and whoever writes the line, nothing of a case is in it."""

import json
import logging
from collections.abc import Iterator

import pytest

from bot.monitoring import logs

CANARY = "Xanthippe Quokka of School one"


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """The root logger is everybody's."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def _everything_goes_wrong() -> None:
    """As our own modules and the libraries log it."""
    logging.getLogger("bot.delivery.scheduler").error("check %s: %s", "5f0c", "ValueError")
    logging.getLogger("share-check").warning("two\nlines")
    logging.getLogger("slack_sdk.socket_mode.client").error("Failed to handle %s", CANARY)
    logging.getLogger("share-check.bolt").error("Unhandled: %s", CANARY)
    try:
        int(CANARY)
    except ValueError:
        logging.getLogger("bot.delivery.sender").exception("outbox row 7")


def test_in_json_each_line_is_an_object_with_time_level_and_reference(capsys: pytest.CaptureFixture[str]) -> None:
    """A log collector can read it, and no line feed in a message begins a line of its own."""
    logs.set_up("json")
    _everything_goes_wrong()
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["logger"] for line in lines] == [
        "bot.delivery.scheduler",
        "share-check",
        "slack_sdk.socket_mode.client",
        "share-check.bolt",
        "bot.delivery.sender",
    ]
    assert lines[0]["message"] == "check 5f0c: ValueError"
    assert lines[0]["level"] == "ERROR"
    assert lines[0]["at"].endswith("+00:00")
    assert lines[1]["message"] == "two lines"
    assert lines[4]["error"].startswith("ValueError in test_logs.py, line ")


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_words_of_a_library_or_of_an_error_are_logged(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    """They may quote what somebody typed; the place in the code is enough to look it up."""
    logs.set_up("json" if form == "json" else "text")
    _everything_goes_wrong()
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 5
    assert not [word for word in CANARY.split() if word in said]
    assert "said something in test_logs.py, line " in said


def test_setting_it_up_again_writes_no_line_twice(capsys: pytest.CaptureFixture[str]) -> None:
    """The settings are read after the first lines may be due."""
    logs.set_up("text")
    logs.set_up("json")
    logging.getLogger("bot").warning("once")
    assert json.loads(capsys.readouterr().err)["message"] == "once"
