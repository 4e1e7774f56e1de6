"""Goal: whoever calls can ask what the key or the session is good for."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.access.builders import a_client, a_key
from yipan.access.roles import Role

pytestmark = pytest.mark.django_db


def test_a_key_is_told_its_roles_sites_and_sources() -> None:
    secret = a_key(name="till-1", sites=["S12"], sources=["till:S12-1/stock"])

    answer = Client().get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"}).json()

    assert answer["name"] == "key:till-1"
    assert answer["roles"] == ["integration"]
    assert answer["sites"] == ["S12"]
    assert answer["sources"] == ["till:S12-1/stock"]
    assert "exchange.push" in answer["actions"]
    assert "access.people" not in answer["actions"]


def test_a_person_of_the_office_is_told_every_site_as_null() -> None:
    answer = a_client(Role.FINANCE).get("/api/v1/me").json()

    assert (answer["name"], answer["kind"], answer["sites"]) == ("ann", "user", None)


def test_the_audit_goes_on_where_its_cursor_says() -> None:
    client = a_client(Role.ADMIN, username="root")
    a_key(name="a")
    a_key(name="b")

    first = client.get("/api/v1/access/audit?limit=2").json()
    second = client.get(f"/api/v1/access/audit?limit=2&cursor={first['next_cursor']}").json()

    assert [row["subject"] for row in first["data"]] == ["key:b", "key:a"]
    assert [row["subject"] for row in second["data"]] == ["person:root"]
    assert second["next_cursor"] is None


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "cursor=-1", "cursor=1e30"])
def test_limits_of_a_list_are_checked(query: str) -> None:
    client = a_client(Role.ADMIN)

    assert client.get(f"/api/v1/access/audit?{query}").status_code == 422
