"""How names are found: texts are cut into tokens, and a search matches beginnings of tokens."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

#: Longer texts are cut: what nobody types need not be found.
TOKENS_MAX = 120
TOKEN_LENGTH_MAX = 40

_WORD = re.compile(r"[^\W_]+(?:[-./][^\W_]+)*")
_PART = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+|[^\W_\u3400-\u9fff\uf900-\ufaff]+")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")


def fold(text: str) -> str:
    """Return the text without differences of width, case and accent that nobody types."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


def list_tokens(texts: Iterable[str]) -> list[str]:
    """
    Return the tokens under which the texts are found, sorted, each once.

    `TEA-250` is found whole, as `tea` and as `250`. Chinese has no spaces, so a run of its
    characters is found from each character on: 龙井茶 also under 井茶 and 茶.
    """
    tokens: set[str] = set()
    for text in texts:
        for word in _WORD.findall(fold(text)):
            tokens.add(word)
            for part in _PART.findall(word):
                tokens.add(part)
                tokens.update(_list_suffixes(part))
    return sorted(token[:TOKEN_LENGTH_MAX] for token in tokens)[:TOKENS_MAX]


def make_vector(texts: Iterable[str]) -> str:
    """Return the tokens as PostgreSQL's text form of a tsvector, without positions."""
    return " ".join(f"'{token}'" for token in list_tokens(texts))


def make_query(text: str) -> str:
    """Return a tsquery that wants every word of `text` as the beginning of some token."""
    words: list[str] = []
    for word in _WORD.findall(fold(text)):
        words.extend(_PART.findall(word) if _HAN.search(word) else [word])
    return " & ".join(f"'{word[:TOKEN_LENGTH_MAX]}':*" for word in words[:10])


def _list_suffixes(part: str) -> list[str]:
    if not _HAN.match(part):
        return []
    return [part[start:] for start in range(len(part))]
