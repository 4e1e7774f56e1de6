"""API keys (接口密钥): shown once, kept as a hash, revoked rather than deleted."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from yipan.access import audit
from yipan.access.actors import Actor, Unauthenticated
from yipan.access.grants import check_grant
from yipan.access.models import ApiKey
from yipan.access.roles import Role
from yipan.foundation.refusals import NotFound, Refusal

KEY_PREFIX = "yk_"
PREFIX_LENGTH = 11
USE_NOTED_EVERY = timedelta(minutes=1)
KEYS_LISTED_MAX = 1000


class KeyNameTaken(Refusal):
    """A key of this name exists, be it revoked: names stay unique so that the audit can be read."""

    code = "access.key_name_taken"


@dataclass(frozen=True, kw_only=True, slots=True)
class NewKey:
    """A key just made. `secret` is nowhere else, and cannot be shown again."""

    key_id: int
    name: str
    prefix: str
    secret: str


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyRow:
    """A key as a list shows it. `state` is active, expired or revoked."""

    key_id: int
    name: str
    prefix: str
    roles: tuple[Role, ...]
    sites: tuple[str, ...] | None
    sources: tuple[str, ...] | None
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    state: str


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyGrant:
    """What a key is for. None for `sites` or `sources` is: no restriction."""

    name: str
    roles: frozenset[Role] = frozenset({Role.INTEGRATION})
    sites: frozenset[str] | None = None
    sources: frozenset[str] | None = None
    expires_at: datetime | None = None


@transaction.atomic
def create(grant: KeyGrant, *, by: Actor, at: datetime, device: str = "") -> NewKey:
    """
    Make a key and return its secret, for the only time.

    :raises KeyNameTaken: if the name was given to a key before.
    :raises RolesRequired: if no role was named.
    :raises SitesRequired: if a role works at sites and none was named.
    """
    check_grant(name=grant.name, roles=grant.roles, sites=grant.sites)
    if ApiKey.objects.filter(name=grant.name).exists():
        raise KeyNameTaken(name=grant.name)
    secret = KEY_PREFIX + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        name=grant.name,
        prefix=secret[:PREFIX_LENGTH],
        secret_hash=hash_secret(secret),
        roles=sorted(grant.roles),
        sites=_sorted(grant.sites),
        sources=_sorted(grant.sources),
        created_by=by.name,
        created_at=at,
        expires_at=grant.expires_at,
    )
    audit.record(
        audit.Change(action="access.key_created", subject=f"key:{key.name}", after=_describe(key)),
        by=by,
        at=at,
        device=device,
    )
    return NewKey(key_id=key.pk, name=key.name, prefix=key.prefix, secret=secret)


@transaction.atomic
def revoke(*, name: str, by: Actor, at: datetime, device: str = "") -> bool:
    """
    Make a key useless from now on. Return False when it was so already.

    :raises NotFound: if there is no key of this name.
    """
    key = ApiKey.objects.select_for_update().filter(name=name).first()
    if key is None:
        raise NotFound(kind="api_key", id=name)
    if key.revoked_at is not None:
        return False
    key.revoked_at = at
    key.save(update_fields=["revoked_at"])
    change = audit.Change(
        action="access.key_revoked",
        subject=f"key:{name}",
        before={"revoked_at": None},
        after={"revoked_at": at.isoformat()},
    )
    audit.record(change, by=by, at=at, device=device)
    return True


@dataclass(frozen=True, kw_only=True, slots=True)
class ActiveKey:
    """Whom a key that works now stands for, and when it ends."""

    actor: Actor
    expires_at: datetime | None


def load_active(*, at: datetime) -> dict[str, ActiveKey]:
    """Return all keys that work at `at`, by the hash of their secret, at most a thousand."""
    active = ApiKey.objects.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=at))
    found = active.filter(revoked_at__isnull=True).order_by("name")[:KEYS_LISTED_MAX]
    return {
        key.secret_hash: ActiveKey(actor=_make_actor(key), expires_at=key.expires_at)
        for key in found
    }


def note_used(key_ids: Iterable[int], *, at: datetime) -> None:
    """Note that keys were used (to the minute)."""
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=at - USE_NOTED_EVERY)
    ApiKey.objects.filter(stale, pk__in=set(key_ids)).update(last_used_at=at)


def authenticate(*, secret: str, at: datetime) -> Actor:
    """
    Return the actor a key stands for, and note that it was used (to the minute).

    :raises Unauthenticated: if it is unknown, expired or revoked; the answer does not
        say which.
    """
    key = ApiKey.objects.filter(secret_hash=hash_secret(secret)).first()
    if key is None or key.revoked_at is not None or _is_over(key, at):
        raise Unauthenticated
    if key.last_used_at is None or key.last_used_at < at - USE_NOTED_EVERY:
        note_used([key.pk], at=at)
    return _make_actor(key)


def get_name(key_id: int) -> str:
    """
    Return the name of a key.

    :raises NotFound: if there is none with this id.
    """
    key = ApiKey.objects.filter(pk=key_id).first()
    if key is None:
        raise NotFound(kind="api_key", id=key_id)
    return key.name


def list_keys(*, at: datetime) -> list[KeyRow]:
    """Return all keys by name, at most a thousand, with their state at `at`."""
    return [
        KeyRow(
            key_id=key.pk,
            name=key.name,
            prefix=key.prefix,
            roles=tuple(Role(role) for role in key.roles),
            sites=None if key.sites is None else tuple(key.sites),
            sources=None if key.sources is None else tuple(key.sources),
            created_by=key.created_by,
            created_at=key.created_at,
            expires_at=key.expires_at,
            revoked_at=key.revoked_at,
            last_used_at=key.last_used_at,
            state=_get_state(key, at),
        )
        for key in ApiKey.objects.order_by("name")[:KEYS_LISTED_MAX]
    ]


def hash_secret(secret: str) -> str:
    """
    Return the SHA-256 of a secret, in hexadecimal.

    A plain hash is enough here: the secret is 256 random bits, not a word somebody chose.
    """
    return hashlib.sha256(secret.encode()).hexdigest()


def _make_actor(key: ApiKey) -> Actor:
    return Actor(
        name=f"key:{key.name}",
        kind="api_key",
        roles=frozenset(Role(role) for role in key.roles),
        sites=None if key.sites is None else frozenset(key.sites),
        sources=None if key.sources is None else frozenset(key.sources),
        key_id=key.pk,
    )


def _get_state(key: ApiKey, at: datetime) -> str:
    if key.revoked_at is not None:
        return "revoked"
    return "expired" if _is_over(key, at) else "active"


def _is_over(key: ApiKey, at: datetime) -> bool:
    return key.expires_at is not None and key.expires_at <= at


def _sorted(values: Iterable[str] | None) -> list[str] | None:
    return None if values is None else sorted(values)


def _describe(key: ApiKey) -> dict[str, object]:
    return {
        "prefix": key.prefix,
        "roles": key.roles,
        "sites": key.sites,
        "sources": key.sources,
        "expires_at": None if key.expires_at is None else key.expires_at.isoformat(),
    }
