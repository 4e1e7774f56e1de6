"""The service worker of handhelds: it brings the task in hand back without a network."""

from __future__ import annotations

from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from yipan.access.doors import page


@require_GET
@page(action="wms.read")
def serve_worker(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - the same for all
    """Give the worker: it lives here, so that it may serve all pages of a warehouse."""
    found = finders.find("wms/worker.js")
    assert isinstance(found, str), "the worker is among our static files"
    code = Path(found).read_text(encoding="utf-8")
    return HttpResponse(code, content_type="text/javascript; charset=utf-8")
