"""Goal: what is promised keeps to the hours of its site, in every zone, through clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.access.builders import a_person
from tests.meanwhile import meanwhile
from tests.pool.selling import DESK, NOON, TODAY, bring, open_pool
from yipan.access.roles import Role
from yipan.documents import trail
from yipan.masterdata.models import BusinessCalendar, ClosedDay, Site
from yipan.pool.models import OpeningHours, SpecialDay
from yipan.pool.policy import channels, opening_hours
from yipan.pool.policy.channels import Carrier, CarrierWrong, Service
from yipan.pool.policy.opening_hours import HoursWrong, Opening, Special
from yipan.pool.queries.promise_dates import DateAt, PromiseDate, list_promise_dates
from yipan.pool.rules.opening_hours import Hours, Window, pass_minutes

pytestmark = pytest.mark.django_db

BERLIN, SHANGHAI = "Europe/Berlin", "Asia/Shanghai"
TEN_TO_EIGHT = {day: (Window(time(10), time(20)),) for day in range(7)}


def at(text: str, zone: str = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def wall(found: datetime, zone: str) -> str:
    return f"{found.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def pass_(hours: Hours, begin: datetime, minutes: int) -> str:
    found = pass_minutes(hours, begin=begin, minutes=minutes)
    assert found is not None
    assert found.at < found.open_until
    return wall(found.at, hours.zone)


def test_minutes_pass_while_the_site_is_open_and_not_otherwise() -> None:
    hours = Hours(zone=SHANGHAI, week=TEN_TO_EIGHT)

    assert pass_(hours, at("2026-07-01 12:00"), 90) == "2026-07-01 13:30"
    assert pass_(hours, at("2026-07-01 08:00"), 90) == "2026-07-01 11:30"
    assert pass_(hours, at("2026-07-01 19:30"), 90) == "2026-07-02 11:00"
    # Ready at the very moment it closes is ready when it opens.
    assert pass_(hours, at("2026-07-01 18:30"), 90) == "2026-07-02 10:00"
    assert pass_(hours, at("2026-07-01 21:00"), 0) == "2026-07-02 10:00"


def test_a_break_a_holiday_and_a_special_day_count() -> None:
    week = {2: (Window(time(9), time(12)), Window(time(14), time(18))), 3: TEN_TO_EIGHT[3]}
    hours = Hours(
        zone=SHANGHAI,
        week=week,
        days={date(2026, 7, 2): (), date(2026, 7, 3): (Window(time(12), time(0)),)},
        closed={date(2026, 7, 3)},
    )

    # Wednesday over lunch; Thursday is special and closed, Friday special and open till midnight,
    # though its weekday has no hours and its calendar says closed.
    assert pass_(hours, at("2026-07-01 11:30"), 60) == "2026-07-01 14:30"
    assert pass_(hours, at("2026-07-01 17:30"), 60) == "2026-07-03 12:30"
    assert pass_(hours, at("2026-07-03 23:59"), 0) == "2026-07-03 23:59"
    assert pass_minutes(Hours(zone=SHANGHAI, days={}, week={6: ()}), begin=NOON, minutes=0) is None


def test_a_night_of_changed_clocks_is_an_hour_shorter_or_longer() -> None:
    nights = Hours(zone=BERLIN, week={day: (Window(time(0), time(0)),) for day in range(7)})
    # 2026-03-29 has no 02:30, 2026-10-25 has it twice.
    assert pass_(nights, at("2026-03-29 01:30", BERLIN), 60) == "2026-03-29 03:30"
    assert pass_(nights, at("2026-10-25 01:30", BERLIN), 120) == "2026-10-25 02:30"
    # Shanghai has no such nights.
    plain = Hours(zone=SHANGHAI, week=nights.week)
    assert pass_(plain, at("2026-03-29 01:30"), 60) == "2026-03-29 02:30"
    # Hours are wall clock: the store opens at ten before and after.
    days = Hours(zone=BERLIN, week=TEN_TO_EIGHT)
    opened = [
        pass_minutes(days, begin=at(f"2026-03-{n} 01:00", BERLIN), minutes=0) for n in (28, 29)
    ]
    assert [it.at.astimezone(UTC).hour for it in opened if it] == [9, 8]


#: Days as they come: closed, whole, with a break, over the hours in which clocks change.
DAYS = (
    (),
    (Window(time(0), time(0)),),
    (Window(time(10), time(20)),),
    (Window(time(9), time(12)), Window(time(14), time(18, 30))),
    (Window(time(1), time(4)), Window(time(23), time(0))),
)


@settings(max_examples=60, deadline=None)
@given(
    week=st.lists(st.sampled_from(DAYS), min_size=7, max_size=7),
    offset=st.integers(0, 60 * 24 * 400),
    first=st.integers(0, 3_000),
    more=st.integers(0, 3_000),
    zone=st.sampled_from([BERLIN, SHANGHAI, "America/New_York", "Australia/Lord_Howe"]),
)
def test_time_passes_only_while_open_and_adds_up(
    week: list[tuple[Window, ...]], offset: int, first: int, more: int, zone: str
) -> None:
    hours = Hours(zone=zone, week=dict(enumerate(week)))
    begin = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=offset)

    found = pass_minutes(hours, begin=begin, minutes=first)
    if found is None:
        return

    # It is open then: the wall clock of the site is inside one of its windows.
    local = found.at.astimezone(ZoneInfo(zone))
    assert any(
        it.opens_at <= local.time() and (it.closes_at == time(0) or local.time() < it.closes_at)
        for it in hours.list_windows(local.date())
    )
    assert found.at >= begin + timedelta(minutes=first)
    # First so many minutes and then more are as long as all of them at once.
    rest = pass_minutes(hours, begin=found.at, minutes=more)
    whole = pass_minutes(hours, begin=begin, minutes=first + more)
    if rest and whole:
        assert rest.at == whole.at


def open_shop() -> None:
    """Open a warehouse and two stores, open ten to eight, with a web shop over them."""
    open_pool()
    Site.objects.filter(code="W1").update(site_type="warehouse")
    for site in ("S1", "S2"):
        say_week(site)


def say_week(site: str, opens: time = time(10), closes: time = time(20)) -> None:
    week = [Opening(weekday=day, opens_at=opens, closes_at=closes) for day in range(7)]
    opening_hours.save_week(site=site, week=week, by=DESK, at=NOON)


def say(site: str, method: str, **fields: object) -> None:
    service = Service(site=site, method=method, **fields)  # type: ignore[arg-type]
    channels.save_service(service=service, by=DESK, at=NOON)


def ask(method: str, moment: datetime, quantity: int = 1) -> PromiseDate:
    [found] = list_promise_dates(
        wanted={"SCARF": quantity}, channel="web", methods=[method], at=moment
    )
    return found


def read(it: DateAt) -> tuple[str, str, str]:
    assert it.ready_at is not None
    assert it.open_until is not None
    return (it.site, f"{it.ready_at:%m-%d %H:%M}", f"{it.open_until:%H:%M}")


def test_a_pick_up_is_ready_within_the_hours_of_its_store() -> None:
    open_shop()
    bring("SCARF", S1=3, S2=3)
    say("S1", "pickup", handling_minutes=120)
    say("S2", "pickup", handling_minutes=30)
    say_week("S2", time(15), time(18))

    def stores(text: str) -> list[tuple[str, str, str]]:
        return [read(it) for it in ask("pickup", at(f"{TODAY} {text}")).stores]

    day, morrow = f"{TODAY:%m-%d}", f"{TODAY + timedelta(days=1):%m-%d}"
    # At noon the first store is ready at two, the other not before it opens at three.
    assert stores("12:00") == [("S1", f"{day} 14:00", "20:00"), ("S2", f"{day} 15:30", "18:00")]
    # At half past six one has closed, and the other would not be ready before it does.
    assert stores("18:30") == [
        ("S1", f"{morrow} 10:30", "20:00"),
        ("S2", f"{morrow} 15:30", "18:00"),
    ]
    found = ask("pickup", at(f"{TODAY} 20:30"))
    assert [it.code for it in found.entries] == ["start", "after_hours", "opens", "ready"]
    assert found.promise_date == TODAY + timedelta(days=1)


def test_a_special_day_closes_a_store_and_opens_one_its_calendar_closes() -> None:
    open_shop()
    bring("SCARF", S1=3, S2=3)
    calendar = BusinessCalendar.objects.create(code="FEAST", name="Feast")
    ClosedDay.objects.create(calendar=calendar, date=TODAY)
    Site.objects.filter(code="S2").update(calendar=calendar)
    opening_hours.save_day(site="S1", special=Special(date=TODAY), by=DESK, at=NOON)
    special = Special(date=TODAY, opens_at=time(9), closes_at=time(13), reason="feast")
    opening_hours.save_day(site="S2", special=special, by=DESK, at=NOON)

    found = ask("pickup", at(f"{TODAY} 12:30"))

    assert [(it.site, it.promise_date) for it in found.stores] == [
        ("S2", TODAY),
        ("S1", TODAY + timedelta(days=1)),
    ]
    assert read(found.stores[0])[2] == "13:00"


def test_the_carrier_that_is_there_first_is_taken_until_its_cut_off() -> None:
    open_shop()
    bring("SCARF", W1=9)
    fast = Carrier(name="SF", cutoff_at=time(16), transit_days=1)
    late = Carrier(name="ZTO", cutoff_at=time(20), transit_days=2)
    say("W1", "ship", carriers=(late, fast))

    before, between, after = (
        ask("ship", at(f"{TODAY} {it}")) for it in ("15:00", "17:00", "21:00")
    )

    assert before.promise_date == TODAY + timedelta(days=1)
    # The fast one has gone for today: both would be there the day after tomorrow, and the one
    # named first is taken.
    assert between.promise_date == TODAY + timedelta(days=2)
    assert [it.number for it in between.entries if it.code == "transit"] == ["ZTO"]
    assert (after.promise_date, after.entries[-1].number) == (TODAY + timedelta(days=2), "SF")
    with pytest.raises(CarrierWrong):
        say("W1", "ship", carriers=(fast, fast))


def test_hours_that_cannot_be_are_refused_and_nothing_changes() -> None:
    open_shop()
    before = OpeningHours.objects.count()
    for week in (
        [Opening(weekday=0, opens_at=time(20), closes_at=time(10))],
        [Opening(weekday=0, opens_at=time(9), closes_at=time(13)),
         Opening(weekday=0, opens_at=time(12), closes_at=time(18))],
        [Opening(weekday=7, opens_at=time(9), closes_at=time(13))],
    ):  # fmt: skip
        with pytest.raises(HoursWrong):
            opening_hours.save_week(site="S1", week=week, by=DESK, at=NOON)
    half = Special(date=TODAY, opens_at=time(9))
    with pytest.raises(HoursWrong):
        opening_hours.save_day(site="S1", special=half, by=DESK, at=NOON)
    assert (OpeningHours.objects.count(), SpecialDay.objects.count()) == (before, 0)


def test_hours_are_kept_by_api_and_page_with_a_trail() -> None:
    open_shop()
    client = Client()
    client.force_login(a_person(Role.INVENTORY_CONTROLLER, username="lin"))
    week = [{"weekday": 0, "opens_at": "09:00", "closes_at": "21:00"}]

    def send(method: str, path: str, body: object = None) -> int:
        call = getattr(client, method)
        return int(call(path, body, content_type="application/json").status_code)

    assert send("put", "/api/v1/site-hours/S1", {"week": week}) == 204
    assert (
        send("put", f"/api/v1/site-hours/S1/days/{date(2099, 1, 1)}", {"reason": "new year"}) == 204
    )
    told = client.get("/api/v1/site-hours/S1").json()
    assert [(it["weekday"], it["opens_at"]) for it in told["week"]] == [(0, "09:00:00")]
    assert [(it["date"], it["opens_at"]) for it in told["days"]] == [("2099-01-01", None)]
    wrong = [{"weekday": 0, "opens_at": "21:00", "closes_at": "09:00"}]
    refused = client.put("/api/v1/site-hours/S1", {"week": wrong}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (422, "opening_hours.wrong")

    form = {"from-0-0": "10:00", "to-0-0": "12:00", "from-0-1": "13:00", "to-0-1": "00:00"}
    client.post("/pool/hours/S1/week", form)
    rows = OpeningHours.objects.filter(site="S1").order_by("opens_at")
    assert [(it.opens_at, it.closes_at) for it in rows] == [
        (time(10), time(12)),
        (time(13), time(0)),
    ]
    client.post("/pool/hours/S1/week", {"from-0-0": "10:00"})
    assert OpeningHours.objects.filter(site="S1").count() == 2
    page = client.get("/pool/hours/S1").content.decode()
    assert 'value="13:00"' in page
    assert "10:00–12:00, 13:00–24:00" in client.get("/pool/hours").content.decode()
    assert send("delete", "/api/v1/site-hours/S1/days/2099-01-01") == 204
    assert not SpecialDay.objects.exists()
    assert len(trail.list_steps(document_type="site_hours", number="S1")) >= 4


@pytest.mark.django_db(transaction=True)
def test_of_two_weeks_saved_at_once_the_later_one_holds_alone() -> None:
    open_pool()

    def save(opens_at: int, closes_at: int) -> None:
        week = [Opening(weekday=0, opens_at=time(opens_at), closes_at=time(closes_at))]
        opening_hours.save_week(site="S1", week=week, by=DESK, at=NOON)

    save(9, 18)
    with meanwhile(lambda: save(10, 20)) as other:
        save(8, 12)

    assert other.fault is None
    kept = OpeningHours.objects.filter(site="S1").values_list("opens_at", "closes_at")
    assert list(kept) == [(time(10), time(20))]
