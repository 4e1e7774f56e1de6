"""What stands in the rail: one literal table, in the order it is shown."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """A page in the rail. `action` is what a person must be allowed to, to see it."""

    label: str | Promise
    url_name: str
    action: str
    icon: str
    words: str | Promise = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """A group of pages. `tone` is the color of the book they write."""

    label: str | Promise
    items: tuple[Item, ...]
    tone: str = "quiet"


SECTIONS = (
    Section(
        label=_("Overview"),
        items=(
            Item(label=_("Home"), url_name="console:home", action="console.home", icon="house"),
            Item(
                label=_("Books side by side"),
                url_name="books:index",
                action="ledger.read",
                icon="columns-3",
                words=_("compare stock watermark"),
            ),
        ),
    ),
    Section(
        label=_("ERP hub"),
        tone="erp",
        items=(
            Item(
                label=_("Stock"),
                url_name="erp:stock",
                action="ledger.read",
                icon="boxes",
                words=_("level on hand in transit overview heat map"),
            ),
            Item(
                label=_("Stock value"),
                url_name="erp:value",
                action="ledger.read_cost",
                icon="coins",
                words=_("cost valuation average fifo gain loss"),
            ),
            Item(
                label=_("Landed costs"),
                url_name="erp:landed_costs",
                action="ledger.read_cost",
                icon="ship",
                words=_("freight duty"),
            ),
            Item(
                label=_("Promotions"),
                url_name="erp:promotions",
                action="erp.read",
                icon="percent",
                words=_("discount gift three for two"),
            ),
            Item(
                label=_("Accounting periods"),
                url_name="erp:periods",
                action="ledger.read_cost",
                icon="calendar-check",
                words=_("close month reopen legal entity"),
            ),
            Item(
                label=_("Purchase orders"),
                url_name="erp:purchase_orders",
                action="erp.read",
                icon="file-text",
                words=_("buy supplier order"),
            ),
            Item(
                label=_("Goods receipts"),
                url_name="erp:goods_receipts",
                action="erp.read",
                icon="package-check",
            ),
            Item(
                label=_("Transfers"),
                url_name="erp:transfers",
                action="erp.read",
                icon="arrow-right-left",
                words=_("move ship store allocation"),
            ),
            Item(
                label=_("Requests of stores"),
                url_name="erp:replenishment_requests",
                action="erp.read",
                icon="hand-helping",
                words=_("replenishment ask for goods"),
            ),
            Item(
                label=_("Allocations"),
                url_name="erp:allocations",
                action="erp.read",
                icon="split",
                words=_("share stores push"),
            ),
            Item(
                label=_("Transfer differences"),
                url_name="erp:transfer_differences",
                action="erp.read",
                icon="scale",
                words=_("missing claim carrier lost"),
            ),
            Item(
                label=_("Adjustments"),
                url_name="erp:adjustments",
                action="erp.read",
                icon="check-check",
                words=_("approve count loss gain scrap"),
            ),
            Item(
                label=_("Cash sheets"),
                url_name="erp:cash_sheets",
                action="erp.read_cash",
                icon="banknote",
            ),
            Item(
                label=_("Sales issues"),
                url_name="erp:sales_issues",
                action="erp.read",
                icon="shopping-bag",
            ),
        ),
    ),
    Section(
        label=_("Order management"),
        tone="oms",
        items=(
            Item(
                label=_("Order desk"),
                url_name="oms:board",
                action="oms.read",
                icon="headset",
                words=_("exception late back-ordered board"),
            ),
            Item(
                label=_("Sellable stock"),
                url_name="pool:sellable",
                action="pool.read",
                icon="git-commit-vertical",
                words=_("ATP available to promise waterfall channel"),
            ),
            Item(
                label=_("Selling rules"),
                url_name="pool:rules",
                action="pool.read",
                icon="sliders-horizontal",
                words=_("quota buffer safety stock channel"),
            ),
            Item(
                label=_("Orders"),
                url_name="oms:orders",
                action="oms.read",
                icon="shopping-cart",
                words=_("customer channel web shop"),
            ),
        ),
    ),
    Section(
        label=_("Warehouse"),
        tone="wms",
        items=(
            Item(
                label=_("Inbound orders"),
                url_name="wms:inbound_orders",
                action="wms.read",
                icon="truck",
                words=_("receive dock arrival"),
            ),
            Item(
                label=_("Receive goods"),
                url_name="wms:receiving",
                action="wms.receive",
                icon="scan-barcode",
                words=_("scan count handheld"),
            ),
            Item(label=_("Inspections"), url_name="wms:inspections", action="wms.read", icon="eye"),
            Item(label=_("Lots and expiry"), url_name="wms:lots", action="wms.read", icon="tag"),
            Item(
                label=_("Work board"),
                url_name="wms:board",
                action="wms.read",
                icon="layout-dashboard",
                words=_("wave late pick worker"),
            ),
            Item(
                label=_("Outbound orders"),
                url_name="wms:outbound_orders",
                action="wms.read",
                icon="package-minus",
                words=_("ship transfer fulfillment"),
            ),
            Item(
                label=_("Pick goods"),
                url_name="wms:picking",
                action="wms.pick",
                icon="scan-line",
                words=_("scan pick handheld"),
            ),
            Item(
                label=_("Pack"),
                url_name="wms:packing",
                action="wms.pack",
                icon="package-check",
                words=_("parcel SSCC label station"),
            ),
            Item(
                label=_("Load trucks"),
                url_name="wms:loading",
                action="wms.ship",
                icon="truck",
                words=_("dock carrier depart ship"),
            ),
            Item(
                label=_("Move tasks"),
                url_name="wms:moving",
                action="wms.move",
                icon="repeat",
                words=_("replenish put back cross-dock"),
            ),
            Item(
                label=_("Put away and move"),
                url_name="wms:carry",
                action="wms.move",
                icon="move-right",
                words=_("putaway bin handheld"),
            ),
            Item(
                label=_("Warehouse map"),
                url_name="wms:map",
                action="wms.read",
                icon="map",
                words=_("zone aisle bin full"),
            ),
            Item(
                label=_("Adjustments"),
                url_name="wms:adjustments",
                action="wms.read",
                icon="scale",
                words=_("scrap sample internal use status"),
            ),
            Item(
                label=_("Parcels"),
                url_name="wms:parcels",
                action="wms.read",
                icon="package",
                words=_("pallet SSCC carrier label"),
            ),
            Item(
                label=_("Movement history"),
                url_name="wms:movements",
                action="wms.read",
                icon="history",
                words=_("ledger bin document who export"),
            ),
            Item(
                label=_("Stock by bin"),
                url_name="wms:stock",
                action="wms.read",
                icon="layers",
                words=_("move bin shelf"),
            ),
        ),
    ),
    Section(
        label=_("Stores"),
        tone="pos",
        items=(
            Item(
                label=_("Register"),
                url_name="pos:register",
                action="pos.sell",
                icon="shopping-basket",
                words=_("sell till ticket"),
            ),
            Item(
                label=_("Tickets"), url_name="pos:tickets", action="pos.read", icon="receipt-text"
            ),
            Item(label=_("Store stock"), url_name="pos:stock", action="pos.read", icon="package"),
            Item(
                label=_("Customers' orders"),
                url_name="pos:fulfillments",
                action="pos.read",
                icon="shopping-bag",
                words=_("pick-up ship from store hand over"),
            ),
            Item(
                label=_("Store transfers"),
                url_name="pos:transfers",
                action="pos.read",
                icon="truck",
                words=_("receive send carton"),
            ),
            Item(
                label=_("Ask for goods"),
                url_name="pos:requests",
                action="pos.request_goods",
                icon="hand-helping",
                words=_("replenishment request"),
            ),
            Item(
                label=_("Store adjustments"),
                url_name="pos:adjustments",
                action="pos.read",
                icon="package-x",
                words=_("scrap sample display damage"),
            ),
            Item(
                label=_("Differences of stores"),
                url_name="pos:differences",
                action="pos.manage",
                icon="scale",
                words=_("count negative below zero settle"),
            ),
            Item(
                label=_("Days of tills"),
                url_name="pos:days",
                action="pos.read",
                icon="calendar-check",
                words=_("day close cash seal"),
            ),
            Item(
                label=_("Store today"),
                url_name="pos:manager",
                action="pos.manage",
                icon="store",
                words=_("manager sales alerts"),
            ),
            Item(
                label=_("Registers"),
                url_name="pos:register_setup",
                action="pos.manage",
                icon="monitor",
                words=_("register printer quick keys unsent devices"),
            ),
        ),
    ),
    Section(
        label=_("Reconciliation"),
        tone="differences",
        items=(
            Item(
                label=_("Differences"),
                url_name="recon:cases",
                action="recon.read",
                icon="scale",
                words=_("case cause count book shelf reconcile"),
            ),
            Item(
                label=_("Accuracy of the books"),
                url_name="recon:accuracy",
                action="recon.read",
                icon="gauge",
                words=_("record accuracy shrink counts"),
            ),
        ),
    ),
    Section(
        label=_("Master data"),
        items=(
            Item(label=_("SKUs"), url_name="masterdata:skus", action="masterdata.read", icon="tag"),
            Item(
                label=_("Sites and bins"),
                url_name="masterdata:sites",
                action="masterdata.read",
                icon="warehouse",
            ),
            Item(
                label=_("Business calendars"),
                url_name="masterdata:calendars",
                action="masterdata.read",
                icon="calendar-days",
                words=_("holiday closed day"),
            ),
            Item(
                label=_("Parties"),
                url_name="masterdata:parties",
                action="masterdata.read",
                icon="handshake",
                words=_("supplier customer"),
            ),
            Item(
                label=_("Import"),
                url_name="masterdata:imports",
                action="masterdata.import",
                icon="file-up",
                words=_("CSV XLSX upload"),
            ),
        ),
    ),
    Section(
        label=_("System"),
        items=(
            Item(
                label=_("Message sources"),
                url_name="exchange:sources",
                action="exchange.read",
                icon="radio-tower",
                words=_("watermark gap parked lag"),
            ),
            Item(label=_("People"), url_name="access:people", action="access.people", icon="users"),
            Item(
                label=_("API keys"), url_name="access:keys", action="access.keys", icon="key-round"
            ),
            Item(
                label=_("Audit"), url_name="access:audit", action="access.audit", icon="scroll-text"
            ),
        ),
    ),
)
