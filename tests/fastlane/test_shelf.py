"""What was read a moment ago is shown again, but never what this door has promised since."""

from __future__ import annotations

import pytest

from tests.access.builders import a_key
from tests.fastlane.callers import NOON, aside, call, run
from tests.masterdata.builders import a_site, a_sku
from yipan.fastlane.app import Fastlane
from yipan.fastlane.shelf import Shelf
from yipan.foundation.status import StockStatus
from yipan.ledger.moves import FactPosting, Move
from yipan.masterdata import records
from yipan.pool import book
from yipan.pool.queries import Availability
from yipan.pool.rules import get_account

LONG = 3_600.0


def bring(quantity: int, *, site: str = "S1", origin: str) -> None:
    shelf = get_account(site=site, status=StockStatus.AVAILABLE)
    brought = Move(sku="MUG", from_account="supplier", to_account=shelf, quantity=quantity)
    book.post_fact(posting=FactPosting(origin=origin, occurred_at=NOON, moves=[brought]))


@pytest.fixture
def key(transactional_db: None) -> str:  # noqa: ARG001  the database is used
    records.save_sites([a_site("S1"), a_site("S2")])
    records.save_skus([a_sku("MUG"), a_sku("TEA")], at=NOON)
    bring(10, origin="gr/1")
    bring(5, site="S2", origin="gr/2")
    return a_key(name="shop")


async def ask(lane: Fastlane, key: str, query: str = "sku=MUG") -> dict[str, int]:
    said = await call(
        lane, f"/api/v1/availability?{query}", method="GET", authorization=f"Bearer {key}"
    )
    assert sum(row["available_to_promise"] for row in said.body["data"]) == sum(
        said.body["available_to_promise"].values()
    )
    found: dict[str, int] = said.body["available_to_promise"]
    return found


def test_goods_that_came_meanwhile_show_when_the_answer_is_old(key: str) -> None:
    async def story(lane: Fastlane) -> list[dict[str, int]]:
        first = await ask(lane, key)
        await aside(lambda: bring(7, origin="gr/3"))
        return [first, await ask(lane, key)]

    assert run(story, reads_age_max=LONG) == [{"MUG": 15}, {"MUG": 15}]
    assert run(story, reads_age_max=0) == [{"MUG": 22}, {"MUG": 22}]


def test_what_this_door_promised_is_gone_from_the_next_answer(key: str) -> None:
    async def story(lane: Fastlane) -> list[dict[str, int]]:
        said = [await ask(lane, key, "sku=MUG&sku=TEA")]
        body = {"lines": [{"sku": "MUG", "site": "S1", "quantity": 4}]}
        headers = {"authorization": f"Bearer {key}", "idempotency_key": "k-1"}
        made = await call(lane, "/api/v1/reservations", body, **headers)
        assert made.status == 201
        said.append(await ask(lane, key, "sku=MUG&sku=TEA"))
        number = made.body["number"]
        headers["idempotency_key"] = "k-2"
        await call(lane, f"/api/v1/reservations/{number}/release", {}, **headers)
        said.append(await ask(lane, key, "sku=MUG&sku=TEA"))
        return said

    assert run(story, reads_age_max=LONG) == [
        {"MUG": 15, "TEA": 0},
        {"MUG": 11, "TEA": 0},
        {"MUG": 15, "TEA": 0},
    ]


def test_a_site_of_ones_own_is_cut_out_of_what_was_read_for_all(key: str) -> None:
    async def story(lane: Fastlane) -> list[dict[str, int]]:
        return [await ask(lane, key), await ask(lane, key, "sku=MUG&site=S2")]

    assert run(story, reads_age_max=LONG) == [{"MUG": 15}, {"MUG": 5}]


def a_row(quantity: int) -> Availability:
    empty = dict.fromkeys(("held", "reserved", "quarantine", "damaged", "blocked"), 0)
    return Availability(
        sku="MUG", site="S1", on_hand=quantity, available=quantity,
        available_to_promise=quantity, **empty,
    )  # fmt: skip


def test_what_was_read_before_somebody_took_of_it_is_not_kept() -> None:
    now = [0.0]
    shelf = Shelf(age_max=1.0, clock=lambda: now[0])
    began = shelf.start()
    now[0] = 0.1
    shelf.forget({"MUG"})

    shown = shelf.keep({"MUG"}, {"MUG": [a_row(3)]}, began=began)

    assert shown["MUG"].total == 3
    assert shelf.find({"MUG"}) == {}


def test_what_was_read_is_shown_for_so_long_and_no_longer() -> None:
    now = [0.0]
    shelf = Shelf(age_max=1.0, clock=lambda: now[0])
    shelf.keep({"MUG"}, {"MUG": [a_row(3)]}, began=0.0)
    now[0] = 0.9
    assert shelf.find({"MUG"})["MUG"].total == 3
    now[0] = 1.0
    assert shelf.find({"MUG"}) == {}
