"""Further looks at what a case is about, by somebody else: the rounds of a count."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from yipan.ledger.rows import MovementRow
from yipan.recon.models import Case, Observation
from yipan.recon.queries.evidence import get_book, sum_book
from yipan.recon.queries.logs import ON_HAND, read_movements
from yipan.recon.rules import Round

ROUNDS_MAX: Final = 20


def list_rounds(case: Case) -> tuple[Round, ...]:
    """
    Return what others saw of the key of a case after the look it stands on, oldest first.

    Nothing, where the book of that look has changed since, or where anything but sales and
    returns moved the key in between: a document may have put right what the first had seen.
    """
    looks = list(
        Observation.objects.filter(
            site=case.site,
            sku=case.sku,
            place=case.place,
            status=case.group,
            counted_at__gte=case.compared_at,
        ).order_by("counted_at", "id")[:ROUNDS_MAX]
    )
    first = [look for look in looks if look.counted_at == case.compared_at]
    others = [
        look
        for look in looks
        if look.counted_at > case.compared_at
        and first
        and look.counter not in ("", first[-1].counter)
    ]
    if (
        not others
        or not _is_same_book(case)
        or not _was_only_sold(case, until=looks[-1].counted_at)
    ):
        return ()
    return tuple(
        Round(quantity=look.difference, counter=look.counter, is_blind=look.is_blind)
        for look in others
    )


def _is_same_book(case: Case) -> bool:
    book = sum_book(
        site=case.site,
        sku=case.sku,
        place=case.place,
        status=case.group,
        as_of=case.compared_at,
    )
    return book == case.quantity_book


def _was_only_sold(case: Case, *, until: datetime) -> bool:
    prefix = f"{ON_HAND}{case.place}/" if case.place else ON_HAND
    return all(
        _is_sale(row)
        for row in read_movements(book=get_book(case.site), sku=case.sku)
        if case.compared_at < row.occurred_at <= until
        and (row.from_account.startswith(prefix) or row.to_account.startswith(prefix))
    )


def _is_sale(row: MovementRow) -> bool:
    return "customer" in (row.from_account.partition("/")[0], row.to_account.partition("/")[0])
