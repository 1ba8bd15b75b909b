"""Who finished which practice situation: each once, the newest first, and gone when its time is over."""

from datetime import timedelta

from storage import induction, outbox
from storage.engine.database import Database
from storage.induction import Finished
from tests.storage.builders import START

DAY = timedelta(days=1)


def test_a_situation_is_finished_once_however_often_it_is_pressed(database: Database) -> None:
    """A replayed press adds no second row; another time and another person do."""
    with database.begin() as tx:
        assert induction.finish(tx, "U0STAFF", "home", START, "one")
        assert not induction.finish(tx, "U0STAFF", "home", START + DAY, "one")
        assert induction.finish(tx, "U0STAFF", "list", START + DAY, "two")
        assert induction.finish(tx, "U0LEAD1", "home", START, "three")
    with database.read() as tx:
        assert induction.last_of(tx, "U0STAFF") == Finished("list", START + DAY)
        assert induction.last_of(tx, "U0OTHER") is None
        assert list(induction.everybody(tx).items()) == [("U0STAFF", START + DAY), ("U0LEAD1", START)]


def test_what_is_old_is_forgotten(database: Database) -> None:
    """The person counts as not having practised again, and nothing of them stays."""
    with database.begin() as tx:
        induction.finish(tx, "U0STAFF", "home", START, "one")
        induction.finish(tx, "U0LEAD1", "home", START + DAY, "two")
        assert induction.forget(tx, START + DAY) == 1
        assert list(induction.everybody(tx)) == ["U0LEAD1"]


def test_staff_are_those_who_opened_the_home_tab_within_a_year(database: Database) -> None:
    """Nobody is listed because they started a check, and nobody for ever."""
    with database.begin() as tx:
        outbox.put_home(tx, "U0STAFF", START)
        assert induction.opened_home(tx, START + induction.SEEN_FOR) == ("U0STAFF",)
        assert induction.opened_home(tx, START + induction.SEEN_FOR + DAY) == ()
