"""What two books hold of one SKU at a site, message by message, for the comparison of logs."""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from yipan.foundation.status import StockStatus
from yipan.ledger.queries import ROWS_MAX, list_movements, list_movements_of
from yipan.ledger.rows import MovementRow
from yipan.ledger.site_differences import SiteCut
from yipan.recon.queries.cuts import HUB_BOOK, LOG_EPOCH
from yipan.recon.rules.interfaces import Log, Moved, Told
from yipan.recon.rules.values import Key

#: So far back a difference is looked for, message by message.
MOVEMENTS_MAX = 5_000
#: Of so many SKUs movements are read by one statement.
SKUS_TOGETHER_MAX = 100
ON_HAND = "on_hand/"
SOUND = frozenset({StockStatus.AVAILABLE, StockStatus.HELD, StockStatus.RESERVED})


def read_logs(*, cut: SiteCut, sku: str) -> tuple[list[Told], Log]:
    """
    Return what the site's own book and the hub's hold of a SKU, up to the cut.

    A message that only moved goods within the site has moved nothing for the hub, and is
    left out of both.
    """
    own = _group(read_movements(book=cut.book, sku=sku), prefix=ON_HAND, cut=cut, key_site=cut.site)
    hub = _group(
        read_movements(book=HUB_BOOK, sku=sku),
        prefix=f"{ON_HAND}{cut.site}/",
        cut=cut,
        key_site=cut.site,
    )
    return own, Log(booked=hub)


def read_movements(
    *, book: str, sku: str, limit: int = MOVEMENTS_MAX, before: str | None = None
) -> Iterator[MovementRow]:
    """Yield the movements of a SKU in a book, last recorded first, at most `limit`."""
    left = limit
    while left > 0:
        rows = list_movements(book=book, sku=sku, limit=min(ROWS_MAX, left), before=before)
        yield from rows
        if len(rows) < min(ROWS_MAX, left):
            return
        left -= len(rows)
        before = rows[-1].cursor


def read_movements_of(*, book: str, skus: Collection[str]) -> dict[str, list[MovementRow]]:
    """Return for each SKU what `read_movements` yields, those of all of them read together."""
    found: dict[str, list[MovementRow]] = {}
    wanted = sorted(set(skus))
    for start in range(0, len(wanted), SKUS_TOGETHER_MAX):
        part = wanted[start : start + SKUS_TOGETHER_MAX]
        found |= list_movements_of(book=book, skus=part, limit=ROWS_MAX)
    for sku, rows in found.items():
        if len(rows) == ROWS_MAX:
            last, left = rows[-1].cursor, MOVEMENTS_MAX - ROWS_MAX
            rows.extend(read_movements(book=book, sku=sku, limit=left, before=last))
    return found


def get_group(account: str) -> str:
    """Return what two systems compare of an account: `sound`, or the status."""
    status = account.rpartition("/")[2]
    return "sound" if status in SOUND else status


def _group(
    movements: Iterable[MovementRow], *, prefix: str, cut: SiteCut, key_site: str
) -> list[Told]:
    """Return one telling for each posting, netted by group, without those that net to nothing."""
    by_posting: dict[str, list[MovementRow]] = defaultdict(list)
    rows = list(movements)
    # What was reversed and its reversal together moved nothing.
    undone = {row.header.reverses for row in rows if row.header} - {None}
    for row in rows:
        header = row.header
        if header is None:
            continue  # a promise moves goods within what is sound
        if header.event_id in undone or (header.reverses is not None):
            continue
        if header.source == cut.source and (header.sequence or 0) > cut.watermark:
            continue
        by_posting[header.origin].append(row)
    found = (
        _tell(rows[0], net=_net(rows, prefix=prefix), key_site=key_site)
        for rows in by_posting.values()
    )
    return [told for told in found if told is not None]


def _net(rows: Iterable[MovementRow], *, prefix: str) -> dict[str, int]:
    """Return what movements changed of each group at the places that begin so."""
    net: dict[str, int] = defaultdict(int)
    for row in rows:
        if row.from_account.startswith(prefix):
            net[get_group(row.from_account)] -= row.quantity
        if row.to_account.startswith(prefix):
            net[get_group(row.to_account)] += row.quantity
    return net


def _tell(row: MovementRow, *, net: dict[str, int], key_site: str) -> Told | None:
    header = row.header
    assert header is not None
    moves = tuple(
        Moved(key=Key(site=key_site, sku=row.sku), quantity=quantity, status=group)
        for group, quantity in sorted(net.items())
        if quantity
    )
    if not moves:
        return None
    return Told(
        source=header.source,
        epoch=LOG_EPOCH,
        # What came by no message stands for itself.
        sequence=header.sequence or -zlib.crc32(header.origin.encode()),
        content_hash="|".join(f"{move.status}:{move.quantity}" for move in moves),
        document=header.origin.split("/")[1] if "/" in header.origin else header.origin,
        at=row.occurred_at,
        moves=moves,
    )
