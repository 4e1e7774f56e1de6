"""What else happens in stores and warehouses: use, scrap, theft, damage; mostly written down."""

from __future__ import annotations

from collections.abc import Callable

from yipan.simulate.acts.stage import Stage
from yipan.simulate.acts.tills import Trade
from yipan.simulate.world.truth import FLOOR, Spot


class StoreWork:
    """Staff, thieves and accidents, once a day at every site."""

    def __init__(self, stage: Stage, trade: Trade) -> None:
        self._stage = stage
        self._trade = trade

    def happen(self, site: str) -> None:
        """Let a day's small things happen at a site."""
        stage = self._stage
        is_store = site in stage.retailer.stores
        if is_store and stage.get_stream(f"staff/{site}").random() < 0.3:
            self._write_off(site)
        for fault in ("theft", "damage", "shrinkage"):
            while struck := stage.strike_goods(fault, site):
                self._lose(fault, site, *struck)
        if not is_store:
            return
        for fault in ("unrecorded_use", "unrecorded_scrap"):
            while struck := stage.strike_goods(fault, site):
                self._lose(fault, site, *struck)
        while size := stage.strike("kit_not_exploded", site):
            self._trade.sell_kit(site, size)

    def _lose(self, fault: str, site: str, size: int, suits: Callable[[str], bool]) -> None:
        """Let units of something that suits go, of which no document will tell."""
        stage = self._stage
        stream = stage.get_stream(f"{fault}/{site}")
        if site in stage.retailer.stores:
            sku = stage.retailer.pick_sku_among(site, stream.random(), suits)
            spot = Spot(site, FLOOR, sku)
        else:
            homes = [key for key in stage.retailer.homes if key[0] == site and suits(key[1])]
            sku = stream.choice(homes)[1] if homes else ""
            spots = [
                each
                for each in stage.truth.list_spots(site, sku)
                if not each.place.startswith("OUT:")
            ]
            if not spots:
                return
            spot = spots[0]
        if not sku:
            return
        gone = stage.truth.take(spot, size, what=fault, at=stage.now)
        if gone:
            stage.label(fault, site, sku, -gone)

    def _write_off(self, store: str) -> None:
        """Use or throw away something, and write it down as one should."""
        stage = self._stage
        stream = stage.get_stream(f"staff/{store}")
        sku = stage.retailer.pick_sku(store, stream.random())
        kind = stream.choice(("scrap", "sample_issue", "internal_use"))
        gone = stage.truth.take(Spot(store, FLOOR, sku), 1, what=kind, at=stage.now)
        if not gone:
            return
        body = {
            "site": store,
            "adjustment_type": kind,
            "reason": "Broken on the shelf" if kind == "scrap" else "Tasting on the floor",
            "cost_center": "" if kind == "scrap" else "MARKETING",
            "lines": [{"sku": sku, "quantity": gone}],
        }
        stage.post("pos/adjustments", body, by=f"manager.{store}")
