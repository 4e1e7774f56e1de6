"""The accounts of a book as a tree: sums at any depth, in the SKU's smallest unit."""

from __future__ import annotations

from dataclasses import dataclass

from yipan.foundation.ids import get_text_bucket
from yipan.ledger.calls import call

NODES_MAX = 10_000
DEPTH_MAX = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """All stock of one SKU below a node such as `on_hand`, `on_hand/W1` or `supplier`."""

    sku: str
    path: str
    quantity: int
    overdraft: int


def list_nodes(*, book: str, sku: str, depth: int, prefix: str = "") -> list[Node]:
    """
    Return the sums of a SKU over the accounts of a book, ordered by path.

    Accounts are cut off after `depth` segments of their place: 1 sums up everything on hand, 2
    each site of the hub's book. The status is no part of the place. `prefix` is the beginning of
    a place: `on_hand/W1/`. Over the whole book the sums add up to zero.
    """
    assert 1 <= depth <= DEPTH_MAX
    rows = call(
        """
        select node.path, sum(b.quantity)::bigint, sum(b.overdraft)::bigint
          from ledger_sku s
          join ledger_balance b on b.bucket = s.bucket and b.sku_id = s.sku_id
          join ledger_place p on p.place_id = b.place_id
          join ledger_book k on k.book_id = p.book_id
         cross join lateral (
           select array_to_string((string_to_array(p.path, '/'))[1:%s], '/')) node (path)
         where s.code = %s and b.bucket = %s and k.code = %s and p.path || '/' ^@ %s
         group by node.path
         order by node.path collate "C" limit %s
        """,
        [depth, sku, get_text_bucket(sku), book, prefix, NODES_MAX],
    )
    return [
        Node(sku=sku, path=path, quantity=quantity, overdraft=overdraft)
        for path, quantity, overdraft in rows
    ]
