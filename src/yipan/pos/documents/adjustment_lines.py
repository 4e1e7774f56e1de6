"""Lines of a store's adjustment as they are kept, and as messages tell them."""

from __future__ import annotations

from yipan.messages.adjusting import AdjustedLine
from yipan.pos.models import StoreAdjustment


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
