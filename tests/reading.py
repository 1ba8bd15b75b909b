"""How hard words are to read: Flesch and Kincaid's grade, over whole sentences.

The counter of syllables is ours; docs/decisions/0005-libraries.md says why, and how often it differs from a dictionary.
"""

import re
from collections.abc import Iterable

FEWEST_WORDS = 6
"""What is shorter is a label or a heading, and no sentence to follow."""
_ODD = {
    "anyone": 3,
    "anyone's": 3,
    "area": 3,
    "being": 2,
    "business": 2,
    "create": 2,
    "created": 3,
    "everyone": 3,
    "idea": 3,
    "maybe": 2,
    "people": 2,
    "people's": 2,
    "rarely": 2,
    "several": 2,
    "someone": 2,
    "someone's": 2,
    "unique": 2,
}
"""Syllables of words that the rules below get wrong."""
_QUIET_E = re.compile(r"(?<=[^aeiouy])e(?=(?:ly|ful|fully|less|ment|ments|where|body|bodys|thing|ty|guard\w*|while)$)")
_QUIET_END = re.compile(r"(?:(?<![cgsxz])(?<!ch)(?<!sh)(?<![^aeiouy]l)es|(?<![td])ed|(?<![^aeiouy]l)e)$")
_TWO_VOWELS = re.compile(
    r"(?<=[aeouy])(?=ing)|(?<=(?<![tscgx])i)(?=[aou])|(?<=(?<![cstf])i)(?=en[ct])|(?<=(?<![qg])u)(?=a[lt])"
    r"|(?<=^re)(?=o)|(?<=de)(?=o)"
)


def syllables(word: str) -> int:
    """Count the syllables of one English word by its spelling: at least one."""
    if word.lower() in _ODD:
        return _ODD[word.lower()]
    letters = re.sub(r"[^a-z]", "", word.lower()).replace("every", "evry")
    heard = _QUIET_E.sub("", letters)
    heard = _QUIET_END.sub("", heard)
    return max(len(re.findall(r"[aeiouy]+", _TWO_VOWELS.sub("-", heard))), 1)


def sentences(text: str) -> list[list[str]]:
    """Split into sentences of words. A line, a colon before a new line and a bullet end one too."""
    found = (re.findall(r"[A-Za-z][A-Za-z'\N{RIGHT SINGLE QUOTATION MARK}]*", each) for each in _ENDS.split(text))
    return [words for words in found if words]


_ENDS = re.compile(r"[.?!:;](?=[\s\"')]|$)[\"')]*|\n|\N{BULLET}|\N{MIDDLE DOT}")


def whole(text: str) -> list[list[str]]:
    """Return only the sentences that are long enough to be one."""
    return [words for words in sentences(text) if len(words) >= FEWEST_WORDS]


def grade(read: Iterable[list[str]]) -> float:
    """Return Flesch and Kincaid's grade of sentences: the years at school that it takes. 0 for no sentence."""
    each = list(read)
    words = [word for sentence in each for word in sentence]
    if not words:
        return 0.0
    return 0.39 * len(words) / len(each) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
