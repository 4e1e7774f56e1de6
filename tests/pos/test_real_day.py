"""
Goal: the real baskets of a grocer's store go through two registers in a day, and all books agree.

Method: the baskets of the store with most of them, in the file YIPAN_TEST_BASKETS names (as
`yipan import tickets` reads it), else in the shared data beside this repository, are folded into
one day by their time. Two devices number them and send them through the registers' own door; of
five replies one is lost, and the batch is sent again. Weighed goods and fuel, counted in
thousands, are left out. The figures are printed as a JSON line.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from tests import retailer
from tests.access.builders import a_key
from tests.retailer import NOON, make_id, stock
from yipan.access.roles import Role
from yipan.pos.documents import register
from yipan.pos.models import StoreDay, Ticket
from yipan.proof.sites import compare_sites
from yipan.simulate.baskets import Basket, read_baskets
from yipan.simulate.tickets import name_sku

BESIDE = Path(__file__).parents[3] / "shared/data/completejourney_transactions_sample.parquet"
FILE = Path(os.environ.get("YIPAN_TEST_BASKETS", "") or BESIDE)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db,
    pytest.mark.skipif(not FILE.is_file(), reason="there is no file of real baskets"),
]

DAY = date(2026, 3, 2)
TILLS = ("S12-1", "S12-2")
BATCH = 20
LOST = 0.2
QUANTITY_MAX = 100


def test_the_real_baskets_of_a_store_close_its_day_with_equal_books() -> None:
    if FILE.suffix == ".parquet":
        pytest.importorskip("polars")
    baskets = choose(read_baskets(FILE))
    assert len(baskets) >= 100, "the file has no store with enough baskets"
    open_store(baskets)
    client = Client(headers={"Authorization": f"Bearer {a_key(Role.INTEGRATION, sites=('S12',))}"})
    chance = random.Random(20_260_302)
    started = time.monotonic()
    sent = {
        till: tell(client, till, baskets[place :: len(TILLS)], chance=chance)
        for place, till in enumerate(TILLS)
    }
    retailer.deliver()

    # Every basket is a ticket, once, in both books, whatever was sent again.
    assert Ticket.objects.count() == len(baskets)
    sold = Counter[str]()
    for basket in baskets:
        for line in basket.lines:
            sold[name_sku(line.product)] += line.quantity
    for sku, quantity in sold.items():
        assert stock("pos:S12", "customer", sku) == quantity
        assert stock("erp", "customer", sku) == quantity
    assert compare_sites().ok

    for till in TILLS:
        standing = post(
            client,
            f"/api/v1/tills/{till}/report",
            {"device": str(make_id(till)), "last_sequence": sent[till]},
        )
        assert standing["missing"] == []
        day = {"till": till, "business_date": DAY.isoformat(), "counted": []}
        post(client, "/api/v1/pos/days", day, key=f"seal {till}")
    retailer.deliver()
    assert set(StoreDay.objects.values_list("state", flat=True)) == {"closed"}
    lines = sum(len(basket.lines) for basket in baskets)
    seconds = round(time.monotonic() - started, 1)
    told = {"name": "real day", "tickets": len(baskets), "lines": lines, "seconds": seconds}
    print(json.dumps(told))  # noqa: T201


def choose(baskets: list[Basket]) -> list[Basket]:
    """Return the baskets of the store with most of them, by their time of day."""
    fit = [
        basket
        for basket in baskets
        if all(0 < line.quantity <= QUANTITY_MAX for line in basket.lines)
    ]
    [(store, _)] = Counter(basket.store for basket in fit).most_common(1)
    mine = [basket for basket in fit if basket.store == store]
    return sorted(mine, key=lambda basket: (basket.bought_at.time(), basket.number))


def open_store(baskets: list[Basket]) -> None:
    retailer.open_retailer()
    skus = sorted({name_sku(line.product) for basket in baskets for line in basket.lines})
    retailer.add_skus(*skus)
    for till in TILLS:
        register.open_till(site="S12", code=till, at=NOON)


def tell(client: Client, till: str, baskets: list[Basket], *, chance: random.Random) -> int:
    """Send baskets as tickets of one register; return the last number it gave."""
    device = {"device": str(make_id(till))}
    epoch = post(client, f"/api/v1/tills/{till}/devices", device)["epoch"]
    tickets = [
        make_ticket(basket, epoch=epoch, sequence=sequence)
        for sequence, basket in enumerate(baskets, start=1)
    ]
    for start in range(0, len(tickets), BATCH):
        batch = {"tickets": tickets[start : start + BATCH]}
        while chance.random() < LOST:
            post(client, f"/api/v1/tills/{till}/tickets", batch)  # the reply is lost
        told = post(client, f"/api/v1/tills/{till}/tickets", batch)
        assert {each["state"] for each in told["data"]} <= {"applied", "duplicate"}
    return len(tickets)


def make_ticket(basket: Basket, *, epoch: int, sequence: int) -> dict[str, Any]:
    at = datetime.combine(DAY, basket.bought_at.time(), tzinfo=ZoneInfo("Asia/Shanghai"))
    return {
        "message_id": str(make_id(f"basket {basket.number}")),
        "epoch": epoch,
        "sequence": sequence,
        "device_at": at.isoformat(),
        "lines": [
            {
                "sku": name_sku(line.product),
                "quantity": line.quantity,
                "amount_minor": line.amount_minor,
            }
            for line in basket.lines
        ],
    }


def post(client: Client, address: str, body: dict[str, Any], *, key: str = "") -> dict[str, Any]:
    headers = {"Idempotency-Key": key} if key else {}
    answer = client.post(address, body, content_type="application/json", headers=headers)
    assert answer.status_code in (200, 201), answer.content
    told: dict[str, Any] = answer.json()
    return told
