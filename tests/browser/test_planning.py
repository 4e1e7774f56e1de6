"""
Goal: a proposal approved in the browser arrives on the store's receiving screen.

Method: the plan is made from the books, a planner approves it in a browser, the warehouse picks and
ships what the hub asked it for, and a clerk opens the store's screen. Messages are delivered in
between, as the worker process would; in the end every book is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import retailer
from tests.access.builders import a_person
from tests.planning.world import PLANNER, set_terms
from tests.retailer import CLERK, NOON, make_id, stock
from tests.wms import sending
from yipan.access.roles import Role
from yipan.erp.models import TransferOrder
from yipan.planning.documents import demand, plan_run, plan_work
from yipan.planning.documents.policy import Scope
from yipan.planning.models import Proposal
from yipan.pos.documents import transfer
from yipan.pos.models import StoreOrder
from yipan.wms.models import OutboundOrder

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DESK, HANDHELD = (1440, 900), (400, 800)


@pytest.fixture
def contexts() -> Iterator[list[BrowserContext]]:
    opened: list[BrowserContext] = []
    yield opened
    for context in opened:
        context.close()


def open_for(
    browser: Browser, live_server: LiveServer, contexts: list[BrowserContext], role: Role,
    *, size: tuple[int, int], sites: list[str] | None = None,
) -> Page:  # fmt: skip
    client = Client()
    client.force_login(a_person(role, username=role.value, sites=sites or []))
    [session] = client.cookies.values()
    context = browser.new_context(
        base_url=live_server.url, viewport={"width": size[0], "height": size[1]}
    )
    contexts.append(context)
    context.add_cookies([{"name": session.key, "value": session.value, "url": live_server.url}])
    return context.new_page()


def deliver_all() -> None:
    while retailer.deliver():
        pass


def make_a_plan() -> None:
    now = timezone.now()
    set_terms(
        Scope(site="S12"),
        source="W1",
        method="min_max",
        minimum=20,
        maximum=40,
        case_size=24,
        may_exceed_max=True,
        lead_time_days=1,
    )
    demand.follow(lag=timedelta(0))
    run = plan_run.start(today=now.date(), by=PLANNER, at=now, shards=2)
    plan_work.carry_out(run, clock=timezone.now)


def test_an_approved_proposal_arrives_on_the_stores_screen(
    browser: Browser, live_server: LiveServer, contexts: list[BrowserContext]
) -> None:
    retailer.open_retailer()
    sending.stock_bins(("A-01-01", "TEA-250", 72))
    retailer.open_store("S12", ("TEA-250", 2))
    deliver_all()
    make_a_plan()
    proposal = Proposal.objects.get(site="S12", state="open")
    assert (proposal.sku, proposal.source, proposal.quantity) == ("TEA-250", "W1", 48)

    planner = open_for(browser, live_server, contexts, Role.PLANNER, size=DESK)
    planner.goto("/planning/proposals")
    planner.get_by_label(proposal.number).check()
    planner.get_by_role("button", name="Approve the marked").click()
    expect(planner.get_by_text("1 proposal approved.")).to_be_visible()
    deliver_all()

    order = TransferOrder.objects.get()
    assert (order.state, order.created_by) == ("released", "planning")
    planner.goto(f"/planning/proposals/{proposal.number}")
    expect(planner.get_by_role("link", name=order.number)).to_be_visible()

    outbound = OutboundOrder.objects.get(document_number=order.number)
    for each in sending.list_open(outbound.number):
        sending.take(each)
    sending.ship(outbound.number)
    deliver_all()
    assert stock("wms:W1", "on_hand/A-01-01/available") == 24
    assert stock("erp", f"in_transit/{order.number}/available") == 48

    clerk = open_for(browser, live_server, contexts, Role.STORE_CLERK, size=HANDHELD, sites=["S12"])
    clerk.goto("/pos/receiving")
    to_come = StoreOrder.objects.get(site="S12")
    expect(clerk.get_by_text(to_come.number).first).to_be_visible()

    opened = transfer.open_transfer(site="S12", order_number=to_come.number, by=CLERK, at=NOON)
    transfer.move_as_asked(number=opened.number, by=CLERK, at=NOON, message_id=make_id("in"))
    deliver_all()
    assert stock("pos:S12", "on_hand/backroom/available") == 48
    assert stock("erp", "on_hand/S12/available") == 50
    assert stock("erp", f"in_transit/{order.number}/available") == 0
