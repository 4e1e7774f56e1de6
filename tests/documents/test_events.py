"""Goal: every step is an event, told once, in the order of writing, to who may hear of it."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as some

from yipan.config import event_feed
from yipan.documents import events, trail
from yipan.documents.events import BEGINNING, CursorUnreadable, EventFilter, Position
from yipan.documents.trail import Step

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
AT_ONCE = timedelta(0)
WRITTEN = Step(
    document_type="transfer_order",
    number="TO-2026-000001",
    step="create",
    to_state="draft",
    at=NOON,
    actor="lin",
    system="erp",
    sites=("W1", "S12"),
)
ALL = EventFilter()


def read(which: EventFilter = ALL, *, after: str = "", limit: int = 100) -> list[str]:
    found, _ = event_feed.read(which, after=after, limit=limit, lag=AT_ONCE)
    return [f"{event.number} {event.step}" for event in found]


@pytest.mark.django_db
def test_a_step_is_an_event_as_cloudevents_has_it() -> None:
    trail.record(replace(WRITTEN, reason="Shelf is empty.", device="office-1"))

    [event], position = event_feed.read(ALL, after="", limit=10, lag=AT_ONCE)
    told = event_feed.write_event(event)

    assert told["type"] == "erp.transfer_order.created.v1"
    assert told["source"] == "erp:hub/documents"
    assert told["subject"] == "TO-2026-000001"
    assert told["time"] == "2026-03-02T04:00:00+00:00"
    assert told["partitionkey"] == "transfer_order/TO-2026-000001"
    assert told["data"] == {
        "document_type": "transfer_order",
        "number": "TO-2026-000001",
        "step": "create",
        "from_state": "",
        "to_state": "draft",
        "sites": ["S12", "W1"],
        "actor": "lin",
        "device": "office-1",
        "reason": "Shelf is empty.",
    }
    assert position.write() > told["position"]
    assert event_feed.read(ALL, after="", limit=10, lag=AT_ONCE)[0][0].event_id == event.event_id


@pytest.mark.django_db
def test_a_filter_keeps_what_was_asked_for_and_a_scope_what_may_be_heard() -> None:
    trail.record_many(
        [
            WRITTEN,
            replace(WRITTEN, number="TO-2", sites=("W2", "S1")),
            replace(WRITTEN, document_type="accounting_period", number="P-1", sites=()),
            replace(WRITTEN, document_type="receipt", number="R-1", system="wms", sites=("W1",)),
        ]
    )

    own = frozenset({"S12"})
    assert read(EventFilter(site="W1")) == ["TO-2026-000001 create", "R-1 create"]
    assert read(EventFilter(system="wms")) == ["R-1 create"]
    assert read(EventFilter(document_type="accounting_period")) == ["P-1 create"]
    assert read(EventFilter(number="TO-2")) == ["TO-2 create"]
    # Of one end of a transfer, but not of the company, nor of other sites.
    assert read(EventFilter(sites=own)) == ["TO-2026-000001 create"]
    assert read(EventFilter(sites=own, site="W1")) == ["TO-2026-000001 create"]
    assert read(EventFilter(sites=frozenset())) == []


@pytest.mark.django_db
def test_page_by_page_each_event_comes_once() -> None:
    trail.record_many([replace(WRITTEN, number=f"TO-{place}") for place in range(7)])

    seen, after = [], ""
    while True:
        found, position = event_feed.read(ALL, after=after, limit=3, lag=AT_ONCE)
        seen += [event.number for event in found]
        after = position.write()
        if len(found) < 3:
            break

    assert seen == [f"TO-{place}" for place in range(7)]
    assert read(after=after) == []


@pytest.mark.django_db(transaction=True)
def test_what_commits_late_is_never_passed_by() -> None:
    has_begun, may_commit = threading.Event(), threading.Event()

    def write_slowly() -> None:
        with transaction.atomic():
            trail.record(replace(WRITTEN, number="SLOW"))
            has_begun.set()
            may_commit.wait(10)
        connection.close()

    slow = threading.Thread(target=write_slowly)
    slow.start()
    assert has_begun.wait(10)
    trail.record(replace(WRITTEN, number="QUICK"))

    # The quick one is there, with a higher id, but an older one still runs.
    found, position = event_feed.read(ALL, after="", limit=10, lag=AT_ONCE)
    assert found == []
    may_commit.set()
    slow.join(10)

    found, _ = event_feed.read(ALL, after=position.write(), limit=10, lag=AT_ONCE)
    assert [event.number for event in found] == ["SLOW", "QUICK"]


@pytest.mark.parametrize(
    "text", ["7", "a-b-c", "0000000000000001-00-000000000000000000x", "-" * 40, "９" * 39]
)
def test_a_position_nobody_gave_out_is_refused(text: str) -> None:
    with pytest.raises(CursorUnreadable):
        events.read_position(text)


places = some.builds(
    Position,
    recorded_at=some.integers(0, 10**15).map(lambda it: BEGINNING + timedelta(microseconds=it)),
    table=some.integers(0, 99),
    row=some.integers(0, 2**63 - 1),
)


@given(one=places, other=places)
def test_a_later_position_is_a_greater_text(one: Position, other: Position) -> None:
    assert events.read_position(one.write()) == one
    assert (one < other) == (one.write() < other.write())
