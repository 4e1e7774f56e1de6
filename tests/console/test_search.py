"""Goal: Ctrl-K finds pages by role, SKUs by word and barcode, and never what is none of yours."""

from __future__ import annotations

import pytest

from tests import retailer
from tests.access.builders import a_client, an_actor
from yipan.access.roles import Role
from yipan.console.search import find_hits

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _goods() -> None:
    retailer.open_retailer()


def find(query: str, *roles: Role, sites: list[str] | None = None) -> dict[str, list[str]]:
    actor = an_actor(*(roles or (Role.INVENTORY_CONTROLLER,)), sites=sites)
    groups = find_hits(actor=actor, query=query)
    return {group.label: [hit.title for hit in group.hits] for group in groups}


def test_nothing_typed_offers_all_pages_of_the_role_and_nothing_else() -> None:
    found = find("", Role.STORE_CLERK)

    assert list(found) == ["Pages"]
    assert "Home" in found["Pages"]
    assert "Message sources" not in found["Pages"]


def test_pages_are_found_by_other_words_too() -> None:
    assert "Message sources" in find("watermark")["Pages"]
    assert "Books side by side" in find("books side")["Pages"]


def test_skus_are_found_by_code_word_and_barcode() -> None:
    assert find("tea")["SKUs"] == ["TEA-250 goods"]
    assert find("69TEA-250")["SKUs"] == ["TEA-250 goods"]


def test_an_order_is_found_by_its_number_by_the_office_only() -> None:
    purchase = retailer.order(("TEA-250", 10))

    assert find(purchase.number)["Purchase orders"] == [purchase.number]
    assert "Purchase orders" not in find(purchase.number, Role.STORE_CLERK, sites=["S12"])


def test_nothing_found_says_what_to_try() -> None:
    client = a_client(Role.INVENTORY_CONTROLLER)

    fragment = client.get("/search", {"q": "<b>zzz"}).content.decode()

    assert "Nothing found" in fragment
    assert "<b>zzz" not in fragment
