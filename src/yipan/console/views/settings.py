"""Where a choice of the reader is kept, and the way back to the same place."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from yipan.console import preferences


@require_POST
def store_preferences(request: HttpRequest) -> HttpResponse:
    """Keep the choices in the form, and go back to where the reader was."""
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/"
    response = HttpResponseRedirect(target)
    preferences.store(request, response)
    return response
