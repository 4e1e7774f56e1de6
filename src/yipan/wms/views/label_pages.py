"""Labels of a warehouse on one page: bins, products with their price, command cards."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from yipan.access.doors import page
from yipan.documents.doors import tell
from yipan.documents.printing import (
    LABEL_SIZES,
    Label,
    answer_paper,
    choose_language,
    label_kinds,
    render_labels,
)
from yipan.foundation.refusals import Refusal
from yipan.masterdata import queries as masterdata
from yipan.wms import papers
from yipan.wms.views.sites import get_warehouse

BIN_LENGTH_MAX = 32

#: What is printed on a command card, to what it says it does.
CARDS = {
    "CMD:UNDO": gettext_lazy("Undo the last scan"),
    "CMD:POST": gettext_lazy("Post, close or ship"),
    "CMD:DAMAGED": gettext_lazy("The last one is damaged"),
    "CMD:SKIP": gettext_lazy("Skip this bin"),
}


@require_GET
@page(action="wms.read")
def show_labels(request: HttpRequest) -> HttpResponse:
    """Show which labels there are, and what each asks for."""
    site = get_warehouse(request)
    kinds = [
        {
            "name": "bins",
            "title": _("Bins"),
            "hint": _("The barcode that is scanned at the bin, with its zone."),
            "asks": _("Bins whose code holds; empty for all"),
        },
        {
            "name": "products",
            "title": _("Products"),
            "hint": _("Name, shelf price and barcode."),
            "asks": _("Words, codes or barcodes, parted by commas"),
            "is_required": True,
        },
        {
            "name": "commands",
            "title": _("Command cards"),
            "hint": _("Work with the scanner alone: undo, post, damaged, skip."),
        },
    ]
    context = {
        "site": site,
        "kinds": kinds,
        "sizes": list(LABEL_SIZES),
        "print_url": reverse("wms:print_labels"),
    }
    return render(request, "documents/labels.html", context)


@require_GET
@page(action="wms.read")
def print_labels(request: HttpRequest) -> HttpResponse:
    """Show the labels asked for as PDF; `?what=` is bins, products or commands."""
    site = get_warehouse(request)
    language = choose_language(request)
    try:
        labels = label_kinds.repeat(
            _make(request, site.code, language=language), copies=label_kinds.read_copies(request)
        )
    except Refusal as refusal:
        messages.error(request, f"{tell(refusal)} ({refusal.code})")
        return redirect(f"{reverse('wms:labels')}?site={site.code}")
    content = render_labels(labels, size=label_kinds.read_size(request), language=language)
    return answer_paper(content, name=f"labels-{site.code}")


def _make(request: HttpRequest, site: str, *, language: str) -> list[Label]:
    what, text = request.GET.get("what", ""), request.GET.get("q", "")
    if what == "products":
        return label_kinds.make_product_labels(label_kinds.find_skus(text), language=language)
    if what == "commands":
        return label_kinds.make_command_labels(CARDS)
    rows = masterdata.list_bins(site, text=text[:BIN_LENGTH_MAX], only_active=True)
    return papers.make_bin_labels(rows)
