"""What is published in a transaction reaches every listener once, and never before the commit."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from tests.exchange.builders import Moved, a_moved, say, wired
from yipan.exchange.delivery import deliver_pending
from yipan.exchange.models import InboxMessage, OutboxMessage, Stream
from yipan.exchange.outbox import reserve_numbers
from yipan.exchange.subscriptions import Heard, Route, RunSubscription, Subscription

pytestmark = pytest.mark.django_db

TO_ERP = (Route(receiver="erp", prefix="wms:"),)


def test_a_published_message_reaches_its_listener_with_its_number() -> None:
    heard: list[tuple[Moved, Heard]] = []
    listen = Subscription(
        receiver="erp", message=Moved, handler=lambda message, where: heard.append((message, where))
    )

    with wired(listen, routes=TO_ERP):
        say("wms:W1/stock", [a_moved(1, quantity=7)])
        delivered = deliver_pending()

    assert delivered == 1
    assert heard == [
        (
            a_moved(1, quantity=7),
            Heard(source="wms:W1/stock", epoch=1, sequence=1, receiver="erp"),
        )
    ]


def test_delivering_again_delivers_nothing() -> None:
    heard: list[Any] = []
    listen = Subscription(
        receiver="erp", message=Moved, handler=lambda message, _: heard.append(message)
    )

    with wired(listen, routes=TO_ERP):
        say("wms:W1/stock", [a_moved(1), a_moved(2)])
        deliver_pending()
        again = deliver_pending()

    assert again == 0
    assert heard == [a_moved(1), a_moved(2)]


def test_a_kind_that_comes_in_thousands_is_handed_over_as_one_run() -> None:
    runs: list[int] = []
    listen = RunSubscription(
        receiver="erp", message=Moved, handler=lambda run: runs.append(len(run))
    )

    with wired(listen, routes=TO_ERP):
        say("wms:W1/stock", [a_moved(number) for number in range(1, 1201)])
        delivered = deliver_pending()

    assert delivered == 1200
    assert runs == [500, 500, 200]


def test_a_rolled_back_publication_leaves_no_number_and_no_message() -> None:
    with transaction.atomic():
        say("wms:W1/stock", [a_moved(1)])
        transaction.set_rollback(True)

    assert OutboxMessage.objects.count() == 0
    assert reserve_numbers("wms:W1/stock") == range(1, 2)


def test_numbers_of_one_source_follow_each_other() -> None:
    assert reserve_numbers("wms:W1/stock", 3) == range(1, 4)
    assert reserve_numbers("wms:W2/stock") == range(1, 2)
    assert reserve_numbers("wms:W1/stock") == range(4, 5)
    assert Stream.objects.get(source="wms:W1/stock").last_sequence == 4


def test_who_listens_to_nothing_of_a_kind_has_still_heard_it() -> None:
    # Somebody else listens to the kind: the hub can read it, and has nothing to do with it.
    elsewhere = Subscription(receiver="planning", message=Moved, handler=lambda _it, _heard: None)
    with wired(elsewhere, routes=TO_ERP):
        say("wms:W1/stock", [a_moved(1)])
        delivered = deliver_pending()

    assert delivered == 1
    assert InboxMessage.objects.get().state == "applied"
