"""What a run comes to, as values that become JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(kw_only=True)
class Scores:
    """
    What the truth says of a run.

    `oversold`: units promised to a customer of a site beyond what was free in the hub's book there
    the moment before. Units promised rightly by a book that was wrong are not oversold; they are
    `promises["short_on_the_shelf"]`. `unhealed_messages`: messages that, after all lines were
    mended and everything was at rest, were still missing, parked or waiting, and positions where
    the hub's book and a site's own still differ. `accuracy`: per day, of how many positions (site
    and SKU) the book of the site's own system said exactly what was there. `causes`: per fault,
    what the systems made of it. `proved` is set by whoever owns the books. Money in minor units,
    shares in permille.
    """

    plan: str
    scale: str
    seed: int
    days: int
    counts: bool
    engine: bool
    oversold: int = 0
    unhealed_messages: int = 0
    proved: bool | None = None
    accuracy: dict[str, Any] = field(default_factory=dict)
    causes: dict[str, dict[str, Any]] = field(default_factory=dict)
    promises: dict[str, Any] = field(default_factory=dict)
    service: dict[str, Any] = field(default_factory=dict)
    messages: dict[str, Any] = field(default_factory=dict)
    stock: dict[str, Any] = field(default_factory=dict)
    volumes: dict[str, int] = field(default_factory=dict)
    refusals: dict[str, int] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    proofs: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain values."""
        return asdict(self)

    def to_json(self) -> str:
        """Return all of it as JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=2, sort_keys=True)


def permille(part: int, whole: int) -> int | None:
    """Return a share in thousandths, or None of nothing."""
    return round(part * 1_000 / whole) if whole else None
