"""Command search (Ctrl-K): pages, documents by number, SKUs and sites."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.console.search import find_hits


@page(action="console.home")
def search(request: HttpRequest) -> HttpResponse:
    """Answer the fragment of hits for `q`, grouped by kind."""
    query = request.GET.get("q", "").strip()[:80]
    groups = find_hits(actor=get_actor(request), query=query)
    return render(request, "console/_palette_hits.html", {"groups": groups, "query": query})
