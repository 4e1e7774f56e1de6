"""The rail of the hub: books, orders, stock and value."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from yipan.console.rail.parts import Item, Section

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
            Item(
                label=_("Scenario lab"),
                url_name="lab:index",
                action="lab.watch",
                icon="clapperboard",
                words=_("story lesson demo physical messages fault"),
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
        label=_("Purchasing"),
        tone="erp",
        items=(
            Item(
                label=_("Purchase orders"),
                url_name="erp:purchase_orders",
                action="erp.read",
                icon="file-text",
                words=_("buy supplier order"),
            ),
            Item(
                label=_("Arrival notices"),
                url_name="erp:arrival_notices",
                action="erp.read",
                icon="truck",
                words=_("ASN SSCC package arrives on its way"),
            ),
            Item(
                label=_("Goods receipts"),
                url_name="erp:goods_receipts",
                action="erp.read",
                icon="package-check",
            ),
            Item(
                label=_("Receipt surpluses"),
                url_name="erp:receipt_surpluses",
                action="erp.read",
                icon="package-x",
                words=_("too much blocked decide keep return"),
            ),
            Item(
                label=_("Supplier returns"),
                url_name="erp:supplier_returns",
                action="erp.read",
                icon="undo-2",
                words=_("damaged back credit"),
            ),
            Item(
                label=_("Supplier invoices"),
                url_name="erp:supplier_invoices",
                action="ledger.read_cost",
                icon="receipt-text",
                words=_("three-way match bill pay"),
            ),
            Item(
                label=_("Landed costs"),
                url_name="erp:landed_costs",
                action="ledger.read_cost",
                icon="ship",
                words=_("freight duty"),
            ),
            Item(
                label=_("Supplier prices"),
                url_name="erp:supplier_prices",
                action="masterdata.read_cost",
                icon="tags",
                words=_("price list minimum case break"),
            ),
            Item(
                label=_("Purchase limits"),
                url_name="erp:purchase_limits",
                action="erp.read_limits",
                icon="gauge",
                words=_("approve role value"),
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
                label=_("Other sourcing rules"),
                url_name="oms:shadow",
                action="oms.read",
                icon="flask-conical",
                words=_("shadow run simulation split cost"),
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
                label=_("Channels"),
                url_name="channels:index",
                action="channels.read",
                icon="radio-tower",
                words=_("web shop app marketplace webhook feed publish"),
            ),
            Item(
                label=_("Site groups"),
                url_name="pool:groups",
                action="pool.read",
                icon="boxes",
                words=_("pool of sites sell together channel"),
            ),
            Item(
                label=_("Delivery services"),
                url_name="pool:services",
                action="pool.read",
                icon="truck",
                words=_("cut-off capacity transit method service level"),
            ),
            Item(
                label=_("Opening hours"),
                url_name="pool:hours",
                action="pool.read",
                icon="clock",
                words=_("open closed weekday holiday pick-up time"),
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
)
