"""Goal: a key opens what it was made for, as long as it was made for, and is shown once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.access.builders import NOON, a_key, an_actor
from yipan.access import audit, keys
from yipan.access.actors import Unauthenticated
from yipan.access.grants import RolesRequired, SitesRequired
from yipan.access.models import ApiKey
from yipan.access.roles import Role
from yipan.foundation.refusals import NotFound

pytestmark = pytest.mark.django_db

ADMIN = an_actor(Role.ADMIN, name="root")


def test_a_key_stands_for_an_actor_with_its_roles_sites_and_sources() -> None:
    secret = a_key(name="till-1", sites=["S12"], sources=["till:S12-1/stock"])

    actor = keys.authenticate(secret=secret, at=NOON)

    assert actor.name == "key:till-1"
    assert actor.kind == "api_key"
    assert actor.roles == {Role.INTEGRATION}
    assert actor.sites == frozenset({"S12"})
    assert actor.speaks_for("till:S12-1/stock")
    assert not actor.speaks_for("till:S12-2/stock")


def test_the_secret_is_stored_nowhere() -> None:
    secret = a_key()

    stored = ApiKey.objects.values().get()

    assert secret.startswith("yk_")
    assert len(secret) == 46
    assert stored["prefix"] == secret[:11]
    assert secret not in str(stored)


def test_a_wrong_secret_is_refused() -> None:
    a_key()

    with pytest.raises(Unauthenticated):
        keys.authenticate(secret="yk_guess", at=NOON)


def test_a_key_ends_at_its_expiry_to_the_second() -> None:
    end = NOON + timedelta(days=1)
    key = keys.create(keys.KeyGrant(name="week", expires_at=end), by=ADMIN, at=NOON)

    keys.authenticate(secret=key.secret, at=end - timedelta(seconds=1))
    with pytest.raises(Unauthenticated):
        keys.authenticate(secret=key.secret, at=end)


def test_a_revoked_key_is_refused_and_stays_in_the_list() -> None:
    secret = a_key(name="lost")

    assert keys.revoke(name="lost", by=ADMIN, at=NOON) is True
    assert keys.revoke(name="lost", by=ADMIN, at=NOON) is False

    with pytest.raises(Unauthenticated):
        keys.authenticate(secret=secret, at=NOON)
    assert [(row.name, row.state) for row in keys.list_keys(at=NOON)] == [("lost", "revoked")]
    revocations = audit.list_entries(audit.AuditFilter(action="access.key_revoked"))
    assert [(entry.actor, entry.subject) for entry in revocations] == [("root", "key:lost")]


def test_revoking_an_unknown_key_is_refused() -> None:
    with pytest.raises(NotFound):
        keys.revoke(name="nobody", by=ADMIN, at=NOON)


def test_a_name_is_given_to_one_key_only() -> None:
    a_key(name="till")

    with pytest.raises(keys.KeyNameTaken):
        a_key(name="till")

    assert ApiKey.objects.count() == 1


def test_a_key_needs_a_role_and_the_sites_its_role_works_at() -> None:
    with pytest.raises(RolesRequired):
        keys.create(keys.KeyGrant(name="k", roles=frozenset()), by=ADMIN, at=NOON)
    with pytest.raises(SitesRequired):
        a_key(Role.STORE_CLERK)
    with pytest.raises(SitesRequired):
        a_key(Role.INTEGRATION, sites=[])

    assert ApiKey.objects.exists() is False


def test_use_is_noted_once_a_minute() -> None:
    secret = a_key()

    for seconds in (0, 30, 61):
        keys.authenticate(secret=secret, at=NOON + timedelta(seconds=seconds))
        noted = ApiKey.objects.get().last_used_at
        assert noted == NOON + timedelta(seconds=61 if seconds == 61 else 0)
