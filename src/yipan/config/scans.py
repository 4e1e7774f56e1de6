"""Scans of pages: what a handheld sends again under its key has one effect."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone

from yipan.access.actors import find_actor
from yipan.config.edge import idempotency
from yipan.documents.doors import tell
from yipan.foundation.refusals import Refusal

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class ScansOnce:
    """
    Answer a POST to a page that carries an `Idempotency-Key` once, as operations of the API are.

    A handheld keeps what it scanned until it hears an answer, and sends it again where it heard
    none. Pages without the key, and people who are not logged in, are answered as ever.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer as the page does, or as it did."""
        is_api = request.path.startswith("/api/")
        if request.method != "POST" or is_api or idempotency.HEADER not in request.headers:
            return self._get_response(request)
        actor = find_actor(request)
        if actor is None:
            return self._get_response(request)
        try:
            return idempotency.answer_once(
                lambda: self._get_response(request),
                request=request,
                actor=actor,
                at=timezone.now(),
            )
        except Refusal as refusal:
            return HttpResponse(
                f"{tell(refusal)} ({refusal.code})",
                status=refusal.status,
                content_type="text/plain; charset=utf-8",
            )
