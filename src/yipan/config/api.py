"""The one API object: routers of all packages, and the one translation of refusals."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from yipan.config import problems
from yipan.config.authentication import KeyOrSession
from yipan.foundation.refusals import NotFound, Refusal

api = NinjaAPI(title="Yipan", version="1", auth=KeyOrSession(), docs_url=None)


@api.exception_handler(Refusal)
def answer_refusal(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Answer an expected "no" with its code and facts."""
    return problems.answer(problems.describe_refusal(refusal))


@api.exception_handler(ValidationError)
def answer_validation(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Answer a request that does not fit its schema, field by field."""
    return problems.answer(problems.describe_validation(error))


@api.exception_handler(HttpError)
def answer_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Answer what ninja itself could not read."""
    refusal = problems.Malformed(message=error.message)
    return problems.answer(problems.describe_refusal(refusal))


@api.exception_handler(Http404)
def answer_missing(request: HttpRequest, error: Http404) -> HttpResponse:
    """Answer an address that leads nowhere."""
    return problems.answer(problems.describe_refusal(NotFound()))


@api.exception_handler(Exception)
def answer_fault(request: HttpRequest, error: Exception) -> HttpResponse:
    """Answer a fault of ours with its number alone."""
    return problems.answer(problems.describe_fault(error))
