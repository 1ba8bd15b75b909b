"""Whether what somebody typed says anything: "-" and "n/a" do not (docs/rules.md, decision 11).

The rules ask two things. A reason is a sentence (`is_sentence`: policy 2.9 wants it readable later). Other boxes take
a name, a number or one word, such as "GP" or "phone" (`says_something`).
"""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W\d_]{2,}")
_FEWEST_WORDS = 2
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{4,}")
"""Thai, Lao, Burmese, Khmer, Japanese, Chinese and Korean may put no space between words."""
_SAYS_NOTHING = frozenset(
    {
        *("n/a", "na", "n.a", "none", "nil", "tbc", "tba", "x", "?"),
        *("as above", "as before", "as discussed", "no comment", "no reason", "none given", "none needed"),
        *("not applicable", "not known", "not sure", "see above", "same as above", "to be confirmed", "to follow"),
    }
)


def says_something(typed: object) -> bool:
    """Return whether a box that takes a word or a name has one: a letter or a digit, and not "n/a" or "none"."""
    text = " ".join(str(typed or "").lower().split()).strip(" .")
    return any(sign.isalnum() for sign in text) and text not in _SAYS_NOTHING


def is_sentence(text: str) -> bool:
    """Return whether the text has at least two words that say something: not "-", "n/a", ".", "none" or spaces."""
    words = _WORD.findall(text)
    says_nothing = " ".join(words).lower() in _SAYS_NOTHING or len({word.lower() for word in words}) == 1
    return bool(_UNSPACED.search(text)) or (len(words) >= _FEWEST_WORDS and not says_nothing)
