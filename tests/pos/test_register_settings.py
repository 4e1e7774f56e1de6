"""How registers are set up by hand, and what they hear of it."""

from __future__ import annotations

import pytest

from tests import retailer
from tests.access.builders import a_client
from tests.pages import squeeze
from yipan.access.roles import Role
from yipan.pos import queries

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("is_alone", [False, True])
def test_a_store_says_whether_who_sells_may_approve(*, is_alone: bool) -> None:
    retailer.open_retailer()
    manager = a_client(Role.STORE_MANAGER, username="fang", sites=["S12"])
    assert queries.get_setup("S12").may_approve_alone is False

    kept = manager.post(
        "/pos/register/setup?site=S12",
        {"discount_limit_percent": "20"} | ({"may_approve_alone": "1"} if is_alone else {}),
    )

    assert kept.status_code == 302
    told = manager.get("/pos/register/settings?site=S12").json()
    assert told["may_approve_alone"] is is_alone


def test_a_supervisor_finds_the_page_of_the_code_and_a_clerk_does_not() -> None:
    retailer.open_retailer()
    manager = a_client(Role.STORE_MANAGER, username="fang", sites=["S12"])
    clerk = a_client(Role.STORE_CLERK, username="chen", sites=["S12"])

    assert 'href="/pos/register/code"' in squeeze(manager.get("/pos/stock?site=S12").content)
    assert 'href="/pos/register/code"' not in squeeze(clerk.get("/pos/stock?site=S12").content)
