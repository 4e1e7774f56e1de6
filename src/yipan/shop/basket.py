"""What a shopper is about to buy: kept in the session, and the hold that keeps it theirs."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.http import HttpRequest

KEY = "shop"
LINES_MAX = 30
QUANTITY_MAX = 99
ORDERS_MAX = 20


@dataclass(kw_only=True, slots=True)
class Basket:
    """
    SKU to quantity, in the order they were put in; how they come; what is held for them.

    `place` counts attempts to buy: it makes each order's number and each hold its own.
    """

    lines: dict[str, int] = field(default_factory=dict)
    method: str = "ship"
    store: str = ""
    hold: str = ""
    held_until: str = ""
    key: str = ""
    place: int = 0
    orders: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Return how many pieces are in it."""
        return sum(self.lines.values())

    def is_held(self, *, at: datetime) -> bool:
        """Tell whether its goods are set aside for it now."""
        return bool(self.hold) and datetime.fromisoformat(self.held_until) > at


def load(request: HttpRequest) -> Basket:
    """Return the basket of a shopper; an empty one when there is none."""
    kept: dict[str, Any] = request.session.get(KEY, {})
    known = Basket.__dataclass_fields__.keys()
    return Basket(**{name: value for name, value in kept.items() if name in known})


def keep(request: HttpRequest, basket: Basket) -> None:
    """Write the basket down."""
    request.session[KEY] = asdict(basket)


def put(basket: Basket, *, sku: str, quantity: int) -> None:
    """Set how many of a SKU are in the basket; 0 takes it out."""
    if quantity <= 0:
        basket.lines.pop(sku, None)
    elif sku in basket.lines or len(basket.lines) < LINES_MAX:
        basket.lines[sku] = min(quantity, QUANTITY_MAX)
