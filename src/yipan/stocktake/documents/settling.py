"""Putting right what a stocktake found: gains and losses (盘盈盘亏), asked about where beyond."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from django.db import transaction

from yipan.documents.states import lock_for
from yipan.exchange import outbox
from yipan.foundation.refusals import NotFound
from yipan.ledger.late import get_settled
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.messages.counts import CorrectedLine
from yipan.stocktake.documents import stocktake as plans
from yipan.stocktake.documents.refusals import NothingToCount, OwnCount
from yipan.stocktake.documents.system import (
    Acting,
    Correcting,
    CorrectingLine,
    Settler,
    System,
)
from yipan.stocktake.models import (
    CorrectionState,
    CountCorrection,
    CountResult,
    ResultState,
    Stocktake,
)
from yipan.stocktake.models import StocktakeState as State
from yipan.stocktake.queries.results import Standing, list_standing, list_touched
from yipan.stocktake.queries.stocktakes import list_watched
from yipan.stocktake.queries.tolerances import list_tolerances
from yipan.stocktake.rules import Size, find_tolerance, is_beyond

LINES_PER_DOCUMENT: Final = 500
#: Why a document takes back what was posted.
OFFSET_CAUSE: Final = "late_document"

#: Posted as far as the limits allow; asked about whatever they say; taken back, asking nobody.
Way = Literal["limits", "ask", "offset"]


@transaction.atomic
def post(
    *,
    number: str,
    settler: Settler,
    acting: Acting,
    new_id: Callable[[], UUID],
) -> Stocktake:
    """
    Settle all that differs and is not settled: a gain and a loss, of at most 500 lines each.

    The difference is that of the book as known now, as of the moment of each line. Within the
    site's limits it is posted; beyond them, and where a line is beyond its tolerance, the hub
    decides first. The limits of the roles of who posts count.

    :raises OwnCount: if whoever posts counted one of the lines, or handed it in.
    :raises WrongState: if it is not counted to the end, or was posted.
    """
    system, by, at = settler.system, acting.by, acting.at
    stocktake = lock_for("post", model=Stocktake, number=number, steps=plans.STEPS)
    open_ones = [
        each
        for each in list_standing(
            list(stocktake.results.filter(state=ResultState.AGREED).order_by("id")),
            book=system.get_book(stocktake.site),
        )
        if each.left and not each.was_refused
    ]
    if any(by.actor in each.result.people for each in open_ones):
        raise OwnCount(number=number)
    waits = False
    for group, must_ask in _split(stocktake, open_ones, system=system, roles=acting.roles):
        waits |= not _correct(
            stocktake,
            group,
            settler=settler,
            acting=acting,
            way="ask" if must_ask else "limits",
            message_id=new_id(),
        )
    waits |= CountCorrection.objects.filter(
        result__stocktake=stocktake, state=CorrectionState.SUBMITTED
    ).exists()
    finish(stocktake, is_waiting=waits, by=by, at=at)
    return stocktake


def _split(
    stocktake: Stocktake, open_ones: Sequence[Standing], *, system: System, roles: Sequence[str]
) -> list[tuple[list[Standing], bool]]:
    """Return groups that make one document each: gains or losses, beyond tolerance or within."""
    tolerances = list_tolerances(system.name, site=stocktake.site)
    skus = masterdata.find_skus({each.key.sku for each in open_ones})
    groups: dict[tuple[bool, bool], list[Standing]] = {}
    for each in open_ones:
        sku = skus[each.key.sku]
        tolerance = find_tolerance(
            tolerances, purpose="post", site=stocktake.site, category=sku.category, roles=roles
        )
        size = Size(difference=each.left, book=each.quantity_book, price_minor=sku.price_minor)
        groups.setdefault((each.left > 0, is_beyond(size, tolerance)), []).append(each)
    return [
        (same[start : start + LINES_PER_DOCUMENT], must_ask)
        for (_, must_ask), same in sorted(groups.items())
        for start in range(0, len(same), LINES_PER_DOCUMENT)
    ]


def _correct(
    stocktake: Stocktake,
    group: Sequence[Standing],
    *,
    settler: Settler,
    acting: Acting,
    way: Way,
    message_id: UUID,
) -> bool:
    """Have the site's system make one document; return whether it is posted."""
    system, by, at = settler.system, acting.by, acting.at
    is_gain = group[0].left > 0
    is_offset = way == "offset"
    done = settler.poster(
        Correcting(
            site=stocktake.site,
            adjustment_type="count_gain" if is_gain else "count_loss",
            lines=_make_lines(group, cause=OFFSET_CAUSE if is_offset else ""),
            reason=stocktake.number,
            counted_by=tuple(sorted({who for each in group for who in each.result.people})),
            roles=acting.roles,
            must_ask=way == "ask",
            is_offset=is_offset,
        ),
        by,
        at,
        message_id,
    )
    state = CorrectionState.POSTED if done.is_posted else CorrectionState.SUBMITTED
    corrections = [
        CountCorrection.objects.create(
            result=each.result,
            site=stocktake.site,
            system=system.name,
            place=each.key.place,
            sku=each.key.sku,
            lot=each.key.lot,
            status=each.key.status,
            counted_at=each.result.last_at,
            count_number=stocktake.number,
            document=done.document,
            state=state,
            quantity=each.left,
            is_offset=is_offset,
            noted_at=at,
            posted_at=at if done.is_posted else None,
        )
        for each in group
    ]
    tell(corrections, system=system, outcome=str(state), at=at, message_id=message_id)
    return done.is_posted


def _make_lines(group: Sequence[Standing], *, cause: str) -> list[CorrectingLine]:
    return [
        CorrectingLine(
            key=each.key,
            quantity=abs(each.left),
            quantity_counted=each.result.quantity,
            quantity_book=each.quantity_book,
            counted_at=each.result.last_at,
            capture_mode=each.result.capture_mode or "key",
            cause=cause,
        )
        for each in group
    ]


def finish(stocktake: Stocktake, *, is_waiting: bool, by: Trace, at: datetime) -> None:
    """Say that a locked stocktake is posted, or waits for the hub."""
    before = stocktake.state
    stocktake.state = State.SUBMITTED if is_waiting else State.POSTED
    stocktake.posted_at, stocktake.posted_by = at, by.actor
    stocktake.save(update_fields=["state", "posted_at", "posted_by"])
    step = "submit" if is_waiting else "post"
    plans.note(stocktake, step=step, from_state=before, by=by, at=at)


@transaction.atomic
def recount(*, number: str, results: Sequence[int], by: Trace, at: datetime) -> Stocktake:
    """
    Have some results looked at again by another person, one sheet for each place.

    :raises NothingToCount: if none of them is of this stocktake, or some of it is posted.
    """
    stocktake = lock_for("recount", model=Stocktake, number=number, steps=plans.STEPS)
    rows = list(
        stocktake.results.filter(pk__in=results)
        .exclude(corrections__state__in=[CorrectionState.SUBMITTED, CorrectionState.POSTED])
        .order_by("place", "id")
    )
    if not rows:
        raise NothingToCount(number=number)
    look_again(stocktake, rows, by=by, at=at)
    return stocktake


def look_again(
    stocktake: Stocktake, rows: Sequence[CountResult], *, by: Trace, at: datetime
) -> None:
    """Make sheets of the next round for some results of a locked stocktake."""
    by_place: dict[str, list[CountResult]] = {}
    for row in rows:
        row.state = ResultState.RECOUNT
        row.save(update_fields=["state"])
        by_place.setdefault(row.place, []).append(row)
    for place, same in by_place.items():
        rounds = stocktake.sheets.filter(place=place).values_list("round", flat=True)
        plans.add_sheet(
            stocktake,
            plans.Planned(place=place, skus=[row.sku for row in same]),
            round_number=max(rounds, default=0) + 1,
            not_by=sorted({who for row in same for who in row.people}),
        )
    before, stocktake.state = stocktake.state, State.RECOUNTING
    stocktake.save(update_fields=["state"])
    plans.note(stocktake, step="recount", from_state=before, by=by, at=at)


def offset_all_late(
    *,
    sites: Iterable[str] | None,
    settler: Settler,
    acting: Acting,
    new_id: Callable[[], UUID],
) -> int:
    """
    Take back what late documents explained, of all counts put right of late at some sites.

    Looked at are those of whose goods something was written down since they were looked at last;
    so it costs what came since, not how many counts there were. Return how many were offset.
    """
    settled = get_settled()
    watched = list_watched(settler.system.name, sites=sites, at=acting.at)
    touched: list[str] = []
    for site, same in watched.items():
        touched += list_touched(same, book=settler.system.get_book(site))
    count = sum(
        offset_late(number=number, settler=settler, acting=acting, new_id=new_id)
        for number in sorted(touched)
    )
    seen = [each.pk for same in watched.values() for each in same]
    Stocktake.objects.filter(pk__in=seen).update(looked_at=settled)
    return count


@transaction.atomic
def offset_late(
    *,
    number: str,
    settler: Settler,
    acting: Acting,
    new_id: Callable[[], UUID],
) -> int:
    """
    Take back what documents explained that arrived after their count was put right.

    The count stays. What was posted for it and is no longer so is offset by a document linked
    to the same count. Return how many results were offset. Repeatable: then there are none.
    """
    system, by, at = settler.system, acting.by, acting.at
    stocktake = lock_for("follow", model=Stocktake, number=number, steps=plans.STEPS)
    corrected = stocktake.results.filter(corrections__state=CorrectionState.POSTED).distinct()
    late = [
        each
        for each in list_standing(
            list(corrected.order_by("id")), book=system.get_book(stocktake.site)
        )
        if each.left and each.posted
    ]
    for sign in (False, True):
        group = [each for each in late if (each.left > 0) == sign]
        for start in range(0, len(group), LINES_PER_DOCUMENT):
            _correct(
                stocktake,
                group[start : start + LINES_PER_DOCUMENT],
                settler=settler,
                acting=acting,
                way="offset",
                message_id=new_id(),
            )
    if late:
        plans.note(stocktake, step="offset", from_state=stocktake.state, by=by, at=at)
    return len(late)


def tell(
    corrections: Sequence[CountCorrection],
    *,
    system: System,
    outcome: str,
    at: datetime,
    message_id: UUID,
    reason: str = "",
) -> None:
    """Tell the hub what became of a document that puts counts right."""
    if not corrections:
        raise NotFound(kind="count_correction")
    first = corrections[0]
    # Behind the counts it is about, which travel in the same stream.
    source = f"{system.get_book(first.site)}/stock"
    [sequence] = outbox.reserve_numbers(source)
    outbox.publish(
        system.corrected(
            # The adjustment has a message of its own; this one follows from it.
            message_id=UUID(int=message_id.int ^ 1),
            occurred_at=at,
            adjustment_number=first.document,
            site=first.site,
            outcome=outcome,
            lines=tuple(
                CorrectedLine(
                    sku=each.sku,
                    quantity=each.quantity,
                    place=each.place,
                    status=each.status,
                    counted_at=each.counted_at.isoformat(),
                    count_number=each.count_number,
                    case_number=each.case_number,
                    is_offset=each.is_offset,
                )
                for each in corrections
            ),
            reason=reason,
        ),
        source=source,
        sequence=sequence,
        business_date=masterdata.get_business_date(first.site, at),
        correlation_id=first.document,
    )
