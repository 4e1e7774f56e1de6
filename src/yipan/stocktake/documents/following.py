"""What becomes of a count when its document is posted, refused, to be counted again, or undone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from yipan.ledger.moves import Trace
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """A case of the hub that asks for a correction of what a count found."""

    site: str
    system: str
    case_number: str
    is_gain: bool
    count_number: str = ""
    note: str = ""


@transaction.atomic
def take_proposal(
    *,
    proposed: CorrectingLine,
    proposal: Proposal,
    settler: Settler,
    acting: Acting,
    message_id: UUID,
) -> Corrected | None:
    """
    Do what the hub proposes of a case: the site's own approval rules decide whether it is posted.

    What a stocktake already settled of the same count is taken off; None when nothing is left.
    Repeating it for the same case and moment does nothing.
    """
    system, by, at = settler.system, acting.by, acting.at
    known = CountCorrection.objects.filter(
        site=proposal.site,
        case_number=proposal.case_number,
        counted_at=proposed.counted_at,
        state__in=CORRECTION_ACTIVE,
    )
    if known.exists():
        return None
    result = _find_result(proposed.key, proposal=proposal, counted_at=proposed.counted_at)
    signed = proposed.quantity if proposal.is_gain else -proposed.quantity
    if result is not None:
        [standing] = list_standing([result], book=system.get_book(proposal.site))
        signed = min(max(signed, min(standing.left, 0)), max(standing.left, 0))
        if signed == 0:
            return None
    done = settler.poster(
        Correcting(
            site=proposal.site,
            adjustment_type="count_gain" if signed > 0 else "count_loss",
            lines=[
                CorrectingLine(
                    key=proposed.key,
                    quantity=abs(signed),
                    quantity_counted=proposed.quantity_counted,
                    quantity_book=proposed.quantity_book,
                    counted_at=proposed.counted_at,
                    capture_mode=proposed.capture_mode,
                    cause=proposed.cause,
                )
            ],
            reason=f"{proposal.case_number} {proposal.note}".strip()[:200],
            counted_by=tuple(sorted(result.people)) if result is not None else (),
        ),
        by,
        at,
        message_id,
    )
    correction = _keep(proposed, proposal, settled=(result, signed), done=done, at=at)
    settling.tell(
        [correction], system=system, outcome=str(correction.state), at=at, message_id=message_id
    )
    return done


def _keep(
    proposed: CorrectingLine,
    proposal: Proposal,
    *,
    settled: tuple[CountResult | None, int],
    done: Corrected,
    at: datetime,
) -> CountCorrection:
    """Write down what a document says of the count a case named."""
    result, signed = settled
    return CountCorrection.objects.create(
        result=result,
        site=proposal.site,
        system=proposal.system,
        place=proposed.key.place,
        sku=proposed.key.sku,
        status=proposed.key.status,
        counted_at=proposed.counted_at,
        count_number=proposal.count_number,
        case_number=proposal.case_number,
        document=done.document,
        state=CorrectionState.POSTED if done.is_posted else CorrectionState.SUBMITTED,
        quantity=signed,
        noted_at=at,
        posted_at=at if done.is_posted else None,
    )


def _find_result(key: Key, *, proposal: Proposal, counted_at: datetime) -> CountResult | None:
    found = CountResult.objects.filter(
        stocktake__site=proposal.site,
        place=key.place,
        sku=key.sku,
        status=key.status,
        last_at=counted_at,
    )
    return found.order_by("-id").first()
