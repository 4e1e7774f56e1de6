"""What Ctrl-K looks through: one literal table of sources."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yipan.access.actors import Actor
from yipan.console import navigation

HITS_PER_SOURCE_MAX = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """One thing found: where it leads, and how it is told from its like."""

    title: str
    url: str
    icon: str
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class HitGroup:
    """Hits of one kind; never empty."""

    label: str
    hits: list[Hit]


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Who finds hits of one kind. An empty query is asked only of pages."""

    label: str | Promise
    find: Callable[[Actor, str], list[Hit]]


def find_pages(actor: Actor, query: str) -> list[Hit]:
    """Find pages whose name or words hold every word of the query."""
    wanted = query.casefold().split()
    hits = []
    for group in navigation.build(actor, path="", count=lambda _name: 0):
        for link in group.links:
            text = f"{link.label} {group.label} {link.words} {link.url}".casefold()
            if all(word in text for word in wanted):
                hits.append(Hit(title=link.label, url=link.url, icon=link.icon, detail=group.label))
    return hits


SOURCES = (Source(label=_("Pages"), find=find_pages),)


def find_hits(*, actor: Actor, query: str) -> list[HitGroup]:
    """Return what every source finds, in the order of the table."""
    groups = []
    for source in SOURCES:
        if not query and source.find is not find_pages:
            continue
        hits = source.find(actor, query)
        if hits:
            kept = hits if not query else hits[:HITS_PER_SOURCE_MAX]
            groups.append(HitGroup(label=str(source.label), hits=kept))
    return groups
