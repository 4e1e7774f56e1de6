"""Icons of the Lucide set, drawn once each."""

from __future__ import annotations

from functools import lru_cache

from django.utils.safestring import SafeString, mark_safe
from lucide.templatetags.lucide import lucide


@lru_cache(maxsize=256)
def draw_icon(name: str, size: int) -> SafeString:
    """Draw an icon, `size` pixels wide and high."""
    classes = "icon icon-large" if size >= 20 else "icon"
    drawn = lucide(name, size=size, **{"class": classes, "aria_hidden": "true"})
    return mark_safe(drawn)  # noqa: S308  # drawn by lucide out of its own files
