"""What the rail is made of."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """A page in the rail. `action` is what a person must be allowed to, to see it."""

    label: str | Promise
    url_name: str
    action: str
    icon: str
    words: str | Promise = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """A group of pages. `tone` is the color of the book they write."""

    label: str | Promise
    items: tuple[Item, ...]
    tone: str = "quiet"
