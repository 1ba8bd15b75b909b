"""share-check digest: what it shows, what it refuses, and that it never sends anything."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.fernet import Fernet
from sqlalchemy import func, select

from bot.cli.main import main
from bot.config.organisation import example_organisation_path
from bot.config.settings import setting_names
from flows.reports.figures import Week
from storage.crypto.envelope import Keyring
from storage.tables import digests, events, outbox
from tests.databases import sqlite_database
from tests.flows.builders import calm_but
from tests.storage.builders import Office

KEY = Fernet.generate_key().decode()


@dataclass
class Place:
    """A folder with a database in which something happened a week ago."""

    folder: Path
    office: Office
    week: Week

    def run(self, *words: str) -> tuple[int, str]:
        """How it ended and all that it said, and that nothing is changed by it."""
        given = {
            "SLACK_BOT_TOKEN": "xoxb-test",
            "SLACK_APP_TOKEN": "xapp-test",
            "SHARE_CHECK_DATABASE_URL": f"sqlite:///{self.folder / 'digest.db'}",
            "SHARE_CHECK_ORGANISATION": str(example_organisation_path()),
            "SHARE_CHECK_KEYS": KEY,
        }
        before = self._kept()
        result = CliRunner().invoke(main, ["digest", *words], env={**dict.fromkeys(setting_names()), **given})
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert self._kept() == before
        return result.exit_code, result.output

    def _kept(self) -> list[int]:
        with self.office.database.read() as tx:
            return [tx.scalar(select(func.count()).select_from(table)) or 0 for table in (outbox, events, digests)]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    database = sqlite_database(tmp_path / "digest.db")
    office = Office(database)
    office.keys = Keyring([KEY])
    from bot.clock import SystemClock  # noqa: PLC0415 - the command reads the real time

    office.now = SystemClock().now() - timedelta(days=7)
    week = Week.of(office.roster.week.day_of(office.now))
    office.led(calm_but(S4="yes"))
    for _ in range(6):
        check = office.start()
        office.answers(check, calm_but({"3.1.4": "not_sure"}))
        with office.reporting() as working:
            working.send(check, "U0STAFF")
    office.raised(calm_but(S2="lead-1", S4="yes"))
    yield Place(tmp_path, office, week)
    database.close()


def test_a_preview_says_what_would_be_sent_and_sends_nothing(place: Place) -> None:
    """To the leads and to the staff; without the case that a lead is left out of."""
    status, said = place.run("--week", str(place.week), "--preview")
    assert status == 0
    assert "To the leads' channel:" in said
    assert "7 checks were started; 7 came to a lead." in said
    assert "3.1.4 Do you have a legal duty or power to share it? (6 times)" in said
    assert "No staff_channel is set. It would say:" in said
    assert "Last week 5 to 9 checks were started." in said
    assert "are told by themselves. That is not shown here." in said
    assert "case that you may know of" not in said
    assert "&amp;" not in said


def test_without_a_week_it_is_the_last_whole_one(place: Place) -> None:
    """As the next Monday's digest is about."""
    current = Week.of(place.office.roster.week.day_of(place.office.now + timedelta(days=7)))
    assert current.before.words in place.run("--preview", "--audience", "leads")[1]
    status, said = place.run("--preview", "--week", str(current), "--audience", "leads")
    assert status == 0
    assert "This week is not over." in said


@pytest.mark.parametrize("form", ["text", "csv", "html"])
def test_the_boards_summary_in_every_form(place: Place, form: str) -> None:
    """Whole weeks, in bands."""
    status, said = place.run("--audience", "board", "--week", str(place.week), "--format", form)
    assert status == 0
    assert "5 to 9" in said
    assert "fewer than 5" in said
    if form == "csv":
        (row,) = [row for row in csv.DictReader(io.StringIO(said)) if row["figure"] == "Cases that came to a lead"]
        assert row["value"] == "5 to 9"
        (row,) = [row for row in csv.DictReader(io.StringIO(said)) if row["figure"] == "Cases closed"]
        assert row["value"] == "fewer than 5"
    if form == "html":
        assert said.startswith("<!doctype html>")


def test_the_boards_summary_takes_days_and_counts_whole_weeks(place: Place) -> None:
    """A day more or less changes nothing, so that no two summaries give a day away."""
    first, last = place.week.first, place.week.last
    whole = place.run("--audience", "board", "--from", str(first), "--to", str(last))
    wider = place.run(
        "--audience", "board", "--from", str(first - timedelta(days=3)), "--to", str(last + timedelta(days=3))
    )
    assert whole == wider
    assert whole[0] == 0


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ((), "Nothing is sent from here"),
        (("--week", "2026-W60", "--preview"), '"2026-W60" is not a week. Write it like 2026-W47.'),
        (("--week", "2199-W01", "--preview"), "2199-W01 has not begun yet."),
        (("--audience", "board"), "The board's summary needs --from and --to, or --week."),
        (("--audience", "board", "--from", "2026-09-01"), "needs --from and --to"),
        (("--audience", "board", "--from", "1 May", "--to", "2026-09-01"), '"1 May" is not a day.'),
        (("--audience", "board", "--from", "2026-09-02", "--to", "2026-09-01"), "is after --to"),
        (("--audience", "board", "--from", "2026-09-02", "--to", "2026-09-05"), "There is no whole week"),
        (("--audience", "board", "--from", "1900-01-01", "--to", "2026-09-05"), "is the most"),
        (("--audience", "board", "--week", "2026-W01", "--to", "2026-09-05"), "not both"),
        (("--preview", "--format", "html"), "--format html is for the board's summary"),
        (("--preview", "--from", "2026-09-05"), "add --audience board"),
    ],
)
def test_what_cannot_be_is_refused_in_words(place: Place, words: tuple[str, ...], problem: str) -> None:
    """All of it at once, with status 2."""
    status, said = place.run(*words)
    assert status == 2
    assert problem in said
