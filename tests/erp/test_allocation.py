"""Allocations (配货单): shared out fairly, in whole cases, and sent as transfers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import retailer
from tests.access.builders import a_client
from tests.erp import moving
from tests.retailer import BUYER, CHECKER, NOON, make_id
from yipan.access.roles import Role
from yipan.documents.states import OwnApproval
from yipan.erp.documents.transfers import allocation
from yipan.erp.documents.transfers.allocation import (
    Need,
    NeedRepeated,
    NeedsMissing,
    NothingShared,
    Wanted,
)
from yipan.erp.documents.transfers.transfer_order import SiteToItself
from yipan.erp.models import Allocation, TransferOrder
from yipan.erp.rules.allocation import share_out


@pytest.mark.parametrize(
    ("available", "needs", "case_size", "shares"),
    [
        (100, {"S1": 30, "S12": 50}, 1, {"S1": 30, "S12": 50}),
        (40, {"S1": 30, "S12": 50}, 1, {"S1": 15, "S12": 25}),
        # 10 x 1/3 each: the piece left over goes to the site first by code.
        (10, {"S1": 7, "S2": 7, "S3": 7}, 1, {"S1": 4, "S2": 3, "S3": 3}),
        (0, {"S1": 7}, 1, {"S1": 0}),
        (-5, {"S1": 7}, 1, {"S1": 0}),
        # Three cases of 24 for a need of four: 1.5 each, and the odd case goes to the first.
        (72, {"S1": 48, "S12": 48}, 24, {"S1": 48, "S12": 24}),
        # What does not fill a case stays where it is.
        (80, {"S1": 48, "S12": 48}, 24, {"S1": 48, "S12": 24}),
        # A need of less than a case is met by the piece.
        (80, {"S1": 5, "S12": 60}, 24, {"S1": 5, "S12": 48}),
    ],
)
def test_shares(available: int, needs: dict[str, int], case_size: int, shares: object) -> None:
    assert share_out(available=available, needs=needs, case_size=case_size) == shares


@given(
    available=st.integers(-10, 500),
    needs=st.dictionaries(st.sampled_from(["S1", "S2", "S3", "S4"]), st.integers(0, 200)),
    case_size=st.integers(1, 24),
)
def test_nobody_gets_more_than_it_needs_and_all_not_more_than_there_is(
    available: int, needs: dict[str, int], case_size: int
) -> None:
    shares = share_out(available=available, needs=needs, case_size=case_size)

    assert shares.keys() == needs.keys()
    assert all(0 <= shares[site] <= needs[site] for site in needs)
    assert sum(shares.values()) <= max(0, available)


@pytest.fixture
def _retailer(db: None) -> None:
    del db
    retailer.open_retailer()
    retailer.post_by_hand("erp", "opening/1", "on_hand/W1/available", 72)
    retailer.post_by_hand("erp", "opening/2", "on_hand/W1/available", 24, sku="MUG-1")


def write(*needs: Need, external_id: str = "") -> Allocation:
    wanted = Wanted(from_site="W1", needs=needs, external_id=external_id)
    return allocation.create(wanted=wanted, by=BUYER, at=NOON)


TEA = (
    Need(sku="TEA-250", to_site="S1", quantity=48),
    Need(sku="TEA-250", to_site="S12", quantity=48),
    Need(sku="MUG-1", to_site="S12", quantity=24),
)


@pytest.mark.usefixtures("_retailer")
def test_shares_become_released_transfers_one_per_store() -> None:
    written = write(*TEA, external_id="PLAN-1")
    assert write(*TEA, external_id="PLAN-1").number == written.number
    shares = {(it.sku, it.to_site): it.quantity_shared for it in written.lines.all()}
    assert shares == {("TEA-250", "S1"): 48, ("TEA-250", "S12"): 24, ("MUG-1", "S12"): 24}

    with pytest.raises(OwnApproval):
        allocation.release(number=written.number, by=BUYER, at=NOON, message_id=make_id("own"))
    assert not TransferOrder.objects.exists()
    allocation.release(number=written.number, by=CHECKER, at=NOON, message_id=make_id("go"))

    orders = TransferOrder.objects.filter(allocation_number=written.number).order_by("to_site")
    assert [(it.to_site, it.state, it.approved_by) for it in orders] == [
        ("S1", "released", "zhao.controller"),
        ("S12", "released", "zhao.controller"),
    ]
    told = moving.list_told("erp:hub/orders:W1")
    assert [it.kind for it in told] == ["erp.outbound_released.v1"] * 2
    assert [(it["sku"], it["quantity"]) for it in told[1].data["lines"]] == [
        ("MUG-1", 24),
        ("TEA-250", 24),
    ]


@pytest.mark.usefixtures("_retailer")
def test_what_cannot_be_shared_is_refused() -> None:
    with pytest.raises(NeedsMissing):
        write()
    with pytest.raises(NeedRepeated):
        write(TEA[0], TEA[0])
    with pytest.raises(SiteToItself):
        write(Need(sku="MUG-1", to_site="W1", quantity=1))
    nothing = write(Need(sku="RICE-5", to_site="S1", quantity=24))
    with pytest.raises(NothingShared):
        allocation.release(number=nothing.number, by=CHECKER, at=NOON, message_id=make_id("no"))

    allocation.cancel(number=nothing.number, by=BUYER, at=NOON)

    assert Allocation.objects.get().state == "canceled"
    assert not TransferOrder.objects.exists()


@pytest.mark.usefixtures("_retailer")
def test_a_planner_pastes_needs_and_a_controller_releases_them() -> None:
    planner = a_client(Role.PLANNER, username="pan")
    controller = a_client(Role.INVENTORY_CONTROLLER, username="zhao")
    wrong = planner.post("/erp/allocations/new", {"from_site": "W1", "needs": "TEA-250 S1 many"})
    assert wrong.status_code == 422
    assert "TEA-250 S1 many" in wrong.content.decode()

    needs = "TEA-250\tS1\t48\nTEA-250, S12, 48\n"
    planner.post("/erp/allocations/new", {"from_site": "W1", "needs": needs})
    number = Allocation.objects.get().number
    assert "/release" not in planner.get(f"/erp/allocations/{number}").content.decode()
    assert number in controller.get("/erp/allocations").content.decode()
    controller.post(f"/erp/allocations/{number}/release")

    assert TransferOrder.objects.filter(allocation_number=number, state="released").count() == 2
    page = controller.get(f"/erp/allocations/{number}").content.decode()
    assert TransferOrder.objects.earliest("id").number in page
    told = planner.get(f"/api/v1/allocations/{number}").json()
    assert [(it["to_site"], it["quantity_shared"]) for it in told["shares"]] == [
        ("S1", 48),
        ("S12", 24),
    ]
