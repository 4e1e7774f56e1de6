"""The API's edge: what every operation checks before its own function is called."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from ninja.operation import Operation

from yipan.access.actors import Actor
from yipan.access.devices import get_address
from yipan.access.doors import get_action, is_at_hub, is_repeatable
from yipan.access.limits import TokenBuckets
from yipan.config.edge import idempotency, problems, relay
from yipan.config.edge.authentication import authenticate
from yipan.foundation import requests
from yipan.foundation.refusals import NotFound, Refusal

Run = Callable[..., HttpResponseBase]

buckets = TokenBuckets(
    per_second=settings.YIPAN_REQUESTS_PER_SECOND, burst=settings.YIPAN_REQUESTS_BURST
)


def guard(run: Run) -> Run:
    """
    Wrap the running of an operation, in the order in which a "no" is decided.

    Who asks (401), how often (429), whether the roles allow it (403), whether the key
    of a POST is there and new (400, 409, 422). Then the operation reads its input (400,
    422), finds its object within the asker's sites (404), and its verb may refuse (409).
    """
    operation: Operation = run.__self__  # type: ignore[attr-defined]

    @wraps(run)
    def guarded(request: HttpRequest, **values: Any) -> HttpResponseBase:
        try:
            if not operation.auth_callbacks:
                _require_tokens(get_address(request))
                return run(request, **values)
            return _run_for(
                authenticate(request), operation, request, lambda: run(request, **values)
            )
        except Refusal as refusal:
            return problems.answer(problems.describe_refusal(refusal))
        except Exception as error:  # noqa: BLE001 - the last door: a fault leaves as a number
            return problems.answer(problems.describe_fault(error))

    return guarded


def _run_for(
    actor: Actor, operation: Operation, request: HttpRequest, run: Callable[[], HttpResponseBase]
) -> HttpResponseBase:
    _require_tokens(actor.name)
    action = get_action(operation.view_func)
    if action is not None:
        actor.require(action)
    if is_at_hub(operation.view_func) and relay.is_needed():
        return relay.pass_on(request)
    if request.method != "POST" or is_repeatable(operation.view_func):
        return run()
    return idempotency.answer_once(run, request=request, actor=actor, at=timezone.now())


def _require_tokens(caller: str) -> None:
    wait_ms = buckets.take(caller, now=time.monotonic())
    if wait_ms:
        raise requests.RateLimited(retry_after_ms=wait_ms)


class ProblemMiddleware:
    """
    Whatever leaves `/api/` as an error leaves as a problem.

    Addresses that lead nowhere, methods an address has not, and bodies too large are
    answered by Django before any operation is found.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer requests to other addresses as they are."""
        if not request.path.startswith("/api/"):
            return self._get_response(request)
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) > settings.YIPAN_API_BODY_BYTES_MAX:
            refusal = requests.TooLarge(bytes_max=settings.YIPAN_API_BODY_BYTES_MAX)
            return problems.answer(problems.describe_refusal(refusal))
        response = self._get_response(request)
        if response.status_code < 400 or "json" in response.get("Content-Type", ""):
            return response
        return _translate(response)


def _translate(response: HttpResponseBase) -> HttpResponseBase:
    """Turn an error page of Django into a problem of the same status."""
    known: dict[int, Refusal] = {
        404: NotFound(),
        405: requests.MethodNotAllowed(allow=response.get("Allow", "")),
        413: requests.TooLarge(bytes_max=settings.YIPAN_API_BODY_BYTES_MAX),
    }
    if response.status_code >= 500:
        return problems.answer(problems.describe_fault(RuntimeError("an error page of Django")))
    refusal = known.get(response.status_code, requests.Malformed())
    answer = problems.answer(problems.describe_refusal(refusal))
    if response.has_header("Allow"):
        answer["Allow"] = response["Allow"]
    return answer
