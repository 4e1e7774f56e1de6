"""Problems: how a "no" or a fault leaves through the API (RFC 9457, problem+json)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from uuid import uuid4

import structlog
from django.core.serializers.json import DjangoJSONEncoder
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from ninja.errors import ValidationError

from yipan.foundation.refusals import Refusal, get_meaning, get_title
from yipan.foundation.requests import Invalid

CONTENT_TYPE = "application/problem+json"
TYPE_ROOT = "https://yipan.dev/problems/"
RETRY_FACT = "retry_after_ms"
RETRY_MS = 1_000
#: Classes of SQLSTATE: no connection, no room, somebody stops it, the disk fails.
AWAY_CLASSES = frozenset({"08", "53", "57", "58"})
#: Not by its own fault: it met another transaction (deadlock, serialization), or waited too long.
BUSY_STATES = frozenset({"40001", "40P01", "55P03"})

log = structlog.get_logger()


class Unavailable(Refusal):
    """The database is busy or away. Ask again, with the same key: nothing happens twice."""

    code = "server.unavailable"
    status = 503


class CsrfFailed(Refusal):
    """A browser's session was used without the token that proves it was our page that asked."""

    code = "auth.csrf_failed"
    status = 403


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """
    What a client is told. `errors` point into the request by JSON Pointer.

    `meaning` is for people: more than the title, and translated where it is shown.
    """

    code: str
    status: int
    title: str
    meaning: str = ""
    detail: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    errors: Sequence[Mapping[str, str]] = ()
    instance: str = ""


def describe_refusal(refusal: Refusal) -> Problem:
    """Return the problem a refusal becomes; the first line of its docstring is the title."""
    facts = dict(refusal.facts)
    errors = facts.pop("errors", ())
    assert isinstance(errors, list | tuple)
    return Problem(
        code=refusal.code,
        status=refusal.status,
        title=get_title(type(refusal)),
        meaning=get_meaning(type(refusal)),
        detail=_tell(facts),
        facts=facts,
        errors=errors,
    )


def describe_validation(error: ValidationError) -> Problem:
    """Return the problem of a request that does not fit its schema, field by field."""
    errors = [
        {
            "pointer": _get_pointer(item["loc"]),
            "code": f"value.{item['type']}",
            "message": str(item["msg"]),
        }
        for item in error.errors
    ]
    first = errors[0] if errors else {"pointer": "", "message": ""}
    return Problem(
        code=Invalid.code,
        status=Invalid.status,
        title=get_title(Invalid),
        detail=f"{first['pointer'] or '/'}: {first['message']}",
        errors=errors,
    )


def is_database_away(error: Exception) -> bool:
    """Say whether an error means that the database is down, full, starting or busy."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    return state is None or state[:2] in AWAY_CLASSES or state in BUSY_STATES


def describe_fault(error: Exception) -> Problem:
    """
    Log a fault of ours with all we know, and return a problem with its number alone.

    A database that is away or busy is none: whoever asked is told to come back.
    """
    if is_database_away(error):
        log.warning("database_away", error=str(error))
        return describe_refusal(Unavailable(**{RETRY_FACT: RETRY_MS}))
    incident = uuid4()
    log.error("fault", incident=str(incident), exc_info=error)
    return Problem(
        code="server.fault",
        status=500,
        title="Something went wrong on our side",
        detail="The fault was written down under the number in `instance`.",
        instance=incident.urn,
    )


def answer(problem: Problem) -> HttpResponse:
    """Return the HTTP response that tells a problem."""
    body: dict[str, object] = {
        "type": TYPE_ROOT + problem.code,
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": problem.instance or uuid4().urn,
        "code": problem.code,
        "errors": list(problem.errors),
        "facts": dict(problem.facts),
    }
    retry_after_ms = problem.facts.get(RETRY_FACT)
    if isinstance(retry_after_ms, int):
        body[RETRY_FACT] = retry_after_ms
    response = HttpResponse(
        json.dumps(body, cls=ProblemEncoder, ensure_ascii=False),
        content_type=CONTENT_TYPE,
        status=problem.status,
    )
    if isinstance(retry_after_ms, int):
        response["Retry-After"] = str(-(-retry_after_ms // 1000))
    if problem.status == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = 'Bearer realm="yipan"'
    return response


class ProblemEncoder(DjangoJSONEncoder):
    """JSON of whatever a verb put into the facts of its refusal."""

    def default(self, o: object) -> object:
        """Return sets as sorted lists, and what nobody knows as text."""
        if isinstance(o, set | frozenset):
            return sorted(o)
        try:
            return super().default(o)
        except TypeError:
            return str(o)


def _tell(facts: Mapping[str, object]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in facts.items())


def _get_pointer(location: Sequence[object]) -> str:
    """Turn ninja's ("body", "payload", "lines", 0, "sku") into "/lines/0/sku"."""
    parts = list(location)
    if parts and parts[0] in {"body", "form"}:
        # The second part is the name of our function's parameter, which nobody sent.
        parts = parts[2:]
    elif parts:
        # "query", "path", "header", "cookie": kept, as these do not point into the body.
        parts = [f"({parts[0]})", *parts[1:]]
    escaped = (str(part).replace("~", "~0").replace("/", "~1") for part in parts)
    return "".join(f"/{part}" for part in escaped)
