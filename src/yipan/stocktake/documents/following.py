"""What becomes of a count when its document is posted, refused, to be counted again, or undone."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from yipan.ledger.moves import Trace
from yipan.messages.counts import CorrectionProposed
from yipan.stocktake.documents import settling
from yipan.stocktake.documents import stocktake as plans
from yipan.stocktake.documents.system import (
    Acting,
    Corrected,
    Correcting,
    CorrectingLine,
    Settler,
    System,
)
from yipan.stocktake.models import (
    CORRECTION_ACTIVE,
    CorrectionState,
    CountCorrection,
    CountResult,
    Stocktake,
)
from yipan.stocktake.models import StocktakeState as State
from yipan.stocktake.queries.results import list_standing
from yipan.stocktake.rules import Key

#: States of the site's document to what they mean for the counts it settles.
OUTCOMES = {
    "posted": CorrectionState.POSTED,
    "rejected": CorrectionState.REJECTED,
    "recount": CorrectionState.RECOUNT,
    "reversed": CorrectionState.REVERSED,
}


def lock_settled(*, site: str, document: str) -> None:
    """
    Lock the stocktakes whose counts the document `document` of a site puts right, in order.

    To be called before the document is posted or undone. Whoever posts, closes or offsets a
    stocktake locks it first and takes balances and numbers of the site's stream behind it; to
    take them the other way round would be to wait for each other.
    """
    settled = CountCorrection.objects.filter(
        site=site, document=document, result__isnull=False
    ).values("result__stocktake")
    list(
        Stocktake.objects.select_for_update()
        .filter(pk__in=settled)
        .order_by("pk")
        .values_list("pk")
    )


@transaction.atomic
def follow(
    *,
    site: str,
    document: str,
    outcome: str,
    system: System,
    acting: Acting,
    message_id: UUID,
) -> int:
    """
    Say what became of the document `document` of a site; return how many counts it concerns.

    None, when it puts no count right. Counts the hub wants again get sheets for other people.
    Its stocktakes are locked already, by `lock_settled`.
    """
    state = OUTCOMES[outcome]
    by, at = acting.by, acting.at
    rows = list(
        CountCorrection.objects.select_for_update(of=("self",))
        .select_related("result")
        .filter(site=site, document=document)
        .exclude(state=state)
        .order_by("id")
    )
    if not rows:
        return 0
    for row in rows:
        row.state = state
        row.posted_at = row.posted_at or (at if state == CorrectionState.POSTED else None)
        row.save(update_fields=["state", "posted_at"])
    settling.tell(
        rows,
        system=system,
        outcome=outcome,
        at=at,
        message_id=uuid5(message_id, f"count_corrected {document} {outcome}"),
        reason=by.reason,
    )
    numbers = {row.result.stocktake_id for row in rows if row.result is not None}
    for pk in sorted(numbers):
        _follow_stocktake(pk, rows=rows, outcome=outcome, by=by, at=at)
    return len(rows)


def _follow_stocktake(
    pk: int, *, rows: list[CountCorrection], outcome: str, by: Trace, at: datetime
) -> None:
    stocktake = Stocktake.objects.select_for_update().get(pk=pk)
    if outcome == "recount":
        again = [
            row.result for row in rows if row.result is not None and row.result.stocktake_id == pk
        ]
        settling.look_again(stocktake, again, by=by, at=at)
        return
    waits = CountCorrection.objects.filter(
        result__stocktake=stocktake, state=CorrectionState.SUBMITTED
    ).exists()
    if stocktake.state == State.SUBMITTED and not waits:
        step = "approve" if outcome == "posted" else "reject"
        plans.note(stocktake, step=step, from_state=State.SUBMITTED, by=by, at=at)
        settling.finish(stocktake, is_waiting=False, by=by, at=at)


@transaction.atomic
def take_proposal(
    *, message: CorrectionProposed, settler: Settler, at: datetime
) -> Corrected | None:
    """
    Do what the hub proposes of a case: the site's own approval rules decide whether it is posted.

    What a stocktake already settled of the same count is taken off; None when nothing is left.
    Repeating it for the same case and moment does nothing.
    """
    system = settler.system
    counted_at = datetime.fromisoformat(message.counted_at)
    known = CountCorrection.objects.filter(
        site=message.site,
        case_number=message.case_number,
        counted_at=counted_at,
        state__in=CORRECTION_ACTIVE,
    )
    if known.exists():
        return None
    key = Key(place=message.place, sku=message.sku, status=message.status or "available")
    result = _find_result(key, site=message.site, counted_at=counted_at)
    quantity = message.quantity
    if result is not None:
        [standing] = list_standing([result], book=system.get_book(message.site))
        quantity = min(max(quantity, min(standing.left, 0)), max(standing.left, 0))
        if quantity == 0:
            return None
    message_id = uuid5(message.message_id, f"{system.name}.correction")
    correcting = Correcting(
        site=message.site,
        adjustment_type="count_gain" if quantity > 0 else "count_loss",
        lines=[_make_line(message, key=key, quantity=abs(quantity))],
        reason=f"{message.case_number} {message.note}".strip()[:200],
        counted_by=tuple(sorted(result.people)) if result is not None else (),
    )
    done = settler.poster(correcting, Trace(actor=message.proposed_by), at, message_id)
    correction = CountCorrection.objects.create(
        result=result,
        site=message.site,
        system=system.name,
        place=key.place,
        sku=key.sku,
        status=key.status,
        counted_at=counted_at,
        count_number=message.count_number,
        case_number=message.case_number,
        document=done.document,
        state=CorrectionState.POSTED if done.is_posted else CorrectionState.SUBMITTED,
        quantity=quantity,
        noted_at=at,
        posted_at=at if done.is_posted else None,
    )
    settling.tell(
        [correction], system=system, outcome=str(correction.state), at=at, message_id=message_id
    )
    return done


def _make_line(message: CorrectionProposed, *, key: Key, quantity: int) -> CorrectingLine:
    return CorrectingLine(
        key=key,
        quantity=quantity,
        quantity_counted=message.quantity_counted,
        quantity_book=message.quantity_book,
        counted_at=datetime.fromisoformat(message.counted_at),
        cause=message.cause,
    )


def _find_result(key: Key, *, site: str, counted_at: datetime) -> CountResult | None:
    found = CountResult.objects.filter(
        stocktake__site=site,
        place=key.place,
        sku=key.sku,
        status=key.status,
        last_at=counted_at,
    )
    return found.order_by("-id").first()
