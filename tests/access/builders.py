"""People, keys and requests for tests that need somebody to act."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from django.test import Client

from yipan.access import keys, people
from yipan.access.actors import SYSTEM, Actor
from yipan.access.models import User
from yipan.access.roles import Role

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
PASSWORD = "a long enough password"


def an_actor(*roles: Role, name: str = "ann", sites: Iterable[str] | None = None) -> Actor:
    """Return an actor without a row in any table."""
    seen = None if sites is None else frozenset(sites)
    return Actor(name=name, kind="user", roles=frozenset(roles), sites=seen)


def a_person(*roles: Role, username: str = "ann", sites: Iterable[str] = ()) -> User:
    """Create a person who may log in with PASSWORD."""
    grant = people.PersonGrant(username=username, roles=frozenset(roles), sites=frozenset(sites))
    user_id = people.create(grant, password=PASSWORD, by=SYSTEM, at=NOON)
    return User.objects.get(pk=user_id)


def a_client(*roles: Role, username: str = "ann", sites: Iterable[str] = ()) -> Client:
    """Return a browser in which a new person is logged in."""
    client = Client()
    client.force_login(a_person(*roles, username=username, sites=sites))
    return client


def a_key(
    *roles: Role,
    name: str = "till",
    sites: Iterable[str] | None = None,
    sources: Iterable[str] | None = None,
) -> str:
    """Create an API key and return its secret."""
    grant = keys.KeyGrant(
        name=name,
        roles=frozenset(roles or {Role.INTEGRATION}),
        sites=None if sites is None else frozenset(sites),
        sources=None if sources is None else frozenset(sources),
    )
    return keys.create(grant, by=SYSTEM, at=NOON).secret
