"""Refusals of a request that comes to no verb: it cannot be read, or may not be asked like that."""

from __future__ import annotations

from yipan.foundation.refusals import Refusal


class Malformed(Refusal):
    """The request cannot be read: its body is no JSON, or not in UTF-8."""

    code = "request.malformed"
    status = 400


class Invalid(Refusal):
    """The request can be read, but a field is missing, of another type, or out of its range."""

    code = "request.invalid"
    status = 422


class TooLarge(Refusal):
    """The body is larger than the API takes. Send it in parts."""

    code = "request.too_large"
    status = 413


class MethodNotAllowed(Refusal):
    """The address exists, but not for this method. The `Allow` header names those it has."""

    code = "request.method_not_allowed"
    status = 405


class RateLimited(Refusal):
    """Too many requests in a short time. Try again after `retry_after_ms`."""

    code = "request.rate_limited"
    status = 429


class IdempotencyKeyMissing(Refusal):
    """A POST that changes something needs the header `Idempotency-Key`, 1 to 255 characters."""

    code = "request.idempotency_key_missing"
    status = 400


class IdempotencyKeyReused(Refusal):
    """The key came before with another body. A new request needs a new key."""

    code = "request.idempotency_key_reused"
    status = 422
