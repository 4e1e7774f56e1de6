"""
Goal: a channel ends at the right numbers, in a feed without gaps, whatever happens in between.

Method: goods move, rules change and promises are made in the site book; the follower looks at
what was posted, and the feed is compared with what may be sold.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.channels.telling import NO_LAG, open_channel, publish, send_from, switch_on, told
from tests.pool.selling import DESK, NOON, a_rule, a_wish, bring, open_pool
from yipan.channels import tasks
from yipan.channels.documents import publication, publishing
from yipan.channels.documents.publication import Manner, MethodsMissing, PublicationOff
from yipan.channels.models import LevelChange, Publication, ToldLevel
from yipan.channels.queries import feed, publications
from yipan.channels.queries.feed import CursorAhead, CursorTooOld
from yipan.foundation.refusals import NotFound
from yipan.masterdata.refusals import VersionMismatch
from yipan.pool import promises
from yipan.pool.policy import channels, selling_rules
from yipan.pool.queries.selling import list_sellable
from yipan.pool.rules.selling import Terms

pytestmark = pytest.mark.django_db


def test_a_channel_that_is_switched_on_is_told_what_is_sellable_and_no_more() -> None:
    open_channel("SCARF", "MUG", "HAT")
    bring("SCARF", W1=12)
    bring("MUG", S1=3)

    publish()

    assert told() == [(1, "MUG", 3, "few", "first"), (2, "SCARF", 12, "plenty", "first")]


def test_what_moves_is_told_and_nothing_else_is_measured() -> None:
    open_channel("SCARF", "MUG")
    bring("SCARF", W1=12)
    bring("MUG", S1=30)
    publish()
    measured = ToldLevel.objects.get(sku="MUG").measured_at

    promises.reserve(ask=a_wish("rsv_1", 4), at=NOON)
    publish(NOON + timedelta(minutes=1))

    assert told()[2:] == [(3, "SCARF", 8, "plenty", "stepped")]
    assert ToldLevel.objects.get(sku="MUG").measured_at == measured


def test_small_changes_are_kept_back_and_told_when_they_are_due() -> None:
    open_channel("SCARF", step_quantity=10, due_seconds=300)
    bring("SCARF", W1=30)
    publish()

    promises.reserve(ask=a_wish("rsv_1", 4), at=NOON)
    publish()
    assert told() == [(1, "SCARF", 30, "plenty", "first")]
    row = publications.get_publication("web")
    assert (row.differing_count, row.differing_since) == (1, NOON)

    publish(NOON + timedelta(seconds=299))
    assert len(told()) == 1
    publish(NOON + timedelta(seconds=300))
    assert told()[1:] == [(2, "SCARF", 26, "plenty", "due")]
    assert publications.get_publication("web").differing_count == 0


def test_what_comes_back_before_it_was_due_is_not_told_at_all() -> None:
    open_channel("SCARF", step_quantity=10)
    bring("SCARF", W1=30)
    publish()
    promises.reserve(ask=a_wish("rsv_1", 4), at=NOON)
    publish()

    promises.release(ask=a_wish("rsv_1", step="release", lines=()), at=NOON)
    publish(NOON + timedelta(hours=1))

    assert told() == [(1, "SCARF", 30, "plenty", "first")]


def test_few_left_and_sold_out_are_told_at_once_however_small_the_step() -> None:
    open_channel("SCARF", step_quantity=1_000)
    bring("SCARF", W1=6)
    publish()

    for number, quantity in (("rsv_1", 1), ("rsv_2", 1), ("rsv_3", 4)):
        promises.reserve(ask=a_wish(number, quantity), at=NOON)
        publish()

    assert told() == [
        (1, "SCARF", 6, "plenty", "first"),
        (2, "SCARF", 4, "few", "crossed"),
        (3, "SCARF", 0, "none", "crossed"),
    ]


def test_a_rule_of_one_sku_changes_what_its_channel_is_told() -> None:
    open_channel("SCARF", "MUG")
    bring("SCARF", W1=12)
    bring("MUG", W1=12)
    publish()

    rule = a_rule("buffer", sku="SCARF", channel="web", quantity=5)
    publish()
    selling_rules.end(rule=rule, by=DESK, at=NOON)
    publish()

    assert told()[2:] == [
        (3, "SCARF", 7, "plenty", "stepped"),
        (4, "SCARF", 12, "plenty", "stepped"),
    ]


def test_a_rule_of_all_skus_and_a_site_withdrawn_change_everything() -> None:
    open_channel("SCARF", "MUG")
    bring("SCARF", W1=12, S1=2)
    bring("MUG", W1=12)
    publish()

    a_rule("safety_stock", quantity=2)
    publish()
    channels.save_group(code="EAST", name="East", sites=["S1"], by=DESK, at=NOON)
    publish()

    assert [(sku, quantity) for _, sku, quantity, *_ in told()[2:]] == [
        ("MUG", 10), ("SCARF", 10), ("MUG", 0), ("SCARF", 0),
    ]  # fmt: skip


def test_a_bundle_is_told_when_one_of_its_parts_moves() -> None:
    open_channel("SCARF", "MUG", "SET")
    channels.save_bundle(bundle="SET", parts={"SCARF": 2, "MUG": 1}, by=DESK, at=NOON)
    bring("SCARF", W1=12)
    bring("MUG", W1=20)
    publish()

    promises.reserve(ask=a_wish("rsv_1", 4), at=NOON)
    publish()

    assert {(sku, quantity) for _, sku, quantity, *_ in told()[3:]} == {("SCARF", 8), ("SET", 4)}


def test_what_lies_where_nobody_sends_parcels_is_not_told_as_to_be_sent() -> None:
    open_channel("SCARF")
    service = channels.Service(site="S2", method="ship", is_open=False)
    channels.save_service(service=service, by=DESK, at=NOON)
    bring("SCARF", W1=3, S2=40)

    publish()

    assert told() == [(1, "SCARF", 3, "few", "first")]


def test_a_site_that_stops_sending_changes_what_is_told() -> None:
    open_channel("SCARF")
    bring("SCARF", W1=3, S2=40)
    publish()

    service = channels.Service(site="S2", method="ship", is_open=False)
    channels.save_service(service=service, by=DESK, at=NOON)
    publish()

    assert told()[1:] == [(2, "SCARF", 3, "few", "crossed")]


def test_pick_up_names_the_stores_and_what_each_has() -> None:
    open_channel("SCARF", methods=("ship", "pickup"))
    a_rule("switch_off", site="W1", method="pickup", reason="no counter")
    bring("SCARF", W1=12, S1=3)

    publish()

    row = LevelChange.objects.get(method="pickup")
    assert (row.quantity, row.sites) == (3, {"S1": 3})


def test_a_channel_of_levels_hears_no_number() -> None:
    open_channel("SCARF", form="level")
    bring("SCARF", W1=12)
    publish()
    promises.reserve(ask=a_wish("rsv_1", 5), at=NOON)
    publish(NOON + timedelta(hours=1))
    promises.reserve(ask=a_wish("rsv_2", 4), at=NOON)
    publish(NOON + timedelta(hours=2))

    assert told() == [(1, "SCARF", None, "plenty", "first"), (2, "SCARF", None, "few", "crossed")]
    [row], position = feed.list_snapshot("web", after="", limit=10)
    assert (row.sellable, row.level, position) == (None, "few", 2)


def test_each_channel_has_numbers_of_its_own_and_sees_its_own_share() -> None:
    open_channel("SCARF")
    switch_on("app")
    a_rule("quota", sku="SCARF", channel="app", quantity=5, is_exclusive=True)
    bring("SCARF", W1=12)

    publish()

    assert told("web") == [(1, "SCARF", 7, "plenty", "first")]
    assert told("app") == [(1, "SCARF", 12, "plenty", "first")]


def test_a_closed_channel_is_told_that_nothing_is_left() -> None:
    open_channel("SCARF")
    bring("SCARF", W1=12)
    publish()

    channels.save_channel(code="web", fields={"is_active": False}, by=DESK, at=NOON)
    publish()

    assert told()[1:] == [(2, "SCARF", 0, "none", "crossed")]


def test_everything_is_told_again_on_request_under_new_numbers() -> None:
    open_channel("SCARF", "MUG")
    bring("SCARF", W1=12)
    publish()

    publication.send_all(channel="web", by=DESK, at=NOON)
    publish()

    assert told() == [(1, "SCARF", 12, "plenty", "first"), (2, "SCARF", 12, "plenty", "resent")]


def test_nobody_is_told_while_all_are_off_and_all_is_caught_up_after() -> None:
    open_channel("SCARF", is_on=False)
    bring("SCARF", W1=12)

    assert publish() == 0
    switch_on()
    publish()

    assert told() == [(1, "SCARF", 12, "plenty", "first")]


def test_killed_before_the_commit_neither_the_feed_nor_the_cursor_moved(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    open_channel("SCARF")
    bring("SCARF", W1=12)
    with monkeypatch.context() as broken:
        broken.setattr(publishing, "_sweep", _kill)
        with pytest.raises(KeyboardInterrupt):
            tasks.publish(clock=lambda: NOON, lag=NO_LAG)
    assert told() == []

    publish()

    assert told() == [(1, "SCARF", 12, "plenty", "first")]


def _kill(*_: object, **__: object) -> int:
    raise KeyboardInterrupt


def test_the_feed_is_read_in_pages_without_gaps_and_a_reader_is_known() -> None:
    open_channel(*(f"SKU-{n}" for n in range(5)))
    for n in range(5):
        bring(f"SKU-{n}", W1=9)
    publish()

    first = feed.list_changes("web", after=0, limit=2)
    rest = feed.list_changes("web", after=first.last_position, limit=10)
    publication.note_read(channel="web", reader="key:shop", sequence=2, at=NOON)

    assert [row.sequence for row in (*first.rows, *rest.rows)] == [1, 2, 3, 4, 5]
    assert (first.has_more, rest.has_more, rest.last_position) == (True, False, 5)
    assert feed.list_changes("web", after=5, limit=10).rows == ()
    [reader] = publications.list_readers("web")
    assert (reader.reader, reader.sequence) == ("key:shop", 2)


def test_a_number_never_given_out_and_one_forgotten_are_refused() -> None:
    open_channel("SCARF", "MUG")
    bring("SCARF", W1=12)
    bring("MUG", W1=12)
    publish()

    with pytest.raises(CursorAhead):
        feed.list_changes("web", after=3, limit=10)
    with pytest.raises(NotFound):
        feed.list_changes("nobody", after=0, limit=10)
    assert tasks.forget_old(at=NOON + timedelta(days=29)) == 0
    assert tasks.forget_old(at=NOON + timedelta(days=31)) == 2
    with pytest.raises(CursorTooOld) as refused:
        feed.list_changes("web", after=1, limit=10)
    assert refused.value.facts["snapshot_url"] == "/api/v1/inventory/snapshot?channel=web"
    rows, position = feed.list_snapshot("web", after="", limit=10)
    assert ([(it.sku, it.sellable) for it in rows], position) == ([("MUG", 12), ("SCARF", 12)], 2)
    assert feed.list_changes("web", after=2, limit=10).rows == ()


def test_a_snapshot_is_read_in_pages() -> None:
    open_channel("HAT", "MUG", methods=("ship", "pickup"))
    bring("HAT", S1=2)
    bring("MUG", S1=2)
    publish()

    first, _ = feed.list_snapshot("web", after="", limit=3)
    rest, _ = feed.list_snapshot("web", after=f"{first[-1].sku} {first[-1].method}", limit=3)

    assert [(it.sku, it.method) for it in (*first, *rest)] == [
        ("HAT", "pickup"), ("HAT", "ship"), ("MUG", "pickup"), ("MUG", "ship"),
    ]  # fmt: skip


def test_settings_are_refused_without_a_method_and_when_somebody_was_faster() -> None:
    open_channel("SCARF")

    with pytest.raises(MethodsMissing):
        switch_on(methods=())
    with pytest.raises(VersionMismatch):
        publication.save(channel="web", manner=Manner(), version=7, by=DESK, at=NOON)
    with pytest.raises(NotFound):
        switch_on("nobody")
    with pytest.raises(PublicationOff):
        publication.send_all(channel="app", by=DESK, at=NOON)
    assert Publication.objects.get().methods == ["ship"]


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["bring", "reserve", "release", "rule", "round"]), st.integers(1, 9)
        ),
        max_size=14,
    ),
    st.integers(1, 6),
)
def test_whatever_happens_the_channel_ends_within_a_step_of_the_truth(
    steps: list[tuple[str, int]], step_quantity: int
) -> None:
    with transaction.atomic():
        open_pool("SCARF")
        send_from("W1")
        switch_on(step_quantity=step_quantity)
        granted: list[str] = []
        for place, (what, size) in enumerate(steps):
            if what == "bring":
                bring("SCARF", W1=size)
            elif what == "reserve":
                number = f"rsv_{place}"
                answer = promises.decide(asks=[a_wish(number, size)], at=NOON)[0]
                granted += [number] if hasattr(answer, "number") else []
            elif what == "release" and granted:
                ask = a_wish(granted.pop(), step="release", lines=())
                promises.release(ask=ask, at=NOON)
            elif what == "rule":
                a_rule("buffer", quantity=size, channel="web")
            else:
                publish()
        publish()
        [it] = list_sellable(skus=["SCARF"], terms=Terms(channel="web", method="ship"), at=NOON)
        row = ToldLevel.objects.filter(sku="SCARF").first()
        known = row.quantity if row else 0
        numbers = list(LevelChange.objects.order_by("sequence").values_list("sequence", flat=True))
        assert abs(known - it.sellable) < step_quantity
        assert (known > 0) == (it.sellable > 0)
        assert numbers == list(range(1, len(numbers) + 1))
        transaction.set_rollback(True)
