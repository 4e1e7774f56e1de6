"""A warehouse at size: from a scan to its answer, and the release of a wave of 1,000 lines."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import partial
from statistics import median

from django.test import Client

from yipan.access.models import RoleAssignment, User
from yipan.access.roles import Role
from yipan.bench import wms_world
from yipan.bench.report import Result, at_least, at_most, measure, take_p95, tell, tell_load
from yipan.bench.wms_world import SITE, SKUS
from yipan.foundation.ids import make_id
from yipan.ledger.moves import Trace
from yipan.wms.documents.inbound import receipt
from yipan.wms.documents.inbound.receipt import Opening
from yipan.wms.documents.outbound import wave
from yipan.wms.documents.outbound.wave import Gathering
from yipan.wms.models import Pick

SCANS = 300
DELIVERY_LINES = 60
WAVES = 3
ORDERS = 250
LINES_PER_ORDER = 4
WAVE_LINES = ORDERS * LINES_PER_ORDER
#: Nothing of these lies there when they are ordered, so that the release sets all aside.
WANTED = SKUS[-WAVES * WAVE_LINES :]
HANDS = Trace(actor="bench", device="handheld-1")


def run() -> list[Result]:
    """Fill the warehouse, and measure what hands wait for."""
    now = datetime.now(UTC)
    began = time.perf_counter()
    wms_world.fill()
    wms_world.stock(SKUS[: -len(WANTED)], now=now)
    filled = time.perf_counter() - began
    wms_world.analyze()
    return [
        tell("filled", filled, unit="seconds"),
        at_least("bins", wms_world.BINS, target=100_000, unit="rows"),
        at_least("skus", len(SKUS), target=50_000, unit="rows"),
        *_measure_scans(now=now),
        *_measure_waves(now=now),
        *tell_load(),
    ]


def _measure_scans(*, now: datetime) -> list[Result]:
    """Scan piece after piece of a delivery, as the receiving page sends it."""
    wms_world.expect("IN-1", SKUS[:DELIVERY_LINES], now=now)
    wms_world.deliver()
    opening = Opening(site=SITE, inbound_order_number="IN-1")
    number = receipt.open_receipt(opening=opening, by=HANDS, at=now).number
    client = _log_in()
    address = f"/wms/receiving/{number}"

    def scan(sku: str) -> None:
        answer = client.post(
            address,
            {"scan": wms_world.name_barcode(sku), "condition": "sound"},
            # As a handheld sends it, so that it may send it again.
            headers={"HX-Request": "true", "Idempotency-Key": str(make_id())},
        )
        assert answer.status_code == 200, answer.status_code
        assert "tone-bad" not in answer.content.decode(), sku

    for sku in SKUS[:DELIVERY_LINES]:  # warm up, and count the first of each
        scan(sku)
    times = [measure(partial(scan, SKUS[each % DELIVERY_LINES])) for each in range(SCANS)]
    unknown = [
        measure(
            lambda: client.post(address, {"scan": "4006381333931"}, headers={"HX-Request": "true"})
        )
        for _ in range(SCANS // 10)
    ]
    return [
        at_most("scan_to_feedback_p95", take_p95(times) * 1e3, target=100, unit="ms"),
        tell("scan_to_feedback_median", median(times) * 1e3, unit="ms"),
        tell("unknown_scan_p95", take_p95(unknown) * 1e3, unit="ms"),
    ]


def _measure_waves(*, now: datetime) -> list[Result]:
    """Release waves of 1,000 lines each; what they take is set aside in that moment."""
    times = []
    for number in range(WAVES):
        skus = WANTED[number * WAVE_LINES : (number + 1) * WAVE_LINES]
        for order in range(ORDERS):
            lines = skus[order * LINES_PER_ORDER : (order + 1) * LINES_PER_ORDER]
            wms_world.want(f"OUT-{number}-{order:03d}", lines, quantity=50, now=now)
        wms_world.deliver()
        wms_world.stock(skus, now=now)
        planned = wave.plan(gathering=Gathering(site=SITE, limit=ORDERS), by=HANDS, at=now).number
        times.append(measure(partial(wave.release, number=planned, by=HANDS, at=now)))
    picks = Pick.objects.count()
    return [
        at_most("wave_of_1000_lines", median(times), target=2, unit="seconds"),
        tell("wave_slowest", max(times), unit="seconds"),
        at_least("picks", picks, target=2 * WAVES * WAVE_LINES, unit="rows"),
    ]


def _log_in() -> Client:
    user = User.objects.create(username="bench")
    RoleAssignment.objects.create(user=user, role=Role.WAREHOUSE_LEAD)
    user.site_scopes.create(site=SITE)
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    return client
