"""The README's pictures show what the demo says today: the same story, read and compared with what is on them."""

import json
from pathlib import Path

import pytest

from tests.browser.pictures import PICTURES, WORDS, Camera, walk, words_of

README = Path(__file__).parents[2] / "README.md"


@pytest.mark.timeout(120)  # one after the other, what four browsers see
def test_no_picture_is_out_of_date(chromium: str, tmp_path: Path) -> None:
    """Where this fails because words changed: make pictures, and look at them."""
    camera = Camera()
    walk(camera, chromium, tmp_path)
    kept = json.loads(WORDS.read_text(encoding="utf-8"))
    assert camera.words == kept, "Pictures in docs/pictures are out of date. Take them again: make pictures"


def test_every_picture_has_its_words_and_its_place() -> None:
    """None is left over, and none is missing."""
    names = {picture.stem for picture in PICTURES.glob("*.png")}
    assert names == json.loads(WORDS.read_text(encoding="utf-8")).keys()
    readme = README.read_text(encoding="utf-8")
    assert [name for name in sorted(names) if f"(docs/pictures/{name}.png)" not in readme] == []


def test_what_is_new_each_time_makes_no_picture_old() -> None:
    """References, times and days; nothing else."""
    one = (
        "*SC-7K2M* answer by Tue 24 Nov 10:02\n\nWeek 48: 23 to 29 November\nanswered after 5 seconds\n"
        " saved Today at 9:05, from 3 November 2026"
    )
    other = (
        "*SC-Q4RT* answer by Wednesday, 2 Dec 17:30\nWeek 9: 28 June to 4 July\nanswered after 61 seconds\n"
        "saved Yesterday at 11:45,  from 30 May 2027"
    )
    assert words_of(one) == words_of(other)
    assert words_of("Lead one") != words_of("Lead two")
