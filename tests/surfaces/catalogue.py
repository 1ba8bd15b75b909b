"""Everything the product sends that Slack draws or checks, one of each shape."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Json = dict[str, Any]

MESSAGES = frozenset({"chat.postMessage", "chat.postEphemeral", "chat.update", "response_url", "ack of a command"})
VIEWS = frozenset({"views.open", "views.push", "views.update", "views.publish"})
SUBMISSION = "ack of a modal"
KINDS = MESSAGES | VIEWS | {SUBMISSION}
"""What is sent: a method's arguments, a post to a response_url, or the payload of an acknowledgement."""

_TELLING = frozenset({"type", "style", "level", "response_action", "response_type", "callback_id", "action_id"})
"""Strings that belong to a shape; any other string may be longer or shorter."""


@dataclass(frozen=True, slots=True)
class Surface:
    """One thing that was sent; `by` is the test in which it was seen first."""

    kind: str
    body: Json
    by: str

    @property
    def shape(self) -> str:
        """Return what it looks like without its words: keys, types, styles, and how many there are of each."""
        return f"{self.kind} {json.dumps(_shape(self.body), sort_keys=True)}"

    @property
    def name(self) -> str:
        """Return a short name that stays the same while the shape does."""
        return f"{self.kind} {hashlib.sha256(self.shape.encode()).hexdigest()[:10]}"

    @property
    def view(self) -> Json | None:
        """Return the modal or the Home tab in it."""
        found: Json | None = self.body.get("view")
        return found

    @property
    def blocks(self) -> list[Json]:
        """Return the blocks of the message or of the view."""
        blocks: list[Json] = (self.view or self.body).get("blocks") or []
        return blocks


class Catalogue:
    """Surfaces by shape. Of one shape the longest is kept: it is the nearest to Slack's limits."""

    def __init__(self) -> None:
        self._longest: dict[str, tuple[int, Surface]] = {}

    def add(self, surface: Surface) -> None:
        shape, size = surface.shape, len(json.dumps(surface.body))
        if shape not in self._longest or self._longest[shape][0] < size:
            self._longest[shape] = size, surface

    def __iter__(self) -> Iterator[Surface]:
        return iter(sorted((surface for _, surface in self._longest.values()), key=lambda each: each.name))

    def __len__(self) -> int:
        return len(self._longest)


def write(surfaces: Iterable[Surface], file: Path) -> None:
    """Write one surface a line."""
    lines = (json.dumps({"kind": each.kind, "by": each.by, "body": each.body}) + "\n" for each in surfaces)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(lines), encoding="utf-8")


def read(folder: Path) -> Catalogue:
    """Read what the processes of one run of the tests have written into this folder."""
    found = Catalogue()
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            found.add(Surface(**json.loads(line)))
    return found


def _shape(value: object, key: str = "") -> object:
    if isinstance(value, dict):
        return {name: _shape(inside, name) for name, inside in value.items()}
    if isinstance(value, list):
        return [_shape(inside) for inside in value]
    return value if key in _TELLING or isinstance(value, bool) else type(value).__name__
