"""Pages of promotions (促销): the list, and the form of one."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from yipan.access.actors import get_actor
from yipan.access.devices import get_device
from yipan.access.doors import page
from yipan.documents.doors import tell
from yipan.documents.history import read_history
from yipan.erp.documents.master.master_record import Author
from yipan.erp.documents.sales import promotion
from yipan.foundation.moments import read_day
from yipan.foundation.money import parse_amount, write_amount
from yipan.foundation.promotions import Promotion
from yipan.foundation.refusals import NotFound, Refusal
from yipan.masterdata import promotions
from yipan.masterdata import queries as masterdata
from yipan.masterdata.models.promotions import PromotionKind
from yipan.masterdata.refusals import RowWrong

TEXT_LENGTH_MAX = 96
LIST_LENGTH_MAX = 20_000
DIGITS_MAX = 9
CURRENCY = "CNY"

#: What is wrong with a field, in words; the codes are those of master data.
WORDS = {
    "cell.missing": gettext_lazy("This is needed."),
    "cell.out_of_range": gettext_lazy("This is outside of what is possible."),
    "cell.not_a_choice": gettext_lazy("This is none of the choices."),
    "cell.not_a_code": gettext_lazy(
        "A code has no quotes, slashes or angle brackets, and begins plainly."
    ),
    "masterdata.site_unknown": gettext_lazy("There is no such site."),
    "masterdata.sku_unknown": gettext_lazy("One of these is no SKU."),
}


@require_GET
@page(action="erp.read")
def list_promotions(request: HttpRequest) -> HttpResponse:
    """List promotions, with what each gives and whether it holds today."""
    today = timezone.localdate()
    rows = promotions.list_all()
    context = {
        "rows": [(row, PromotionKind(row.kind).label, _tell_state(row, today)) for row in rows],
        "may_write": get_actor(request).may("erp.promotion.write"),
    }
    return render(request, "erp/promotions.html", context)


@require_http_methods(["GET", "POST"])
@page(action="erp.promotion.write")
def edit_promotion(request: HttpRequest, code: str = "") -> HttpResponse:
    """Make or change a promotion; stores and their registers are told."""
    known = promotions.find([code]).get(code) if code else None
    if code and known is None:
        raise NotFound(kind="promotion", id=code)
    row = known or Promotion(code="", kind=PromotionKind.PERCENT)
    wrong: dict[str, Any] = {}
    if request.method == "POST":
        row = _read(request.POST, code=code)
        author = Author(name=get_actor(request).name, at=timezone.now(), device=get_device(request))
        try:
            promotion.edit(row, by=author)
        except RowWrong as refusal:
            wrong = _list_wrong(refusal)
            messages.error(request, tell(refusal))
        except Refusal as refusal:
            messages.error(request, f"{tell(refusal)} ({refusal.code})")
        else:
            messages.success(request, _("Saved. The stores are told."))
            return redirect("erp:promotions")
    context = {
        "row": row,
        "is_new": known is None,
        "wrong": wrong,
        "kinds": PromotionKind.choices,
        "amount": write_amount(row.amount_minor, currency=CURRENCY) if row.amount_minor > 0 else "",
        "regions": _list_regions(),
        "history": read_history(document_type=promotion.DOCUMENT_TYPE, number=code)
        if code
        else None,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "erp/promotion_form.html", context, status=status)


def _read(post: QueryDict, *, code: str) -> Promotion:
    def number(name: str) -> int:
        text = post.get(name, "").strip()
        return int(text) if text.isdecimal() and len(text) <= DIGITS_MAX else (-1 if text else 0)

    def codes(name: str) -> tuple[str, ...]:
        text = post.get(name, "")[:LIST_LENGTH_MAX].replace(",", " ").replace("，", " ")
        return tuple(dict.fromkeys(text.split()))

    return Promotion(
        code=code or post.get("code", "").strip().upper()[:48],
        kind=post.get("kind", ""),
        name=post.get("name", "").strip()[:TEXT_LENGTH_MAX],
        name_zh=post.get("name_zh", "").strip()[:TEXT_LENGTH_MAX],
        percent=number("percent"),
        amount_minor=_read_amount(post.get("amount", "")),
        buy_quantity=number("buy_quantity") or 1,
        pay_quantity=number("pay_quantity"),
        gift_sku=post.get("gift_sku", "").strip().upper()[:48],
        gift_quantity=number("gift_quantity"),
        skus=tuple(sku.upper() for sku in codes("skus")),
        categories=codes("categories"),
        sites=tuple(site.upper() for site in codes("sites")),
        regions=codes("regions"),
        valid_from=read_day(post.get("valid_from", "")),
        valid_to=read_day(post.get("valid_to", "")),
        priority=number("priority"),
        is_active=post.get("is_active") == "on",
        version=number("version"),
    )


def _read_amount(text: str) -> int:
    if not text.strip():
        return 0
    amount = parse_amount(text, currency=CURRENCY)
    return -1 if amount is None else amount


def _list_wrong(refusal: RowWrong) -> dict[str, Any]:
    """Return field to what is wrong with it, in words."""
    errors = refusal.facts["errors"]
    assert isinstance(errors, list), "a wrong row names its fields"
    return {
        error["pointer"].removeprefix("/"): WORDS.get(error["code"], error["code"])
        for error in errors
    }


def _tell_state(row: Promotion, today: date) -> str:
    if not row.is_active or (row.valid_to and row.valid_to < today):
        return "closed"
    return "draft" if row.valid_from and today < row.valid_from else "open"


def _list_regions() -> list[str]:
    return sorted({site.region for site in masterdata.list_sites(site_type="store") if site.region})
