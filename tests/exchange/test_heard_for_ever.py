"""What is forgotten and comes again, in whatever order, is still known for ever."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests.exchange.books import Book
from tests.exchange.builders import (
    a_moved,
    sealed,
    wired,
)
from tests.exchange.forgetting import BLOCK, FOREIGN, age, assert_proved, terms
from yipan.exchange import retention, streams
from yipan.exchange.envelopes import Envelope, seal
from yipan.exchange.inbox import ReplyState, receive
from yipan.exchange.models import (
    Alteration,
    Reception,
)
from yipan.exchange.subscriptions import Route

pytestmark = pytest.mark.django_db


class TestWhatComesAgain:
    def test_is_answered_as_a_duplicate_and_booked_once(self, book: Book) -> None:
        run = [sealed(number, a_moved(number), source=FOREIGN) for number in range(1, 6)]
        receive("erp", run)
        age()
        assert retention.forget_heard(terms(), block=BLOCK) == 4

        replies = receive("erp", run)

        assert [each.state for each in replies] == [ReplyState.DUPLICATE] * 5
        assert [each.applied_sequence for each in replies] == [5] * 5
        assert book.list_numbers() == [1, 2, 3, 4, 5]
        assert Reception.objects.get().duplicate_count == 5
        assert_proved()

    def test_with_other_content_is_a_case(self, book: Book) -> None:
        receive("erp", [sealed(number, a_moved(number), source=FOREIGN) for number in range(1, 5)])
        age()
        retention.forget_heard(terms(), block=BLOCK)
        altered = sealed(3, a_moved(3, quantity=30), source=FOREIGN)
        cloned = sealed(2, a_moved(20), source=FOREIGN)

        replies = receive("erp", [altered, cloned])

        assert [(each.state, each.code) for each in replies] == [
            (ReplyState.PARKED, "exchange.sequence_reused")
        ] * 2
        assert sorted(Alteration.objects.values_list("sequence", flat=True)) == [2, 3]
        assert len(book.list_numbers()) == 4
        assert_proved()

    def test_in_a_new_epoch_is_known_by_its_id(self, book: Book) -> None:
        receive("erp", [sealed(number, a_moved(number), source=FOREIGN) for number in range(1, 6)])
        age()
        retention.forget_heard(terms(), block=BLOCK)
        epoch = streams.open_epoch(FOREIGN)
        told_again = [
            seal(a_moved(number), source=FOREIGN, sequence=number, epoch=epoch)
            for number in range(1, 8)
        ]

        replies = receive("erp", told_again)

        assert [each.state for each in replies] == [ReplyState.DUPLICATE] * 5 + [
            ReplyState.APPLIED
        ] * 2
        assert [sku for _, sku, _ in book.list_effects()] == ["TEA-250"] * 7
        assert [each.watermark for each in Reception.objects.order_by("epoch")] == [5, 7]
        assert_proved()

    def test_in_an_epoch_that_was_open_when_it_was_forgotten(self, book: Book) -> None:
        receive("erp", [sealed(number, a_moved(number), source=FOREIGN) for number in range(1, 5)])
        epoch = streams.open_epoch(FOREIGN)
        receive("erp", [seal(a_moved(9), source=FOREIGN, sequence=1, epoch=epoch)])
        age()
        retention.forget_heard(terms(), block=BLOCK)

        (reply,) = receive("erp", [seal(a_moved(2), source=FOREIGN, sequence=2, epoch=epoch)])

        assert reply.state == ReplyState.DUPLICATE
        assert len(book.list_numbers()) == 5
        assert_proved()

    def test_under_a_new_number_with_other_content_is_parked(self, book: Book) -> None:
        receive("erp", [sealed(number, a_moved(number), source=FOREIGN) for number in range(1, 5)])
        age()
        retention.forget_heard(terms(), block=BLOCK)

        (reply,) = receive("erp", [sealed(5, a_moved(2, quantity=5), source=FOREIGN)])

        assert (reply.state, reply.code) == (ReplyState.PARKED, "exchange.message_id_reused")
        assert len(book.list_numbers()) == 4
        assert_proved()


class TestAnyOrder(TestCase):
    """Whatever comes, in whatever order and however often, before and after it is forgotten."""

    @settings(max_examples=40, deadline=None)
    @given(data=st.data())
    def test_each_message_has_one_effect(self, data: st.DataObject) -> None:
        count = data.draw(st.integers(1, 14))
        book = Book()
        with wired(*book.subscriptions(), routes=(Route(receiver="erp", prefix="wms:"),)):
            epochs = [1]
            for _ in range(data.draw(st.integers(1, 8))):
                step = data.draw(st.sampled_from(["receive", "receive", "forget", "epoch"]))
                if step == "receive":
                    chosen = data.draw(st.lists(st.integers(1, count), max_size=20))
                    epoch = data.draw(st.sampled_from(epochs))
                    receive("erp", [_message(number, epoch=epoch) for number in chosen])
                elif step == "forget":
                    age()
                    retention.forget_heard(terms(), block=data.draw(st.integers(1, 4)))
                elif Reception.objects.exists():
                    epochs.append(streams.open_epoch(FOREIGN))
            everything = [_message(number, epoch=epochs[-1]) for number in range(1, count + 1)]
            replies = receive("erp", everything)

            assert {each.state for each in replies} <= {ReplyState.APPLIED, ReplyState.DUPLICATE}
            assert sorted(size for _, _, size in book.list_effects()) == list(range(1, count + 1))
            assert_proved()


def _message(number: int, *, epoch: int) -> Envelope:
    """Return a message that is known by its quantity, whatever number it comes under."""
    return seal(a_moved(number, quantity=number), source=FOREIGN, sequence=number, epoch=epoch)
