"""Where a choice of the reader is kept, and the way back to the same place."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.console import preferences, shell

TEXT_LENGTH_MAX = 80


@require_POST
def store_preferences(request: HttpRequest) -> HttpResponse:
    """Keep the choices in the form, and go back to where the reader was."""
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/"
    response = HttpResponseRedirect(target)
    preferences.store(request, response)
    return response


@page(action="console.home")
def find_sites(request: HttpRequest) -> HttpResponse:
    """Answer the fragment of sites to choose from, for a chain with more than a menu holds."""
    text = request.GET.get("q", "").strip()[:TEXT_LENGTH_MAX]
    sites = shell.find_sites(get_actor(request), text=text)
    return render(request, "console/_sites.html", {"sites": sites})
