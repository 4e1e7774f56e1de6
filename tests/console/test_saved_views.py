"""Goal: a list as somebody likes to see it is one click away, and theirs alone."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import retailer
from tests.access.builders import a_client
from tests.pages import squeeze
from yipan.access.models import SavedView
from yipan.access.roles import Role
from yipan.access.saved_views import VIEWS_PER_LIST_MAX

pytestmark = pytest.mark.django_db

LIST = "/erp/purchase-orders"


@pytest.fixture(autouse=True)
def _goods() -> None:
    retailer.open_retailer()
    retailer.order(("TEA-250", 40))


def save(client: Client, title: str, query: str, path: str = LIST) -> str:
    said = {"path": path, "query": query, "title": title}
    return client.post("/views/save", said, follow=True).content.decode()


def test_a_view_keeps_filters_and_order_but_not_the_page() -> None:
    client = a_client(Role.PURCHASER)

    page = save(client, "To  come", "state=open&sort=-expected&after=12&q=")

    assert "Saved. It stands above the list" in page
    assert SavedView.objects.values_list("title", "query").get() == (
        "To come",
        "sort=-expected&state=open",
    )
    assert f'href="{LIST}?sort=-expected&amp;state=open" aria-current="true"' in squeeze(page)
    assert (
        'aria-current="true">' not in client.get(LIST).content.decode().split("views-tabs")[1][:200]
    )


def test_a_name_no_database_can_store_is_malformed_and_keeps_nothing() -> None:
    client = a_client(Role.PURCHASER)

    answer = client.post("/views/save", {"path": LIST, "query": "", "title": "To\0come"})

    assert answer.status_code == 400
    assert "request.malformed" in answer.content.decode()
    assert SavedView.objects.count() == 0


def test_the_same_name_again_replaces_and_taking_away_leaves_the_list() -> None:
    client = a_client(Role.PURCHASER)
    save(client, "Mine", "state=open")
    save(client, "Mine", "state=draft")
    assert SavedView.objects.values_list("query", flat=True).get() == "state=draft"

    said = {"path": LIST, "query": "state=draft", "title": "Mine"}
    page = client.post("/views/remove", said, follow=True)

    assert SavedView.objects.count() == 0
    assert page.redirect_chain == [(f"{LIST}?state=draft", 302)]


def test_a_view_is_seen_by_nobody_else() -> None:
    save(a_client(Role.PURCHASER, username="ann"), "Anns own", "state=open")

    other = a_client(Role.PURCHASER, username="ben")

    assert "Anns own" not in other.get(LIST).content.decode()
    other.post("/views/remove", {"path": LIST, "query": "", "title": "Anns own"})
    assert SavedView.objects.count() == 1


def test_a_name_is_asked_for_and_there_is_a_last_one() -> None:
    client = a_client(Role.PURCHASER)
    assert "saved_view.title_missing" in save(client, "   ", "state=open")
    assert "saved_view.too_long" in save(client, "Long", "q=" + "x" * 1001)
    for number in range(VIEWS_PER_LIST_MAX):
        save(client, f"View {number}", f"q={number}")

    assert "saved_view.too_many" in save(client, "One more", "q=x")
    assert "Saved." in save(client, "View 3", "q=other")
    assert SavedView.objects.count() == VIEWS_PER_LIST_MAX


@pytest.mark.parametrize(
    "path", ["https://elsewhere.example/", "//elsewhere.example/", "/nowhere", ""]
)
def test_a_view_is_of_a_page_of_ours(path: str) -> None:
    client = a_client(Role.PURCHASER)

    answer = client.post("/views/save", {"path": path, "query": "", "title": "Away"})

    assert answer.status_code == 404
    assert SavedView.objects.count() == 0
