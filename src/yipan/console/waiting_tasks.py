"""Documents and tasks that wait for somebody of a role, as one table."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from django.utils.translation import gettext_lazy as _

from yipan.console.reader import Reader, find_url
from yipan.console.work import Work
from yipan.erp.queries.waiting import count_waiting as count_erp
from yipan.pos.queries.waiting import count_waiting as count_pos
from yipan.wms.queries.waiting import count_waiting as count_wms

if TYPE_CHECKING:  # installed where types are checked, not where the product runs
    from django_stubs_ext import StrPromise


class _Count(Protocol):
    def __call__(self, kind: str, *, sites: Collection[str] | None) -> int: ...


@dataclass(frozen=True, slots=True)
class Task:
    """One kind of work: who may do it, what counts it, where it is done, and how it is told."""

    action: str
    count: _Count
    kind: str
    url_name: str
    title: StrPromise
    note: StrPromise
    icon: str
    query: str = ""
    tone: str = "info"


TASKS = (
    Task("erp.transfer_order.approve", count_erp, "transfers_to_approve", "erp:transfers",
         _("Transfers to approve"), _("written by somebody else"), "file-check", "?state=draft"),
    Task("erp.transfer_order.release", count_erp, "transfers_to_release", "erp:transfers",
         _("Transfers to release"), _("approved, not yet with the sender"), "send",
         "?state=approved"),
    Task("erp.transfer_difference.settle", count_erp, "transfer_differences",
         "erp:transfer_differences", _("Transfer differences to settle"),
         _("sent and received do not agree"), "scale", tone="warn"),
    Task("erp.adjustment.decide", count_erp, "adjustments", "erp:adjustments",
         _("Adjustments to decide on"), _("above the limit of who asks"), "clipboard-check",
         "?state=submitted"),
    Task("erp.receipt_surplus.decide", count_erp, "surpluses", "erp:receipt_surpluses",
         _("Surpluses to decide on"), _("more came than was ordered"), "package-plus"),
    Task("erp.supplier_return.approve", count_erp, "supplier_returns", "erp:supplier_returns",
         _("Returns to suppliers to approve"), _("written by somebody else"), "undo-2",
         "?state=draft"),
    Task("erp.supplier_invoice.approve", count_erp, "invoices", "erp:supplier_invoices",
         _("Invoices that differ"), _("from what was ordered or received"), "receipt",
         "?state=differing", "warn"),
    Task("erp.replenishment.decide", count_erp, "requests", "erp:replenishment_requests",
         _("Stores ask for goods"), _("requests nobody has answered"), "store"),
    Task("wms.pick", count_wms, "to_pick", "wms:picking", _("Orders to pick"),
         _("released, or being picked"), "package-search"),
    Task("wms.pack", count_wms, "to_pack", "wms:packing", _("Orders to pack"),
         _("picked, waiting at the table"), "package"),
    Task("wms.ship", count_wms, "to_load", "wms:loading", _("Parcels to load"),
         _("packed, not yet on a truck"), "truck"),
    Task("wms.move", count_wms, "to_move", "wms:moving", _("Moves inside the house"),
         _("pick faces to fill, goods to put back"), "move"),
    Task("wms.inspect", count_wms, "to_inspect", "wms:inspections", _("Goods to inspect"),
         _("nobody may sell them until then"), "microscope"),
    Task("wms.count", count_wms, "to_count", "wms:counting", _("Bins to count"),
         _("where a pick found something else"), "list-checks"),
    Task("pos.fulfill", count_pos, "orders", "pos:orders", _("Orders for this store"),
         _("to accept, pick, or hand over"), "shopping-bag", tone="warn"),
    Task("pos.transfer", count_pos, "to_receive", "pos:receiving", _("Deliveries to receive"),
         _("on their way, or at the door"), "truck"),
    Task("pos.transfer", count_pos, "to_send", "pos:sending", _("Goods to send"),
         _("to another site"), "send"),
    Task("pos.count", count_pos, "to_count", "pos:counts", _("Shelves to count"),
         _("where book and shelf may differ"), "list-checks"),
    Task("pos.settle_difference", count_pos, "differences", "pos:differences",
         _("Differences in the store"), _("to look into"), "scale"),
    Task("pos.close_day", count_pos, "days", "pos:days", _("Days not closed"),
         _("the hub does not have every ticket yet"), "calendar-check", tone="warn"),
)  # fmt: skip


def find_tasks(reader: Reader) -> list[Work]:
    """Return the work of the reader's roles at their sites; kinds of which there is none, too."""
    return [
        Work(
            title=str(task.title),
            note=str(task.note),
            count=_count(task, reader),
            url=find_url(task.url_name) + task.query,
            icon=task.icon,
            tone=task.tone,
        )
        for task in TASKS
        if reader.actor.may(task.action) and find_url(task.url_name)
    ]


def _count(task: Task, reader: Reader) -> int:
    """Return how much of a kind waits; in warehouses what the rail has asked for already."""
    if task.count is count_wms:
        return reader.warehouse_work[task.kind]
    return task.count(task.kind, sites=reader.sites)
