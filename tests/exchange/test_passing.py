"""A selective receiver hears what it takes, passes over the rest, and the log still proves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.exchange.builders import Asked, Moved, a_moved, an_asked, say, wired
from yipan.exchange import proof
from yipan.exchange.delivery import deliver_pending
from yipan.exchange.inbox import receive
from yipan.exchange.models import InboxMessage, PassedRange, Reception
from yipan.exchange.subscriptions import Route, Subscription
from yipan.exchange.told import list_after

pytestmark = pytest.mark.django_db

SOURCE = "wms:W1/stock"


@pytest.fixture
def asked() -> Iterator[list[Asked]]:
    """Wire `erp` to all, and `oms` to requests only; return what `oms` was asked."""
    heard: list[Asked] = []
    with wired(
        Subscription(receiver="erp", message=Moved, handler=lambda _message, _where: None),
        Subscription(
            receiver="oms", message=Asked, handler=lambda message, _where: heard.append(message)
        ),
        routes=(
            Route(receiver="erp", prefix="wms:"),
            Route(receiver="oms", prefix="wms:", is_selective=True),
        ),
    ):
        yield heard


def _ranges() -> list[tuple[int, int]]:
    return list(
        PassedRange.objects.order_by("first_sequence").values_list(
            "first_sequence", "last_sequence"
        )
    )


def _assert_proved() -> None:
    assert [each for each in proof.list_findings() if not each.ok] == []


def test_what_it_takes_is_heard_between_what_it_passes_over(asked: list[Asked]) -> None:
    say(SOURCE, [a_moved(1), a_moved(2), an_asked(3), a_moved(4), an_asked(5), a_moved(6)])
    deliver_pending()

    assert [each.step for each in asked] == [3, 5]
    assert _ranges() == [(1, 2), (4, 4), (6, 6)]
    reception = Reception.objects.get(receiver="oms")
    assert (reception.watermark, reception.highest_seen) == (6, 6)
    assert Reception.objects.get(receiver="erp").applied_count == 6
    _assert_proved()


def test_ranges_that_meet_become_one(asked: list[Asked]) -> None:
    for number in range(1, 5):
        say(SOURCE, [a_moved(number)])
        deliver_pending()

    assert _ranges() == [(1, 4)]
    assert InboxMessage.objects.filter(receiver="oms").count() == 0
    assert asked == []
    _assert_proved()


def test_what_was_passed_over_may_come_again_by_name(asked: list[Asked]) -> None:
    say(SOURCE, [a_moved(1), a_moved(2), an_asked(3)])
    deliver_pending()

    receive("oms", list_after(source=SOURCE, epoch=1, after=0, limit=10))

    assert [each.step for each in asked] == [3]
    assert Reception.objects.get(receiver="oms").watermark == 3
    _assert_proved()


def test_a_range_that_hides_a_message_is_found(asked: list[Asked]) -> None:
    say(SOURCE, [a_moved(1), a_moved(2)])
    deliver_pending()
    PassedRange.objects.update(last_sequence=1)

    broken = [each.check for each in proof.list_findings() if not each.ok]

    assert broken == ["exchange.watermark_gap_free"]
    assert asked == []
