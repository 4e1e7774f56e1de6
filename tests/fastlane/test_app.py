"""Goal: the fastlane answers all, in order, as the other door does; a "no" changes nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from django.test import Client

from tests.access.builders import a_key
from tests.fastlane.callers import NOON, Said, aside, call, run
from tests.masterdata.builders import a_site, a_sku
from yipan.access import keys
from yipan.access.actors import SYSTEM
from yipan.access.roles import Role
from yipan.exchange.envelopes import seal
from yipan.exchange.wire import write_batch
from yipan.fastlane.app import Fastlane
from yipan.foundation.ids import make_id
from yipan.foundation.status import StockStatus
from yipan.ledger import queries as ledger
from yipan.ledger.moves import FactPosting, Move, Trace
from yipan.masterdata import records
from yipan.messages import till
from yipan.pool import book, queries
from yipan.pool.models import Promise
from yipan.pool.policy import channels
from yipan.pool.rules import get_account

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def key() -> str:
    records.save_sites([a_site("S1"), a_site("S2")])
    records.save_skus([a_sku("MUG")], at=NOON)
    shelf = get_account(site="S1", status=StockStatus.AVAILABLE)
    brought = Move(sku="MUG", from_account="supplier", to_account=shelf, quantity=10)
    book.post_fact(posting=FactPosting(origin="gr/1", occurred_at=NOON, moves=[brought]))
    return a_key(name="shop")


def bearer(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}


def wanted(quantity: Any = 1, *, sku: str = "MUG", site: str = "S1") -> dict[str, Any]:
    return {"lines": [{"sku": sku, "site": site, "quantity": quantity}], "external_id": "o-1"}


def stock() -> tuple[int, int, int]:
    found = queries.get_stock(site="S1", sku="MUG")
    return found[StockStatus.AVAILABLE], found[StockStatus.HELD], found[StockStatus.RESERVED]


def reserve(key: str, body: object, idempotency_key: str = "k-1") -> Said:
    return run(
        lambda lane: call(
            lane, "/api/v1/reservations", body, idempotency_key=idempotency_key, **bearer(key)
        )
    )


def test_a_reservation_is_answered_with_its_number_and_a_repeat_with_the_same(key: str) -> None:
    first = reserve(key, wanted(4))
    again = reserve(key, wanted(4))

    assert (first.status, first.body["state"], first.body["duplicate"]) == (201, "reserved", False)
    assert (again.status, again.body["number"]) == (201, first.body["number"])
    assert again.headers["idempotent-replayed"] == "true"
    assert stock() == (6, 0, 4)
    header = ledger.get_posting(book="erp", origin=f"promise/{first.body['number']}/reserve").header
    assert (header.actor, header.reason) == ("key:shop", "o-1")


def test_a_key_used_again_for_something_else_is_refused(key: str) -> None:
    reserve(key, wanted(4))

    said = reserve(key, wanted(5))

    assert (said.status, said.body["code"]) == (422, "request.idempotency_key_reused")
    assert stock() == (6, 0, 4)


def test_both_doors_lead_to_the_same_promise(key: str) -> None:
    first = reserve(key, wanted(4))
    other_door = Client().post(
        "/api/v1/reservations",
        wanted(4),
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}", "Idempotency-Key": "k-1"},
    )

    assert other_door.status_code == 201
    assert other_door.json() == first.body | {"duplicate": True}
    assert stock() == (6, 0, 4)


def test_a_hold_is_committed_and_released_by_its_number(key: str) -> None:
    async def story(lane: Fastlane) -> list[Said]:
        held = await call(
            lane,
            "/api/v1/holds",
            wanted(3) | {"expires_in_seconds": 60},
            idempotency_key="h",
            **bearer(key),
        )
        number = held.body["number"]
        steps = ("holds/{}/commit", "holds/{}/commit", "reservations/{}/release")
        return [held] + [
            await call(lane, "/api/v1/" + step.format(number), **bearer(key)) for step in steps
        ]

    held, committed, again, released = run(story)

    assert held.body["expires_at"] == "2026-03-02T12:01:00Z"
    assert (committed.status, committed.body["state"]) == (200, "reserved")
    assert again.body["duplicate"] is True
    assert released.body["state"] == "released"
    assert stock() == (10, 0, 0)


def test_a_cart_without_a_time_is_kept_as_long_as_its_channel_says(key: str) -> None:
    fields = {"name": "Web", "hold_seconds": 120}
    channels.save_channel(code="web", fields=fields, by=Trace(actor="mei"), at=NOON)

    async def story(lane: Fastlane) -> list[Said]:
        body = wanted(3) | {"channel": "web"}
        held = await call(lane, "/api/v1/holds", body, idempotency_key="h", **bearer(key))
        more = await call(
            lane,
            f"/api/v1/holds/{held.body['number']}/extend",
            {},
            idempotency_key="m",
            **bearer(key),
        )
        return [held, more]

    held, more = run(story)

    assert held.body["expires_at"] == "2026-03-02T12:02:00Z"
    assert (more.status, more.body["expires_at"]) == (200, "2026-03-02T12:02:00Z")


def test_the_last_piece_is_promised_once(key: str) -> None:
    reserve(key, wanted(9))

    async def story(lane: Fastlane) -> list[Said]:
        return await asyncio.gather(
            *(
                call(
                    lane,
                    "/api/v1/reservations",
                    wanted(),
                    idempotency_key=f"r-{number}",
                    **bearer(key),
                )
                for number in range(20)
            )
        )

    said = run(story)

    assert sorted(one.status for one in said) == [201] + [409] * 19
    assert {one.body["code"] for one in said if one.status == 409} == {
        "reservation.insufficient_stock"
    }
    assert stock() == (0, 0, 10)


@pytest.mark.parametrize(
    ("body", "status", "code", "pointer"),
    [
        (wanted(0), 422, "request.invalid", "/lines/0/quantity"),
        (wanted(-1), 422, "request.invalid", "/lines/0/quantity"),
        (wanted(10**12), 422, "request.invalid", "/lines/0/quantity"),
        (wanted(1.5), 422, "request.invalid", "/lines/0/quantity"),
        (wanted("1"), 422, "request.invalid", "/lines/0/quantity"),
        ({"lines": []}, 422, "request.invalid", "/lines"),
        ({}, 422, "request.invalid", ""),
        (b'{"lines": [', 400, "request.malformed", ""),
        (b"\xff\xfe", 400, "request.malformed", ""),
        (wanted(sku="a\0b"), 400, "request.malformed", ""),
    ],
)
def test_what_cannot_be_read_is_refused_and_says_where(
    key: str, body: object, status: int, code: str, pointer: str
) -> None:
    said = reserve(key, body)

    assert (said.status, said.body["code"]) == (status, code)
    assert said.body["errors"][0]["pointer"] == pointer
    assert said.headers["content-type"] == "application/problem+json"
    assert Promise.objects.exists() is False


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (wanted(sku="NONE"), 422, "masterdata.sku_unknown"),
        (wanted(site="S9"), 422, "masterdata.site_unknown"),
        (wanted(11), 409, "reservation.insufficient_stock"),
        (wanted(site="S2"), 409, "reservation.insufficient_stock"),
    ],
)
def test_a_refusal_has_the_same_shape_at_both_doors(
    key: str, body: object, status: int, code: str
) -> None:
    said = reserve(key, body)
    other = Client().post(
        "/api/v1/reservations",
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}", "Idempotency-Key": "k-2"},
    )

    assert (said.status, said.body["code"]) == (status, code)
    told = other.json()
    assert said.body | {"instance": ""} == told | {"instance": ""}
    assert stock() == (10, 0, 0)


@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "code"),
    [
        ("POST", "/api/v1/reservations", {}, 400, "request.idempotency_key_missing"),
        ("GET", "/api/v1/reservations", {}, 405, "request.method_not_allowed"),
        ("POST", "/api/v1/availability", {}, 405, "request.method_not_allowed"),
        ("POST", "/api/v1/nowhere", {}, 404, "resource.not_found"),
        ("POST", "/api/v1/holds/H-1/steal", {}, 404, "resource.not_found"),
        ("POST", "/api/v1/holds/H-1/release", {}, 404, "resource.not_found"),
        ("POST", "/api/v1/reservations/R-1/commit", {}, 404, "resource.not_found"),
        ("GET", "/api/v1/availability", {}, 422, "request.invalid"),
    ],
)
def test_an_address_that_is_none_is_refused(
    key: str, method: str, path: str, headers: dict[str, str], status: int, code: str
) -> None:
    said = run(lambda lane: call(lane, path, {}, method=method, **headers, **bearer(key)))

    assert (said.status, said.body["code"]) == (status, code)


def test_a_body_that_is_too_large_is_not_read_to_its_end(key: str) -> None:
    said = reserve(key, b" " * (5 * 1024 * 1024 + 1))

    assert (said.status, said.body["code"]) == (413, "request.too_large")


@pytest.mark.parametrize("authorization", ["", "Bearer yk_wrong", "Basic abc", "Bearer "])
def test_nobody_gets_in_without_a_key(authorization: str) -> None:
    said = run(lambda lane: call(lane, "/api/v1/events", [], authorization=authorization))

    assert (said.status, said.body["code"]) == (401, "auth.unauthenticated")
    assert said.headers["www-authenticate"] == 'Bearer realm="yipan"'


def test_a_role_without_the_action_and_a_site_of_others_are_refused() -> None:
    clerk = a_key(Role.STORE_CLERK, name="clerk", sites=["S1"])
    other = a_key(name="other", sites=["S2"])

    assert reserve(clerk, wanted()).body["code"] == "auth.forbidden"
    assert reserve(other, wanted()).body["code"] == "resource.not_found"
    assert stock() == (10, 0, 0)


def test_a_revoked_key_is_useless_after_the_next_look(key: str) -> None:
    async def story(lane: Fastlane) -> list[int]:
        first = await call(lane, "/api/v1/availability?sku=MUG", method="GET", **bearer(key))
        await aside(lambda: keys.revoke(name="shop", by=SYSTEM, at=NOON))
        await lane.read_keys()
        second = await call(lane, "/api/v1/availability?sku=MUG", method="GET", **bearer(key))
        return [first.status, second.status]

    assert run(story) == [200, 401]


def test_availability_is_told_per_site_and_in_sum(key: str) -> None:
    reserve(key, wanted(4))

    said = run(
        lambda lane: call(lane, "/api/v1/availability?sku=MUG&sku=X", method="GET", **bearer(key))
    )
    other_door = Client().get(
        "/api/v1/availability?sku=MUG&sku=X", headers={"Authorization": f"Bearer {key}"}
    )

    assert said.body["available_to_promise"] == {"MUG": 6, "X": 0}
    assert [(row["site"], row["reserved"]) for row in said.body["data"]] == [("S1", 4)]
    assert other_door.json() == said.body


def a_ticket(number: int) -> till.TicketClosed:
    return till.TicketClosed(
        message_id=make_id(),
        occurred_at=NOON,
        ticket_number=f"S1-1-{number:06d}",
        site="S1",
        till="S1-1",
        business_date="2026-03-02",
        lines=(till.TicketLine(line=1, sku="MUG", quantity=2, amount_minor=500),),
        total_minor=500,
    )


def test_messages_are_received_once_and_answered_line_by_line(key: str) -> None:
    batch = write_batch(
        [seal(a_ticket(number), source="till:S1-1/stock", sequence=number) for number in (1, 2)]
    )

    async def story(lane: Fastlane) -> list[Said]:
        return [await call(lane, "/api/v1/events", batch, **bearer(key)) for _ in range(2)]

    first, again = run(story)

    assert [row["state"] for row in first.body["data"]] == ["applied", "applied"]
    assert [row["state"] for row in again.body["data"]] == ["duplicate", "duplicate"]
    assert [row["applied_sequence"] for row in again.body["data"]] == [2, 2]
    shelf = ledger.list_balances(book="pos:S1", sku="MUG", prefix="on_hand/")
    assert [row.quantity for row in shelf] == [-4]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"[{", 400, "request.malformed"),
        (b"[" + b"{}," * 100 + b"{}]", 413, "bulk.too_many_lines"),
    ],
)
def test_a_batch_that_cannot_be_taken_is_refused(
    key: str, body: bytes, status: int, code: str
) -> None:
    said = run(lambda lane: call(lane, "/api/v1/events", body, **bearer(key)))

    assert (said.status, said.body["code"]) == (status, code)


def test_the_fastlane_is_ready_once_it_is_started() -> None:
    async def story(lane: Fastlane) -> list[int]:
        await asyncio.sleep(0)
        asleep = await call(Fastlane(), "/ready", method="GET")
        awake = await call(lane, "/ready", method="GET")
        return [asleep.status, awake.status]

    assert run(story) == [503, 200]
