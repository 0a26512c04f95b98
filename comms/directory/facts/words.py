"""The words of a name, made comparable: how search and matching see "Élysée" and "elysee" as one."""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")
_LONGEST_PREFIX = 12
_MOST_PREFIXES = 120


def folded(text: str) -> str:
    """`text` without case, accents, Arabic vowel signs, tatweel and doubled spaces.

    Two names that fold alike are the same name to a person typing it.
    """
    if text.isascii():
        # Nothing to decompose; most of a list is of this kind, and this is ten times as fast.
        return " ".join(text.lower().split())
    decomposed = text
    # Twice: letters like the mathematical 𝚨 have a case only once they are decomposed.
    for _ in range(2):
        decomposed = unicodedata.normalize("NFKD", decomposed).casefold()
    decomposed = unicodedata.normalize("NFKD", decomposed)
    plain = "".join(
        sign for sign in decomposed if unicodedata.category(sign) != "Mn" and sign != "\u0640"
    )
    return " ".join(unicodedata.normalize("NFC", plain).split())


def words_of(text: str) -> list[str]:
    """The folded words of a name, in order."""
    return _WORD.findall(folded(text))


def prefixes_of(text: str) -> list[str]:
    """The beginnings by which a name is found: each word's first 1 to 12 letters, at most 120 in all.

    Sorted and without repetition, so that the same name always gives the same list.
    """
    found: dict[str, None] = {}
    for word in words_of(text):
        for length in range(1, min(len(word), _LONGEST_PREFIX) + 1):
            found[word[:length]] = None
    return sorted(list(found)[:_MOST_PREFIXES])


def searched_prefixes(query: str) -> list[str]:
    """What a query looks for among `prefixes_of`: each of its words, cut to the longest prefix kept."""
    return list(dict.fromkeys(word[:_LONGEST_PREFIX] for word in words_of(query)[:10]))
