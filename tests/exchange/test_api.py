"""The doors of the exchange over HTTP: who may speak, what is answered, what changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from tests.access.builders import a_client, a_key
from tests.exchange.books import Book
from tests.exchange.builders import a_moved, say, sealed
from yipan.access.roles import Role
from yipan.exchange import wire
from yipan.exchange.envelopes import Envelope
from yipan.exchange.inbox import receive
from yipan.exchange.models import InboxMessage, OutboxMessage

pytestmark = pytest.mark.django_db

BATCH = "application/cloudevents-batch+json"


def push(body: bytes, *, secret: str, content_type: str = BATCH) -> Any:
    return Client().post(
        "/api/v1/events",
        data=body,
        content_type=content_type,
        headers={"Authorization": f"Bearer {secret}"},
    )


def get(path: str, *, secret: str) -> Any:
    return Client().get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {secret}"})


def batch(numbers: Iterable[int], **changes: Any) -> bytes:
    return wire.write_batch([sealed(n, a_moved(n), **changes) for n in numbers])


def test_a_batch_is_received_and_every_message_answered(book: Book) -> None:
    book.unknown.add("NEW-1")
    body = wire.write_batch(
        [sealed(1, a_moved(1)), sealed(2, a_moved(2, sku="NEW-1")), sealed(4, a_moved(4))]
    )

    answer = push(body, secret=a_key(sites=["W1"]))

    assert answer.status_code == 200
    assert [
        (row["sequence"], row["state"], row["code"], row["applied_sequence"], row["waiting"])
        for row in answer.json()["data"]
    ] == [
        (1, "applied", "", 2, [2]),
        (2, "parked", "test.sku_unknown", 2, [2]),
        (4, "applied", "", 2, [2]),
    ]
    assert book.list_numbers() == [1, 4]


def test_a_single_event_is_taken_like_a_batch_of_one(book: Book) -> None:
    body = wire.write_event(sealed(1, a_moved(1)))

    answer = push(body, secret=a_key(), content_type="application/cloudevents+json")

    assert [row["state"] for row in answer.json()["data"]] == ["applied"]
    assert book.list_numbers() == [1]


def test_a_batch_sent_twice_is_booked_once_without_an_idempotency_key(book: Book) -> None:
    secret = a_key()
    push(batch([1, 2]), secret=secret)

    again = push(batch([1, 2]), secret=secret)

    assert [row["state"] for row in again.json()["data"]] == ["duplicate", "duplicate"]
    assert book.list_numbers() == [1, 2]


def test_a_body_that_was_cut_is_malformed_and_changes_nothing(book: Book) -> None:
    body = batch([1, 2, 3])

    answer = push(body[:-40], secret=a_key())

    assert (answer.status_code, answer.json()["code"]) == (400, "request.malformed")
    assert answer["Content-Type"].startswith("application/problem+json")
    assert book.list_effects() == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"sequence": "0"}, "sequence starts at 1"),
        ({"sequence": "x1"}, "$.sequence"),
        ({"source": "nobody"}, "source is system:site/stream"),
        ({"time": "2026-03-02T12:00:00"}, "$.time"),
        ({"specversion": "0.3"}, "$.specversion"),
        ({"data": {"sku": "TEA-250", "quantity": 2}}, "contenthash"),
        ({"data": {"sku": "TEA-250", "quantity": 1.5}}, "Expected whole numbers"),
        ({"data": {"sku": "T\u0000", "quantity": 1}}, "NUL"),
        ({"data": [1]}, "Expected `object`"),
    ],
)
def test_a_text_that_is_no_message_of_ours_is_rejected_and_its_neighbors_are_taken(
    book: Book, change: dict[str, Any], reason: str
) -> None:
    bad = {**json.loads(wire.write_event(sealed(1, a_moved(1)))), **change}
    good = json.loads(wire.write_event(sealed(2, a_moved(2))))

    answer = push(json.dumps([bad, good]).encode(), secret=a_key())

    rejected, applied = answer.json()["data"]
    assert (rejected["state"], rejected["code"]) == ("rejected", "exchange.malformed")
    assert reason in rejected["facts"]["reason"]
    assert applied["state"] == "applied"
    assert book.list_numbers() == [2]


def test_whoever_made_the_json_the_fingerprint_is_the_same(book: Book) -> None:
    event = json.loads(wire.write_event(sealed(1, a_moved(1))))
    event["data"] = {"quantity": 1, "note": None, "sku": "TEA-250"}

    answer = push(json.dumps(event, indent=4).encode(), secret=a_key())

    assert answer.json()["data"][0]["state"] == "applied"
    assert book.list_numbers() == [1]


def test_attributes_and_members_nobody_knows_are_left_alone(book: Book) -> None:
    event = json.loads(wire.write_event(sealed(1, a_moved(1))))
    del event["contenthash"]
    event |= {"traceparent": "00-1", "data": {**event["data"], "color": "red"}}

    answer = push(json.dumps([event]).encode(), secret=a_key())

    assert answer.json()["data"][0]["state"] == "applied"
    assert book.list_effects() == [(1, "TEA-250", 1)]


@pytest.mark.parametrize(
    ("sites", "sources", "source"),
    [
        (["W2"], None, "wms:W1/stock"),
        (["W1"], ["wms:W1/cash"], "wms:W1/stock"),
        (["W1"], None, "erp:hub/masterdata"),
        (None, None, "till:S12-1/stock"),
    ],
)
def test_who_may_not_speak_for_a_source_finds_none_and_changes_nothing(
    book: Book, sites: list[str] | None, sources: list[str] | None, source: str
) -> None:
    body = wire.write_batch(
        [sealed(1, a_moved(1)), sealed(1, a_moved(2), source=source), sealed(2, a_moved(3))]
    )

    answer = push(body, secret=a_key(sites=sites, sources=sources))

    assert (answer.status_code, answer.json()["code"]) == (404, "resource.not_found")
    assert book.list_effects() == []
    assert InboxMessage.objects.count() == 0


def test_more_than_a_hundred_messages_in_one_call_are_refused(book: Book) -> None:
    answer = push(batch(range(1, 102)), secret=a_key())

    assert (answer.status_code, answer.json()["code"]) == (413, "bulk.too_many_lines")
    assert book.list_effects() == []


def test_people_do_not_push_messages(book: Book) -> None:
    answer = a_client(Role.INVENTORY_CONTROLLER).post(
        "/api/v1/events", data=batch([1]), content_type=BATCH
    )

    assert (answer.status_code, answer.json()["code"]) == (403, "auth.forbidden")
    assert book.list_effects() == []


@pytest.mark.parametrize(
    ("time", "state"),
    [
        ("2026-03-02T12:30:00+23:59", "applied"),
        ("0001-01-01T00:00:00+08:00", "rejected"),
        ("9999-12-31T23:59:59-08:00", "rejected"),
    ],
)
def test_a_moment_of_any_offset_is_read_and_one_that_is_none_is_not(
    book: Book, time: str, state: str
) -> None:
    event = json.loads(wire.write_event(sealed(1, a_moved(1))))

    answer = push(json.dumps({**event, "time": time}).encode(), secret=a_key())

    assert [row["state"] for row in answer.json()["data"]] == [state]
    assert len(book.list_effects()) == (state == "applied")


def test_a_fault_leaves_its_message_unknown_beside_the_others(book: Book) -> None:
    book.broken.add("BAD-1")
    body = wire.write_batch([sealed(1, a_moved(1, sku="BAD-1")), sealed(2, a_moved(2))])

    answer = push(body, secret=a_key())

    assert [row["state"] for row in answer.json()["data"]] == ["unknown", "applied"]


def test_a_call_that_meets_nothing_but_a_fault_is_answered_with_an_incident(book: Book) -> None:
    book.broken.add("BAD-1")

    answer = push(wire.write_event(sealed(1, a_moved(1, sku="BAD-1"))), secret=a_key())

    assert answer.status_code == 500
    assert "planted" not in answer.content.decode()


def test_a_site_reads_what_the_hub_tells_it_after_a_number() -> None:
    say("erp:hub/orders:W1", [a_moved(number) for number in (1, 2, 3)])

    answer = get("events?source=erp:hub/orders:W1&after=1&limit=2", secret=a_key(sites=["W1"]))

    body = answer.json()
    assert [event["sequence"] for event in body["data"]] == [f"{2:020}", f"{3:020}"]
    assert body["data"][0]["type"] == "test.moved.v1"
    assert (body["epoch"], body["last_sequence"], body["more"]) == (1, 3, False)
    envelope = wire.read_event(json.dumps(body["data"][0]).encode())
    assert isinstance(envelope, Envelope)
    assert envelope.message_id == a_moved(2).message_id


@pytest.mark.parametrize("source", ["erp:hub/orders:W2", "nonsense", "erp:hub/orders:W1"])
def test_a_site_does_not_read_what_is_for_another(source: str) -> None:
    say("erp:hub/orders:W2", [a_moved(1)])

    answer = get(f"events?source={source}", secret=a_key(sites=["W1"]))

    assert answer.status_code == 404
    assert answer.json()["code"] in {"resource.not_found", "exchange.source_unknown"}


def test_the_health_of_a_source_names_its_missing_numbers(book: Book) -> None:  # noqa: ARG001
    receive("erp", [sealed(number, a_moved(number)) for number in (1, 2, 5)])

    answer = get("sources/wms:W1/stock/health", secret=a_key(sites=["W1"]))

    (row,) = answer.json()["data"]
    assert (row["watermark"], row["highest_seen"], row["gaps"]) == (2, 5, 2)
    assert row["missing"] == [{"first": 3, "last": 4}]


def test_sources_of_other_sites_are_not_listed(book: Book) -> None:  # noqa: ARG001
    receive("erp", [sealed(1, a_moved(1)), sealed(1, a_moved(2), source="wms:W2/stock")])

    answer = get("sources", secret=a_key(sites=["W2"]))

    assert [row["source"] for row in answer.json()["data"]] == ["wms:W2/stock"]


def test_parked_messages_are_listed_and_tried_again(book: Book) -> None:
    book.unknown.add("NEW-1")
    receive("erp", [sealed(1, a_moved(1, sku="NEW-1"))])
    client = a_client(Role.INVENTORY_CONTROLLER)
    parked = client.get("/api/v1/parked").json()["data"]
    book.unknown.clear()

    answer = client.post(
        "/api/v1/parked/retry",
        data={"source": "wms:W1/stock"},
        content_type="application/json",
        headers={"Idempotency-Key": "k-1"},
    )

    assert [(row["sequence"], row["code"], row["state"]) for row in parked] == [
        (1, "test.sku_unknown", "parked")
    ]
    assert parked[0]["event"]["data"]["sku"] == "NEW-1"
    assert answer.json() == {"applied": 1}
    assert book.list_numbers() == [1]


def test_a_site_is_asked_to_send_again_by_a_message_of_its_own(book: Book) -> None:  # noqa: ARG001
    receive("erp", [sealed(number, a_moved(number)) for number in (1, 5)])

    answer = a_client(Role.INVENTORY_CONTROLLER).post(
        "/api/v1/sources/wms:W1/stock/resend",
        data={"first": 2, "last": 4},
        content_type="application/json",
        headers={"Idempotency-Key": "k-1"},
    )

    assert answer.json() == {"source": "erp:hub/orders:W1", "sequence": 1}
    told = OutboxMessage.objects.get()
    assert told.kind == "erp.resend_requested.v1"
    assert told.data == {
        "source": "wms:W1/stock",
        "epoch": 1,
        "first_sequence": 2,
        "last_sequence": 4,
    }


@pytest.mark.parametrize(
    ("source", "numbers", "status", "code"),
    [
        ("wms:W1/stock", {"first": 4, "last": 2}, 422, "exchange.range_wrong"),
        ("wms:W1/stock", {"first": 1, "last": 10**12}, 422, "exchange.range_wrong"),
        ("wms:W1/stock", {"first": 0, "last": 1}, 422, "request.invalid"),
        ("wms:W9/stock", {"first": 1, "last": 2}, 404, "exchange.source_unknown"),
    ],
)
def test_a_resend_that_makes_no_sense_is_refused(
    book: Book,  # noqa: ARG001
    source: str,
    numbers: dict[str, int],
    status: int,
    code: str,
) -> None:
    receive("erp", [sealed(1, a_moved(1))])

    answer = a_client(Role.INVENTORY_CONTROLLER).post(
        f"/api/v1/sources/{source}/resend",
        data=numbers,
        content_type="application/json",
        headers={"Idempotency-Key": "k-1"},
    )

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert OutboxMessage.objects.count() == 0


def test_a_device_that_was_replaced_gets_an_epoch_and_counts_from_one_again(book: Book) -> None:
    secret = a_key(sites=["W1"])
    push(batch([1, 2]), secret=secret)
    early = push(wire.write_event(replace(sealed(1, a_moved(3)), epoch=2)), secret=secret)

    opened = Client().post(
        "/api/v1/sources/wms:W1/stock/epochs",
        headers={"Authorization": f"Bearer {secret}", "Idempotency-Key": "k-1"},
    )
    later = push(wire.write_event(replace(sealed(1, a_moved(3)), epoch=2)), secret=secret)

    assert [(row["state"], row["code"]) for row in early.json()["data"]] == [
        ("rejected", "exchange.epoch_unknown")
    ]
    assert opened.json() == {"source": "wms:W1/stock", "epoch": 2}
    assert later.json()["data"][0]["state"] == "applied"
    assert book.list_numbers() == [1, 2, 1]


def test_the_hub_knows_how_far_a_site_has_read() -> None:
    say("erp:hub/orders:W1", [a_moved(number) for number in (1, 2, 3)])
    secret = a_key(name="node-w1", sites=["W1"])
    get("events?source=erp:hub/orders:W1&after=0", secret=secret)
    get("events?source=erp:hub/orders:W1&after=2", secret=secret)

    answer = get("sources/erp:hub/orders:W1/readers", secret=secret)

    assert [
        (row["reader"], row["epoch"], row["after"], row["last_issued"])
        for row in answer.json()["data"]
    ] == [("key:node-w1", 1, 2, 3)]
