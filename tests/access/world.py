"""Objects of the own sites and of other sites, for the walk over all addresses."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tests import retailer
from tests.access import (
    buying_world,
    counting_world,
    hub_world,
    planning_world,
    selling_world,
    store_world,
    warehouse_world,
)
from tests.access.addresses import Values
from tests.access.builders import a_key, a_person, an_actor
from tests.retailer import BUYER, CHECKER, NOON, RECEIVER, make_id
from yipan.access.models import ApiKey
from yipan.access.roles import Role
from yipan.documents import bulk_jobs
from yipan.erp.documents.purchasing import purchase_order
from yipan.erp.documents.purchasing.purchase_order import Ordered, OrderedLine
from yipan.erp.documents.stock import limit_change
from yipan.erp.models import (
    GoodsReceipt,
    SalesIssue,
    StockOpening,
)
from yipan.exchange import comparisons
from yipan.exchange.digests import add_up
from yipan.exchange.models import ComparisonState
from yipan.exchange.queries import list_alterations
from yipan.exchange.subscriptions import Heard
from yipan.foundation.limits import Limit
from yipan.foundation.promotions import Promotion
from yipan.lab import live
from yipan.ledger import queries as ledger
from yipan.ledger.moves import Trace
from yipan.masterdata import calendars, jobs, promotions, queries, records
from yipan.masterdata.jobs import Upload
from yipan.masterdata.rows import BarcodeRow, BinRow, CalendarRow, CustomerRow, SiteRow
from yipan.messages.erp import InboundLine, InboundReleased
from yipan.pool import promises
from yipan.pool.promises import Ask
from yipan.pool.rules import PromisedLine
from yipan.pos.documents import adjustment as store_adjustment
from yipan.pos.documents import register, store_day, store_order, till_device, transfer
from yipan.recon.documents import counting, report
from yipan.recon.documents.counting import Counted as Seen
from yipan.recon.documents.report import Reported, Told
from yipan.wms.documents.inbound import receipt
from yipan.wms.documents.inbound.receipt import Opening
from yipan.wms.documents.stock import bin_move
from yipan.wms.documents.stock import stock_opening as warehouse_opening
from yipan.wms.documents.stock.stock_opening import BinStock
from yipan.wms.models import InboundOrder
from yipan.wms.rules import Counted, Shifted

#: So many pieces lie at the other warehouse and nowhere else.
TELLTALE = 77_777

#: What is asked for besides: other people's sites, by hand.
QUERIES = ("?site=W2&q=TEA-250", "?site=S1&account=on_hand/W2/available")


@dataclass(frozen=True, kw_only=True, slots=True)
class Objects:
    """Values for the addresses, and the marks nobody of the own sites may see."""

    own: Values
    other: Values
    marks: tuple[str, ...]


def build() -> Objects:
    """Write the objects: goods ordered, received and sold at the own sites and at others."""
    retailer.open_retailer()
    records.save_sites([SiteRow(code="W2", site_type="warehouse", name="Guangzhou DC")])
    records.save_bins(
        [
            BinRow(site="W2", code="RECV-01", zone="RECV", zone_type="receiving"),
            BinRow(site="W2", code="A-01-01", zone="A", zone_type="picking"),
        ]
    )
    retailer.deliver()
    # A demo: people may let it trade.
    live.allow()
    own = _trade(warehouse="W1", store="S12", quantity=100)
    other = _trade(warehouse="W2", store="S1", quantity=TELLTALE)
    hub_world.value_all(telltale=TELLTALE)
    shared = {
        **selling_world.open_shop(),
        **_let_people_in(),
        **_write_master_data(),
        "true-ups:number": "TU-2026-000001",
        "periods:number": "MAIN-2026-03",
        "legal-entities:code": "MAIN",
        "{source}:sequence": "1",
        "lab:story": "purchase",
    }
    marks = (
        f"{TELLTALE:,}",
        str(TELLTALE),
        other["purchase-orders:number"],
        other["sources:source"],
    )
    return Objects(own=shared | own, other=shared | other, marks=marks)


def _let_people_in() -> dict[str, str]:
    """Let a person and a system in, and wish for another limit of a role."""
    limit_change.create(
        limit=Limit(role="finance", value_max_minor=100_000),
        sites=None,
        by=replace(BUYER, reason="The audit asks for it."),
        at=NOON,
    )
    person = a_person(Role.FINANCE, username="somebody")
    a_key(name="some key")
    return {
        "people:user_id": str(person.pk),
        "keys:key_id": str(ApiKey.objects.get().pk),
        "adjustment-limits:number": "LM-2026-000001",
        "adjustment-limit-changes:number": "LM-2026-000001",
        "purchase-limits:role": "finance",
    }


def _write_master_data() -> dict[str, str]:
    """Write what belongs to no site, and bring a file of goods in."""
    tea = queries.get_sku("TEA-250")
    barcodes = (*tea.barcodes, BarcodeRow(code="BC-TEA", pack_size=24, unit="case"))
    records.save_skus([replace(tea, barcodes=barcodes)], at=NOON)
    calendars.save_calendar(CalendarRow(code="CN", name="China"))
    records.save_customers([CustomerRow(code="C-1", name="Li Na")])
    promotions.save(Promotion(code="TEA-WEEK", kind="percent", name="Tea week", percent=10))
    upload = Upload(kind="skus", file_name="goods.csv", content=b"code,name")
    job = jobs.add_job(upload, by="ann", at=NOON)
    return {
        "books:sku": "TEA-250",
        "{book}:sku": "TEA-250",
        "skus:sku": "TEA-250",
        "promotions:code": "TEA-WEEK",
        "promotions:promotion": "TEA-WEEK",
        "barcodes:barcode": "BC-TEA",
        "suppliers:supplier": "SUP-01",
        "calendars:code": "CN",
        "customers:customer": "C-1",
        "jobs:job": job.public_id,
        "imports:job": job.public_id,
        "message-kinds:kind": "wms.goods_received.v1",
        "templates:kind": "skus",
        "exports:kind": "sites",
        "{kind}:form": "xlsx",
    }


def _trade(*, warehouse: str, store: str, quantity: int) -> dict[str, str]:
    bought = _buy(warehouse, quantity)
    sold = _sell(store, warehouse=warehouse, quantity=quantity)
    goods_receipt = GoodsReceipt.objects.get(site=warehouse).number
    return (
        hub_world.move(warehouse=warehouse, store=store)
        | {"landed-costs:number": hub_world.add_cost(goods_receipt)}
        | warehouse_world.send(warehouse)
        | buying_world.buy(warehouse)
        | store_world.work(store)
        | planning_world.plan(store, warehouse=warehouse, quantity=quantity)
        | counting_world.count(warehouse=warehouse, store=store)
        | selling_world.buy(warehouse)
        | bought
        | sold
        | _differ(store, warehouse=warehouse)
        | _promise(warehouse)
        | {
            "bulk-jobs:job": _add_job(warehouse, store),
            "goods-receipts:number": goods_receipt,
            "sales-issues:number": SalesIssue.objects.get(site=store).number,
            "erp/stock-openings:number": StockOpening.objects.get(site=store).number,
            "bins:code": "A-01-01",
            "stores:site": store,
            "sites:site": warehouse,
            "warehouses:site": warehouse,
            "site-services:service_site": warehouse,
            "services:service_site": warehouse,
            "site-hours:service_site": warehouse,
            "hours:service_site": warehouse,
        }
    )


def _buy(warehouse: str, quantity: int) -> dict[str, str]:
    """Order goods, receive them, begin to receive more, and move some."""
    ordered = Ordered(
        site=warehouse,
        supplier="SUP-01",
        lines=(OrderedLine(sku="TEA-250", quantity=quantity),),
    )
    number = purchase_order.create(ordered=ordered, by=BUYER, at=NOON).number
    purchase_order.approve(number=number, by=CHECKER, at=NOON)
    purchase_order.send(number=number, by=BUYER, at=NOON, message_id=make_id(f"{number} sent"))
    retailer.deliver()
    inbound = InboundOrder.objects.get(site=warehouse)
    opening = Opening(site=warehouse, inbound_order_number=inbound.number)
    received = receipt.receive(
        opening=opening,
        counted=[Counted(sku="TEA-250", quantity_sound=quantity, quantity_damaged=0)],
        is_last=False,
        by=RECEIVER,
        at=NOON,
        message_id=make_id(f"{warehouse} received"),
    )
    going_on = receipt.open_receipt(opening=opening, by=RECEIVER, at=NOON)
    shift = Shifted(sku="TEA-250", from_bin="RECV-01", to_bin="A-01-01", quantity=1)
    moved = bin_move.post(site=warehouse, shifts=[shift], by=RECEIVER, at=NOON)
    opened = warehouse_opening.post(
        site=warehouse,
        stock=[BinStock(bin_code="A-01-01", sku="MUG-1", quantity=1)],
        by=RECEIVER,
        at=NOON,
        message_id=make_id(f"{warehouse} opened"),
    )
    return {
        "purchase-orders:number": number,
        "inbound-orders:number": inbound.number,
        "receipts:number": received.number,
        "photos:photo_id": warehouse_world.take_picture(warehouse, receipt=received.number),
        "receiving:number": going_on.number,
        "bin-moves:number": moved.number,
        "wms/stock-openings:number": opened.number,
        "warehouse-openings:number": opened.number,
    }


def _sell(store: str, *, warehouse: str, quantity: int) -> dict[str, str]:
    """Begin to take goods in at a store, scrap a piece, and sell one."""
    to_come = store_order.release_inbound(
        message=InboundReleased(
            message_id=make_id(f"{store} to come"),
            occurred_at=NOON,
            inbound_order_number=f"IN-{store}",
            purchase_order_number="",
            site=store,
            supplier="",
            supplier_name="",
            expected_on="",
            lines=(InboundLine(line=1, sku="TEA-250", quantity_expected=quantity),),
            order_type="transfer",
            transfer_number=f"TO-{store}",
            from_site=warehouse,
        ),
        heard=Heard(f"erp:hub/orders:{store}", 1, 1, "pos"),
        at=NOON,
    )
    taken_in = transfer.open_transfer(
        site=store, order_number=to_come.number, by=retailer.CLERK, at=NOON
    )
    counted = transfer.Counting(sku="TEA-250", quantity=1)
    transfer.count(number=taken_in.number, counting=counted, by=retailer.CLERK, at=NOON)
    scrapped = store_adjustment.post(
        wanted=store_adjustment.Wanted(
            site=store,
            adjustment_type="scrap",
            goods=[store_adjustment.AdjustedGoods(sku="MUG-1", quantity=1)],
        ),
        by=retailer.CLERK,
        at=NOON,
        message_id=make_id(f"{store} scrapped"),
    )
    opened = retailer.open_store(store, ("MUG-1", 1))
    ticket = retailer.sell(("TEA-250", 1), till=f"{store}-1")
    retailer.deliver()
    return {
        "pos/transfers:number": taken_in.number,
        "pos/adjustments:number": scrapped.number,
        "pos/stock-openings:number": opened.number,
        "tickets:number": ticket.number,
        "tills:till": _set_up_register(store),
        "days:number": store_day.open_day(till=f"{store}-1", by=retailer.CLERK, at=NOON).number,
    }


def _promise(warehouse: str) -> dict[str, str]:
    """Reserve a piece, and look at what the warehouse posted and told."""
    promise = promises.reserve(
        ask=Ask(
            step="reserve",
            number=f"rsv_{warehouse}",
            lines=(PromisedLine(site=warehouse, sku="TEA-250", quantity=1),),
        ),
        at=NOON,
    )
    posted = ledger.list_movements(book=f"wms:{warehouse}", sku="TEA-250", limit=1)[0].header
    assert posted is not None
    return {
        "holds:number": promise.number,
        "reservations:number": promise.number,
        "books:book": f"wms:{warehouse}",
        "posting:origin": posted.origin,
        "sources:source": f"wms:{warehouse}/stock",
        "messages:source": f"wms:{warehouse}/stock",
    }


def _add_job(*sites: str) -> str:
    """Put a line for some sites into the queue."""
    planner = an_actor(Role.PLANNER, sites=sites)
    return bulk_jobs.add(operation="steps", lines=[{"id": "1"}], actor=planner, at=NOON).public_id


def _set_up_register(store: str) -> str:
    """Open a till whose tickets a device numbers."""
    till = register.open_till(site=store, code=f"{store}-2", at=NOON).code
    device = make_id(f"{store} device")
    till_device.register(till_code=till, device=device, by=retailer.CLERK, at=NOON)
    return till


def _differ(store: str, *, warehouse: str) -> dict[str, str]:
    """Count more than a book knows, tell what a store holds, and tell a message otherwise."""
    seen = Seen(line=1, sku="MUG-1", quantity=99, counted_at=NOON)
    [found] = counting.record(
        count_number=f"{store}-CT-9", site=store, lines=[seen], by=retailer.CLERK, at=NOON
    )
    told = report.take(
        reported=Reported(site=store, as_of_sequence=1),
        lines=[Told(line=1, sku="TEA-250", status="", quantity=1)],
        by=Trace(actor=f"pos:{store}"),
        at=NOON,
    )
    heard = retailer.list_envelopes(f"wms:{warehouse}/stock")[0]
    retailer.hear("erp", replace(heard, message_id=make_id(f"{warehouse} altered")))
    (altered,) = list_alterations(source=heard.source)
    digest = add_up(source=heard.source, numbers=range(1, 2), lines=[])
    comparisons.keep(
        stream=(heard.source, heard.epoch),
        book="erp",
        theirs=digest,
        ours=replace(digest, line_count=1),
        state=ComparisonState.MISMATCH,
        told_at=NOON,
    )
    (differing,) = comparisons.list_comparisons(source=heard.source)
    return {
        "comparisons:comparison_id": str(differing.comparison_id),
        "cases:number": found.number,
        "observations:number": told.number,
        "alterations:alteration_id": str(altered.alteration_id),
    }
