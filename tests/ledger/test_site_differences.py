"""The hub's book and the sites' own are compared at one watermark each, all in one statement."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from yipan.ledger import posting
from yipan.ledger.moves import FactPosting, Move, Trace
from yipan.ledger.site_differences import SiteCut, SiteDifference, list_site_differences

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def post(book: str, to: str, quantity: int, *, site: str, number: int) -> None:
    """Bring goods; the posting tells of a message of the site, or comes from it."""
    posting.post_fact(
        book=book,
        posting=FactPosting(
            origin=f"receipt/{site}-{number}/post",
            occurred_at=NOON,
            moves=[Move(sku="TEA-250", from_account="supplier", to_account=to, quantity=quantity)],
            trace=Trace(source=f"wms:{site}/stock", sequence=number),
        ),
    )


def cut(site: str, watermark: int) -> SiteCut:
    return SiteCut(site=site, book=f"wms:{site}", source=f"wms:{site}/stock", watermark=watermark)


@pytest.fixture(autouse=True)
def _two_sites() -> None:
    """W1 and W2 told of 10, of 7 damaged and of 5 more; of W2 the hub heard only the first."""
    told = [("available", 10), ("damaged", 7), ("available", 5)]
    for number, (status, quantity) in enumerate(told, start=1):
        for site, heard in (("W1", 3), ("W2", 1)):
            place = f"on_hand/BIN/{status}"
            post(f"wms:{site}", place, quantity, site=site, number=number)
            if number <= heard:
                post("erp", f"on_hand/{site}/{status}", quantity, site=site, number=number)


@pytest.mark.parametrize(("first", "second"), [(3, 1), (2, 1), (1, 1), (0, 0), (3, 0)])
def test_at_what_both_know_there_is_no_difference(first: int, second: int) -> None:
    assert list_site_differences(hub="erp", cuts=[cut("W1", first), cut("W2", second)]) == []


def test_beyond_it_each_difference_is_named_by_group() -> None:
    assert list_site_differences(hub="erp", cuts=[cut("W1", 3), cut("W2", 3)]) == [
        SiteDifference(site="W2", sku="TEA-250", group="sound", quantity_hub=10, quantity_site=15),
        SiteDifference(site="W2", sku="TEA-250", group="damaged", quantity_hub=0, quantity_site=7),
    ]


def test_what_the_hub_has_promised_is_still_sound() -> None:
    posting.post_fact(
        book="erp",
        posting=FactPosting(
            origin="promise/1/hold",
            occurred_at=NOON,
            moves=[
                Move(
                    sku="TEA-250",
                    from_account="on_hand/W1/available",
                    to_account="on_hand/W1/reserved",
                    quantity=4,
                )
            ],
            trace=Trace(),
        ),
    )

    assert list_site_differences(hub="erp", cuts=[cut("W1", 3)]) == []


def test_no_more_differences_are_told_than_asked_for() -> None:
    found = list_site_differences(hub="erp", cuts=[cut("W2", 3)], limit=1)

    assert [each.group for each in found] == ["sound"]


def test_without_sites_there_is_nothing_to_compare() -> None:
    assert list_site_differences(hub="erp", cuts=[]) == []
