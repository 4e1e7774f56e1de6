"""The rail of what serves all others: differences, master data, the system."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from yipan.console.rail.parts import Item, Section

SECTIONS = (
    Section(
        label=_("Planning"),
        tone="planning",
        items=(
            Item(
                label=_("Proposals"),
                url_name="planning:proposals",
                action="planning.read",
                icon="lightbulb",
                words=_("replenish buy transfer approve work list"),
            ),
            Item(
                label=_("Allocation grid"),
                url_name="planning:grid",
                action="planning.read",
                icon="grid-3x3",
                words=_("share stores push warehouse"),
            ),
            Item(
                label=_("Rebalancing"),
                url_name="planning:map",
                action="planning.read",
                icon="waypoints",
                words=_("stores surplus move map"),
            ),
            Item(
                label=_("Risk and overstock"),
                url_name="planning:outlooks",
                action="planning.read",
                icon="triangle-alert",
                words=_("run out stock cover too much"),
            ),
            Item(
                label=_("Policies"),
                url_name="planning:policies",
                action="planning.read",
                icon="sliders-horizontal",
                words=_("minimum maximum service level lead time settings"),
            ),
            Item(
                label=_("Demand calendar"),
                url_name="planning:events",
                action="planning.read",
                icon="calendar-days",
                words=_("promotion holiday event peak"),
            ),
            Item(
                label=_("Back-tests"),
                url_name="planning:backtests",
                action="planning.read",
                icon="flask-conical",
                words=_("forecast accuracy model frontier"),
            ),
            Item(
                label=_("Plan runs"),
                url_name="planning:runs",
                action="planning.read",
                icon="history",
                words=_("nightly progress executor"),
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
            Item(
                label=_("What to count next"),
                url_name="recon:targets",
                action="recon.read",
                icon="crosshair",
                words=_("cycle count bins shelves ranking"),
            ),
            Item(
                label=_("Stock reports"),
                url_name="recon:reports",
                action="recon.report",
                icon="file-text",
                words=_("snapshot observation foreign system upload"),
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
