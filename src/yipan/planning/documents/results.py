"""
Writing down what came of a shard: outlooks, and proposals opened, changed or withdrawn.

One transaction per shard, and the same result however often it is taken: there is one open
proposal per SKU, site and source, and a plan made again changes it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from yipan.documents import trail
from yipan.documents.numbers import give_numbers
from yipan.planning.documents.proposal import PREFIX, SYSTEM, TRAIL
from yipan.planning.models import PlanRun, PlanShard, Proposal, StockOutlook
from yipan.planning.models.proposal import ProposalState as State
from yipan.planning.rules.shard import Draft, Outlook, Place, Plan, hash_plans

Key = tuple[str, str, str]

#: Of an open proposal the plan says these anew.
PLANNED = (
    "kind",
    "quantity",
    "wanted",
    "urgency_permille",
    "value_minor",
    "order_on",
    "arrives_on",
    "reasons",
    "run_number",
    "version",
    "changed_at",
    "quantity_chosen",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """How many proposals a shard opened, changed and withdrew."""

    opened: int = 0
    changed: int = 0
    withdrawn: int = 0


@transaction.atomic
def write_plan(
    plan: Plan, *, run: PlanRun, skus: Collection[str], places: Sequence[Place], at: datetime
) -> Written:
    """
    Write down what came of a shard of a run. A shard that is done already changes nothing.

    `skus` are all of the shard: an open proposal of theirs that the plan no longer makes is
    withdrawn.
    """
    part = PlanShard.objects.select_for_update().get(run=run, place=plan.number)
    if part.done_at is not None:
        return Written()
    _write_outlooks(plan.outlooks, run=run, skus=skus, places=places)
    written = _write_drafts(plan.drafts, run=run, skus=skus, at=at)
    part.done_at = at
    part.digest = hash_plans([plan])
    part.places = len(plan.outlooks)
    part.save()
    return written


def withdraw(proposals: Sequence[Proposal], *, at: datetime) -> int:
    """Withdraw open proposals that are no longer needed; return how many."""
    for proposal in proposals:
        proposal.state = State.WITHDRAWN
        proposal.changed_at = at
    Proposal.objects.bulk_update(proposals, ["state", "changed_at"], batch_size=500)
    trail.record_many(
        [
            TRAIL.make_step(it, step="withdraw", from_state=State.OPEN, by=SYSTEM, at=at)
            for it in proposals
        ]
    )
    return len(proposals)


def _write_outlooks(
    outlooks: Sequence[Outlook], *, run: PlanRun, skus: Collection[str], places: Sequence[Place]
) -> None:
    StockOutlook.objects.filter(sku__in=set(skus)).delete()
    by_key = {(it.sku, it.site): it for it in places}
    StockOutlook.objects.bulk_create(
        [_make_outlook(it, by_key[it.sku, it.site], run=run) for it in outlooks],
        batch_size=1_000,
    )


def _make_outlook(it: Outlook, place: Place, *, run: PlanRun) -> StockOutlook:
    values = asdict(it)
    runs_out = values.pop("runs_out_in")
    values["quantiles"] = [list(pair) for pair in it.quantiles]
    values["season"] = list(it.season)
    values["value_at_risk_minor"] = values.pop("value_at_risk")
    return StockOutlook(
        **values,
        segment=place.segment,
        source=place.policy.source,
        run_number=run.number,
        made_on=run.today,
        runs_out_on=None if runs_out is None else run.today + timedelta(days=runs_out),
        overstock_value_minor=it.overstock * place.price,
    )


def _write_drafts(
    drafts: Sequence[Draft], *, run: PlanRun, skus: Collection[str], at: datetime
) -> Written:
    standing = {
        (it.sku, it.site, it.source): it
        for it in Proposal.objects.select_for_update()
        .filter(sku__in=set(skus), state=State.OPEN)
        .order_by("id")
    }
    refused = _find_refused(skus)
    new, changed, kept = [], [], set()
    for draft in drafts:
        known = standing.get(draft.key)
        order_on = run.today + timedelta(days=draft.order_in)
        if known is None:
            if refused.get(draft.key, date.min) < order_on:
                new.append(_open(draft, run=run, at=at))
            continue
        kept.add(draft.key)
        if _change(known, draft, run=run, at=at):
            changed.append(known)
    _number(new, run=run)
    Proposal.objects.bulk_create(new, batch_size=500)
    Proposal.objects.bulk_update(changed, PLANNED, batch_size=500)
    trail.record_many(
        [TRAIL.make_step(it, step="create", from_state="", by=SYSTEM, at=at) for it in new]
        + [
            TRAIL.make_step(it, step="edit", from_state=State.OPEN, by=SYSTEM, at=at)
            for it in changed
        ]
    )
    gone = [it for key, it in standing.items() if key not in kept]
    return Written(opened=len(new), changed=len(changed), withdrawn=withdraw(gone, at=at))


def _find_refused(skus: Collection[str]) -> dict[Key, date]:
    """Return up to which review day a key was refused: it is asked again after that."""
    rows = Proposal.objects.filter(sku__in=set(skus), state=State.REFUSED).order_by("order_on")
    return {(it.sku, it.site, it.source): it.order_on for it in rows}


def _open(draft: Draft, *, run: PlanRun, at: datetime) -> Proposal:
    return Proposal(
        kind=draft.kind,
        sku=draft.sku,
        site=draft.site,
        source=draft.source,
        quantity=draft.quantity,
        wanted=draft.wanted,
        urgency_permille=draft.urgency_permille,
        value_minor=draft.value_minor,
        order_on=run.today + timedelta(days=draft.order_in),
        arrives_on=run.today + timedelta(days=draft.arrives_in),
        reasons=dict(draft.reasons),
        run_number=run.number,
        changed_at=at,
        created_by=SYSTEM.actor,
        created_at=at,
    )


def _number(proposals: Sequence[Proposal], *, run: PlanRun) -> None:
    if proposals:
        numbers = give_numbers(prefix=PREFIX, on=run.today, count=len(proposals))
        for proposal, number in zip(proposals, numbers, strict=True):
            proposal.number = number


def _change(known: Proposal, draft: Draft, *, run: PlanRun, at: datetime) -> bool:
    """Take over what the plan says now; return whether that is anything new."""
    fresh = _open(draft, run=run, at=at)
    names = [it for it in PLANNED if it not in ("version", "changed_at", "run_number",
                                                "quantity_chosen")]  # fmt: skip
    if all(getattr(known, name) == getattr(fresh, name) for name in names):
        return False
    for name in names:
        setattr(known, name, getattr(fresh, name))
    if known.quantity_chosen == known.quantity:
        known.quantity_chosen = None
    known.run_number = run.number
    known.version += 1
    known.changed_at = at
    return True
