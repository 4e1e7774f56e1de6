"""The switch of live trade, as a fragment of the tower."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.lab import live
from yipan.lab.live import LiveRow

DIGITS_MAX = 4


@require_GET
@page(action="lab.trade")
def show_switch(request: HttpRequest) -> HttpResponse:
    """Show how the switch stands; nothing where there is none."""
    switch = live.find_switch()
    return HttpResponse(status=204) if switch is None else _render(request, switch)


@require_POST
@page(action="lab.trade")
def switch_on(request: HttpRequest) -> HttpResponse:
    """Let people trade at the demo retailer."""
    text = request.POST.get("speed", "")
    fits = text.isascii() and text.isdecimal() and len(text) <= DIGITS_MAX
    speed = int(text) if fits else live.SPEED
    switch = live.switch_on(speed=speed, by=get_actor(request).name, at=timezone.now())
    return _answer(request, switch)


@require_POST
@page(action="lab.trade")
def switch_off(request: HttpRequest) -> HttpResponse:
    """Let nobody trade any more."""
    return _answer(request, live.switch_off(by=get_actor(request).name, at=timezone.now()))


def _answer(request: HttpRequest, switch: LiveRow) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        return _render(request, switch)
    return redirect("console:home")


def _render(request: HttpRequest, switch: LiveRow) -> HttpResponse:
    now = timezone.now()
    is_wanted, is_running = switch.is_wanted(at=now), switch.is_running(at=now)
    left = switch.until - now if is_wanted and switch.until is not None else None
    counted = switch.counted
    context = {
        "switch": switch,
        "state": "running" if is_running and not switch.trouble else "asked",
        "is_wanted": is_wanted,
        "minutes_left": max(1, round(left.total_seconds() / 60)) if left is not None else 0,
        "speeds": live.SPEEDS,
        "tickets": counted.get("tickets", 0),
        "orders": counted.get("orders", 0),
        "sent": counted.get("shipments", 0) + counted.get("store orders", 0),
    }
    return render(request, "lab/_live_switch.html", context)
