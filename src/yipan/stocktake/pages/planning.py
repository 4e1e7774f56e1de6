"""The form of a plan, and of tolerances."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from yipan.access.actors import get_actor
from yipan.access.roles import ROLE_LABELS, Role
from yipan.documents.doors import get_trace, take_step, tell
from yipan.foundation.moments import read_day
from yipan.foundation.refusals import NotFound, Refusal
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow
from yipan.stocktake.documents import giving_out
from yipan.stocktake.documents import stocktake as plans
from yipan.stocktake.documents import tolerance as tolerances
from yipan.stocktake.documents.desk import Desk
from yipan.stocktake.documents.stocktake import Plan, Planned
from yipan.stocktake.models import StocktakeKind
from yipan.stocktake.queries import scopes
from yipan.stocktake.queries.coverage import get_coverage
from yipan.stocktake.queries.scopes import Scope
from yipan.stocktake.queries.tolerances import OTHERWISE, list_set
from yipan.stocktake.rules import Tolerance

PEOPLE_MAX = 50
DIGITS_MAX = 9
#: What a person may plan by hand; lists of others come by file.
KINDS = ("cycle", "full", "spot", "problem", "zero_check")


def plan(request: HttpRequest, desk: Desk, *, site: SiteRow | None) -> HttpResponse:
    """Write a plan: what kind, where, by whom, how."""
    if site is None:
        raise NotFound(kind="site")
    if request.method == "POST":
        try:
            number = _plan(request, desk, site=site)
        except Refusal as refusal:
            messages.error(request, f"{tell(refusal)} ({refusal.code})")
        else:
            return redirect(f"{desk.names}:stocktake", number=number)
    places = desk.list_places(site.code)
    groups: dict[str, int] = {}
    for place in places:
        groups[place.group or place.code] = groups.get(place.group or place.code, 0) + 1
    kinds = dict(StocktakeKind.choices)
    wanted = request.POST.get("kind") or request.GET.get("kind", "")
    context = {
        "names": desk.names,
        "site": site,
        "kinds": [(kind, kinds[kind]) for kind in KINDS],
        "kind": wanted if wanted in KINDS else KINDS[0],
        "groups": [
            (group, next((str(p.label) for p in places if p.code == group), group), count)
            for group, count in groups.items()
        ],
        "coverage": get_coverage(system=desk.system.name, site=site.code, now=timezone.now()),
        "form": request.POST,
        "counters": giving_out.list_counters(desk, site=site.code),
        "people": request.POST.getlist("people"),
    }
    return render(request, "stocktake/plan.html", context)


def _plan(request: HttpRequest, desk: Desk, *, site: SiteRow) -> str:
    kind = request.POST.get("kind", "")
    kind = kind if kind in KINDS else KINDS[0]
    scope = _choose(request, desk, site=site.code, kind=kind)
    if scope.unknown:
        messages.warning(
            request, _("Not known here: %(names)s") % {"names": ", ".join(scope.unknown[:10])}
        )
    people = [name.strip() for name in request.POST.getlist("people") if name.strip()][:PEOPLE_MAX]
    giving_out.require_counters(desk, site=site.code, persons=people)
    sheets = [
        Planned(place=place, skus=skus, assignee=people[at % len(people)] if people else "")
        for at, (place, skus) in enumerate(scope.places.items())
    ]
    minutes = _read_number(request.POST.get("uncertainty", "")) or 0
    wanted = Plan(
        site=site.code,
        kind=kind,
        sheets=sheets,
        is_blind="shows_book" not in request.POST,
        is_double="is_double" in request.POST,
        uncertainty_seconds=min(minutes, 60) * 60,
        due_on=read_day(request.POST.get("due_on", "")),
        scope=_describe(request, kind=kind),
        note=request.POST.get("note", "").strip(),
    )
    trace, at = get_trace(request), timezone.now()
    number = plans.plan(wanted=wanted, system=desk.system, by=trace, at=at).number
    if "starts" in request.POST:
        plans.start(number=number, by=trace, at=at)
    return number


def _choose(request: HttpRequest, desk: Desk, *, site: str, kind: str) -> Scope:
    places = desk.list_places(site)
    groups = set(request.POST.getlist("group"))
    chosen = [place.code for place in places if not groups or (place.group or place.code) in groups]
    if kind == "full":
        return Scope(places=dict.fromkeys(chosen, ()))
    if kind == "cycle":
        found = scopes.take_due(
            system=desk.system.name,
            site=site,
            now=timezone.now(),
            limit=_read_number(request.POST.get("positions", "")) or 100,
            classes=set(request.POST.getlist("abc")) & set("ABC"),
        )
        return Scope(places={k: v for k, v in found.places.items() if k in set(chosen)})
    if kind == "problem":
        return scopes.take_doubtful(
            system=desk.system.name, site=site, problems=desk.list_problems(site)
        )
    if kind == "zero_check":
        return scopes.take_empty(system=desk.system.name, site=site, places=chosen)
    return scopes.take_named(
        system=desk.system.name,
        site=site,
        text=request.POST.get("list", ""),
        places=[place.code for place in places],
    )


def _describe(request: HttpRequest, *, kind: str) -> str:
    """Return what was chosen in the words of the form, short."""
    parts = request.POST.getlist("group") if kind in ("full", "cycle", "zero_check") else []
    if kind == "cycle":
        parts += request.POST.getlist("abc")
    if kind == "spot":
        parts = request.POST.get("list", "").split("\n")
    return ", ".join(part.strip() for part in parts)[:200]


def show_tolerances(request: HttpRequest, desk: Desk, *, site: SiteRow | None) -> HttpResponse:
    """Show how far a count may be off, and set it."""
    if site is None:
        raise NotFound(kind="site")
    if request.method == "POST":
        _set_tolerance(request, desk, site=site.code)
        return redirect(f"{request.path}?site={site.code}")
    context = {
        "names": desk.names,
        "site": site,
        "rows": list_set(desk.system.name, site=site.code),
        "otherwise": OTHERWISE,
        "categories": masterdata.list_categories(),
        "roles": list(ROLE_LABELS.items()),
        "role_labels": {str(role): label for role, label in ROLE_LABELS.items()},
    }
    return render(request, "stocktake/tolerances.html", context)


def _set_tolerance(request: HttpRequest, desk: Desk, *, site: str) -> None:
    dropped = request.POST.get("drop", "")
    if dropped:
        take_step(
            request,
            lambda: tolerances.drop(
                system=desk.system.name,
                tolerance_id=int(dropped) if dropped.isdecimal() and len(dropped) < 12 else 0,
                # What holds at all sites is not one site's to drop.
                sites=("", site) if get_actor(request).sites is None else (site,),
            ),
            done=_("It holds no more."),
        )
        return
    role = request.POST.get("role", "")
    value = _read_number(request.POST.get("value_max", ""))
    wanted = Tolerance(
        purpose="post" if request.POST.get("purpose") == "post" else "recount",
        site="" if request.POST.get("everywhere") and get_actor(request).sites is None else site,
        category=request.POST.get("category", "")[:48],
        role=role if role in set(Role) else "",
        quantity_max=_read_number(request.POST.get("quantity_max", "")),
        value_max_minor=value * 100 if value is not None else None,
        percent_max=_read_number(request.POST.get("percent_max", "")),
    )
    take_step(
        request,
        lambda: tolerances.set_tolerance(
            system=desk.system.name, tolerance=wanted, by=get_trace(request), at=timezone.now()
        ),
        done=_("It holds from now on."),
    )


def _read_number(text: str) -> int | None:
    text = text.strip()
    is_number = text.isascii() and text.isdecimal() and len(text) <= DIGITS_MAX
    return int(text) if is_number else None
