"""Pages of price lists of suppliers (供应商价目): what they ask, from which day and quantity on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from yipan.access.actors import get_actor
from yipan.access.devices import get_device
from yipan.access.doors import page
from yipan.documents.doors import tell
from yipan.erp.documents.master import supplier_price
from yipan.erp.documents.master.master_record import Author
from yipan.erp.queries import supplier_prices
from yipan.erp.queries.supplier_prices import PriceRow
from yipan.erp.views.typed import read_day, read_whole
from yipan.foundation.money import parse_amount, write_amount
from yipan.foundation.refusals import Refusal
from yipan.masterdata import queries as masterdata

ROWS_PER_PAGE = 50
TEXT_LENGTH_MAX = 96
FIELDS = (
    "supplier",
    "sku",
    "valid_from",
    "valid_to",
    "from_quantity",
    "price",
    "case_size",
    "minimum_quantity",
    "supplier_sku",
    "version",
)


@require_GET
@page(action="masterdata.read_cost")
def list_prices(request: HttpRequest) -> HttpResponse:
    """List what suppliers ask: what holds today, or all there ever was."""
    actor = get_actor(request)
    shows_all = request.GET.get("all") == "1"
    supplier = request.GET.get("supplier", "")[:TEXT_LENGTH_MAX]
    text = request.GET.get("q", "")[:TEXT_LENGTH_MAX]
    today = timezone.localdate()
    rows = supplier_prices.list_prices(
        supplier=supplier,
        text=text,
        on=None if shows_all else today,
        after=request.GET.get("after", ""),
        limit=ROWS_PER_PAGE,
    )
    skus = masterdata.find_skus({row.sku for row in rows})
    suppliers = masterdata.find_suppliers({row.supplier for row in rows})
    context = {
        "rows": [(row, skus.get(row.sku), suppliers.get(row.supplier)) for row in rows],
        "text": text,
        "supplier": supplier,
        "suppliers": masterdata.list_suppliers(),
        "shows_all": shows_all,
        "today": today,
        "after": rows[-1].code if len(rows) == ROWS_PER_PAGE else "",
        "may_write": actor.may("erp.supplier_price.write"),
        "may_import": actor.may("masterdata.import"),
        "may_export": actor.may("masterdata.export"),
    }
    return render(request, "erp/supplier_prices.html", context)


@require_http_methods(["GET", "POST"])
@page(action="erp.supplier_price.write")
def edit_price(request: HttpRequest) -> HttpResponse:
    """Write a line of a price list, or change one; `code` names the line."""
    if request.method == "GET":
        return _show(request, typed=_begin(request))
    typed = {name: request.POST.get(name, "").strip()[:TEXT_LENGTH_MAX] for name in FIELDS}
    row = _read(typed)
    if row is None:
        messages.error(request, _("Give a day, whole numbers, and a price such as 12.80."))
        return _show(request, typed=typed)
    by = Author(name=get_actor(request).name, at=timezone.now(), device=get_device(request))
    try:
        supplier_price.edit_price(row, by=by)
    except Refusal as refusal:
        messages.error(request, f"{tell(refusal)} ({refusal.code})")
        return _show(request, typed=typed)
    messages.success(request, _("Saved. New orders take this price; those written keep theirs."))
    return redirect(f"{reverse('erp:supplier_prices')}?supplier={row.supplier}&q={row.sku}&all=1")


def _begin(request: HttpRequest) -> dict[str, str]:
    """Return the line named in the address as texts, or what a new one most probably is."""
    key = tuple(request.GET.get("code", "").split("|"))
    known = supplier_prices.find_prices([key]) if len(key) == 4 else {}
    if not known:
        return {
            "supplier": request.GET.get("supplier", "")[:TEXT_LENGTH_MAX],
            "sku": request.GET.get("sku", "")[:TEXT_LENGTH_MAX],
            "valid_from": timezone.localdate().isoformat(),
            "from_quantity": "1",
            "case_size": "1",
            "minimum_quantity": "1",
            "version": "0",
        }
    [row] = known.values()
    return {
        "supplier": row.supplier,
        "sku": row.sku,
        "valid_from": row.valid_from.isoformat(),
        "valid_to": row.valid_to.isoformat() if row.valid_to else "",
        "from_quantity": str(row.from_quantity),
        "price": write_amount(row.unit_cost_minor, currency=row.currency),
        "case_size": str(row.case_size),
        "minimum_quantity": str(row.minimum_quantity),
        "supplier_sku": row.supplier_sku,
        "version": str(row.version),
    }


def _read(typed: Mapping[str, str]) -> PriceRow | None:
    """Return the line as it was typed; None when something cannot be read."""
    supplier = masterdata.find_suppliers([typed["supplier"]]).get(typed["supplier"])
    currency = supplier.currency if supplier else "CNY"
    valid_from, valid_to = read_day(typed["valid_from"]), _read_last_day(typed["valid_to"])
    price = parse_amount(typed["price"], currency=currency)
    whole = {
        name: read_whole(typed[name])
        for name in ("from_quantity", "case_size", "minimum_quantity", "version")
    }
    numbers = {name: value for name, value in whole.items() if value is not None}
    is_unread = len(numbers) < len(whole) or (typed["valid_to"] and valid_to is None)
    if valid_from is None or price is None or is_unread:
        return None
    return PriceRow(
        supplier=typed["supplier"],
        sku=typed["sku"],
        valid_from=valid_from,
        valid_to=valid_to,
        currency=currency,
        unit_cost_minor=price,
        supplier_sku=typed["supplier_sku"],
        **numbers,
    )


def _read_last_day(text: str) -> date | None:
    return read_day(text) if text else None


def _show(request: HttpRequest, *, typed: Mapping[str, str]) -> HttpResponse:
    context = {"typed": typed, "suppliers": masterdata.list_suppliers(only_active=True)}
    status = 422 if request.method == "POST" else 200
    return render(request, "erp/supplier_price_form.html", context, status=status)
