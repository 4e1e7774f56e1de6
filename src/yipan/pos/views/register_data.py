"""What a register keeps for when there is no network: goods, stock, and how it is set up."""

from __future__ import annotations

import hashlib

from django.http import HttpRequest, JsonResponse
from django.middleware.csrf import get_token
from django.utils import timezone
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.foundation.promotions import Promotion
from yipan.foundation.refusals import Refusal
from yipan.masterdata import promotions
from yipan.masterdata.queries import catalog
from yipan.masterdata.rows import SkuRow
from yipan.pos import queries
from yipan.pos.queries import GoodsRow
from yipan.pos.views.sites import get_store

TEXT_LENGTH_MAX = 96
CHUNKS_PER_CALL_MAX = 32


@require_GET
@gzip_page
@page(action="pos.sell")
def read_catalog(request: HttpRequest) -> JsonResponse:
    """
    Give the digests of the goods' chunks, or with `chunks` the goods of some of them.

    A register fetches only chunks whose digest is another than that of its own copy.
    """
    get_store(request)
    if "chunks" not in request.GET:
        digests = catalog.list_chunk_digests()
        version = hashlib.sha256("".join(digests.values()).encode()).hexdigest()[:16]
        return JsonResponse({"version": version, "digests": digests})
    wanted = {
        int(part)
        for part in request.GET["chunks"].split(",")[:CHUNKS_PER_CALL_MAX]
        if part.isdecimal() and len(part) <= 3 and int(part) < catalog.CHUNKS
    }
    chunks = {
        chunk: [
            [
                row.sku,
                row.name,
                row.name_zh,
                row.category,
                row.price_minor,
                row.currency,
                row.barcodes,
            ]
            for row in rows
        ]
        for chunk, rows in catalog.list_chunks(wanted).items()
    }
    return JsonResponse({"chunks": chunks})


@require_GET
@gzip_page
@page(action="pos.sell")
def read_stock(request: HttpRequest) -> JsonResponse:
    """Give what the store's book says of the shop floor, and when it said so."""
    store = get_store(request)
    at = timezone.now()
    quantities = queries.list_floor_quantities(store.code)
    return JsonResponse({"as_of": at.isoformat(), "quantities": quantities})


@require_GET
@page(action="pos.sell")
def read_setup(request: HttpRequest) -> JsonResponse:
    """Give how the registers of the store are set up, and who may approve at them."""
    store = get_store(request)
    actor = get_actor(request)
    setup = queries.get_setup(store.code)
    answer = {
        "token": get_token(request),
        "person": {
            "person": actor.name,
            "mayRefund": "1" if actor.may("pos.refund") else "0",
            "mayOverride": "1" if actor.may("pos.override") else "0",
        },
        "quick_keys": setup.quick_keys,
        "bridge_url": setup.bridge_url,
        "discount_limit_percent": setup.discount_limit_percent,
        "may_approve_alone": setup.may_approve_alone,
        "receipt_header": setup.receipt_header,
        "receipt_footer": setup.receipt_footer,
        "weighed_patterns": setup.weighed_patterns,
        "promotions": [_describe_promotion(row) for row in promotions.list_all(only_active=True)],
        "supervisors": [
            {
                "username": row.username,
                "salt": row.salt,
                "digest": row.digest,
                "iterations": row.iterations,
            }
            for row in queries.list_supervisors(store.code)
        ],
        "region": store.region,
        "time_zone": store.time_zone,
        "day_starts_at": f"{store.day_starts_at:%H:%M}",
    }
    return JsonResponse(answer)


@require_GET
@page(action="pos.sell")
def find_goods(request: HttpRequest) -> JsonResponse:
    """Find what is not in the register's memory: by scan, else by words."""
    store = get_store(request)
    text = request.GET.get("q", "")[:TEXT_LENGTH_MAX]
    try:
        exact = queries.find_product(store.code, text)
    except Refusal as refusal:
        hits = queries.search_goods(store.code, text, limit=12)
        return JsonResponse(
            {"exact": None, "code": refusal.code, "hits": [_describe(row) for row in hits]}
        )
    return JsonResponse({"exact": _describe(exact), "code": "", "hits": []})


def _describe_promotion(row: Promotion) -> dict[str, object]:
    return {
        "code": row.code,
        "kind": row.kind,
        "name": row.name,
        "name_zh": row.name_zh or row.name,
        "percent": row.percent,
        "amount_minor": row.amount_minor,
        "buy_quantity": row.buy_quantity,
        "pay_quantity": row.pay_quantity,
        "gift_sku": row.gift_sku,
        "gift_quantity": row.gift_quantity,
        "skus": row.skus,
        "categories": row.categories,
        "sites": row.sites,
        "regions": row.regions,
        "valid_from": row.valid_from.isoformat() if row.valid_from else "",
        "valid_to": row.valid_to.isoformat() if row.valid_to else "",
        "priority": row.priority,
        "is_active": row.is_active,
    }


def _describe(row: GoodsRow) -> dict[str, object]:
    return {
        "sku": row.sku.code,
        "name": row.sku.name,
        "name_zh": row.sku.name_zh or row.sku.name,
        "category": row.sku.category,
        "price_minor": row.sku.price_minor,
        "currency": row.sku.currency,
        "pack_size": row.pack_size,
        "available": row.quantity_available,
        "barcodes": _describe_barcodes(row.sku),
    }


def _describe_barcodes(sku: SkuRow) -> dict[str, int]:
    """Return barcode to how many smallest units a scan of it means."""
    return {barcode.code: barcode.pack_size for barcode in sku.barcodes}
