"""Reads of a store's orders and transfers. Quantities in smallest units."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from yipan.foundation.refusals import NotFound
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow, SkuRow
from yipan.pos.models import StoreOrder, StoreTransfer
from yipan.pos.models.store_order import STATES_OPEN
from yipan.pos.models.transfer import TransferState
from yipan.pos.queries.counting import list_counted

ROWS_MAX = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreOrderRow:
    """An order of the hub as a list of tasks shows it."""

    number: str
    order_type: str
    state: str
    site: str
    document_number: str
    shipment_number: str
    other_site: str
    other_name: str
    due_on: date | None
    quantity_open: int


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferFilter:
    """Which transfers to list. `sites` is the asker's scope, None meaning all sites."""

    text: str = ""
    transfer_type: str = ""
    states: tuple[str, ...] = ()
    site: str = ""
    sites: frozenset[str] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferRow:
    """A transfer as a list shows it."""

    transfer_id: int
    number: str
    transfer_type: str
    state: str
    site: SiteRow
    order: StoreOrderRow
    place: str
    created_by: str
    created_at: datetime
    posted_by: str
    posted_at: datetime | None
    quantity: int
    is_last: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferLineRow:
    """
    One SKU of a transfer: what was asked for, and what was counted, or posted.

    `quantity_asked` is None where the order does not name the SKU; `status` is out of which
    goods leave that are not damaged.
    """

    sku: SkuRow
    quantity_asked: int | None
    quantity: int
    quantity_damaged: int
    capture_mode: str = ""
    status: str = "available"
    is_current: bool = False

    @property
    def quantity_total(self) -> int:
        """Return everything counted of the SKU."""
        return self.quantity + self.quantity_damaged

    @property
    def is_short(self) -> bool:
        """Tell whether less was counted than was asked for."""
        return self.quantity_total < (self.quantity_asked or 0)

    @property
    def is_over(self) -> bool:
        """Tell whether more was counted than was asked for."""
        return self.quantity_total > (self.quantity_asked or 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferDetail:
    """A transfer as its pages show it."""

    head: TransferRow
    is_asked_taken: bool
    message_id: UUID | None
    source: str
    sequence: int | None
    lines: tuple[TransferLineRow, ...]

    @property
    def book_code(self) -> str:
        """Return the book it is posted in."""
        return f"pos:{self.head.site.code}"

    @property
    def current(self) -> TransferLineRow | None:
        """Return the line scanned last."""
        return next((line for line in self.lines if line.is_current), None)

    @property
    def quantity_total(self) -> int:
        """Return everything counted so far."""
        return sum(line.quantity_total for line in self.lines)

    @property
    def is_short(self) -> bool:
        """Tell whether something asked for was not counted."""
        return any(line.is_short for line in self.lines)


def list_open_orders(*, site: str, order_type: str, limit: int = 50) -> list[StoreOrderRow]:
    """Return what a store has still to receive or to send, the first due first."""
    assert 0 < limit <= ROWS_MAX
    query = StoreOrder.objects.filter(site=site, order_type=order_type, state__in=STATES_OPEN)
    return [_make_order(row) for row in query.order_by("due_on", "id")[:limit]]


def find_order(*, site: str, text: str) -> StoreOrderRow | None:
    """Return the order a scanned paper means: its number, its shipment's or its transfer's."""
    text = text.strip().upper()[:48]
    if not text:
        return None
    query = StoreOrder.objects.filter(site=site)
    exact = query.filter(number=text).first()
    if exact is not None:
        return _make_order(exact)
    named = query.filter(Q(shipment_number=text) | Q(document_number=text)).order_by("id")
    found = named.filter(state__in=STATES_OPEN).first() or named.last()
    return _make_order(found) if found else None


def find_own_draft(*, order: str, actor: str) -> str:
    """Return the number of the count somebody began of an order and has not posted, or ""."""
    drafts = StoreTransfer.objects.filter(
        order__number=order, state=TransferState.DRAFT, created_by=actor
    )
    return drafts.order_by("-id").values_list("number", flat=True).first() or ""


def get_transfer_site(number: str) -> str:
    """
    Return the site of a transfer.

    :raises NotFound: if there is none of this number.
    """
    return _get(number).site


def list_transfers(which: TransferFilter, *, after: str = "", limit: int = 50) -> list[TransferRow]:
    """Return transfers, the last begun first; `after` is the `transfer_id` read so far."""
    assert 0 < limit <= ROWS_MAX
    query = StoreTransfer.objects.select_related("order")
    if which.sites is not None:
        query = query.filter(site__in=which.sites)
    if which.site:
        query = query.filter(site=which.site)
    if which.transfer_type:
        query = query.filter(transfer_type=which.transfer_type)
    if which.states:
        query = query.filter(state__in=which.states)
    text = which.text.strip()
    if text:
        query = query.filter(
            Q(number__istartswith=text)
            | Q(order__number__istartswith=text)
            | Q(order__document_number__istartswith=text)
            | Q(lines__contains=[{"sku": text.upper()}])
        )
    if after.isdigit():
        query = query.filter(id__lt=int(after[:18]))
    return _make_rows(query.order_by("-id")[:limit])


def get_transfer(number: str) -> TransferDetail:
    """
    Return one transfer with its lines: counted so far, or posted.

    :raises NotFound: if there is none of this number.
    """
    transfer = _get(number)
    [head] = _make_rows([transfer])
    is_draft = transfer.state == TransferState.DRAFT
    return TransferDetail(
        head=head,
        is_asked_taken=transfer.is_asked_taken,
        message_id=transfer.message_id,
        source=transfer.source,
        sequence=transfer.sequence,
        lines=_list_counting(transfer) if is_draft else _list_posted(transfer),
    )


def _get(number: str) -> StoreTransfer:
    transfer = StoreTransfer.objects.select_related("order").filter(number=number).first()
    if transfer is None:
        raise NotFound(kind="store_transfer", id=number)
    return transfer


def _list_counting(transfer: StoreTransfer) -> tuple[TransferLineRow, ...]:
    """Return the current SKU first, then what is asked for and not there, then the rest."""
    counted = {line.sku: line for line in list_counted(transfer)}
    last = transfer.scans.filter(undone_at=None).order_by("-position").first()
    asked = {
        line["sku"]: max(line["quantity"] - line["quantity_moved"], 0)
        for line in transfer.order.lines
    }
    statuses = {line["sku"]: line.get("status", "available") for line in transfer.order.lines}
    names = list(dict.fromkeys([*asked, *counted]))
    skus = masterdata.find_skus(names)
    rows = [
        TransferLineRow(
            sku=skus[name],
            quantity_asked=asked.get(name),
            quantity=counted[name].quantity if name in counted else 0,
            quantity_damaged=counted[name].quantity_damaged if name in counted else 0,
            status=statuses.get(name, "available"),
            is_current=last is not None and last.sku == name,
        )
        for name in names
    ]
    return tuple(sorted(rows, key=lambda row: (not row.is_current, not row.is_short)))


def _list_posted(transfer: StoreTransfer) -> tuple[TransferLineRow, ...]:
    skus = masterdata.find_skus({line["sku"] for line in transfer.lines})
    return tuple(
        TransferLineRow(
            sku=skus[line["sku"]],
            quantity_asked=line["quantity_expected"],
            quantity=line["quantity"],
            quantity_damaged=line["quantity_damaged"],
            capture_mode=line["capture_mode"],
            status=line.get("status", "available"),
        )
        for line in transfer.lines
    )


def _make_rows(transfers: Iterable[StoreTransfer]) -> list[TransferRow]:
    rows = list(transfers)
    sites = masterdata.find_sites({row.site for row in rows})
    return [
        TransferRow(
            transfer_id=row.id,
            number=row.number,
            transfer_type=row.transfer_type,
            state=row.state,
            site=sites[row.site],
            order=_make_order(row.order),
            place=row.place,
            created_by=row.created_by,
            created_at=row.created_at,
            posted_by=row.posted_by,
            posted_at=row.posted_at,
            quantity=sum(line["quantity"] + line["quantity_damaged"] for line in row.lines),
            is_last=row.is_last,
        )
        for row in rows
    ]


def _make_order(order: StoreOrder) -> StoreOrderRow:
    return StoreOrderRow(
        number=order.number,
        order_type=order.order_type,
        state=order.state,
        site=order.site,
        document_number=order.document_number,
        shipment_number=order.shipment_number,
        other_site=order.other_site,
        other_name=order.other_name,
        due_on=order.due_on,
        quantity_open=sum(
            max(line["quantity"] - line["quantity_moved"], 0) for line in order.lines
        ),
    )
