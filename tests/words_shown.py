"""Every string in the code that a person may be shown, read from the source: no state of a screen is forgotten.

Docstrings, logs, errors of programmers and patterns are nobody's reading. What stands between braces of an f-string is
filled in later, and counts as one short word.
"""

import ast
import re
from collections.abc import Iterable, Iterator
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
"""Where the words for staff and leads are."""
READ_BY_OPERATORS = (
    *("bot/cli", "bot/doctor", "bot/config", "bot/monitoring", "bot/serve.py", "bot/app.py", "bot/exit_codes.py"),
    *("bot/extras.py", "bot/findings.py", "storage/backup", "storage/engine", "storage/proof", "storage/crypto"),
    *("storage/health", "storage/errors.py"),
)
"""What share-check tells whoever runs it in a terminal: messages, what doctor finds, settings, and help."""
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


def collect(places: Iterable[str] = READ, *, terminal: bool = False) -> Iterator[Shown]:
    """Find every string with words in it, joined as Python joins it. terminal: as `in_source`."""
    for place in places:
        path = ROOT / place
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            name = str(file.relative_to(ROOT))
            for line, text in in_source(file.read_text(encoding="utf-8"), terminal=terminal):
                yield Shown(name, line, text)


def in_source(source: str, *, terminal: bool = False) -> Iterator[tuple[int, str]]:
    """Find the strings of a module, each with its line.

    terminal: errors that are raised, and the docstring of a command, which is its help, are read there too.
    """
    tree = ast.parse(source)
    unread = {id(node) for each in ast.walk(tree) for node in _unread(each, terminal=terminal)}
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


def _unread(node: ast.AST, *, terminal: bool) -> Iterator[ast.AST]:
    """What is inside a string that is collected whole, and what nobody is shown."""
    match node:
        case ast.FunctionDef() if terminal and any(map(_is_command, node.decorator_list)):
            return
        case ast.Raise() if terminal:
            return
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


def _is_command(decorator: ast.expr) -> bool:
    """Whether it is click's `@click.command()`, or a group's `@main.command()`."""
    match decorator:
        case ast.Call(func=ast.Attribute(attr="command" | "group")):
            return True
    return False
