"""The health of each source, and where each message went."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.exchange.books import Book
from tests.exchange.builders import a_moved, a_stepped, say, sealed, wired
from yipan.exchange import parking, queries
from yipan.exchange.delivery import deliver_pending
from yipan.exchange.inbox import receive
from yipan.exchange.sources import SourceUnknown, find_source, get_site
from yipan.exchange.subscriptions import Route
from yipan.foundation.refusals import NotFound

pytestmark = pytest.mark.django_db


def test_a_source_shows_its_numbers_gaps_and_repeats(book: Book) -> None:
    book.unknown.add("NEW-1")
    receive("erp", [sealed(number, a_moved(number)) for number in (1, 2, 5, 8, 9)])
    receive("erp", [sealed(2, a_moved(2)), sealed(5, a_moved(5, quantity=9))])
    receive("erp", [sealed(10, a_moved(10, sku="NEW-1")), sealed(12, a_stepped(12))])

    (row,) = queries.list_sources()

    assert (row.source, row.receiver, row.site) == ("wms:W1/stock", "erp", "W1")
    assert (row.last_issued, row.highest_seen, row.watermark, row.applied) == (None, 12, 2, 5)
    assert (row.gaps, row.duplicates, row.altered) == (5, 1, 1)
    assert (row.parked, row.waiting) == (1, 1)
    assert row.is_behind is True
    assert queries.list_gaps(row) == [range(3, 5), range(6, 8), range(11, 12)]


def test_a_source_that_is_caught_up_has_no_lag(book: Book) -> None:  # noqa: ARG001
    say("wms:W1/stock", [a_moved(1)])
    deliver_pending()

    (row,) = queries.get_source("wms:W1/stock")

    assert (row.last_issued, row.watermark, row.oldest_unapplied_at) == (1, 1, None)
    assert row.is_behind is False


@pytest.mark.usefixtures("book")
def test_a_source_nobody_has_heard_yet_is_listed_with_its_age() -> None:
    say("wms:W1/stock", [a_moved(1)])

    (row,) = queries.list_sources()

    assert row.oldest_unapplied_at is not None
    assert row.get_lag_seconds(row.oldest_unapplied_at + timedelta(seconds=90)) == 90
    assert (row.last_issued, row.watermark) == (1, 0)


def test_sources_of_other_sites_are_left_out(book: Book) -> None:  # noqa: ARG001
    receive("erp", [sealed(1, a_moved(1), source="wms:W1/stock")])
    receive("erp", [sealed(1, a_moved(2), source="wms:W2/stock")])

    assert [row.source for row in queries.list_sources(sites={"W2"})] == ["wms:W2/stock"]


def test_a_source_nobody_ever_named_is_unknown() -> None:
    with pytest.raises(SourceUnknown):
        queries.get_source("wms:W9/stock")


def test_parked_messages_are_listed_with_what_they_say_until_they_are_booked(book: Book) -> None:
    book.unknown.add("NEW-1")
    receive("erp", [sealed(1, a_moved(1, sku="NEW-1"))])
    (parked,) = queries.list_inbox(state="parked")
    book.unknown.clear()
    parking.retry()

    assert (parked.subject, parked.code, parked.facts) == (
        "NEW-1",
        "test.sku_unknown",
        {"sku": "NEW-1"},
    )
    assert queries.list_inbox() == []
    (released,) = queries.list_inbox(state="applied")
    assert (released.state, released.code, released.attempts) == (
        "applied",
        "test.sku_unknown",
        2,
    )


def test_an_altered_message_is_listed_with_its_content(book: Book) -> None:  # noqa: ARG001
    receive("erp", [sealed(1, a_moved(1)), sealed(1, a_moved(1, quantity=9))])

    (case,) = queries.list_alterations()

    assert (case.sequence, case.code) == (1, "exchange.sequence_reused")
    assert case.envelope["data"] == {"sku": "TEA-250", "quantity": 9}


def test_a_message_is_found_by_its_number_with_everyone_who_heard_it(book: Book) -> None:
    routes = [Route(receiver=each, prefix="wms:") for each in ("erp", "oms")]
    with wired(*book.subscriptions(), routes=routes):
        say("wms:W1/stock", [a_moved(1, quantity=4)])
        deliver_pending()

    message = queries.get_message(source="wms:W1/stock", sequence=1)

    assert (message.kind, message.subject) == ("test.moved.v1", "TEA-250")
    assert message.data == {"sku": "TEA-250", "quantity": 4}
    assert [(each.receiver, each.state) for each in message.heard_by] == [
        ("erp", "applied"),
        ("oms", "applied"),
    ]


def test_a_number_nobody_used_is_not_found() -> None:
    with pytest.raises(NotFound):
        queries.get_message(source="wms:W1/stock", sequence=1)


@pytest.mark.parametrize(
    ("name", "site"),
    [
        ("wms:W1/stock", "W1"),
        ("pos:S12/stock", "S12"),
        ("till:S12-3/stock", "S12"),
        ("erp:hub/orders:W1", "W1"),
        ("erp:hub/masterdata", ""),
    ],
)
def test_the_name_of_a_source_tells_its_site(name: str, site: str) -> None:
    assert get_site(name) == site


@pytest.mark.parametrize("name", ["wms:W1", "W1/stock", "wms:W 1/stock", "wms:W1/stock\n", ""])
def test_what_is_no_name_of_a_source_has_no_parts(name: str) -> None:
    assert find_source(name) is None
