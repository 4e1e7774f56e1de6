"""Packages of an arrival notice (预到货通知) as people type them: one line of text per content."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from yipan.foundation.refusals import Refusal
from yipan.messages.erp_purchasing import Package, PackedLine

LINES_MAX = 2_000
#: Code, SKU and quantity; a lot and its last day may follow. A code alone is a package unknown.
PARTS = (3, 4, 5)
NO_LOT = "-"


class PackageUnreadable(Refusal):
    """A package is a code of 18 digits, a product and a quantity on one line of text."""

    code = "arrival_notice.package_unreadable"
    status = 422


def read_lines(text: str) -> tuple[Package, ...]:
    """
    Return packages as they were typed: `SSCC SKU QUANTITY [LOT [LAST-DAY]]`, a content a line.

    Whether the codes are right, and the contents announced, is found when they are written down.

    :raises PackageUnreadable: if a line says something else.
    """
    packed: dict[str, list[PackedLine]] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        parts = line.replace(",", " ").split()
        if not parts:
            continue
        contents = packed.setdefault(parts[0], [])
        if len(parts) == 1:
            continue
        is_whole = len(parts) > 2 and parts[2].isascii() and parts[2].isdecimal()
        if len(parts) not in PARTS or not is_whole or number > LINES_MAX or len(parts[2]) > 9:
            raise PackageUnreadable(line=number, text=line[:80])
        lot = parts[3] if len(parts) > 3 and parts[3] != NO_LOT else ""
        contents.append(
            PackedLine(
                sku=parts[1],
                quantity=int(parts[2]),
                lot=lot,
                expires_on=parts[4] if len(parts) > 4 else "",
            )
        )
    return tuple(Package(sscc=sscc, lines=tuple(lines)) for sscc, lines in packed.items())


def write_lines(packages: Iterable[tuple[str, Sequence[Sequence[object]]]]) -> str:
    """Return packages as `read_lines` reads them: code, and contents of SKU, quantity, lot, day."""
    lines = []
    for sscc, contents in packages:
        if not contents:
            lines.append(sscc)
        for sku, quantity, lot, last_day in contents:
            parts = [sscc, str(sku), str(quantity)]
            if lot or last_day:
                parts.append(str(lot) or NO_LOT)
            if last_day:
                parts.append(str(last_day))
            lines.append(" ".join(parts))
    return "\n".join(lines)
