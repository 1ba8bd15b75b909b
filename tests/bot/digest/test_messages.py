"""The digests as Slack would draw them: within its limits at their largest, with words above every picture."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest

from bot.digest import charts, leads_message
from bot.digest.leads_message import LeadsDigest, leads
from bot.digest.staff_message import OwnLine, StaffDigest, own_line, staff
from bot.slack.block_kit import Message
from flows.case import DECISIONS
from flows.checklist import CHECKLIST
from flows.model import Outcome
from flows.paging.cover import Gap
from flows.reports.figures import AGES, Trend, Week, WeekFigures
from flows.training.briefings import BRIEFINGS
from sandbox.state.visible_text import of_blocks
from tests.bot.builders import HOSTILE
from tests.bot.slack.limits import fits_message

WEEK = Week(2026, 53)
LARGE = WeekFigures(
    started=123456,
    finished=123456,
    abandoned=99999,
    outcomes=dict.fromkeys(Outcome, 99999),
    cases=12345,
    answers=tuple(range(0, 900000, 777)),
    missed=12345,
    out_of_hours=12000,
    decisions=dict.fromkeys(DECISIONS, 12345),
    closed=12345,
    disagreements=12345,
    open_by_age=dict.fromkeys(AGES, 99999),
    nobody_leads=99999,
    no_plan_yet=99999,
    plans_waiting=99999,
    strands_overdue=99999,
    sharing_waiting=99999,
    questions_waiting=99999,
    to_sample={Outcome.HOLD: 99999, Outcome.FIX_FIRST: 99999},
    fixes=dict.fromkeys(CHECKLIST.fixes, 99999),
    unsure=dict.fromkeys(CHECKLIST.by_id, 99999),
    drills=9,
    drill_answers=tuple(range(100, 800, 100)),
    drills_unanswered=2,
    retention=99999,
    late=(100, 2000),
    undelivered=3,
    forgotten=4,
)


def trend(figures: WeekFigures = LARGE, weeks: int = 12) -> Trend:
    week, kept = WEEK, {}
    for _ in range(weeks):
        kept[week] = figures
        week = week.before
    return Trend.up_to(WEEK, kept)


def full(figures: WeekFigures = LARGE, weeks: int = 12, **more: Any) -> LeadsDigest:
    gaps = tuple(Gap(date(2026, 12, 28) + timedelta(days=number), works=number < 3) for number in range(7))
    said: dict[str, Any] = {"gaps": gaps, "late": "Wednesday 30 September at 08:30", "head": "0" * 64, "so_far": True}
    return LeadsDigest(WEEK, figures, trend(figures, weeks), **{**said, **more})


def words(message: Message) -> str:
    return of_blocks(list(message.blocks))


@pytest.mark.parametrize("pictures", [True, False])
@pytest.mark.parametrize("weeks", [1, 2, 12])
@pytest.mark.parametrize("figures", [LARGE, WeekFigures()], ids=["large", "empty"])
def test_a_digest_fits_whatever_it_counts(figures: WeekFigures, weeks: int, *, pictures: bool) -> None:
    """Blocks, characters, points and rows."""
    message = leads(full(figures, weeks), pictures=pictures)
    fits_message(message)
    kinds = [block["type"] for block in message.blocks]
    assert kinds.count("data_visualization") <= 2
    assert ("data_table" in kinds) is pictures
    assert len(message.blocks) <= 30


def test_every_number_of_a_table_has_the_text_that_slack_shows() -> None:
    """Slack refuses a number without one, and a digest would then never show its table to anybody."""
    (table,) = (block for block in leads(full()).blocks if block["type"] == "data_table")
    numbers = [cell for row in table["rows"] for cell in row if cell["type"] == "raw_number"]
    assert numbers
    assert all(cell["text"] == str(cell["value"]) for cell in numbers)


def test_every_picture_has_a_name_and_words_above_it() -> None:
    """Whoever does not see it, or has a minute, misses nothing."""
    blocks = leads(full()).blocks
    for before, block in pairwise(blocks):
        if block["type"] == "data_visualization":
            assert block["title"]
            assert before["type"] == "section"
            assert any(sign.isdigit() for sign in before["text"]["text"])
        if block["type"] == "data_table":
            assert block["caption"]


def test_pictures_and_words_say_the_same() -> None:
    """Every number of the charts and the table stands in the lines that take their place."""
    small = WeekFigures(started=7, finished=5, cases=2, answers=(60, 600), outcomes={"HOLD": 3}, out_of_hours=1)
    pictures, plain = leads(full(small)), words(leads(full(small), pictures=False))
    for block in pictures.blocks:
        if block["type"] == "data_visualization":
            for index, label in enumerate(block["chart"]["axis_config"]["categories"]):
                numbers = [str(each["data"][index]["value"]) for each in block["chart"]["series"]]
                (line,) = [one for one in plain.splitlines() if f"Week from {label}:" in one and _fits(one, block)]
                assert all(number in line for number in numbers)
        if block["type"] == "data_table":
            for row in block["rows"][1:]:
                cells = [cell["text"] for cell in row if cell["text"] != "-"]
                assert any(all(cell in line for cell in cells) for line in plain.splitlines()), cells


def _fits(line: str, block: dict[str, Any]) -> bool:
    return ("minutes, half within" in line) is str(block["title"]).startswith("Minutes")


def test_the_leads_read_what_waits_before_the_pictures() -> None:
    """Two minutes on a Monday are enough for the first half of a screen."""
    blocks = list(leads(full()).blocks)
    first = next(number for number, block in enumerate(blocks) if block["type"] == "data_visualization")
    above = of_blocks(blocks[:first])
    for each in (
        "Waiting now",
        "Nobody leads yet: 99999",
        "Nobody is on cover on these days of week 1",
        "late, the latest 33 minutes",
    ):
        assert each in above


def test_the_three_questions_people_were_least_sure_of_come_with_two_minutes_each() -> None:
    """Most often first; no more than three."""
    unsure = {"S5": 2, "3.1.4": 5, "3.2.1": 3, "4.2": 2}
    found = words(leads(full(WeekFigures(unsure=unsure))))
    asked = [key for key, each in BRIEFINGS.items() if each.ask in found.replace("&amp;", "&")]
    assert asked == ["3.1.4", "3.2.1", "4.2"]
    assert "(5 times)" in found


def test_an_empty_week_says_so_calmly() -> None:
    """Nothing happened is worth a sentence."""
    found = words(leads(LeadsDigest(WEEK, WeekFigures(), trend(WeekFigures()))))
    assert "No checks were started, as in the week before; none came to a lead." in found
    assert "Nothing. No case is open." in found
    assert "No misses: every page arrived within a minute." in found
    assert "Somebody is on cover every day." in found
    assert leads_message.LEFT_OUT in found


def test_the_staffs_digest_has_a_tip_whom_to_ask_and_no_small_number() -> None:
    """The same for no check and for four."""
    tips = [staff(StaffDigest("3.1.4", ("Lead one",), (("Lead one", "020 7946 0101"),), number)) for number in range(5)]
    assert len({words(tip) for tip in tips}) == 1
    assert "fewer than 5" in words(tips[0])
    fits_message(tips[0])
    nobody = staff(StaffDigest("4.2", (), (), 12))
    assert "No lead is marked as on cover today." in words(nobody)
    assert "10 to 14" in words(nobody)


def test_names_cannot_call_everybody() -> None:
    """A name from the organisation's file is text, whatever signs are in it."""
    message = staff(StaffDigest("3.1.4", (HOSTILE,), ((HOSTILE, "020 7946 0101"),), 0))
    assert "<!channel>" not in repr(message.blocks)
    fits_message(message)


@pytest.mark.parametrize("question", BRIEFINGS)
def test_every_tip_fits(question: str) -> None:
    """Any question may be the one."""
    fits_message(staff(StaffDigest(question, ("Lead one",), (("Lead one", "020 7946 0101"),), 3)))


def test_ones_own_line_counts_and_names_nothing() -> None:
    """How many, and what waits; what it is about is behind Open."""
    message = own_line(OwnLine(WEEK, cases=2, raised=1, open=2, nobody_leads=1, missed=0))
    fits_message(message)
    assert "2 cases that you may know of are in none of the shared figures." in words(message)
    assert "SC-" not in words(message) + message.text


def test_a_table_in_lines_names_its_columns() -> None:
    """Nobody has to remember which number was which."""
    line = charts.as_lines(("Figure", "This week", "Week before"), [("Checks & more", 1, 2), ("Waits", "-", "-")])
    assert line["text"]["text"] == "Checks &amp; more: 1 (week before 2)\nWaits: -"
