"""What happens in the stories of a warehouse and its hub, each at its own node."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

from tests import retailer
from tests.erp import moving
from tests.retailer import BUYER, CLERK, NOON, RECEIVER, make_id
from tests.wms import packing, sending
from yipan.access import keys
from yipan.access.actors import SYSTEM
from yipan.erp.documents.master import master_record
from yipan.erp.documents.master.master_record import Author
from yipan.erp.documents.transfers import transfer_order
from yipan.exchange import proof
from yipan.exchange.queries import list_inbox, list_sources
from yipan.foundation.status import StockStatus
from yipan.ledger import queries as ledger
from yipan.masterdata import records
from yipan.masterdata.rows import BinRow, SiteRow, SkuRow, SupplierRow
from yipan.proof.lots import prove_lots
from yipan.wms.documents import kit_work
from yipan.wms.documents.inbound import receipt
from yipan.wms.documents.inbound.receipt import Counting, Opening
from yipan.wms.documents.kit_work import Work
from yipan.wms.documents.outbound import move_task, pick, pick_claim, pick_lot
from yipan.wms.documents.outbound.pick import Taking
from yipan.wms.documents.outbound.pick_lot import Instead
from yipan.wms.documents.stock import bin_move
from yipan.wms.documents.stock import stock_opening as opening
from yipan.wms.documents.stock.stock_opening import BinStock
from yipan.wms.models import MoveTask, OutboundOrder, Pick, SpotCount
from yipan.wms.queries.lots import list_places
from yipan.wms.rules import Shifted

SOURCE = "wms:W1/stock"
PLAIN = ("TEA-250", "SOAP-1", "MUG-1", "RICE-5", "BAG-1", "CUP-1", "GIFT-1")

#: The clock of the nodes is the real one: these lots are good for as long as anybody reads this.
FIRST, LATER = date(2090, 4, 1), date(2090, 6, 1)


def open_hub() -> str:
    """Write the master data, tell the sites, and make the key of W1. Return its secret."""
    by = Author(name="zhao.controller", at=NOON)
    master_record.save_sites(
        [
            SiteRow(code="W1", site_type="warehouse", name="Hangzhou DC"),
            SiteRow(code="S12", site_type="store", name="Binjiang"),
        ],
        by=by,
    )
    master_record.save_suppliers([SupplierRow(code="SUP-01", name="Longjing Tea")], by=by)
    skus = [SkuRow(code=code, name=f"{code} goods") for code in PLAIN]
    milk = SkuRow(code="MILK-1", name="Milk", is_lot_tracked=True, is_expiry_tracked=True)
    master_record.save_skus([*skus, milk], by=by)
    grant = keys.KeyGrant(name="node-w1", sites=frozenset({"W1"}))
    return keys.create(grant, by=SYSTEM, at=NOON).secret


def open_warehouse() -> int:
    """Set up the bins of W1, and begin its book. Return how many messages that told."""
    zones = {"RECV": "receiving", "PACK": "packing", "SHIP": "shipping", "A": "picking"}
    codes = ("RECV-01", "PACK-01", "SHIP-01", *(f"A-01-0{place}" for place in range(1, 8)))
    records.save_bins(
        [
            BinRow(
                site="W1",
                code=code,
                zone=code.partition("-")[0],
                zone_type=zones[code.partition("-")[0]],
            )
            for code in codes
        ]
    )
    stock = [
        BinStock(bin_code="A-01-01", sku="TEA-250", quantity=20),
        BinStock(bin_code="A-01-02", sku="MILK-1", quantity=10, lot="L1", expires_on=FIRST),
        BinStock(bin_code="A-01-02", sku="MILK-1", quantity=10, lot="L2", expires_on=LATER),
        BinStock(bin_code="A-01-03", sku="SOAP-1", quantity=30),
        BinStock(bin_code="A-01-04", sku="MUG-1", quantity=30),
        BinStock(bin_code="A-01-05", sku="RICE-5", quantity=30),
    ]
    opening.post(site="W1", stock=stock, by=RECEIVER, at=NOON, message_id=make_id("opened"))
    return 1


def send_orders() -> dict[str, Any]:
    """Buy, and send goods from the warehouse to the store; return the numbers W1 will hear."""
    order = retailer.order(("BAG-1", 24), ("CUP-1", 10), ("RICE-5", 6))
    wanted = {
        "lot": [("MILK-1", 6)],
        "short": [("TEA-250", 20)],
        "cancel": [("SOAP-1", 12), ("MUG-1", 4)],
        "wave": [("RICE-5", 4)],
        "wave2": [("RICE-5", 5), ("SOAP-1", 2)],
        "wave3": [("MUG-1", 3)],
    }
    return {
        "inbound": order.inbound_order_number,
        **{name: moving.release(*lines).number for name, lines in wanted.items()},
    }


def receive(inbound: str) -> None:
    """Take in a delivery with too many bags, two of them wet, too few cups, and no rice."""
    number = receipt.open_receipt(
        opening=Opening(site="W1", inbound_order_number=inbound), by=RECEIVER, at=NOON
    ).number
    for sku, quantity, is_damaged in (
        ("BAG-1", 25, False),
        ("BAG-1", 2, True),
        ("CUP-1", 7, False),
    ):
        counting = Counting(sku=sku, quantity=quantity, is_damaged=is_damaged)
        receipt.count(number=number, counting=counting, by=RECEIVER, at=NOON)
    receipt.post(number=number, is_last=False, by=RECEIVER, at=NOON, message_id=make_id("truck"))


def put_away() -> None:
    """Put bags into the wrong bin, notice it, and put them away anew."""

    def carry(to_bin: str) -> str:
        shift = Shifted(sku="BAG-1", from_bin="RECV-01", to_bin=to_bin, quantity=22)
        return bin_move.post(site="W1", shifts=[shift], by=RECEIVER, at=NOON).number

    bin_move.reverse(number=carry("A-01-06"), by=RECEIVER, at=NOON)
    carry("A-01-07")


def pick_other_lot(transfer: str) -> None:
    """Pick six of the lot that is at hand instead of the one that expires first, and ship."""
    one = _find_open(transfer)[0]
    assert (one.lot, one.quantity) == ("L1", 6)
    pick.scan_bin(pick_id=one.pk, bin_code="A-01-02", by=RECEIVER, at=NOON)
    instead = Instead(bin_code="A-01-02", lot="L2")
    pick_lot.take_instead(pick_id=one.pk, instead=instead, by=RECEIVER, at=NOON)
    pick.take(pick_id=one.pk, taking=Taking(quantity=6), by=RECEIVER, at=NOON)
    sending.ship(f"OUT-{transfer}")


def pick_short(transfer: str) -> None:
    """Find 14 of 20, tell of it, and ship what was found."""
    [one] = _find_open(transfer)
    pick.scan_bin(pick_id=one.pk, bin_code="A-01-01", by=RECEIVER, at=NOON)
    taking = Taking(quantity=14, capture_mode="key", tote="TOTE-1")
    pick.short(pick_id=one.pk, taking=taking, by=RECEIVER, at=NOON, message_id=make_id("short"))
    assert SpotCount.objects.filter(bin_code="A-01-01", state="open").count() == 1
    sending.ship(f"OUT-{transfer}", is_last=True)


def begin_to_pick(transfer: str) -> None:
    """Put the soap of an order into a tote; the mugs are still to be picked."""
    soap = next(one for one in _find_open(transfer) if one.sku == "SOAP-1")
    sending.take(soap, tote="TOTE-2")


def cancel(transfer: str) -> None:
    """Want a transfer no more."""
    transfer_order.cancel(
        number=transfer, by=BUYER, at=NOON, message_id=make_id(f"{transfer} canceled")
    )


def put_back(transfer: str) -> None:
    """Carry what is in the tote of a canceled order back to its bin."""
    assert packing.get_state(f"OUT-{transfer}") == "canceled"
    task = MoveTask.objects.get(kind="put_back", state="open")
    move_task.finish(number=task.number, to_bin=task.to_bin, by=RECEIVER, at=NOON)


def pick_wave(transfers: list[str]) -> None:
    """Let two people pick a wave of three orders, and ship each order."""
    numbers = [f"OUT-{each}" for each in transfers]
    wave = packing.release_wave()
    waiting = Pick.objects.filter(state="open", order__number__in=numbers)
    walked: dict[str, set[str]] = {RECEIVER.actor: set(), CLERK.actor: set()}
    while waiting.exists():
        for by in (RECEIVER, CLERK):
            mine = pick_claim.claim_next(walk=wave.number, by=by, at=NOON)
            if mine is not None:
                one = Pick.objects.get(pk=mine)
                walked[by.actor].add(one.bin_code)
                taking = Taking(quantity=one.quantity, tote=f"TOTE-{by.device}")
                pick.take(pick_id=mine, taking=taking, by=by, at=NOON)
    assert walked[RECEIVER.actor].isdisjoint(walked[CLERK.actor])
    for number in numbers:
        sending.ship(number)


def assemble() -> None:
    """Make two gift sets of a mug and two soaps each."""
    parts = [("MUG-1", 1), ("SOAP-1", 2)]
    kit_work.set_parts(site="W1", kit="GIFT-1", parts=parts, by=RECEIVER, at=NOON)
    work = Work(site="W1", kit="GIFT-1", quantity=2, bin_code="PACK-01")
    kit_work.post(work=work, by=RECEIVER, at=NOON, message_id=make_id("gifts"))


def sum_at_hub() -> dict[str, Any]:
    """Return how far the hub has heard W1, and what its book says of the site up to there."""
    heard = [row for row in list_sources(source=SOURCE) if row.receiver == "erp"]
    watermark = heard[0].watermark if heard else 0
    return {"watermark": watermark, "sums": _sum("erp", "on_hand/W1/", watermark)}


def sum_at_site(watermark: int) -> dict[str, int]:
    """Return what the warehouse's book says, bin by bin added up, at a watermark of the hub."""
    return _sum("wms:W1", "on_hand/", watermark)


def _sum(book: str, prefix: str, watermark: int) -> dict[str, int]:
    rows = ledger.list_site_sums_at(book=book, prefixes=[prefix], watermarks={SOURCE: watermark})
    return {f"{row.sku} {row.group}": row.quantity for row in rows if row.quantity}


def tell_bins() -> dict[str, Any]:
    """Return what lies where, and the sums over all bins by SKU and status now."""
    sums: Counter[str] = Counter()
    bins: Counter[str] = Counter()
    sound = {StockStatus.AVAILABLE, StockStatus.HELD, StockStatus.RESERVED}
    for (sku, place), quantity in list_places("W1").items():
        sums[f"{sku} {'sound' if place.status in sound else place.status}"] += quantity
        bins[f"{place.bin_code} {sku} {place.lot} {place.status}"] += quantity
    return {"sums": {key: it for key, it in sums.items() if it}, "bins": dict(bins)}


def tell_faults() -> dict[str, Any]:
    """Return what waits or is parked here, and what the proofs of this node complain of."""
    broken = [each.detail for each in (*proof.list_findings(), *prove_lots()) if not each.ok]
    return {"broken": broken, "open": len(list_inbox())}


def count_orders() -> dict[str, int]:
    """Return how many outbound orders W1 knows, by state."""
    return dict(Counter(OutboundOrder.objects.values_list("state", flat=True)))


def _find_open(transfer: str) -> list[Pick]:
    return sending.list_open(f"OUT-{transfer}")


ACTS: dict[str, Callable[..., Any]] = {
    act.__name__: act
    for act in (
        open_hub,
        open_warehouse,
        send_orders,
        receive,
        put_away,
        pick_other_lot,
        pick_short,
        begin_to_pick,
        cancel,
        put_back,
        pick_wave,
        assemble,
        sum_at_hub,
        sum_at_site,
        tell_bins,
        tell_faults,
        count_orders,
    )
}
