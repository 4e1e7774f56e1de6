"""All sentences: key of a beat to what is said, with its numbers by name."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise

from yipan.lab.words import texts_counts, texts_goods, texts_lines

TEXTS: Mapping[str, str | Promise] = {
    **texts_goods.TEXTS,
    **texts_counts.TEXTS,
    **texts_lines.TEXTS,
}
