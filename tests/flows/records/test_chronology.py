"""A check as one chapter: kept apart where it is about an adult at work, and told in order."""

import pytest

from flows.events import EventKind
from flows.records.chronology import chapter, is_about_an_adult_at_work
from tests.bot.builders import check, entry


@pytest.mark.parametrize(
    ("answers", "is_apart"),
    [({}, False), ({"S3": ("none",)}, False), ({"S3": ("low_level",)}, True), ({"S3": ("not_sure",)}, True)],
)
def test_a_concern_about_an_adult_at_work_is_kept_apart(answers: dict[str, tuple[str, ...]], *, is_apart: bool) -> None:
    """Low-level concerns too, and what may be one."""
    assert is_about_an_adult_at_work(check(answers)) is is_apart


def test_a_chapter_has_who_was_told_first_and_what_was_decided() -> None:
    """Each target once, with the first time; nothing made up where there is none."""
    empty = chapter(check(), [])
    assert (empty.told, empty.decision, empty.reason, empty.ended_at) == ((), "", "", None)
    entries = [
        entry(EventKind.PAGE_SENT, to="U0LEAD1", ask=1),
        entry(EventKind.PAGE_SENT, to="U0LEAD1", ask=2),
        entry(EventKind.DECIDED, decision="share", reason="It protects them."),
        entry(EventKind.CLOSED, outcome="They are safe."),
    ]
    told = chapter(check(), entries)
    assert [to for to, _ in told.told] == ["U0LEAD1"]
    assert (told.decision, told.reason, told.ended) == (
        "Share the information",
        "It protects them.",
        "They are safe.",
    )
