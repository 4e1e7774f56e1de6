"""Kits are assembled and broken; both books follow, and neither gains or loses a piece."""

from __future__ import annotations

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as some

from tests import retailer
from tests.access.builders import a_key, a_person
from tests.retailer import NOON, RECEIVER, deliver, make_id, stock
from tests.wms import goods, packing
from yipan.access.roles import Role
from yipan.documents import reversals
from yipan.documents.reversals import DID_NOT_OCCUR
from yipan.documents.states import WrongState
from yipan.documents.told import QuantityNotPlausible
from yipan.erp.models import Adjustment
from yipan.ledger.moves import Trace
from yipan.masterdata.refusals import BinUnknown
from yipan.proof.kits import prove_kits
from yipan.proof.lots import prove_lots
from yipan.proof.run import find_first_break, prove
from yipan.proof.sites import compare_sites
from yipan.wms.documents import kit_work
from yipan.wms.documents.kit_work import KitUnknown, PartsInspected, PartsWrong, Work
from yipan.wms.models import Inspection, KitPart, KitWork
from yipan.wms.rules import kits as rules
from yipan.wms.rules.outbound import Giving

pytestmark = pytest.mark.django_db

LEAD = Trace(
    actor="li.lead",
    device="desk-3",
    reason=reversals.write_reason(cause=DID_NOT_OCCUR, words="Only planned."),
)


@pytest.fixture(autouse=True)
def _house() -> None:
    """A gift set of one tea and two mugs; a breakfast of one milk and one mug."""
    goods.open_dairy()
    packing.open_house()
    retailer.add_skus("GIFT-1", "BREAKFAST-1")
    set_parts("GIFT-1", ("TEA-250", 1), ("MUG-1", 2))
    set_parts("BREAKFAST-1", ("MILK-1", 1), ("MUG-1", 1))
    goods.stock_lots(
        ("A-01-01", "TEA-250", 10, "", ""),
        ("A-01-02", "MUG-1", 30, "", ""),
        ("B-01-01", "MILK-1", 5, "L2", "2090-06-01"),
        ("A-01-02", "MILK-1", 4, "L1", "2090-04-01"),
    )


def set_parts(kit: str, *parts: tuple[str, int]) -> None:
    kit_work.set_parts(site="W1", kit=kit, parts=parts, by=RECEIVER, at=NOON)


def post(kit: str, quantity: int, *, is_broken: bool = False, **more: str) -> KitWork:
    work = Work(
        site="W1",
        kit=kit,
        quantity=quantity,
        bin_code=more.pop("bin_code", "PACK-01"),
        work_type="break" if is_broken else "assemble",
        **more,
    )
    done = kit_work.post(
        work=work, by=RECEIVER, at=NOON, message_id=make_id(f"kit {KitWork.objects.count()}")
    )
    deliver()
    return done


def lying(bin_code: str, sku: str, lot: str = "", status: str = "available") -> int:
    return stock("wms:W1", "/".join(["on_hand", bin_code, *([lot] if lot else []), status]), sku)


def require_books_agree() -> None:
    deliver()
    assert compare_sites().ok
    assert all(finding.ok for finding in prove_lots())
    assert find_first_break(list(prove())) is None


def test_parts_become_kits_and_the_hub_knows_both() -> None:
    done = post("GIFT-1", 4)

    assert (lying("A-01-01", "TEA-250"), lying("A-01-02", "MUG-1")) == (6, 22)
    assert lying("PACK-01", "GIFT-1") == 4
    assert stock("erp", "on_hand/W1/available", "GIFT-1") == 4
    assert stock("erp", "on_hand/W1/available", "MUG-1") == 22
    assert stock("erp", "kit_work", "MUG-1") == 8
    assert stock("erp", "kit_work", "GIFT-1") == -4
    told = dict(Adjustment.objects.values_list("site_number", "adjustment_type"))
    assert told == {f"{done.number}-O": "kit_out", f"{done.number}-I": "kit_in"}
    require_books_agree()


def test_what_expires_first_goes_into_the_kit_first() -> None:
    done = post("BREAKFAST-1", 6)

    assert (lying("A-01-02", "MILK-1", "L1"), lying("B-01-01", "MILK-1", "L2")) == (0, 3)
    lots = done.lines.filter(sku="MILK-1").order_by("line").values_list("lot", "quantity")
    assert list(lots) == [("L1", 4), ("L2", 2)]
    require_books_agree()


def test_what_the_book_does_not_know_was_used_all_the_same() -> None:
    post("GIFT-1", 12)

    assert lying("PACK-01", "GIFT-1") == 12
    # Two packs of tea came from somewhere: the bench is below zero, and somebody will count.
    assert (lying("A-01-01", "TEA-250"), lying("PACK-01", "TEA-250")) == (0, -2)
    assert compare_sites().ok


def test_a_broken_kit_gives_its_parts_back_and_those_with_lots_wait_to_be_named() -> None:
    post("BREAKFAST-1", 3)

    broken = post("BREAKFAST-1", 2, is_broken=True)

    assert lying("PACK-01", "BREAKFAST-1") == 1
    assert lying("PACK-01", "MUG-1") == 2
    assert lying("PACK-01", "MILK-1", status="quarantine") == 2
    waiting = Inspection.objects.get()
    assert (waiting.state, waiting.counterpart_document) == ("open", broken.number)
    assert stock("erp", "on_hand/W1/quarantine", "MILK-1") == 2
    require_books_agree()

    with pytest.raises(PartsInspected):
        kit_work.reverse(number=broken.number, by=LEAD, at=NOON, message_id=make_id("undo"))


def test_kit_work_is_undone_in_both_books() -> None:
    done = post("GIFT-1", 4)

    kit_work.reverse(number=done.number, by=LEAD, at=NOON, message_id=make_id("undo"))
    deliver()

    assert (lying("A-01-01", "TEA-250"), lying("A-01-02", "MUG-1")) == (10, 30)
    assert lying("PACK-01", "GIFT-1") == 0
    assert stock("erp", "on_hand/W1/available", "GIFT-1") == 0
    assert stock("erp", "kit_work", "MUG-1") == 0
    assert set(Adjustment.objects.filter(reverses="").values_list("state", flat=True)) <= {
        "reversed",
        "posted",
    }
    require_books_agree()
    with pytest.raises(WrongState):
        kit_work.reverse(number=done.number, by=LEAD, at=NOON, message_id=make_id("again"))


def test_the_proof_names_kit_work_that_the_book_does_not_know() -> None:
    done = post("GIFT-1", 4)
    assert prove_kits().ok

    done.lines.filter(sku="MUG-1").update(quantity=7)

    broken = prove_kits()
    assert (broken.ok, broken.count) == (False, 1)
    assert broken.detail == "site W1, SKU MUG-1: 8 in kit work by the book, 7 by documents"


def test_work_that_cannot_be_is_refused_and_nothing_changes() -> None:
    with pytest.raises(KitUnknown):
        post("TEA-250", 1)
    with pytest.raises(BinUnknown):
        post("GIFT-1", 1, bin_code="NOWHERE")
    with pytest.raises(QuantityNotPlausible):
        post("GIFT-1", 0)
    with pytest.raises(PartsWrong):
        set_parts("GIFT-1", ("GIFT-1", 1))
    with pytest.raises(PartsWrong):
        set_parts("GIFT-1", ("TEA-250", 1), ("TEA-250", 2))
    with pytest.raises(PartsWrong):
        set_parts("GIFT-1", ("TEA-250", 0))

    assert KitWork.objects.count() == 0
    assert KitPart.objects.filter(kit="GIFT-1").count() == 2


def test_a_machine_assembles_once_however_often_it_asks() -> None:
    secret = a_key(Role.INTEGRATION, name="bench", sites=["W1"])
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    body = {"site": "W1", "kit": "GIFT-1", "quantity": 2, "bin": "PACK-01", "external_id": "K-7"}

    answers = [
        client.post(
            "/api/v1/kit-work",
            body,
            content_type="application/json",
            headers={"Idempotency-Key": f"key-{attempt}"},
        )
        for attempt in range(2)
    ]

    assert [it.status_code for it in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert KitWork.objects.count() == 1
    [gift] = [
        it
        for it in client.get("/api/v1/warehouses/W1/kits").json()["data"]
        if it["sku"] == "GIFT-1"
    ]
    assert (gift["quantity_free"], gift["quantity_possible"]) == (2, 8)


def test_a_lead_sets_assembles_and_undoes_a_kit_on_its_page() -> None:
    client = Client()
    client.force_login(a_person(Role.WAREHOUSE_LEAD, sites=["W1"]))

    client.post("/wms/kits/parts?site=W1", {"kit": "bag-1", "parts": "soap-1, 3\nmug-1\t1"})
    page = client.get("/wms/kits?site=W1").content.decode()
    done = client.post(
        "/wms/kits/work?site=W1",
        {"kit": "GIFT-1", "quantity": "2", "bin_code": "PACK-01", "work_type": "assemble"},
    )
    shown = client.get(done.headers["Location"]).content.decode()
    number = KitWork.objects.get().number
    client.post(
        f"/wms/kit-work/{number}/reverse",
        {"correction_reason": DID_NOT_OCCUR, "reason": "Only planned."},
    )

    assert dict(KitPart.objects.filter(kit="BAG-1").values_list("part", "quantity")) == {
        "SOAP-1": 3,
        "MUG-1": 1,
    }
    assert "BAG-1" in page
    assert "A-01-02" in shown
    assert KitWork.objects.get().state == "reversed"
    require_books_agree()


@given(
    bins=some.lists(some.integers(1, 30), max_size=4),
    wanted=some.integers(1, 100),
)
def test_exactly_what_is_wanted_is_taken_whatever_lies_where(bins: list[int], wanted: int) -> None:
    giving = [
        Giving(bin_code=f"A-{place}", quantity=quantity, path=("A", "01", place, f"A-{place}"))
        for place, quantity in enumerate(bins)
    ]

    taken = rules.take(wanted={"TEA-250": wanted}, giving={"TEA-250": giving}, bin_code="BENCH")
    moves = rules.post_kit_work(handled=taken, is_made=False)

    assert sum(it.quantity for it in taken) == wanted
    assert sum(it.quantity for it in moves) == wanted
    from_bench = sum(it.quantity for it in taken if it.bin_code == "BENCH")
    assert from_bench == max(0, wanted - sum(bins))
