"""Steps of an allocation (配货单): create with fair shares -> release as transfers, or cancel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

from django.db import transaction

from yipan.documents import numbers, told, trail
from yipan.documents.repeats import find_repeat
from yipan.documents.states import lock_for, require_second_person
from yipan.erp.documents.transfers import transfer_order
from yipan.erp.documents.transfers.transfer_order import Transferred, TransferredLine
from yipan.erp.models import Allocation, AllocationLine
from yipan.erp.models.allocation import AllocationState as State
from yipan.erp.rules.allocation import share_out
from yipan.foundation.refusals import Refusal
from yipan.foundation.status import StockStatus
from yipan.ledger import queries as ledger
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.pool.book import SITE_BOOK
from yipan.pool.rules import get_account

DOCUMENT_TYPE = "allocation"
TRAIL = trail.Trail[Allocation]("erp", DOCUMENT_TYPE, lambda it: (it.from_site,))
LINES_PER_ALLOCATION_MAX = 10_000

#: From which states may each step be taken?
STEPS = {"release": frozenset({State.DRAFT}), "cancel": frozenset({State.DRAFT})}


class NeedsMissing(Refusal):
    """An allocation needs at least one store in need, and not more lines than the maximum."""

    code = "allocation.needs_missing"
    status = 422


class NeedRepeated(Refusal):
    """A store needs a SKU on two lines of one allocation; put the quantities together."""

    code = "allocation.need_repeated"
    status = 422


class NothingShared(Refusal):
    """Nothing is there to share out, so there is nothing to send."""

    code = "allocation.nothing_shared"


@dataclass(frozen=True, kw_only=True, slots=True)
class Need:
    """What a store needs of one SKU, in its smallest unit."""

    sku: str
    to_site: str
    quantity: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What should be shared out from one site."""

    from_site: str
    needs: tuple[Need, ...]
    due_on: date | None = None
    note: str = ""
    external_id: str = ""


@transaction.atomic
def create(*, wanted: Wanted, by: Trace, at: datetime) -> Allocation:
    """
    Write down who needs what, and share out what the site book has available.

    Repeating it with the same `external_id` returns the first one.

    :raises NeedsMissing: if nobody needs anything, or there are too many lines.
    """
    known = find_repeat(
        Allocation, external_id=wanted.external_id, same={"from_site": wanted.from_site}
    )
    if known is not None:
        return known
    _check(wanted)
    allocation = Allocation.objects.create(
        number=numbers.give_number(prefix="AL", on=masterdata.get_office_date(at)),
        from_site=wanted.from_site,
        due_on=wanted.due_on,
        note=wanted.note,
        external_id=wanted.external_id,
        created_by=by.actor,
        created_at=at,
    )
    shares = _share(wanted)
    AllocationLine.objects.bulk_create(
        AllocationLine(
            allocation=allocation,
            sku=need.sku,
            to_site=need.to_site,
            quantity_needed=need.quantity,
            quantity_shared=shares[need.sku][need.to_site],
        )
        for need in wanted.needs
    )
    TRAIL.note(allocation, step="create", from_state="", by=by, at=at)
    return allocation


def preview(wanted: Wanted) -> dict[str, dict[str, int]]:
    """
    Return the share of each store by SKU, as `create` would write it now. Nothing is kept.

    :raises NeedsMissing: if nobody needs anything, or there are too many lines.
    """
    _check(wanted)
    return _share(wanted)


@transaction.atomic
def release(*, number: str, by: Trace, at: datetime, message_id: UUID) -> Allocation:
    """
    Make a released transfer for each store that gets something (下达). A second person has to.

    :raises OwnApproval: if it is who wrote the allocation.
    :raises NothingShared: if no store gets anything.
    """
    allocation = lock_for("release", model=Allocation, number=number, steps=STEPS)
    require_second_person(allocation, actor=by.actor)
    lines = list(allocation.lines.filter(quantity_shared__gt=0).order_by("to_site", "sku"))
    if not lines:
        raise NothingShared(number=number)
    author = Trace(actor=allocation.created_by)
    for site in sorted({line.to_site for line in lines}):
        wanted = Transferred(
            from_site=allocation.from_site,
            to_site=site,
            due_on=allocation.due_on,
            note=allocation.note,
            allocation_number=number,
            lines=tuple(
                TransferredLine(sku=line.sku, quantity=line.quantity_shared)
                for line in lines
                if line.to_site == site
            ),
        )
        order = transfer_order.create(wanted=wanted, by=author, at=at)
        transfer_order.approve(number=order.number, by=by, at=at)
        transfer_order.release(
            number=order.number, by=by, at=at, message_id=uuid5(message_id, site)
        )
    allocation.approved_by = by.actor
    allocation.state = State.RELEASED
    allocation.released_at = at
    allocation.save(update_fields=["approved_by", "state", "released_at"])
    TRAIL.note(allocation, step="release", from_state=State.DRAFT, by=by, at=at)
    return allocation


@transaction.atomic
def cancel(*, number: str, by: Trace, at: datetime) -> Allocation:
    """Give an allocation up before it became transfers."""
    allocation = lock_for("cancel", model=Allocation, number=number, steps=STEPS)
    allocation.state = State.CANCELED
    allocation.save(update_fields=["state"])
    TRAIL.note(allocation, step="cancel", from_state=State.DRAFT, by=by, at=at)
    return allocation


def _check(wanted: Wanted) -> None:
    if not 0 < len(wanted.needs) <= LINES_PER_ALLOCATION_MAX:
        raise NeedsMissing(lines=len(wanted.needs), maximum=LINES_PER_ALLOCATION_MAX)
    told.require_known(
        sites={wanted.from_site} | {need.to_site for need in wanted.needs},
        skus={need.sku for need in wanted.needs},
    )
    seen: set[tuple[str, str]] = set()
    for need in wanted.needs:
        if need.to_site == wanted.from_site:
            raise transfer_order.SiteToItself(site=need.to_site)
        if (need.sku, need.to_site) in seen:
            raise NeedRepeated(sku=need.sku, site=need.to_site)
        seen.add((need.sku, need.to_site))
        if not 0 < need.quantity <= transfer_order.QUANTITY_TRANSFERRED_MAX:
            raise told.QuantityNotPlausible(sku=need.sku, quantity=need.quantity)


def _share(wanted: Wanted) -> dict[str, dict[str, int]]:
    """Return the share of each store by SKU."""
    account = get_account(site=wanted.from_site, status=StockStatus.AVAILABLE)
    skus = masterdata.find_skus({need.sku for need in wanted.needs})
    return {
        code: share_out(
            available=ledger.get_quantity(book=SITE_BOOK, account=account, sku=code),
            needs=_list_needs(wanted.needs, code),
            case_size=max(1, sku.case_size),
        )
        for code, sku in skus.items()
    }


def _list_needs(needs: Sequence[Need], sku: str) -> dict[str, int]:
    return {need.to_site: need.quantity for need in needs if need.sku == sku}
