"""Walking a guided tour: begin or go on, step, leave."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.access.roles import Role
from yipan.console.tours import progress
from yipan.console.tours.progress import COOKIE

TOUR_SECONDS = 12 * 3600
HOME = "/"


@require_POST
@page(action="console.home")
def walk_tour(request: HttpRequest) -> HttpResponse:
    """
    Go to the step `to` of the reader's tour; without one, to where they left it.

    Behind the last step the tour is over; `leave` leaves it where it is.
    """
    actor = get_actor(request)
    tour = progress.find_tour(actor.roles)
    if tour is None or actor.user_id is None:
        return HttpResponseRedirect(HOME)
    known = progress.find_progress(user_id=actor.user_id, tour=tour)
    wanted = request.POST.get("to", "")
    if request.POST.get("leave"):
        return _leave(request, tour, user_id=actor.user_id)
    if wanted.isascii() and wanted.isdigit():
        step = int(wanted[:4])
    else:
        step = known.step if known is not None and known.state == "left" else 0
    stop = progress.get_stop(tour, step)
    if step >= stop.count:
        return _finish(request, tour, user_id=actor.user_id)
    _keep(tour, user_id=actor.user_id, step=stop.step, state="walking")
    answer = HttpResponseRedirect(stop.url)
    answer.set_cookie(
        COOKIE,
        f"{tour.value}:{stop.step}",
        max_age=TOUR_SECONDS,
        samesite="Lax",
        httponly=True,
        secure=request.is_secure(),
    )
    return answer


def _leave(request: HttpRequest, tour: Role, *, user_id: int) -> HttpResponse:
    """Leave the tour, and stay on the page one is on."""
    walking = progress.find_walking(request, [tour])
    _keep(tour, user_id=user_id, step=walking.step if walking else 0, state="left")
    target = request.POST.get("next", HOME)
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = HOME
    answer = HttpResponseRedirect(target)
    answer.delete_cookie(COOKIE, samesite="Lax")
    return answer


def _finish(request: HttpRequest, tour: Role, *, user_id: int) -> HttpResponse:
    _keep(tour, user_id=user_id, step=0, state="finished")
    messages.success(request, _("That was the tour. It can be walked again from your menu."))
    answer = HttpResponseRedirect(HOME)
    answer.delete_cookie(COOKIE, samesite="Lax")
    return answer


def _keep(tour: Role, *, user_id: int, step: int, state: str) -> None:
    progress.keep_progress(user_id=user_id, tour=tour, step=step, state=state, at=timezone.now())
