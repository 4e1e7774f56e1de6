"""The rail of warehouses and stores."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from yipan.console.rail.parts import Item, Section

SECTIONS = (
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
            Item(
                label=_("Inspections"),
                url_name="wms:inspections",
                action="wms.read",
                icon="eye",
                words=_("quality quarantine sample hold"),
            ),
            Item(
                label=_("Lots and expiry"),
                url_name="wms:lots",
                action="wms.read",
                icon="tag",
                words=_("batch best before serial"),
            ),
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
                label=_("Kits"),
                url_name="wms:kits",
                action="wms.read",
                icon="package-plus",
                words=_("assemble break parts bench"),
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
)
