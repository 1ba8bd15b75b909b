"""A reason is a sentence: one rule for every box that asks for one."""

import pytest

from flows.sentences import is_sentence, says_something


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "-", "--", ".", "...", "n/a", "N/A", "n.a.", "na", "none", "None.", "x", "ok", "Because", "123 456"),
        *("\N{ZERO WIDTH SPACE}", "\N{EM DASH}", "not applicable", "Not applicable.", "see above", "no no", "- n/a -"),
    ],
)
def test_what_says_nothing_is_no_reason(text: str) -> None:
    """Policy 2.9 wants the reason recorded, so that it can be read later."""
    assert not is_sentence(text)


@pytest.mark.parametrize(
    "text",
    [
        *("It can wait.", "Not safe", "Mum is ill", "They have no family here.", "Nie teraz.", "به خاطر او", "आज नहीं"),
        *("因为还不安全", "ยังไม่ปลอดภัย", "n/a: there is no carer"),
    ],
)
def test_a_few_words_in_any_language_are_a_reason(text: str) -> None:
    """It is not marked for style, length or spelling."""
    assert is_sentence(text)


@pytest.mark.parametrize("typed", ["", "-", "...", " . ", "n/a", "N/A.", "none", "tbc", "see  above", None])
def test_a_box_with_a_filler_says_nothing(typed: object) -> None:
    """Whom, when, how: what stands for an empty box is an empty box."""
    assert not says_something(typed)


@pytest.mark.parametrize("typed", ["GP", "ICO", "phone", "5", "IC-123", "N. Agarwal", "医生"])
def test_one_word_or_number_is_enough_for_a_box(typed: str) -> None:
    """A name or a reference is all there is to say."""
    assert says_something(typed)
