"""Benchmark of `share-check decide --lines` in sheets per second, compared with only reading and writing the JSON.

make bench
"""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path

from flows.checklist import CHECKLIST
from flows.engine.replay import replay
from flows.model import PEOPLE, Choose, Question

ROUNDS, SHEETS = 5, 5000
FLOOR = "import json, sys\nfor line in sys.stdin: print(json.dumps(json.loads(line)))"


def chosen(question: Question, rng: random.Random) -> tuple[str, ...]:
    """Choose one answer at random."""
    option = rng.choice(question.options).id
    return ("lead-1",) if question.choose is Choose.PEOPLE and option == PEOPLE else (option,)


def sheet(rng: random.Random) -> str:
    """Return a random walk through the checklist as a JSON sheet, finished in about nine of ten cases."""
    answers: dict[str, tuple[str, ...]] = {}
    stop = rng.choice([*range(1, 24), *[24] * 200])
    while len(answers) < stop and (question := replay(CHECKLIST, answers).next) is not None:
        answers[question.id] = chosen(question, rng)
    lists = {"3.1.6"} | ({"S2"} if answers["S1"] and answers.get("S2") == ("lead-1",) else set())
    return json.dumps({"answers": {key: list(value) if key in lists else value[0] for key, value in answers.items()}})


def seconds(command: list[str], sheets: str) -> float:
    started = time.perf_counter()
    done = subprocess.run(command, input=sheets, capture_output=True, text=True, check=True)  # noqa: S603 - runs our own commands
    assert len(done.stdout.splitlines()) == SHEETS, "a sheet was not answered"
    return time.perf_counter() - started


def main() -> None:
    """Interleave the command and the baseline; print medians and the ratio."""
    rng = random.Random(1)  # noqa: S311 - the same sheets every time
    sheets = "\n".join(sheet(rng) for _ in range(SHEETS)) + "\n"
    decide = [str(Path(sys.executable).parent / "share-check"), "decide", "--lines", "-"]
    ours: list[float] = []
    floor: list[float] = []
    for _ in range(ROUNDS):
        floor.append(seconds([sys.executable, "-c", FLOOR], sheets))
        ours.append(seconds(decide, sheets))
    ours_median, floor_median = statistics.median(ours), statistics.median(floor)
    print(f"decide --lines: medians of {ROUNDS} rounds of {SHEETS} sheets, start-up included")
    print(f"  {SHEETS / ours_median:7.0f} sheets a second")
    print(f"  {SHEETS / floor_median:7.0f} a second for reading and writing the JSON alone")
    print(f"  {ours_median / floor_median:.0f}x")


if __name__ == "__main__":
    main()
