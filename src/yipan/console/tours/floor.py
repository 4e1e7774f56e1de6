"""Tours of those who handle goods: in warehouses and in stores."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from yipan.access.roles import Role
from yipan.console.tours.parts import FIRST_PAGE, PART, TourStep

#: The tour of each role, in the order it is walked.
STEPS: Mapping[Role, tuple[TourStep, ...]] = {
    Role.WAREHOUSE_WORKER: (
        FIRST_PAGE,
        TourStep(
            "wms:receiving",
            "#content",
            _("Receive with a scanner"),
            _(
                "Scan the paper, then the goods. What you scan without a network is "
                "kept on the device and sent later."
            ),
        ),
        TourStep(
            "wms:picking",
            "#content",
            _("Pick"),
            _(
                "The next walk in the order of the bins. Nothing there? Say so: a count "
                "of that bin is asked for."
            ),
        ),
        TourStep(
            "wms:moving",
            "#content",
            _("Put away and move"),
            _("Scan what you carry and where it goes. The book follows bin by bin."),
        ),
        TourStep(
            "wms:counting",
            "#content",
            _("Count what lies there"),
            _(
                "Count what lies there; trading goes on. The book is compared as it was "
                "at your scan."
            ),
        ),
        TourStep(
            "wms:inbound_orders",
            PART,
            _("What is expected"),
            _("Orders that are expected today, and how much of each has come."),
        ),
    ),
    Role.WAREHOUSE_LEAD: (
        FIRST_PAGE,
        TourStep(
            "wms:board",
            PART,
            _("The board of the house"),
            _("Waves, walks and how far each is; what is urgent comes first."),
        ),
        TourStep(
            "wms:outbound_orders",
            PART,
            _("What has to leave"),
            _("Every outbound order with its due time, and why one is stuck."),
        ),
        TourStep(
            "wms:inbound_orders",
            PART,
            _("What is expected"),
            _("Orders that are expected, and how much of each has come. You may close them short."),
        ),
        TourStep(
            "wms:stocktakes",
            PART,
            _("Counts"),
            _("Plan counts by area, value or doubt, and see who counts what."),
        ),
        TourStep(
            "wms:adjustments",
            PART,
            _("Adjustments"),
            _("Damage, samples and count corrections; those above the limit wait for the office."),
        ),
        TourStep(
            "recon:cases",
            PART,
            _("Differences of your house"),
            _("Each difference with its likely causes and the evidence."),
        ),
    ),
    Role.STORE_CLERK: (
        FIRST_PAGE,
        TourStep(
            "pos:tickets",
            PART,
            _("Tickets"),
            _(
                "Everything sold and taken back. The register itself works without a "
                "network and sends later."
            ),
        ),
        TourStep(
            "pos:receiving",
            "#content",
            _("Receive deliveries"),
            _(
                "Scan the paper of a delivery, then count it. What is missing gets an "
                "owner by itself."
            ),
        ),
        TourStep(
            "pos:orders",
            "#content",
            _("Orders of customers"),
            _(
                "Accept, pick and hand over by code. Not there? Reject it, and another "
                "site sends it."
            ),
        ),
        TourStep(
            "pos:counting",
            "#content",
            _("Count shelves"),
            _("Count while the shop is open: what is sold meanwhile makes no false difference."),
        ),
        TourStep(
            "pos:stock",
            PART,
            _("Stock of the store"),
            _("What the book says lies here, on the floor and behind it."),
        ),
    ),
    Role.STORE_MANAGER: (
        FIRST_PAGE,
        TourStep(
            "pos:manager",
            PART,
            _("The store today"),
            _("Sales by hour, what waits, and which registers are behind."),
        ),
        TourStep(
            "pos:days",
            PART,
            _("Close the day"),
            _("A day is closed when the hub has every ticket: count, sum and fingerprint agree."),
        ),
        TourStep(
            "pos:differences",
            PART,
            _("Differences in the store"),
            _("Sold below zero, short picks, counts: each with the way to settle it."),
        ),
        TourStep(
            "pos:fulfillments",
            PART,
            _("Orders of customers"),
            _("What customers ordered for pick-up or delivery from here."),
        ),
        TourStep(
            "pos:requests",
            "#content",
            _("Ask for goods"),
            _("Ask the warehouse for goods; planners see the request at once."),
        ),
        TourStep(
            "recon:cases",
            PART,
            _("What the office sees"),
            _("Differences of your stores as cases, with causes and evidence."),
        ),
    ),
}
