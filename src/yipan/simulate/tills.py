"""Tills that tell their tickets: each in its own order, many at the same time."""

from __future__ import annotations

import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from yipan.simulate.baskets import Basket, find_products_file, read_baskets, read_products
from yipan.simulate.door import Door, DoorClosed
from yipan.simulate.tickets import (
    Batch,
    Trade,
    make_tickets,
    name_site,
    name_sku,
    write_batches,
)

BATCH = 100
ROWS_PER_CALL = 500
SENDERS = 4
#: A message nobody knows the end of is told again, after so many seconds.
UNKNOWN = "unknown"
PAUSES_WHILE_UNKNOWN = (0.2, 0.5, 1.0, 2.0, 5.0)
BATCH_TYPE = "application/cloudevents-batch+json"

#: Hears how much of how much is done, in lines of tickets.
Report = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """
    Where to: the main address, and the fastlane's where messages go a faster way.

    Both answer the same; without a fastlane everything goes to the main one.
    """

    url: str
    key: str
    events_url: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """Which part of a file: only some stores, and only so many baskets."""

    stores: frozenset[str] = frozenset()
    limit: int | None = None


@dataclass(kw_only=True, slots=True)
class Outcome:
    """What became of the tickets. `states` counts the replies by their state."""

    tickets: int = 0
    lines: int = 0
    seconds: float = 0.0
    skus_made: int = 0
    sites_made: int = 0
    states: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)

    @property
    def lines_per_second(self) -> float:
        """Return how many lines a second were told and answered."""
        return self.lines / self.seconds if self.seconds else 0.0


def import_file(
    path: Path,
    *,
    address: Address,
    choice: Choice = Choice(),
    trade: Trade = Trade(),  # noqa: B008 - frozen
    report: Report = lambda _done, _total: None,
) -> Outcome:
    """
    Tell the baskets of a file as tickets; stores and SKUs that do not exist are made first.

    Doing it twice changes nothing: every ticket is then answered as a duplicate.

    :raises FileUnfit: if the file cannot be read.
    :raises DoorClosed: if nobody answers, or the key may not do this.
    """
    baskets = choose(read_baskets(path), choice)
    beside = find_products_file(path)
    names = read_products(beside) if beside else {}
    outcome = Outcome()
    prepare(baskets, names=names, address=address, trade=trade, outcome=outcome)
    batches = write_batches(make_tickets(baskets, trade=trade), size=BATCH)
    tell(batches, address=address, outcome=outcome, report=report)
    return outcome


def choose(baskets: Sequence[Basket], choice: Choice) -> list[Basket]:
    """Return the chosen part of the baskets, in their order."""
    chosen = [basket for basket in baskets if not choice.stores or basket.store in choice.stores]
    return chosen[: choice.limit]


def prepare(
    baskets: Sequence[Basket],
    *,
    names: Mapping[str, str],
    address: Address,
    trade: Trade,
    outcome: Outcome,
) -> None:
    """Make the stores and SKUs of the baskets through the API of master data."""
    prices: dict[str, int] = {}
    for basket in baskets:
        for line in basket.lines:
            price = line.amount_minor // line.quantity if line.quantity > 0 else 0
            prices[line.product] = max(prices.get(line.product, 0), price)
    sites = [
        {
            "code": name_site(store),
            "site_type": "store",
            "name": f"Store {store}",
            "name_zh": f"{store} 号店",
            "time_zone": trade.time_zone,
        }
        for store in sorted({basket.store for basket in baskets})
    ]
    skus = [
        {
            "code": name_sku(product),
            "name": names.get(product) or f"Product {product}",
            "category": "grocery",
            "currency": trade.currency,
            "price_minor": price,
            "external_id": product,
        }
        for product, price in sorted(prices.items())
    ]
    door = Door(address.url, key=address.key)
    try:
        outcome.sites_made = _make(door, "/api/v1/sites/bulk", sites)
        outcome.skus_made = _make(door, "/api/v1/skus/bulk", skus)
    finally:
        door.close()


def _make(door: Door, path: str, rows: Sequence[Mapping[str, Any]]) -> int:
    made = 0
    for start in range(0, len(rows), ROWS_PER_CALL):
        body = msgspec.json.encode({"rows": rows[start : start + ROWS_PER_CALL]})
        answer = door.post(path, body)
        refused = [row for row in answer["data"] if row["status"] == "refused"]
        if refused:
            raise DoorClosed(f"{path} refused {refused[0]['id']}: {refused[0]['errors']}")
        made += sum(row["status"] == "ok" for row in answer["data"])
    return made


def tell(
    tills: Mapping[str, Sequence[Batch]],
    *,
    address: Address,
    outcome: Outcome,
    report: Report = lambda _done, _total: None,
) -> None:
    """
    Tell the tickets of all tills, each till in its order, several tills at a time.

    :raises DoorClosed: if nobody answers any more; what was answered stays told.
    """
    total = sum(batch.lines for batches in tills.values() for batch in batches)
    waiting: queue.SimpleQueue[Sequence[Batch]] = queue.SimpleQueue()
    # The longest first, so that none of the senders is left with it at the end.
    for batches in sorted(tills.values(), key=len, reverse=True):
        waiting.put(batches)
    began = time.monotonic()
    senders = [
        _Sender(waiting, address=address, outcome=outcome, report=lambda n: report(n, total))
        for _ in range(SENDERS)
    ]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    outcome.seconds += time.monotonic() - began
    for sender in senders:
        if sender.fault is not None:
            raise sender.fault


class _Sender(threading.Thread):
    """Takes one till after the other and tells its tickets."""

    _counting = threading.Lock()

    def __init__(
        self,
        waiting: queue.SimpleQueue[Sequence[Batch]],
        *,
        address: Address,
        outcome: Outcome,
        report: Callable[[int], None],
    ) -> None:
        super().__init__(name="till", daemon=True)
        self.fault: Exception | None = None
        self._waiting, self._outcome, self._report = waiting, outcome, report
        self._door = Door(address.events_url or address.url, key=address.key)

    def run(self) -> None:
        """Tell until no till is left, or until the door stays closed."""
        try:
            while self.fault is None:
                for batch in self._waiting.get_nowait():
                    self._count(batch, self._tell(batch))
        except queue.Empty:
            pass
        except Exception as fault:  # noqa: BLE001 - raised by whoever waits for us
            self.fault = fault
        finally:
            self._door.close()

    def _tell(self, batch: Batch) -> Sequence[Mapping[str, Any]]:
        """Tell a batch; again, as long as the other side does not know what became of it."""
        replies: Sequence[Mapping[str, Any]] = ()
        for pause in PAUSES_WHILE_UNKNOWN:
            answer = self._door.post("/api/v1/events", batch.body, content_type=BATCH_TYPE)
            replies = answer["data"]
            if all(reply["state"] != UNKNOWN for reply in replies):
                break
            time.sleep(pause)
        return replies

    def _count(self, batch: Batch, replies: Sequence[Mapping[str, Any]]) -> None:
        with self._counting:
            self._outcome.tickets += batch.tickets
            self._outcome.lines += batch.lines
            self._outcome.states.update(reply["state"] for reply in replies)
            self._outcome.codes.update(reply["code"] for reply in replies if reply["code"])
            self._report(self._outcome.lines)
