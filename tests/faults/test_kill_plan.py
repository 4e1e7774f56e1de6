"""
Goal: a plan of which a worker is killed half-way ends as one that nobody disturbed.

Method: two real workers compute the shards of a plan over the PostgreSQL queue. When some are done,
one worker is killed by -9. The other takes up what was left, and the digest, the proposals and the
outlooks are held against those of a plan made by one process before.
"""

from __future__ import annotations

import pytest

from tests.nodes.running import Node

pytestmark = [pytest.mark.slow, pytest.mark.fault, pytest.mark.timeout(400)]

#: Enough for the kill to come in between: a shard takes some hundredths of a second.
SHARDS = 60
ENDED = "select count(*) from planning_planrun where executor = 'queue' and state = 'finished'"
PARTS = (
    "select count(*) from planning_planshard p join planning_planrun r on r.id = p.run_id"
    " where r.executor = 'queue' and p.done_at is not null"
)
TWICE = (
    "select count(*) from (select 1 from planning_proposal where state = 'open'"
    " group by sku, site, source having count(*) > 1) twice"
)


def test_a_worker_killed_half_way_leaves_the_plan_as_it_would_have_been(database_url: str) -> None:
    with Node("plan8", server_url=database_url, YIPAN_ROLE="hub") as hub:
        assert hub.start_migrating().wait() == 0
        hub.do("open_plans")
        alone = hub.do("plan_alone", shards=SHARDS)
        killed, left = hub.start_worker(), hub.start_worker()
        number = hub.do("begin_plan", shards=SHARDS, on=alone["on"])

        hub.wait(lambda: hub.count(PARTS) > SHARDS // 8)
        half = hub.count(PARTS)
        hub.kill(killed)
        hub.do("carry_on")
        hub.wait(lambda: hub.count(ENDED) == 1)
        together = hub.do("tell_plan", number=number)

        assert half < SHARDS
        assert left.poll() is None
        assert (together["state"], together["done"]) == ("finished", SHARDS)
        assert together["digest"] == alone["digest"]
        assert together["proposals"] == alone["proposals"] != []
        assert together["outlooks"] == alone["outlooks"] != []
        assert hub.count(TWICE) == 0
