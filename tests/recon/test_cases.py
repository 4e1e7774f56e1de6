"""A difference becomes a case, and only a document or a reason ends it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests import retailer
from tests.retailer import CLERK, NOON, make_id, post_by_hand
from yipan.documents.states import WrongState
from yipan.ledger.moves import FactPosting, Move, Trace
from yipan.ledger.posting import post_fact
from yipan.masterdata.queries import find_skus
from yipan.messages.till import TicketLine
from yipan.pos.documents import register, store_count
from yipan.pos.documents.register import Sale
from yipan.pos.documents.store_count import Seen
from yipan.recon.documents import case, comparing, counting
from yipan.recon.models import Case, CaseKind, CaseState, Observation
from yipan.recon.queries import learned
from yipan.recon.rules import Cause, Weights

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=9)
SOMEBODY = Trace(actor="zhao.controller", device="office-2")


@pytest.fixture
def store() -> None:
    """A store with ten packs of tea, one of them sold."""
    retailer.open_retailer()
    retailer.open_store("S12", ("TEA-250", 10), ("MUG-1", 6))
    retailer.sell(("TEA-250", 1))
    retailer.deliver()


def look(quantity: int, *, sku: str = "TEA-250", minutes: int = 60) -> Case | None:
    """Count a SKU in the shop, and let the hub hear of it."""
    at = NOON + timedelta(minutes=minutes)
    store_count.look(
        seen=Seen(site="S12", sku=sku, quantity=quantity),
        by=CLERK,
        at=at,
        message_id=make_id(f"look {sku} {minutes}"),
    )
    retailer.deliver()
    return Case.objects.filter(sku=sku).order_by("-id").first()


def write_off(quantity: int, *, number: str = "AD-2026-000001") -> None:
    """Post a document of the hub that takes tea of the store away."""
    move = Move(
        sku="TEA-250",
        from_account="on_hand/S12/available",
        to_account="stocktake_difference",
        quantity=quantity,
    )
    origin = f"adjustment/{number}/post"
    post_fact(book="erp", posting=FactPosting(origin=origin, occurred_at=LATER, moves=[move]))


def sell_late(quantity: int) -> None:
    """Send a ticket that was closed before the count, and arrived hours after it."""
    sale = Sale(
        message_id=make_id("late"),
        lines=(TicketLine(line=1, sku="TEA-250", quantity=quantity, amount_minor=6_800),),
    )
    register.close_ticket(site="S12", till_code="S12-1", sale=sale, by=CLERK, at=NOON)
    retailer.deliver()


@pytest.mark.usefixtures("store")
def test_a_count_that_agrees_is_kept_and_opens_nothing() -> None:
    assert look(9) is None
    seen = Observation.objects.get()
    assert (seen.quantity_counted, seen.quantity_book, seen.difference) == (9, 9, 0)


@pytest.mark.usefixtures("store")
def test_a_count_below_the_book_is_a_case_whose_parts_add_up() -> None:
    found = look(6)

    assert found is not None
    assert (found.kind, found.quantity) == (CaseKind.BOOK_VS_COUNT, -3)
    assert (found.quantity_book, found.quantity_other) == (9, 6)
    assert found.value_minor == -3 * 6_800
    assert sum(part["quantity"] for part in found.finding["parts"]) == -3


@pytest.mark.usefixtures("store")
def test_a_ticket_that_arrives_late_explains_the_count_and_ends_the_case() -> None:
    look(6)
    sell_late(3)

    assert counting.revisit(at=LATER) == 1

    found = Case.objects.get()
    assert (found.state, found.cause, found.quantity) == (CaseState.CLOSED, "late_document", 0)
    assert Observation.objects.get().quantity_counted == 6


@pytest.mark.usefixtures("store")
def test_a_second_count_that_agrees_ends_the_case() -> None:
    look(6)
    look(9, minutes=90)

    found = Case.objects.get()
    assert (found.state, found.closing_reason) == (CaseState.CLOSED, case.AGREED)


@pytest.mark.usefixtures("store")
def test_the_same_count_heard_twice_is_one_observation() -> None:
    look(6)
    told = retailer.list_envelopes("pos:S12/stock")[-1]

    retailer.hear("erp", told, replace(told))

    assert Observation.objects.count() == 1
    assert Case.objects.count() == 1


@pytest.mark.usefixtures("store")
def test_what_only_the_hub_booked_is_found_named_and_gone_when_it_is_undone() -> None:
    post_by_hand("erp", "by_hand/1", "on_hand/S12/available", 4)

    first = comparing.compare(at=LATER)
    again = comparing.compare(at=LATER)
    found = Case.objects.get()

    assert (first.differences, first.opened) == (1, 1)
    assert (again.opened, again.changed, again.closed) == (0, 0, 0)
    assert (found.kind, found.quantity, found.cause) == (
        CaseKind.BOOK_VS_BOOK,
        4,
        "hub_only_posting",
    )
    assert found.probability_permille == 1_000
    back = Move(
        sku="TEA-250",
        from_account="on_hand/S12/available",
        to_account="opening",
        quantity=4,
    )
    undone = FactPosting(origin="by_hand/2", occurred_at=NOON, moves=[back], trace=SOMEBODY)
    post_fact(book="erp", posting=undone)
    assert comparing.compare(at=LATER).closed == 1
    found.refresh_from_db()
    assert found.closing_reason == case.AGREED


@pytest.mark.usefixtures("store")
def test_books_that_agree_have_no_case() -> None:
    assert comparing.compare(at=LATER).differences == 0
    assert not Case.objects.exists()


@pytest.mark.usefixtures("store")
def test_a_case_is_closed_with_a_document_or_a_reason_and_with_neither_it_is_not() -> None:
    found = look(6)
    assert found is not None

    with pytest.raises(case.NoReason):
        case.close(number=found.number, by=SOMEBODY, at=LATER)
    write_off(3)
    case.correct(
        number=found.number,
        document="AD-2026-000001",
        cause="shrinkage",
        by=SOMEBODY,
        at=LATER,
    )
    assert [row.quantity for row in found.corrections.all()] == [-3]
    closed = case.close(number=found.number, by=SOMEBODY, at=LATER)

    assert (closed.state, closed.closing_reason) == (CaseState.CLOSED, "AD-2026-000001")
    with pytest.raises(WrongState):
        case.close(number=found.number, by=SOMEBODY, at=LATER)


@pytest.mark.usefixtures("store")
def test_only_a_document_that_moved_the_goods_puts_a_case_right() -> None:
    found = look(6)
    assert found is not None
    by_hand = {"number": found.number, "cause": "theft", "by": SOMEBODY, "at": LATER}

    for unknown in ("AD-7", "x", "", "adjustment/AD-7/post"):
        with pytest.raises(case.CorrectionUnknown):
            case.correct(document=unknown, **by_hand)  # type: ignore[arg-type]
    # What came in does not put right that something is missing, however much is left unsaid.
    bring_in = Move(
        sku="TEA-250",
        from_account="stocktake_difference",
        to_account="on_hand/S12/available",
        quantity=3,
    )
    origin = "adjustment/AD-6/post"
    post_fact(book="erp", posting=FactPosting(origin=origin, occurred_at=LATER, moves=[bring_in]))
    with pytest.raises(case.CorrectionTooLarge):
        case.correct(document="AD-6", **by_hand)  # type: ignore[arg-type]
    write_off(2, number="AD-7")
    for too_much in (-3, 1):
        with pytest.raises(case.CorrectionTooLarge):
            case.correct(document="AD-7", quantity=too_much, **by_hand)  # type: ignore[arg-type]
    case.correct(document="AD-7", **by_hand)  # type: ignore[arg-type]
    with pytest.raises(case.RestOpen):
        case.close(number=found.number, by=SOMEBODY, at=LATER)

    reason = replace(SOMEBODY, reason="one was found")
    assert case.close(number=found.number, by=reason, at=LATER).state == CaseState.CLOSED


@pytest.mark.usefixtures("store")
def test_the_same_document_corrects_the_same_cause_once() -> None:
    found = look(6)
    assert found is not None
    write_off(3, number="AD-1")
    wanted = {"number": found.number, "document": "AD-1", "cause": "theft", "quantity": -3}
    case.correct(**wanted, by=SOMEBODY, at=LATER)  # type: ignore[arg-type]

    with pytest.raises(case.CorrectionKnown):
        case.correct(**wanted, by=SOMEBODY, at=LATER)  # type: ignore[arg-type]

    assert found.corrections.count() == 1


@pytest.mark.usefixtures("store")
def test_a_closed_case_is_opened_again_with_a_reason_unless_another_stands_open() -> None:
    found = look(6)
    assert found is not None
    case.close(number=found.number, by=replace(SOMEBODY, reason="found nothing"), at=LATER)

    with pytest.raises(case.NoReason):
        case.reopen(number=found.number, by=SOMEBODY, at=LATER)
    reason = replace(SOMEBODY, reason="the box turned up")
    assert case.reopen(number=found.number, by=reason, at=LATER).state != CaseState.CLOSED
    case.close(number=found.number, by=reason, at=LATER)
    look(5, minutes=120)
    with pytest.raises(case.AnotherOpen):
        case.reopen(number=found.number, by=reason, at=LATER)


@pytest.mark.usefixtures("store")
def test_every_case_gets_a_day_and_an_owner() -> None:
    found = look(6)
    assert found is not None

    case.assign(number=found.number, owner="zhao.controller", by=SOMEBODY, at=LATER)

    found.refresh_from_db()
    assert found.owner == "zhao.controller"
    assert found.due_on is not None


@pytest.mark.usefixtures("store")
def test_causes_that_people_confirmed_are_believed_more_readily() -> None:
    before = learned.read_weights()
    found = look(6)
    assert found is not None
    wanted = {"number": found.number, "quantity": -3, "by": SOMEBODY, "at": LATER}
    write_off(3, number="SI-1")
    case.correct(document="SI-1", cause="unrecorded_use", **wanted)  # type: ignore[arg-type]
    open_still = learned.read_weights()
    case.close(number=found.number, by=SOMEBODY, at=LATER)

    after = learned.read_weights()

    def odds(weights: Weights) -> float:
        return weights.compare(Cause.UNRECORDED_USE, category=category)

    category = find_skus(["TEA-250"])["TEA-250"].category
    assert odds(before) == odds(open_still) < odds(after)


@pytest.mark.usefixtures("store")
def test_a_loss_written_off_teaches_nothing() -> None:
    before = learned.read_weights()
    found = look(6)
    assert found is not None
    wanted = {"number": found.number, "quantity": -3, "by": SOMEBODY, "at": LATER}
    write_off(3, number="AD-1")
    case.correct(document="AD-1", cause="shrinkage", **wanted)  # type: ignore[arg-type]
    case.close(number=found.number, by=SOMEBODY, at=LATER)

    assert learned.read_weights() == before
