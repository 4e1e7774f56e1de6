"""What happened to a message is healed from its case, and the books agree afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client

from tests import retailer
from tests.access.builders import a_person
from tests.retailer import NOON, make_id, post_by_hand, stock
from yipan.access.roles import Role
from yipan.exchange.models import OutboxMessage
from yipan.ledger.moves import FactPosting, Move, Trace
from yipan.ledger.posting import post_fact, reverse
from yipan.masterdata.models import Sku
from yipan.messages.erp import ResendRequested
from yipan.recon.documents import comparing, healing
from yipan.recon.models import Case, CaseState

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=9)
CONTROLLER = Trace(actor="zhao.controller", device="office-2")
SOURCE = "pos:S12/stock"


@pytest.fixture(autouse=True)
def _store() -> None:
    retailer.open_retailer()
    retailer.open_store("S12", ("TEA-250", 10), ("MUG-1", 6))
    retailer.deliver()


def book_in_hub(
    origin: str,
    quantity: int,
    *,
    sequence: int,
    to: str = "customer",
    sku: str = "TEA-250",
    is_sale: bool = True,
) -> None:
    """Book something of a message of the store in the hub, past the message itself."""
    inside = "on_hand/S12/available"
    pair = (inside, to) if is_sale else (to, inside)
    post_fact(
        book="erp",
        posting=FactPosting(
            origin=origin,
            occurred_at=NOON,
            moves=[Move(sku=sku, from_account=pair[0], to_account=pair[1], quantity=quantity)],
            trace=Trace(actor=SOURCE, source=SOURCE, sequence=sequence),
        ),
    )


def heal(at: datetime = LATER, **wanted: object) -> Case:
    found = Case.objects.filter(**wanted).latest("id")
    return healing.heal(
        number=found.number, part=0, by=CONTROLLER, at=at, message_id=make_id("heal")
    )


def test_what_was_booked_twice_is_reversed_once() -> None:
    retailer.sell(("TEA-250", 2))
    retailer.deliver()
    sequence = retailer.list_envelopes(SOURCE)[-1].sequence
    book_in_hub("again/1/post", 2, sequence=sequence)
    assert comparing.compare(at=LATER).opened == 1
    assert Case.objects.get().cause == "duplicate_message"

    healed = heal()

    assert healed.state == CaseState.CLOSED
    assert stock("erp", "on_hand/S12/available") == 8
    assert [row.document for row in healed.corrections.all()] == ["again/1/post"]


def test_what_was_booked_with_other_content_is_booked_as_the_site_told_it() -> None:
    retailer.sell(("TEA-250", 3))
    sequence = retailer.list_envelopes(SOURCE)[-1].sequence
    retailer.deliver()
    [posted] = healing._list_hub_origins(  # noqa: SLF001  the ticket as the hub booked it
        Case(site="S12", sku="TEA-250"), {"sequence": sequence}
    )
    reverse(book="erp", origin=posted, reversal="spoil/1", at=NOON, trace=CONTROLLER)
    book_in_hub("spoil/2/post", 30, sequence=sequence)
    assert comparing.compare(at=LATER).opened == 1
    assert Case.objects.get().cause == "payload_mismatch"

    healed = heal()

    assert healed.state == CaseState.CLOSED
    assert stock("erp", "on_hand/S12/available") == 7
    assert comparing.compare(at=LATER, is_full=True).differences == 0


def test_what_only_the_hub_booked_is_reversed_and_a_repeat_finds_it_closed() -> None:
    post_by_hand("erp", "by_hand/1", "on_hand/S12/available", 4)
    comparing.compare(at=LATER)

    assert heal().state == CaseState.CLOSED
    assert stock("erp", "on_hand/S12/available") == 10


def test_a_lost_message_is_asked_for_and_its_arrival_closes_the_case() -> None:
    retailer.sell(("TEA-250", 2))
    retailer.sell(("TEA-250", 1))
    lost, after = retailer.list_envelopes(SOURCE)[-2:]
    retailer.hear("erp", after)
    old = (after.recorded_at or NOON) + timedelta(minutes=20)
    comparing.compare(at=old)

    asked = heal(at=old, cause="lost_message")

    assert asked.state != CaseState.CLOSED
    request = OutboxMessage.objects.get(kind=ResendRequested.kind)
    assert request.data["source"] == SOURCE
    assert request.data["first_sequence"] == request.data["last_sequence"] == lost.sequence
    retailer.hear("erp", lost)
    assert comparing.compare(at=old).closed == 1


def test_a_parked_message_is_tried_again_when_its_reason_is_mended() -> None:
    retailer.sell(("TEA-250", 2))
    told = retailer.list_envelopes(SOURCE)[-1]
    Sku.objects.filter(code="TEA-250").update(code="TEA-999")
    [reply] = retailer.hear("erp", told)
    Sku.objects.filter(code="TEA-999").update(code="TEA-250")
    assert str(reply.state) == "parked"
    long_after = NOON + timedelta(days=4_000)
    comparing.compare(at=long_after)
    found = Case.objects.get()
    assert (found.cause, found.quantity) == ("stuck_message", 2)

    assert heal(at=long_after).state == CaseState.CLOSED

    assert stock("erp", "on_hand/S12/available") == 8


def test_what_is_not_proved_has_nothing_to_heal() -> None:
    post_by_hand("erp", "by_hand/1", "on_hand/S12/available", 4)
    comparing.compare(at=LATER)
    found = Case.objects.get()
    found.finding["parts"][0]["agreed"] = []
    found.save()

    with pytest.raises(healing.NothingToHeal):
        heal()

    assert stock("erp", "on_hand/S12/available") == 14


def test_what_is_gone_already_cannot_be_reversed() -> None:
    post_by_hand("erp", "by_hand/1", "on_hand/S12/available", 4)
    comparing.compare(at=LATER)
    reverse(book="erp", origin="by_hand/1", reversal="by_hand/2", at=NOON, trace=CONTROLLER)

    with pytest.raises(healing.PostingGone):
        heal()


def test_the_step_is_offered_on_the_page_and_by_the_api_and_is_in_the_history() -> None:
    post_by_hand("erp", "by_hand/1", "on_hand/S12/available", 4)
    comparing.compare(at=LATER)
    number = Case.objects.get().number
    client = Client()
    client.force_login(a_person(Role.INVENTORY_CONTROLLER, username="zhao"))

    page = client.get(f"/recon/cases/{number}").content.decode()
    client.post(f"/recon/cases/{number}/heal", {"part": "0"})
    after = client.get(f"/recon/cases/{number}").content.decode()

    assert f"/recon/cases/{number}/heal" in page
    assert f"/recon/cases/{number}/heal" not in after
    assert "Healed" in after
    assert Case.objects.get().state == CaseState.CLOSED
    assert "recon.nothing_to_heal" not in after
