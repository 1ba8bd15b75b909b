"""Judges the two voices of every message: a post says nothing of a check, and an edit speaks all that it shows."""

import re
from collections.abc import Iterable, Iterator

from flows.checklist import CHECKLIST
from sandbox.state import visible_text
from tests.surfaces.catalogue import Json

_LABELS = frozenset(option.label for question in CHECKLIST for option in question.options if len(option.label) > 8)
_TOPICS = frozenset(question.topic for question in CHECKLIST)
_SIGNS = re.compile(r"[*_`]")
_LONGEST = 3900


def problems(calls: Iterable[tuple[str, Json]]) -> Iterator[str]:
    """Yield what is wrong with a call's voice. calls: method and arguments of each, in Slack's names."""
    for method, args in calls:
        text, blocks = str(args.get("text") or ""), args.get("blocks") or []
        if method == "chat.postMessage":
            yield from (f"posted: {each}" for each in _posted(text, visible_text.of_blocks(blocks)))
        elif method == "chat.update" or (method == "response_url" and args.get("replace_original")):
            yield from (f"edited: {each}" for each in _edited(text, blocks))


def _posted(text: str, shown: str) -> Iterator[str]:
    if re.search(r"<@|<!", text):
        yield f"a name or a moving time in {text!r}"
    for words in (*_LABELS, *_TOPICS):
        if words in text or f"{words} (" in shown:
            yield f"{words!r} in {text!r}"


def _edited(text: str, blocks: list[Json]) -> Iterator[str]:
    for block in blocks:
        said = _SIGNS.sub("", str((block.get("text") or {}).get("text", "")))
        if said and len(text) < _LONGEST and said not in _SIGNS.sub("", text):
            yield f"{said[:60]!r} is not spoken"
