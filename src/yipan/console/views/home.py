"""The first page after the log-in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from yipan.access.doors import page


@page(action="console.home")
def show_home(request: HttpRequest) -> HttpResponse:
    """Show the key figures of the reader's roles, and what needs a person now."""
    return render(request, "console/home.html", {})
