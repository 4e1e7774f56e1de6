"""What stands in the rail: literal tables, in the order they are shown."""

from __future__ import annotations

from yipan.console.rail import hub, office, sites
from yipan.console.rail.parts import Item, Section

SECTIONS = (*hub.SECTIONS, *sites.SECTIONS, *office.SECTIONS)

__all__ = ["SECTIONS", "Item", "Section"]
