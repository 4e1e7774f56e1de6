"""Answers of the fastlane: JSON, and problem+json of the same shape as everywhere else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import uuid4

import msgspec
import structlog

from yipan.foundation.refusals import Refusal, get_title
from yipan.foundation.requests import Invalid, Malformed

log = structlog.get_logger(__name__)

TYPE_ROOT = "https://yipan.dev/problems/"
RETRY_FACT = "retry_after_ms"

_PATH = re.compile(r"`\$(?P<path>[^`]*)`\s*$")
_STEP = re.compile(r"\.(?P<name>[^.\[\]]+)|\[(?P<index>\d+)\]|\[\.\.\.\]")

encode = msgspec.json.Encoder(enc_hook=str).encode

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What is sent back: a status, a body and headers beside the content type."""

    status: int
    body: bytes
    content_type: bytes = b"application/json"
    headers: Headers = field(default_factory=list)


def tell(content: object, *, status: int = 200, is_repeat: bool = False) -> Reply:
    """Return content as JSON."""
    headers = [(b"idempotent-replayed", b"true")] if is_repeat else []
    return Reply(status=status, body=encode(content), headers=headers)


def tell_refusal(refusal: Refusal) -> Reply:
    """Return an expected "no" as a problem: its code and facts."""
    facts = dict(refusal.facts)
    errors = facts.pop("errors", ())
    return _tell_problem(
        status=refusal.status,
        code=refusal.code,
        title=get_title(type(refusal)),
        detail=", ".join(f"{name}: {value}" for name, value in facts.items()),
        facts=facts,
        errors=errors,
    )


def tell_fault(error: BaseException) -> Reply:
    """Log a fault of ours with all we know, and return a problem with its number alone."""
    incident = uuid4()
    log.error("fault", incident=str(incident), exc_info=error)
    return _tell_problem(
        status=500,
        code="server.fault",
        title="Something went wrong on our side",
        detail="The fault was written down under the number in `instance`.",
        instance=incident.urn,
    )


def refuse_unreadable(error: Exception) -> Refusal:
    """Return the refusal of a body that is no JSON, or does not fit what is asked for."""
    message = str(error)
    if not isinstance(error, msgspec.ValidationError):
        return Malformed(errors=[{"pointer": "", "code": Malformed.code, "message": message}])
    pointer = _get_pointer(message)
    return Invalid(errors=[{"pointer": pointer, "code": "value.invalid", "message": message}])


def _get_pointer(message: str) -> str:
    """Turn msgspec's "... - at `$.lines[0].sku`" into "/lines/0/sku"."""
    found = _PATH.search(message)
    if found is None:
        return ""
    steps = _STEP.finditer(found["path"])
    return "".join(f"/{step['name'] or step['index'] or '-'}" for step in steps)


def _tell_problem(  # noqa: PLR0913 - the members of RFC 9457, and ours
    *,
    status: int,
    code: str,
    title: str,
    detail: str,
    facts: Mapping[str, object] | None = None,
    errors: object = (),
    instance: str = "",
) -> Reply:
    facts = facts or {}
    body: dict[str, object] = {
        "type": TYPE_ROOT + code,
        "title": title,
        "status": status,
        "detail": detail,
        "instance": instance or uuid4().urn,
        "code": code,
        "errors": errors,
        "facts": facts,
    }
    headers: Headers = []
    wait_ms = facts.get(RETRY_FACT)
    if isinstance(wait_ms, int):
        body[RETRY_FACT] = wait_ms
        headers.append((b"retry-after", str(-(-wait_ms // 1000)).encode()))
    if status == 401:
        headers.append((b"www-authenticate", b'Bearer realm="yipan"'))
    return Reply(
        status=status, body=encode(body), content_type=b"application/problem+json", headers=headers
    )
