"""Where a check is looking, and what it has found; the plainest checks."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.state.kinds import Json, Unchecked

LIMITS: Json = json.loads(Path(__file__).with_name("limits.json").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class BlockKitChecker:
    """One place in the JSON, on one kind of surface. All problems end up in the same list."""

    surface: str
    path: str = ""
    problems: list[str] = field(default_factory=list)

    def at(self, *steps: str | int) -> "BlockKitChecker":
        """A place further in."""
        return BlockKitChecker(self.surface, "/".join([self.path, *map(str, steps)]), self.problems)

    def say(self, words: str) -> None:
        """Note a problem here, in Slack's form."""
        self.problems.append(f"[ERROR] {words} [json-pointer:{self.path}]")


def shaped(spot: BlockKitChecker, value: Unchecked, kind: str) -> bool:
    """An object with the properties this kind must and may have, and no others."""
    if not isinstance(value, dict):
        spot.say("must be an object")
        return False
    shape = LIMITS["shapes"][kind]
    needed = set(shape.get("required", ()))
    identity = {"block_id", "action_id"}
    allowed = needed | set(shape.get("optional", ())) | {"type"} | identity
    for key in sorted(value.keys() - allowed):
        spot.say(f"invalid additional property: {key}")
    for key in sorted(needed - value.keys()):
        spot.say(f"missing required field: {key}")
    return needed <= value.keys()


def string(spot: BlockKitChecker, value: Unchecked, most: int, *, least: int = 1) -> None:
    """A text of acceptable length, in characters."""
    if not isinstance(value, str):
        spot.say("must be a string")
    elif len(value) < least or (least and not value.strip()):
        spot.say(f"must be more than {least - 1} characters")
    elif len(value) > most:
        spot.say(f"must be less than {most + 1} characters")


def text(spot: BlockKitChecker, value: Unchecked, most: int, *, plain: bool = False) -> None:
    """A text object; `plain` where Slack takes no mrkdwn."""
    if not isinstance(value, dict):
        spot.say("must be a text object")
        return
    kinds = {"plain_text"} if plain else {"plain_text", "mrkdwn"}
    if kind_of(value) not in kinds:
        spot.at("type").say(f"must be one of: {', '.join(sorted(kinds))}")
    own = {"plain_text": "emoji", "mrkdwn": "verbatim"}.get(str(value.get("type")), "emoji")
    for key in sorted(value.keys() - {"type", "text", own}):
        spot.say(f"invalid additional property: {key}")
    string(spot.at("text"), value.get("text"), most)


def maybe_text(spot: BlockKitChecker, value: Json, key: str, most: int, *, plain: bool = False) -> None:
    """The same, if it is there."""
    if value.get(key) is not None:
        text(spot.at(key), value[key], most, plain=plain)


def maybe_string(spot: BlockKitChecker, value: Json, key: str, most: int) -> None:
    """A text that may be absent."""
    if value.get(key) is not None:
        string(spot.at(key), value[key], most, least=0)


def one_of(spot: BlockKitChecker, value: Json, key: str, allowed: list[str]) -> None:
    """A word from a list, if it is there."""
    if key in value and value[key] not in allowed:
        spot.at(key).say(f"must be one of: {', '.join(allowed)}")


def listed(spot: BlockKitChecker, value: Unchecked, least: int, most: int) -> list[Unchecked]:
    """A list of acceptable length; what is in it, for looking further."""
    if not isinstance(value, list):
        spot.say("must be an array")
        return []
    if len(value) < least:
        spot.say(f"no fewer than {least} items required")
    if len(value) > most:
        spot.say(f"no more than {most} items allowed")
    return value


def kind_of(value: Unchecked) -> str:
    """The type an object says it has; nothing else says one."""
    kind = value.get("type") if isinstance(value, dict) else None
    return kind if isinstance(kind, str) else "nothing known"


def whole(spot: BlockKitChecker, value: Unchecked, least: int, most: int) -> bool:
    """A whole number within bounds."""
    good = isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
    if not good:
        spot.say(f"must be between {least} and {most}")
    return good


def differ(spot: BlockKitChecker, values: list[Unchecked], what: str) -> None:
    """Names by which things are told apart."""
    if len({json.dumps(value) for value in values}) < len(values):
        spot.say(f"{what} must differ")
