"""Goal: every number can be read, now and as it was. Method: a small story, then its rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from yipan.foundation.refusals import NotFound
from yipan.ledger import past, posting, queries
from yipan.ledger.moves import FactPosting, Move, Trace
from yipan.ledger.rows import BalanceRow, SiteSum

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SHELF = "on_hand/W1/available"
SITE = "on_hand/W1"


def book(
    number: int,
    *,
    quantity: int = 1,
    accounts: tuple[str, str] = ("supplier", SHELF),
    at: datetime = NOON,
    trace: Trace | None = None,
    ledger_book: str = "erp",
) -> None:
    move = Move(sku="SCARF", from_account=accounts[0], to_account=accounts[1], quantity=quantity)
    posting.post_fact(
        book=ledger_book,
        posting=FactPosting(
            origin=f"receipt/GR-{number}/post",
            occurred_at=at,
            moves=[move],
            trace=trace or Trace(),
        ),
    )


def a_balance(account: str, quantity: int, *, overdraft: int = 0) -> BalanceRow:
    return BalanceRow(sku="SCARF", account=account, quantity=quantity, overdraft=overdraft)


@pytest.mark.django_db
class TestBalances:
    def test_what_never_moved_is_nothing(self) -> None:
        assert queries.get_quantity(book="erp", account=SHELF, sku="SCARF") == 0
        assert queries.list_balances(book="erp") == []

    def test_a_prefix_ends_at_a_segment(self) -> None:
        book(1, quantity=3)
        book(2, quantity=4, accounts=("supplier", "on_hand/W10/available"))
        book(3, quantity=2, accounts=(SHELF, "on_hand/W1/damaged"))

        assert queries.list_balances(book="erp", prefix="on_hand/W1/") == [
            a_balance(SHELF, 1),
            a_balance("on_hand/W1/damaged", 2),
        ]
        assert queries.list_balances(book="erp", sku="SCARF", prefix="supplier") == [
            a_balance("supplier", -7)
        ]
        assert queries.list_balances(book="erp", sku="HAT") == []
        assert queries.list_balances(book="wms:W1") == []
        assert len(queries.list_balances(book="erp", limit=2)) == 2


@pytest.mark.django_db
class TestMovements:
    def test_movements_are_read_page_by_page_newest_first(self) -> None:
        for number in range(1, 6):
            book(number, quantity=number)
        book(9, ledger_book="wms:W1")

        first = queries.list_movements(book="erp", sku="SCARF", limit=2)
        second = queries.list_movements(book="erp", sku="SCARF", limit=2, before=first[-1].cursor)
        third = queries.list_movements(book="erp", sku="SCARF", limit=2, before=second[-1].cursor)

        quantities = [[it.quantity for it in page] for page in (first, second, third)]
        assert quantities == [[5, 4], [3, 2], [1]]
        assert (first[0].from_account, first[0].to_account) == ("supplier", SHELF)
        assert first[0].header is not None
        assert first[0].header.origin == "receipt/GR-5/post"
        assert queries.list_movements(book="erp", sku="HAT", limit=2) == []

    @pytest.mark.parametrize("cursor", ["", "yesterday~1", "2026-03-02T12:00:00+00:00~x", "~"])
    def test_an_unreadable_cursor_is_refused(self, cursor: str) -> None:
        with pytest.raises(queries.CursorUnreadable):
            queries.list_movements(book="erp", sku="SCARF", limit=2, before=cursor)
        with pytest.raises(queries.CursorUnreadable):
            queries.list_postings(book="erp", limit=2, before=cursor)


@pytest.mark.django_db
class TestPostings:
    def test_postings_are_read_page_by_page_newest_first(self) -> None:
        for number in range(1, 6):
            book(number)
        book(9, ledger_book="wms:W1")

        first = queries.list_postings(book="erp", limit=3)
        rest = queries.list_postings(book="erp", limit=3, before=first[-1].cursor)

        everything = {f"receipt/GR-{number}/post" for number in range(1, 6)}
        assert {it.origin for it in first} | {it.origin for it in rest} == everything
        assert (len(first), len(rest)) == (3, 2)
        ids = [it.event_id for it in [*first, *rest]]
        assert ids == sorted(ids, reverse=True)

    def test_the_postings_of_a_document_are_found_by_its_origin(self) -> None:
        book(1)
        book(11)
        posting.reverse(
            book="erp", origin="receipt/GR-1/post", reversal="receipt/GR-1/reverse", at=NOON
        )

        found = queries.list_postings(book="erp", limit=10, prefix="receipt/GR-1/")

        assert {it.origin for it in found} == {"receipt/GR-1/post", "receipt/GR-1/reverse"}

    def test_an_unknown_posting_is_not_found(self) -> None:
        assert queries.find_posting(book="erp", origin="receipt/GR-1/post") is None
        with pytest.raises(NotFound):
            queries.get_posting(book="erp", origin="receipt/GR-1/post")


@pytest.mark.django_db(transaction=True)
def test_balances_are_known_as_of_any_moment_on_both_axes() -> None:
    book(1, quantity=10, at=NOON)
    monday = queries.get_posting(book="erp", origin="receipt/GR-1/post").header.recorded_at
    book(2, quantity=4, accounts=(SHELF, "customer"), at=NOON + 2 * HOUR)
    # Entered last, although it happened first: the book of monday did not know it.
    book(3, quantity=1, at=NOON - HOUR)

    def on_hand(*, as_of: datetime | None = None, known_at: datetime | None = None) -> int:
        rows = past.list_balances_as_of(book="erp", sku="SCARF", as_of=as_of, known_at=known_at)
        assert sum(row.quantity for row in rows) == 0
        return sum(row.quantity for row in rows if row.account == SHELF)

    assert on_hand() == 7
    assert on_hand(as_of=NOON - 2 * HOUR) == 0
    assert on_hand(as_of=NOON - HOUR) == 1
    assert on_hand(as_of=NOON) == 11
    assert on_hand(as_of=NOON + 2 * HOUR) == 7
    assert on_hand(known_at=monday) == 10
    assert on_hand(as_of=NOON - HOUR, known_at=monday) == 0
    assert on_hand(as_of=NOON + 3 * HOUR, known_at=monday - HOUR) == 0
    assert past.list_balances_as_of(book="wms:W1", sku="SCARF") == []


@pytest.mark.django_db
def test_balances_as_of_say_how_far_an_account_was_overdrawn() -> None:
    book(1, quantity=3, accounts=(SHELF, "customer"), at=NOON)
    book(2, quantity=5, at=NOON + HOUR)

    assert past.list_balances_as_of(book="erp", sku="SCARF", as_of=NOON) == [
        a_balance("customer", 3),
        a_balance(SHELF, -3, overdraft=3),
    ]


@pytest.mark.django_db
class TestSiteSums:
    SOURCE = "wms:W1/stock"

    def hear(self, number: int, *, status: str = "available", quantity: int = 1) -> None:
        book(
            number,
            quantity=quantity,
            accounts=("supplier", f"{SITE}/{status}"),
            trace=Trace(source=self.SOURCE, sequence=number),
        )

    def sums(self, watermark: int | None) -> list[SiteSum]:
        return queries.list_site_sums_at(
            book="erp",
            prefixes=["on_hand/W1/"],
            watermarks={} if watermark is None else {self.SOURCE: watermark},
        )

    def test_what_lies_behind_the_watermark_does_not_count(self) -> None:
        self.hear(1, quantity=90)
        self.hear(2, quantity=5, status="damaged")
        self.hear(3, quantity=7)
        self.hear(4, quantity=2, status="damaged")

        damaged = SiteSum(sku="SCARF", group="damaged", quantity=5)
        assert self.sums(4) == [
            SiteSum(sku="SCARF", group="damaged", quantity=7),
            SiteSum(sku="SCARF", group="sound", quantity=97),
        ]
        assert self.sums(3) == [damaged, SiteSum(sku="SCARF", group="sound", quantity=97)]
        assert self.sums(2) == [damaged, SiteSum(sku="SCARF", group="sound", quantity=90)]
        assert self.sums(0) == []

    def test_held_and_reserved_goods_are_sound_ones(self) -> None:
        self.hear(1, quantity=9)
        book(50, quantity=4, accounts=(SHELF, f"{SITE}/reserved"))
        book(51, quantity=1, accounts=(SHELF, f"{SITE}/held"))
        book(52, quantity=2, accounts=(SHELF, f"{SITE}/blocked"))

        assert self.sums(1) == [
            SiteSum(sku="SCARF", group="blocked", quantity=2),
            SiteSum(sku="SCARF", group="sound", quantity=7),
        ]

    def test_other_sources_sites_and_books_are_left_alone(self) -> None:
        self.hear(1, quantity=9)
        other = Trace(source="pos:S1/stock", sequence=99)
        book(60, quantity=3, trace=other)
        book(61, quantity=5, accounts=("supplier", "on_hand/S1/available"), trace=other)
        book(62, quantity=8, ledger_book="wms:W1", trace=Trace(source=self.SOURCE, sequence=88))

        assert self.sums(1) == [SiteSum(sku="SCARF", group="sound", quantity=12)]
        assert self.sums(None) == [SiteSum(sku="SCARF", group="sound", quantity=12)]

    def test_two_books_agree_at_the_common_watermark(self) -> None:
        for number in range(1, 8):
            trace = Trace(source=self.SOURCE, sequence=number)
            book(
                number,
                quantity=number,
                accounts=("supplier", f"on_hand/BIN-{number % 3}/available"),
                trace=trace,
                ledger_book="wms:W1",
            )
            if number in {1, 2, 3, 4, 6}:  # 5 is lost on the way, 7 not sent yet
                self.hear(number, quantity=number)

        watermarks = {self.SOURCE: 4}
        at_site = queries.list_site_sums_at(
            book="wms:W1", prefixes=["on_hand/"], watermarks=watermarks
        )

        assert at_site == [SiteSum(sku="SCARF", group="sound", quantity=10)]
        assert self.sums(4) == at_site
