"""Words found nowhere else, typed into every box there is, and a search for them in whatever form a byte can take."""

from __future__ import annotations

import base64
import gzip
import html
import io
import json
import lzma
import quopri
import re
import tarfile
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sandbox.client.people import Person
from sandbox.client.result import InteractionResult

FIRST, LAST = "Markeruíst", "Canaryword"
BORN = "14/03/2011"
NUMBER = "QZV-90417-Canaryword"
_FORMS = (
    "{first} {last} {n}",
    "{last}, {first} ({n})",
    "{first}\u00a0{last} {n}",
    "<@U0STAFF> {last} {n} *{first}* & <!channel>",
    "<http://evil.example|{last}> <!subteam^S0TYPED> <@U0TYPED> {first} &lt;!everyone&gt; {n}",
    '{n}: "{first}", said\n{last}, \\ % \u202e\u200d\U0001f9a4',
)


class Marks:
    """Something to type, each time in another shape: as it is, decomposed, in capitals, between signs."""

    def __init__(self) -> None:
        self.given: list[str] = []

    def __call__(self, longest: int = 3000) -> str:
        n = len(self.given)
        text = _FORMS[n % len(_FORMS)].format(first=FIRST, last=LAST, n=n)
        if n % 3 == 1:
            text = unicodedata.normalize("NFD", text)
        if n % 4 == 3:
            text = text.upper()
        self.given.append(text[:longest])
        return self.given[-1]


class Typist:
    """Fills in whole windows, and remembers which boxes of which windows there were."""

    def __init__(self, mark: Marks) -> None:
        self.mark = mark
        self.boxes: set[tuple[str, str]] = set()
        self.windows: set[str] = set()

    def fill(self, person: Person, /, **choices: str | list[str]) -> InteractionResult:
        """Type into every box of the window on screen and submit it.

        choices: for what is chosen rather than typed, and for boxes in which only some words are taken, by the first
        part of their block's id. Elsewhere the first option is chosen.
        """
        view = person.modal
        assert view is not None, person.text()
        callback = str(view.body["callback_id"])
        for block in view.blocks:
            if block["type"] == "input":
                key, element = str(block["block_id"]), block["element"]
                given = choices.get(key, choices.get(key.partition(".")[0]))
                person.fill({key: self._entry(element, given)})
                if element["type"] == "plain_text_input":
                    self.boxes.add((callback, str(block["label"]["text"])))
        self.windows.add(callback)
        acted = person.submit()
        assert acted.acked, acted
        assert acted.error is None, (callback, acted.error)
        return acted

    def _entry(self, element: dict[str, Any], given: str | list[str] | None) -> Any:
        if given is not None:
            return given
        if element["type"] == "plain_text_input":
            return self.mark(int(element.get("max_length", 3000)))
        if element["type"] == "datepicker":
            return element.get("initial_date")
        if element["type"] == "datetimepicker":
            return element.get("initial_date_time")
        first = element["options"][0]["value"]
        return [first] if element["type"] in ("checkboxes", "multi_static_select") else first


_TOKEN = re.compile(r"<[^>]*>?")
_OURS = re.compile(
    r"<!date\^\d+\^[^|<>]*\|[^<>|]*>|<@[UW](?!0TYPED)[A-Z0-9]+>|<#C[A-Z0-9]+>"
    r"|<https://example\.org/[a-z-]+policy\|Read the (policy in full|Safeguarding Policy)>"
)
"""What our own words hold: times in the reader's zone, and mentions of people of the organisation."""


def what_acts(value: Any) -> Iterator[str]:
    """Whatever in Slack's mark-up, or in rich text, would notify, link or stand for something that we did not mean.

    Typed words may stand in plain text as they are; in mark-up their signs are escaped, and were they escaped before,
    once more.
    """
    if isinstance(value, dict):
        text = value.get("text")
        if value.get("type") == "mrkdwn" and isinstance(text, str):
            yield from (token for token in _TOKEN.findall(text) if not _OURS.fullmatch(token))
            yield from re.findall("&lt;!everyone&gt;", text)
        if value.get("type") in ("broadcast", "usergroup", "link"):
            yield str(value)
        yield from (token for inside in value.values() for token in what_acts(inside))
    elif isinstance(value, list):
        yield from (token for inside in value for token in what_acts(inside))


def boxes_of(view: Any) -> Iterator[tuple[str, str]]:
    """Every box to type in of a view, as `Typist.boxes` has it."""
    if isinstance(view, dict):
        for block in view.get("blocks", []):
            if block["type"] == "input" and block["element"]["type"] == "plain_text_input":
                yield str(view.get("callback_id")), str(block["label"]["text"])


def _in_text() -> Iterator[bytes]:
    """As text may hold them, in small letters; `bytes.lower` knows no others."""
    for word in (LAST, "Markeruist", BORN, "2011-03-14", "14 march 2011", NUMBER, "qzv90417"):
        low = word.lower()
        yield from (low.encode(), low.encode("utf-16-le"), low.encode("utf-16-be"))
        yield from (each.encode().hex().encode() for each in (word, low, word.upper()))
        yield low[::-1].encode()
    for first in ("markeruíst", "markeruÍst", unicodedata.normalize("NFD", "markeruíst")):
        yield from (first.encode(), first.encode("utf-16-le"), quote(first).lower().encode())
        yield json.dumps(first)[1:-1].lower().encode()
        yield first.encode("ascii", "xmlcharrefreplace")
        yield first.encode("latin-1", "ignore")
        yield quopri.encodestring(first.encode()).lower()
    yield from (quote(BORN, safe="").lower().encode(), html.escape(FIRST).lower().encode())


def _in_base64() -> Iterator[bytes]:
    """What stands in the middle of base64, wherever the word begins."""
    for word in (LAST, LAST.lower(), LAST.upper(), FIRST, BORN):
        for before in range(3):
            coded = base64.b64encode(b"\0" * before + word.encode())
            yield coded[(0, 2, 3)[before] : -4]


TEXT = frozenset(needle for needle in _in_text() if len(needle) > 6)
BASE64 = frozenset(_in_base64())


def found_in(blob: bytes) -> list[bytes]:
    """Every form of a mark that stands in it, also inside archives."""
    return sorted({needle for part in _opened(blob) for needle in _found(part)})


def _found(part: bytes) -> Iterator[bytes]:
    yield from (needle for needle in BASE64 if needle in part)
    low = part.lower()
    yield from (needle for needle in TEXT if needle in low)


def _opened(blob: bytes, depth: int = 3) -> Iterator[bytes]:
    yield blob
    if depth:
        for part in _inside(blob):
            yield from _opened(part, depth - 1)


def _inside(blob: bytes) -> Iterable[bytes]:
    if blob[:2] == b"\x1f\x8b":
        return [gzip.decompress(blob)]
    if blob[:6] == b"\xfd7zXZ\0":
        return [lzma.decompress(blob)]
    if blob[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(blob)) as archive:
            return [archive.read(name) for name in archive.namelist()]
    if blob[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(blob)) as archive:
            files = [archive.extractfile(member) for member in archive.getmembers()]
            return [file.read() for file in files if file]
    return []


def files_in(folder: Path) -> dict[str, bytes]:
    """Every file, as it is on disk."""
    found: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*")):
        with suppress(OSError):
            if path.is_file():
                found[str(path.relative_to(folder))] = path.read_bytes()
    return found


def zipped(files: dict[str, bytes]) -> bytes:
    """An archive of these."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()
