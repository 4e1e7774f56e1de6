"""All parts of the design system on one page, for those who build pages and who judge them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from yipan.access.doors import page
from yipan.console import marks

TOKENS = (
    "page", "card", "raised", "sunken", "hover", "selected",
    "strong", "normal", "muted", "line", "line-strong", "control-line",
    "accent", "link", "focus", "good", "warn", "bad", "info",
)  # fmt: skip

BOOKS = ("erp", "wms:W1", "pos:S12", "oms", "channels", "planning", "counts", "differences")


@page(action="console.design")
def show_design(request: HttpRequest) -> HttpResponse:
    """Show every token, part and page type, with figures that try the layout."""
    now = timezone.now()
    return render(
        request,
        "console/design.html",
        {
            "tokens": TOKENS,
            "books": BOOKS,
            "compared": BOOKS[:3],
            "statuses": list(marks.STATUSES),
            "states": list(marks.STATES),
            "rows": _make_rows(),
            "steps": _make_steps(),
            "entries": _make_entries(now),
            "lately": now - timedelta(minutes=3),
            "long_ago": now - timedelta(days=40),
            "soon": now + timedelta(hours=5),
        },
    )


def _make_rows() -> list[dict[str, object]]:
    names = ("number", "name", "state", "sent", "open", "value")
    long_name = _(
        "Longjing tea before the rains, hand roasted, first picking from the lake side, "
        "in a gift tin with two drawers"
    )
    samples = (
        ("PO-0001", _("Longjing tea 250 g"), "sent", 100, 3, 285000),
        ("PO-0002", long_name, "partly_received", 1234567, -12, -4599),
        ("PO-0003", _("Sea salt 1 kg"), "canceled", 0, 0, 0),
        ("PO-0004", _("Silk scarf"), "draft", None, None, None),
    )
    return [dict(zip(names, sample, strict=True)) for sample in samples]


def _make_steps() -> list[dict[str, object]]:
    return [
        {"label": _("On hand"), "amount": 40, "is_total": True},
        {"label": _("Reserved"), "amount": -12},
        {"label": _("Held"), "amount": -3},
        {"label": _("Safety stock"), "amount": -5},
        {"label": _("Promise"), "amount": 20, "is_total": True},
    ]


def _make_entries(now: datetime) -> list[dict[str, object]]:
    names = ("at", "what", "who", "device", "note", "tone")
    samples = (
        (now - timedelta(minutes=2), _("Posted"), "lin.wei", "HH-07", "", "good"),
        (now - timedelta(hours=3), _("Recorded"), "lin.wei", "HH-07", "wms:W1 #8812", ""),
        (now - timedelta(days=2), _("Approved"), "zhou.min", "", "", ""),
    )
    return [dict(zip(names, sample, strict=True)) for sample in samples]
