"""The first page after the log-in: the control tower, for whoever looks."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language

from yipan.access.doors import allow_connecting, page
from yipan.access.site_choice import SITE_LENGTH_MAX
from yipan.console import site_charts
from yipan.console.figures import list_figures
from yipan.console.reader import Reader, find_url, make_reader
from yipan.console.recent import list_recent
from yipan.console.shared import Shared
from yipan.console.tours import progress
from yipan.console.tours.progress import Stop
from yipan.console.tower.lags import list_lags
from yipan.console.tower.network import read_network
from yipan.console.waiting import list_work

#: How much stands in the window; on a wall nothing can be scrolled to, so what is worst does.
LAGS_SHOWN, LAGS_ON_WALL = 10, 10
WORK_SHOWN, WORK_ON_WALL = 9, 9
#: How old, in milliseconds, what an answer says is: who heard of something newer asks again.
AGE_HEADER = "X-Yipan-Age-Ms"
#: What of the tower was written of late, by who may see it.
TOWERS = Shared[bytes]()


@page(action="console.home")
def show_home(request: HttpRequest) -> HttpResponse:
    """Show the network, the figures of the reader's roles, and what needs a person now."""
    reader = make_reader(request)
    is_wall = "wall" in request.GET
    context = _describe(request, reader) | {"live_url": find_live_url(request)}
    if not is_wall:
        sites = site_charts.list_levels(reader)
        context |= {
            "sites": sites,
            "reading": site_charts.describe(sites),
            "recent": list_recent(reader),
            "offer": _find_offer(request, reader),
            "live_switch": find_url("lab:live") if reader.actor.may("lab.trade") else "",
        }
    return render(request, "console/wall.html" if is_wall else "console/home.html", context)


@page(action="console.home")
def show_tower(request: HttpRequest) -> HttpResponse:
    """
    Answer the tower alone, anew: what a page that listens asks for when something moved.

    All who may see the same share one that is at most two seconds old; the answer says how old.
    """
    reader = make_reader(request)
    given = TOWERS.get(
        _name_view(request, reader),
        lambda: render(request, "console/_tower.html", _describe(request, reader)).content,
    )
    return HttpResponse(given.value, headers={AGE_HEADER: str(round(given.age * 1_000))})


@page(action="ledger.read")
def chart_sites(request: HttpRequest) -> HttpResponse:
    """Answer the specification of the chart: stock by site, by the hub and by the site."""
    return JsonResponse(site_charts.draw(site_charts.list_levels(make_reader(request))))


def _name_view(request: HttpRequest, reader: Reader) -> Hashable:
    """Return all that the tower depends on, but for what happens."""
    return (
        reader.actor.roles,
        reader.actor.sites,
        reader.site,
        _read_focus(request),
        "wall" in request.GET,
        get_language(),
        timezone.get_current_timezone_name(),
    )


def _read_focus(request: HttpRequest) -> str:
    return request.GET.get("focus", "")[:SITE_LENGTH_MAX]


def _find_offer(request: HttpRequest, reader: Reader) -> Stop | None:
    """Return the first stop of the reader's tour, as long as they never walked nor refused it."""
    tour, person = progress.find_tour(reader.actor.roles), reader.actor.user_id
    if tour is None or person is None or progress.find_walking(request, [tour]):
        return None
    if progress.find_progress(user_id=person, tour=tour):
        return None
    return progress.get_stop(tour, 0)


def find_live_url(request: HttpRequest) -> str:
    """
    Return where the page finds its stream of events, "" where there is none.

    A stream at another port is another origin, so the page is allowed to speak to it.
    """
    address: str = settings.YIPAN_LIVE_URL
    if address.startswith(":"):
        name = urlsplit(f"//{request.get_host()}").hostname or ""
        name = f"[{name}]" if ":" in name else name
        address = f"{request.scheme}://{name}{address}"
    parts = urlsplit(address)
    if parts.netloc:
        allow_connecting(request, f"{parts.scheme}://{parts.netloc}")
    return address


def _describe(request: HttpRequest, reader: Reader) -> dict[str, Any]:
    is_wall = "wall" in request.GET
    work = list_work(reader)
    shown = LAGS_ON_WALL if is_wall else LAGS_SHOWN
    lags = []
    if reader.actor.may("exchange.read"):
        lags = list_lags(reader.sources, now=timezone.now())
    return {
        "figures": list_figures(reader),
        "work": work[: WORK_ON_WALL if is_wall else WORK_SHOWN],
        "work_more": [] if is_wall else work[WORK_SHOWN:],
        "network": read_network(reader, focus=_read_focus(request)),
        "lags": lags[:shown],
        "lags_more": max(0, len(lags) - shown),
        "is_wall": is_wall,
        "today": timezone.localdate(),
        "now": timezone.now(),
    }
