"""The message log proves itself, and each check has been seen red."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.exchange.books import Book
from tests.exchange.builders import a_moved, say
from yipan.exchange import proof
from yipan.exchange.delivery import deliver_pending

pytestmark = pytest.mark.django_db

#: What is broken by hand, the check that must notice, and what it says.
BREAKS = [
    (
        "delete from exchange_outboxmessage where sequence = 2",
        "exchange.outbox_gap_free",
        "wms:W1/stock epoch 1 holds 2 messages of 3",
    ),
    (
        "delete from exchange_inboxmessage where sequence = 2",
        "exchange.watermark_gap_free",
        "erp holds 2 messages of wms:W1/stock epoch 1 below the watermark 3",
    ),
    (
        "update exchange_reception set watermark = 2",
        "exchange.watermark_gap_free",
        "erp holds 2 messages of wms:W1/stock epoch 1 below the watermark 2",
    ),
    (
        "update exchange_reception set applied_count = 4",
        "exchange.counts_hold",
        "erp of wms:W1/stock epoch 1: 0 open, counted 0; 3 applied, counted 4",
    ),
    (
        "update exchange_inboxmessage set content_hash = 'x' where sequence = 2",
        "exchange.heard_as_told",
        "erp heard wms:W1/stock epoch 1 number 2 with other content than was told",
    ),
]


@pytest.fixture
def _log(book: Book) -> None:  # noqa: ARG001  wires the receiver
    say("wms:W1/stock", [a_moved(1), a_moved(2), a_moved(3)])
    deliver_pending()


@pytest.mark.usefixtures("_log")
def test_a_log_that_was_only_written_by_its_doors_is_sound() -> None:
    findings = proof.list_findings()

    assert [(each.check, each.ok, each.count, each.examined) for each in findings] == [
        ("exchange.outbox_gap_free", True, 0, 3),
        ("exchange.watermark_gap_free", True, 0, 3),
        ("exchange.counts_hold", True, 0, 1),
        ("exchange.heard_as_told", True, 0, 3),
        ("exchange.forgotten_hold", True, 0, 0),
    ]


@pytest.mark.usefixtures("_log")
@pytest.mark.parametrize(("damage", "check", "detail"), BREAKS)
def test_a_damaged_log_is_noticed(damage: str, check: str, detail: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(damage)

    found = {each.check: each for each in proof.list_findings()}

    assert (found[check].ok, found[check].count, found[check].detail) == (False, 1, detail)
