"""Goal: one key that asks too often is told when to come back, and no other key waits for it."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from tests.access.builders import a_key
from tests.fastlane.callers import NOON, Said, call
from tests.masterdata.builders import a_site, a_sku
from yipan.access import keys
from yipan.access.actors import Actor, Unauthenticated
from yipan.access.keys import ActiveKey
from yipan.access.limits import TokenBuckets
from yipan.fastlane.app import Fastlane
from yipan.fastlane.keyring import Keyring
from yipan.masterdata import records
from yipan.pool.models import Promise

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_key_over_its_limit_gets_429_and_nothing_is_set_aside() -> None:
    records.save_sites([a_site("S1")])
    records.save_skus([a_sku("MUG")], at=NOON)
    greedy, modest = a_key(name="greedy"), a_key(name="modest")
    now = [NOON]
    answers: list[Said] = []

    async def ask(lane: Fastlane, key: str) -> Said:
        address = "/api/v1/availability?sku=MUG"
        return await call(lane, address, method="GET", authorization=f"Bearer {key}")

    async def tell() -> None:
        buckets = TokenBuckets(per_second=2, burst=3)
        lane = Fastlane(clock=lambda: now[0], buckets=buckets)
        lane.start()
        try:
            answers.extend([await ask(lane, greedy) for _ in range(3)])
            wanted = {"lines": [{"sku": "MUG", "site": "S1", "quantity": 1}]}
            refused = await call(
                lane,
                "/api/v1/reservations",
                wanted,
                idempotency_key="k",
                authorization=f"Bearer {greedy}",
            )
            answers.append(refused)
            answers.append(await ask(lane, modest))
            now[0] += timedelta(milliseconds=500)
            answers.append(await ask(lane, greedy))
        finally:
            await lane.stop()

    asyncio.run(tell())

    assert [answer.status for answer in answers] == [200, 200, 200, 429, 200, 200]
    refused = answers[3]
    assert refused.body["code"] == "request.rate_limited"
    assert refused.body["retry_after_ms"] == 500
    assert refused.headers["retry-after"] == "1"
    assert Promise.objects.count() == 0


def test_many_wrong_keys_at_once_make_the_lane_look_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[datetime] = []
    load_active = keys.load_active

    def look(*, at: datetime) -> dict[str, ActiveKey]:
        looks.append(at)
        return load_active(at=at)

    async def knock() -> list[BaseException | Actor]:
        ring = Keyring(clock=lambda: NOON)
        return await asyncio.gather(
            *(ring.authenticate(f"Bearer yk_{number}".encode()) for number in range(50)),
            return_exceptions=True,
        )

    monkeypatch.setattr(keys, "load_active", look)

    said = asyncio.run(knock())

    assert [type(each) for each in said] == [Unauthenticated] * 50
    assert looks == [NOON]
