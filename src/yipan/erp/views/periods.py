"""Pages of accounting periods (会计期间) and of legal entities (法人主体)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yipan.access.actors import Actor, get_actor
from yipan.access.doors import page
from yipan.documents.doors import get_trace, take_step, tell
from yipan.documents.history import read_history
from yipan.erp.documents.value import legal_entity, period
from yipan.erp.documents.value.legal_entity import EntityContent
from yipan.erp.models.valuation import CostMethod
from yipan.erp.queries import checklist, periods, value_reports, value_sources
from yipan.erp.rules.costing import Method
from yipan.foundation.refusals import Refusal
from yipan.masterdata import queries as masterdata

if TYPE_CHECKING:  # installed where types are checked, not where the product runs
    from django_stubs_ext import StrPromise

CURRENCIES = ("CNY", "HKD", "USD", "EUR", "JPY")
#: What the form of a legal entity asks for, and what stands there at first.
ENTITY_FIELDS = {
    "code": "",
    "name": "",
    "name_zh": "",
    "method": "moving_average",
    "currency": "CNY",
    "time_zone": "Asia/Shanghai",
}

#: Item of the checklist to what it says, and what to do about it.
CHECKLIST: Mapping[str, tuple[StrPromise, StrPromise, str]] = {
    checklist.NOT_VALUED: (
        gettext_lazy("Movements not valued yet"),
        gettext_lazy("They are valued within a minute. The month cannot be closed before."),
        "",
    ),
    checklist.UNSYNCED: (
        gettext_lazy("Sources the hub has not heard to the end"),
        gettext_lazy("What they still tell would count in the next month."),
        "exchange:sources",
    ),
    checklist.PARKED: (
        gettext_lazy("Parked messages"),
        gettext_lazy("Documents that wait for a decision or for master data."),
        "exchange:parked",
    ),
    checklist.SHORTFALLS: (
        gettext_lazy("Stock below zero"),
        gettext_lazy("The book is wrong somewhere: find the missing document, or count."),
        "erp:stock",
    ),
    checklist.AGED: (
        gettext_lazy("Goods in transit for more than 14 days"),
        gettext_lazy("Receive them, or settle what is missing."),
        "erp:in_transit",
    ),
    checklist.DIFFERENCES: (
        gettext_lazy("Transfer differences nobody has settled"),
        gettext_lazy("Claim them, find the goods, or write them off."),
        "erp:transfer_differences",
    ),
    checklist.OWED: (
        gettext_lazy("SKUs valued at a provisional cost"),
        gettext_lazy("They left before they came in; a true-up follows with the receipt."),
        "erp:true_ups",
    ),
    checklist.UNPRICED: (
        gettext_lazy("Receipts without a price"),
        gettext_lazy("Valued at the present cost. Give the order a price, or correct the cost."),
        "",
    ),
}


@require_GET
@page(action="ledger.read_cost")
def list_periods(request: HttpRequest) -> HttpResponse:
    """List the months of a legal entity."""
    entity = value_reports.choose_entity(request.GET.get("entity", ""))
    if entity is None:
        return render(request, "erp/value_empty.html", {})
    today = timezone.now().astimezone(ZoneInfo(entity.time_zone)).date()
    context = {
        "entity": entity,
        "entities": value_sources.list_entities(),
        "rows": periods.list_periods(entity=entity, today=today),
        "may_write_entity": get_actor(request).may("erp.legal_entity.write"),
    }
    return render(request, "erp/periods.html", context)


@require_GET
@page(action="ledger.read_cost")
def show_period(request: HttpRequest, number: str) -> HttpResponse:
    """Show one month: what stands open, or what it was worth and what came late."""
    actor = get_actor(request)
    row = periods.get_period(number)
    now = timezone.now()
    late = value_reports.list_late(entity=row.entity.code, first=row.first_day, last=row.last_day)
    context = {
        "row": row,
        "items": _list_items(row, actor=actor) if row.state == "open" else _list_kept(row),
        "late": late,
        "late_amount": sum(it.amount for it in late),
        "history": read_history(document_type=period.DOCUMENT_TYPE, number=number),
        "is_over": now.astimezone(ZoneInfo(row.entity.time_zone)).date() > row.last_day,
        "may_close": row.state == "open" and row.is_next and actor.may("erp.period.close"),
        "may_reopen": actor.may("erp.period.reopen"),
        "is_last_closed": row.entity.closed_through == row.last_day,
        "is_own": row.reopen_asked_by == actor.name,
    }
    return render(request, "erp/period.html", context)


@require_POST
@page(action="erp.period.close")
def close_period(request: HttpRequest, number: str) -> HttpResponse:
    """Close a month."""
    row = periods.get_period(number)
    by = get_trace(request, reason=request.POST.get("reason", ""))
    take_step(
        request,
        lambda: period.close(entity=row.entity.code, month=row.month, by=by, at=timezone.now()),
        done=_("Closed. What is told of it from now on counts in the next month."),
    )
    return redirect("erp:period", number=number)


@require_POST
@page(action="erp.period.reopen")
def ask_reopen(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for a month to be reopened."""
    periods.get_period(number)
    by = get_trace(request, reason=request.POST.get("reason", ""))
    take_step(
        request,
        lambda: period.ask_reopen(number=number, by=by, at=timezone.now()),
        done=_("Asked for. Another person has to allow it."),
    )
    return redirect("erp:period", number=number)


@require_POST
@page(action="erp.period.reopen")
def reopen(request: HttpRequest, number: str) -> HttpResponse:
    """Allow a month to be reopened."""
    periods.get_period(number)
    take_step(
        request,
        lambda: period.reopen(number=number, by=get_trace(request), at=timezone.now()),
        done=_("Reopened. Documents count in it again."),
    )
    return redirect("erp:period", number=number)


@require_POST
@page(action="erp.period.reopen")
def keep_closed(request: HttpRequest, number: str) -> HttpResponse:
    """Refuse to reopen a month."""
    periods.get_period(number)
    take_step(
        request,
        lambda: period.keep_closed(number=number, by=get_trace(request), at=timezone.now()),
        done=_("It stays closed."),
    )
    return redirect("erp:period", number=number)


@require_http_methods(["GET", "POST"])
@page(action="erp.legal_entity.write")
def edit_entity(request: HttpRequest, code: str = "") -> HttpResponse:
    """Write a legal entity, and which sites belong to it."""
    entities = legal_entity.list_or_begin()
    found = next((row for row in entities if row.code == code), None)
    if request.method == "POST" and _save_entity(request, code=code):
        return redirect("erp:periods")
    others = {site for row in entities if row.code != code for site in row.sites}
    context = {
        "entity": found,
        "code": code,
        "values": {
            name: request.POST.get(name) or getattr(found, name, "") or otherwise
            for name, otherwise in ENTITY_FIELDS.items()
        },
        "methods": CostMethod.choices,
        "currencies": CURRENCIES,
        "zones": sorted(available_timezones()),
        "sites": [row for row in masterdata.list_sites() if row.code not in others],
        "chosen": set(request.POST.getlist("sites")) or set(found.sites if found else ()),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "erp/legal_entity.html", context, status=status)


def _save_entity(request: HttpRequest, *, code: str) -> bool:
    typed = request.POST
    wanted = code or typed.get("code", "").strip().upper()[:16]
    if not wanted.isalnum() or not typed.get("name", "").strip():
        messages.error(request, _("Give a code of letters and digits, and a name."))
        return False
    if typed.get("method") not in CostMethod.values or typed.get("currency") not in CURRENCIES:
        messages.error(request, _("Choose a method and a currency."))
        return False
    content = EntityContent(
        code=wanted,
        name=typed["name"].strip()[:96],
        name_zh=typed.get("name_zh", "").strip()[:96],
        currency=typed["currency"],
        method=Method(typed["method"]),
        time_zone=typed.get("time_zone", "")[:48],
        sites=tuple(typed.getlist("sites")),
    )
    try:
        legal_entity.save(content)
    except Refusal as refusal:
        messages.error(request, f"{tell(refusal)} ({refusal.code})")
        return False
    messages.success(request, _("Saved."))
    return True


def _list_items(row: periods.PeriodRow, *, actor: Actor) -> list[dict[str, object]]:
    """Return the checklist; examples name other sites, so only who sees all is shown them."""
    found = checklist.list_items(
        entity=row.entity.code,
        first_day=row.first_day,
        last_day=row.last_day,
        at=timezone.now(),
    )
    return [
        _describe(item.code, item.count, examples=item.examples if actor.sites is None else ())
        for item in found
    ]


def _list_kept(row: periods.PeriodRow) -> list[dict[str, object]]:
    return [_describe(code, count) for code, count in row.checklist]


def _describe(code: str, count: int, *, examples: tuple[str, ...] = ()) -> dict[str, object]:
    label, hint, url_name = CHECKLIST[code]
    return {
        "code": code,
        "count": count,
        "label": label,
        "hint": hint,
        "url_name": url_name,
        "examples": examples,
    }
