"""Readings: one sentence that says what a comparison or a chart shows."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext, ngettext

from yipan.console.books import BookColumn, SiteComparison
from yipan.console.formats import write_integer, write_signed
from yipan.console.naming import name_of


def describe_levels(columns: Sequence[BookColumn]) -> str:
    """Return the sentence over the chart: who holds how much of it now."""
    by_kind = {column.kind: column.total for column in columns}
    return gettext(
        "Now %(hub)s by the hub; %(warehouses)s in warehouses and %(stores)s in stores by "
        "their own books."
    ) % {
        "hub": write_integer(by_kind.get("erp", 0)),
        "warehouses": write_integer(by_kind.get("wms", 0)),
        "stores": write_integer(by_kind.get("pos", 0)),
    }


def describe_state(sites: Sequence[SiteComparison]) -> tuple[str, str]:
    """Return the tone and the sentence for the books of one SKU."""
    differing = [row for row in sites if row.state == "differs"]
    behind = [row for row in sites if row.state == "behind"]
    if differing:
        first = differing[0]
        text = ngettext(
            "The books differ at one site, %(site)s, by %(quantity)s.",
            "The books differ at %(count)s sites; first at %(site)s, by %(quantity)s.",
            len(differing),
        )
        facts = {
            "count": len(differing),
            "site": name_of(first.site),
            "quantity": write_integer(first.difference),
        }
        return "bad", text % facts
    if behind:
        text = ngettext(
            "No difference: one site has told the hub of %(quantity)s that it has not booked yet.",
            "No difference: %(count)s sites have told the hub of %(quantity)s that it has not "
            "booked yet.",
            len(behind),
        )
        total = sum(row.under_way for row in behind)
        return "warn", text % {"count": len(behind), "quantity": write_signed(total)}
    if not sites:
        return "info", gettext("No book holds any of it.")
    text = ngettext(
        "The hub and the one site that holds it agree to the last message.",
        "The hub and all %(count)s sites that hold it agree to the last message.",
        len(sites),
    )
    return "good", text % {"count": len(sites)}
