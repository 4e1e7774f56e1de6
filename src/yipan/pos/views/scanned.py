"""What was scanned on a handheld of a store."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest

from yipan.documents.doors import tell
from yipan.foundation.refusals import Refusal
from yipan.masterdata.rows import SiteRow
from yipan.pos import queries
from yipan.pos.queries import GoodsRow

TEXT_LENGTH_MAX = 96


def find_scanned(request: HttpRequest, store: SiteRow) -> GoodsRow | None:
    """
    Return the product that was scanned, or that a form just sent is about; None without one.

    What no product of the store has is told to the reader.
    """
    text = request.POST.get("sku", "") or request.GET.get("scan", "")[:TEXT_LENGTH_MAX]
    if not text:
        return None
    try:
        return queries.find_product(store.code, text)
    except Refusal as refusal:
        messages.error(request, tell(refusal))
        return None
