"""Pages of value (存货价值): stock value, cost of goods sold, gains and losses, one SKU."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_GET

from yipan.access.actors import Actor, get_actor
from yipan.access.doors import page
from yipan.documents.exports import FORMATS, answer_file
from yipan.erp.queries import value_reports, value_sources, value_states
from yipan.erp.queries.value_reports import BY, TrueUpRow, ValueFilter
from yipan.erp.queries.value_sources import EntityRow
from yipan.erp.views.typed import read_moment
from yipan.foundation.moments import read_day
from yipan.foundation.money import write_amount
from yipan.ledger import values
from yipan.masterdata import queries as masterdata

TEXT_LENGTH_MAX = 96
PLACE_MAX = 2**63 - 1
ENTRIES_PER_PAGE = 50
TRUE_UPS_PER_PAGE = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """A line of a report with the name people know: site, category or SKU."""

    line: Any
    name: str
    code: str
    share: int = 0


@require_GET
@page(action="ledger.read_cost")
def show_value(request: HttpRequest) -> HttpResponse:
    """Show what stock is worth, at the end of any day, as known at any moment."""
    actor = get_actor(request)
    entity = value_reports.choose_entity(request.GET.get("entity", ""))
    if entity is None:
        return render(request, "erp/value_empty.html", {})
    which = _read_filter(request, entity, actor=actor)
    by = _read_by(request, among=BY, otherwise="site")
    lines = value_reports.list_stock_values(which, by=by)
    total = value_reports.sum_lines(lines)
    named = _name_lines(lines, by=by, total=total.amount)
    if request.GET.get("format") in FORMATS:
        rows = [
            [it.code, it.name, it.line.quantity, _write(it.line.amount, entity)] for it in named
        ]
        head = [gettext("Code"), gettext("Name"), gettext("Quantity"), gettext("Value")]
        return answer_file(
            name=f"stock-value-{which.as_of}",
            file_format=request.GET["format"],
            head=head,
            rows=rows,
        )
    named.sort(key=lambda it: (-it.line.amount, it.code))
    context = {
        **_describe(entity, which=which, by=by, tab="value"),
        "lines": named,
        "total": total,
        "mark": value_states.find_mark(),
        "choices": BY,
    }
    return render(request, "erp/value.html", context)


@require_GET
@page(action="ledger.read_cost")
def show_sold(request: HttpRequest) -> HttpResponse:
    """Show what sold goods cost."""
    actor = get_actor(request)
    entity = value_reports.choose_entity(request.GET.get("entity", ""))
    if entity is None:
        return render(request, "erp/value_empty.html", {})
    which = _read_filter(request, entity, actor=actor)
    by = _read_by(request, among=(*BY, "month"), otherwise="month")
    lines = value_reports.list_sold(which, by=by)
    total = value_reports.SoldLine(
        name="",
        quantity=sum(it.quantity for it in lines),
        cost=sum(it.cost for it in lines),
        returned=sum(it.returned for it in lines),
        trued_up=sum(it.trued_up for it in lines),
        added=sum(it.added for it in lines),
    )
    named = _name_lines(lines, by=by, total=total.total)
    if request.GET.get("format") in FORMATS:
        head = [
            *(gettext("Code"), gettext("Name"), gettext("Quantity"), gettext("Cost when sold")),
            *(gettext("Brought back"), gettext("Trued up"), gettext("Landed later")),
            gettext("Cost of goods sold"),
        ]
        rows = [
            [it.code, it.name, it.line.quantity]
            + [
                _write(amount, entity)
                for amount in (
                    it.line.cost, it.line.returned, it.line.trued_up, it.line.added, it.line.total
                )
            ]
            for it in named
        ]  # fmt: skip
        return answer_file(
            name="cost-of-goods-sold", file_format=request.GET["format"], head=head, rows=rows
        )
    context = {
        **_describe(entity, which=which, by=by, tab="sold"),
        "lines": named,
        "total": total,
        "choices": ("month", *BY),
    }
    return render(request, "erp/value_sold.html", context)


@require_GET
@page(action="ledger.read_cost")
def show_gains(request: HttpRequest) -> HttpResponse:
    """Show gains and losses by cause."""
    actor = get_actor(request)
    entity = value_reports.choose_entity(request.GET.get("entity", ""))
    if entity is None:
        return render(request, "erp/value_empty.html", {})
    which = _read_filter(request, entity, actor=actor)
    by = _read_by(request, among=(*BY, "month"), otherwise="site")
    lines = value_reports.list_gains(which, by=by)
    context = {
        **_describe(entity, which=which, by=by, tab="gains"),
        "lines": _name_lines(lines, by=by, total=0),
        "gained": sum(it.gained for it in lines),
        "lost": sum(it.lost for it in lines),
        "net": sum(it.net for it in lines),
        "choices": ("month", *BY),
    }
    return render(request, "erp/value_gains.html", context)


@require_GET
@page(action="ledger.read_cost")
def show_sku(request: HttpRequest, sku: str) -> HttpResponse:
    """Show how one SKU came to its value: its layers, and every entry."""
    actor = get_actor(request)
    goods = masterdata.get_sku(sku)
    entities = {row.code: row for row in value_sources.list_entities()}
    before = _read_place(request.GET.get("before", ""))
    entries = values.list_entries(sku=sku, limit=ENTRIES_PER_PAGE, before=before or None)
    seen = [row for row in entries if not row.entry.place or actor.sees(row.entry.place)]
    # What a legal entity has altogether is no business of who sees some of its sites.
    states = value_states.list_states(sku=sku) if actor.sites is None else []
    context = {
        "sku": goods,
        "states": [(row, entities.get(row.entity)) for row in states],
        "entries": [(row, entities[row.entry.pool].currency) for row in seen],
        "before": entries[-1].cursor if len(entries) == ENTRIES_PER_PAGE else "",
        "is_first": not before,
    }
    return render(request, "erp/value_sku.html", context)


@require_GET
@page(action="ledger.read_cost")
def list_true_ups(request: HttpRequest) -> HttpResponse:
    """List true-ups: what goods that left too early really cost."""
    actor = get_actor(request)
    entity = value_reports.choose_entity(request.GET.get("entity", ""))
    if entity is None:
        return render(request, "erp/value_empty.html", {})
    found = value_reports.list_true_ups(
        entity=entity.code, after=request.GET.get("after", "")[:48], limit=TRUE_UPS_PER_PAGE
    )
    which = _read_filter(request, entity, actor=actor)
    context = {
        **_describe(entity, which=which, by="site", tab="true_ups"),
        "rows": [limited for row in found if (limited := _limit(row, actor)).lines],
        "after": found[-1].number if len(found) == TRUE_UPS_PER_PAGE else "",
    }
    return render(request, "erp/true_ups.html", context)


@require_GET
@page(action="ledger.read_cost")
def show_true_up(request: HttpRequest, number: str) -> HttpResponse:
    """Show one true-up."""
    row = value_reports.find_true_up(number)
    if row is None:
        raise Http404
    entity = value_sources.get_entity(row.entity)
    limited = _limit(row, get_actor(request))
    skus = masterdata.find_skus({line.sku for line in limited.lines})
    context = {
        "row": limited,
        "entity": entity,
        "lines": [(line, skus.get(line.sku)) for line in limited.lines],
    }
    return render(request, "erp/true_up.html", context)


def _limit(row: TrueUpRow, actor: Actor) -> TrueUpRow:
    """Leave the lines of sites that the reader may see, and what they add up to."""
    lines = tuple(line for line in row.lines if not line.site or actor.sees(line.site))
    if len(lines) == len(row.lines):
        return row
    amount = sum(line.provisional_minor - line.actual_minor for line in lines)
    return replace(row, lines=lines, amount_minor=amount)


def _read_filter(request: HttpRequest, entity: EntityRow, *, actor: Actor) -> ValueFilter:
    today = timezone.localdate()
    as_of = read_day(request.GET.get("as_of", "")) or today
    since = read_day(request.GET.get("since", "")) or as_of.replace(day=1)
    known_at = read_moment(request.GET.get("known_at", ""))
    return ValueFilter(
        entity=entity.code,
        as_of=as_of,
        since=min(since, as_of),
        known_at=known_at,
        category=request.GET.get("category", "")[:TEXT_LENGTH_MAX],
        sites=actor.sites,
    )


def _read_by(request: HttpRequest, *, among: Sequence[str], otherwise: str) -> str:
    by = request.GET.get("by", "")
    return by if by in among else otherwise


def _describe(entity: EntityRow, *, which: ValueFilter, by: str, tab: str) -> dict[str, object]:
    return {
        "entity": entity,
        "entities": value_sources.list_entities(),
        "which": which,
        "by": by,
        "tab": tab,
        "categories": masterdata.list_categories(),
        "is_today": which.as_of == timezone.localdate(),
    }


def _name_lines(lines: Sequence[Any], *, by: str, total: int) -> list[Named]:
    codes = {line.name for line in lines if line.name}
    names: dict[str, Any] = {}
    if by == "site":
        names = dict(masterdata.find_sites(codes))
    elif by == "sku":
        names = dict(masterdata.find_skus(codes))
    elif by == "category":
        names = {row.code: row for row in masterdata.list_categories()}
    missing = {"site": gettext("in transit"), "category": gettext("no category")}
    return [
        Named(
            line=line,
            code=line.name,
            name=_name(names.get(line.name)) or line.name or missing.get(by, ""),
            share=round(100 * getattr(line, "amount", 0) / total) if total > 0 else 0,
        )
        for line in lines
    ]


def _name(row: Any) -> str:
    if row is None:
        return ""
    is_chinese = (get_language() or "").startswith("zh")
    return str(row.name_zh if is_chinese and row.name_zh else row.name)


def _write(amount: int, entity: EntityRow) -> str:
    return write_amount(amount, currency=entity.currency)


def _read_place(text: str) -> str:
    """Return the place in a list the address names; the start where it names none."""
    is_number = text.isascii() and text.isdigit() and int(text) <= PLACE_MAX
    return text if is_number else ""
