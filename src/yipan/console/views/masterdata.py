"""Pages of master data: goods, sites with their bins, parties."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from yipan.access.actors import get_actor
from yipan.access.devices import get_device
from yipan.access.doors import page
from yipan.console import books
from yipan.console.master_forms import RowForm
from yipan.console.master_words import CHOICES, get_choice
from yipan.console.views import bundles
from yipan.documents.history import read_history
from yipan.erp.documents.master import master_record
from yipan.erp.documents.master.master_record import Author
from yipan.foundation.refusals import NotFound, Refusal
from yipan.masterdata import kinds, queries
from yipan.masterdata.queries import FLAGS, SkuFilter
from yipan.masterdata.refusals import RowWrong
from yipan.masterdata.rows import BinRow, CustomerRow, SiteRow, SkuRow, SupplierRow

ROWS_PER_PAGE = 50
TEXT_LENGTH_MAX = 96


@page(action="masterdata.read")
def list_skus(request: HttpRequest) -> HttpResponse:
    """List SKUs, with a search and chips."""
    which = read_filter(request)
    after = request.GET.get("after", "")[:TEXT_LENGTH_MAX]
    rows = queries.list_sku_page(which, after=after, limit=ROWS_PER_PAGE + 1)
    shown = rows[:ROWS_PER_PAGE]
    actor = get_actor(request)
    categories = queries.list_categories()
    names = {category.code: category for category in categories}
    return render(
        request,
        "console/masterdata/skus.html",
        {
            "rows": [(row, names.get(row.category)) for row in shown],
            "count": queries.count_skus(which),
            "next_after": shown[-1].code if len(rows) > ROWS_PER_PAGE else "",
            "which": which,
            "categories": categories,
            "temperatures": CHOICES["temperature_class"],
            "may_write": actor.may("masterdata.write"),
            "may_import": actor.may("masterdata.import"),
            "may_export": actor.may("masterdata.export"),
            "may_see_cost": actor.may("masterdata.read_cost"),
        },
    )


def read_filter(request: HttpRequest) -> SkuFilter:
    """Return which SKUs the address asks for."""
    state = request.GET.get("state", "")
    flag = request.GET.get("flag", "")
    climate = request.GET.get("climate", "")
    return SkuFilter(
        text=request.GET.get("q", "").strip()[:TEXT_LENGTH_MAX],
        category=request.GET.get("category", "")[:TEXT_LENGTH_MAX],
        temperature_class=climate if climate in dict(CHOICES["temperature_class"]) else "",
        is_active={"active": True, "inactive": False}.get(state),
        flag=flag if flag in FLAGS else "",
        style=request.GET.get("style", "")[:TEXT_LENGTH_MAX],
    )


@page(action="masterdata.read")
def show_sku(request: HttpRequest, sku: str) -> HttpResponse:
    """Show one SKU: its facts, its barcodes, who changed it, and the way to its stock."""
    row = find_or_refuse(queries.find_skus([sku]), "sku", sku)
    actor = get_actor(request)
    return render(
        request,
        "console/masterdata/sku.html",
        {
            "sku": row,
            "category": queries.find_category(row.category),
            "unit": get_choice("unit", row.unit),
            "climate": get_choice("temperature_class", row.temperature_class),
            "columns": books.make_columns(
                books.list_visible_accounts(sku=row.code, actor=actor), sites=actor.sites
            ),
            "variants": queries.list_style(row.style),
            "history": read_history(document_type="sku", number=row.code),
            "bundle": bundles.describe(row.code),
            "may_bundle": actor.may("pool.policy"),
            "may_write": actor.may("masterdata.write"),
            "may_see_cost": actor.may("masterdata.read_cost"),
            "may_see_stock": actor.may("ledger.read"),
            "may_open_messages": actor.may("exchange.read"),
        },
    )


@page(action="masterdata.write")
def add_sku(request: HttpRequest) -> HttpResponse:
    """Make a SKU."""
    form = RowForm(kinds.SKUS, row=SkuRow(code="", name=""), is_new=True)
    return _edit(
        request,
        form,
        save=master_record.edit_sku,
        to=lambda row: reverse("masterdata:sku", args=[row.code]),
        back=reverse("masterdata:skus"),
        heading=_("New SKU"),
    )


@page(action="masterdata.write")
def edit_sku(request: HttpRequest, sku: str) -> HttpResponse:
    """Change a SKU."""
    row = find_or_refuse(queries.find_skus([sku]), "sku", sku)
    address = reverse("masterdata:sku", args=[sku])
    return _edit(
        request,
        RowForm(kinds.SKUS, row=row, is_new=False),
        save=master_record.edit_sku,
        to=lambda _row: address,
        back=address,
        heading=row.code,
    )


@page(action="masterdata.read")
def list_sites(request: HttpRequest) -> HttpResponse:
    """List the sites the reader may see."""
    actor = get_actor(request)
    site_type = request.GET.get("type", "")
    text = request.GET.get("q", "").strip()[:TEXT_LENGTH_MAX]
    rows = queries.list_sites(
        site_type=site_type if site_type in dict(CHOICES["site_type"]) else "",
        only=actor.sites,
        text=text,
        after=request.GET.get("after", "")[:TEXT_LENGTH_MAX],
        limit=ROWS_PER_PAGE + 1,
    )
    shown = rows[:ROWS_PER_PAGE]
    return render(
        request,
        "console/masterdata/sites.html",
        {
            "rows": [(row, get_choice("site_type", row.site_type)) for row in shown],
            "next_after": shown[-1].code if len(rows) > ROWS_PER_PAGE else "",
            "types": CHOICES["site_type"],
            "type": site_type,
            "q": text,
            "may_write": actor.may("masterdata.write") and actor.sites is None,
            "may_import": actor.may("masterdata.import"),
            "may_export": actor.may("masterdata.export"),
        },
    )


@page(action="masterdata.read")
def show_site(request: HttpRequest, site: str) -> HttpResponse:
    """Show one site with its zones and bins."""
    actor = get_actor(request)
    actor.require_site(site)
    row = find_or_refuse(queries.find_sites([site]), "site", site)
    zone_type = request.GET.get("zone", "")
    text = request.GET.get("q", "").strip()[:TEXT_LENGTH_MAX]
    bins = queries.list_bins(
        site,
        zone_type=zone_type,
        text=text,
        after=request.GET.get("after", "")[:TEXT_LENGTH_MAX],
        limit=ROWS_PER_PAGE + 1,
    )
    shown = bins[:ROWS_PER_PAGE]
    zone_types = sorted({zone.zone_type for zone in queries.list_zones(site)})
    return render(
        request,
        "console/masterdata/site.html",
        {
            "site": row,
            "type": get_choice("site_type", row.site_type),
            "today": queries.compute_business_date(row, timezone.now()),
            "bins": [
                (
                    each,
                    get_choice("zone_type", each.zone_type),
                    get_choice("mixing", each.mixing),
                    get_choice("temperature_class", each.temperature_class),
                )
                for each in shown
            ],
            "zone_types": [(name, get_choice("zone_type", name)) for name in zone_types],
            "zone_type": zone_type,
            "q": text,
            "next_after": shown[-1].code if len(bins) > ROWS_PER_PAGE else "",
            "history": read_history(document_type="site", number=site),
            "may_write": actor.may("masterdata.write"),
            "may_open_messages": actor.may("exchange.read"),
        },
    )


@page(action="masterdata.write")
def add_site(request: HttpRequest) -> HttpResponse:
    """Make a site."""
    row = SiteRow(code="", site_type="store", name="")

    def save(changed: SiteRow, *, by: Author) -> SiteRow:
        get_actor(request).require_site(changed.code)
        return master_record.edit_site(changed, by=by)

    return _edit(
        request,
        RowForm(kinds.SITES, row=row, is_new=True),
        save=save,
        to=lambda saved: reverse("masterdata:site", args=[saved.code]),
        back=reverse("masterdata:sites"),
        heading=_("New site"),
    )


@page(action="masterdata.write")
def edit_site(request: HttpRequest, site: str) -> HttpResponse:
    """Change a site."""
    get_actor(request).require_site(site)
    row = find_or_refuse(queries.find_sites([site]), "site", site)
    address = reverse("masterdata:site", args=[site])
    return _edit(
        request,
        RowForm(kinds.SITES, row=row, is_new=False),
        save=master_record.edit_site,
        to=lambda _row: address,
        back=address,
        heading=row.code,
    )


@page(action="masterdata.write")
def add_bin(request: HttpRequest, site: str) -> HttpResponse:
    """Make a bin of a site."""
    get_actor(request).require_site(site)
    find_or_refuse(queries.find_sites([site]), "site", site)
    row = BinRow(site=site, code="", zone="")
    return _edit_bin(request, row, is_new=True, heading=_("New bin at %(site)s") % {"site": site})


@page(action="masterdata.write")
def edit_bin(request: HttpRequest, site: str, code: str) -> HttpResponse:
    """Change a bin of a site."""
    get_actor(request).require_site(site)
    row = find_or_refuse(queries.find_bins(site, [code]), "bin", code)
    return _edit_bin(request, row, is_new=False, heading=f"{site} · {code}")


def _edit_bin(request: HttpRequest, row: BinRow, *, is_new: bool, heading: str) -> HttpResponse:
    address = reverse("masterdata:site", args=[row.site])
    return _edit(
        request,
        RowForm(kinds.BINS, row=row, is_new=is_new, fixed=("site",)),
        save=master_record.edit_bin,
        to=lambda _row: address,
        back=address,
        heading=heading,
    )


@page(action="masterdata.read")
def list_parties(request: HttpRequest) -> HttpResponse:
    """List suppliers or customers."""
    actor = get_actor(request)
    tab = "customers" if request.GET.get("tab") == "customers" else "suppliers"
    text = request.GET.get("q", "").strip()[:TEXT_LENGTH_MAX]
    after = request.GET.get("after", "")[:TEXT_LENGTH_MAX]
    read = queries.list_customers if tab == "customers" else queries.list_suppliers
    rows = read(text=text, after=after, limit=ROWS_PER_PAGE + 1)
    shown = rows[:ROWS_PER_PAGE]
    return render(
        request,
        "console/masterdata/parties.html",
        {
            "tab": tab,
            "rows": shown,
            "next_after": shown[-1].code if len(rows) > ROWS_PER_PAGE else "",
            "q": text,
            "may_write": actor.may("masterdata.write"),
            "may_import": actor.may("masterdata.import"),
            "may_export": actor.may("masterdata.export"),
        },
    )


@page(action="masterdata.write")
def add_supplier(request: HttpRequest) -> HttpResponse:
    """Make a supplier."""
    row = SupplierRow(code="", name="")
    return _edit_party(request, RowForm(kinds.SUPPLIERS, row=row, is_new=True), _("New supplier"))


@page(action="masterdata.write")
def edit_supplier(request: HttpRequest, supplier: str) -> HttpResponse:
    """Change a supplier."""
    row = find_or_refuse(queries.find_suppliers([supplier]), "supplier", supplier)
    return _edit_party(request, RowForm(kinds.SUPPLIERS, row=row, is_new=False), row.code)


@page(action="masterdata.write")
def add_customer(request: HttpRequest) -> HttpResponse:
    """Make a customer."""
    row = CustomerRow(code="", name="")
    return _edit_party(request, RowForm(kinds.CUSTOMERS, row=row, is_new=True), _("New customer"))


@page(action="masterdata.write")
def edit_customer(request: HttpRequest, customer: str) -> HttpResponse:
    """Change a customer."""
    row = find_or_refuse(queries.find_customers([customer]), "customer", customer)
    return _edit_party(request, RowForm(kinds.CUSTOMERS, row=row, is_new=False), row.code)


def _edit_party(request: HttpRequest, form: RowForm, heading: str) -> HttpResponse:
    address = f"{reverse('masterdata:parties')}?tab={form.kind.name}"
    save: dict[str, Callable[..., Any]] = {
        "suppliers": master_record.edit_supplier,
        "customers": master_record.edit_customer,
    }
    return _edit(
        request,
        form,
        save=save[form.kind.name],
        to=lambda _row: address,
        back=address,
        heading=heading,
    )


def _edit(
    request: HttpRequest,
    form: RowForm,
    *,
    save: Callable[..., Any],
    to: Callable[[Any], str],
    back: str,
    heading: str,
) -> HttpResponse:
    """Show a form, or save what was sent; what is wrong is told beside its field."""
    if request.method == "POST":
        row = form.read(request.POST)
        if row is not None:
            try:
                saved = save(replace(row), by=_author(request))
            except RowWrong as refusal:
                form.refuse(refusal)
            except Refusal as refusal:
                if refusal.status != 412:
                    raise
                form.general_error = _(
                    "Somebody changed this in the meantime. Look at the new values, then try again."
                )
            else:
                messages.success(request, _("Saved. The sites are told."))
                return redirect(to(saved))
    context = {"form": form, "back": back, "heading": heading}
    status = 200 if request.method == "GET" else 422
    return render(request, "console/masterdata/row_form.html", context, status=status)


def find_or_refuse(found: dict[str, Any], kind: str, code: str) -> Any:
    """
    Return the row of a code.

    :raises NotFound: if there is none.
    """
    if code not in found:
        raise NotFound(kind=kind, id=code)
    return found[code]


def _author(request: HttpRequest) -> Author:
    actor = get_actor(request)
    return Author(name=actor.name, at=timezone.now(), device=get_device(request))
