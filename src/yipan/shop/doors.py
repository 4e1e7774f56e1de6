"""The door of the shop: open to all while a channel sells here, no faster than by hand."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from yipan.access.devices import get_address
from yipan.access.limits import TokenBuckets
from yipan.channels.queries.publications import find_shop
from yipan.foundation.refusals import NotFound, Refusal

P = ParamSpec("P")

#: Changes one address may make: some at once, then one every two seconds.
CHANGES = TokenBuckets(per_second=0.5, burst=60)


class TooFast(Refusal):
    """Too many changes from this address. Wait a moment and try again."""

    code = "shop.too_fast"
    status = 429


def open_to_all(
    *methods: str,
) -> Callable[
    [Callable[Concatenate[HttpRequest, str, P], HttpResponse]],
    Callable[Concatenate[HttpRequest, P], HttpResponse],
]:
    """Make a view a page of the shop; it is told the channel that sells here."""

    def decorate(
        view: Callable[Concatenate[HttpRequest, str, P], HttpResponse],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        @require_http_methods(list(methods))
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            channel = find_shop()
            if not channel:
                raise NotFound(kind="shop", id="shop")
            if request.method == "POST":
                wait = CHANGES.take(get_address(request), now=time.monotonic())
                if wait:
                    raise TooFast(retry_after_ms=wait)
            return view(request, channel, *args, **kwargs)

        return guarded

    return decorate


def is_htmx(request: HttpRequest) -> bool:
    """Tell whether a fragment is asked for."""
    htmx: Any = getattr(request, "htmx", None)
    return bool(htmx)
