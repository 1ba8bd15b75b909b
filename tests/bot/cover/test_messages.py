"""Messages about cover: within Slack's limits, and dates only."""

from collections.abc import Iterator
from datetime import date, timedelta

from bot.cover import messages
from flows.paging.cover import Gap
from tests.bot.slack.limits import fits_message, words

MONDAY = date(2026, 12, 14)


def _gaps(*numbers: int) -> list[Gap]:
    days = [MONDAY + timedelta(days=number) for number in numbers]
    return [Gap(day, day.weekday() < 5) for day in days]


def _reports() -> Iterator[list[Gap]]:
    yield _gaps(0)
    yield _gaps(5, 7)
    yield _gaps(*range(14))


def test_a_report_holds_dates_and_marks_days_off() -> None:
    """One line a day; a locked phone shows that there are some, and no more."""
    for gaps in _reports():
        message = messages.gap_report(gaps)
        assert message is not None
        fits_message(message)
        said = words(message.blocks)
        assert said.count("• ") == len(gaps)
        assert said.count("(not a working day)") == sum(not gap.works for gap in gaps)
        assert gaps[0].works or "• Saturday 19 December (not a working day)" in said
        assert "December" not in message.text
        assert "Lead" not in said.replace("Leads and deputies", "")
    assert messages.gap_report([]) is None


def test_a_closed_account_is_said_without_a_name() -> None:
    """Whoever runs the bot knows where to look."""
    message = messages.closed_account()
    fits_message(message)
    assert words(message.blocks) == message.text
    assert message.text == (
        "An account on the safeguarding list is closed. The ladder skips it. Please update organisation.toml."
    )
