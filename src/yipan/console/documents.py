"""Which page shows a document, by the book it posts into and its type."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from yipan.console.marks import DOCUMENTS

#: Kind of book and type of document (the beginning of an origin) to the URL name of its page.
PAGES = {
    ("erp", "goods_receipt"): "erp:goods_receipt",
    ("erp", "sales_issue"): "erp:sales_issue",
    ("erp", "purchase_order"): "erp:purchase_order",
    ("erp", "stock_opening"): "erp:stock_opening",
    ("erp", "arrival_notice"): "erp:arrival_notice",
    ("erp", "receipt_surplus"): "erp:receipt_surplus",
    ("erp", "supplier_return"): "erp:supplier_return",
    ("erp", "supplier_return_shipment"): "erp:supplier_return_shipment",
    ("erp", "supplier_invoice"): "erp:supplier_invoice",
    ("erp", "landed_cost"): "erp:landed_cost",
    ("erp", "true_up"): "erp:true_up",
    ("erp", "adjustment"): "erp:adjustment",
    ("erp", "transfer_order"): "erp:transfer",
    ("erp", "transfer_shipment"): "erp:transfer_shipment",
    ("erp", "transfer_receipt"): "erp:transfer_receipt",
    ("erp", "transfer_difference"): "erp:transfer_difference",
    ("wms", "receipt"): "wms:receipt",
    ("wms", "bin_move"): "wms:bin_move",
    ("wms", "kit_work"): "wms:kit_work",
    ("wms", "stock_opening"): "wms:stock_opening",
    ("wms", "outbound_order"): "wms:outbound_order",
    ("wms", "shipment"): "wms:shipment",
    ("wms", "adjustment"): "wms:adjustment",
    ("wms", "inspection"): "wms:inspection",
    ("wms", "stocktake"): "wms:stocktake",
    ("pos", "stocktake"): "pos:stocktake",
    ("pos", "ticket"): "pos:ticket",
    ("pos", "store_fulfillment"): "pos:fulfillment",
    ("pos", "stock_opening"): "pos:stock_opening",
}


#: Beginning of a document's number to the URL name of its page.
PREFIXES = {
    "PO-": "erp:purchase_order",
    "AN-": "erp:arrival_notice",
    "RS-": "erp:receipt_surplus",
    "SR-": "erp:supplier_return",
    "SI-": "erp:supplier_invoice",
    "LC-": "erp:landed_cost",
    "TU-": "erp:true_up",
    "IN-": "wms:inbound_order",
    "QC-": "wms:inspection",
    "KW-": "wms:kit_work",
    "TO-": "erp:transfer",
    "TD-": "erp:transfer_difference",
    "AD-": "erp:adjustment",
    "LM-": "erp:limit_change",
    "AL-": "erp:allocation",
    "CO-": "oms:order",
    "OR-": "oms:order_return",
    "DC-": "recon:case",
    "PP-": "planning:proposal",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """What an origin names: type, number and step; `url` is empty when there is no page."""

    label: str
    number: str
    step: str
    url: str


def describe(*, book: str, origin: str) -> Document:
    """Return the document an origin of a book names."""
    kind, _slash, rest = origin.partition("/")
    number, _slash, step = rest.rpartition("/")
    number = number or rest
    return Document(
        label=str(DOCUMENTS.get(kind, kind.replace("_", " ").capitalize())),
        number=number,
        step=step,
        url=_find_url(book, kind, number),
    )


def _find_url(book: str, document_type: str, number: str) -> str:
    """Return the address of the page; a store's numbers are unique within the store only."""
    book_kind, _colon, place = book.partition(":")
    name = PAGES.get((book_kind, document_type))
    if name is None:
        return ""
    try:
        address = reverse(name, args=[number])
    except NoReverseMatch:
        return ""
    return f"{address}?site={place}" if name == "pos:ticket" else address


def find_by_number(number: str) -> str:
    """Return the address of the page of a document known by its number alone, or nothing."""
    for prefix, name in PREFIXES.items():
        if number.startswith(prefix):
            try:
                return reverse(name, args=[number])
            except NoReverseMatch:
                return ""
    return ""
