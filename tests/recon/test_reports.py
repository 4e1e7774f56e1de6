"""A report of another system is an observation: compared at its own number, and never booked."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.test import Client

from tests import retailer
from tests.access.builders import a_person
from tests.retailer import NOON, stock
from yipan.access.roles import Role
from yipan.ledger.moves import Trace
from yipan.masterdata.refusals import SiteUnknown
from yipan.recon.documents import report
from yipan.recon.documents.report import LinesUnfit, Reported, Told
from yipan.recon.models import Case, CaseState, ReportState, StockReport
from yipan.stocktake.models import Stocktake

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(hours=9)
PARTNER = Trace(actor="pos:S12")
SOURCE = "pos:S12/stock"


@pytest.fixture(autouse=True)
def _store() -> None:
    """Ten teas and six mugs, told as number 1; one tea sold as the next."""
    retailer.open_retailer()
    retailer.open_store("S12", ("TEA-250", 10), ("MUG-1", 6))
    retailer.deliver()


def tell(*lines: tuple[str, str, int | str], as_of: int, is_complete: bool = True) -> StockReport:
    return report.take(
        reported=Reported(site="S12", as_of_sequence=as_of, is_complete=is_complete),
        lines=[
            Told(line=number, sku=sku, status=status, quantity=quantity)
            for number, (sku, status, quantity) in enumerate(lines, start=1)
        ],
        by=PARTNER,
        at=LATER,
    )


def last() -> int:
    return retailer.list_envelopes(SOURCE)[-1].sequence


def test_a_report_that_agrees_opens_nothing() -> None:
    taken = tell(
        ("TEA-250", "available", 8), ("TEA-250", "held", 2), ("MUG-1", "", 6), as_of=last()
    )

    assert (taken.state, taken.difference_count) == (ReportState.COMPARED, 0)
    assert not Case.objects.exists()


def test_each_figure_that_differs_is_a_case_and_no_book_moves() -> None:
    taken = tell(("TEA-250", "available", 7), ("TEA-250", "damaged", 1), as_of=last())

    found = {(case.sku, case.group): case for case in Case.objects.all()}
    assert taken.difference_count == 3
    assert {key: case.quantity for key, case in found.items()} == {
        ("TEA-250", "sound"): 3,
        ("TEA-250", "damaged"): -1,
        ("MUG-1", "sound"): 6,
    }
    assert found["MUG-1", "sound"].quantity_other == 0
    assert stock("erp", "on_hand/S12/available") == 10


def test_what_a_partial_report_does_not_name_is_not_zero() -> None:
    assert tell(("TEA-250", "", 10), as_of=last(), is_complete=False).difference_count == 0


def test_a_report_waits_for_the_messages_it_contains() -> None:
    before = last()
    taken = tell(("TEA-250", "", 9), ("MUG-1", "", 6), as_of=before + 1)
    assert taken.state == ReportState.WAITING
    assert report.compare_waiting(at=LATER) == 0

    retailer.sell(("TEA-250", 1))
    retailer.deliver()

    assert report.compare_waiting(at=LATER) == 1
    taken.refresh_from_db()
    assert (taken.state, taken.difference_count) == (ReportState.COMPARED, 0)


def test_a_report_is_compared_at_its_number_though_more_was_sold_since() -> None:
    before = last()
    retailer.sell(("TEA-250", 4))
    retailer.deliver()

    assert tell(("TEA-250", "", 10), ("MUG-1", "", 6), as_of=before).difference_count == 0


def test_a_report_older_than_the_last_one_is_stale_and_says_nothing() -> None:
    before = last()
    retailer.sell(("TEA-250", 4))
    retailer.deliver()
    tell(("TEA-250", "", 6), ("MUG-1", "", 6), as_of=last())

    taken = tell(("TEA-250", "", 99), as_of=before)

    assert taken.state == ReportState.STALE
    assert not Case.objects.exists()


def test_the_same_report_twice_is_one_and_a_later_one_that_agrees_ends_its_cases() -> None:
    first = tell(("TEA-250", "", 7), ("MUG-1", "", 6), as_of=last())

    again = tell(("TEA-250", "", 7), ("MUG-1", "", 6), as_of=last())
    tell(("TEA-250", "", 10), ("MUG-1", "", 6), as_of=last())

    assert again.number == first.number
    assert StockReport.objects.count() == 2
    assert Case.objects.get().state == CaseState.CLOSED


def test_wrong_lines_are_told_one_by_one_and_nothing_is_kept() -> None:
    with pytest.raises(LinesUnfit) as refused:
        tell(
            ("TEA-250", "", 7),
            ("TEA-999", "", 1),
            ("MUG-1", "lost", 1),
            ("MUG-1", "", "six"),
            ("TEA-250", "", 8),
            ("", "", 8),
            as_of=1,
        )

    errors = refused.value.facts["errors"]
    assert isinstance(errors, list)
    assert [error["message"] for error in errors] == [
        "Line 2: unknown SKU TEA-999",
        "Line 3: unknown status lost",
        "Line 4: 'six' is no whole number",
        "Line 5: the same SKU and status as line 1",
        "Line 6: no SKU",
    ]
    assert not StockReport.objects.exists()


def test_a_site_that_has_no_system_of_its_own_reports_nothing() -> None:
    with pytest.raises(SiteUnknown):
        report.take(
            reported=Reported(site="S99", as_of_sequence=1),
            lines=[Told(line=1, sku="TEA-250", status="", quantity=1)],
            by=PARTNER,
            at=LATER,
        )


def test_an_empty_report_does_not_say_that_everything_is_gone() -> None:
    with pytest.raises(report.ReportEmpty):
        tell(as_of=1)


@pytest.fixture
def controller() -> Client:
    client = Client()
    client.force_login(a_person(Role.INVENTORY_CONTROLLER, username="zhao"))
    return client


def upload(client: Client, content: str, *, as_of: str = "") -> str:
    file = io.BytesIO(content.encode())
    file.name = "stock.csv"
    answer = client.post(
        "/recon/reports",
        {"site": "S12", "as_of_sequence": as_of or str(last()), "file": file},
        follow=True,
    )
    return answer.content.decode()


def test_a_file_is_taken_on_the_page(controller: Client) -> None:
    page = upload(controller, "SKU,status,quantity\nTEA-250,available,9\nMUG-1,available,6\n")

    taken = StockReport.objects.get()
    assert taken.number in page
    assert (taken.file_name, taken.line_count, taken.difference_count) == ("stock.csv", 2, 1)


def test_a_bad_file_is_told_by_its_own_line_numbers(controller: Client) -> None:
    page = upload(controller, "SKU,quantity\nTEA-250,9\n\nTEA-999,1\nMUG-1,x\n")

    assert "Line 4: unknown SKU TEA-999" in page
    assert "Line 5: &#x27;x&#x27; is no whole number" in page
    assert "recon.report_empty" in upload(controller, "SKU,quantity\n")
    assert "recon.report_empty" in upload(controller, "TEA-250,1\n", as_of="last")
    assert "import.file_unreadable" in upload(controller, "\x00")
    assert not StockReport.objects.exists()


def test_what_to_count_next_is_shown_with_reasons(controller: Client) -> None:
    retailer.sell(("MUG-1", 9))

    page = controller.get("/recon/targets?site=S12").content.decode()

    assert "The book is below zero" in page
    assert page.index("MUG-1") < page.index("TEA-250")
    assert controller.get("/recon/targets?site=S12&by_place=1").status_code == 200
    assert controller.get("/recon/targets?site=nonsense").status_code == 200


def test_the_ranking_becomes_a_count_of_the_store() -> None:
    retailer.sell(("MUG-1", 9))
    client = Client()
    client.force_login(a_person(Role.STORE_MANAGER, username="wu", sites=["S12"]))
    page = client.get("/recon/targets?site=S12&by_place=1").content.decode()
    assert "shop_floor,MUG-1\nshop_floor,TEA-250" in page

    client.post(
        "/pos/stocktakes/plan?site=S12",
        {"kind": "spot", "list": "shop_floor,MUG-1\nshop_floor,TEA-250"},
    )

    planned = Stocktake.objects.get()
    assert (planned.site, planned.kind) == ("S12", "spot")
