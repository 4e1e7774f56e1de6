"""
What every role may do, written by hand: the expectation that the product is held against.

A page or an operation declares one action; these lists say which roles may take it. An
action or an address that is not listed here fails the test: whoever adds one has to say
here, a second time, who may use it.
"""

from __future__ import annotations

from collections.abc import Mapping

from yipan.access.roles import Role

#: Addresses open to everybody, logged in or not.
PUBLIC = frozenset(
    {
        "login",
        "access/logout",  # a form ends a session, if there is one
        "preferences",  # language and theme are kept in cookies before the log-in too
        "api/v1/openapi.json",
        "api/v1/",  # ninja's mark of the root: answers 404
    }
)

EVERY_PERSON = frozenset({"console.home", "console.preferences", "console.design", "access.me"})
EVERYBODY = frozenset({"access.me", "ledger.read", "masterdata.read", "pool.read"})

ALLOWED: Mapping[Role, frozenset[str]] = {
    Role.INVENTORY_CONTROLLER: EVERY_PERSON
    | EVERYBODY
    | {
        "oms.read",
        "recon.read",
        "recon.settle",
        "ledger.read_cost",
        "ledger.prove",
        "masterdata.read_cost",
        "masterdata.write",
        "masterdata.import",
        "masterdata.export",
        "erp.read",
        "erp.period.reopen",
        "erp.purchase_order.approve",
        "erp.purchase_order.close",
        "erp.purchase_order.cancel",
        "erp.goods_receipt.reverse",
        "erp.transfer_order.write",
        "erp.allocation.write",
        "erp.allocation.release",
        "erp.transfer_order.approve",
        "erp.transfer_order.release",
        "erp.transfer_order.close",
        "erp.transfer_order.cancel",
        "erp.transfer_difference.settle",
        "erp.adjustment.write",
        "erp.promotion.write",
        "erp.adjustment.decide",
        "erp.replenishment.decide",
        "erp.read_cash",
        "erp.read_limits",
        "erp.adjustment_limit.write",
        "erp.adjustment_limit.approve",
        "wms.read",
        "pos.read",
        "pos.manage",
        "pool.policy",
        "exchange.read",
        "exchange.follow",
        "exchange.resolve",
    },
    Role.PURCHASER: EVERY_PERSON
    | EVERYBODY
    | {
        "ledger.read_cost",
        "masterdata.read_cost",
        "masterdata.write",
        "masterdata.import",
        "masterdata.export",
        "erp.read",
        "erp.landed_cost.write",
        "erp.purchase_order.write",
        "erp.purchase_order.send",
        "erp.purchase_order.close",
        "erp.purchase_order.cancel",
    },
    Role.FINANCE: EVERY_PERSON
    | EVERYBODY
    | {
        "oms.read",
        "recon.read",
        "recon.settle",
        "ledger.read_cost",
        "ledger.prove",
        "masterdata.read_cost",
        "masterdata.export",
        "erp.read",
        "erp.landed_cost.write",
        "erp.landed_cost.post",
        "erp.period.close",
        "erp.period.reopen",
        "erp.legal_entity.write",
        "erp.purchase_order.approve",
        "erp.transfer_difference.settle",
        "erp.adjustment.decide",
        "erp.read_cash",
        "erp.read_limits",
        "erp.adjustment_limit.write",
        "erp.adjustment_limit.approve",
        "pos.read",
        "access.audit",
    },
    Role.WAREHOUSE_WORKER: EVERY_PERSON
    | EVERYBODY
    | {
        "wms.read",
        "wms.receive",
        "wms.move",
        "wms.pick",
        "wms.pack",
        "wms.ship",
        "wms.adjust",
        "wms.inspect",
    },
    Role.WAREHOUSE_LEAD: EVERY_PERSON
    | EVERYBODY
    | {
        "recon.read",
        "wms.read",
        "wms.receive",
        "wms.move",
        "wms.close",
        "wms.open_stock",
        "wms.pick",
        "wms.pack",
        "wms.ship",
        "wms.plan_wave",
        "wms.set_pick_face",
        "wms.adjust",
        "wms.reverse",
        "wms.inspect",
        "wms.rule",
    },
    Role.STORE_CLERK: EVERY_PERSON
    | EVERYBODY
    | {
        "pos.read",
        "pos.sell",
        "pos.transfer",
        "pos.adjust",
        "pos.fulfill",
        "pos.count",
        "pos.request_goods",
        "pos.close_day",
    },
    Role.STORE_MANAGER: EVERY_PERSON
    | EVERYBODY
    | {
        "recon.read",
        "pos.read",
        "pos.sell",
        "pos.refund",
        "pos.override",
        "pos.open_stock",
        "pos.transfer",
        "pos.adjust",
        "pos.fulfill",
        "pos.count",
        "pos.settle_difference",
        "pos.request_goods",
        "pos.close_day",
        "pos.manage",
        "pos.reverse",
    },
    Role.ORDER_DESK: EVERY_PERSON
    | EVERYBODY
    | {"erp.read", "wms.read", "pool.promise", "oms.read", "oms.order.write"},
    Role.PLANNER: EVERY_PERSON
    | EVERYBODY
    | {
        "oms.read",
        "pool.policy",
        "recon.read",
        "erp.read",
        "erp.promotion.write",
        "erp.transfer_order.write",
        "erp.allocation.write",
        "erp.allocation.release",
        "erp.transfer_order.approve",
        "erp.transfer_order.release",
        "erp.transfer_order.close",
        "erp.transfer_order.cancel",
        "erp.replenishment.decide",
    },
    Role.INTEGRATION: EVERYBODY
    | {
        "oms.read",
        "oms.order.write",
        "recon.read",
        "pool.promise",
        "pool.policy",
        "erp.promotion.write",
        "masterdata.write",
        "masterdata.import",
        "erp.read",
        "erp.read_cash",
        "erp.purchase_order.write",
        "erp.purchase_order.send",
        "erp.transfer_order.write",
        "erp.allocation.write",
        "erp.transfer_order.release",
        "erp.adjustment.write",
        "wms.read",
        "wms.receive",
        "wms.move",
        "wms.open_stock",
        "wms.set_pick_face",
        "wms.pick",
        "wms.pack",
        "wms.ship",
        "wms.adjust",
        "wms.inspect",
        "pos.read",
        "pos.sell",
        "pos.refund",
        "pos.open_stock",
        "pos.transfer",
        "pos.adjust",
        "pos.fulfill",
        "pos.count",
        "pos.settle_difference",
        "pos.request_goods",
        "pos.close_day",
        "exchange.read",
        "exchange.follow",
        "exchange.push",
        "exchange.pull",
    },
    Role.ADMIN: EVERY_PERSON
    | EVERYBODY
    | {
        "oms.read",
        "recon.read",
        "ledger.read_cost",
        "ledger.prove",
        "masterdata.read_cost",
        "masterdata.export",
        "erp.read",
        "erp.read_cash",
        "erp.read_limits",
        "wms.read",
        "pos.read",
        "pos.manage",
        "exchange.read",
        "exchange.follow",
        "access.people",
        "access.keys",
        "access.audit",
    },
}

#: Parameters of addresses, after the segment before them, whose object belongs to a site:
#: whoever does not work there gets 404, whatever the role.
OF_A_SITE = frozenset(
    {
        "cases:number",
        "purchase-orders:number",
        "inbound-orders:number",
        "receipts:number",
        "receiving:number",
        "outbound-orders:number",
        "wms/shipments:number",
        "waves:number",
        "packing:number",
        "parcels:number",
        "pallets:number",
        "loading:number",
        "loads:number",
        "moving:number",
        "move-tasks:number",
        "inspections:number",
        "inspecting:number",
        "photos:photo_id",
        "picking:number",
        "wms/adjustments:number",
        "adjusting:number",
        "bin-moves:number",
        "goods-receipts:number",
        "landed-costs:number",
        "transfers:number",
        "allocations:number",
        "transfer-shipments:number",
        "transfer-receipts:number",
        "transfer-differences:number",
        "erp/adjustments:number",
        "v1/adjustments:number",
        "sales-issues:number",
        "warehouses:site",
        "stores:site",
        "tills:till",
        "tickets:number",
        "pos/transfers:number",
        "pos/orders:number",
        "pos/fulfillments:number",
        "pos/counts:number",
        "pos/differences:number",
        "pos/requests:number",
        "replenishment-requests:number",
        "pos/adjustments:number",
        "days:number",
        "erp/stock-openings:number",
        "wms/stock-openings:number",
        "pos/stock-openings:number",
        "holds:number",
        "orders:number",
        "fulfillments:number",
        "site-services:service_site",
        "sites:site",
        "bins:code",
        "reservations:number",
        "books:book",
        "posting:origin",
        "alterations:alteration_id",
        "bulk-jobs:job",
        "sources:source",
        "messages:source",
    }
)

#: Parameters whose object belongs to no site: whoever may take the action sees it.
WITHOUT_SITE = frozenset(
    {
        "people:user_id",
        "keys:key_id",
        "channels:code",
        "site-groups:code",
        "{service_site}:method",
        "bundles:bundle",
        "selling-rules:rule",
        "books:sku",
        "{book}:sku",
        "{source}:sequence",
        "true-ups:number",
        "periods:number",
        "adjustment-limits:number",
        "adjustment-limit-changes:number",
        "legal-entities:code",
        "skus:sku",
        "promotions:code",
        "promotions:promotion",
        "barcodes:barcode",
        "suppliers:supplier",
        "jobs:job",
        "customers:customer",
        "imports:job",
        "templates:kind",
        "exports:kind",
        "{kind}:form",
    }
)

#: Operations whose body names the site they are for.
NAME_A_SITE = frozenset(
    {
        "POST api/v1/purchase-orders",
        "POST api/v1/landed-costs",
        "POST api/v1/transfers",
        "POST api/v1/allocations",
        "POST api/v1/adjustments",
        "POST api/v1/receipts",
        "POST api/v1/bin-moves",
        "POST api/v1/pallets",
        "POST api/v1/loads",
        "POST api/v1/waves",
        "POST api/v1/inspections",
        "POST api/v1/warehouse-openings",
        "POST api/v1/tickets",
        "POST api/v1/tickets/batch",
        "POST api/v1/store-openings",
        "POST api/v1/pos/counts",
        "POST api/v1/pos/transfers",
        "POST api/v1/pos/adjustments",
        "POST api/v1/pos/moves",
        "POST api/v1/pos/requests",
        "POST api/v1/pos/days",
        "POST api/v1/pos/cash",
        "POST api/v1/replenishment-requests/order",
        "POST api/v1/holds",
        "POST api/v1/sites/bulk",
        "POST api/v1/reservations",
        "POST api/v1/selling-rules",
        "POST api/v1/orders",
    }
)
