"""What accounts held at a moment: what is there, less what happened since, however early told."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from yipan.ledger import moments, past
from yipan.ledger.moments import Ask
from yipan.ledger.moves import FactPosting, Move
from yipan.ledger.posting import post_fact

BOOK = "wms:W1"
ACCOUNTS = ("on_hand/A-01/available", "on_hand/A-01/damaged", "on_hand/A-02/available", "customer")
SKUS = ("SCARF", "HAT")
#: Hours from now: before it, and beyond it, as a clock that is ahead would say.
HOURS = st.integers(min_value=-6, max_value=6)

Moved = tuple[str, str, str, int, int]


@st.composite
def moved(draw: st.DrawFn) -> Moved:
    source, goal = draw(st.permutations(ACCOUNTS))[:2]
    return draw(st.sampled_from(SKUS)), source, goal, draw(st.integers(1, 9)), draw(HOURS)


def sum_up(told: list[Moved], *, sku: str, hour: int) -> dict[str, int]:
    """Return what the accounts of a SKU held by the story itself."""
    held: Counter[str] = Counter()
    for code, source, goal, quantity, at in told:
        if code == sku and at <= hour:
            held[source] -= quantity
            held[goal] += quantity
    return {account: quantity for account, quantity in held.items() if quantity}


class TestPast(TestCase):
    @settings(max_examples=25, deadline=None)
    @given(told=st.lists(moved(), max_size=12), since=HOURS, until=HOURS)
    def test_any_moment_is_what_the_movements_up_to_it_say(
        self, told: list[Moved], since: int, until: int
    ) -> None:
        now = datetime.now(tz=UTC)

        def at(hour: int) -> datetime:
            return now + timedelta(hours=hour)

        for number, (sku, source, goal, quantity, hour) in enumerate(told):
            move = Move(sku=sku, from_account=source, to_account=goal, quantity=quantity)
            posting = FactPosting(origin=f"story/{number}", occurred_at=at(hour), moves=[move])
            post_fact(book=BOOK, posting=posting)
            # The same goods in another book are nobody's here.
            post_fact(book="erp", posting=posting)
        asks = [
            Ask(sku=sku, root="on_hand/A-01/", since=at(since), until=at(max(since, until)))
            for sku in SKUS
        ]

        for number, sku in enumerate(SKUS):
            rows = past.list_balances_as_of(book=BOOK, sku=sku, as_of=at(since))
            expected = sum_up(told, sku=sku, hour=since)
            assert {row.account: row.quantity for row in rows} == expected
            states = {
                state.account: state.quantity
                for state in moments.list_states(book=BOOK, asks=asks)
                if state.ask == number
            }
            assert states == {
                account: quantity
                for account, quantity in expected.items()
                if account.startswith("on_hand/A-01/")
            }
            for change in moments.list_changes(book=BOOK, asks=asks):
                if change.ask == number:
                    states[change.account] = states.get(change.account, 0) + change.quantity
            assert {account: quantity for account, quantity in states.items() if quantity} == {
                account: quantity
                for account, quantity in sum_up(told, sku=sku, hour=max(since, until)).items()
                if account.startswith("on_hand/A-01/")
            }
