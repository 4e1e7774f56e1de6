"""The stock overview (库存总览): what every site has of every SKU, now and as it was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from yipan.access.actors import Actor, get_actor
from yipan.access.doors import page
from yipan.access.site_choice import find_chosen_site
from yipan.documents.exports import FORMATS, Cell, answer_file
from yipan.erp.queries import levels, levels_as_at
from yipan.erp.queries.levels import SORTS, LevelFilter, StockLevel
from yipan.erp.queries.levels_as_at import Moment, SubjectMissing, get_day_end
from yipan.foundation.moments import read_day, to_utc
from yipan.masterdata import queries as masterdata
from yipan.masterdata.queries.groups import list_regions
from yipan.masterdata.rows import SiteRow, SkuRow

ROWS_PER_PAGE = 50
ROWS_PER_FILE_MAX = 100_000
ROWS_PER_READ = 1_000
TEXT_LENGTH_MAX = 96
EVERYWHERE = "*"
SITE_TYPES = ("warehouse", "store")
STATUSES = ("available", "reserved", "held", "quarantine", "damaged", "blocked")
#: The columns of numbers, in their order.
LABELS = {
    "on_order": _("On order"),
    "in_transit": _("In transit"),
    "on_hand": _("On hand"),
    "available": _("Available"),
    "reserved": _("Reserved"),
    "held": _("Held"),
    "quarantine": _("Quarantine"),
    "damaged": _("Damaged"),
    "blocked": _("Blocked"),
    "free_now": _("Free now"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """One number. `url` is where it opens; `is_quiet` when it is one of many zeros."""

    name: str
    value: int | None
    label: str = ""
    url: str = ""

    @property
    def is_quiet(self) -> bool:
        """Tell whether the number says nothing but that there is nothing."""
        return not self.value


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """The head of a column. `url` sorts by it; `order` is `rising`, `falling` or nothing."""

    name: str
    label: str
    url: str = ""
    order: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One row of the list."""

    sku: SkuRow
    site: SiteRow | None
    figures: list[Figure]
    is_below_zero: bool


@require_GET
@page(action="ledger.read")
def list_stock(request: HttpRequest) -> HttpResponse:
    """List what every site has of every SKU."""
    actor = get_actor(request)
    which = read_filter(request, actor=actor)
    moment = read_moment(request, which)
    if request.GET.get("format") in FORMATS:
        return _answer_file(request, which, moment)
    sort = _read_sort(request)
    rows, is_missing = _read_rows(request, which, moment, sort=sort)
    context = {
        "lines": [_make_line(row, actor=actor, is_past=moment is not None) for row in rows],
        "is_missing": is_missing,
        "after": rows[-1].cursor if len(rows) == ROWS_PER_PAGE else "",
        "is_first": not request.GET.get("after"),
        "sort": sort,
        "which": which,
        "site_chosen": which.site or EVERYWHERE,
        "heads": _make_heads(request, sort=sort, is_past=moment is not None),
        "moment": moment,
        "sites": [row for row in masterdata.list_sites(only=actor.sites)
                  if row.site_type in SITE_TYPES],
        "categories": masterdata.list_categories(),
        "regions": list_regions(),
        "site_types": SITE_TYPES,
        "query": _write_query(request),
    }  # fmt: skip
    return render(request, "erp/stock.html", context)


@require_GET
@page(action="ledger.read")
def sum_stock(request: HttpRequest) -> HttpResponse:
    """Answer the fragment of sums over everything that the filter leaves."""
    which = read_filter(request, actor=get_actor(request))
    moment = read_moment(request, which)
    try:
        total = (
            levels.sum_stock(which)
            if moment is None
            else levels_as_at.sum_stock_as_at(which, moment)
        )
    except SubjectMissing:
        return HttpResponse("")
    figures = [
        Figure(name=name, value=_get(total, name), label=str(label))
        for name, label in LABELS.items()
        if name != "free_now"
    ]
    return render(request, "erp/_stock_sums.html", {"figures": figures})


def read_filter(request: HttpRequest, *, actor: Actor) -> LevelFilter:
    """Return what the address asks for; without a site, the one chosen in the top bar."""

    def read(name: str) -> str:
        return request.GET.get(name, "").strip()[:TEXT_LENGTH_MAX]

    site = read("site")
    if site == EVERYWHERE:
        site = ""
    elif not site:
        site = find_chosen_site(request, actor=actor)
    return LevelFilter(
        text=read("q"),
        category=read("category"),
        site=site,
        site_type=read("type") if read("type") in SITE_TYPES else "",
        region=read("region"),
        sites=actor.sites,
    )


def read_moment(request: HttpRequest, which: LevelFilter) -> Moment | None:
    """
    Return the past moment asked for, None for now.

    A day alone means the end of the site's business day.
    """
    as_of = _read_instant(request.GET.get("as_of", ""), which)
    known_at = _read_instant(request.GET.get("known_at", ""), which)
    return None if as_of is None and known_at is None else Moment(as_of=as_of, known_at=known_at)


def _read_instant(text: str, which: LevelFilter) -> datetime | None:
    try:
        instant = parse_datetime(text) if len(text) > len("2026-03-01") else None
        day = None if instant else read_day(text)
        if instant is not None:
            return to_utc(instant if timezone.is_aware(instant) else timezone.make_aware(instant))
    except ValueError:
        return None
    if day is None:
        return None
    site = masterdata.find_sites([which.site]).get(which.site) if which.site else None
    return get_day_end(site, day)


def _read_sort(request: HttpRequest) -> str:
    sort = request.GET.get("sort", "")
    return sort if sort.removeprefix("-") in SORTS and sort != "-sku" else "sku"


def _read_rows(
    request: HttpRequest, which: LevelFilter, moment: Moment | None, *, sort: str
) -> tuple[Sequence[StockLevel], bool]:
    """Return the rows, and whether a site or SKU has to be chosen first."""
    after = request.GET.get("after", "")
    if moment is None:
        return levels.list_stock(which, sort=sort, after=after, limit=ROWS_PER_PAGE), False
    try:
        rows = levels_as_at.list_stock_as_at(which, moment, after=after, limit=ROWS_PER_PAGE)
    except SubjectMissing:
        return [], True
    return rows, False


def _make_heads(request: HttpRequest, *, sort: str, is_past: bool) -> list[Head]:
    """Return the heads of the numbers: the first click sorts the largest first."""
    heads = []
    for name, label in LABELS.items():
        if is_past or name == "free_now":
            heads.append(Head(name=name, label=str(label)))
            continue
        query = request.GET.copy()
        query.pop("after", None)
        query["sort"] = name if sort == f"-{name}" else f"-{name}"
        order = {name: "rising", f"-{name}": "falling"}.get(sort, "")
        heads.append(Head(name=name, label=str(label), url=f"?{query.urlencode()}", order=order))
    return heads


def _make_line(row: StockLevel, *, actor: Actor, is_past: bool) -> Line:
    site = row.site.code if row.site else ""
    addresses = _find_addresses(row.sku.code, site, actor=actor) if not is_past else {}
    return Line(
        sku=row.sku,
        site=row.site,
        figures=[
            Figure(name=name, value=_get(row, name), url=addresses.get(name, "")) for name in LABELS
        ],
        is_below_zero=any(getattr(row.level, name) < 0 for name in STATUSES),
    )


def _find_addresses(sku: str, site: str, *, actor: Actor) -> dict[str, str]:
    """Return where each number of a row opens: the postings behind it, or the orders."""
    postings = reverse("books:postings", args=["erp", sku])
    found = {"in_transit": f"{postings}?account=in_transit"}
    if site:
        found["on_hand"] = f"{postings}?account=on_hand/{site}"
        found |= {name: f"{postings}?account=on_hand/{site}/{name}" for name in STATUSES}
    if site and actor.may("pool.read"):
        found |= _find_promises(sku, site)
    if actor.may("erp.read"):
        try:
            orders = reverse("erp:purchase_orders")
        except NoReverseMatch:
            return found
        found["on_order"] = f"{orders}?{urlencode({'q': sku, 'state': 'open'})}"
    return found


def _find_promises(sku: str, site: str) -> dict[str, str]:
    """Return where it is told for whom goods are set aside, and what of the rest may be sold."""
    try:
        listed, sellable = reverse("pool:reservations"), reverse("pool:sellable")
    except NoReverseMatch:
        return {}
    return {
        "free_now": f"{sellable}?{urlencode({'sku': sku})}",
        **{
            name: f"{listed}?{urlencode({'state': name, 'sku': sku, 'site': site})}"
            for name in ("reserved", "held")
        },
    }


def _get(row: StockLevel, name: str) -> int | None:
    if name in STATUSES:
        value: int | None = getattr(row.level, name)
    else:
        value = getattr(row, name)
    return value


def _write_query(request: HttpRequest) -> str:
    query = request.GET.copy()
    for name in ("after", "format", "sort"):
        query.pop(name, None)
    return query.urlencode()


def _answer_file(request: HttpRequest, which: LevelFilter, moment: Moment | None) -> HttpResponse:
    about = [
        *(gettext("SKU"), gettext("Name"), gettext("Category")),
        *(gettext("Site"), gettext("Site name")),
    ]
    head = [*about, *(str(label) for label in LABELS.values()), gettext("Unit")]
    return answer_file(
        name="stock",
        file_format=request.GET["format"],
        head=head,
        rows=_walk_cells(which, moment, sort=_read_sort(request)),
    )


def _walk_cells(which: LevelFilter, moment: Moment | None, *, sort: str) -> Iterator[list[Cell]]:
    for count, row in enumerate(_walk_rows(which, moment, sort=sort)):
        if count == ROWS_PER_FILE_MAX:
            return
        yield [
            row.sku.code,
            _name(row.sku),
            row.sku.category,
            row.site.code if row.site else "",
            _name(row.site) if row.site else "",
            *(_get(row, name) for name in LABELS),
            row.sku.unit,
        ]


def _walk_rows(which: LevelFilter, moment: Moment | None, *, sort: str) -> Iterator[StockLevel]:
    if moment is not None:
        yield from levels_as_at.list_stock_as_at(which, moment, limit=levels_as_at.ROWS_MAX)
        return
    after = ""
    while rows := levels.list_stock(which, sort=sort, after=after, limit=ROWS_PER_READ):
        yield from rows
        after = rows[-1].cursor


def _name(row: SkuRow | SiteRow) -> str:
    is_chinese = (get_language() or "").startswith("zh")
    return row.name_zh if is_chinese and row.name_zh else row.name
