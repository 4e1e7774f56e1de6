"""Goal: whoever could not be let in is forgotten, and those who come later hear what moves."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest
from django.db import OperationalError

from tests.access.builders import an_actor
from yipan.access.roles import Role
from yipan.exchange.queries.pulse import Beat
from yipan.fastlane.watch import Change, Watch

SECONDS_MAX = 30


@pytest.mark.django_db(transaction=True)
def test_pages_hear_again_after_the_first_came_while_the_database_was_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = iter(range(1_000_000))
    is_away = True

    def read_pulse() -> Mapping[tuple[str, str], Beat]:
        if is_away:
            raise OperationalError("the database is starting")
        beat = Beat("wms:W1/stock", "erp", next(told), (0, 0), 0, None)
        return {("wms:W1/stock", "erp"): beat}

    monkeypatch.setattr("yipan.fastlane.watch.read_pulse", read_pulse)
    controller = an_actor(Role.INVENTORY_CONTROLLER)

    async def listen() -> list[Change]:
        nonlocal is_away
        watch = Watch(every_seconds=0.01)
        serving = asyncio.create_task(watch.serve())
        with pytest.raises(OperationalError):
            await watch.join(controller)
        is_away = False
        listener = await watch.join(controller)
        try:
            async with asyncio.timeout(SECONDS_MAX):
                await listener.arrived.wait()
            return listener.take()
        finally:
            watch.leave(listener)
            serving.cancel()
            await asyncio.to_thread(watch.close)

    assert asyncio.run(listen()) == [Change("wms", "W1")]
