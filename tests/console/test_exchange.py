"""Goal: one look says whether every message was heard; a parked one can be read and retried."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from django.test import Client

from tests import retailer
from tests.access.builders import a_client
from tests.retailer import CLERK, NOON, make_id
from yipan.access.roles import Role
from yipan.documents import digests
from yipan.documents.digests import ToldRange, compute
from yipan.exchange.codec import hash_content
from yipan.exchange.comparisons import keep, list_comparisons, list_undigested
from yipan.exchange.models import ComparisonState
from yipan.exchange.queries import list_alarms, list_alterations, list_unsettled
from yipan.ledger import posting
from yipan.ledger.moves import FactPosting, Move, Trace
from yipan.messages import pos

pytestmark = pytest.mark.django_db

SOURCE = "till:S12-1/stock"


@pytest.fixture(autouse=True)
def _tickets() -> None:
    """A ticket that was booked, and one of a SKU nobody knows."""
    retailer.open_retailer()
    retailer.sell(("TEA-250", 1))
    retailer.sell(("NEW-1", 2))


@pytest.fixture
def controller() -> Client:
    return a_client(Role.INVENTORY_CONTROLLER)


def alter_the_first_ticket() -> int:
    """The store's first ticket comes to the hub once more, with another cashier."""
    retailer.deliver()
    [told] = retailer.list_envelopes("pos:S12/stock")
    data = json.loads(told.data) | {"cashier": "somebody else"}
    retailer.hear(
        "erp", replace(told, data=json.dumps(data).encode(), content_hash=hash_content(data))
    )
    [case] = list_alterations(source="pos:S12/stock")
    return case.alteration_id


def book_more(name: str) -> None:
    """The hub books more under the store's first number than was told."""
    move = Move(
        sku="TEA-250", from_account="supplier", to_account="on_hand/S12/available", quantity=4
    )
    posting.post_fact(
        book="erp",
        posting=FactPosting(
            origin=f"by_hand/{name}/post",
            occurred_at=NOON,
            moves=[move],
            trace=Trace(actor=CLERK.actor, source="pos:S12/stock", sequence=1),
        ),
    )


def make_a_digest_differ() -> int:
    """The store tells the digest of a ticket that the hub booked with more."""
    retailer.deliver()
    book_more("planted")
    for undigested in list_undigested(["pos"]):
        digests.tell(
            undigested, message_type=pos.StreamDigested, message_id=make_id("digest"), at=NOON
        )
    retailer.deliver()
    [row] = list_comparisons(states=[ComparisonState.MISMATCH])
    return row.comparison_id


def test_a_source_shows_its_numbers_and_what_is_open(controller: Client) -> None:
    page = controller.get("/exchange/")

    [view] = [view for view in page.context["rows"] if view.row.source == SOURCE]
    assert (view.row.highest_seen, view.row.watermark, view.row.parked) == (2, 2, 1)
    assert view.state == "parked"
    assert page.context["count_parked"] == 1


def test_sources_can_be_narrowed_down_to_what_is_wrong(controller: Client) -> None:
    parked = controller.get("/exchange/?state=parked").context["rows"]
    gaps = controller.get("/exchange/?state=gap").context["rows"]
    named = controller.get("/exchange/?q=POS:S12").context["rows"]

    assert [view.row.source for view in parked] == [SOURCE]
    assert gaps == []
    assert {view.row.source for view in named} == {"pos:S12/stock"}


def test_sources_can_be_taken_along_as_a_file(controller: Client) -> None:
    text = controller.get("/exchange/?format=csv&state=parked").content.decode("utf-8-sig")

    [_head, row] = text.splitlines()
    assert row.rpartition(",")[0] == f"{SOURCE},pos,parked,2,2,1,0,1,0,0,0"


def test_a_parked_message_says_why_and_what_it_holds(controller: Client) -> None:
    listed = controller.get("/exchange/parked").content.decode()
    shown = controller.get(f"/exchange/messages/{SOURCE}/2").content.decode()

    assert "masterdata.sku_unknown" in listed
    assert "NEW-1" in listed
    assert "&quot;sku&quot;: &quot;NEW-1&quot;" in shown
    assert "Try again" in shown


def test_trying_again_books_it_once_the_cause_is_gone(controller: Client) -> None:
    still = controller.post(
        "/exchange/parked/try-again", {"source": SOURCE, "sequence": "2"}, follow=True
    )
    retailer.add_skus("NEW-1")
    booked = controller.post(
        "/exchange/parked/try-again", {"source": SOURCE, "sequence": "2"}, follow=True
    )

    assert "Nothing could be booked: the causes are still there." in still.content.decode()
    assert booked.redirect_chain == [(f"/exchange/messages/{SOURCE}/2", 302)]
    assert "1 message is booked now." in booked.content.decode()
    assert retailer.stock("pos:S12", "on_hand/shop_floor/available", "NEW-1") == -2
    assert controller.get("/exchange/parked").context["rows"] == []


def test_whoever_may_only_look_cannot_try_again() -> None:
    admin = a_client(Role.ADMIN)

    shown = admin.get(f"/exchange/messages/{SOURCE}/2")
    tried = admin.post("/exchange/parked/try-again", {"source": SOURCE, "sequence": "2"})

    assert shown.status_code == 200
    assert "Try again" not in shown.content.decode()
    assert tried.status_code == 403


def test_sources_of_other_sites_do_not_exist() -> None:
    reader = a_client(Role.INVENTORY_CONTROLLER, sites=["W1"])

    assert reader.get(f"/exchange/sources/{SOURCE}").status_code == 404
    assert reader.get(f"/exchange/messages/{SOURCE}/2").status_code == 404
    assert reader.get("/exchange/parked").context["rows"] == []
    assert reader.get("/exchange/").context["rows"] == []


def test_a_source_nobody_heard_is_not_found(controller: Client) -> None:
    assert controller.get("/exchange/sources/wms:W9/stock").status_code == 404
    assert controller.get(f"/exchange/messages/{SOURCE}/99").status_code == 404


def test_gaps_are_shown_as_ranges_of_numbers(controller: Client) -> None:
    for _ in range(5):
        retailer.sell(("TEA-250", 1))
    envelopes = retailer.list_envelopes("pos:S12/stock")
    retailer.hear("erp", envelopes[0], envelopes[2], envelopes[-1])

    page = controller.get("/exchange/sources/pos:S12/stock").content.decode()

    assert '<span class="badge tone-bad">2</span>' in page
    assert '<span class="badge tone-bad">4–5</span>' in page


def test_an_altered_message_is_seen_beside_what_counts_and_settled_with_a_reason(
    controller: Client,
) -> None:
    case = alter_the_first_ticket()

    listed = controller.get("/exchange/?state=altered").context
    source = controller.get("/exchange/sources/pos:S12/stock").content.decode()
    shown = controller.get(f"/exchange/alterations/{case}").content.decode()
    silent = controller.post(f"/exchange/alterations/{case}/settle", {"reason": " "}, follow=True)
    still_open = list_unsettled()
    settled = controller.post(
        f"/exchange/alterations/{case}/settle", {"reason": "A test of S12."}, follow=True
    )

    assert [(view.row.source, view.state) for view in listed["rows"]] == [
        ("pos:S12/stock", "altered")
    ]
    assert f'href="/exchange/alterations/{case}"' in source
    assert "<mark>  &quot;cashier&quot;: &quot;somebody else&quot;" in shown
    assert "exchange.reason_missing" in silent.content.decode()
    assert [(row.receiver, row.altered) for row in still_open] == [("erp", 1)]
    assert "A test of S12." in settled.content.decode()
    assert list_unsettled() == []
    assert controller.get("/exchange/?state=altered").context["rows"] == []


def test_what_nobody_settled_is_a_line_of_the_home_page(controller: Client) -> None:
    alter_the_first_ticket()
    make_a_digest_differ()

    page = controller.get("/").content.decode()

    assert "Messages came with other content" in page
    assert "Books differ by their digests" in page
    assert "/exchange/?state=mismatch" in page


def test_a_digest_that_differs_shows_both_sums_until_it_agrees_or_is_settled(
    controller: Client,
) -> None:
    case = make_a_digest_differ()

    page = controller.get("/exchange/sources/pos:S12/stock")
    still = controller.post(
        "/exchange/sources/pos:S12/stock/compare-again", follow=True
    ).content.decode()
    settled = controller.post(
        f"/exchange/comparisons/{case}/settle",
        {"reason": "AD-7 puts it right."},
        follow=True,
    ).content.decode()

    [view] = page.context["mismatches"]
    assert view.figures == [("on_hand/sound > customer", 1, 1), ("supplier > on_hand/sound", 0, 4)]
    assert [(line.side, line.quantity) for line in view.lines] == [("ours", 4)]
    assert 'href="/recon/cases?site=S12"' in page.content.decode()
    assert "The books still differ." in still
    assert "AD-7 puts it right." in settled
    assert list_alarms(now=NOON) == []
    assert controller.get("/exchange/?state=mismatch").context["rows"] == []


def test_a_settled_digest_is_open_again_when_our_book_changes(controller: Client) -> None:
    case = make_a_digest_differ()
    controller.post(f"/exchange/comparisons/{case}/settle", {"reason": "Known."})

    book_more("again")
    [row] = list_comparisons(states=[ComparisonState.MISMATCH])
    keep(
        stream=(row.source, row.epoch),
        book=row.book,
        theirs=row.theirs,
        ours=compute(ToldRange(book="erp", source=row.source, first=1, last=1)),
        state=row.state,
        told_at=row.told_at,
    )

    assert [(found.source, found.differing) for found in list_unsettled()] == [("pos:S12/stock", 1)]


def test_a_parked_message_is_set_aside_with_a_reason(controller: Client) -> None:
    form = {"receiver": "pos", "epoch": "1"}

    offered = controller.get(f"/exchange/messages/{SOURCE}/2").content.decode()
    silent = controller.post(f"/exchange/messages/{SOURCE}/2/set-aside", form, follow=True)
    parked = controller.get("/exchange/parked").context["rows"]
    done = controller.post(
        f"/exchange/messages/{SOURCE}/2/set-aside",
        form | {"reason": "No goods of ours."},
        follow=True,
    )
    twice = controller.post(
        f"/exchange/messages/{SOURCE}/2/set-aside", form | {"reason": "Once more."}, follow=True
    )

    assert 'data-dialog="set-aside-pos"' in offered
    assert "exchange.reason_missing" in silent.content.decode()
    assert [row.sequence for row in parked] == [2]
    assert "Set aside: it stays on record" in done.content.decode()
    assert "somebody was quicker" in twice.content.decode()
    assert controller.get("/exchange/parked").context["rows"] == []
    [row] = controller.get("/exchange/parked?state=set_aside").context["rows"]
    assert row.facts["reason"] == "No goods of ours."


def test_numbers_are_asked_for_again_of_a_site(controller: Client) -> None:
    retailer.deliver()
    asked = controller.post(
        "/exchange/sources/pos:S12/stock/ask-again",
        {"first": "1", "last": "1"},
        follow=True,
    ).content.decode()
    wrong = controller.post(
        "/exchange/sources/pos:S12/stock/ask-again",
        {"first": "5", "last": "x"},
        follow=True,
    ).content.decode()

    assert "The site is asked." in asked
    assert "exchange.range_wrong" in wrong
    [told] = [
        envelope
        for envelope in retailer.list_envelopes("erp:hub/orders:S12")
        if envelope.kind == "erp.resend_requested.v1"
    ]
    assert b'"first_sequence": 1' in told.data


def test_whoever_may_only_look_decides_nothing() -> None:
    case = alter_the_first_ticket()
    admin = a_client(Role.ADMIN)

    shown = admin.get(f"/exchange/alterations/{case}")
    tried = [
        admin.post(f"/exchange/alterations/{case}/settle", {"reason": "x"}),
        admin.post(f"/exchange/messages/{SOURCE}/2/set-aside", {"reason": "x"}),
        admin.post(f"/exchange/sources/{SOURCE}/ask-again", {"first": "1", "last": "1"}),
        admin.post(f"/exchange/sources/{SOURCE}/compare-again"),
    ]

    assert shown.status_code == 200
    assert "data-dialog" not in shown.content.decode().partition("<main")[2]
    assert [answer.status_code for answer in tried] == [403, 403, 403, 403]
    assert [row.altered for row in list_unsettled()] == [1]
