"""Steps of an outbound order (出库通知单): release -> reserve -> (pick, ship), or cancel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

from django.db import transaction

from yipan.documents import told
from yipan.documents.states import lock_for
from yipan.foundation.status import StockStatus
from yipan.ledger.moves import Move, Trace
from yipan.ledger.posting import StockShort
from yipan.masterdata import queries as masterdata
from yipan.wms.documents.outbound import move_task, outbound_posting, parcel_emptying
from yipan.wms.models import OutboundLine, OutboundOrder, Pick
from yipan.wms.models.outbound_order import STATES_OPEN, PickState
from yipan.wms.models.outbound_order import OutboundOrderState as State
from yipan.wms.queries import giving
from yipan.wms.rules import outbound as rules
from yipan.wms.rules.outbound import Share

DOCUMENT_TYPE = outbound_posting.DOCUMENT_TYPE

#: From which states may each step be taken? A cancel that comes too late is not refused: what
#: has left has left, and the order says so.
STEPS = {
    "cancel": frozenset(State.values),
    "reserve": frozenset(STATES_OPEN),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class WantedLine:
    """A quantity of one SKU that should go."""

    line: int
    sku: str
    quantity: int
    lot: str = ""
    status: str = "available"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What another system wants sent, whichever it is."""

    number: str
    site: str
    order_type: str
    document_number: str
    lines: Sequence[WantedLine]
    ship_to: str = ""
    ship_to_name: str = ""
    due_on: date | None = None
    cut_off_at: datetime | None = None
    carrier: str = ""
    priority: int = 0
    may_be_partial: bool = True
    note: str = ""


@transaction.atomic
def release(*, wanted: Wanted, by: Trace, at: datetime, message_id: UUID) -> OutboundOrder:
    """
    Write down what should go, and set aside what is there of it.

    :raises SkuUnknown: if a SKU is not known here yet; the message waits for it.
    :raises NumberReused: if the number stands for another order already.
    """
    [order] = write([wanted], by=by, at=at)
    outbound_posting.TRAIL.note(order, step="release", by=by, at=at, message_id=message_id)
    missing = set_aside(order, by=by, at=at)
    outbound_posting.tell_progress(
        order,
        message_id=uuid5(message_id, "wms.outbound_progressed"),
        at=at,
        code="outbound_order.stock_short" if missing else "",
    )
    return order


def write(wanted: Sequence[Wanted], *, by: Trace, at: datetime) -> list[OutboundOrder]:
    """
    Write orders and their lines, in the order given; see `release` for what is refused.

    All are written or none. Nothing is set aside yet.
    """
    for each in wanted:
        told.require_few(each.lines)
        told.require_plausible((line.sku, line.quantity) for line in each.lines)
    skus = {line.sku for each in wanted for line in each.lines}
    told.require_known(sites={each.site for each in wanted}, skus=skus)
    numbers = [each.number for each in wanted]
    known = OutboundOrder.objects.filter(number__in=numbers).values_list("number", "site").first()
    if known is not None or len(set(numbers)) < len(numbers):
        number, site = known or (numbers[-1], wanted[-1].site)
        raise told.NumberReused(number=number, site=site)
    orders = OutboundOrder.objects.bulk_create(_make(each, by=by, at=at) for each in wanted)
    OutboundLine.objects.bulk_create(
        OutboundLine(
            order=order,
            line=line.line,
            sku=line.sku,
            lot=line.lot,
            status=line.status,
            quantity_ordered=line.quantity,
        )
        for order, each in zip(orders, wanted, strict=True)
        for line in each.lines
    )
    return orders


def _make(wanted: Wanted, *, by: Trace, at: datetime) -> OutboundOrder:
    return OutboundOrder(
        number=wanted.number,
        site=wanted.site,
        order_type=wanted.order_type,
        document_number=wanted.document_number,
        ship_to=wanted.ship_to,
        ship_to_name=wanted.ship_to_name,
        due_on=wanted.due_on,
        cut_off_at=wanted.cut_off_at,
        carrier=wanted.carrier,
        priority=wanted.priority,
        may_be_partial=wanted.may_be_partial,
        note=wanted.note[:400],
        created_by=by.actor,
        created_at=at,
    )


@transaction.atomic
def reserve(*, number: str, by: Trace, at: datetime) -> int:
    """Try again to set aside what could not be. Return how much is still without goods."""
    order = lock_for("reserve", model=OutboundOrder, number=number, steps=STEPS)
    before = order.state
    missing = set_aside(order, by=by, at=at)
    outbound_posting.move_on(order)
    outbound_posting.TRAIL.note(order, step="reserve", from_state=before, by=by, at=at)
    return missing


@transaction.atomic
def cancel(*, number: str, by: Trace, at: datetime, message_id: UUID) -> OutboundOrder:
    """
    Send no more of an order, and give back what was set aside. What has left has left.

    Parcels are taken apart, and picked goods become free where they stand: tasks say where to
    put them back.

    :raises NotFound: if the order is not known here.
    """
    order = lock_for("cancel", model=OutboundOrder, number=number, steps=STEPS)
    before, code = order.state, "outbound_order.too_late"
    if order.state in STATES_OPEN:
        give_back(order, by=by, at=at, step="cancel")
        has_left = any(line.quantity_shipped for line in order.lines.all())
        order.state = State.CLOSED_SHORT if has_left else State.CANCELED
        order.closed_at = at
        order.save(update_fields=["state", "closed_at"])
        code = ""
    outbound_posting.TRAIL.note(
        order, step="cancel", from_state=before, by=by, at=at, message_id=message_id
    )
    outbound_posting.tell_progress(
        order, message_id=uuid5(message_id, "wms.outbound_progressed"), at=at, code=code
    )
    return order


def set_aside(order: OutboundOrder, *, by: Trace, at: datetime, without: Sequence[str] = ()) -> int:
    """
    Set goods aside for what no pick covers yet; return how much there is none of.

    The order is locked by the caller. `without` are bins not to be taken from.
    """
    uncovered = list_uncovered(order)
    sound = [it for it in uncovered if it[0].status == StockStatus.AVAILABLE]
    missing = _cover_together(order, sound, by=by, at=at, without=without) if sound else 0
    if missing is not None:
        uncovered = [it for it in uncovered if it[0].status != StockStatus.AVAILABLE]
    return (missing or 0) + sum(
        _cover(order, line, wanted=wanted, by=by, at=at, without=without)
        for line, wanted in uncovered
    )


def list_uncovered(order: OutboundOrder) -> list[tuple[OutboundLine, int]]:
    """Return the lines of an order that no pick covers wholly, with how much is wanted still."""
    covered: dict[int, int] = {}
    for pick in order.picks.exclude(state=PickState.CANCELED):
        taken = pick.quantity if pick.state == PickState.OPEN else pick.quantity_picked
        covered[pick.line_id] = covered.get(pick.line_id, 0) + taken
    wanted = [
        (line, line.quantity_ordered - line.quantity_missing - covered.get(line.pk, 0))
        for line in order.lines.order_by("line")
    ]
    return [(line, quantity) for line, quantity in wanted if quantity > 0]


def _cover_together(
    order: OutboundOrder,
    wanted: Sequence[tuple[OutboundLine, int]],
    *,
    by: Trace,
    at: datetime,
    without: Sequence[str],
) -> int | None:
    """
    Set sound goods aside for several lines by one posting; return what there is none of.

    None, and nothing is set aside, when somebody took some of them between look and promise:
    then the lines are looked at one by one.
    """
    free = giving.list_giving_of(
        order.site,
        {line.sku for line, _ in wanted},
        today=masterdata.get_business_date(order.site, at),
        without=without,
    )
    chosen = rules.choose_for_lines(
        wanted=[(line.sku, line.lot, quantity) for line, quantity in wanted], giving=free
    )
    moves = [
        move
        for (line, _), shares in zip(wanted, chosen, strict=True)
        for move in rules.reserve(sku=line.sku, shares=shares)
    ]
    try:
        outbound_posting.post(order, step="reserve", moves=moves, by=by, at=at, is_promise=True)
    except StockShort:
        return None
    picks = make_picks(
        [(order, line, shares) for (line, _), shares in zip(wanted, chosen, strict=True)]
    )
    Pick.objects.bulk_create(picks)
    return sum(quantity for _, quantity in wanted) - sum(pick.quantity for pick in picks)


def _cover(
    order: OutboundOrder,
    line: OutboundLine,
    *,
    wanted: int,
    by: Trace,
    at: datetime,
    without: Sequence[str],
) -> int:
    """Set goods aside for one line; return what there is none of."""
    # Twice: another order may take the same goods between the look and the promise.
    for _ in range(2):
        shares = rules.choose_bins(
            giving=giving.list_giving(
                order.site,
                line.sku,
                today=masterdata.get_business_date(order.site, at),
                without=without,
                lot=line.lot,
                status=line.status,
            ),
            quantity=wanted,
            status=line.status,
        )
        try:
            outbound_posting.post(
                order,
                step="reserve",
                moves=rules.reserve(sku=line.sku, shares=shares),
                by=by,
                at=at,
                is_promise=True,
            )
        except StockShort:
            continue
        add_picks(order, line, shares)
        return wanted - sum(share.quantity for share in shares)
    return wanted


def add_picks(order: OutboundOrder, line: OutboundLine, shares: Sequence[Share]) -> None:
    """Write a pick for each share that was set aside."""
    Pick.objects.bulk_create(make_picks([(order, line, shares)]))


def make_picks(
    granted: Sequence[tuple[OutboundOrder, OutboundLine, Sequence[Share]]],
) -> list[Pick]:
    """Return a pick for each share that was set aside for lines of one site, not yet saved."""
    if not granted:
        return []
    site = granted[0][0].site
    codes = {share.bin_code for _, _, shares in granted for share in shares}
    bins = masterdata.find_bins(site, codes)
    paths = giving.write_paths(site, bins.values())
    return [
        Pick(
            order=order,
            line=line,
            sku=line.sku,
            lot=share.lot,
            status=line.status,
            bin_code=share.bin_code,
            quantity_expected=share.quantity,
            was_expected_shown=True,
            counterpart_document=order.document_number or order.number,
            counterpart_line=line.line,
            zone=bins[share.bin_code].zone,
            path=paths[share.bin_code],
            quantity=share.quantity,
        )
        for order, line, shares in granted
        for share in shares
    ]


def give_back(order: OutboundOrder, *, by: Trace, at: datetime, step: str) -> None:
    """Give back all that was set aside or picked of an order locked by the caller."""
    moves: list[Move] = []
    picks = list(order.picks.filter(state__in=[PickState.OPEN, PickState.PICKED]).order_by("id"))
    for pick in picks:
        is_open = pick.state == PickState.OPEN
        share = Share(
            bin_code=pick.bin_code if is_open else pick.place,
            quantity=pick.quantity if is_open else pick.quantity_picked,
            lot=pick.lot,
            status=pick.status,
        )
        moves += rules.give_back(sku=pick.sku, shares=[share])
    parcel_emptying.empty_all(order, by=by, at=at)
    outbound_posting.post(order, step=step, moves=moves, by=by, at=at)
    move_task.put_back(order, [it for it in picks if it.state == PickState.PICKED], by=by, at=at)
    for pick in picks:
        pick.state, pick.parcel = PickState.CANCELED, None
    Pick.objects.bulk_update(picks, ["state", "parcel"])


def get_packing_bin(site: str) -> str:
    """Return the bin picked goods are put down in."""
    return giving.find_packing_bin(site) or rules.PACKING_BIN
