"""
Picks of many orders at once (批量拣货确认): taken as expected, nothing scanned, nobody counted.

For warehouses that pick by paper or by a machine of their own, and say when a walk is over.
What has to be scanned, or is not as expected, is taken pick by pick.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Final
from uuid import NAMESPACE_OID, UUID, uuid5

from django.db import transaction
from django.db.models import F, OuterRef, Subquery

from yipan.documents.evidence import Evidence
from yipan.ledger import posting as ledger
from yipan.ledger.moves import FactPosting, Move, Trace
from yipan.masterdata import queries as masterdata
from yipan.wms.documents.outbound import outbound_posting, pick_parts
from yipan.wms.documents.outbound.outbound_posting import Progress
from yipan.wms.documents.outbound.pick_claim import CLAIM
from yipan.wms.models import OutboundOrder, Pick
from yipan.wms.models.inspection import ScanProfile
from yipan.wms.models.outbound_order import STATES_OPEN, PickState
from yipan.wms.queries.goods_rules import list_zone_rules
from yipan.wms.rules import PICKING_PLACE
from yipan.wms.rules import outbound as rules

ORDERS_MAX: Final = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Walked:
    """What one order got: picks and pieces taken, and how many picks have to be scanned."""

    order: str
    picks: int
    pieces: int
    picks_left: int


@transaction.atomic
def take_all(
    *, site: str, orders: Collection[str], by: Trace, at: datetime, capture_mode: str = "bulk"
) -> list[Walked]:
    """
    Take all open picks of some orders of a site as they are on the list, in a few statements.

    Left to be scanned are goods with serials, lots where their zone wants them scanned, and
    bins a colleague has just claimed. Nobody is asked whether a bin is empty. Return what each
    order got, by its number; who has nothing open, or is closed, gets nothing: a repeat changes
    nothing. Numbers of other sites are left out.
    """
    assert len(orders) <= ORDERS_MAX
    found = OutboundOrder.objects.filter(site=site, number__in=set(orders), state__in=STATES_OPEN)
    rows = list(found.order_by("pk").select_for_update())
    by_order: dict[int, list[Pick]] = {}
    picks = Pick.objects.filter(order__in=[row.pk for row in rows], state=PickState.OPEN)
    for pick in picks.select_related("line").order_by("path", "id"):
        by_order.setdefault(pick.order_id, []).append(pick)
    to_scan = _find_to_scan(site, [it for each in by_order.values() for it in each], by=by, at=at)
    taken = {
        row.pk: [it for it in by_order.get(row.pk, []) if it.pk not in to_scan] for row in rows
    }
    going = [row for row in rows if taken[row.pk]]
    before = {row.pk: row.state for row in going}
    for row in going:
        row.postings_count += 1
    _post(site, [(row, taken[row.pk]) for row in going], by=by, at=at)
    OutboundOrder.objects.bulk_update(going, ["postings_count"])
    _write(
        [it.pk for row in going for it in taken[row.pk]],
        by=by,
        at=at,
        capture_mode=capture_mode,
    )
    outbound_posting.move_on_many(going)
    outbound_posting.tell_progress_many(
        [
            Progress(order=row, message_id=_make_id(row, at=at))
            for row in going
            if row.state != before[row.pk]
        ],
        at=at,
    )
    return [
        Walked(
            order=row.number,
            picks=len(taken[row.pk]),
            pieces=sum(it.quantity for it in taken[row.pk]),
            picks_left=len(by_order.get(row.pk, [])) - len(taken[row.pk]),
        )
        for row in sorted(rows, key=attrgetter("number"))
    ]


def _write(picks: Sequence[int], *, by: Trace, at: datetime, capture_mode: str) -> None:
    """Write on picks what was taken, and how that is known, in one statement for all."""
    evidence = Evidence(
        capture_mode=capture_mode, was_expected_shown=True, actor=by.actor, device=by.device
    ).make_columns(at=at)
    same = {name: it for name, it in evidence.items() if not name.startswith("counterpart_")}
    posted = OutboundOrder.objects.filter(pk=OuterRef("order")).values("postings_count")
    changes = {
        "state": PickState.PICKED,
        "quantity_picked": F("quantity"),
        "quantity_entered": F("quantity"),
        "quantity_expected": F("quantity"),
        "place": PICKING_PLACE,
        "picked_by": by.actor,
        "picked_at": at,
        "sequence": Subquery(posted),
    }
    Pick.objects.filter(pk__in=picks).update(**(same | changes))


def _find_to_scan(site: str, picks: Sequence[Pick], *, by: Trace, at: datetime) -> set[int]:
    """Return the ids of those picks that cannot be taken without a scanner."""
    skus = masterdata.find_skus({pick.sku for pick in picks})
    strict = {
        row.zone for row in list_zone_rules(site) if row.scan_profile == ScanProfile.BIN_PRODUCT_LOT
    }
    return {
        pick.pk
        for pick in picks
        if skus[pick.sku].is_serial_tracked
        or (pick.lot and pick.zone in strict)
        or (
            pick.claimed_at is not None
            and pick.claimed_at > at - CLAIM
            and pick.claimed_by not in ("", by.actor)
        )
    }


def _post(
    site: str, going: Sequence[tuple[OutboundOrder, Sequence[Pick]]], *, by: Trace, at: datetime
) -> None:
    """Carry what was taken out of the bins: one posting per order, all in one run."""
    if not going:
        return
    day = masterdata.get_business_date(site, at)
    trace = Trace(actor=by.actor, device=by.device, reason=by.reason)
    postings = [
        FactPosting(
            origin=outbound_posting.make_origin(order, step="pick"),
            occurred_at=at,
            moves=[move for pick in picks for move in _carry(pick)],
            trace=trace,
            business_date=day,
        )
        for order, picks in going
    ]
    ledger.post_facts(book=f"wms:{site}", postings=[it for it in postings if it.moves])


def _carry(pick: Pick) -> list[Move]:
    share = pick_parts.share(pick, place=pick.bin_code, quantity=pick.quantity)
    return rules.carry(sku=pick.sku, share=share, to_place=PICKING_PLACE)


def _make_id(order: OutboundOrder, *, at: datetime) -> UUID:
    name = f"wms.outbound_progressed {order.number} {order.state} walk {at.isoformat()}"
    return uuid5(NAMESPACE_OID, name)
