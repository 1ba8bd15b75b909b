"""`python -m tests.surfaces`: write every message, modal, Home tab and acknowledgement that is sent, and judge them.

They come from the tests: from every story, and from every renderer that a test asks whether Slack would take it.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.surfaces import judges
from tests.surfaces.catalogue import Catalogue, read

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "build" / "surfaces"
TELLING = ("tests/scenarios", "tests/attacks", "tests/bot")
ENOUGH = 800
"""Fewer shapes than this were not collected from everything."""


def main(arguments: list[str] | None = None) -> int:
    """Return the exit code: 1 if a surface is refused, or there are too few to be all of them."""
    chosen = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        recorded = chosen.recorded or Path(folder)
        if chosen.recorded is None:
            _record(recorded)
        found = read(recorded)
    _write(found, chosen.out)
    wrong = list(judges.problems(found))
    for problem in wrong:
        _say(problem)
    kinds = ", ".join(f"{count} {kind}" for kind, count in Counter(each.kind for each in found).most_common())
    _say(f"{len(found)} surfaces in {chosen.out}: {kinds}; {len(wrong)} problems")
    if len(found) < ENOUGH:
        _say(f"At least {ENOUGH} were expected: were the stories among the tests?")
    return int(bool(wrong) or len(found) < ENOUGH)


def _record(folder: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-n", "3", "--maxschedchunk", "1", *TELLING]
    subprocess.run(  # noqa: S603 - our own words
        command, cwd=ROOT, env={**os.environ, "SHARE_CHECK_SURFACES": str(folder)}, check=True
    )


def _write(found: Catalogue, folder: Path) -> None:
    """Write one file for each surface, in a folder for each kind, as Slack gets it."""
    shutil.rmtree(folder, ignore_errors=True)
    for surface in found:
        kind, name = surface.name.rsplit(" ", 1)
        file = folder / kind.replace(" ", "_") / f"{name}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(surface.body, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.surfaces", description="Every surface, judged.")
    parser.add_argument("--recorded", type=Path, help="what a run of the tests with SHARE_CHECK_SURFACES has kept")
    parser.add_argument("--out", type=Path, default=OUT, help="folder for the catalogue; it is emptied first")
    return parser


if __name__ == "__main__":
    sys.exit(main())
