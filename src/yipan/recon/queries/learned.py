"""What closed cases taught: how often which cause was at work, by category of goods."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db.models import Count

from yipan.masterdata.queries import find_skus
from yipan.masterdata.rows import SkuRow
from yipan.recon.models import CaseCorrection, CaseKind, CaseState, Observation
from yipan.recon.rules import Cause, Goods, Weights
from yipan.recon.rules.weights import name_group

#: The last so many corrections are learned from: what went wrong years ago has been mended.
CORRECTIONS_MAX = 2_000
#: Goods of more SKUs than this are not looked up for the losses of one count.
SKUS_MAX = 20_000
#: One theft may strike anything.
THEFTS_OF_HOT_GOODS = 2
#: A loss written off teaches nothing of causes.
TEACHES_NOTHING = frozenset({Cause.UNKNOWN, Cause.SHRINKAGE})


def read_weights() -> Weights:
    """
    Return the weights of causes after the cases that people closed with a document.

    What a person chose counts, be it what the engine proposed or another cause.
    """
    rows = (
        CaseCorrection.objects.filter(
            case__kind=CaseKind.BOOK_VS_COUNT, case__state=CaseState.CLOSED
        )
        .order_by("-id")
        .values_list("case__sku", "cause")[:CORRECTIONS_MAX]
    )
    confirmed = [(sku, Cause(cause)) for sku, cause in rows if cause in set(Cause)]
    confirmed = [(sku, cause) for sku, cause in confirmed if cause not in TEACHES_NOTHING]
    goods = find_skus({sku for sku, _ in confirmed})
    return Weights().learn((goods[sku].category, cause) for sku, cause in confirmed if sku in goods)


def find_hot(goods: Mapping[str, SkuRow]) -> set[str]:
    """
    Return which SKUs thieves come for, of some goods by their code.

    It is those that master data calls hot, and those of which thefts were confirmed more than
    once: a person has to have closed the cases with a document, what the engine supposed counts
    not. That no theft was confirmed does not make hot goods common ones: few are ever proved.
    """
    thefts = (
        CaseCorrection.objects.filter(
            case__kind=CaseKind.BOOK_VS_COUNT,
            case__state=CaseState.CLOSED,
            case__sku__in=list(goods),
            cause=Cause.THEFT,
        )
        .values_list("case__sku")
        .annotate(cases=Count("case", distinct=True))
    )
    confirmed = {sku for sku, cases in thefts if cases >= THEFTS_OF_HOT_GOODS}
    return confirmed | {code for code, row in goods.items() if row.is_hot}


def count_keys(*, sites: Collection[str], since: datetime) -> dict[str, int]:
    """Return how many lines were counted at some sites since then, by group of goods."""
    rows = list(
        Observation.objects.filter(site__in=sites, counted_at__gte=since)
        .values_list("sku")
        .annotate(count=Count("id"))
        .order_by("sku")[:SKUS_MAX]
    )
    goods = find_skus({sku for sku, _ in rows})
    hot = find_hot(goods)
    counted: dict[str, int] = {}
    for sku, count in rows:
        if sku in goods:
            group = name_group(Goods(sku=sku, category=goods[sku].category, is_hot=sku in hot))
            counted[group] = counted.get(group, 0) + count
    return counted
