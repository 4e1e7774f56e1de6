"""Bins somebody has to look at, because work there raised a doubt (抽盘)."""

from __future__ import annotations

from yipan.wms.models import SpotCount
from yipan.wms.models.spot_count import SpotCountState

DOUBTS_MAX = 5_000


def list_doubts(site: str) -> list[tuple[str, str]]:
    """Return bin and SKU of the doubts nobody has answered yet, in a steady order."""
    rows = SpotCount.objects.filter(site=site, state=SpotCountState.OPEN).order_by("id")
    return list(dict.fromkeys(rows.values_list("bin_code", "sku")[:DOUBTS_MAX]))
