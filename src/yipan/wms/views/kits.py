"""Pages of kits (套装): what they are made of, assembling and breaking them."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.documents import reversals
from yipan.documents.doors import get_trace, take_reversal, take_step, tell
from yipan.documents.history import read_history
from yipan.foundation.ids import make_id
from yipan.foundation.refusals import Refusal
from yipan.masterdata import queries as masterdata
from yipan.wms.documents import kit_work
from yipan.wms.documents.kit_work import Work
from yipan.wms.models.kit import KitWorkType
from yipan.wms.queries import kits
from yipan.wms.views.receiving import read_quantity
from yipan.wms.views.sites import get_warehouse, list_warehouses

WORK_SHOWN_MAX = 30
TEXT_LENGTH_MAX = 48
PARTS_TYPED_MAX = 200


@require_GET
@page(action="wms.read")
def show_kits(request: HttpRequest) -> HttpResponse:
    """Show the kits of a warehouse, how many could be made, and what was done last."""
    site = get_warehouse(request)
    actor = get_actor(request)
    today = masterdata.get_business_date(site.code, timezone.now())
    context = {
        "site": site,
        "warehouses": list_warehouses(request),
        "kits": kits.list_kits(site.code, today=today),
        "work": kits.list_kit_work(sites=actor.sites, site=site.code, limit=WORK_SHOWN_MAX),
        "bin_code": kit_work.find_bench(site.code),
        "may_work": actor.may("wms.move"),
        "may_set": actor.may("wms.rule"),
    }
    return render(request, "wms/kits.html", context)


@require_POST
@page(action="wms.move")
def do_work(request: HttpRequest) -> HttpResponse:
    """Book kits somebody assembled or broke."""
    site = get_warehouse(request)
    quantity = read_quantity(request.POST.get("quantity", ""))
    is_broken = request.POST.get("work_type") == KitWorkType.BREAK
    try:
        done = kit_work.post(
            work=Work(
                site=site.code,
                kit=_read(request, "kit"),
                quantity=quantity or 0,
                bin_code=_read(request, "bin_code"),
                work_type=KitWorkType.BREAK if is_broken else KitWorkType.ASSEMBLE,
            ),
            by=get_trace(request),
            at=timezone.now(),
            message_id=make_id(),
        )
    except Refusal as refusal:
        messages.error(request, f"{tell(refusal)} ({refusal.code})")
        return redirect(f"{reverse('wms:kits')}?site={site.code}")
    messages.success(request, _("%(number)s is posted. The hub is told.") % {"number": done.number})
    return redirect("wms:kit_work", number=done.number)


@require_POST
@page(action="wms.rule")
def set_parts(request: HttpRequest) -> HttpResponse:
    """Say what a kit is made of: one line each, SKU and quantity."""
    site = get_warehouse(request)
    step = partial(
        kit_work.set_parts,
        site=site.code,
        kit=_read(request, "kit"),
        parts=_read_parts(request.POST.get("parts", "")),
        by=get_trace(request),
        at=timezone.now(),
    )
    take_step(request, step, done=_("The kit is set."))
    return redirect(f"{reverse('wms:kits')}?site={site.code}")


@require_GET
@page(action="wms.read")
def show_work(request: HttpRequest, number: str) -> HttpResponse:
    """Show one document: what went in, and what came out."""
    done = kits.get_kit_work(number)
    actor = get_actor(request)
    actor.require_site(done.site)
    history = read_history(
        document_type=kit_work.DOCUMENT_TYPE,
        number=number,
        postings=[
            (f"wms:{done.site}", f"kit_work/{number}/{step}")
            for step in ("kit_out", "kit_in", "reverse_kit_in", "reverse_kit_out")
        ],
        message_ids=list(done.message_ids),
    )
    context = {
        "work": done,
        "book_code": f"wms:{done.site}",
        "history": history,
        "may_reverse": actor.may("wms.reverse"),
        "correction_causes": reversals.CAUSES.items(),
        "may_open_messages": actor.may("exchange.read"),
    }
    return render(request, "wms/kit_work.html", context)


@require_POST
@page(action="wms.reverse")
def reverse_work(request: HttpRequest, number: str) -> HttpResponse:
    """Undo kit work; both books follow."""
    get_actor(request).require_site(kits.get_kit_work(number).site)
    take_reversal(request, kit_work.reverse, number=number, done=_("Reversed. The hub is told."))
    return redirect("wms:kit_work", number=number)


def _read(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").strip().upper()[:TEXT_LENGTH_MAX]


def _read_parts(text: str) -> list[tuple[str, int]]:
    """Return the lines of a text such as pasted from a table: SKU, quantity."""
    parts = []
    for line in text.splitlines()[:PARTS_TYPED_MAX]:
        cells = [cell.strip() for cell in line.replace("\t", ",").replace("，", ",").split(",")]
        if any(cells):
            sku, quantity = [*cells, ""][:2]
            parts.append((sku.upper(), read_quantity(quantity) or 0))
    return parts
