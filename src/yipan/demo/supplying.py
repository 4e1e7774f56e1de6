"""What surrounds the orders of the demo retailer: prices, notices, changes, returns, invoices."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from yipan.demo.buying import BUYER, CHECKER, LEAD, SECOND, WORKER
from yipan.demo.goods import GOODS
from yipan.demo.places import WAREHOUSE
from yipan.demo.trading import make_id
from yipan.erp.documents.master import supplier_price
from yipan.erp.documents.master.master_record import Author
from yipan.erp.documents.purchasing import (
    arrival_notice,
    purchase_change,
    purchase_limit,
    receipt_surplus,
    supplier_invoice,
    supplier_return,
)
from yipan.erp.documents.purchasing.arrival_notice import Noticed, NoticedLine
from yipan.erp.documents.purchasing.purchase_change import Wanted
from yipan.erp.documents.purchasing.purchase_order import OrderedLine
from yipan.erp.documents.purchasing.supplier_invoice import Billed, BilledLine
from yipan.erp.documents.purchasing.supplier_return import Returned, ReturnedLine
from yipan.erp.models import PurchaseOrder, ReceiptSurplus
from yipan.erp.queries.supplier_prices import PriceRow
from yipan.exchange import delivery
from yipan.foundation.status import StockStatus
from yipan.ledger.moves import Trace
from yipan.messages.erp_purchasing import Package, PackedLine
from yipan.wms.documents.outbound import pick, shipment
from yipan.wms.documents.outbound.pick import Taking
from yipan.wms.documents.outbound.shipment import Shipping
from yipan.wms.models import Pick
from yipan.wms.rules.sscc import make_sscc

FINANCE = Trace(actor="finance", device="office-4f")
ADMIN = Trace(actor="admin", device="office-1f", reason="内控制度")
#: The most a controller approves, in fen.
LIMIT_MINOR = 5_000_000
#: So many cases of a product are cheaper, and by so much.
BREAK_CASES, BREAK_PERCENT = 30, 96
PREFIX = "6925600"


def write_terms(*, at: datetime) -> None:
    """Write price lists and the limit of approval: before the first order takes them."""
    first = at.date() - timedelta(days=300)
    rows = []
    for place, good in enumerate(GOODS, start=1):
        for quantity, percent in ((1, 100), (good.case_size * BREAK_CASES, BREAK_PERCENT)):
            if quantity > 1 and place % 3:
                continue
            rows.append(
                PriceRow(
                    supplier=good.supplier,
                    sku=good.code,
                    valid_from=first,
                    from_quantity=quantity,
                    unit_cost_minor=good.cost_minor * percent // 100,
                    case_size=good.case_size,
                    minimum_quantity=good.case_size,
                    supplier_sku=f"{good.supplier[-2:]}-{place:04d}",
                )
            )
    by = Author(name=BUYER.actor, at=at, reason="2026 价目", device=BUYER.device)
    supplier_price.save_prices(rows, by=by)
    purchase_limit.set_limit(
        role="inventory_controller",
        currency="CNY",
        value_max_minor=LIMIT_MINOR,
        by=ADMIN,
        at=at,
    )


def tell(*, now: datetime) -> None:
    """Tell what happened around the orders, as it would stand at `now`."""
    _announce(now=now)
    _change(now=now)
    _propose(now=now)
    _give_back(now=now)
    _bill(now=now)
    delivery.deliver_pending()


def _find(name: str) -> PurchaseOrder:
    return PurchaseOrder.objects.get(external_id=f"demo {name}")


def _why(by: Trace, reason: str) -> Trace:
    return Trace(actor=by.actor, device=by.device, reason=reason)


def _announce(*, now: datetime) -> None:
    """One truck comes tomorrow with its packages, one is late."""
    coming, late = _find("on its way"), _find("late")
    pallets = tuple(
        Package(
            sscc=make_sscc(prefix=PREFIX, extension=0, serial=serial),
            lines=(PackedLine(sku=sku, quantity=quantity, lot=lot),),
        )
        for serial, (sku, quantity, lot) in enumerate(
            (("TEA-100", 96, "L260301"), ("TEA-100", 96, "L260302"), ("TEA-JAS-200", 120, "")),
            start=70_001,
        )
    )
    for order, lines, packages, hours, carrier, tracking in (
        (coming, {"TEA-100": 192, "TEA-JAS-200": 120}, pallets, 20, "德邦", "DPK8820417765"),
        (coming, {"CHRYS-80": 80}, (), 70, "", ""),
        (late, {"SHAMPOO-500": 48, "TOOTHPASTE-120": 96, "SOAP-1": 144}, (), -30, "中通快运", ""),
    ):
        arrival_notice.announce(
            noticed=Noticed(
                site=order.site,
                supplier=order.supplier,
                lines=tuple(
                    NoticedLine(sku=sku, quantity=quantity, purchase_order_number=order.number)
                    for sku, quantity in lines.items()
                ),
                packages=packages,
                expected_at=now + timedelta(hours=hours),
                carrier=carrier,
                tracking=tracking,
            ),
            by=BUYER,
            at=now - timedelta(hours=26),
            message_id=make_id(f"announced {order.number} {hours}"),
        )


def _change(*, now: datetime) -> None:
    """An order was put off by a day; that it should be larger waits for a second person."""
    order = _find("on its way")
    standing = {line.sku: line.quantity_ordered for line in order.lines.order_by("line")}
    steps: tuple[tuple[dict[str, int], int, int, str], ...] = (
        (standing, 1, 22, "供应商推迟一天"),
        (standing | {"TEA-BAG-50": 288}, 1, 2, "促销追加"),
    )
    expected = order.expected_on
    for lines, days, hours_ago, reason in steps:
        order.refresh_from_db()
        purchase_change.propose(
            number=order.number,
            wanted=Wanted(
                lines=tuple(
                    OrderedLine(sku=sku, quantity=quantity) for sku, quantity in lines.items()
                ),
                expected_on=expected + timedelta(days=days) if expected else None,
            ),
            version=order.version,
            by=_why(BUYER, reason),
            at=now - timedelta(hours=hours_ago),
            message_id=make_id(f"changed {reason}"),
        )


def _propose(*, now: datetime) -> None:
    """Goods nobody ordered should go back; of what came too much nobody has said anything yet."""
    surplus = ReceiptSurplus.objects.filter(site=WAREHOUSE, is_ordered=False).order_by("id")[0]
    receipt_surplus.propose(
        number=surplus.number,
        outcome="return",
        by=_why(SECOND, "没有订过"),
        at=now - timedelta(hours=5),
    )


def _give_back(*, now: datetime) -> None:
    """One return has left, one waits at the warehouse, one for its approval."""
    for name, sku, quantity, until, reason in (
        ("closed short", "TEA-PUER-357", 1, "shipped", "茶饼受潮"),
        ("full", "COLA-330", 4, "released", "罐体变形"),
        ("two trucks", "RICE-5", 1, "draft", "包装破损"),
    ):
        order = _find(name)
        at = now - timedelta(hours=20)
        number = supplier_return.create(
            wanted=Returned(
                site=WAREHOUSE,
                supplier=order.supplier,
                reason=reason,
                purchase_order_number=order.number,
                lines=(ReturnedLine(sku=sku, quantity=quantity, status=StockStatus.DAMAGED),),
            ),
            by=BUYER,
            at=at,
        ).number
        if until == "draft":
            continue
        supplier_return.approve(number=number, by=CHECKER, at=at + timedelta(hours=1))
        released = supplier_return.release(
            number=number,
            by=BUYER,
            at=at + timedelta(hours=2),
            message_id=make_id(f"return {name} released"),
        )
        delivery.deliver_pending()
        if until == "shipped":
            _ship(released.outbound_order_number, at=at + timedelta(hours=6))


def _ship(outbound: str, *, at: datetime) -> None:
    for row in Pick.objects.filter(order__number=outbound, state="open").order_by("id"):
        pick.take(pick_id=row.pk, taking=Taking(quantity=row.quantity), by=WORKER, at=at)
    shipment.ship(
        shipping=Shipping(order=outbound, is_last=True),
        by=LEAD,
        at=at + timedelta(hours=1),
        message_id=make_id(f"{outbound} left"),
    )


def _bill(*, now: datetime) -> None:
    """One invoice fits, one asks for goods that never came, one was accepted at a higher price."""
    today = now.date()
    _write_invoice("full", "YW-26-0311", on=today, at=now - timedelta(hours=18))
    _write_invoice("closed short", "XH-2026-118", on=today, at=now - timedelta(hours=8))
    dearer = _write_invoice(
        "two trucks", "YW-26-0325", on=today, at=now - timedelta(hours=16), raised={"RICE-5": 60}
    )
    supplier_invoice.approve(
        number=dearer, by=_why(FINANCE, "新米涨价，已电话确认"), at=now - timedelta(hours=4)
    )


def _write_invoice(
    name: str, invoice: str, *, on: date, at: datetime, raised: dict[str, int] | None = None
) -> str:
    """Bill an order: what came of it, or all of it where it was closed short."""
    order = _find(name)
    is_short = order.state == "closed_short"
    lines = [
        BilledLine(
            purchase_order_number=order.number,
            sku=line.sku,
            quantity=line.quantity_ordered if is_short else line.quantity_received,
            unit_price_minor=line.unit_cost_minor + (raised or {}).get(line.sku, 0),
        )
        for line in order.lines.order_by("line")
        if line.quantity_received
    ]
    billed = Billed(
        supplier=order.supplier,
        invoice_number=invoice,
        invoiced_on=on - timedelta(days=1),
        due_on=on + timedelta(days=29),
        lines=tuple(lines),
    )
    return supplier_invoice.create(billed=billed, by=BUYER, at=at).number
