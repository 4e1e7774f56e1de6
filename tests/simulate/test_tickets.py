"""Goal: real baskets become tickets that say the same however often they are told."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from yipan.simulate.baskets import Basket, BasketLine, FileUnfit, read_baskets, read_products
from yipan.simulate.generated import make_baskets
from yipan.simulate.tickets import Trade, make_tickets, write_batches
from yipan.simulate.tills import Choice, choose

CSV = """\
household_id,store_id,basket_id,product_id,quantity,sales_value,transaction_timestamp
7,367,900,A,1.0,2.5,2017-03-12 01:30:00
7,367,900,B,2.0,0.99,2017-03-12 01:30:00
8,367,899,A,0.0,0.0,2017-03-11 20:00:00
9,12,901,C,32623.0,64.89,2017-03-12 02:30:00
"""

ROWS = [line.split(",") for line in CSV.splitlines()]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "baskets.csv"
    path.write_text(CSV, encoding="utf-8")
    return path


def test_rows_of_products_become_baskets_in_the_order_of_time(file: Path) -> None:
    assert read_baskets(file) == [
        Basket(
            store="367",
            number="899",
            bought_at=datetime(2017, 3, 11, 20, 0),  # noqa: DTZ001 - the wall clock
            lines=(BasketLine(product="A", quantity=0, amount_minor=0),),
        ),
        Basket(
            store="367",
            number="900",
            bought_at=datetime(2017, 3, 12, 1, 30),  # noqa: DTZ001
            lines=(
                BasketLine(product="A", quantity=1, amount_minor=250),
                BasketLine(product="B", quantity=2, amount_minor=99),
            ),
        ),
        Basket(
            store="12",
            number="901",
            bought_at=datetime(2017, 3, 12, 2, 30),  # noqa: DTZ001
            lines=(BasketLine(product="C", quantity=32_623, amount_minor=6_489),),
        ),
    ]


def test_parquet_says_the_same_as_csv(file: Path, tmp_path: Path) -> None:
    table = pl.DataFrame(
        [
            {
                "store_id": row[1],
                "basket_id": row[2],
                "product_id": row[3],
                "quantity": float(row[4]),
                "sales_value": float(row[5]),
                "transaction_timestamp": datetime.fromisoformat(row[6]),
            }
            for row in ROWS[1:]
        ]
    )
    table.write_parquet(tmp_path / "baskets.parquet")

    assert read_baskets(tmp_path / "baskets.parquet") == read_baskets(file)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "store_id,basket_id\n1,2\n",
        CSV.replace("1.0", "1.5"),
        CSV.replace("2017-03-12 01:30:00", "yesterday"),
        CSV.replace("1.0", "many"),
        CSV.replace("1.0", "nan"),
        CSV.replace("quantity", "count"),
    ],
)
def test_a_file_of_something_else_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(FileUnfit):
        read_baskets(path)


def test_a_file_that_is_no_parquet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    path.write_bytes(b"PAR1 but not really")

    with pytest.raises(FileUnfit):
        read_baskets(path)


def test_products_are_called_by_what_they_are(tmp_path: Path) -> None:
    path = tmp_path / "products.csv"
    path.write_text(
        "product_id,department,product_category,product_type,package_size\n"
        "A,GROCERY,FRZN ICE,ICE - CRUSHED/CUBED,22 LB\nB,PASTRY,,,\n",
        encoding="utf-8",
    )

    assert read_products(path) == {
        "A": "Frzn ice · ice - crushed/cubed · 22 lb",
        "B": "Pastry",
    }


def test_each_till_tells_its_tickets_under_gapless_numbers(file: Path) -> None:
    tills = make_tickets(read_baskets(file), trade=Trade())

    told = {
        source: [(one.sequence, one.ticket.ticket_number, one.ticket.business_date) for one in each]
        for source, each in tills.items()
    }
    assert told == {
        "till:S367-1/stock": [
            (1, "S367-1-899", "2017-03-11"),
            (2, "S367-1-900", "2017-03-12"),
        ],
        "till:S12-1/stock": [(1, "S12-1-901", "2017-03-12")],
    }
    first = tills["till:S367-1/stock"][0].ticket
    assert first.occurred_at.astimezone(UTC) == datetime(2017, 3, 12, 1, 0, tzinfo=UTC)
    assert (first.currency, first.total_minor, first.site) == ("USD", 0, "S367")


def test_telling_twice_is_a_repeat_to_the_last_byte(file: Path) -> None:
    batches = [
        write_batches(make_tickets(read_baskets(file), trade=Trade()), size=100) for _ in range(2)
    ]

    assert batches[0] == batches[1]
    event = json.loads(batches[0]["till:S12-1/stock"][0].body)[0]
    assert event["type"] == "till.ticket_closed.v1"
    assert event["sequence"] == "00000000000000000001"
    assert event["data"]["lines"][0]["quantity"] == 32_623


def test_a_till_tells_in_batches_of_a_hundred() -> None:
    tills = make_tickets(make_baskets(lines=1_000, stores=2), trade=Trade())

    for source, batches in write_batches(tills, size=100).items():
        assert [batch.tickets for batch in batches[:-1]] == [100] * (len(batches) - 1)
        assert sum(batch.tickets for batch in batches) == len(tills[source])


def test_some_stores_and_the_first_baskets_can_be_chosen(file: Path) -> None:
    baskets = read_baskets(file)

    chosen = choose(baskets, Choice(stores=frozenset({"367"}), limit=1))

    assert [basket.number for basket in chosen] == ["899"]


def test_generated_baskets_have_the_shape_of_real_ones() -> None:
    baskets = make_baskets(lines=10_000)

    lines = sum(len(basket.lines) for basket in baskets)
    single = sum(len(basket.lines) == 1 for basket in baskets)
    assert baskets == make_baskets(lines=10_000)
    assert abs(lines - 10_000) < 300
    assert abs(single / len(baskets) - 0.651) < 0.02
    assert [basket.bought_at for basket in baskets] == sorted(each.bought_at for each in baskets)
