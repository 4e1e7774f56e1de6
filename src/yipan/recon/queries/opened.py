"""Movements of counted goods in their sites' books, and the messages of those that came in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from yipan.exchange.queries.payloads import NUMBERS_MAX, find_payloads
from yipan.ledger.rows import MovementRow
from yipan.recon.queries.logs import MOVEMENTS_MAX, read_movements_of
from yipan.recon.queries.papers import Paper, read_papers

#: Where goods come from whose messages are opened: what somebody captured at a dock, or says
#: when goods of a lot are over.
RECEIPTS = frozenset({"supplier", "transfer:in", "in_transit"})
OPENED = RECEIPTS | {"customer", "opening"}
#: For each SKU of a site, the last first.
MESSAGES_OPENED_MAX = 60
#: Where goods go to, or come from, by a line that somebody wrote: its message says how. Such lines
#: are many, and a mistake is seldom a small one: the largest are opened first.
WRITTEN = frozenset({"customer", "scrap", "sample", "internal_use", "transfer:out"})
WRITTEN_OPENED_MAX = 40
QUANTITIES = (
    "quantity",
    "quantity_sound",
    "quantity_damaged",
    "quantity_blocked",
    "quantity_quarantine",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Captured:
    """What messages say of how a line came about, and of the paper that came with the goods."""

    mode: str = ""
    expected: int | None = None
    counterpart: str = ""
    counterpart_quantity: int | None = None
    partner: str = ""
    uses_multiplier: bool = False
    carrier: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """
    What is known of one SKU at a site: its movements, last recorded first, and their messages.

    `told` is by source and number. `is_whole`: no movement and no message is missing.
    """

    sku: str
    rows: Sequence[MovementRow]
    told: Mapping[tuple[str, int], Mapping[str, Any]] = field(default_factory=dict)
    papers: Sequence[Paper] = ()
    is_whole: bool = True

    def list_received(self) -> Iterator[tuple[str, str, datetime]]:
        """Yield for each receipt of the SKU its posting, the inbound order it names, and when."""
        for row in self.rows:
            if row.from_account.partition("/")[0] in RECEIPTS and row.header is not None:
                data = self._get_data(row)
                yield (
                    row.header.origin,
                    str(data.get("inbound_order_number") or ""),
                    row.occurred_at,
                )

    def capture(self, row: MovementRow) -> Captured:
        """Return how a movement was captured; nothing, where its message is gone or not opened."""
        data = self._get_data(row)
        lines = [line for line in data.get("lines") or () if line.get("sku") == self.sku]
        if row.from_account.partition("/")[0] == "customer":
            return _read_return(lines, order=str(data.get("order_number") or ""))
        if row.to_account.partition("/")[0] in WRITTEN:
            return _read_written(lines, quantity=row.quantity)
        if not lines:
            return Captured()
        first = lines[0]
        expected = first.get("quantity_expected")
        paper = self._find_paper(data)
        return Captured(
            mode=str(first.get("capture_mode") or ""),
            expected=int(expected) if expected is not None else None,
            counterpart=paper.number
            if paper is not None
            else str(first.get("partner_document") or data.get("transfer_number") or ""),
            # What was set aside of the receipt, damaged or of another lot, came all the same.
            counterpart_quantity=max(0, paper.quantity - (_sum(lines) - row.quantity))
            if paper is not None
            else None,
            partner=str(
                data.get("supplier") or data.get("from_site") or (paper.partner if paper else "")
            ),
            carrier=self._find_carrier(data),
        )

    def list_unanswered(self) -> Iterator[Paper]:
        """Yield papers that no receipt answers; none, where not every receipt can be read."""
        received = list(self.list_received())
        answered = {inbound for _, inbound, _ in received}
        nameless = [at for _, inbound, at in received if not inbound]
        for paper in self.papers:
            if not paper.is_open or not paper.inbound or paper.inbound in answered:
                continue
            if self.is_whole and not any(at >= paper.at for at in nameless):
                yield paper

    def list_lots(self) -> dict[str, str]:
        """Return the last day of each lot of the SKU, as an ISO date, where a message names it."""
        return {
            str(line["lot"]): str(line["expires_on"])
            for data in self.told.values()
            for line in data.get("lines") or ()
            if line.get("sku") == self.sku and line.get("lot") and line.get("expires_on")
        }

    def _find_paper(self, data: Mapping[str, Any]) -> Paper | None:
        """Return the one paper of the one receipt of an inbound order; several can not be told."""
        inbound = str(data.get("inbound_order_number") or "")
        found = [paper for paper in self.papers if inbound and paper.inbound == inbound]
        receipts = {origin for origin, named, _ in self.list_received() if named == inbound}
        return found[0] if len(found) == len(receipts) == 1 else None

    def _find_carrier(self, data: Mapping[str, Any]) -> str:
        """Return who brought what a receipt took in; empty, where its papers name several."""
        inbound = str(data.get("inbound_order_number") or "")
        named = {paper.carrier for paper in self.papers if inbound and paper.inbound == inbound}
        return named.pop() if len(named) == 1 else ""

    def _get_data(self, row: MovementRow) -> Mapping[str, Any]:
        header = row.header
        if header is None or header.sequence is None:
            return {}
        return self.told.get((header.source, header.sequence), {})


def _read_return(lines: Sequence[Mapping[str, Any]], *, order: str) -> Captured:
    """Return how goods were taken back: by a line of a ticket, below zero, or of a warehouse."""
    back = [line for line in lines if int(line.get("quantity") or 0) < 0] or list(lines)
    if not back:
        return Captured()
    return Captured(
        mode=str(back[0].get("capture_mode") or ""),
        counterpart=str(back[0].get("original_ticket") or order),
    )


def _read_written(lines: Sequence[Mapping[str, Any]], *, quantity: int) -> Captured:
    """Return how goods were sold or written off: by the line of this quantity, else by any."""
    out = [line for line in lines if int(line.get("quantity") or 0) > 0]
    out = [line for line in out if int(line["quantity"]) == quantity] or out
    if not out:
        return Captured()
    modes = [str(line.get("capture_mode") or "") for line in out]
    expected = out[0].get("quantity_expected")
    return Captured(
        # Of several lines of the same goods, the one that was typed is the one to doubt.
        mode="key" if "key" in modes else modes[0],
        expected=int(expected) if expected is not None else None,
        uses_multiplier=any(line.get("multiplier_used") for line in out),
    )


def open_books(wanted: Mapping[tuple[str, str], str]) -> dict[tuple[str, str], Opened]:
    """
    Return what is known of SKUs at sites. `wanted` maps site and SKU to the site's own book.

    Messages are read together, those of a source at once; papers, those of a site.
    """
    skus: dict[str, list[str]] = defaultdict(list)
    for (_, sku), book in wanted.items():
        skus[book].append(sku)
    moved = {book: read_movements_of(book=book, skus=same) for book, same in skus.items()}
    rows = {(site, sku): moved[book][sku] for (site, sku), book in wanted.items()}
    headed = {key: _list_opened(same) for key, same in rows.items()}
    written = {key: _list_written(same) for key, same in rows.items()}
    told = _open(
        {number for by_key in (headed, written) for same in by_key.values() for number in same}
    )
    papers = read_papers(sites={site for site, _ in wanted}, skus={sku for _, sku in wanted})
    return {
        (site, sku): Opened(
            sku=sku,
            rows=same,
            told={
                number: told[number]
                for number in (*headed[site, sku], *written[site, sku])
                if number in told
            },
            papers=[paper for paper in papers[site] if paper.sku == sku],
            is_whole=len(same) < MOVEMENTS_MAX
            and len(headed[site, sku]) < MESSAGES_OPENED_MAX
            and all(number in told for number in headed[site, sku]),
        )
        for (site, sku), same in rows.items()
    }


def _list_opened(rows: Iterable[MovementRow]) -> list[tuple[str, int]]:
    numbers = dict.fromkeys(
        (row.header.source, row.header.sequence)
        for row in rows
        if row.header is not None
        and row.header.source
        and row.header.sequence is not None
        and row.from_account.partition("/")[0] in OPENED
    )
    return [(source, sequence) for source, sequence in numbers if sequence is not None][
        :MESSAGES_OPENED_MAX
    ]


def _list_written(rows: Iterable[MovementRow]) -> list[tuple[str, int]]:
    """Return the numbers of the messages of lines that somebody wrote, the largest lines first."""
    sized = [
        (-row.quantity, place, row.header.source, row.header.sequence)
        for place, row in enumerate(rows)
        if row.header is not None
        and row.header.source
        and row.header.sequence is not None
        and row.to_account.partition("/")[0] in WRITTEN
    ]
    return [(source, sequence) for *_, source, sequence in sorted(sized)[:WRITTEN_OPENED_MAX]]


def _open(numbers: Collection[tuple[str, int]]) -> dict[tuple[str, int], Mapping[str, Any]]:
    by_source: dict[str, list[int]] = defaultdict(list)
    for source, sequence in sorted(numbers, reverse=True):
        by_source[source].append(sequence)
    return {
        (source, sequence): data
        for source, sequences in by_source.items()
        for sequence, data in find_payloads(
            source=source, sequences=sequences[:NUMBERS_MAX]
        ).items()
    }


def _sum(lines: Iterable[Mapping[str, Any]]) -> int:
    return sum(int(line.get(name) or 0) for line in lines for name in QUANTITIES)
