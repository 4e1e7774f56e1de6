"""Goal: what a shop is told before an order is what the order gets: by method, site and day."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from tests.access.builders import a_person
from tests.pool.selling import DESK, NOON, TODAY, a_rule, a_wish, bring, open_pool, tell_coming
from yipan.access.roles import Role
from yipan.masterdata.models import BusinessCalendar, ClosedDay, Site
from yipan.pool import promises
from yipan.pool.policy import channels
from yipan.pool.policy.channels import Service
from yipan.pool.queries.promise_dates import PromiseDate, list_promise_dates
from yipan.pool.rules.promise_dates import Pace, find_date

pytestmark = pytest.mark.django_db


def open_shop() -> None:
    """Open a warehouse and two stores with a web shop over them."""
    open_pool()
    Site.objects.filter(code="W1").update(site_type="warehouse")


def ask(method: str = "ship", quantity: int = 1) -> PromiseDate:
    """Return by when scarves can be had, asked at noon."""
    [found] = list_promise_dates(
        wanted={"SCARF": quantity}, channel="web", methods=[method], at=NOON
    )
    return found


def say(site: str, method: str, **fields: object) -> None:
    """Say what a site can do."""
    service = Service(site=site, method=method, **fields)  # type: ignore[arg-type]
    channels.save_service(service=service, by=DESK, at=NOON)


def close(site: str, *days: date) -> None:
    """Let a site not trade on some days."""
    calendar = BusinessCalendar.objects.create(code=f"CAL-{site}", name="Closed")
    Site.objects.filter(code=site).update(calendar=calendar)
    ClosedDay.objects.bulk_create(ClosedDay(calendar=calendar, date=day) for day in days)


def list_codes(found: PromiseDate) -> list[str]:
    return [entry.code for entry in found.entries]


def test_a_parcel_comes_from_the_site_that_is_there_first() -> None:
    open_shop()
    bring("SCARF", W1=9, S1=3)
    say("W1", "ship", handling_days=1, transit_days=2)
    say("S1", "ship", handling_days=0, transit_days=1)

    assert (ask().site, ask().promise_date) == ("S1", TODAY + timedelta(days=1))
    # More than the store has comes from the warehouse, later.
    assert (ask(quantity=5).site, ask(quantity=5).promise_date) == ("W1", TODAY + timedelta(3))


def test_after_the_cut_off_it_is_a_day_later_and_closed_days_do_not_count() -> None:
    open_shop()
    bring("SCARF", W1=9)
    say("W1", "ship", handling_days=1, transit_days=2, cutoff_at=time(11, 0))
    close("W1", TODAY + timedelta(days=1), TODAY + timedelta(days=2))

    found = ask()

    # Noon is past eleven: it begins on the third day, is handled by the fourth, there on the sixth.
    assert list_codes(found) == ["start", "cutoff", "closed", "handling", "transit"]
    assert found.promise_date == TODAY + timedelta(days=6)


def test_stores_with_stock_are_told_for_a_pick_up_and_no_warehouse() -> None:
    open_shop()
    bring("SCARF", W1=9, S1=1, S2=4)
    say("S2", "pickup", handling_days=1)

    found = ask("pickup", quantity=2)

    assert [(it.site, it.quantity, it.promise_date) for it in found.stores] == [
        ("S2", 4, TODAY + timedelta(days=1)),
        ("S1", 1, TODAY),
    ]
    assert (found.site, found.promise_date) == ("S2", TODAY + timedelta(days=1))


def test_what_cannot_be_promised_has_no_date() -> None:
    open_shop()
    bring("SCARF", S1=1)
    promises.reserve(ask=a_wish("R-1"), at=NOON)
    assert (ask("pickup").promise_date, ask("pickup").stores) == (None, ())
    a_rule("switch_off", sku="SCARF", site="S2", method="pickup")
    bring("SCARF", S2=2)
    assert ask("pickup").promise_date is None


def test_goods_to_come_are_promised_for_when_they_can_be_sold() -> None:
    open_shop()
    say("W1", "ship", transit_days=2)
    tell_coming(5, TODAY + timedelta(days=3))

    found = ask()

    # A day to receive it, two on the way.
    assert (found.is_now, found.promise_date) == (False, TODAY + timedelta(days=6))
    assert (found.entries[0].code, found.entries[0].number) == ("arrives", "PO-1")


@given(
    handling=st.integers(0, 5),
    transit=st.integers(0, 5),
    is_past=st.booleans(),
    closed=st.frozensets(st.integers(0, 20), max_size=8),
)
def test_a_date_never_gets_earlier_by_a_closed_day_or_a_cut_off(
    handling: int,
    transit: int,
    is_past: bool,  # noqa: FBT001 - hypothesis names it
    closed: frozenset[int],
) -> None:
    days = {TODAY + timedelta(days=n) for n in closed}

    def find(*, past: bool, off: set[date]) -> date:
        pace = Pace(handling_days=handling, transit_days=transit, is_past_cutoff=past, closed=off)
        found = find_date(start=TODAY, pace=pace)
        assert [it.day for it in found.entries] == sorted(it.day for it in found.entries)
        return found.day

    plain = find(past=False, off=set())
    assert plain == TODAY + timedelta(days=handling + transit)
    assert plain <= find(past=is_past, off=set()) <= find(past=is_past, off=days)


def test_a_shop_asks_over_http() -> None:
    open_shop()
    bring("SCARF", W1=2, S1=2)
    client = Client()
    client.force_login(a_person(Role.ORDER_DESK, username="mei.desk"))

    answer = client.get("/api/v1/promise-dates?sku=SCARF&channel=web&quantity=1")

    assert answer.status_code == 200, answer.content
    ship, pickup = answer.json()["data"]
    assert (ship["method"], ship["site"], ship["is_now"]) == ("ship", "W1", True)
    assert [it["site"] for it in pickup["stores"]] == ["S1"]
    assert client.get("/api/v1/promise-dates?sku=SCARF&channel=nobody").status_code == 404
