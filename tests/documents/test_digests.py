"""A site's book and its hub's are compared by sums, and a difference is named to the line."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from uuid import uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import retailer
from tests.access.builders import a_client
from tests.retailer import NAMESPACE, NOON, deliver, order, receive, sell
from yipan.access.roles import Role
from yipan.documents import digests
from yipan.documents.digests import ToldRange
from yipan.exchange import comparisons
from yipan.exchange.codec import hash_content
from yipan.exchange.comparisons import ComparisonRow
from yipan.exchange.digests import Digest, add_up, list_differences
from yipan.exchange.models import ComparisonState, OutboxMessage, Stream
from yipan.ledger import posting
from yipan.ledger.lines import ToldLine, list_told_lines
from yipan.ledger.moves import FactPosting, Move, Trace
from yipan.messages import pos, wms

pytestmark = pytest.mark.django_db

SOURCE = "wms:W1/stock"


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()


def receive_goods() -> None:
    purchase = order(("TEA-250", 100), ("SOAP-1", 50))
    deliver()
    receive(purchase.inbound_order_number, ("TEA-250", 60, 2), ("SOAP-1", 10, 0))
    receive(purchase.inbound_order_number, ("TEA-250", 30, 0))


def tell(source: str = SOURCE) -> None:
    """Let every site tell the digest of what it told since the last time."""
    kinds = {"wms": wms.StreamDigested, "pos": pos.StreamDigested}
    for undigested in comparisons.list_undigested(kinds):
        digests.tell(
            undigested,
            message_type=kinds[undigested.source.partition(":")[0]],
            message_id=uuid5(NAMESPACE, f"digest {undigested.last_sequence} {source}"),
            at=NOON,
        )


def get_only_comparison() -> ComparisonRow:
    (row,) = comparisons.list_comparisons()
    return row


def test_two_books_that_booked_the_same_match() -> None:
    receive_goods()
    deliver()

    tell()
    deliver()

    row = get_only_comparison()
    assert row.state == ComparisonState.MATCH
    assert row.theirs == row.ours
    assert (row.ours.first_sequence, row.ours.last_sequence) == (1, 2)
    assert (row.ours.document_count, row.ours.line_count) == (2, 4)
    assert row.ours.quantities == {
        "supplier > on_hand/damaged": 2,
        "supplier > on_hand/sound": 100,
    }


def test_tickets_match_too_though_each_book_names_its_documents_its_own_way() -> None:
    sell(("TEA-250", 3))
    sell(("TEA-250", -1), ("SOAP-1", 2))
    deliver()

    tell()
    deliver()

    row = get_only_comparison()
    assert row.state == ComparisonState.MATCH
    assert row.ours.quantities == {
        "customer > on_hand/sound": 1,
        "on_hand/sound > customer": 5,
    }


def test_a_digest_waits_for_the_messages_it_speaks_of() -> None:
    receive_goods()
    tell()
    first, second, digest = retailer.list_envelopes(SOURCE)

    [early] = retailer.hear("erp", digest)
    retailer.hear("erp", second)
    before = comparisons.list_comparisons()
    retailer.hear("erp", first)

    assert (early.state, early.code) == ("waiting", "exchange.sequence_gap")
    assert before == []
    assert get_only_comparison().state == ComparisonState.MATCH


def test_nothing_is_told_when_nothing_happened_since_the_last_digest() -> None:
    receive_goods()
    tell()

    assert comparisons.list_undigested(["wms"]) == []
    tell()
    assert Stream.objects.get(source=SOURCE).last_sequence == 3


def test_the_next_digest_begins_where_the_last_one_ended() -> None:
    receive_goods()
    tell()
    purchase = order(("MUG-1", 5))
    deliver()
    receive(purchase.inbound_order_number, ("MUG-1", 5, 0))

    tell()
    deliver()

    ranges = {
        (row.ours.first_sequence, row.ours.last_sequence): row.state
        for row in comparisons.list_comparisons()
    }
    assert ranges == {(1, 2): ComparisonState.MATCH, (3, 4): ComparisonState.MATCH}


def test_while_a_message_is_parked_nothing_is_said_and_afterwards_it_is() -> None:
    receive_goods()
    message = OutboxMessage.objects.get(sequence=2, kind=wms.GoodsReceived.kind)
    data = message.data | {"lines": [dict(message.data["lines"][0], sku="NEW-1")]}
    OutboxMessage.objects.filter(sequence=2, kind=message.kind).update(
        data=data, content_hash=hash_content(data)
    )
    tell()
    deliver()
    still_open = get_only_comparison().state

    retailer.add_skus("NEW-1")
    retailer.retry_parked()
    decided = digests.compare_open(receiver="erp")

    assert still_open == ComparisonState.OPEN
    assert decided == 1
    # The message says another SKU than the site's own book: that is found, too.
    assert get_only_comparison().state == ComparisonState.MISMATCH


def test_a_line_posted_wrongly_is_found_though_its_message_was_right() -> None:
    receive_goods()
    deliver()
    extra = Move(
        sku="TEA-250",
        from_account="supplier",
        to_account="on_hand/W1/available",
        quantity=1,
    )
    posting.post_fact(
        book="erp",
        posting=FactPosting(
            origin="goods_receipt/GR-X/post",
            occurred_at=NOON,
            moves=[extra],
            trace=Trace(source=SOURCE, sequence=2),
        ),
    )

    tell()
    deliver()

    row = get_only_comparison()
    assert row.state == ComparisonState.MISMATCH
    difference = digests.explain(row, their_book="wms:W1")
    assert [(each.side, each.sequence, each.sku, each.quantity) for each in difference] == [
        ("theirs", 2, "TEA-250", 30),
        ("ours", 2, "TEA-250", 31),
    ]


def test_by_sku_two_sums_show_where_to_look() -> None:
    receive_goods()
    deliver()

    hub = digests.compute_by_sku(ToldRange(book="erp", source=SOURCE, first=1, last=2))
    site = digests.compute_by_sku(ToldRange(book="wms:W1", source=SOURCE, first=1, last=2))

    assert hub == site
    assert {sku: digest.line_count for sku, digest in hub.items()} == {"SOAP-1": 1, "TEA-250": 3}


def test_a_source_cannot_speak_of_the_messages_of_another() -> None:
    receive_goods()
    tell()
    *_, digest = retailer.list_envelopes(SOURCE)
    data = json.loads(digest.data) | {"source": "wms:W2/stock"}
    forged = replace(digest, data=json.dumps(data).encode(), sequence=1, source="pos:S1/stock")

    [reply] = retailer.hear("erp", forged)

    assert reply.state in {"parked", "rejected"}
    assert comparisons.list_comparisons() == []


def test_the_api_tells_the_digest_of_the_hubs_book_and_what_was_compared() -> None:
    receive_goods()
    tell()
    deliver()
    client = a_client(Role.INVENTORY_CONTROLLER)

    digest = client.get(f"/api/v1/digests?source={SOURCE}&first=1&last=2&by=sku").json()
    compared = client.get(f"/api/v1/sources/{SOURCE}/digests").json()["data"]

    row = get_only_comparison()
    assert (digest["book"], digest["hash"]) == ("erp", row.theirs.hash)
    assert [each["sku"] for each in digest["skus"]] == ["SOAP-1", "TEA-250"]
    assert [(each["state"], each["theirs"]["hash"]) for each in compared] == [
        ("match", row.theirs.hash)
    ]


lines = st.lists(
    st.builds(
        ToldLine,
        sequence=st.integers(1, 9),
        sku=st.sampled_from(["TEA-250", "SOAP-1"]),
        from_side=st.sampled_from(["supplier", "on_hand/sound"]),
        to_side=st.sampled_from(["on_hand/damaged", "customer"]),
        quantity=st.integers(1, 5),
        occurred_at=st.integers(0, 3).map(lambda minutes: NOON + timedelta(minutes=minutes)),
    ),
    min_size=1,
    max_size=8,
)


@given(lines=lines, data=st.data())
def test_any_order_of_the_lines_has_the_same_sum(
    lines: list[ToldLine], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(lines))

    assert _sum(shuffled) == _sum(lines)
    assert list_differences(theirs=lines, ours=shuffled) == []


@given(lines=lines, data=st.data())
def test_one_line_missing_doubled_or_changed_is_named(
    lines: list[ToldLine], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(lines) - 1))
    line = lines[place]
    missing = [*lines[:place], *lines[place + 1 :]]
    doubled = [*lines, line]
    changed = [*missing, replace(line, quantity=line.quantity + 10)]

    for other in (missing, doubled, changed):
        assert _sum(other).hash != _sum(lines).hash
    assert _sides(lines, missing) == [("theirs", line.sequence, line.quantity)]
    assert _sides(lines, doubled) == [("ours", line.sequence, line.quantity)]
    assert sorted(_sides(lines, changed)) == [
        ("ours", line.sequence, line.quantity + 10),
        ("theirs", line.sequence, line.quantity),
    ]


def _sum(lines: list[ToldLine]) -> Digest:
    return add_up(source=SOURCE, numbers=range(1, 10), lines=lines)


def _sides(theirs: list[ToldLine], ours: list[ToldLine]) -> list[tuple[str, int, int]]:
    return [
        (each.side, each.sequence, each.quantity)
        for each in list_differences(theirs=theirs, ours=ours)
    ]


def test_moves_between_bins_are_no_lines() -> None:
    receive_goods()
    move = Move(
        sku="TEA-250",
        from_account="on_hand/RECV-01/available",
        to_account="on_hand/A-01-01/available",
        quantity=5,
    )
    posting.post_fact(
        book="wms:W1",
        posting=FactPosting(
            origin="bin_move/BM-1/post",
            occurred_at=NOON,
            moves=[move],
            trace=Trace(source=SOURCE, sequence=2),
        ),
    )

    told = list_told_lines(book="wms:W1", source=SOURCE, first=2, last=2)

    assert [(line.from_side, line.to_side, line.quantity) for line in told] == [
        ("supplier", "on_hand/sound", 30)
    ]
