"""The list of validation problems with its JSON pointers, and the checks that every block type shares."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.state.models import Json, Unchecked

LIMITS: Json = json.loads(Path(__file__).with_name("limits.json").read_text(encoding="utf-8"))
FLAGS = frozenset(LIMITS["flags"])
BLOCKS = frozenset(kind for kinds in LIMITS["blocks_on"].values() for kind in kinds)
ELEMENTS = frozenset(kind for kinds in LIMITS["places"].values() for kind in kinds)


@dataclass(frozen=True)
class BlockKitChecker:
    """A position (JSON pointer) in the blocks of one kind of surface. All positions add to one list of problems."""

    surface: str
    path: str = ""
    problems: list[str] = field(default_factory=list)

    def at(self, *steps: str | int) -> "BlockKitChecker":
        """Return a checker for the value at `steps` below this one; it adds to the same list of problems."""
        return BlockKitChecker(self.surface, "/".join([self.path, *map(str, steps)]), self.problems)

    def report(self, words: str) -> None:
        """Add a problem at this JSON pointer, worded as in Slack's `response_metadata.messages`."""
        self.problems.append(f"[ERROR] {words} [json-pointer:{self.path}]")


def check_shape(checker: BlockKitChecker, value: Unchecked, kind: str) -> bool:
    """Check that `value` is an object with the properties that `kind` requires and no unknown ones.

    Return whether all required properties are present, so that the caller may read them.
    """
    if not isinstance(value, dict):
        checker.report("must be an object")
        return False
    shape = LIMITS["shapes"][kind]
    needed = set(shape.get("required", ()))
    check_keys(checker, value, needed | set(shape.get("optional", ())) | _identity(kind) | {"type"})
    for key in sorted(needed - value.keys()):
        checker.report(f"missing required field: {key}")
    return needed <= value.keys()


def check_keys(checker: BlockKitChecker, value: Json, allowed: Iterable[str]) -> None:
    """Check that an object has no property but those `allowed`, and that its flags are true or false."""
    for key in sorted(value.keys() - set(allowed)):
        checker.report(f"invalid additional property: {key}")
    for key in sorted(FLAGS & value.keys()):
        if not isinstance(value[key], bool):
            checker.at(key).report("must be a boolean")


def check_url(checker: BlockKitChecker, value: Unchecked) -> None:
    """Check an address: http or https, or one that opens Slack itself, with a host and no space in it."""
    check_string(checker, value, LIMITS["url"])
    if isinstance(value, str) and not re.fullmatch(r"(https?|slack)://[^\s/?#]+\S*", value):
        checker.report("must be a valid url")


def _identity(kind: str) -> set[str]:
    """Return the property by which Slack tells a block, or an element, of this kind from others."""
    return {"block_id"} if kind in BLOCKS else {"action_id"} if kind in ELEMENTS else set()


def check_string(checker: BlockKitChecker, value: Unchecked, most: int, *, least: int = 1) -> None:
    """Check that `value` is a string of `least` to `most` characters."""
    if not isinstance(value, str):
        checker.report("must be a string")
    elif len(value) < least or (least and not value.strip()):
        checker.report(f"must be more than {least - 1} characters")
    elif len(value) > most:
        checker.report(f"must be less than {most + 1} characters")


def check_text(checker: BlockKitChecker, value: Unchecked, most: int, *, plain: bool = False) -> None:
    """Check a text object; `plain` where Slack accepts only plain_text and no mrkdwn."""
    if not isinstance(value, dict):
        checker.report("must be a text object")
        return
    kinds = {"plain_text"} if plain else {"plain_text", "mrkdwn"}
    if type_of(value) not in kinds:
        checker.at("type").report(f"must be one of: {', '.join(sorted(kinds))}")
    own = {"plain_text": "emoji", "mrkdwn": "verbatim"}.get(str(value.get("type")), "emoji")
    check_keys(checker, value, {"type", "text", own})
    check_string(checker.at("text"), value.get("text"), most)


def check_optional_text(checker: BlockKitChecker, value: Json, key: str, most: int, *, plain: bool = False) -> None:
    """Check the text object at `key`, if there is one."""
    if value.get(key) is not None:
        check_text(checker.at(key), value[key], most, plain=plain)


def check_optional_string(checker: BlockKitChecker, value: Json, key: str, most: int) -> None:
    """Check the string at `key`, if there is one. It may be empty."""
    if value.get(key) is not None:
        check_string(checker.at(key), value[key], most, least=0)


def check_choice(checker: BlockKitChecker, value: Json, key: str, allowed: list[str]) -> None:
    """Check that the value at `key`, if there is one, is among those `allowed`."""
    if key in value and value[key] not in allowed:
        checker.at(key).report(f"must be one of: {', '.join(allowed)}")


def check_list(checker: BlockKitChecker, value: Unchecked, least: int, most: int) -> list[Unchecked]:
    """Check that `value` is a list of `least` to `most` items. Return it, or an empty list if it is not a list."""
    if not isinstance(value, list):
        checker.report("must be an array")
        return []
    if len(value) < least:
        checker.report(f"no fewer than {least} items required")
    if len(value) > most:
        checker.report(f"no more than {most} items allowed")
    return value


def type_of(value: Unchecked) -> str:
    """Return the `type` property of an object, or "nothing known" if it has none."""
    kind = value.get("type") if isinstance(value, dict) else None
    return kind if isinstance(kind, str) else "nothing known"


def check_integer(checker: BlockKitChecker, value: Unchecked, least: int, most: int) -> bool:
    """Check that `value` is a whole number from `least` to `most`. Return whether it is."""
    good = isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
    if not good:
        checker.report(f"must be between {least} and {most}")
    return good


def check_distinct(checker: BlockKitChecker, values: list[Unchecked], what: str) -> None:
    """Check that no two `values` are equal."""
    if len({json.dumps(value) for value in values}) < len(values):
        checker.report(f"{what} must differ")
