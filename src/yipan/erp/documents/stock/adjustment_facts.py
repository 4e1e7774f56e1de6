"""What sites tell of adjustments: what they ask for, and what they posted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from yipan.documents import told
from yipan.erp.documents.stock import adjustment as verbs
from yipan.erp.models import Adjustment
from yipan.erp.models.adjustment import AdjustmentState as State
from yipan.erp.rules import Warned, get_hub_number
from yipan.erp.rules import adjustment as rules
from yipan.erp.rules.adjustment import AdjustedLine
from yipan.exchange.subscriptions import Heard
from yipan.ledger import posting as ledger
from yipan.ledger import queries as ledger_queries
from yipan.ledger.moves import FactPosting, Trace
from yipan.pool import book

#: A posting of the site is expected in these states; in others it is booked with a warning.
STATES_POSTABLE = frozenset({State.APPROVED})

#: What is in the site book, or was undone there: a repeat changes nothing.
STATES_DONE = frozenset({State.POSTED, State.REVERSED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What a site told of an adjustment, whichever system it runs."""

    number: str
    version: int
    site: str
    adjustment_type: str
    occurred_at: datetime
    message_id: UUID
    actor: str = ""
    device: str = ""
    reason: str = ""
    cost_center: str = ""
    evidence: str = ""
    reverses: str = ""
    counted_by: tuple[str, ...] = ()


@transaction.atomic
def submit(*, asked: Told, lines: Sequence[AdjustedLine], heard: Heard, at: datetime) -> Adjustment:
    """
    Write down what a site may not post alone; somebody here has to decide.

    A later version takes the place of an earlier one; an earlier one heard late changes nothing.
    """
    _check(asked, lines=lines, heard=heard)
    known = _find(asked)
    if known is not None and (known.version >= asked.version or known.state in STATES_DONE):
        return known
    before = known.state if known else ""
    adjustment = _write(asked, lines=lines, heard=heard, at=at, known=known)
    adjustment.state = State.SUBMITTED
    adjustment.created_by = asked.actor or heard.source
    adjustment.submitted_at = asked.occurred_at
    adjustment.decided_by, adjustment.decided_at, adjustment.decision_note = "", None, ""
    adjustment.save()
    verbs.write_lines(adjustment, lines)
    _note(adjustment, asked, step="submit", from_state=before)
    return adjustment


@transaction.atomic
def post(*, done: Told, lines: Sequence[AdjustedLine], heard: Heard, at: datetime) -> Adjustment:
    """
    Follow in the site book what a site posted, asked for before or not.

    :raises NumberReused: if the site posted the number before, with other lines.
    """
    _check(done, lines=lines, heard=heard)
    known = _find(done)
    if known is not None and known.state in STATES_DONE:
        if _list_facts(known) != _sort(lines):
            raise told.NumberReused(number=known.number, site=known.site)
        return known
    warnings = _warn(known, lines)
    before = known.state if known else ""
    adjustment = _write(done, lines=lines, heard=heard, at=at, known=known)
    adjustment.state = State.POSTED
    adjustment.posted_at = done.occurred_at
    adjustment.posted_by = done.actor
    adjustment.warnings = [asdict(warned) for warned in warnings]
    adjustment.save()
    verbs.write_lines(adjustment, lines)
    trace = Trace(
        actor=done.actor or heard.source,
        device=done.device,
        reason=done.reason,
        source=heard.source,
        sequence=heard.sequence,
    )
    if not (done.reverses and _reverse(adjustment, done, lines=lines, trace=trace)):
        _post_moves(adjustment, done, lines=lines, trace=trace)
    _note(adjustment, done, step="post", from_state=before)
    return adjustment


def _reverse(
    reversal: Adjustment, done: Told, *, lines: Sequence[AdjustedLine], trace: Trace
) -> bool:
    """
    Undo the adjustment a site undid, at what it was valued at. Return whether that was possible.

    It is not where the first one was never told, or told of other goods: then what was told
    is booked as it is.
    """
    original = (
        Adjustment.objects.select_for_update()
        .filter(site=done.site, site_number=done.reverses, state=State.POSTED)
        .first()
    )
    if original is None or _list_moved(_list_facts(original)) != _list_moved(_sort(lines)):
        return False
    origin = f"{verbs.DOCUMENT_TYPE}/{original.number}/post"
    if ledger_queries.find_posting(book=book.SITE_BOOK, origin=origin) is not None:
        ledger.reverse(
            book=book.SITE_BOOK,
            origin=origin,
            reversal=f"{verbs.DOCUMENT_TYPE}/{reversal.number}/post",
            at=done.occurred_at,
            trace=trace,
        )
    original.state = State.REVERSED
    original.save(update_fields=["state"])
    _note(original, done, step="reverse", from_state=State.POSTED)
    return True


def _post_moves(
    adjustment: Adjustment, done: Told, *, lines: Sequence[AdjustedLine], trace: Trace
) -> None:
    moves = rules.post_adjustment(
        site=done.site,
        adjustment_type=done.adjustment_type,
        lines=lines,
        is_reversal=bool(done.reverses),
    )
    if moves:
        book.post_fact(
            posting=FactPosting(
                origin=f"{verbs.DOCUMENT_TYPE}/{adjustment.number}/post",
                occurred_at=done.occurred_at,
                moves=moves,
                trace=trace,
            )
        )


def _check(said: Told, *, lines: Sequence[AdjustedLine], heard: Heard) -> None:
    told.require_speaker(source=heard.source, site=said.site)
    told.require_few(lines)
    told.require_plausible((line.sku, line.quantity) for line in lines)
    told.require_known(sites=[said.site], skus={line.sku for line in lines})
    if said.adjustment_type not in rules.TOLD:
        raise verbs.TypeUnknown(type=said.adjustment_type)


def _find(said: Told) -> Adjustment | None:
    rows = Adjustment.objects.select_for_update()
    return rows.filter(site=said.site, site_number=said.number).first()


def _warn(known: Adjustment | None, lines: Sequence[AdjustedLine]) -> list[Warned]:
    if known is None:
        return []
    if known.state not in STATES_POSTABLE:
        return [Warned(code=rules.NOT_APPROVED)]
    # A site that was ordered to post chooses the places: what counts is how much of each SKU.
    is_same = _sum_facts(_list_facts(known)) == _sum_facts(_sort(lines))
    return [] if is_same else [Warned(code=rules.DIFFERS_FROM_APPROVED)]


def _write(
    said: Told,
    *,
    lines: Sequence[AdjustedLine],
    heard: Heard,
    at: datetime,
    known: Adjustment | None,
) -> Adjustment:
    """Return the adjustment as the site tells it now, not yet saved."""
    adjustment = known or Adjustment(
        number=get_hub_number(site=said.site, number=said.number),
        site=said.site,
        site_number=said.number,
        created_by=said.actor or heard.source,
        created_at=at,
        submitted_at=said.occurred_at,
    )
    adjustment.quantity, adjustment.value_minor = verbs.measure(lines)
    adjustment.version = said.version
    adjustment.adjustment_type = said.adjustment_type
    adjustment.reason = said.reason or adjustment.reason
    adjustment.cost_center = said.cost_center or adjustment.cost_center
    adjustment.evidence = said.evidence or adjustment.evidence
    adjustment.counted_by = list(said.counted_by) or adjustment.counted_by
    adjustment.device = said.device
    adjustment.reverses = said.reverses
    adjustment.message_id = said.message_id
    adjustment.source, adjustment.sequence = heard.source, heard.sequence
    return adjustment


def _list_facts(adjustment: Adjustment) -> list[tuple[str, str, str, int]]:
    return sorted(
        (line.sku, line.from_status, line.to_status, line.quantity)
        for line in adjustment.lines.all()
    )


def _sort(lines: Sequence[AdjustedLine]) -> list[tuple[str, str, str, int]]:
    return sorted(
        (line.sku, str(line.from_status), str(line.to_status or ""), line.quantity)
        for line in lines
    )


def _list_moved(facts: Sequence[tuple[str, str, str, int]]) -> list[tuple[str, str, str, int]]:
    return [fact for fact in facts if fact[3]]


def _sum_facts(facts: Sequence[tuple[str, str, str, int]]) -> dict[tuple[str, str, str], int]:
    total: dict[tuple[str, str, str], int] = {}
    for sku, from_status, to_status, quantity in facts:
        key = (sku, from_status, to_status)
        total[key] = total.get(key, 0) + quantity
    return total


def _note(adjustment: Adjustment, said: Told, *, step: str, from_state: str) -> None:
    by = Trace(actor=said.actor or said.site, device=said.device, reason=said.reason[:200])
    verbs.TRAIL.note(
        adjustment,
        step=step,
        from_state=from_state,
        by=by,
        at=said.occurred_at,
        message_id=said.message_id,
    )
