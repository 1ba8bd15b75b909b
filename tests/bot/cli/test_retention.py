"""share-check retention, and what a backup brings back: what they say, and what they never show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from bot.cli.main import main
from bot.config.organisation import example_organisation_path
from bot.config.settings import setting_names
from flows.events import EventKind
from flows.model import Answers
from flows.records.retention import Schedule
from services.retention import Retention
from storage import outbox
from storage.backup import erased_list
from storage.erasure import Erasure, erasures
from storage.tables import outbox as rows
from tests.databases import sqlite_database
from tests.flows.builders import calm_but
from tests.storage.builders import LEAD_ONE, REPORTER
from tests.storage.records_with_secrets import OLD, KeyedOffice, settings

LONG_AGO = datetime(2024, 3, 4, 10, 0, tzinfo=UTC)
SECRET = "Xanthippe"
HIDDEN = "Records that not every lead may know of are not counted here: Slack shows them to those who may."


@dataclass
class Place:
    """A folder with a database and the organisation's file."""

    folder: Path
    office: KeyedOffice

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder / 'test.db'}"

    def run(self, *words: str) -> tuple[int, str]:
        """How it ended, and all it said."""
        given = {**dict.fromkeys(setting_names()), **settings(self.url, OLD)}
        given["SHARE_CHECK_ORGANISATION"] = str(example_organisation_path())
        result = CliRunner().invoke(main, words, env=given)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert SECRET not in result.output
        return result.exit_code, result.output

    def ended(self, sheet: Answers | None = None, at: datetime = LONG_AGO) -> str:
        """A check that needed nobody; its id."""
        self.office.now = at
        check = self.office.start()
        self.office.answers(check, sheet or calm_but())
        with self.office.reporting() as work:
            work.write(check, REPORTER, EventKind.NOTE, {"text": SECRET}, self.office.request())
            work.send(check, REPORTER)
        with self.office.database.begin() as tx:
            for row in outbox.claim(tx, at, 100):
                outbox.stamp(tx, row, at, row.target, f"{row.id}.0")
            tx.execute(update(rows).values(due_at=None))
        return check

    def ref(self, check: str) -> str:
        return self.office.check(check).ref

    def erase(self, check: str) -> None:
        self.office.now = datetime.now(UTC)
        with self.office.database.begin() as tx:
            schedule = Schedule(timedelta(days=366), 25, timedelta(days=731))
            work = Retention(tx, self.office.keys, self.office.roster, self.office.now, schedule)
            assert work.approve(check, LEAD_ONE, "over", self.office.request()) is None
            assert work.erase(check, LEAD_ONE) is None


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.chdir(tmp_path)
    database = sqlite_database(tmp_path / "test.db")
    return Place(tmp_path, KeyedOffice(database, OLD))


def _lines(said: str, start: str) -> Sequence[str]:
    return [line for line in said.splitlines() if line.startswith(start)]


def test_a_dry_run_names_references_and_changes_nothing(place: Place) -> None:
    """What is due, what soon will be, and how it is decided."""
    due = place.ref(place.ended())
    soon = place.ref(place.ended(at=datetime.now(UTC) - timedelta(days=350)))
    place.ended(at=datetime.now(UTC) - timedelta(days=100))
    before = (place.folder / "test.db").read_bytes()
    code, said = place.run("retention", "--dry-run")
    assert code == 0
    assert _lines(said, "At the end") == [f"At the end of their time now: 1 record ({due})."]
    assert _lines(said, "In the next") == [f"In the next 31 days: 1 record ({soon})."]
    assert "Schedule: 366 days after the last change" in said
    assert "A request for a copy of records: 731 days after it was closed." in said
    assert HIDDEN in said
    assert "Nothing was changed. A lead decides in Slack" in said
    assert (place.folder / "test.db").read_bytes() == before


def test_a_record_that_a_lead_is_left_out_of_stands_in_no_number(place: Place) -> None:
    """Whoever runs the bot may be a friend of that lead; and the words are the same with and without."""
    code, without = place.run("retention", "--dry-run")
    hidden = place.ref(place.ended(calm_but(S2="lead-1")))
    assert (code, place.run("retention", "--dry-run")[1]) == (0, without)
    assert hidden not in without
    assert _lines(without, "At the end") == ["At the end of their time now: none."]


def test_what_was_erased_is_listed_for_whoever_checks_the_record(place: Place) -> None:
    """Its entries are as many as the verifier counts."""
    check = place.ended()
    ref = place.ref(check)
    place.ended()
    hidden = place.ended(calm_but(S2="lead-1"))
    place.erase(check)
    code, said = place.run("retention", "--erased")
    assert code == 0
    first, second, _ = said.splitlines()
    assert first.startswith("1 record erased, with ")
    entries = first.removeprefix("1 record erased, with ").split()[0]
    assert second.startswith(f"{ref}: made 04 March 2024, erased ")
    assert f"{entries} entries erased under the retention rule." in place.run("verify")[1]
    hidden_ref = place.ref(hidden)
    place.erase(hidden)
    assert place.run("retention", "--erased") == (0, said)
    assert hidden_ref not in said


def test_what_slack_did_not_let_shrink_is_counted_by_reference(place: Place) -> None:
    """With Slack's own word for why; not of a check that somebody is left out of."""
    check, hidden = place.ended(), place.ended(calm_but(S2="lead-1"))
    with place.office.database.begin() as tx:
        tx.execute(update(rows).where(rows.c.check_id.in_([check, hidden])).values(unshrunk="edit_window_closed"))
    _, said = place.run("retention", "--dry-run")
    assert "Slack did not let 1 message be cut to the reference. It is asked again once a day:" in said
    assert f"- {place.ref(check)}: 1 (edit_window_closed)" in said
    assert place.ref(hidden) not in said


def test_without_saying_what_it_explains_itself(place: Place) -> None:
    """Nothing is deleted from the command line."""
    code, said = place.run("retention")
    assert code == 2
    assert "Say --dry-run or --erased. Records are deleted in Slack, by a lead" in said


def test_with_settings_that_are_wrong_it_ends_in_words(place: Place) -> None:
    """No trace, and no secret."""
    given = {**dict.fromkeys(setting_names()), **settings(f"sqlite:///{place.folder / 'none' / 'x.db'}", OLD)}
    result = CliRunner().invoke(main, ["retention", "--dry-run"], env=given)
    assert isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    assert result.exit_code in (1, 2)


def test_a_restored_backup_does_not_bring_back_what_was_erased(place: Place) -> None:
    """Erased after the backup was made: the database that is replaced still knows of it."""
    gone, stays = place.ended(), place.ended()
    (place.folder / "backups").mkdir()
    code, said = place.run("backup", "--to", "backups")
    assert code == 0, said
    place.erase(gone)
    place.office.database.close()
    code, said = place.run("restore", said.split(" is made")[0], "--replace")
    assert code == 0, said
    assert "What had been erased since is erased in it as well: 1." in said
    code, said = place.run("retention", "--erased")
    assert said.startswith("1 record erased")
    assert place.run("verify")[0] == 0
    assert place.office.check(stays).reporter == REPORTER


def test_the_list_beside_the_backups_holds_where_the_database_is_lost(place: Place) -> None:
    """A later backup wrote it; an older one is restored onto a new disk."""
    gone = place.ended()
    place.ended()
    (place.folder / "backups").mkdir()
    _, said = place.run("backup", "--to", "backups")
    older = said.split(" is made")[0]
    place.erase(gone)
    assert place.run("backup", "--to", "backups")[0] == 0
    listed = place.folder / "backups" / erased_list.NAME
    assert listed.read_text().split()[:2] == [gone, LEAD_ONE]
    assert listed.stat().st_mode & 0o077 == 0
    place.office.database.close()
    for file in place.folder.glob("test.db*"):
        file.unlink()
    code, said = place.run("restore", older, "--replace")
    assert code == 0, said
    assert "What had been erased since is erased in it as well: 1." in said
    with place.office.database.read() as tx:
        assert [each.check for each in erasures(tx)] == [gone]


def test_a_list_that_somebody_spoilt_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    """A line that is none is passed over; what is there stays when more is added."""
    one = Erasure("a" * 32, LEAD_ONE, LONG_AGO)
    two = Erasure("b" * 32, LEAD_ONE, LONG_AGO + timedelta(days=1))
    erased_list.add(tmp_path, [two])
    file = tmp_path / erased_list.NAME
    file.write_text(file.read_text() + "nonsense\nc U1 yesterday\nd U1 2024-03-04T10:00:00\n")
    erased_list.add(tmp_path, [one])
    assert erased_list.read(tmp_path) == (one, two)
    assert erased_list.read(tmp_path / "nowhere") == ()
    assert erased_list.of_database(f"sqlite:///{tmp_path / 'nowhere.db'}") == ()
    assert not (tmp_path / "nowhere.db").exists()
