"""Checks surfaces against @slack/types and @slack/web-api: each becomes a constant that TypeScript must accept.

`make setup` installs both, with TypeScript, beside the virtual environment, where Node is installed.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.surfaces.catalogue import SUBMISSION, Json, Surface

HERE = Path(__file__).parent
INSTALLED = Path(sys.prefix) / "surfaces"
COMPILER = INSTALLED / "node_modules" / "typescript" / "bin" / "tsc"

TYPES = {
    "chat.postMessage": "Post",
    "chat.postEphemeral": "Ephemeral",
    "chat.update": "Update",
    "response_url": "Answer",
    "ack of a command": "Answer",
    "views.open": "Open",
    "views.push": "Push",
    "views.update": "Redraw",
    "views.publish": "Publish",
    SUBMISSION: "Submission",
}
"""The type in slack.ts that each kind of surface must have."""

_GIVEN = {
    "views.open": {"trigger_id": "1"},
    "views.push": {"trigger_id": "1"},
    "views.publish": {"user_id": "U0STAFF"},
}
"""What a renderer's test does not have: a caller adds it."""


def find_compiler() -> str | None:
    """Return the path of TypeScript's compiler, if it and Node are installed."""
    return str(COMPILER) if COMPILER.exists() and shutil.which("node") else None


def problems(surfaces: Iterable[Surface]) -> Iterator[str]:
    """Yield what Slack's types refuse, each with the surface's name. One run of the compiler.

    Raises RuntimeError where the compiler fails for a reason that no surface gives.
    """
    names, lines = [], ["import * as S from './slack';"]
    for number, surface in enumerate(surfaces):
        for line in _constants(number, surface):
            lines.append(line)
            names.append(f"{surface.name}, of {surface.by}")
    for line in _compile("\n".join(lines)):
        found = re.match(r"surfaces\.ts\((\d+),\d+\): error (.*)", line)
        if not found:
            raise RuntimeError(line)
        yield f"{names[int(found[1]) - 2]}: {found[2]}"


def _constants(number: int, surface: Surface) -> Iterator[str]:
    """Yield the blocks, the view and the arguments, one a line: a literal may have no key that its type has not."""
    body = {**_GIVEN.get(surface.kind, {}), **surface.body}
    holder = body.get("view") or body
    if "blocks" in holder:
        yield f"const b{number}: S.Block[] = {_literal(holder['blocks'])};"
        holder = {**holder, "blocks": _Name(f"b{number}")}
    if "view" in body:
        kind = "HomeView" if holder.get("type") == "home" else "ModalView"
        yield f"const v{number}: S.{kind} = {_literal(holder)};"
        holder = {**body, "view": _Name(f"v{number}")}
    yield f"const s{number}: S.{TYPES[surface.kind]} = {_literal(holder)};"


class _Name(str):
    """The name of a constant, which stands in a literal without quotes."""

    __slots__ = ()


def _literal(value: Json | list[Json]) -> str:
    """Return the value as TypeScript writes it: JSON, but for the names of constants at its first level."""
    if isinstance(value, list):
        return json.dumps(value)
    items = (
        f"{json.dumps(key)}: {each if isinstance(each, _Name) else json.dumps(each)}" for key, each in value.items()
    )
    return "{" + ", ".join(items) + "}"


def _compile(source: str) -> list[str]:
    """Return the compiler's errors, one a line; what explains one further is indented, and left out."""
    compiler = find_compiler()
    if compiler is None:
        raise RuntimeError("TypeScript is not installed: apt install nodejs npm, then make setup")
    with tempfile.TemporaryDirectory(dir=INSTALLED) as folder:
        shutil.copy(HERE / "slack.ts", folder)
        (Path(folder) / "surfaces.ts").write_text(source, encoding="utf-8")
        run = subprocess.run(  # noqa: S603 - our own words
            ["node", compiler, *_OPTIONS, "surfaces.ts"],  # noqa: S607 - whichever Node is first in the path
            cwd=folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
    said = [line for line in run.stdout.splitlines() if line and not line.startswith(" ")]
    if run.returncode and not said:
        raise RuntimeError(run.stderr)
    return said


_OPTIONS = (
    *("--ignoreConfig", "--noEmit", "--strict", "--exactOptionalPropertyTypes", "--skipLibCheck", "--pretty", "false"),
    *("--module", "esnext", "--moduleResolution", "bundler", "--target", "es2022", "--types", "node"),
)
