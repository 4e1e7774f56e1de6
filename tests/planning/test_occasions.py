"""Of many goods and stores a few are measured, and always the same; depth is what is taken off."""

from __future__ import annotations

import pytest

from yipan.foundation.promotions import Promotion
from yipan.masterdata.rows import SkuRow
from yipan.planning.queries.occasions import choose_some, get_depth

TEA = SkuRow(code="TEA", name="Tea", price_minor=5_000)
CUP = SkuRow(code="CUP", name="Cup", price_minor=2_500)


def test_a_few_are_chosen_evenly_and_all_where_there_are_not_more() -> None:
    codes = [f"{number:03d}" for number in range(10)]

    assert choose_some(codes, most=4) == ["000", "002", "005", "007"]
    assert choose_some(codes, most=99) == codes
    assert choose_some([], most=4) == []


@pytest.mark.parametrize(
    ("promotion", "depth"),
    [
        (Promotion(code="P", kind="percent", percent=30), 0.3),
        (Promotion(code="P", kind="amount", amount_minor=1_000), 0.2),
        (Promotion(code="P", kind="amount", amount_minor=90_000), 0.9),
        (Promotion(code="P", kind="n_for_m", buy_quantity=3, pay_quantity=2), 1 / 3),
        (
            Promotion(code="P", kind="gift", buy_quantity=2, gift_sku="CUP", gift_quantity=1),
            2_500 / 12_500,
        ),
        (Promotion(code="P", kind="gift", buy_quantity=2, gift_sku="GONE", gift_quantity=1), 0.0),
    ],
)
def test_the_depth_of_a_promotion_is_what_it_takes_off_the_price(
    promotion: Promotion, depth: float
) -> None:
    assert get_depth(promotion, TEA, gifts={"CUP": CUP}) == pytest.approx(depth)
