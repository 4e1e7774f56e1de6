"""The rail as one reader sees it: the pages they may open, and the open work behind each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from yipan.access.actors import Actor
from yipan.console.rail import SECTIONS, Item, Section

__all__ = ["SECTIONS", "Group", "Item", "Link", "Section", "build"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """An item as one reader sees it. `count` is open work, and 0 shows nothing."""

    label: str
    url: str
    icon: str
    words: str
    is_current: bool
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """A section as one reader sees it; never empty."""

    label: str
    tone: str
    links: list[Link]


def build(actor: Actor, *, path: str, count: Callable[[str], int]) -> list[Group]:
    """
    Return the sections with the pages `actor` may open.

    The page whose address is the longest beginning of `path` is the current one. `count`
    tells the open work behind a URL name.
    """
    addresses = _find_addresses(actor)
    current = _find_current(path, addresses)
    groups = []
    for section in SECTIONS:
        links = [
            Link(
                label=str(item.label),
                url=addresses[item.url_name],
                icon=item.icon,
                words=str(item.words),
                is_current=item.url_name == current,
                count=count(item.url_name),
            )
            for item in section.items
            if item.url_name in addresses
        ]
        if links:
            groups.append(Group(label=str(section.label), tone=section.tone, links=links))
    return groups


def _find_addresses(actor: Actor) -> dict[str, str]:
    """Return URL name to address, for the pages the actor may open."""
    addresses = {}
    for section in SECTIONS:
        for item in section.items:
            if actor.may(item.action):
                try:
                    addresses[item.url_name] = reverse(item.url_name)
                except NoReverseMatch:
                    # A node that runs fewer contexts has fewer pages.
                    continue
    return addresses


def _find_current(path: str, addresses: Mapping[str, str]) -> str:
    fitting = [
        (len(address), name)
        for name, address in addresses.items()
        if path == address or (address != "/" and path.startswith(address.rstrip("/") + "/"))
    ]
    return max(fitting)[1] if fitting else ""
