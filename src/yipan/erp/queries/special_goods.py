"""
Gifts a store gave beyond what its promotions give (特殊商品口径不一).

The rule is the one the register reckons with. A gift that names no promotion was given by hand;
less than was due was declined: neither is a difference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from yipan.erp.models import SalesIssue
from yipan.foundation.promotions import Line, apply_promotions, choose_valid, find_undue_gifts
from yipan.masterdata import promotions
from yipan.masterdata import queries as masterdata

ROWS_MAX = 20_000


@dataclass(frozen=True, kw_only=True, slots=True)
class UndueGiftRow:
    """A gift of a sales issue beyond what its promotion gives, in smallest units."""

    number: str
    site: str
    promotion: str
    sku: str
    quantity: int


def list_undue_gifts(
    *, site: str = "", on: date | None = None, number: str = ""
) -> list[UndueGiftRow]:
    """Return gifts beyond the rules: of one sales issue, or of a store's day, in order."""
    which = Q(number=number) if number else Q(site=site, business_date=on)
    query = SalesIssue.objects.filter(which, lines__contains=[{"line_type": "gift"}])
    issues = list(query.order_by("id")[:ROWS_MAX])
    if not issues:
        return []
    sites = masterdata.find_sites({issue.site for issue in issues})
    skus = masterdata.find_skus({line["sku"] for issue in issues for line in issue.lines})
    rules = promotions.list_all()
    found = []
    for issue in issues:
        region = sites[issue.site].region if issue.site in sites else ""
        valid = choose_valid(rules, site=issue.site, region=region, day=issue.business_date)
        sold = [
            Line(
                sku=line["sku"],
                quantity=line["quantity"],
                price_minor=0,
                category=skus[line["sku"]].category if line["sku"] in skus else "",
            )
            for line in issue.lines
            if line.get("line_type", "sale") == "sale"
        ]
        undue = find_undue_gifts(
            given=_count_gifts(issue.lines), due=apply_promotions(sold, valid).gifts
        )
        found += [
            UndueGiftRow(
                number=issue.number, site=issue.site, promotion=code, sku=sku, quantity=quantity
            )
            for (code, sku), quantity in sorted(undue.items())
        ]
    return found


def _count_gifts(lines: Iterable[dict[str, Any]]) -> Counter[tuple[str, str]]:
    """Return (promotion, SKU) to how many were given."""
    counted: Counter[tuple[str, str]] = Counter()
    for line in lines:
        if line.get("line_type") == "gift":
            counted[line.get("promotion", ""), line["sku"]] += line["quantity"]
    return counted
