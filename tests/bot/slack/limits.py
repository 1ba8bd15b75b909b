"""Slack's own limits, read from tests/data/block_limits.json, and everything a screen breaks of them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.slack.block_kit import Message
from sandbox.blockkit import check_message, check_view
from tests.surfaces.kept import keep

Json = dict[str, Any]
LIMITS: Json = json.loads((Path(__file__).parents[2] / "data" / "block_limits.json").read_text("utf-8"))
VIEW_BYTES = 250_000
MESSAGE_BLOCKS = 50
MESSAGE_TEXT = 4_000
MESSAGE_CHARACTERS = 12_000


def fits_message(message: Message) -> None:
    """Fail unless Slack would take this message, to post and to edit. One that fitted before fits again."""
    written = json.dumps(list(message.blocks))
    if (message.text, written) not in _FITTED:
        _fits(message, json.loads(written))
        _FITTED.add((message.text, written))


_FITTED: set[tuple[str, str]] = set()


def _fits(message: Message, blocks: list[Json]) -> None:
    check_message(blocks)
    keep("chat.postMessage", {"channel": "D0STAFF", "text": message.text, "blocks": blocks})
    assert list(problems(blocks)) == []
    assert len(blocks) <= MESSAGE_BLOCKS
    assert len(words(blocks)) <= MESSAGE_CHARACTERS
    assert 0 < len(message.text.strip()) <= MESSAGE_TEXT
    assert len(primaries(blocks)) <= 1


def fits_view(view: Json, kind: str = "modal") -> None:
    """Fail unless Slack would take this modal or Home tab."""
    body = json.loads(json.dumps(view))
    check_view(body, kind)
    keep("views.publish" if kind == "home" else "views.open", {"view": body})
    assert list(problems(body["blocks"])) == []
    assert len(json.dumps(body, ensure_ascii=False).encode()) <= VIEW_BYTES
    limits = LIMITS["view"]
    assert 0 < len(body["blocks"]) <= limits["blocks"]["max_items"]
    for key in ("title", "close", "submit"):
        assert len(body.get(key, {}).get("text", "")) <= limits[key]["max_length"]
    assert len(body.get("private_metadata", "")) <= limits["private_metadata"]["max_length"]


def problems(value: object, path: str = "") -> Iterator[str]:
    """Each place that is longer than Slack allows, elements and options included."""
    if isinstance(value, Mapping):
        yield from _too_long(value, path)
        for key, inside in value.items():
            yield from problems(inside, f"{path}/{key}")
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for index, inside in enumerate(value):
            yield from problems(inside, f"{path}/{index}")


def _too_long(value: Mapping[str, Any], path: str) -> Iterator[str]:
    if value.get("text") == "":
        yield f"{path}/text is empty"
    if isinstance(value.get("text"), str):
        yield from _longer(value["text"], LIMITS["text"]["max_length"], f"{path}/text")
    for key, most in {**IDS, **LENGTHS.get(_kind(value), {})}.items():
        yield from _longer(value.get(key), most, f"{path}/{key}")
    for key, most in COUNTS.get(_kind(value), {}).items():
        yield from _more(value.get(key, ()), most, f"{path}/{key}")
    for field in value.get("fields", ()):
        yield from _longer(field, LIMITS["section"]["fields"]["item_max_length"], f"{path}/fields")
    if _kind(value) == "plain_text_input":
        yield from _box(value, path)


def _kind(value: Mapping[str, Any]) -> str:
    """The type an object says it has, or what it must be by its parts."""
    if "type" in value:
        return str(value["type"])
    return "confirmation" if "deny" in value else "option" if "value" in value else ""


def _box(value: Mapping[str, Any], path: str) -> Iterator[str]:
    longest = value["max_length"]
    if not 0 < longest <= LIMITS["plain_text_input"]["max_length"]["max"]:
        yield f"{path}/max_length"
    yield from _longer(value.get("initial_value"), longest, f"{path}/initial_value")


def _lengths(kind: str, *keys: str) -> dict[str, int]:
    return {key: LIMITS[kind][key]["max_length"] for key in keys}


IDS = {key: LIMITS[key]["max_length"] for key in ("action_id", "block_id")}
LENGTHS = {
    "button": _lengths("button", "text", "value"),
    "header": _lengths("header", "text"),
    "input": _lengths("input", "label", "hint"),
    "option": _lengths("option", "text", "value"),
    "confirmation": _lengths("confirmation", "title", "text", "confirm", "deny"),
}
COUNTS = {
    "section": {"fields": LIMITS["section"]["fields"]["max_items"]},
    "actions": {"elements": LIMITS["actions"]["elements"]["max_items"]},
    "context": {"elements": LIMITS["context"]["elements"]["max_items"]},
    "checkboxes": {"options": LIMITS["checkboxes"]["options"]["max_items"]},
    "radio_buttons": {"options": LIMITS["radio_buttons"]["options"]["max_items"]},
    "static_select": {"options": LIMITS["select"]["options"]["max_items"]},
    "multi_static_select": {"options": LIMITS["select"]["options"]["max_items"]},
}


def _longer(value: object, most: int, path: str) -> Iterator[str]:
    text = value["text"] if isinstance(value, Mapping) else value
    if isinstance(text, str) and len(text) > most:
        yield f"{path} has {len(text)} of {most} characters"


def _more(value: Sequence[object], most: int, path: str) -> Iterator[str]:
    if len(value) > most:
        yield f"{path} has {len(value)} of {most}"


def words(value: object) -> str:
    """Everything that is shown, labels of buttons and options included."""
    return "\n".join(_words(value))


def _words(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, inside in value.items():
            if key == "text" and isinstance(inside, str):
                yield inside
            else:
                yield from _words(inside)
    elif isinstance(value, list | tuple):
        for inside in value:
            yield from _words(inside)


def marked_up(value: object) -> str:
    """Everything in which Slack looks for mentions and links."""
    return "\n".join(_marked_up(value))


def _marked_up(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        if value.get("type") == "mrkdwn":
            yield str(value["text"])
        for inside in value.values():
            yield from _marked_up(inside)
    elif isinstance(value, list | tuple):
        for inside in value:
            yield from _marked_up(inside)


def elements(value: object) -> Iterator[Json]:
    """Every button and control, wherever it stands."""
    if isinstance(value, dict):
        if "action_id" in value:
            yield value
        for inside in value.values():
            yield from elements(inside)
    elif isinstance(value, list | tuple):
        for inside in value:
            yield from elements(inside)


def primaries(blocks: object) -> list[Json]:
    """The buttons that ask to be pressed first."""
    return [one for one in elements(blocks) if one.get("style") == "primary"]
