"""Labels of a store on one page: products with their price, areas and shelves, command cards."""

from __future__ import annotations

import re

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
from yipan.pos import rules
from yipan.pos.rules.adjustments import DISPLAY
from yipan.pos.rules.shelves import SHELF_LENGTH_MAX, write_place
from yipan.pos.views.sites import get_store

#: What is printed on a command card, to what it says it does.
CARDS = {
    "CMD:UNDO": gettext_lazy("Undo the last scan"),
    "CMD:POST": gettext_lazy("Close the count"),
    "CMD:DAMAGED": gettext_lazy("The last one is damaged"),
}
AREAS = {
    rules.SHOP_FLOOR: gettext_lazy("Shop floor"),
    rules.BACKROOM: gettext_lazy("Backroom"),
    DISPLAY: gettext_lazy("Display"),
}
#: A shelf is written as scanners of lines read it: Code 128 has no Chinese.
SHELF = re.compile(r"[A-Z0-9][A-Z0-9._-]*")


class ShelfUnreadable(Refusal):
    """A shelf is named by letters, digits, dots and dashes, up to 24 of them."""

    code = "printing.shelf_unreadable"
    status = 422


@require_GET
@page(action="pos.read")
def show_labels(request: HttpRequest) -> HttpResponse:
    """Show which labels there are, and what each asks for."""
    store = get_store(request)
    kinds = [
        {
            "name": "products",
            "title": _("Products"),
            "hint": _("Name, shelf price and barcode."),
            "asks": _("Words, codes or barcodes, parted by commas"),
            "is_required": True,
        },
        {
            "name": "shelves",
            "title": _("Areas and shelves"),
            "hint": _("What is scanned where somebody counts: an area, or a shelf of it."),
            "areas": AREAS.items(),
            "asks": _("Shelves, parted by commas; empty for the area"),
        },
        {
            "name": "commands",
            "title": _("Command cards"),
            "hint": _("Count with the scanner alone: undo, close, damaged."),
        },
    ]
    context = {
        "site": store,
        "kinds": kinds,
        "sizes": list(LABEL_SIZES),
        "print_url": reverse("pos:print_labels"),
    }
    return render(request, "documents/labels.html", context)


@require_GET
@page(action="pos.read")
def print_labels(request: HttpRequest) -> HttpResponse:
    """Show the labels asked for as PDF; `?what=` is products, shelves or commands."""
    store = get_store(request)
    language = choose_language(request)
    try:
        labels = label_kinds.repeat(
            _make(request, language=language), copies=label_kinds.read_copies(request)
        )
    except Refusal as refusal:
        messages.error(request, f"{tell(refusal)} ({refusal.code})")
        return redirect(f"{reverse('pos:labels')}?site={store.code}")
    content = render_labels(labels, size=label_kinds.read_size(request), language=language)
    return answer_paper(content, name=f"labels-{store.code}")


def _make(request: HttpRequest, *, language: str) -> list[Label]:
    what, text = request.GET.get("what", ""), request.GET.get("q", "")
    if what == "products":
        return label_kinds.make_product_labels(label_kinds.find_skus(text), language=language)
    if what == "commands":
        return label_kinds.make_command_labels(CARDS)
    area = request.GET.get("area", "")
    area = area if area in AREAS else rules.SHOP_FLOOR
    parts = re.split(r"[,，\n]+", text[: label_kinds.TEXT_LENGTH_MAX].upper())
    shelves = [part.strip() for part in parts if part.strip()]
    for shelf in shelves:
        if len(shelf) > SHELF_LENGTH_MAX or not SHELF.fullmatch(shelf):
            raise ShelfUnreadable(shelf=shelf[:SHELF_LENGTH_MAX])
    return [
        Label(heading=shelf or AREAS[area], corner=AREAS[area], code=write_place(area, shelf))
        for shelf in shelves or [""]
    ]
