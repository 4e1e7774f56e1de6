"""What a first look teaches: drawn from what was believed towards what was seen, never past it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yipan.recon.rules import (
    Cause,
    Difference,
    Evidence,
    Expected,
    Hypothesis,
    Key,
    Line,
    Weights,
)
from yipan.recon.rules.learning import Seen, learn
from yipan.recon.rules.odds import SHARED, TWICE, WAITS_FOR_US, Odds
from yipan.recon.rules.scoring import Outcome

SINCE = datetime(2026, 10, 1, tzinfo=UTC)
COUNTED = SINCE + timedelta(days=28)
TEA = Key(site="S12", sku="TEA-250")
MUG = Key(site="S12", sku="MUG-1")


def believe(cases: float = 4.0) -> Odds:
    return Odds(
        weights=Weights(),
        keys=100.0,
        cases=dict.fromkeys(SHARED, cases),
        exposed=dict.fromkeys(SHARED, 10.0),
        unknown=0.01,
        offered={(Cause.MISKEY, "bob"): 5.0},
    )


def suppose(
    cause: Cause, *keys: Key, probability: float, variant: str = "", document: str = ""
) -> Outcome:
    hypothesis = Hypothesis(
        cause=cause,
        deltas=dict.fromkeys(keys, -3),
        documents=(document,) if document else (),
        log_odds=0.0,
        variant=variant,
    )
    return Outcome(chosen=(hypothesis,), rest=0, probability=probability)


def receive(document: str, *, actor: str) -> Line:
    moment = SINCE + timedelta(days=3)
    return Line(
        document=document,
        kind="goods_receipt",
        key=TEA,
        quantity=10,
        occurred_at=moment,
        recorded_at=moment,
        actor=actor,
    )


def wait(kind: str, many: int) -> list[Expected]:
    return [
        Expected(kind=kind, document=f"{kind}-{number}", key=TEA, quantity=3, at=SINCE)
        for number in range(many)
    ]


NOTHING = Evidence(differences=())


def test_a_finding_teaches_by_its_probability_and_one_of_two_keys_by_half() -> None:
    evidence = Evidence(differences=(), lines={TEA: [receive("GR-1", actor="bob")]})
    typed = suppose(Cause.MISKEY, TEA, probability=0.7, document="GR-1")
    mixed = suppose(Cause.SKU_MIXUP, TEA, MUG, probability=0.3, variant="at_pick")

    seen = Seen.of({TEA: [typed, mixed], MUG: [mixed]}, evidence)

    assert seen.cases[Cause.MISKEY] == pytest.approx(0.7)
    assert seen.cases[Cause.SKU_MIXUP] == pytest.approx(0.3)
    assert seen.papers["at_pick"] == pytest.approx(0.3)
    assert seen.habits[Cause.MISKEY, "bob"] == pytest.approx(0.7)
    assert seen.by_key[Cause.MISKEY, "bob", TEA] == pytest.approx(0.7)
    assert seen.by_key[Cause.SKU_MIXUP, "", MUG] == pytest.approx(0.15)


def test_what_leaves_no_document_has_no_habit() -> None:
    typed = suppose(Cause.MISKEY, TEA, probability=0.7, document="GR-9")

    seen = Seen.of({TEA: [typed]}, NOTHING)

    assert seen.cases[Cause.MISKEY] == pytest.approx(0.7)
    assert not seen.habits


def test_theft_and_the_unknown_are_learned_as_well() -> None:
    seen = Seen()
    for _ in range(2):
        seen.add_rest({Cause.THEFT: 0.5, Cause.UNKNOWN: 2.0, Cause.SHRINKAGE: 9.0})

    learned = learn(believe(), seen=seen, evidence=NOTHING)

    assert learned.cases[Cause.THEFT] == pytest.approx(4 * (6 + 1) / (6 + 4))
    # One was believed of a hundred keys, four were seen, and twelve weigh what is believed.
    assert learned.unknown == pytest.approx(0.01 * (12 + 4) / (12 + 1))


@given(seen=st.floats(0, 200), before=st.floats(0.1, 50))
def test_cases_are_drawn_towards_what_was_seen_and_never_past_it(
    seen: float, before: float
) -> None:
    first = Seen()
    first.cases[Cause.MISKEY] = seen

    learned = learn(believe(before), seen=first, evidence=NOTHING).cases[Cause.MISKEY]

    low, high = sorted((seen, before))
    assert low * 0.999 <= learned <= high * 1.001


@pytest.mark.parametrize(
    ("many", "seen", "share"),
    [(0, 0.0, 0.4), (2, 2.0, (2 + 2.4) / 8), (14, 0.0, 2.4 / 20), (60, 60.0, 0.9)],
)
def test_a_paper_is_missing_as_often_as_its_kind_was(many: int, seen: float, share: float) -> None:
    first = Seen()
    first.papers["receipt"] = seen
    evidence = Evidence(differences=(), expected={TEA: wait("receipt", many)})

    learned = learn(believe(), seen=first, evidence=evidence)

    assert learned.waits["receipt"] == pytest.approx(share)
    assert learned.waits["foreign"] == pytest.approx(WAITS_FOR_US["foreign"])


def test_equal_lines_are_one_paper_as_often_as_they_explained_something() -> None:
    first = Seen()
    first.papers["no_paper"] = 1.5
    first.twins.update({"no_paper": 3, "two_papers": 4})
    differences = [
        Difference(key=key, quantity=-3, since=SINCE, counted_at=COUNTED, stock=9)
        for key in (TEA, MUG)
    ]

    learned = learn(believe(), seen=first, evidence=Evidence(differences=differences))

    # Behind two differences stand a hundred keys: equal lines are fifty times as many.
    assert learned.twice["no_paper"] == pytest.approx((1.5 + 6 * TWICE["no_paper"]) / (150 + 6))
    assert learned.twice["two_papers"] == pytest.approx(6 * TWICE["two_papers"] / (200 + 6))
    assert learned.twice["same_paper"] == pytest.approx(TWICE["same_paper"])


def test_who_made_more_mistakes_than_his_share_is_asked_sooner_and_no_key_by_itself() -> None:
    evidence = Evidence(differences=(), lines={TEA: [receive("GR-1", actor="bob")]})
    typed = suppose(Cause.MISKEY, TEA, probability=1.0, document="GR-1")
    seen = Seen.of({TEA: [typed]}, evidence)
    seen.habits[Cause.MISKEY, "bob"] += 4
    seen.cases[Cause.MISKEY] += 4

    learned = learn(believe(), seen=seen, evidence=evidence)

    line = receive("GR-1", actor="bob")
    cases = 4 * (6 + 5) / (6 + 4)
    assert learned.cases[Cause.MISKEY] == pytest.approx(cases)
    # Half of all that is offered is his; his four others stand against that.
    times = (4 + 2.5) / (cases * 5 / 10 + 2.5) * (1 - 1 / (6 + 5))
    assert learned.expect(Cause.MISKEY, share=0.1, line=line) == pytest.approx(
        cases * 0.1 / 10 * times
    )
