"""How much work waits for somebody in warehouses: one count per kind of work."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from django.db.models import Count, Model, Q, QuerySet, Value

from yipan.wms.models import Inspection, MoveTask, OutboundOrder, Parcel, SpotCount

#: What waits, in which table, in which states.
KINDS: Final[Mapping[str, tuple[type[Model], tuple[str, ...]]]] = {
    "to_pick": (OutboundOrder, ("released", "picking")),
    "to_pack": (OutboundOrder, ("picked",)),
    "to_load": (Parcel, ("packed",)),
    "to_move": (MoveTask, ("open",)),
    "to_inspect": (Inspection, ("open", "held")),
    "to_count": (SpotCount, ("open",)),
}


def count_waiting(kind: str, *, sites: Collection[str] | None) -> int:
    """Return how many tasks of one kind wait for somebody, at some sites or at all."""
    table, states = KINDS[kind]
    of_sites = Q() if sites is None else Q(site__in=sites)
    return table._default_manager.filter(of_sites, state__in=states).count()


def count_all_waiting(*, sites: Collection[str] | None) -> dict[str, int]:
    """Return kind to how many tasks wait, of all kinds, asked in one statement."""
    of_sites = Q() if sites is None else Q(site__in=sites)
    found: list[QuerySet[Model, tuple[str, int]]] = [
        table._default_manager.filter(of_sites, state__in=states)
        .order_by()
        .annotate(task=Value(kind))
        .values("task")
        .annotate(waiting=Count("pk"))
        .values_list("task", "waiting")
        for kind, (table, states) in KINDS.items()
    ]
    return dict.fromkeys(KINDS, 0) | dict(found[0].union(*found[1:], all=True))
