"""
The parameters of addresses, written by hand: which name an object of a site, and their values.

A parameter that is in neither list fails the test: whoever adds an address has to say here
whether its object belongs to a site.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tests.access.routes import Route

#: A parameter, after the segment before it, to a value: `inbound-orders:number` to a number.
#: Where contexts use one word for several things, after two: `wms/stock-openings:number`.
Values = Mapping[str, str]

#: Parameters of addresses, after the segment before them, whose object belongs to a site:
#: whoever does not work there gets 404, whatever the role.
OF_A_SITE = frozenset(
    {
        "cases:number",
        "goods-rules:rule_id",
        "zone-rules:zone",
        "observations:number",
        "kit-work:number",
        "kits:sku",
        "proposals:number",
        "purchase-orders:number",
        "inbound-orders:number",
        "receipts:number",
        "receiving:number",
        "outbound-orders:number",
        "picks:pick_id",
        "wms/shipments:number",
        "wms/stocktakes:number",
        "v1/stocktakes:number",
        "pos/stocktakes:number",
        "wms/counting:number",
        "v1/count-sheets:number",
        "pos/counting:number",
        "pos/count-sheets:number",
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
        "arrival-notices:number",
        "receipt-surpluses:number",
        "supplier-returns:number",
        "supplier-return-shipments:number",
        "supplier-invoices:number",
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
        "customer-returns:number",
        "pos/adjustments:number",
        "days:number",
        "erp/stock-openings:number",
        "wms/stock-openings:number",
        "warehouse-openings:number",
        "pos/stock-openings:number",
        "holds:number",
        "orders:number",
        "fulfillments:number",
        "order-returns:number",
        "site-services:service_site",
        "services:service_site",
        "site-hours:service_site",
        "hours:service_site",
        "sites:site",
        "bins:code",
        "reservations:number",
        "books:book",
        "posting:origin",
        "alterations:alteration_id",
        "comparisons:comparison_id",
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
        "groups:code",
        "{service_site}:method",
        "webhooks:webhook",
        "deliveries:delivery",
        "products:sku",
        "{number}:token",
        "days:day",
        "bundles:bundle",
        "selling-rules:rule",
        "rules:rule",
        "books:sku",
        "{book}:sku",
        "{source}:sequence",
        "true-ups:number",
        # Who holds a receipt may know what is on it, whichever store printed it.
        "returnable:number",
        "periods:number",
        "purchase-limits:role",
        "adjustment-limits:number",
        "adjustment-limit-changes:number",
        "legal-entities:code",
        "skus:sku",
        "promotions:code",
        "promotions:promotion",
        "barcodes:barcode",
        "suppliers:supplier",
        "calendars:code",
        "jobs:job",
        "customers:customer",
        "imports:job",
        "message-kinds:kind",
        "templates:kind",
        "exports:kind",
        "{kind}:form",
        "lab:story",
    }
)

#: Operations whose body names the site they are for.
NAME_A_SITE = frozenset(
    {
        "POST api/v1/planning/proposals/approve",
        "POST api/v1/planning/proposals/refuse",
        "POST api/v1/purchase-orders",
        "POST api/v1/arrival-notices",
        "POST api/v1/supplier-returns",
        "POST api/v1/landed-costs",
        "POST api/v1/transfers",
        "POST api/v1/allocations",
        "POST api/v1/allocations/shares",
        "POST api/v1/adjustments",
        "POST api/v1/receipts",
        "POST api/v1/stocktakes",
        "POST api/v1/pos/stocktakes",
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
        "POST api/v1/customer-returns",
        "POST api/v1/kit-work",
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
        "POST api/v1/orders/bulk",
    }
)


def make_form(route: Route) -> Mapping[str, str]:
    """Return the form of pages that look something up in it before all else."""
    looked_up = {"sku": "TEA-250"}
    forms = {
        "wms/receiving/{number}/correct": looked_up,
        "pos/transfers/{number}/correct": looked_up,
        "pos/orders/{number}/correct": looked_up,
        # A list that is kept says where it stands.
        "views/save": {"path": "/recon/cases", "title": "Mine"},
        "views/remove": {"path": "/recon/cases", "title": "Mine"},
    }
    return forms.get(route.address, {})


def knows(key: str) -> bool:
    """Tell whether a parameter has values here."""
    return key in OF_A_SITE or key in WITHOUT_SITE


def has_site(route: Route) -> bool:
    """Tell whether an address or a body names an object that belongs to a site."""
    return route.name in NAME_A_SITE or any(key in OF_A_SITE for key in list_keys(route))


def list_keys(route: Route) -> list[str]:
    """Return the parameters of an address, each after the segment before it."""
    return [key for key, _ in _walk(route)]


def fill(route: Route, values: Values) -> str:
    """Return the address with its parameters filled in."""
    address = "/" + route.address
    for key, segment in _walk(route):
        address = address.replace(segment, values.get(key, "unknown"))
    return address


def _walk(route: Route) -> Iterator[tuple[str, str]]:
    segments = ["", "", *route.address.split("/")]
    for place, segment in enumerate(segments):
        if segment.startswith("{"):
            short = f"{segments[place - 1]}:{segment[1:-1]}"
            long = f"{segments[place - 2]}/{short}"
            yield (long if knows(long) else short), segment
