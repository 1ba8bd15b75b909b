"""Find records by person without storing anything about the person in clear: keyed hashes of names, dates and numbers.

The key of the hashes is random, sealed in the database under the organisation's keys, and rewrapped by `keys rotate`
(docs/decisions/0014-subject-access.md). If it can no longer be opened, a new key is made and the index rebuilt from the
checks.
"""

from __future__ import annotations

import hmac
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date

import jellyfish
from sqlalchemy import Connection, and_, delete, insert, select

from flows.case import latest
from flows.events import EventKind
from flows.records import matching
from flows.records.matching import Described, Likeness
from storage import events as record
from storage import export_files
from storage.checks import Opened
from storage.crypto.envelope import Keyring
from storage.engine import idempotent
from storage.errors import CannotOpen
from storage.tables import checks, events, index_keys, people

_NAME = "people-2"
"""The number is the edition of the forms below: where they change it grows, and the index is made anew."""
_KEY_BYTES = 32
_FORM_BYTES = 16
_PORTION = 32
"""Rows of a check come in multiples of this, so that their number reveals almost nothing about the name."""
_SHORTEST_SOUND = 3
_AT_ONCE = 500

_OF_OTHER_EDITIONS = and_(index_keys.c.name.startswith("people"), index_keys.c.name != _NAME)
_HAS_BORN, _HAS_NUMBER = "has:born", "has:number"


class Index:
    """The index with its key, within one transaction."""

    def __init__(self, tx: Connection, key: bytes) -> None:
        self._tx = tx
        self._key = key

    def add(self, check: str, who: Described, today: date) -> None:
        """Add what is known of the person a check is about. Earlier entries stay, as they do in the record."""
        wanted = {self._form(text) for text in _texts(who, today)}
        if not wanted:
            return
        known = set(self._tx.scalars(select(people.c.form).where(people.c.check_id == check)))
        new = sorted(wanted - known)
        new += [os.urandom(_FORM_BYTES) for _ in range(-len(new) % _PORTION)] if new else []
        if new:
            self._tx.execute(insert(people), [{"check_id": check, "form": form} for form in new])

    def find(self, who: Described, today: date) -> tuple[str, ...]:
        """Return the ids of checks about a matching person, allowing for spelling and sound."""
        name = matching.words(who.name)
        spelt = {word: {self._form(text) for text in _asked(word)} for word in (*name, *matching.joined(name))}
        born = {self._form(_born(day)) for day in matching.days(who.born, today)}
        number = {self._form(_number(each)) for each in matching.numbers(who.number)}
        has_born, has_number = self._form(_HAS_BORN), self._form(_HAS_NUMBER)
        held = self._held({*born, *number, *(form for known in spelt.values() for form in known)})

        def fits(forms: AbstractSet[bytes]) -> bool:
            return _likeness(name, spelt, born, number, forms, has_born, has_number).fits

        for forms in held.values():
            forms.update({has_born} if forms & born else (), {has_number} if forms & number else ())
        likely = sorted(check for check, forms in held.items() if fits(forms))  # an order that reveals nothing
        for check, form in self._among(likely, (has_born, has_number)):
            held[check].add(form)
        return tuple(check for check in likely if fits(held[check]))

    def _held(self, wanted: set[bytes]) -> dict[str, set[bytes]]:
        """Return the checks with any of these hashes, by id, each with those of them that it has."""
        found: dict[str, set[bytes]] = defaultdict(set)
        listed = sorted(wanted)
        for start in range(0, len(listed), _AT_ONCE):
            rows = select(people.c.check_id, people.c.form).where(people.c.form.in_(listed[start : start + _AT_ONCE]))
            for row in self._tx.execute(rows):
                found[row.check_id].add(row.form)
        return found

    def _among(self, checks_: Sequence[str], forms: Sequence[bytes]) -> Iterator[tuple[str, bytes]]:
        """Yield which of these checks have which of these hashes."""
        rows = select(people.c.check_id, people.c.form).where(people.c.form.in_(forms))
        for start in range(0, len(checks_), _AT_ONCE):
            for row in self._tx.execute(rows.where(people.c.check_id.in_(checks_[start : start + _AT_ONCE]))):
                yield row.check_id, row.form

    def _form(self, text: str) -> bytes:
        return hmac.digest(self._key, text.encode(), "sha256")[:_FORM_BYTES]


def _likeness(
    name: tuple[str, ...],
    spelt: Mapping[str, set[bytes]],
    born: set[bytes],
    number: set[bytes],
    held: AbstractSet[bytes],
    has_born: bytes,
    has_number: bytes,
) -> Likeness:
    return Likeness(
        name=matching.is_covered(name, lambda word: bool(spelt[word] & held)) if name else None,
        born=bool(born & held) if born and has_born in held else None,
        number=bool(number & held) if number and has_number in held else None,
    )


def _texts(who: Described, today: date) -> Iterator[str]:
    name = matching.words(who.name)
    for word in {*name, *matching.joined(name)}:
        yield from _word(word)
    born = matching.days(who.born, today)
    yield from map(_born, born)
    number = matching.numbers(who.number)
    yield from map(_number, number)
    yield from [_HAS_BORN] * bool(born)
    yield from [_HAS_NUMBER] * bool(number)


def _word(word: str) -> Iterator[str]:
    """Yield the forms under which a word is kept: its spelling, that without any one letter, and its sound."""
    yield f"name:{word}"
    yield from (f"slip:{each}" for each in matching.shortened(word))
    yield from _sound(word)


def _asked(word: str) -> Iterator[str]:
    """Yield the forms by which a word is found: as it is kept, one letter more or less, and if long one swapped."""
    yield f"name:{word}"
    yield f"slip:{word}"
    yield from (f"name:{each}" for each in matching.shortened(word))
    if len(word) >= matching.SHORTEST_SWAP:
        yield from (f"slip:{each}" for each in matching.shortened(word))
    yield from _sound(word)


def _sound(word: str) -> Iterator[str]:
    """Yield how a word sounds in English, if its letters are English. A y inside is a vowel: Ayesha is Aisha."""
    if len(word) < _SHORTEST_SOUND or not word.isascii():
        return
    if sound := jellyfish.metaphone(word[0] + word[1:].replace("y", "i")).strip():
        yield f"sound:{sound}"


def _born(day: date) -> str:
    return f"born:{day.isoformat()}"


def _number(number: str) -> str:
    return f"number:{number}"


def index(tx: Connection, keys: Keyring, today: date) -> Index:
    """Return the index. Build it from the checks if it is new, another edition wrote to it, or its key does not open.

    While two versions run on one database, each builds its own as often as the other has written.
    """
    found = _key(tx, keys)
    if found is None:
        return _rebuilt(tx, keys, today)
    others = tx.scalars(select(index_keys.c.name).where(_OF_OTHER_EDITIONS)).all()
    if others and tx.execute(delete(index_keys).where(_OF_OTHER_EDITIONS)).rowcount:
        return _filled(Index(tx, found), tx, keys, today)
    return Index(tx, found)


def remember(tx: Connection, keys: Keyring, check: str, details: Mapping[str, object], today: date) -> None:
    """Add a check to the index by its details, so that it is found by person."""
    index(tx, keys, today).add(check, matching.described(details), today)


def forget(tx: Connection, check: str) -> None:
    """Remove a check from the index and delete its packs, because it is being erased."""
    tx.execute(delete(people).where(people.c.check_id == check))
    export_files.forget(tx, check)


def same_person(tx: Connection, keys: Keyring, opened: Opened, today: date) -> tuple[str, ...]:
    """Return the ids of other checks that seem to be about the same person."""
    entry = latest(record.history(tx, opened.check.id, opened.sealer), EventKind.DETAILS)
    who = matching.described(entry.content) if entry else Described()
    if who.is_empty:
        return ()
    return tuple(one for one in index(tx, keys, today).find(who, today) if one != opened.check.id)


def _key(tx: Connection, keys: Keyring) -> bytes | None:
    row = tx.execute(select(index_keys).where(index_keys.c.name == _NAME)).first()
    if row is None:
        return None
    try:
        return keys.sealer(row.wrapped_key).open(row.sealed, _about())
    except CannotOpen:
        return None


def _about() -> str:
    return f"index:{_NAME}"


def _rebuilt(tx: Connection, keys: Keyring, today: date) -> Index:
    """Create a new key, and rebuild the index from every check that still opens."""
    wrapped, key = keys.new_key(), os.urandom(_KEY_BYTES)
    values = {"wrapped_key": wrapped, "sealed": keys.sealer(wrapped).seal(key, _about())}
    if not idempotent.insert_if_absent(tx, index_keys, name=_NAME, **values):
        by_another = _key(tx, keys)
        if by_another is not None:
            return Index(tx, by_another)
        tx.execute(index_keys.update().where(index_keys.c.name == _NAME).values(**values))
    tx.execute(delete(index_keys).where(_OF_OTHER_EDITIONS))
    return _filled(Index(tx, key), tx, keys, today)


def _filled(made: Index, tx: Connection, keys: Keyring, today: date) -> Index:
    tx.execute(delete(people))
    for check, details in _all_details(tx, keys):
        made.add(check, matching.described(details), today)
    return made


def _all_details(tx: Connection, keys: Keyring) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Yield every details entry of every check; skip checks whose key is gone."""
    rows = tx.execute(
        select(events.c.check_id, events.c.sealed, checks.c.wrapped_key)
        .join(checks, checks.c.id == events.c.check_id)
        .where(events.c.what == EventKind.DETAILS)
        .order_by(events.c.id)
    ).all()
    for row in rows:
        try:
            sealer = keys.sealer(row.wrapped_key)
        except CannotOpen:
            continue
        yield row.check_id, record.content_of(sealer, row.check_id, row.sealed)
