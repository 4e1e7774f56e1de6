"""Who may take which action: one table, read by pages, by the API and by its test."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:  # installed where types are checked, not where the product runs
    from django_stubs_ext import StrPromise


class Role(StrEnum):
    """What somebody is trusted with. A person may have several roles (角色)."""

    INVENTORY_CONTROLLER = "inventory_controller"
    PURCHASER = "purchaser"
    FINANCE = "finance"
    WAREHOUSE_WORKER = "warehouse_worker"
    WAREHOUSE_LEAD = "warehouse_lead"
    STORE_CLERK = "store_clerk"
    STORE_MANAGER = "store_manager"
    ORDER_DESK = "order_desk"
    PLANNER = "planner"
    INTEGRATION = "integration"
    ADMIN = "admin"


ROLE_LABELS: Mapping[Role, StrPromise] = MappingProxyType(
    {
        Role.INVENTORY_CONTROLLER: _("Inventory controller"),
        Role.PURCHASER: _("Purchaser"),
        Role.FINANCE: _("Finance"),
        Role.WAREHOUSE_WORKER: _("Warehouse worker"),
        Role.WAREHOUSE_LEAD: _("Warehouse lead"),
        Role.STORE_CLERK: _("Store clerk"),
        Role.STORE_MANAGER: _("Store manager"),
        Role.ORDER_DESK: _("Order desk"),
        Role.PLANNER: _("Planner"),
        Role.INTEGRATION: _("Integration"),
        Role.ADMIN: _("Administrator"),
    }
)

#: What each role is for, in one line, as the form of a person tells it.
ROLE_HINTS: Mapping[Role, StrPromise] = MappingProxyType(
    {
        Role.INVENTORY_CONTROLLER: _("Sees all books, keeps master data, approves, resolves."),
        Role.PURCHASER: _("Writes and sends purchase orders; never approves them."),
        Role.FINANCE: _("Approves purchase orders, sees cost and the audit."),
        Role.WAREHOUSE_WORKER: _("Receives at the own warehouse."),
        Role.WAREHOUSE_LEAD: _("Receives, and closes orders short at the own warehouse."),
        Role.STORE_CLERK: _("Sells at the own store; sees no cost and no ERP document."),
        Role.STORE_MANAGER: _("Sells and takes back at the own store."),
        Role.ORDER_DESK: _("Sees stock and orders of all sites."),
        Role.PLANNER: _("Plans what is bought and moved, and decides on proposals."),
        Role.INTEGRATION: _("For machines: sends and fetches messages and documents."),
        Role.ADMIN: _("Keeps people and keys and sees all, but moves no goods."),
    }
)

#: Roles whose work spans the company. They see every site when no site is named for
#: them; with any other role, no site named means no site seen.
COMPANY_WIDE = frozenset(
    {
        Role.INVENTORY_CONTROLLER,
        Role.PURCHASER,
        Role.FINANCE,
        Role.ORDER_DESK,
        Role.PLANNER,
        Role.INTEGRATION,
        Role.ADMIN,
    }
)

# Short names, so that a line of the table below can be read at a glance.
_IC = Role.INVENTORY_CONTROLLER
_PU = Role.PURCHASER
_FI = Role.FINANCE
_WW = Role.WAREHOUSE_WORKER
_WL = Role.WAREHOUSE_LEAD
_SC = Role.STORE_CLERK
_SM = Role.STORE_MANAGER
_OD = Role.ORDER_DESK
_PL = Role.PLANNER
_IN = Role.INTEGRATION
_AD = Role.ADMIN


def _to(*roles: Role) -> frozenset[Role]:
    return frozenset(roles)


_PEOPLE = _to(_IC, _PU, _FI, _WW, _WL, _SC, _SM, _OD, _PL, _AD)
_EVERYONE = _PEOPLE | {_IN}
_OFFICE = _to(_IC, _PU, _FI, _OD, _PL, _AD)

#: Action -> the roles that may take it. An administrator sees all and keeps people and
#: keys, but moves no goods: whoever gives out rights should not also use them.
ACTIONS: Mapping[str, frozenset[Role]] = MappingProxyType(
    {
        # Everybody's own things
        "console.home": _PEOPLE,
        "console.preferences": _PEOPLE,
        "console.design": _PEOPLE,
        # The scenario lab: stories in a world of their own
        "lab.watch": _PEOPLE,
        "lab.run": _to(_IC, _PU, _FI, _OD, _PL, _WL, _SM, _AD),
        "lab.trade": _to(_IC, _AD),
        # Books
        "ledger.read": _EVERYONE,
        "ledger.read_cost": _to(_IC, _PU, _FI, _AD),
        "ledger.prove": _to(_IC, _FI, _AD),
        # Master data
        "masterdata.read": _EVERYONE,
        "masterdata.read_cost": _to(_IC, _PU, _FI, _AD),
        "masterdata.write": _to(_IC, _PU, _IN),
        "masterdata.import": _to(_IC, _PU, _IN),
        "masterdata.export": _to(_IC, _PU, _FI, _AD),
        # The pool: what may be promised, and setting it aside
        "pool.read": _EVERYONE,
        "pool.promise": _to(_OD, _IN),
        "pool.release": _to(_OD, _IC),
        "pool.policy": _to(_IC, _PL, _IN),
        # ERP: the office's documents; no worker at a dock or a register sees them
        "erp.read": _OFFICE | {_IN},
        "erp.purchase_order.write": _to(_PU, _IN),
        "erp.purchase_order.approve": _to(_IC, _FI),
        "erp.purchase_order.send": _to(_PU, _IN),
        "erp.purchase_order.close": _to(_PU, _IC),
        "erp.purchase_order.cancel": _to(_PU, _IC),
        "erp.purchase_limit.write": _to(_AD),
        "erp.supplier_price.write": _to(_PU, _IN),
        "erp.goods_receipt.reverse": _to(_IC),
        "erp.arrival_notice.write": _to(_PU, _IN),
        "erp.receipt_surplus.propose": _to(_PU, _IC),
        "erp.receipt_surplus.decide": _to(_IC, _FI),
        "erp.supplier_return.write": _to(_PU, _IC, _IN),
        "erp.supplier_return.approve": _to(_IC, _FI),
        "erp.supplier_invoice.write": _to(_PU, _FI),
        "erp.supplier_invoice.approve": _to(_FI),
        "erp.transfer_order.write": _to(_IC, _PL, _IN),
        "erp.transfer_order.approve": _to(_IC, _PL),
        "erp.transfer_order.release": _to(_IC, _PL, _IN),
        "erp.transfer_order.close": _to(_IC, _PL),
        "erp.transfer_order.cancel": _to(_IC, _PL),
        "erp.transfer_difference.settle": _to(_IC, _FI),
        "erp.allocation.write": _to(_IC, _PL, _IN),
        "erp.allocation.release": _to(_IC, _PL),
        "erp.replenishment.decide": _to(_IC, _PL),
        # Differences, where book and shelf or two books part
        "recon.read": _to(_IC, _FI, _PL, _WL, _SM, _AD, _IN),
        "recon.settle": _to(_IC, _FI),
        # What a system says it holds: by its own key, or brought as a file
        "recon.report": _to(_IC, _IN),
        # Planning: what to buy and what to move
        "planning.read": _to(_IC, _PU, _FI, _PL, _AD, _IN),
        "planning.decide": _to(_IC, _PL, _IN),
        "planning.policy": _to(_PL, _IN),
        "planning.run": _to(_IC, _PL, _IN),
        "erp.adjustment.write": _to(_IC, _IN),
        "erp.adjustment.decide": _to(_IC, _FI),
        "erp.read_cash": _to(_IC, _FI, _AD, _IN),
        "erp.read_limits": _to(_IC, _FI, _AD),
        "erp.adjustment_limit.write": _to(_IC, _FI),
        "erp.adjustment_limit.approve": _to(_IC, _FI),
        "erp.promotion.write": _to(_IC, _PL, _IN),
        "erp.landed_cost.write": _to(_PU, _FI),
        "erp.landed_cost.post": _to(_FI),
        "erp.period.close": _to(_FI),
        "erp.period.reopen": _to(_IC, _FI),
        "erp.legal_entity.write": _to(_FI),
        # WMS
        "wms.read": _to(_WW, _WL, _IC, _OD, _AD, _IN),
        "wms.receive": _to(_WW, _WL, _IN),
        "wms.close": _to(_WL),
        "wms.inspect": _to(_WW, _WL, _IN),
        "wms.rule": _to(_WL),
        "wms.move": _to(_WW, _WL, _IN),
        "wms.pick": _to(_WW, _WL, _IN),
        "wms.pack": _to(_WW, _WL, _IN),
        "wms.ship": _to(_WW, _WL, _IN),
        "wms.plan_wave": _to(_WL),
        "wms.set_pick_face": _to(_WL, _IN),
        "wms.adjust": _to(_WW, _WL, _IN),
        "wms.count": _to(_WW, _WL, _IN),
        "wms.plan_count": _to(_WL, _IC, _IN),
        "wms.reverse": _to(_WL),
        "wms.open_stock": _to(_WL, _IN),
        # POS
        "pos.read": _to(_SC, _SM, _IC, _FI, _AD, _IN),
        "pos.sell": _to(_SC, _SM, _IN),
        "pos.refund": _to(_SM, _IN),
        "pos.override": _to(_SM),
        "pos.transfer": _to(_SC, _SM, _IN),
        "pos.adjust": _to(_SC, _SM, _IN),
        "pos.fulfill": _to(_SC, _SM, _IN),
        "pos.count": _to(_SC, _SM, _IN),
        "pos.plan_count": _to(_SM, _IC, _IN),
        "pos.settle_difference": _to(_SM, _IN),
        "pos.request_goods": _to(_SC, _SM, _IN),
        "pos.close_day": _to(_SC, _SM, _IN),
        "pos.manage": _to(_SM, _IC, _AD),
        "pos.open_stock": _to(_SM, _IN),
        "pos.reverse": _to(_SM),
        # OMS: orders of channels
        "oms.read": _to(_OD, _IC, _FI, _PL, _AD, _IN),
        "oms.order.write": _to(_OD, _IN),
        # Channels: what each is told, and whom it rings
        "channels.read": _to(_OD, _IC, _PL, _AD, _IN),
        "channels.write": _to(_IC, _PL, _IN),
        # Messages between the books
        "exchange.read": _to(_IC, _AD, _IN),
        "exchange.resolve": _to(_IC),
        "exchange.push": _to(_IN),
        "exchange.pull": _to(_IN),
        "exchange.follow": _to(_IC, _AD, _IN),
        # People and keys
        "access.me": _EVERYONE,
        "access.people": _to(_AD),
        "access.keys": _to(_AD),
        "access.audit": _to(_AD, _FI),
    }
)


def is_allowed(*, roles: Iterable[Role], action: str) -> bool:
    """
    Tell whether one of `roles` may take `action`.

    An action nobody wrote into the table is a fault of ours, not a "no".
    """
    assert action in ACTIONS, f"no such action: {action}"
    return not ACTIONS[action].isdisjoint(roles)


def sees_every_site(roles: frozenset[Role]) -> bool:
    """
    Tell whether people of these roles see every site when none is named for them.

    Every single role has to be company-wide: a purchaser who is also a clerk must be
    told at which store.
    """
    return bool(roles) and roles <= COMPANY_WIDE
