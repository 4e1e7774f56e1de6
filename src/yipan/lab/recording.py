"""
Take frames of a story: what lies where in truth, what the books say, what is on the wire.

A frame is plain data of codes and numbers. Its words are found when it is shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, TypedDict

from yipan.documents import trail
from yipan.erp.queries import list_quantities_on_order
from yipan.exchange.queries.traffic import TrafficRow, list_traffic
from yipan.ledger.queries import list_balances
from yipan.masterdata.queries import find_sites
from yipan.oms.queries import orders
from yipan.oms.queries.filtering import OrderFilter
from yipan.recon.queries import cases
from yipan.simulate.stories.stage import Stage
from yipan.simulate.stories.story import Story
from yipan.simulate.stories.values import Beat

HUB = "erp"
#: What of the hub's book lies at a place of its own or on its way to one.
HELD_AT_HUB = ("on_hand/", "in_transit/")
SYSTEMS: Mapping[str, str] = {"warehouse": "wms", "store": "pos"}
#: Messages about the messages themselves are no part of a story.
UNSHOWN = ("digest", "stock_report")
#: What the systems plan for themselves each night.
UNSHOWN_DOCUMENTS = ("plan_run", "proposal")
QUANTITIES = ("quantity", "quantity_sound", "quantity_shipped", "quantity_counted")
#: Boxes that a pile has at most; more pieces than that, and a box stands for several.
BOXES_MAX = 40

#: What the line does to messages: (source, sequence) to `lost`, `doubled`...
Troubles = Callable[[], Mapping[tuple[str, int], str]]


class Frame(TypedDict):
    """One step, as it is stored. Lists are in the order they are shown."""

    at: str
    text: str
    kind: str
    numbers: dict[str, int | str]
    places: dict[str, dict[str, int]]
    carried: list[list[Any]]
    sums: list[dict[str, Any]]
    books: list[dict[str, Any]]
    orders: list[dict[str, Any]]
    wire: list[dict[str, Any]]
    cases: list[dict[str, Any]]
    steps: list[dict[str, Any]]


class Recorder:
    """Looks at truth and books after each beat, and marks what changed since the one before."""

    def __init__(self, story: Story, stage: Stage, *, troubles: Troubles) -> None:
        self._story = story
        self._stage = stage
        self._troubles = troubles
        self._last_step = 0
        self._told: set[tuple[str, int]] = set()
        self._before: dict[tuple[str, str, str], int] = {}
        self._states: dict[tuple[str, int], str] = {}
        self._seen: set[tuple[str, str]] = set()
        self._is_first = True
        self.most = 0

    def take(self, beat: Beat) -> Frame:
        """Return the frame of a beat."""
        if self._is_first:
            # How the stage was set is no part of the story.
            self._told = {(row.source, row.sequence) for row in list_traffic()}
            self._last_step = trail.get_last_id()
            self._stage.physical.take_carried()
        places = self._stage.physical.list_places()
        self.most = max([self.most, *(n for goods in places.values() for n in goods.values())])
        books = self._read_books()
        frame = Frame(
            at=self._stage.now.isoformat(),
            text=beat.text,
            kind=beat.kind,
            numbers=dict(beat.numbers),
            places=places,
            carried=[
                [each.from_place, each.to_place, each.sku, each.quantity]
                for each in self._stage.physical.take_carried()
            ],
            sums=self._sum_sites(books),
            books=books,
            orders=_read_orders(),
            wire=self._read_wire(),
            cases=_read_cases(),
            steps=self._read_steps(),
        )
        self._is_first = False
        return frame

    @property
    def scale(self) -> int:
        """Return how many pieces a box of the picture stands for."""
        return max(1, -(-self.most // BOXES_MAX))

    def _read_books(self) -> list[dict[str, Any]]:
        rows = find_sites(self._story.sites)
        books = [HUB, *(f"{SYSTEMS[rows[code].site_type]}:{code}" for code in self._story.sites)]
        return [{"book": book, "rows": self._read_book(book)} for book in books]

    def _read_book(self, book: str) -> list[dict[str, Any]]:
        found: dict[tuple[str, str], int] = {}
        for sku in self._story.goods:
            for row in list_balances(book=book, sku=sku):
                if row.account.startswith(HELD_AT_HUB):
                    found[row.account, sku] = row.quantity
        if book == HUB:
            on_order = list_quantities_on_order(skus=self._story.goods)
            for (site, sku), quantity in on_order.items():
                found[f"on_order/{site}", sku] = quantity
        known = {(key[1], key[2]) for key in self._before if key[0] == book}
        rows = []
        for account, sku in sorted({*found, *known}, key=lambda key: (_rank(key[0]), key)):
            quantity = found.get((account, sku), 0)
            before = self._before.get((book, account, sku), 0)
            if quantity or before:
                rows.append(
                    {
                        "account": account,
                        "sku": sku,
                        "quantity": quantity,
                        "change": 0 if self._is_first else quantity - before,
                    }
                )
            self._before[book, account, sku] = quantity
        return rows

    def _sum_sites(self, books: list[dict[str, Any]]) -> list[dict[str, Any]]:
        by_book: dict[str, Counter[tuple[str, str]]] = {}
        for book in books:
            sums: Counter[tuple[str, str]] = Counter()
            for row in book["rows"]:
                parts = row["account"].split("/")
                if parts[0] == "on_hand":
                    site = parts[1] if book["book"] == HUB else book["book"].split(":")[1]
                    sums[site, row["sku"]] += row["quantity"]
            by_book[book["book"]] = sums
        own = {name.split(":")[1]: sums for name, sums in by_book.items() if ":" in name}
        rows = []
        for site in self._story.sites:
            for sku in self._story.goods:
                figures = {
                    "physical": self._stage.physical.sum_site(site, sku),
                    "own": own[site][site, sku],
                    "hub": by_book[HUB][site, sku],
                }
                # What was there once is shown when it is gone, too.
                if any(figures.values()):
                    self._seen.add((site, sku))
                if (site, sku) in self._seen:
                    rows.append({"site": site, "sku": sku, **figures})
        return rows

    def _read_wire(self) -> list[dict[str, Any]]:
        troubles = self._troubles()
        shown = []
        for row in list_traffic():
            key = (row.source, row.sequence)
            if key in self._told or any(word in row.kind for word in UNSHOWN):
                continue
            trouble = troubles.get(key, "")
            state = _judge(row, trouble)
            shown.append(
                {
                    "source": row.source,
                    "sequence": row.sequence,
                    "kind": row.kind,
                    "subject": row.subject,
                    "state": state,
                    "trouble": trouble,
                    "to": sorted({*row.heard, *row.missing}),
                    "goods": _sum_goods(row.data),
                    "at": row.recorded_at.isoformat(),
                    "is_new": self._states.get(key) != state,
                }
            )
            self._states[key] = state
        return shown

    def _read_steps(self) -> list[dict[str, Any]]:
        steps = trail.list_after(self._last_step)
        self._last_step = trail.get_last_id()
        return [
            {
                "type": step.document_type,
                "number": step.number,
                "step": step.step,
                "state": step.to_state,
                "system": step.system,
                "actor": step.actor,
                "at": step.at.isoformat(),
            }
            for step in steps
            if step.document_type not in UNSHOWN_DOCUMENTS
        ]


def _rank(account: str) -> tuple[int, str]:
    """Order accounts as goods go: ordered, on hand, on their way."""
    places = ("on_order", "on_hand", "in_transit")
    root = account.partition("/")[0]
    return (places.index(root) if root in places else len(places), account)


def _judge(row: TrafficRow, trouble: str) -> str:
    """Name what became of a message: `told`, `lost`, `delayed`, `parked`, `waiting`, `applied`."""
    states = set(row.heard.values())
    for state in ("parked", "waiting", "rejected"):
        if state in states:
            return state
    if not row.missing:
        return "applied"
    return trouble if trouble in ("lost", "delayed", "reordered", "stuck") else "told"


def _sum_goods(data: Mapping[str, Any]) -> list[list[Any]]:
    """Return SKU and quantity of what a message names."""
    lines = data.get("lines")
    found = []
    for line in lines if isinstance(lines, list) else [data]:
        if not isinstance(line, Mapping) or "sku" not in line:
            continue
        quantity = next((line[name] for name in QUANTITIES if isinstance(line.get(name), int)), 0)
        found.append([line["sku"], quantity])
    return found[:4]


def _read_orders() -> list[dict[str, Any]]:
    found = orders.list_orders(OrderFilter(), limit=20)
    shown = []
    for row in reversed(found):
        detail = orders.get_order(row.number)
        shown.append(
            {
                "number": row.number,
                "channel": row.channel,
                "state": row.state,
                "quantity": row.quantity,
                "shipped": row.quantity_shipped,
                "waiting": row.quantity_waiting,
                "parts": [[part.site, part.state] for part in detail.fulfillments],
            }
        )
    return shown


def _read_cases() -> list[dict[str, Any]]:
    found = cases.list_cases(cases.CaseFilter(state=""), limit=20)
    return [_read_case(row.number) for row in reversed(found)]


def _read_case(number: str) -> dict[str, Any]:
    detail = cases.get_case(number)
    head = detail.head
    return {
        "number": head.number,
        "kind": head.kind,
        "state": head.state,
        "site": head.site.code,
        "sku": head.sku.code,
        "place": head.place,
        "quantity": head.quantity,
        "book": head.quantity_book,
        "other": head.quantity_other,
        "cause": head.cause,
        "percent": head.percent,
        "parts": list(detail.parts),
        "runner_up": detail.runner_up,
        "corrections": [
            {"document": row.document, "cause": row.cause, "quantity": row.quantity}
            for row in detail.corrections
        ],
        "closing": head.closing_reason,
    }
