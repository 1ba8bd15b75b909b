"""The board's summary: whole weeks together, in bands, so that no check can be found in it (flows/reports/bands.py)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape

from flows.case import DECISIONS
from flows.model import Outcome
from flows.reports.bands import band, parts_of
from flows.reports.figures import Week, WeekFigures, added, counted

NOTE = (
    "Counts are given in bands of five, and small ones as fewer than 5, nought as well. A check that anybody is left "
    "out of is in none of them. Only whole weeks are counted, from Monday to Sunday."
)
_MISSES = "Misses of share-check: pages late or not delivered, and cases it had lost sight of"
_OUTCOMES = tuple(one for one in Outcome if one is not Outcome.UNFINISHED)


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One figure. part: which table it stands in."""

    part: str
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Board:
    """Everything it says. weeks: the first and the last, both counted."""

    title: str
    period: str
    rows: tuple[BoardRow, ...]

    def written(self, form: str) -> str:
        """As text, csv or html, ended by a line feed."""
        return _FORMS[form](self)


def board(organisation: str, weeks: Mapping[Week, WeekFigures]) -> Board:
    """Return the summary of these weeks, of which there is at least one."""
    first, last = min(weeks), max(weeks)
    period = (
        f"Monday {first.first.day} {first.first:%B %Y} to Sunday {last.last.day} {last.last:%B %Y}, "
        f"{counted(len(weeks), 'week')}"
    )
    return Board(f"{organisation}: information sharing checks", period, tuple(_rows(tuple(weeks.values()))))


def _rows(weeks: tuple[WeekFigures, ...]) -> Iterator[BoardRow]:
    yield from _parts("Checks finished, by outcome", (one.outcomes for one in weeks), _outcome_names())
    yield from _parts("Decisions of leads", (one.decisions for one in weeks), DECISIONS)
    for name, number in (
        ("Checks started", sum(one.started for one in weeks)),
        ("Cases that came to a lead", sum(one.cases for one in weeks)),
        ("Cases that came in out of hours", sum(one.out_of_hours for one in weeks)),
        ("Answer targets missed", sum(one.missed for one in weeks)),
        ("Cases closed", sum(one.closed for one in weeks)),
        ("Plans that staff disagreed with", sum(one.disagreements for one in weeks)),
        (_MISSES, sum(one.misses for one in weeks)),
    ):
        yield BoardRow("Other figures", name, band(number))
    drills = sum(one.drills for one in weeks)
    yield BoardRow("Practice", "Practice pages, about nobody", str(drills))


def _outcome_names() -> Mapping[str, str]:
    return {one.value: one.words.capitalize() for one in _OUTCOMES}


def _parts(title: str, counts: Iterable[Mapping[str, int]], names: Mapping[str, str]) -> Iterator[BoardRow]:
    """Every part there could be, also one that nothing falls in: its being there says nothing."""
    together = added(counts)
    found = parts_of({key: together.get(key, 0) for key in names})
    yield from (BoardRow(title, names[key], str(part)) for key, part in found.parts.items())
    yield BoardRow(title, "All together", found.total_words)


def _text(given: Board) -> str:
    lines = [given.title, given.period]
    for part in dict.fromkeys(row.part for row in given.rows):
        lines += ["", part]
        lines += [f"  {row.name}: {row.value}" for row in given.rows if row.part == part]
    return "\n".join([*lines, "", NOTE, ""])


def _csv(given: Board) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("table", "figure", "value"))
    writer.writerows((row.part, row.name, row.value) for row in given.rows)
    return out.getvalue()


def _html(given: Board) -> str:
    tables = "".join(
        _html_table(part, [row for row in given.rows if row.part == part])
        for part in dict.fromkeys(row.part for row in given.rows)
    )
    return (
        '<!doctype html>\n<html lang="en-GB">\n<head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(given.title)}</title>\n'
        "<style>body{font:1rem/1.5 sans-serif;max-width:45rem;margin:2rem auto;padding:0 1rem}"
        "table{border-collapse:collapse;width:100%;margin:1.5rem 0}caption{text-align:left;font-weight:bold}"
        "th,td{text-align:left;padding:.3rem;border-bottom:1px solid #767676;font-weight:normal}"
        "td{text-align:right}</style></head>\n"
        f"<body>\n<main>\n<h1>{escape(given.title)}</h1>\n<p>{escape(given.period)}</p>\n{tables}"
        f"<p>{escape(NOTE)}</p>\n</main>\n</body>\n</html>\n"
    )


def _html_table(part: str, rows: Iterable[BoardRow]) -> str:
    cells = "".join(f'<tr><th scope="row">{escape(row.name)}</th><td>{escape(row.value)}</td></tr>\n' for row in rows)
    return f"<table>\n<caption>{escape(part)}</caption>\n{cells}</table>\n"


_FORMS = {"text": _text, "csv": _csv, "html": _html}
