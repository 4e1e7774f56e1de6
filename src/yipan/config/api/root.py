"""The one API object: routers of all packages, and the one translation of refusals."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from ninja.errors import HttpError, ValidationError

from yipan.channels.api import router as channels_router
from yipan.config.api import (
    access,
    bulk_jobs,
    digests,
    elsewhere,
    event_feed,
    events,
    hours,
    kinds,
    masterdata,
    parked,
    pool,
    selling,
)
from yipan.config.api.description import DescribedApi
from yipan.config.edge import problems
from yipan.config.edge.authentication import KeyOrSession
from yipan.config.edge.guard import guard
from yipan.config.edge.reading import StrictParser
from yipan.erp.api import router as erp_router
from yipan.foundation.refusals import NotFound, Refusal
from yipan.foundation.requests import Malformed
from yipan.oms.api import (
    orders_bulk_router,
    pickups_router,
    sourcing_router,
    store_orders_router,
)
from yipan.oms.api import returns_router as order_returns_router
from yipan.oms.api import router as oms_router
from yipan.planning.api import router as planning_router
from yipan.pos.api import router as pos_router
from yipan.recon.api import router as recon_router
from yipan.wms.api import router as wms_router


def build_api(*, namespace: str = "api-1") -> DescribedApi:
    """Return an API without routers, with the edge that every operation passes."""
    built = DescribedApi(
        title="Yipan",
        version="1",
        urls_namespace=namespace,
        auth=KeyOrSession(),
        docs_url=None,
        parser=StrictParser(),
    )
    built.add_decorator(guard, mode="view")
    for kind, handler in HANDLERS:
        built.add_exception_handler(kind, handler)
    return built


def answer_refusal(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Answer an expected "no" with its code and facts."""
    return problems.answer(problems.describe_refusal(refusal))


def answer_validation(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Answer a request that does not fit its schema, field by field."""
    return problems.answer(problems.describe_validation(error))


def answer_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Answer what could not be read; ninja hides our own refusal behind its error."""
    cause = error.__cause__
    refusal = cause if isinstance(cause, Refusal) else Malformed(message=error.message)
    return problems.answer(problems.describe_refusal(refusal))


def answer_unreadable(request: HttpRequest, error: SuspiciousOperation) -> HttpResponse:
    """Answer what Django would not read: a thousand fields in an address."""
    return problems.answer(problems.describe_refusal(Malformed(message=type(error).__name__)))


def answer_missing(request: HttpRequest, error: Http404) -> HttpResponse:
    """Answer an address that leads nowhere."""
    return problems.answer(problems.describe_refusal(NotFound()))


def answer_fault(request: HttpRequest, error: Exception) -> HttpResponse:
    """Answer a fault of ours with its number alone."""
    return problems.answer(problems.describe_fault(error))


#: In any order: ninja looks along the classes of an exception, the nearest first.
HANDLERS: tuple[tuple[type[Exception], Any], ...] = (
    (Refusal, answer_refusal),
    (ValidationError, answer_validation),
    (HttpError, answer_http_error),
    (Http404, answer_missing),
    (SuspiciousOperation, answer_unreadable),
    (Exception, answer_fault),
)

api = build_api()
api.add_router("", access.router)
api.add_router("", erp_router)
api.add_router("", wms_router)
api.add_router("", pos_router)
# Before the orders by number, or "bulk" would be taken for one.
api.add_router("", orders_bulk_router)
api.add_router("", oms_router)
api.add_router("", order_returns_router)
api.add_router("", sourcing_router)
api.add_router("", pickups_router)
api.add_router("", store_orders_router)
api.add_router("", channels_router)
api.add_router("", recon_router)
api.add_router("", planning_router)
api.add_router("", digests.router)
api.add_router("", event_feed.router)
api.add_router("", events.router)
api.add_router("", kinds.router)
api.add_router("", parked.router)
api.add_router("", masterdata.router)
api.add_router("", pool.router)
api.add_router("", selling.router)
api.add_router("", hours.router)
api.add_router("", elsewhere.router)
api.add_router("", bulk_jobs.router)
