"""What the cause engine is given, and what it weighs. Quantities are in smallest units."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Cause(StrEnum):
    """Why book and shelf differ: the codes of documents, counts and the shelf itself."""

    MISKEY = "miskey"
    UNIT_MIXUP = "unit_mixup"
    SKU_MIXUP = "sku_mixup"
    SHORT_RECEIPT = "short_receipt"
    OVER_RECEIPT = "over_receipt"
    SHORT_SHIPMENT = "short_shipment"
    OVER_SHIPMENT = "over_shipment"
    WRONG_SITE = "wrong_site"
    BIN_MIXUP = "bin_mixup"
    DOUBLE_ENTRY = "double_entry"
    LATE_DOCUMENT = "late_document"
    MISSING_DOCUMENT = "missing_document"
    WRONG_DIRECTION = "wrong_direction"
    UNRECORDED_USE = "unrecorded_use"
    UNRECORDED_SCRAP = "unrecorded_scrap"
    KIT_NOT_EXPLODED = "kit_not_exploded"
    UNRECORDED_HANDOVER = "unrecorded_handover"
    UNRECORDED_RETURN = "unrecorded_return"
    REFUND_WITHOUT_GOODS = "refund_without_goods"
    MISCOUNT = "miscount"
    DOUBLE_COUNTED_AREA = "double_counted_area"
    FOREIGN_STOCK_COUNTED = "foreign_stock_counted"
    BOOK_COPIED = "book_copied"
    THEFT = "theft"
    SHRINKAGE = "shrinkage"
    UNKNOWN = "unknown"


class Correction(StrEnum):
    """The kind of document that puts a cause right."""

    REVERSE_AND_REPOST = "reverse_and_repost"
    REVERSE = "reverse"
    EXCHANGE_SKU = "exchange_sku"
    MOVE_BIN = "move_bin"
    TRANSFER = "transfer"
    CLAIM = "claim"
    FURTHER_RECEIPT = "further_receipt"
    POST_MISSING = "post_missing"
    SAMPLE_ISSUE = "sample_issue"
    SCRAP = "scrap"
    ISSUE_COMPONENTS = "issue_components"
    RECOUNT = "recount"
    NONE = "none"
    STOCKTAKE = "stocktake"


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Key:
    """What is counted: a SKU at a site, or in one bin of it."""

    site: str
    sku: str
    place: str = ""
    #: Millions are looked up by it, so it is worked out once.
    _hash: int = field(init=False, repr=False, compare=False, default=0)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash((self.site, self.sku, self.place)))

    def __hash__(self) -> int:
        return self._hash

    def __reduce__(self) -> tuple[Callable[[str, str, str], Key], tuple[str, str, str]]:
        # Each process hashes texts in its own way.
        return _make_key, (self.site, self.sku, self.place)


def _make_key(site: str, sku: str, place: str) -> Key:
    return Key(site=site, sku=sku, place=place)


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """
    A document line as it moved the book of one key; `quantity` is signed, in is positive.

    `kind` is the document type: `goods_receipt`, `sales_issue`, `customer_return`,
    `transfer_shipment`, `transfer_receipt`, `scrap`, `sample_issue`, `bin_move`, ... `mode` is how
    it was captured: `scan`, `key`, `bulk`, `import`, `api`, or empty when nobody noted it down.
    `counterpart` is the paper of the other side (a supplier's note, the shipment of a transfer,
    the ticket of a return), `counterpart_quantity` what it says, unsigned.
    """

    document: str
    kind: str
    key: Key
    quantity: int
    occurred_at: datetime
    recorded_at: datetime
    mode: str = ""
    quantity_expected: int | None = None
    counterpart: str = ""
    counterpart_quantity: int | None = None
    counterpart_verified: bool = False
    partner: str = ""
    actor: str = ""
    uses_multiplier: bool = False
    carrier: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """
    Something another system knows of and the book of a key does not: signed as it would move it.

    `kind` is `receipt` (a supplier's note, a shipment on its way), `handover` (an order delivered
    in the order hub), `return` (a customer's claim), `foreign` (goods that stand there and are
    not of this stock: picked orders, goods of others) or `area` (what one sub-area held).
    """

    kind: str
    document: str
    key: Key
    quantity: int
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Goods:
    """
    What master data says of a SKU.

    `packs` are the numbers of pieces a package may hold. `family` names goods that look alike,
    `price_minor` their price, `sample_days` how often a sample or tester is opened (0: never),
    `sample_quantity` how many then. `components` maps a part of a kit to how many a kit holds.
    """

    sku: str
    category: str = ""
    family: str = ""
    packs: frozenset[int] = frozenset()
    price_minor: int = 0
    is_hot: bool = False
    sample_days: int = 0
    sample_quantity: int = 1
    components: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """A further count of the same key by somebody else, as a difference to the same book."""

    quantity: int
    counter: str
    is_blind: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """
    What a count of a key leaves unexplained: counted minus the book as of its moment.

    The book is the one known when it was counted: what arrived later is among the lines, with a
    later `recorded_at`. `since` is the last moment book and shelf agreed. `stock` is the book,
    `expired` how many pieces of it were past their date and never scrapped.
    """

    key: Key
    quantity: int
    since: datetime
    counted_at: datetime
    stock: int
    expired: int = 0
    counter: str = ""
    is_blind: bool = True
    was_copied: bool = False
    rounds: tuple[Round, ...] = ()

    @property
    def days(self) -> float:
        """Return how long small losses had to happen, in days, at least one."""
        return max(1.0, (self.counted_at - self.since).total_seconds() / 86_400)


@dataclass(frozen=True, kw_only=True, slots=True)
class Hypothesis:
    """
    Something that may have happened, and the difference it leaves on one or two keys.

    `agreed` and `missing` name the evidence for it, and what one would expect to find and does
    not. `log_odds` is its prior against its not having happened, evidence included.
    """

    cause: Cause
    deltas: Mapping[Key, int]
    documents: tuple[str, ...]
    log_odds: float
    variant: str = ""
    agreed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    correction: Correction = Correction.STOCKTAKE


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """
    All that is known of a set of differences: `lines` and `expected` are by key.

    `counted` says how many keys of each group of goods (`weights.name_group`) were looked at,
    those that agreed among them; of a group that is not there nobody knows.
    """

    differences: Sequence[Difference]
    lines: Mapping[Key, Sequence[Line]] = field(default_factory=dict)
    expected: Mapping[Key, Sequence[Expected]] = field(default_factory=dict)
    goods: Mapping[str, Goods] = field(default_factory=dict)
    counted: Mapping[str, int] = field(default_factory=dict)

    def get_goods(self, sku: str) -> Goods:
        """Return what master data says of a SKU; nothing, when it does not know it."""
        return self.goods.get(sku) or Goods(sku=sku)
