"""Whether what somebody typed gives a reason: a sentence does, a dash does not (docs/rules.md, decision 11)."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W\d_]{2,}")
_FEWEST_WORDS = 2
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{4,}")
"""Thai, Lao, Burmese, Khmer, Japanese, Chinese and Korean may put no space between words."""
_SAYS_NOTHING = frozenset(
    {
        *("as above", "as before", "as discussed", "no comment", "no reason", "none given", "none needed"),
        *("not applicable", "not known", "not sure", "see above", "same as above", "to be confirmed", "to follow"),
    }
)


def is_sentence(text: str) -> bool:
    """Return whether the text has at least two words that say something: not "-", "n/a", ".", "none" or spaces."""
    words = _WORD.findall(text)
    says_nothing = " ".join(words).lower() in _SAYS_NOTHING or len({word.lower() for word in words}) == 1
    return bool(_UNSPACED.search(text)) or (len(words) >= _FEWEST_WORDS and not says_nothing)
