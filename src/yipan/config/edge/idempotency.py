"""Idempotency: a POST repeated under its key has one effect, and gets its first answer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from yipan.access.actors import Actor
from yipan.access.models import StoredAnswer
from yipan.config.edge.reading import read_json
from yipan.foundation.refusals import Refusal
from yipan.foundation.requests import IdempotencyKeyMissing, IdempotencyKeyReused, Malformed

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
KEY_LENGTH_MAX = 255
KEPT_FOR = timedelta(days=7)
RETRY_AFTER_MS = 200
PURGED_AT_ONCE_MAX = 10_000


class IdempotencyKeyInUse(Refusal):
    """The first request with this key is still running. Ask again with the same key."""

    code = "request.idempotency_key_in_use"


def answer_once(
    run: Callable[[], HttpResponseBase], *, request: HttpRequest, actor: Actor, at: datetime
) -> HttpResponseBase:
    """
    Run a request, or give the answer again that its key got before.

    Effect and answer are stored in one transaction. Kept for seven days are answers
    (2xx) and refusals (409); what could not be read, was not allowed or failed on our
    side has changed nothing and may be tried again under the same key.

    :raises IdempotencyKeyMissing: if there is no key, or it is too long.
    :raises IdempotencyKeyInUse: if the first request with this key is still running.
    :raises IdempotencyKeyReused: if the key came with another body.
    """
    key = read_key(request)
    scope = _hash(f"{actor.kind}|{actor.key_id}|{actor.user_id}|{request.method}|{request.path}")
    fingerprint = _take_fingerprint(request)
    with transaction.atomic():
        if not _take_lock(scope + key):
            raise IdempotencyKeyInUse(retry_after_ms=RETRY_AFTER_MS)
        known = StoredAnswer.objects.filter(scope=scope, key=key)
        stored = known.first()
        if stored is not None and stored.first_seen_at > at - KEPT_FOR:
            return _replay(stored, fingerprint)
        with transaction.atomic():
            response = run()
            if response.status_code >= 400:
                transaction.set_rollback(True)
        if isinstance(response, HttpResponse) and _is_kept(response):
            if stored is not None:
                known.delete()
            StoredAnswer.objects.create(
                scope=scope,
                key=key,
                fingerprint=fingerprint,
                status=response.status_code,
                content_type=response["Content-Type"],
                body=response.content,
                first_seen_at=at,
            )
    return response


def count_old(*, at: datetime) -> int:
    """Return how many answers are older than seven days."""
    return StoredAnswer.objects.filter(first_seen_at__lte=at - KEPT_FOR).count()


def purge(*, at: datetime) -> int:
    """Forget answers older than seven days, at most 10,000 at once; return how many."""
    old = StoredAnswer.objects.filter(first_seen_at__lte=at - KEPT_FOR).order_by("first_seen_at")
    ids = list(old.values_list("pk", flat=True)[:PURGED_AT_ONCE_MAX])
    return StoredAnswer.objects.filter(pk__in=ids).delete()[0]


def read_key(request: HttpRequest) -> str:
    """
    Return the key, which the draft wants in quotes and most clients send bare.

    :raises IdempotencyKeyMissing: if there is none, or it is too long.
    """
    key = request.headers.get(HEADER, "").strip()
    if len(key) >= 2 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not 1 <= len(key) <= KEY_LENGTH_MAX or "\0" in key:
        raise IdempotencyKeyMissing(header=HEADER)
    return key


def _take_fingerprint(request: HttpRequest) -> str:
    """Hash the canonical body and the query, so that other spacing is the same request."""
    query = request.META.get("QUERY_STRING", "")
    if request.content_type == "application/json" and request.body:
        try:
            body = json.dumps(read_json(request), sort_keys=True, separators=(",", ":"))
        except Malformed:
            body = _hash(request.body)
    else:
        body = _hash(request.body)
    return _hash(f"{query}\n{body}")


def _take_lock(subject: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(hashtextextended(%s, 1))", [subject])
        taken: bool = cursor.fetchone()[0]
    return taken


def _is_kept(response: HttpResponse) -> bool:
    return 200 <= response.status_code < 300 or response.status_code == 409


def _replay(stored: StoredAnswer, fingerprint: str) -> HttpResponse:
    if stored.fingerprint != fingerprint:
        raise IdempotencyKeyReused(first_seen_at=stored.first_seen_at)
    response = HttpResponse(
        bytes(stored.body), status=stored.status, content_type=stored.content_type
    )
    response[REPLAYED] = "true"
    return response


def _hash(value: str | bytes) -> str:
    return hashlib.sha256(value.encode() if isinstance(value, str) else value).hexdigest()
