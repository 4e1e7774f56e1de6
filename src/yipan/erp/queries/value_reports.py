"""Reports of value (存货价值): what stock is worth, what was sold cost, what was gained and lost.

Of one legal entity, in its currency. Amounts are in minor units; a date is an accounting date.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from yipan.erp.models import TrueUp
from yipan.erp.queries import value_sources
from yipan.erp.queries.value_sources import EntityRow
from yipan.erp.rules.valuation import CUSTOMER, SUPPLIER
from yipan.ledger import values
from yipan.ledger.value_rows import LateValue, StockValue, ValueFlow
from yipan.ledger.values import ValueScope
from yipan.masterdata.queries.groups import list_sku_categories

ROWS_MAX: Final = 1_000
BY: Final = ("site", "category", "sku")
_LEDGER_NAMES: Final = {"site": "place", "category": "group", "sku": "sku"}
#: What comes in without having been gained, and goes out without having been lost.
_NO_GAIN: Final = frozenset({SUPPLIER, CUSTOMER, "opening"})
_FLOW_KINDS: Final = frozenset({"receipt", "issue", "true_up"})


@dataclass(frozen=True, kw_only=True, slots=True)
class ValueFilter:
    """Which value to tell. `sites` is the asker's scope, None meaning all sites."""

    entity: str
    as_of: date
    since: date | None = None
    known_at: datetime | None = None
    category: str = ""
    sites: frozenset[str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ValueLine:
    """What stock is worth, of one site, category or SKU; "" is between sites, or none."""

    name: str
    quantity: int
    amount: int


@dataclass(kw_only=True, slots=True)
class SoldLine:
    """
    What sold goods cost, of one site, category, SKU or month.

    `cost` is what they left at, `returned` what came back, `trued_up` what was found out
    later, `added` what landed when they were gone. `total` is all of it.
    """

    name: str
    quantity: int = 0
    cost: int = 0
    returned: int = 0
    trued_up: int = 0
    added: int = 0

    @property
    def total(self) -> int:
        """Return the cost of goods sold."""
        return self.cost - self.returned + self.trued_up + self.added


@dataclass(kw_only=True, slots=True)
class GainLine:
    """What was gained and lost for one cause, by site, category, SKU or month."""

    cause: str
    name: str
    gained: int = 0
    lost: int = 0
    quantity_gained: int = 0
    quantity_lost: int = 0

    @property
    def net(self) -> int:
        """Return gains less losses."""
        return self.gained - self.lost


@dataclass(frozen=True, kw_only=True, slots=True)
class TrueUpLine:
    """One SKU of a true-up: what it was thought to cost, and did."""

    sku: str
    site: str
    cause: str
    origin: str
    quantity: int
    provisional_minor: int
    actual_minor: int


@dataclass(frozen=True, kw_only=True, slots=True)
class TrueUpRow:
    """A true-up, as lists and its page show it."""

    number: str
    entity: str
    origin: str
    accounting_date: date
    created_at: datetime
    amount_minor: int
    lines: tuple[TrueUpLine, ...] = field(default_factory=tuple)


def list_stock_values(which: ValueFilter, *, by: str) -> list[ValueLine]:
    """Return what stock was worth, by site, category or SKU; the parts add up to the whole."""
    assert by in BY
    groups = list_sku_categories() if by == "category" else None
    rows = values.sum_values(_make_scope(which), by=_LEDGER_NAMES[by], groups=groups)
    return [_make_line(row) for row in rows]


def list_sold(which: ValueFilter, *, by: str) -> list[SoldLine]:
    """Return the cost of goods sold, by site, category, SKU or month."""
    lines: dict[str, SoldLine] = {}
    for flow in _list_flows(which, by=by):
        if flow.kind == "cost_difference" or flow.cause == CUSTOMER:
            _add_sold(lines.setdefault(flow.name, SoldLine(name=flow.name)), flow)
    return [line for _, line in sorted(lines.items())]


def list_gains(which: ValueFilter, *, by: str) -> list[GainLine]:
    """Return gains and losses by cause, and by site, category, SKU or month."""
    lines: dict[tuple[str, str], GainLine] = {}
    for flow in _list_flows(which, by=by):
        if flow.kind not in _FLOW_KINDS or flow.cause in _NO_GAIN:
            continue
        key = (flow.cause, flow.name)
        line = lines.setdefault(key, GainLine(cause=flow.cause, name=flow.name))
        if flow.amount >= 0:
            line.gained += flow.amount
        else:
            line.lost -= flow.amount
        if flow.quantity >= 0:
            line.quantity_gained += flow.quantity
        else:
            line.quantity_lost -= flow.quantity
    return [line for _, line in sorted(lines.items())]


def list_late(*, entity: str, first: date, last: date, limit: int = ROWS_MAX) -> list[LateValue]:
    """Return what happened between two days and counts later (追溯报告), in the order written."""
    return values.list_late(pool=entity, first=first, last=last, limit=limit)


def list_true_ups(*, entity: str, after: str = "", limit: int = 50) -> list[TrueUpRow]:
    """Return true-ups, the newest first; those behind the one numbered `after`."""
    assert 0 < limit <= ROWS_MAX
    query = TrueUp.objects.filter(entity=entity)
    known = TrueUp.objects.filter(number=after).values_list("id", flat=True).first()
    if known is not None:
        query = query.filter(id__lt=known)
    return [_make_true_up(row) for row in query.order_by("-id")[:limit]]


def find_true_up(number: str) -> TrueUpRow | None:
    """Return one true-up with its lines, None when there is none of this number."""
    row = TrueUp.objects.filter(number=number).first()
    return None if row is None else _make_true_up(row)


def choose_entity(code: str) -> EntityRow | None:
    """Return the legal entity asked for, else the default; None before anything was valued."""
    rows = value_sources.list_entities()
    return next((row for row in rows if row.code == code), rows[0] if rows else None)


def sum_lines(lines: Iterable[ValueLine]) -> ValueLine:
    """Return lines added up."""
    found = list(lines)
    return ValueLine(
        name="",
        quantity=sum(line.quantity for line in found),
        amount=sum(line.amount for line in found),
    )


def _list_flows(which: ValueFilter, *, by: str) -> Sequence[ValueFlow]:
    assert which.since is not None, "flows are of a span of days"
    groups = list_sku_categories() if by == "category" else None
    return values.sum_flows(
        _make_scope(which), since=which.since, by=_LEDGER_NAMES.get(by, by), groups=groups
    )


def _make_scope(which: ValueFilter) -> ValueScope:
    skus = list_sku_categories(category=which.category) if which.category else None
    return ValueScope(
        as_of=which.as_of,
        pools=[which.entity],
        places=which.sites,
        skus=None if skus is None else list(skus),
        known_at=which.known_at,
    )


def _add_sold(line: SoldLine, flow: ValueFlow) -> None:
    if flow.kind == "issue":
        line.quantity -= flow.quantity
        line.cost -= flow.amount
    elif flow.kind == "receipt":
        line.quantity -= flow.quantity
        line.returned += flow.amount
    elif flow.kind == "true_up":
        line.trued_up -= flow.amount
    else:
        line.added -= flow.amount


def _make_line(row: StockValue) -> ValueLine:
    return ValueLine(name=row.name, quantity=row.quantity, amount=row.amount)


def _make_true_up(row: TrueUp) -> TrueUpRow:
    return TrueUpRow(
        number=row.number,
        entity=row.entity,
        origin=row.origin,
        accounting_date=row.accounting_date,
        created_at=row.created_at,
        amount_minor=row.amount_minor,
        lines=tuple(TrueUpLine(**line) for line in row.lines),
    )
