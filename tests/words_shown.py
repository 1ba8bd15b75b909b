"""Every string in the code that a person may be shown, read from the source: no state of a screen is forgotten.

Docstrings, logs, errors of programmers and patterns are nobody's reading. What stands between braces of an f-string is
filled in later, and counts as one short word.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLACEHOLDER = "Sam"
"""What stands for a name, a time or a number: one syllable, as neither of them is our choice."""
READ = (
    *(
        "bot/access_requests",
        "bot/breaches",
        "bot/cases",
        "bot/checks",
        "bot/cover",
        "bot/delivery",
        "bot/digest",
        "bot/home",
    ),
    *("bot/practice", "bot/printing", "bot/records", "bot/retention", "bot/alarms", "bot/slack", "bot/fields.py"),
    *("bot/words.py", "bot/check_view.py", "bot/context.py", "bot/permission.py", "flows", "services"),
)
"""Where the words for staff and leads are. What share-check tells whoever runs it, in a terminal, is not among them."""
NOBODY_READS = {"log", "logging", "_log", "warnings"}
_SENTENCE = re.compile(r"[a-z]{2,} [a-z]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Shown:
    """A string and where it stands."""

    file: str
    line: int
    text: str

    @property
    def where(self) -> str:
        """Return the place, for whoever must change it."""
        return f"{self.file}:{self.line}"


def collect() -> Iterator[Shown]:
    """Find every string with words in it, joined as Python joins it."""
    for place in READ:
        path = ROOT / place
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            name = str(file.relative_to(ROOT))
            for line, text in in_source(file.read_text(encoding="utf-8")):
                yield Shown(name, line, text)


def in_source(source: str) -> Iterator[tuple[int, str]]:
    """Find the strings of a module, each with its line."""
    tree = ast.parse(source)
    unread = {id(node) for each in ast.walk(tree) for node in _unread(each)}
    for node in ast.walk(tree):
        if id(node) in unread:
            continue
        text = _text(node)
        if text is not None and _SENTENCE.search(text):
            yield node.lineno, text  # type: ignore[attr-defined] # every string has one


def _text(node: ast.AST) -> str | None:
    match node:
        case ast.JoinedStr(values):
            return "".join(_text(each) or PLACEHOLDER for each in values)
        case ast.Constant(str() as text):
            return re.sub(r"\{\w*\}", PLACEHOLDER, text)
    return None


def _unread(node: ast.AST) -> Iterator[ast.AST]:
    """What is inside a string that is collected whole, and what nobody is shown."""
    match node:
        case ast.Module() | ast.ClassDef() | ast.FunctionDef():
            for statement in node.body:
                if isinstance(statement, ast.Expr):
                    yield from ast.walk(statement.value) if isinstance(statement.value, ast.Constant) else ()
        case ast.JoinedStr(values):
            yield from values
        case ast.Raise():
            yield from ast.walk(node)
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name))) if name in NOBODY_READS:
            yield from ast.walk(node)
        case ast.Call(func=ast.Attribute(value=ast.Name(id="re"))):
            yield from ast.walk(node)
