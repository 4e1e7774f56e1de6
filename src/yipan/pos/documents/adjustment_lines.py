"""Lines of a store's adjustment as they are kept, and as messages tell them."""

from __future__ import annotations

from yipan.foundation.status import StockStatus
from yipan.messages.adjusting import AdjustedLine
from yipan.messages.erp import AdjustmentOrdered, OrderedAdjustmentLine
from yipan.pos import queries
from yipan.pos.models import StoreAdjustment
from yipan.pos.rules.adjustments import GAIN
from yipan.pos.rules.places import ADJUSTED, share_out
from yipan.pos.rules.tickets import SHOP_FLOOR


def write_line(line: AdjustedLine) -> dict[str, object]:
    """Return a line as the document keeps it: plain data."""
    return {
        "line": line.line,
        "sku": line.sku,
        "quantity": line.quantity,
        "place": line.place,
        "from_status": line.from_status,
        "to_status": line.to_status,
        "capture_mode": line.capture_mode,
        # Where a count is put right, what it was.
        **{
            name: value
            for name, value in (
                ("quantity_counted", line.quantity_counted),
                ("quantity_book", line.quantity_book),
                ("counted_at", line.counted_at),
                ("cause", line.cause),
            )
            if value not in (None, "")
        },
    }


def read_lines(adjustment: StoreAdjustment) -> tuple[AdjustedLine, ...]:
    """Return the lines a document keeps."""
    return tuple(AdjustedLine(**line) for line in adjustment.lines)


def find_places(message: AdjustmentOrdered) -> list[tuple[OrderedAdjustmentLine, str, int]]:
    """
    Return the lines of what the hub orders, with the places and how much is taken from each.

    The hub knows a store and not its places: goods are taken from where they lie. Found goods
    are put on the shop floor. A line that says nothing sensible is left for `post_ordered` to
    refuse.
    """
    wanted = {
        (line.sku, line.from_status)
        for line in message.lines
        if line.from_status in set(StockStatus)
    }
    lying = queries.find_lying(site=message.site, wanted=wanted, places=ADJUSTED)
    found: list[tuple[OrderedAdjustmentLine, str, int]] = []
    for line in message.lines:
        left = lying.get((line.sku, line.from_status), {})
        if message.adjustment_type == GAIN or line.quantity <= 0 or not left:
            found.append((line, SHOP_FLOOR, line.quantity))
            continue
        for place, quantity in share_out(line.quantity, lying=left):
            left[place] = left.get(place, 0) - quantity
            found.append((line, place, quantity))
    return found
