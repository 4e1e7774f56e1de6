"""Tours of those who work at a desk."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from yipan.access.roles import Role
from yipan.console.tours.parts import BOOKS, CASES, PART, SEARCH, STOCK, TOWER, TourStep

#: The tour of each role, in the order it is walked.
STEPS: Mapping[Role, tuple[TourStep, ...]] = {
    Role.PURCHASER: (
        TOWER,
        TourStep(
            "erp:purchase_orders",
            "main .chips",
            _("Purchase orders"),
            _(
                "Write, have approved, send, and follow: the chips show what is open, "
                "late, or waiting for approval."
            ),
        ),
        TourStep(
            "erp:arrival_notices",
            PART,
            _("What is on its way"),
            _("What suppliers announced, and when it comes. The dock sees the same."),
        ),
        TourStep(
            "erp:receipt_surpluses",
            PART,
            _("More than was ordered"),
            _("What came beyond an order waits here until somebody keeps it or returns it."),
        ),
        TourStep(
            "erp:supplier_prices",
            PART,
            _("Supplier prices"),
            _(
                "Prices with their days and quantity breaks; an order takes the right "
                "one by itself."
            ),
        ),
        TourStep(
            "planning:proposals",
            PART,
            _("Proposals of the plan"),
            _(
                "What the plan would buy, why, and what happens without it. You see "
                "them; planners decide."
            ),
        ),
        SEARCH,
    ),
    Role.FINANCE: (
        TOWER,
        TourStep(
            "erp:value",
            PART,
            _("What stock is worth"),
            _("By site, category or product, at any date, and as it was known then."),
        ),
        TourStep(
            "erp:supplier_invoices",
            PART,
            _("Invoices"),
            _("Matched with orders and receipts; only what differs waits for you."),
        ),
        TourStep(
            "erp:periods",
            PART,
            _("Close a month"),
            _(
                "A checklist of what still moves the month; what comes later counts in "
                "the next one."
            ),
        ),
        TourStep(
            "erp:cash_sheets",
            PART,
            _("Cash of the stores"),
            _("Counted against what the tickets say, store by store."),
        ),
        TourStep(
            "recon:accuracy",
            PART,
            _("What was lost, and why"),
            _("Losses by cause, with evidence or without."),
        ),
        TourStep(
            "access:audit",
            PART,
            _("Audit"),
            _("Who changed what, when, and from which device."),
        ),
    ),
    Role.ORDER_DESK: (
        TOWER,
        TourStep(
            "oms:board",
            PART,
            _("The order desk"),
            _("What harms a customer first stands on top: late, silent, short, or without goods."),
        ),
        TourStep(
            "oms:orders",
            PART,
            _("Orders of all channels"),
            _("Open one to see why each part went to its site, and send it elsewhere."),
        ),
        TourStep(
            "pool:sellable",
            PART,
            _("What may be sold"),
            _(
                "One pool for all channels: on hand, less what is promised, held back, "
                "and kept safe."
            ),
        ),
        TourStep(
            "channels:index",
            PART,
            _("What channels were told"),
            _("What each shop, app or marketplace shows, and when it was told."),
        ),
        TourStep(
            "pool:services",
            PART,
            _("What each site can do"),
            _("Ship, pick-up, cut-off and capacity, by site."),
        ),
        STOCK,
    ),
    Role.PLANNER: (
        TOWER,
        TourStep(
            "planning:proposals",
            PART,
            _("Proposals"),
            _("What to buy and what to move, by urgency. Open one for the numbers it came from."),
        ),
        TourStep(
            "planning:outlooks",
            PART,
            _("What runs out"),
            _("Stock against forecast, day by day, with the band it is sure within."),
        ),
        TourStep(
            "planning:grid",
            PART,
            _("Allocate to stores"),
            _("Store by product in one grid; what the warehouse has is never given twice."),
        ),
        TourStep(
            "planning:map",
            PART,
            _("Move between stores"),
            _("Where too much lies, where too little, and the moves that pay."),
        ),
        TourStep(
            "planning:policies",
            PART,
            _("Policies"),
            _("Service level and cover, by category or store; try a change before you save it."),
        ),
        TourStep(
            "planning:backtests",
            PART,
            _("Which forecast is right"),
            _("Forecasts are tested on the past, and only the better one is used."),
        ),
    ),
    Role.INVENTORY_CONTROLLER: (
        TOWER,
        BOOKS,
        CASES,
        TourStep(
            "recon:accuracy",
            PART,
            _("How right the books are"),
            _(
                "Accuracy by week and category, what was lost to known causes, and what "
                "nobody explains."
            ),
        ),
        TourStep(
            "exchange:sources",
            PART,
            _("Messages between the books"),
            _(
                "How far each site is: last heard, missing numbers, parked messages. A "
                "gap is asked for by itself."
            ),
        ),
        TourStep(
            "erp:adjustments",
            PART,
            _("Approve adjustments"),
            _("What sites want to correct above their limit, with the count and the pictures."),
        ),
        TourStep(
            "erp:transfer_differences",
            PART,
            _("Lost between sites"),
            _("Sent and not received: who owns it, and how it was settled."),
        ),
        SEARCH,
    ),
    Role.ADMIN: (
        TOWER,
        TourStep(
            "access:people",
            PART,
            _("People and roles"),
            _("Roles say what somebody may do, sites say where. Nobody needs more than both."),
        ),
        TourStep(
            "access:keys",
            PART,
            _("Keys of machines"),
            _("Foreign systems speak with a key of their own, for their sites alone."),
        ),
        TourStep(
            "exchange:sources",
            PART,
            _("Messages between the books"),
            _("How far each site is: last heard, missing numbers, parked messages."),
        ),
        BOOKS,
        TourStep(
            "access:audit",
            PART,
            _("Audit"),
            _("Who changed what, when, and from which device."),
        ),
        TourStep(
            "console:design",
            PART,
            _("How pages are made"),
            _("Every part of the pages in your language and theme."),
        ),
    ),
}
