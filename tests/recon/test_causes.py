"""Each cause by the example the handbook gives for it, and the laws that hold for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yipan.recon.rules import (
    Cause,
    Difference,
    Evidence,
    Expected,
    Finding,
    Goods,
    Key,
    Line,
    Round,
    Weights,
    explain,
)

SINCE = datetime(2026, 10, 1, tzinfo=UTC)
COUNTED = SINCE + timedelta(days=28)
TEA = Key(site="S12", sku="TEA-250")
MINT = Key(site="S12", sku="TEA-MINT")


def differ(quantity: int, *, key: Key = TEA, **more: object) -> Difference:
    return Difference(
        key=key,
        quantity=quantity,
        since=SINCE,
        counted_at=COUNTED,
        stock=40,
        counter="ann",
        **more,  # type: ignore[arg-type]
    )


def move(
    document: str, quantity: int, *, key: Key = TEA, kind: str = "goods_receipt", **more: object
) -> Line:
    moment = SINCE + timedelta(days=10)
    given_by = {"occurred_at": moment, "recorded_at": moment, **more}
    return Line(document=document, kind=kind, key=key, quantity=quantity, **given_by)  # type: ignore[arg-type]


def find(*differences: Difference, lines: Sequence[Line] = (), **more: object) -> list[Finding]:
    by_key: dict[Key, list[Line]] = {}
    for line in lines:
        by_key.setdefault(line.key, []).append(line)
    return explain(Evidence(differences=differences, lines=by_key, **more))  # type: ignore[arg-type]


def name(finding: Finding) -> tuple[Cause, int]:
    return finding.main.cause, finding.main.quantity


def test_ten_typed_as_a_hundred() -> None:
    line = move("GR-1", 100, mode="key", quantity_expected=10)

    [finding] = find(differ(-90), lines=[line, move("GR-2", 24, mode="scan")])

    assert name(finding) == (Cause.MISKEY, -90)
    assert finding.main.variant == "power_of_ten"
    assert finding.main.documents == ("GR-1",)
    assert "keyed_by_hand" in finding.main.agreed


def test_digits_swapped() -> None:
    line = move("GR-1", 54, mode="key", quantity_expected=45)

    [finding] = find(differ(-9), lines=[line])

    assert name(finding) == (Cause.MISKEY, -9)
    assert finding.main.variant == "digits"


def test_cases_taken_as_pieces() -> None:
    line = move("GR-1", 5, mode="key", counterpart="DN-9", counterpart_quantity=60)

    [finding] = find(
        differ(55), lines=[line], goods={"TEA-250": Goods(sku="TEA-250", packs=frozenset({12}))}
    )

    assert name(finding) == (Cause.UNIT_MIXUP, 55)
    assert finding.main.variant == "cases_as_pieces"


def test_a_receipt_accepted_as_expected_was_short() -> None:
    line = move("TR-1", 24, kind="transfer_receipt", mode="bulk", counterpart_quantity=19)

    [finding] = find(differ(-5), lines=[line])

    assert name(finding) == (Cause.SHORT_RECEIPT, -5)


def test_the_same_paper_entered_twice() -> None:
    lines = [
        move("GR-1", 36, counterpart="DN-9", mode="scan"),
        move("GR-2", 36, counterpart="DN-9", mode="scan"),
    ]

    [finding] = find(differ(-36), lines=lines)

    assert name(finding) == (Cause.DOUBLE_ENTRY, -36)
    assert finding.main.documents == ("GR-2", "GR-1")


def test_a_return_keyed_for_a_sale_counts_twice() -> None:
    line = move("T-77", 3, kind="customer_return", mode="key")

    [finding] = find(differ(-6), lines=[line])

    assert name(finding) == (Cause.WRONG_DIRECTION, -6)


def test_what_arrived_after_the_count_explains_it_exactly() -> None:
    late = move("T-80", -3, kind="sales_issue", recorded_at=COUNTED + timedelta(hours=9))

    [finding] = find(differ(-3), lines=[late])

    assert name(finding) == (Cause.LATE_DOCUMENT, -3)
    assert finding.main.probability > 0.95


def test_two_flavors_are_one_mistake() -> None:
    goods = {key.sku: Goods(sku=key.sku, family="tea", price_minor=1290) for key in (TEA, MINT)}
    line = move("GR-1", 24, mode="key")

    first, second = find(differ(-24), differ(24, key=MINT), lines=[line], goods=goods)

    assert name(first) == (Cause.SKU_MIXUP, -24)
    assert name(second) == (Cause.SKU_MIXUP, 24)
    assert (first.main.twin, second.main.twin) == (MINT, TEA)


def test_a_delivery_unloaded_at_the_neighbor() -> None:
    there = Key(site="S13", sku="TEA-250")
    lines = [
        move("TR-1", 30, kind="transfer_receipt", mode="bulk", partner="W1"),
        move("TR-2", 12, key=Key(site="S13", sku="MUG-1"), kind="transfer_receipt", partner="W1"),
    ]

    first, second = find(differ(-30), differ(30, key=there), lines=lines)

    assert name(first) == (Cause.WRONG_SITE, -30)
    assert name(second) == (Cause.WRONG_SITE, 30)


def test_the_sender_packed_too_few() -> None:
    sender = Key(site="W1", sku="TEA-250")
    lines = [
        move("TS-1", -40, key=sender, kind="transfer_shipment", mode="bulk"),
        move("TR-1", 40, kind="transfer_receipt", mode="bulk", counterpart="TS-1"),
    ]

    first, second = find(differ(-6), differ(6, key=sender), lines=lines)

    assert name(first) == (Cause.SHORT_SHIPMENT, -6)
    assert name(second) == (Cause.SHORT_SHIPMENT, 6)


def test_testers_nobody_wrote_down() -> None:
    goods = {"TEA-250": Goods(sku="TEA-250", sample_days=7)}

    [finding] = find(differ(-4), goods=goods)

    assert name(finding) == (Cause.UNRECORDED_USE, -4)


def test_expired_goods_in_the_bin() -> None:
    [finding] = find(differ(-11, expired=11))

    assert name(finding) == (Cause.UNRECORDED_SCRAP, -11)


def test_parts_of_a_kit_stayed_in_the_book() -> None:
    goods = {"SET-1": Goods(sku="SET-1", components={"TEA-250": 2})}
    sold = move("T-1", -7, key=Key(site="S12", sku="SET-1"), kind="sales_issue")

    [finding] = find(differ(-14), lines=[sold], goods=goods)

    assert name(finding) == (Cause.KIT_NOT_EXPLODED, -14)


@pytest.mark.parametrize(
    ("kind", "quantity", "cause"),
    [
        ("receipt", 18, Cause.MISSING_DOCUMENT),
        ("handover", -5, Cause.UNRECORDED_HANDOVER),
        ("return", 4, Cause.UNRECORDED_RETURN),
        ("foreign", 9, Cause.FOREIGN_STOCK_COUNTED),
        ("area", 13, Cause.DOUBLE_COUNTED_AREA),
    ],
)
def test_what_another_system_knows_of(kind: str, quantity: int, cause: Cause) -> None:
    paper = Expected(
        kind=kind, document="X-1", key=TEA, quantity=quantity, at=SINCE + timedelta(days=5)
    )

    [finding] = find(differ(quantity), expected={TEA: [paper]})

    assert name(finding) == (cause, quantity)


def test_another_counter_sees_it_otherwise() -> None:
    [finding] = find(differ(-10, rounds=(Round(quantity=0, counter="bob"),)))

    assert name(finding) == (Cause.MISCOUNT, -10)


def test_a_sheet_that_repeats_the_book_is_counted_again() -> None:
    [finding] = find(differ(0, was_copied=True, is_blind=False))

    assert finding.main.cause is Cause.BOOK_COPIED


def test_one_piece_that_is_gone_is_a_small_loss() -> None:
    [finding] = find(differ(-1))

    assert name(finding) == (Cause.SHRINKAGE, -1)


def test_many_pieces_of_common_goods_stay_unknown() -> None:
    [finding] = find(differ(-17))

    assert name(finding) == (Cause.UNKNOWN, -17)
    assert not finding.is_named


def test_many_pieces_of_hot_goods_are_called_theft() -> None:
    [finding] = find(differ(-17), goods={"TEA-250": Goods(sku="TEA-250", is_hot=True)})

    assert name(finding) == (Cause.THEFT, -17)


def test_two_causes_on_one_key_add_up() -> None:
    lines = [
        move("GR-1", 36, counterpart="DN-9", mode="scan"),
        move("GR-2", 36, counterpart="DN-9", mode="scan"),
        move("T-80", -3, kind="sales_issue", recorded_at=COUNTED + timedelta(hours=9)),
    ]

    [finding] = find(differ(-39), lines=lines)

    assert {part.cause: part.quantity for part in finding.parts} == {
        Cause.DOUBLE_ENTRY: -36,
        Cause.LATE_DOCUMENT: -3,
    }


def test_a_scanned_receipt_as_expected_is_not_blamed() -> None:
    line = move("GR-1", 100, mode="scan", quantity_expected=100, counterpart_quantity=100)

    [finding] = find(differ(-90), lines=[line])

    assert finding.main.cause is not Cause.MISKEY


def test_what_was_confirmed_is_believed_more_next_time() -> None:
    before = Weights()
    after = before.learn([("tea", Cause.UNIT_MIXUP)] * 30)

    assert after.compare(Cause.UNIT_MIXUP, category="tea") > before.compare(
        Cause.UNIT_MIXUP, category="tea"
    )
    assert after.compare(Cause.UNIT_MIXUP, category="pots") == before.compare(
        Cause.UNIT_MIXUP, category="pots"
    )


LINES = st.lists(
    st.builds(
        move,
        st.integers(1, 9).map(lambda number: f"D-{number}"),
        st.integers(-120, 120).filter(bool),
        key=st.sampled_from([TEA, MINT]),
        kind=st.sampled_from(
            ["goods_receipt", "transfer_receipt", "customer_return", "sales_issue"]
        ),
        mode=st.sampled_from(["", "scan", "key", "bulk"]),
        quantity_expected=st.none() | st.integers(0, 120),
        counterpart=st.sampled_from(["", "DN-1", "DN-2"]),
    ),
    max_size=8,
)


@settings(deadline=None)
@given(tea=st.integers(-130, 130), mint=st.integers(-130, 130), lines=LINES)
def test_parts_add_up_to_the_difference_exactly(tea: int, mint: int, lines: list[Line]) -> None:
    wanted = [differ(tea), differ(mint, key=MINT)]
    goods = {key.sku: Goods(sku=key.sku, family="tea", packs=frozenset({6})) for key in (TEA, MINT)}

    findings = find(*wanted, lines=lines, goods=goods)

    assert [(each.key, each.quantity) for each in findings] == [
        (each.key, each.quantity) for each in wanted if each.quantity
    ]
    for finding in findings:
        assert sum(part.quantity for part in finding.parts) == finding.quantity
        for part in finding.parts:
            assert 0 <= part.probability <= 1 + 1e-9


def test_a_count_that_lost_three_pieces_everywhere_is_explained_as_well() -> None:
    keys = [Key(site="S12", sku=f"SOAP-{number}") for number in range(40)]

    found = find(
        *(differ(-3, key=key) for key in keys),
        differ(-1),
        lines=[move("GR-1", 12)],
        counted={"": 60},
    )

    assert len(found) == 41
    assert all(sum(part.quantity for part in each.parts) == each.quantity for each in found)
