"""Barcodes and QR codes as SVG, drawn here: nothing is fetched when printing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

#: Light modules around a code, without which scanners do not find it (ISO/IEC 15417 and 18004).
QUIET_LINEAR: Final = 10
QUIET_QR: Final = 4


def draw_barcode(text: str) -> str:
    """
    Return Code 128 of a text: for numbers of documents, bins, SKUs.

    Empty where it has none: others number their documents as they like, and the code knows
    ASCII alone.
    """
    from barcode.codex import Code128  # noqa: PLC0415  # an extra

    if not (text and text.isascii() and text.isprintable()):
        return ""
    return _draw_line(Code128(text).build()[0])


def draw_gs1(elements: str) -> str:
    """
    Return GS1-128 of element strings without brackets: `00` and 18 digits are an SSCC.

    Between an element of changing length and the next stands `\\x1d`.
    """
    from barcode.codex import Gs1_128  # noqa: PLC0415  # an extra

    return _draw_line(Gs1_128(elements.replace("\x1d", Gs1_128.FNC1_CHAR)).build()[0])


def draw_qr(text: str) -> str:
    """Return a QR code of a text, readable with 15 % of it spoiled (level M)."""
    import segno  # noqa: PLC0415  # an extra

    matrix = segno.make_qr(text, error="m").matrix
    rows = ["".join("1" if module else "0" for module in row) for row in matrix]
    return _draw(rows, quiet_x=QUIET_QR, quiet_y=QUIET_QR)


def _draw_line(modules: str) -> str:
    return _draw([modules], quiet_x=QUIET_LINEAR, quiet_y=0)


def _draw(rows: Sequence[str], *, quiet_x: int, quiet_y: int) -> str:
    """Return modules as one path of rectangles, each as wide as its run of dark ones."""
    path = "".join(
        f"M{start + quiet_x} {y + quiet_y}h{length}v1h-{length}z"
        for y, row in enumerate(rows)
        for start, length in _list_runs(row)
    )
    width, height = len(rows[0]) + 2 * quiet_x, len(rows) + 2 * quiet_y
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" preserveAspectRatio="none" '
        f'shape-rendering="crispEdges"><path d="{path}"/></svg>'
    )


def _list_runs(row: str) -> list[tuple[int, int]]:
    """Return where runs of dark modules begin, and how long they are."""
    runs: list[tuple[int, int]] = []
    for place, module in enumerate(row):
        if module != "1":
            continue
        if runs and sum(runs[-1]) == place:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((place, 1))
    return runs
