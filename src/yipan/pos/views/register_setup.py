"""Pages around a register: how it is set up, codes to approve with, and a saved queue."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.documents.doors import take_step, tell
from yipan.foundation.refusals import Refusal
from yipan.masterdata.rows import SiteRow
from yipan.pos import queries
from yipan.pos.documents import numbered_ticket, queue_file, register_settings
from yipan.pos.documents.numbered_ticket import Arrival, TakenTicket
from yipan.pos.documents.register_settings import Setup
from yipan.pos.views.sites import get_store, list_stores

FILE_BYTES_MAX = 20_000_000
EVENTS_SHOWN = 50


@require_http_methods(["GET", "POST"])
@page(action="pos.manage")
def set_up(request: HttpRequest) -> HttpResponse:
    """Set the registers of a store up, and look at their devices."""
    store = get_store(request)
    setup = queries.get_setup(store.code)
    if request.method == "POST":
        post = request.POST
        percent = post.get("discount_limit_percent", "")
        keyed = Setup(
            quick_keys=tuple(post.get("quick_keys", "").upper().replace(",", " ").split()),
            bridge_url=post.get("bridge_url", "").strip(),
            discount_limit_percent=int(percent) if percent.isdecimal() and len(percent) < 4 else -1,
            may_approve_alone=post.get("may_approve_alone", "") == "1",
            receipt_header=post.get("receipt_header", "").strip(),
            receipt_footer=post.get("receipt_footer", "").strip(),
            weighed_patterns=tuple(post.get("weighed_patterns", "").upper().split()),
        )

        def step() -> None:
            register_settings.save(
                site=store.code, setup=keyed, by=get_actor(request).name, at=timezone.now()
            )

        if take_step(request, step, done=_("Kept. Registers take it over within five minutes.")):
            return redirect(f"{reverse('pos:register_setup')}?site={store.code}")
        context = _describe_setup(store, request, keyed)
        return render(request, "pos/register_setup.html", context, status=422)
    return render(request, "pos/register_setup.html", _describe_setup(store, request, setup))


def _describe_setup(store: SiteRow, request: HttpRequest, setup: object) -> dict[str, object]:
    return {
        "store": store,
        "stores": list_stores(request),
        "setup": setup,
        "devices": queries.list_devices(store.code),
        "events": queries.list_till_events(store.code, limit=EVENTS_SHOWN),
        "now": timezone.now(),
    }


@require_http_methods(["GET", "POST"])
@page(action="pos.override")
def set_code(request: HttpRequest) -> HttpResponse:
    """Set the code by which the reader approves at a register."""
    actor = get_actor(request)

    def step() -> None:
        register_settings.set_code(
            username=actor.name, code=request.POST.get("code", "").strip(), at=timezone.now()
        )

    if request.method == "POST":
        done = _("Your code is set. Registers know it within five minutes.")
        if take_step(request, step, done=done):
            return redirect("pos:override_code")
    context = {"has_code": queries.has_code(actor.name)}
    status = 422 if request.method == "POST" else 200
    return render(request, "pos/override_code.html", context, status=status)


@require_http_methods(["GET", "POST"])
@page(action="pos.close_day")
def import_queue(request: HttpRequest) -> HttpResponse:
    """Take in a file of tickets a register saved, because it cannot send them any more."""
    store = get_store(request)
    answers: list[TakenTicket] = []
    if request.method == "POST":
        try:
            upload = request.FILES.get("file")
            is_small = upload is not None and (upload.size or 0) <= FILE_BYTES_MAX
            queue = queue_file.read(upload.read() if upload is not None and is_small else b"")
            till = queries.get_till(queue.till)
            get_actor(request).require_site(till.site.code)
            answers = numbered_ticket.take_all(
                site=till.site.code,
                till_code=till.code,
                tickets=queue.list_tickets(),
                arrival=Arrival(
                    at=timezone.now(),
                    clock_offset=queue.clock_offset,
                    may_refund=get_actor(request).may("pos.refund"),
                ),
            )
        except Refusal as refusal:
            messages.error(request, f"{tell(refusal)} ({refusal.code})")
        else:
            messages.success(request, _("Read. What the store knew already is not booked again."))
    status = 422 if request.method == "POST" and not answers else 200
    context = {"store": store, "answers": answers}
    return render(request, "pos/register_import.html", context, status=status)


@require_GET
@page(action="pos.read")
def list_events(request: HttpRequest) -> HttpResponse:
    """Show what happened at the tills of a store and is no ticket."""
    store = get_store(request)
    context = {"store": store, "events": queries.list_till_events(store.code, limit=200)}
    return render(request, "pos/till_events.html", context)
