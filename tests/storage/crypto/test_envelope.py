"""Keys: what is sealed opens with its own key, in its own place, and nowhere else."""

import pytest
from cryptography.fernet import Fernet

from storage.crypto.envelope import Keyring, Sealer
from storage.errors import BadKey, CannotOpen

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
TEXT = "what somebody typed, \N{SNOWMAN}".encode()


def test_what_is_sealed_opens_again_and_does_not_show() -> None:
    """The words are not in what is stored, and come back unchanged."""
    box = _box()
    sealed = box.seal(TEXT, "answers:c1")
    assert TEXT not in sealed
    assert box.open(sealed, "answers:c1") == TEXT
    assert box.seal(TEXT, "answers:c1") != sealed


def _box() -> Sealer:
    keys = Keyring([OLD])
    return keys.sealer(keys.new_key())


@pytest.mark.parametrize("about", ["answers:c2", "event:c1", "answers:c1 ", ""])
def test_a_sealed_text_moved_elsewhere_does_not_open(about: str) -> None:
    """An answer cannot be passed off as another check's, nor as another kind of text."""
    box = _box()
    with pytest.raises(CannotOpen):
        box.open(box.seal(TEXT, "answers:c1"), about)


def test_another_checks_key_does_not_open_it() -> None:
    """Each check has its own key: destroying one erases one."""
    with pytest.raises(CannotOpen):
        _box().open(_box().seal(TEXT, "answers:c1"), "answers:c1")


@pytest.mark.parametrize("place", [0, 11, 12, 20, -1])
def test_a_changed_text_does_not_open(place: int) -> None:
    """One flipped bit anywhere is noticed."""
    box = _box()
    sealed = bytearray(box.seal(TEXT, "answers:c1"))
    sealed[place] ^= 1
    with pytest.raises(CannotOpen):
        box.open(bytes(sealed), "answers:c1")


@pytest.mark.parametrize("sealed", [b"", b"short", b"x" * 12])
def test_what_was_never_sealed_does_not_open(sealed: bytes) -> None:
    """A column that was cut off is an error with a name."""
    with pytest.raises(CannotOpen):
        _box().open(sealed, "answers:c1")


def test_a_key_of_another_organisation_unwraps_nothing() -> None:
    """A stolen database is no use without the key."""
    with pytest.raises(CannotOpen):
        Keyring([NEW]).sealer(Keyring([OLD]).new_key())


def test_keys_are_rotated_by_putting_the_new_one_first() -> None:
    """Old checks still open, new ones are wrapped by the new key, which alone then opens them."""
    old_check = Keyring([OLD]).new_key()
    both = Keyring([NEW, OLD])
    sealed = both.sealer(old_check).seal(TEXT, "x")
    assert Keyring([OLD]).sealer(old_check).open(sealed, "x") == TEXT
    new_check = both.new_key()
    assert Keyring([NEW]).sealer(new_check).open(both.sealer(new_check).seal(TEXT, "x"), "x") == TEXT
    with pytest.raises(CannotOpen):
        Keyring([OLD]).sealer(new_check)


def test_every_check_gets_a_key_of_its_own() -> None:
    """No two wrapped keys are alike, and neither are the keys inside."""
    keys = Keyring([OLD])
    wrapped = {keys.new_key() for _ in range(20)}
    assert len(wrapped) == 20
    texts = {keys.sealer(each).seal(TEXT, "x") for each in wrapped}
    assert len(texts) == 20


@pytest.mark.parametrize("keys", [[], ["not a key"], [OLD, ""], ["\N{SNOWMAN}"]])
def test_what_is_not_a_key_is_refused_without_showing_it(keys: list[str]) -> None:
    """The error says which setting and what to do, never the key."""
    with pytest.raises(BadKey) as caught:
        Keyring(keys)
    assert "SHARE_CHECK_KEYS" in str(caught.value)
    assert OLD not in str(caught.value)
