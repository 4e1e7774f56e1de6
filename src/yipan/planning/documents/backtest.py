"""
The back-test (回测) of each segment: scores on rolling origins, curves of policies, verdict.

A plan names the record it was made under. A learned model that fails its gate two weeks in a row
is dropped; once is forgiven, since half a year of weeks moves slowly.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any, Final

import numpy as np
from django.db import transaction

from yipan.documents import trail
from yipan.documents.numbers import give_number
from yipan.masterdata import queries as masterdata
from yipan.planning.documents import demand as demand_history
from yipan.planning.models import Backtest
from yipan.planning.queries.world import list_shard_skus, read_shard
from yipan.planning.rules import gate, learned
from yipan.planning.rules.effects import Game, compare_with_today, draw_curves
from yipan.planning.rules.forecasting import add_downstream, list_factors, mask_upstream
from yipan.planning.rules.gate import Verdict
from yipan.planning.rules.levels import Flags, Floats
from yipan.planning.rules.policies import list_reviews
from yipan.planning.rules.shard import Costs, Place

DOCUMENT_TYPE: Final = "backtest"
PREFIX: Final = "BT"
SERIES_MAX: Final = 3_000
#: Below so many series nothing general can be learned.
SERIES_LEARNED_MIN: Final = 50
MISSES_MAX: Final = 2
PARTS: Final = 16


def judge_segments(*, today: date, at: datetime) -> list[Backtest]:
    """Test every segment on its own history, and keep what was found. Repeatable."""
    demand_history.follow()
    found: dict[str, list[tuple[Place, Floats, Flags]]] = {}
    for number, skus in enumerate(list_shard_skus(shards=PARTS)):
        shard = read_shard(skus, number=number, today=today, costs=Costs())
        past, _ = list_factors(shard)
        demand = add_downstream(shard.places, shard.demand / past)
        masked = mask_upstream(shard.places, shard.masked)
        for row, place in enumerate(shard.places):
            if place.days_listed >= gate.DAYS_MIN and demand[row].any():
                found.setdefault(place.segment, []).append((place, demand[row], masked[row]))
    return [
        _test(segment, found[segment][:SERIES_MAX], today=today, at=at) for segment in sorted(found)
    ]


def _test(
    segment: str, series: Sequence[tuple[Place, Floats, Flags]], *, today: date, at: datetime
) -> Backtest:
    places = [it[0] for it in series]
    demand = np.stack([it[1] for it in series])
    masked = np.stack([it[2] for it in series])
    horizons = np.asarray(
        [max(1, list_reviews(it.policy, weekday=1)[1] + it.policy.lead_time_days) for it in places],
        dtype=np.int64,
    )
    weekday = today.isoweekday()
    verdict = gate.judge(
        demand, masked, horizons,
        with_learned=len(series) >= SERIES_LEARNED_MIN, weekday=weekday,
    )  # fmt: skip
    text = ""
    if verdict.adopted == "learned":
        text = learned.train(
            demand, masked,
            horizons=(int(horizons.min()), int(horizons.max())), weekday=weekday,
            tuning=verdict.tuning,
        )  # fmt: skip
    game = Game(
        demand=demand,
        masked=masked,
        policies=[it.policy for it in places],
        packs=[it.pack for it in places],
        prices=np.asarray([float(it.price) for it in places]),
    )
    curves = compare_with_today(draw_curves(game, model=text, weekday=weekday), game)
    span = demand.shape[1]
    return _keep(
        segment, verdict, text,
        curves=[asdict(it) for it in curves],
        days=(today - timedelta(days=span), today - timedelta(days=1)), at=at,
    )  # fmt: skip


@transaction.atomic
def _keep(
    segment: str, verdict: Verdict, text: str, *,
    curves: list[dict[str, Any]], days: tuple[date, date], at: datetime,
) -> Backtest:  # fmt: skip
    before = Backtest.objects.select_for_update().filter(segment=segment, is_current=True).first()
    adopted, misses = verdict.adopted, 0
    if before is not None and before.adopted == "learned" and adopted != "learned":
        misses = before.misses + 1
        if misses < MISSES_MAX:
            adopted, text = "learned", before.learned
    Backtest.objects.filter(segment=segment, is_current=True).update(is_current=False)
    record = Backtest.objects.create(
        number=give_number(prefix=PREFIX, on=masterdata.get_office_date(at)),
        state="recorded",
        created_by="planning",
        created_at=at,
        segment=segment,
        first_day=days[0],
        last_day=days[1],
        series=verdict.series,
        origins=verdict.origins,
        adopted=adopted,
        gain_permille=round(verdict.gain * 1000),
        misses=misses,
        scores=[asdict(it) for it in verdict.scores],
        curves=curves,
        tuning=asdict(verdict.tuning),
        learned=text,
        learned_digest=hashlib.blake2b(text.encode(), digest_size=8).hexdigest() if text else "",
    )
    trail.record(
        trail.Step(
            document_type=DOCUMENT_TYPE,
            system="planning",
            number=record.number,
            step="create",
            to_state="recorded",
            at=at,
            actor="planning",
            reason=f"{segment}: {adopted}",
        )
    )
    return record
