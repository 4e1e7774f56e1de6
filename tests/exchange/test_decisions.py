"""What a person decides: to set a message aside, to close the case of an altered one."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from tests.access.builders import a_client
from tests.exchange.books import Book
from tests.exchange.builders import NOON, a_moved, a_stepped, sealed
from yipan.access.roles import Role
from yipan.exchange import decisions, parking, proof, queries
from yipan.exchange.decisions import Decision, ReasonMissing
from yipan.exchange.inbox import receive
from yipan.exchange.models import Reception
from yipan.foundation.refusals import NotFound

pytestmark = pytest.mark.django_db

DECIDED = Decision(by="zhao.controller", reason="Sent by mistake; agreed with W1.", at=NOON)


def set_aside(sequence: int, decision: Decision = DECIDED) -> None:
    decisions.set_aside(
        receiver="erp", source="wms:W1/stock", epoch=1, sequence=sequence, decision=decision
    )


def test_a_message_set_aside_stays_on_record_and_is_not_tried_again(book: Book) -> None:
    book.unknown.add("NEW-1")
    receive("erp", [sealed(1, a_moved(1, sku="NEW-1")), sealed(2, a_moved(2))])

    set_aside(1)
    book.unknown.clear()
    tried = parking.retry()

    assert tried == 0
    assert book.list_numbers() == [2]
    assert queries.list_inbox() == []
    (row,) = queries.list_inbox(state="set_aside")
    assert (row.code, row.subject) == ("test.sku_unknown", "NEW-1")
    assert row.facts == {
        "sku": "NEW-1",
        "set_aside_by": "zhao.controller",
        "reason": "Sent by mistake; agreed with W1.",
    }
    assert [finding for finding in proof.list_findings() if not finding.ok] == []


def test_what_waited_behind_a_message_goes_on_without_it(book: Book) -> None:
    book.unknown.add("P-1")
    receive("erp", [sealed(number, a_stepped(number)) for number in (1, 2, 3)])
    book.unknown.clear()

    set_aside(1)

    assert book.list_numbers() == [2, 3]
    assert Reception.objects.get().open_count == 0


def test_a_message_set_aside_that_comes_again_is_answered_as_parked(book: Book) -> None:
    book.unknown.add("NEW-1")
    receive("erp", [sealed(1, a_moved(1, sku="NEW-1"))])
    set_aside(1)

    (reply,) = receive("erp", [sealed(1, a_moved(1, sku="NEW-1"))])

    assert (reply.state, reply.code, reply.waiting) == ("parked", "test.sku_unknown", ())


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_nobody_sets_a_message_aside_without_a_reason(book: Book, reason: str) -> None:
    book.unknown.add("NEW-1")
    receive("erp", [sealed(1, a_moved(1, sku="NEW-1"))])

    with pytest.raises(ReasonMissing):
        set_aside(1, Decision(by="zhao.controller", reason=reason, at=NOON))

    assert len(queries.list_inbox(state="parked")) == 1


def test_only_a_parked_message_can_be_set_aside(book: Book) -> None:
    receive("erp", [sealed(1, a_moved(1)), sealed(3, a_stepped(3))])

    for sequence in (1, 2, 3):
        with pytest.raises(NotFound):
            set_aside(sequence)

    assert book.list_numbers() == [1]


def test_the_case_of_an_altered_message_is_closed_once(book: Book) -> None:  # noqa: ARG001
    receive("erp", [sealed(1, a_moved(1)), sealed(1, a_moved(1, quantity=9))])
    (case,) = queries.list_alterations(only_open=True)

    decisions.settle_alteration(alteration_id=case.alteration_id, decision=DECIDED)

    assert queries.list_alterations(only_open=True) == []
    (closed,) = queries.list_alterations()
    assert (closed.settled_by, closed.settled_at) == ("zhao.controller", NOON)
    with pytest.raises(NotFound):
        decisions.settle_alteration(alteration_id=case.alteration_id, decision=DECIDED)


def test_alarms_name_what_has_been_standing_still_for_too_long(book: Book) -> None:
    book.unknown.add("NEW-1")
    receive("erp", [sealed(1, a_moved(1, sku="NEW-1")), sealed(1, a_moved(1, quantity=9))])
    receive("erp", [sealed(3, a_moved(3), source="wms:W2/stock")])
    now = timezone.now()

    def names(at: datetime) -> list[tuple[str, str, int]]:
        return [(each.code, each.source, each.count) for each in queries.list_alarms(now=at)]

    altered = ("exchange.content_altered", "wms:W1/stock", 1)
    assert names(now) == [altered]
    assert names(now + timedelta(minutes=16)) == [
        altered,
        ("exchange.gap_stands", "wms:W2/stock", 2),
    ]
    assert names(now + timedelta(minutes=61)) == [
        altered,
        ("exchange.message_stands", "wms:W1/stock", 1),
        ("exchange.gap_stands", "wms:W2/stock", 2),
    ]
    receive("erp", [sealed(number, a_moved(number), source="wms:W2/stock") for number in (1, 2)])
    assert names(now + timedelta(minutes=16)) == [altered]


def test_decisions_are_taken_over_the_api_by_a_controller_of_the_site(book: Book) -> None:
    book.unknown.add("NEW-1")
    receive("erp", [sealed(1, a_moved(1, sku="NEW-1")), sealed(1, a_moved(1, quantity=9))])
    client = a_client(Role.INVENTORY_CONTROLLER)
    other = a_client(Role.INVENTORY_CONTROLLER, username="bob", sites=["W2"])
    (case,) = client.get("/api/v1/alterations").json()["data"]
    aside = {"receiver": "erp", "source": "wms:W1/stock", "sequence": 1, "reason": "Agreed."}

    def post(by: object, path: str, body: dict[str, object], key: str) -> int:
        answer = by.post(  # type: ignore[attr-defined]
            f"/api/v1/{path}",
            data=body,
            content_type="application/json",
            headers={"Idempotency-Key": key},
        )
        return int(answer.status_code)

    assert post(other, "parked/set-aside", aside, "k-1") == 404
    assert post(other, f"alterations/{case['id']}/settle", {"reason": "x"}, "k-2") == 404
    assert post(client, "parked/set-aside", aside, "k-3") == 200
    assert post(client, f"alterations/{case['id']}/settle", {"reason": "Seen."}, "k-4") == 200
    assert client.get("/api/v1/alterations").json()["data"] == []
    assert client.get("/api/v1/parked").json()["data"] == []
    assert client.get("/api/v1/alarms").json()["data"] == []
    assert other.get("/api/v1/alterations?only_open=false").json()["data"] == []
