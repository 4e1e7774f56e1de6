"""
The systems in virtual time: one clock for Python and PostgreSQL, and lines that fail and heal.

One world serves the whole module: to make its database costs seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from yipan.config.virtual.systems import BEGINNING, VirtualSystems, open_systems
from yipan.proof.run import prove
from yipan.simulate.cast import SCALES, list_members

pytestmark = pytest.mark.slow

SKUS = 8
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture(scope="module")
def systems(database_url: str, django_db_blocker: DjangoDbBlocker) -> Iterator[VirtualSystems]:
    """Open a warehouse and a store, each with a hundred of every SKU."""
    with (
        django_db_blocker.unblock(),
        open_systems(database_url, members=list_members(SCALES["tiny"])) as opened,
    ):
        _open_retailer(opened)
        yield opened


def _open_retailer(systems: VirtualSystems) -> None:
    def put(path: str, body: object) -> None:
        assert systems.call("POST", path, body, by="retailer.setup").is_ok

    sites = [{"code": "W1", "site_type": "warehouse", "name": "W1"}]
    sites += [{"code": code, "site_type": "store", "name": code} for code in ("S1", "S2")]
    put("/api/v1/sites/bulk", {"rows": sites})
    put("/api/v1/sites/W1/bins/bulk", {"rows": [{"code": "A-1", "zone_type": "picking"}]})
    skus = [{"code": f"SKU-{each}", "name": f"SKU {each}"} for each in range(SKUS)]
    put("/api/v1/skus/bulk", {"rows": skus})
    systems.advance(systems.read_clock() + timedelta(minutes=2))
    for site in ("S1", "S2"):
        lines = [{"sku": row["code"], "quantity": 100} for row in skus]
        opening = {"site": site, "lines": lines}
        path = "/api/v1/store-openings"
        assert systems.call("POST", path, opening, by=f"manager.{site}", key=site).is_ok
    systems.advance(systems.read_clock() + timedelta(minutes=2))


def sell(systems: VirtualSystems, sku: str, quantity: int, *, site: str = "S1") -> None:
    """Ring up a ticket at the register of a store."""
    ticket = {
        "site": site,
        "till": f"{site}-1",
        "message_id": str(uuid4()),
        "lines": [{"sku": sku, "quantity": quantity}],
    }
    sold = systems.call("POST", "/api/v1/tickets", ticket, by=f"clerk.{site}", key=str(uuid4()))
    assert sold.is_ok, sold.body


def pass_time(systems: VirtualSystems, span: timedelta) -> None:
    systems.advance(systems.read_clock() + span)


def go_between_tasks(systems: VirtualSystems) -> None:
    """Go to where no task is due for some minutes: it would tell a digest behind a ticket."""
    now = systems.read_clock()
    systems.advance(now - timedelta(minutes=now.minute % 10) + 11 * MINUTE)


def get_hub(systems: VirtualSystems, sku: str, *, site: str = "S1") -> int:
    """Return what the hub's book holds of a SKU at a store."""
    answer = systems.call("GET", f"/api/v1/levels?site={site}&sku={sku}", by="controller")
    on_hand: int = answer.body["data"][0]["on_hand"]
    return on_hand


def test_python_and_postgresql_tell_the_same_time(systems: VirtualSystems) -> None:
    systems.advance(systems.read_clock() + timedelta(hours=1))

    with connection.cursor() as cursor:
        cursor.execute("select now(), clock_timestamp(), transaction_timestamp()")
        told = cursor.fetchone()
        cursor.execute("select max(recorded_at) from ledger_movement")
        (recorded_at,) = cursor.fetchone()

    assert told == (systems.read_clock(),) * 3
    assert datetime.now(UTC) == systems.read_clock()
    assert BEGINNING < recorded_at < systems.read_clock()


def test_everybody_has_a_key_that_opens_no_more_than_it_should(systems: VirtualSystems) -> None:
    own = systems.call("GET", "/api/v1/stores/S1/stock", by="clerk.S1")
    other = systems.call("GET", "/api/v1/stores/S2/stock", by="clerk.S1")
    office = systems.call("GET", "/api/v1/purchase-orders", by="clerk.S1")

    assert own.is_ok
    assert (other.status, other.code) == (404, "resource.not_found")
    assert (office.status, office.code) == (403, "auth.forbidden")


def test_a_message_lost_on_the_line_is_sent_again(systems: VirtualSystems) -> None:
    go_between_tasks(systems)
    systems.trouble_line("pos:S1", "lost")
    sell(systems, "SKU-0", 2)
    pass_time(systems, 10 * MINUTE)
    before = get_hub(systems, "SKU-0")
    missing = [(row.source, row.receiver) for row in systems.list_unhealed()]
    pass_time(systems, HOUR)

    assert before == 100
    assert missing == [("pos:S1/stock", "erp")]
    assert get_hub(systems, "SKU-0") == 98
    assert systems.list_unhealed() == []
    assert systems.lines.hits[-1].trouble == "lost"


def test_a_lost_message_comes_at_once_when_the_hub_asks_for_it(systems: VirtualSystems) -> None:
    go_between_tasks(systems)
    systems.trouble_line("pos:S1", "lost")
    sell(systems, "SKU-1", 2)
    pass_time(systems, 2 * MINUTE)
    number = systems.lines.hits[-1].sequence
    asked = systems.call(
        "POST",
        "/api/v1/sources/pos:S1/stock/resend",
        {"first": number, "last": number},
        by="controller",
        key="again",
    )
    pass_time(systems, 2 * MINUTE)

    assert asked.is_ok, asked.body
    assert get_hub(systems, "SKU-1") == 98


def test_a_doubled_message_is_booked_once(systems: VirtualSystems) -> None:
    go_between_tasks(systems)
    systems.trouble_line("pos:S2", "doubled")
    sell(systems, "SKU-1", 2, site="S2")
    pass_time(systems, 2 * MINUTE)

    assert systems.lines.hits[-1].trouble == "doubled"
    assert get_hub(systems, "SKU-1", site="S2") == 98


def test_messages_out_of_order_are_all_booked(systems: VirtualSystems) -> None:
    go_between_tasks(systems)
    systems.trouble_line("pos:S1", "reordered")
    sell(systems, "SKU-2", 2)
    pass_time(systems, 2 * MINUTE)
    before = get_hub(systems, "SKU-2")
    sell(systems, "SKU-3", 3)
    pass_time(systems, 2 * MINUTE)

    assert before == 100
    assert (get_hub(systems, "SKU-2"), get_hub(systems, "SKU-3")) == (98, 97)
    assert systems.list_unhealed() == []


def test_what_a_cut_store_tells_waits_and_arrives(systems: VirtualSystems) -> None:
    systems.cut_line("pos:S1")
    sell(systems, "SKU-4", 2)
    pass_time(systems, 3 * HOUR)
    before = get_hub(systems, "SKU-4")
    systems.mend_line("pos:S1")
    pass_time(systems, 2 * MINUTE)

    assert before == 100
    assert get_hub(systems, "SKU-4") == 98
    assert systems.list_unhealed() == []


def test_a_system_killed_in_the_middle_takes_the_message_once(systems: VirtualSystems) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        before = cursor.fetchone()
    systems.crash("pos:S1")
    sell(systems, "SKU-5", 2)
    pass_time(systems, 2 * MINUTE)

    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        after = cursor.fetchone()
    assert before != after
    assert get_hub(systems, "SKU-5") == 98
    assert systems.list_faults() == []


def test_an_altered_message_is_found_by_the_digests_and_put_right(systems: VirtualSystems) -> None:
    go_between_tasks(systems)
    systems.trouble_line("pos:S1", "altered")
    sell(systems, "SKU-6", 2)
    pass_time(systems, 2 * MINUTE)
    wrong = get_hub(systems, "SKU-6")
    pass_time(systems, 4 * HOUR)
    cases = systems.call("GET", "/api/v1/cases?site=S1&sku=SKU-6", by="controller").body["data"]
    case = next(each for each in cases if each["kind"] == "book_vs_book")
    healed = systems.call(
        "POST", f"/api/v1/cases/{case['number']}/heal", {}, by="controller", key="heal"
    )

    assert wrong == 97
    assert case["cause"] == "payload_mismatch"
    assert healed.is_ok, healed.body
    assert get_hub(systems, "SKU-6") == 98


def test_a_wrong_clock_of_a_store_is_not_the_clock_of_the_hub(systems: VirtualSystems) -> None:
    systems.skew_clock("pos:S1", seconds=-3600)
    sell(systems, "SKU-7", 2)
    systems.skew_clock("pos:S1", seconds=0)

    with connection.cursor() as cursor:
        cursor.execute(
            "select occurred_at, recorded_at from ledger_movement order by recorded_at desc limit 1"
        )
        occurred_at, recorded_at = cursor.fetchone()
    assert recorded_at - occurred_at == timedelta(hours=1)


def test_the_books_hold_after_all_that(systems: VirtualSystems) -> None:
    pass_time(systems, HOUR)

    assert [each for each in prove() if not each.ok] == []
    assert systems.list_faults() == []
