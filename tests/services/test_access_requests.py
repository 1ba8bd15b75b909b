"""Requests and packs: each step once, in the record, and nothing of a person in clear."""

import json
from datetime import date, timedelta

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import func, select, update

from flows.case import Did
from flows.events import EventKind
from flows.records.access_requests import AccessRequest, Choice, RequestStatus, Ruling
from services import access_requests
from services.access_requests import NOT_THEM, Requests, is_not_them, rulings
from storage import checks, events, export_files, person_index, tables
from storage.crypto import rotation
from storage.crypto.envelope import Keyring
from storage.engine.database import Database
from storage.errors import NoSuchCheck
from storage.export_files import Pack
from storage.proof import bundle, seal
from storage.proof.verify import judge
from tests.storage.builders import LEAD_ONE, REPORTER, Office

RECEIVED = date(2026, 11, 20)
ASKED = {"name": "Anna O'Brien", "born": "12/03/2014", "number": "UPN 42", "asked_by": "Her mother"}


@pytest.fixture
def services(database: Database) -> Office:
    return Office(database)


def work(office: Office, tx: object) -> Requests:
    return Requests(tx, office.keys, office.roster, office.now)  # type: ignore[arg-type] # a connection


def opened(office: Office, request: str | None = None) -> AccessRequest:
    with office.database.begin() as tx:
        return work(office, tx).open(LEAD_ONE, ASKED, RECEIVED, request or office.request())


def steps(office: Office, request: str) -> list[EventKind]:
    return office.happened(request)


def test_a_request_is_kept_with_what_was_asked_and_when_it_is_due(services: Office) -> None:
    """The same submission again opens no second; the 20th of December is a Sunday."""
    first = opened(services, "the-same")
    assert opened(services, "the-same") == first
    assert (first.name, first.asked_by, first.due) == ("Anna O'Brien", "Her mother", date(2026, 12, 21))
    assert first.status is RequestStatus.OPEN
    with services.database.read() as tx:
        assert access_requests.recent(tx, services.keys, RECEIVED) == [first]
        dump = repr([tuple(row) for row in tx.execute(select(tables.requests))])
    assert not [word for word in ("Anna", "mother", "UPN", "2014") if word in dump]
    assert steps(services, first.id) == [EventKind.REQUEST_OPENED]


def test_how_much_was_asked_does_not_show_in_the_database(services: Office) -> None:
    """A long name is as long, sealed, as a short one. What was sealed before it was padded still opens."""
    with services.database.begin() as tx:
        for name in ("Al", "Al" * 40):
            work(services, tx).open(LEAD_ONE, {**ASKED, "name": name}, RECEIVED, services.request())
        sealed = tx.scalars(select(tables.requests.c.sealed)).all()
        assert len({len(each) for each in sealed}) == 1
        one = access_requests.recent(tx, services.keys, RECEIVED)[0].id
        old = checks.load(tx, services.keys, one).sealer.seal(json.dumps(ASKED).encode(), f"request:{one}")
        tx.execute(update(tables.requests).where(tables.requests.c.check_id == one).values(sealed=old))
        assert access_requests.load(tx, services.keys, one).name == ASKED["name"]


def test_two_months_may_be_added_again_by_somebody_who_may_not_know_of_the_first(services: Office) -> None:
    """Each time with its reason; the day stays; the first due on Home is of those that nobody added to."""
    request, other = opened(services), opened(services)
    with services.database.begin() as tx:
        assert access_requests.pressing(tx) == (2, request.due)
        assert work(services, tx).extend(request.id, LEAD_ONE, "Many.", "one", ["a check"]) is Did.DONE
        later = work(services, tx).request(request.id).due
        assert work(services, tx).extend(request.id, LEAD_ONE, "Too many.", "two", again=True) is Did.DONE
        assert work(services, tx).request(request.id).due == later
        held = [each.content["held"] for each in work(services, tx).steps(request.id, EventKind.REQUEST_EXTENDED)]
        assert held == [["a check"], []]
        assert access_requests.extended(tx) == [request.id]
        assert access_requests.pressing(tx) == (2, other.due)
        assert work(services, tx).extend(other.id, LEAD_ONE, "Many.", "three") is Did.DONE
        assert access_requests.pressing(tx) == (2, None)


def test_a_request_is_no_check(services: Office) -> None:
    """It is on nobody's list, wakes nothing, and a check is no request."""
    request, check = opened(services), services.start()
    with services.database.begin() as tx:
        assert request.id not in {one.id for one in checks.of_reporter(tx, services.keys, REPORTER, 10)}
        assert checks.drafts(tx, services.keys, "share-check") == []
        assert checks.waking(tx, services.now + timedelta(days=400)) == [check]
        with pytest.raises(NoSuchCheck):
            work(services, tx).request(check)


def test_two_months_are_added_once_with_a_reason(services: Office) -> None:
    """And never to a request that is closed."""
    request = opened(services)
    with services.database.begin() as tx:
        assert work(services, tx).extend(request.id, LEAD_ONE, "Many records.", "one") is Did.DONE
        assert work(services, tx).extend(request.id, LEAD_ONE, "Many records.", "one") is Did.ALREADY
        assert work(services, tx).extend(request.id, LEAD_ONE, "Another reason.", "two") is Did.STALE
        later = work(services, tx).request(request.id)
    assert (later.extended, later.due) == (True, date(2027, 2, 22))
    entry = services.history(request.id)[-1]
    assert entry.content == {"reason": "Many records.", "due": "2027-02-22", "held": []}
    closed = opened(services)
    with services.database.begin() as tx:
        assert work(services, tx).close(closed.id, LEAD_ONE, "Nothing is kept.", "three") is Did.DONE
        assert work(services, tx).extend(closed.id, LEAD_ONE, "x", "four") is Did.STALE
        assert work(services, tx).close(closed.id, LEAD_ONE, "Nothing is kept.", "three") is Did.ALREADY
        assert work(services, tx).close(closed.id, LEAD_ONE, "In other words.", "five") is Did.STALE
        closing = work(services, tx).closing(closed.id)
        assert closing is not None
        assert (closing.at, closing.who) == (services.now, LEAD_ONE)
        assert work(services, tx).closing(request.id) is None


def test_the_newest_ruling_counts_and_stands_in_the_checks_own_record(services: Office) -> None:
    """So it is erased with the check; a replay adds nothing."""
    request, other, check = opened(services), opened(services), services.start()
    with services.database.begin() as tx:
        rule = work(services, tx).rule
        assert rule(request, check, LEAD_ONE, "1:text", Ruling(Choice.INCLUDE), "one") is Did.DONE
        assert rule(request, check, LEAD_ONE, "1:text", Ruling(Choice.REDACT, "Why", ("Tom",)), "two") is Did.DONE
        assert rule(request, check, LEAD_ONE, "1:text", Ruling(Choice.INCLUDE), "one") is Did.ALREADY
    found = rulings(services.history(check), request.id)
    assert found == {"1:text": Ruling(Choice.REDACT, "Why", ("Tom",))}
    assert rulings(services.history(check), other.id) == {}
    assert services.happened(check).count(EventKind.RULED) == 2


def test_a_record_about_somebody_else_can_be_taken_back(services: Office) -> None:
    """Thinking better of it is one more ruling."""
    request, check = opened(services), services.start()
    for choice, expected in ((Choice.LEAVE_OUT, True), (Choice.INCLUDE, False)):
        with services.database.begin() as tx:
            work(services, tx).rule(request, check, LEAD_ONE, NOT_THEM, Ruling(choice, "x"), services.request())
        assert is_not_them(rulings(services.history(check), request.id)) is expected


def test_a_release_is_in_every_record_it_is_made_of(services: Office) -> None:
    """The number of the pack and its hash, so that a file that turns up later can be told."""
    request, check = opened(services), services.start()
    pack = Pack(export_files.new_number(), b"closed")
    with services.database.begin() as tx:
        work(services, tx).release(request.id, LEAD_ONE, pack, [check], "one")
        assert export_files.find(tx, f" {pack.number.lower()} ", services.now) == pack
    for one, what, more in (
        (request.id, EventKind.REQUEST_RELEASED, {"held": [check]}),
        (check, EventKind.RELEASED, {}),
    ):
        entry = services.history(one)[-1]
        assert (entry.what, entry.content) == (what, {"pack": pack.number, "sha256": pack.sha256, **more})
    with services.database.begin() as tx:
        assert work(services, tx).request(request.id).status is RequestStatus.RELEASED


def test_a_pack_goes_after_thirty_days_or_with_its_check(services: Office) -> None:
    """It is found no longer than that, and the next pack made clears it away."""
    check, other = services.start(), services.start()
    old, of_check, third = (Pack(export_files.new_number(), b"closed") for _ in range(3))
    with services.database.begin() as tx:
        export_files.put(tx, old, [other], services.now)
    services.forward(days=31)
    with services.database.begin() as tx:
        assert export_files.find(tx, old.number, services.now) is None
        export_files.put(tx, of_check, [check, other], services.now)
        export_files.put(tx, third, [other], services.now)
        assert tx.scalar(select(func.count()).select_from(tables.packs)) == 2
        person_index.forget(tx, check)
        assert export_files.find(tx, of_check.number, services.now) is None
        assert export_files.find(tx, third.number, services.now) == third


def test_requests_are_read_after_the_keys_were_changed(database: Database) -> None:
    """`keys rotate` moves their keys as it moves those of checks."""
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    office = Office(database)
    office.keys = Keyring([old])
    request = opened(office)
    rotation.rotate(database, [new, old])
    office.keys = Keyring([new])
    with database.begin() as tx:
        assert work(office, tx).request(request.id) == request


def test_a_request_whose_key_is_gone_is_listed_no_more(services: Office) -> None:
    """One that cannot be opened does not keep the others from being answered."""
    lost, request = opened(services), opened(services)
    with services.database.begin() as tx:
        other = Keyring([Fernet.generate_key().decode()]).new_key()
        tx.execute(update(tables.checks).where(tables.checks.c.id == lost.id).values(wrapped_key=other))
        assert access_requests.recent(tx, services.keys, RECEIVED) == [request]
        assert events.history(tx, request.id, checks.load(tx, services.keys, request.id).sealer)


def test_the_steps_of_a_request_are_sealed_and_proved_like_any_other(services: Office) -> None:
    """One record, one chain: a verifier finds every entry as it was committed to."""
    request, check = opened(services), services.start()
    with services.database.begin() as tx:
        work(services, tx).rule(request, check, LEAD_ONE, "1:text", Ruling(Choice.INCLUDE), "one")
        seal.seal_now(tx, None, services.now)
    with services.database.begin() as tx:
        verdict = judge(bundle.of_record(tx, services.keys), open_all=True)
    assert (verdict.findings, verdict.erased, verdict.entries) == ((), 0, 3)
