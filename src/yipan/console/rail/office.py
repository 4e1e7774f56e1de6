"""The rail of what serves all others: differences, master data, the system."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from yipan.console.rail.parts import Item, Section

SECTIONS = (
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
