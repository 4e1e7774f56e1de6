"""Goal: pages name people, by one query a page; whoever has no name stays the log-in name."""

from __future__ import annotations

import pytest
from django.db import connection
from django.template import Context, Template
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import retailer
from tests.access.builders import a_person
from tests.retailer import NOON
from yipan.access.models import User
from yipan.access.roles import Role
from yipan.console import people_names
from yipan.erp.documents.purchasing import purchase_order
from yipan.erp.documents.purchasing.purchase_order import Ordered, OrderedLine
from yipan.ledger.moves import Trace

pytestmark = pytest.mark.django_db

PAGE = Template("{% load yipan %}{% for name in names %}<p>{{ name|actor }}</p>{% endfor %}")


def render(*names: str) -> str:
    return people_names.write_names(PAGE.render(Context({"names": names})))


def name(username: str, display_name: str) -> None:
    User.objects.create(username=username, display_name=display_name)


def test_people_are_named_by_one_query_however_many_there_are() -> None:
    name("mei.desk", "Mei Lin")
    name("chen.wu", "陈武")
    name("plain", "")

    with CaptureQueriesContext(connection) as asked:
        page = render("mei.desk", "chen.wu", "plain", "key:sap", "till-3", "mei.desk", "system")

    mei = '<p><span class="person" title="mei.desk" data-username="mei.desk">Mei Lin</span></p>'
    chen = '<p><span class="person" title="chen.wu" data-username="chen.wu">陈武</span></p>'
    others = "<p>plain</p><p>key:sap</p><p>till-3</p>"
    assert page == f"{mei}{chen}{others}{mei}<p>the system</p>"
    assert len(asked) == 1


def test_a_page_that_names_nobody_asks_for_nothing() -> None:
    with CaptureQueriesContext(connection) as asked:
        page = render("system")

    assert (page, len(asked)) == ("<p>the system</p>", 0)


def test_what_people_type_is_no_mark_and_no_markup() -> None:
    name("<b>", '"><script>')
    name("mei.desk", "Mei Lin")

    page = render("<b>", "\ue000mei.desk\ue001")

    assert "<script>" not in page
    assert 'title="&lt;b&gt;"' in page
    assert "Mei Lin" not in page


def test_a_document_and_its_list_name_who_wrote_it_and_the_api_does_not() -> None:
    retailer.open_retailer()
    client = Client()
    client.force_login(a_person(Role.FINANCE, username="fin"))
    name("lin.purchaser", "Lin Wei")
    order = purchase_order.create(
        ordered=Ordered(
            site="W1", supplier="SUP-02", lines=(OrderedLine(sku="TEA-250", quantity=48),)
        ),
        by=Trace(actor="lin.purchaser"),
        at=NOON,
    )

    one = client.get(f"/erp/purchase-orders/{order.number}").content.decode()
    many = client.get("/erp/purchase-orders").content.decode()
    told = client.get(f"/api/v1/purchase-orders/{order.number}").json()

    # Of the document: its head and its timeline.
    assert one.count('data-username="lin.purchaser">Lin Wei</span>') == 2
    assert many.count('data-username="lin.purchaser">Lin Wei</span>') == 1
    assert told["created_by"] == "lin.purchaser"
