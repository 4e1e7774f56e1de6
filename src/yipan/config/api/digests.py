"""API of digests: what our own book holds of a source's numbers, and what comparing found."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.config import node
from yipan.documents import digests
from yipan.exchange import comparisons, decisions, door
from yipan.exchange.decisions import REASON_LENGTH_MAX, Decision
from yipan.exchange.digests import Digest
from yipan.foundation.refusals import NotFound

router = Router(tags=["exchange"])

SourceName = Annotated[str, Field(max_length=96)]
RowLimit = Annotated[int, Field(ge=1, le=comparisons.ROWS_MAX)]
Number = Annotated[int, Field(ge=1, le=2**63 - 1)]


class MovedOut(Schema):
    """How much moved one way, in smallest units: `supplier > on_hand/sound`."""

    movement: str
    quantity: int


class DigestOut(Schema):
    """What a book holds of some numbers. `hash` is modulo 2^64, in hexadecimal."""

    first_sequence: int
    last_sequence: int
    document_count: int
    line_count: int
    quantities: list[MovedOut]
    hash: str


class SkuDigestOut(DigestOut):
    """The same of one SKU."""

    sku: str


class BookDigestOut(DigestOut):
    """The digest of a source in the book of this node, and of each SKU when asked for."""

    source: str
    book: str
    skus: list[SkuDigestOut]


class ComparisonOut(Schema):
    """
    What two books say of the same numbers: `match`, `open` or `mismatch`.

    `settled_at` is when a person settled a mismatch, by `settled_by` and for `reason`.
    """

    id: int
    source: str
    epoch: int
    book: str
    state: str
    theirs: DigestOut
    ours: DigestOut
    told_at: datetime
    compared_at: datetime
    settled_at: datetime | None
    settled_by: str
    reason: str


class ComparisonsOut(Schema):
    """The last told first."""

    data: list[ComparisonOut]


class SettleMismatchIn(Schema):
    """Which comparison of the source is settled, and why."""

    id: Number
    reason: Annotated[str, Field(min_length=1, max_length=REASON_LENGTH_MAX)]


class SettledOut(Schema):
    """It is settled."""

    done: bool = True


@router.get("/digests", response=BookDigestOut)
@endpoint(action="exchange.read")
def get_digest(
    request: HttpRequest,
    source: SourceName,
    first: Number,
    last: Number,
    by: Literal["", "sku"] = "",
) -> dict[str, Any]:
    """Add up what our own book holds of some numbers of a source, in all or by SKU."""
    door.check_reader(get_actor(request), source)
    told_of = digests.ToldRange(book=node.get_book(source), source=source, first=first, last=last)
    skus = digests.compute_by_sku(told_of) if by == "sku" else {}
    return {
        **_make_digest(digests.compute(told_of)),
        "source": source,
        "book": told_of.book,
        "skus": [{**_make_digest(digest), "sku": sku} for sku, digest in skus.items()],
    }


@router.get("/sources/{path:source}/digests", response=ComparisonsOut)
@endpoint(action="exchange.read")
def list_comparisons(request: HttpRequest, source: str, limit: RowLimit = 100) -> dict[str, Any]:
    """List what came of the digests a source told, the last first."""
    door.check_reader(get_actor(request), source)
    return {
        "data": [
            {
                "id": row.comparison_id,
                "source": row.source,
                "epoch": row.epoch,
                "book": row.book,
                "state": row.state.value,
                "theirs": _make_digest(row.theirs),
                "ours": _make_digest(row.ours),
                "told_at": row.told_at,
                "compared_at": row.compared_at,
                "settled_at": row.settled_at,
                "settled_by": row.settled_by,
                "reason": row.reason,
            }
            for row in comparisons.list_comparisons(source=source, limit=limit)
        ]
    }


@router.post("/sources/{path:source}/digests/settle", response=SettledOut)
@endpoint(action="exchange.resolve")
def settle_mismatch(request: HttpRequest, source: str, body: SettleMismatchIn) -> dict[str, Any]:
    """Close the case of two books that differ by a digest; the comparison stays on record."""
    actor = get_actor(request)
    door.check_reader(actor, source)
    if comparisons.get_comparison(body.id).source != source:
        raise NotFound(kind="comparison", id=str(body.id))
    decisions.settle_mismatch(
        comparison_id=body.id,
        decision=Decision(by=actor.name, reason=body.reason, at=timezone.now()),
    )
    return {"done": True}


def _make_digest(digest: Digest) -> dict[str, Any]:
    return {
        "first_sequence": digest.first_sequence,
        "last_sequence": digest.last_sequence,
        "document_count": digest.document_count,
        "line_count": digest.line_count,
        "quantities": [
            {"movement": movement, "quantity": quantity}
            for movement, quantity in digest.quantities.items()
        ],
        "hash": digest.hash,
    }
