"""Keeping selling rules (可售规则): a rule is made and ended, never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from yipan.documents import trail
from yipan.documents.told import require_known
from yipan.documents.turns import take_turns
from yipan.foundation.refusals import NotFound, Refusal
from yipan.foundation.status import StockStatus
from yipan.ledger import queries as ledger
from yipan.ledger.moves import FactPosting, Move, Trace
from yipan.pool import book, rules
from yipan.pool.models import Channel, SellingRule
from yipan.pool.models.selling_rule import RuleKind
from yipan.pool.policy.channels import ChannelUnknown, DatesReversed

DOCUMENT_TYPE = "selling_rule"
#: Outside accounts against which a quota or a pre-sale is opened.
PLAN = {RuleKind.QUOTA: "quota_plan", RuleKind.PRESALE: "presale_plan"}


class RuleIncomplete(Refusal):
    """A rule of this kind needs more: a quota its SKU and channel, a pre-sale its SKU and day."""

    code = "selling_rule.incomplete"
    status = 422


class RuleRepeated(Refusal):
    """The same channel has a quota of this SKU in these days already. End that one first."""

    code = "selling_rule.repeated"


@dataclass(frozen=True, kw_only=True, slots=True)
class NewRule:
    """A rule somebody wants; see `SellingRule`."""

    kind: str
    sku: str = ""
    site: str = ""
    channel: str = ""
    method: str = ""
    quantity: int = 0
    percent: int = 0
    is_exclusive: bool = False
    due_on: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    priority: int = 0
    reason: str = ""


@transaction.atomic
def add(*, rule: NewRule, by: Trace, at: datetime) -> int:
    """
    Make a rule that counts from now on, or from its first day. Return its number.

    :raises RuleIncomplete: if something is missing that its kind needs.
    :raises RuleRepeated: if the channel has a quota of this SKU in these days already.
    :raises ChannelUnknown: if its channel does not exist.
    """
    _check(rule, at=at)
    row = SellingRule.objects.create(
        **{name: getattr(rule, name) for name in NewRule.__dataclass_fields__},
        created_by=by.actor,
        created_at=at,
    )
    if rule.kind in PLAN and rule.quantity:
        _post(row, step="open", quantity=rule.quantity, by=by, at=at)
    _note(row, step="create", by=by, at=at)
    return row.pk


@transaction.atomic
def end(*, rule: int, by: Trace, at: datetime) -> None:
    """
    End a rule. What is left of a quota or a pre-sale goes with it; what was sold stands.

    :raises NotFound: if there is none, or it was ended before.
    """
    row = SellingRule.objects.select_for_update().filter(pk=rule, is_active=True).first()
    if row is None:
        raise NotFound(kind="selling_rule", id=str(rule))
    _end(row, by=by, at=at)


@transaction.atomic
def end_next_expired(*, at: datetime, by: Trace) -> bool:
    """
    End one rule whose last day is over, as `end` does. Return whether there was one.

    What is left of a quota or a pre-sale goes with it, so the next one begins with its own.
    """
    over = SellingRule.objects.filter(is_active=True, ends_on__lt=timezone.localdate(at))
    # Whoever holds the lock of a rule is ending it just now.
    row = over.order_by("ends_on", "id").select_for_update(skip_locked=True).first()
    if row is None:
        return False
    _end(row, by=by, at=at)
    return True


def _end(row: SellingRule, *, by: Trace, at: datetime) -> None:
    row.is_active = False
    row.version += 1
    row.save(update_fields=["is_active", "version"])
    if row.kind in PLAN:
        left = ledger.get_quantity(book=book.SITE_BOOK, account=_get_account(row), sku=row.sku)
        if left > 0:
            _post(row, step="close", quantity=-left, by=by, at=at)
    _note(row, step="close", by=by, at=at)


def _check(rule: NewRule, *, at: datetime) -> None:
    require_known(sites={rule.site} if rule.site else set(), skus={rule.sku} if rule.sku else set())
    if rule.channel and not Channel.objects.filter(code=rule.channel).exists():
        raise ChannelUnknown(channel=rule.channel)
    if rule.starts_on and rule.ends_on and rule.ends_on < rule.starts_on:
        raise DatesReversed(starts_on=str(rule.starts_on), ends_on=str(rule.ends_on))
    if rule.kind == RuleKind.QUOTA and not (rule.sku and rule.channel):
        raise RuleIncomplete(kind=rule.kind, needs=["sku", "channel"])
    if rule.kind == RuleKind.PRESALE and not (rule.sku and rule.due_on):
        raise RuleIncomplete(kind=rule.kind, needs=["sku", "due_on"])
    if rule.kind == RuleKind.QUOTA:
        _require_first(rule, on=timezone.localdate(at))


def _require_first(rule: NewRule, *, on: date) -> None:
    """Refuse a quota of days that another one of the same SKU and channel has already."""
    take_turns(f"quota|{rule.sku}|{rule.channel}")
    begins = max(rule.starts_on or on, on)
    known = SellingRule.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=begins),
        kind=RuleKind.QUOTA,
        sku=rule.sku,
        channel=rule.channel,
        is_active=True,
    )
    if rule.ends_on is not None:
        known = known.filter(Q(starts_on__isnull=True) | Q(starts_on__lte=rule.ends_on))
    if known.exists():
        raise RuleRepeated(sku=rule.sku, channel=rule.channel)


def _post(row: SellingRule, *, step: str, quantity: int, by: Trace, at: datetime) -> None:
    account, plan = _get_account(row), PLAN[RuleKind(row.kind)]
    move = Move(
        sku=row.sku,
        from_account=plan if quantity > 0 else account,
        to_account=account if quantity > 0 else plan,
        quantity=abs(quantity),
    )
    book.post_fact(
        posting=FactPosting(
            origin=f"{DOCUMENT_TYPE}/{row.pk}/{step}",
            occurred_at=at,
            moves=[move],
            trace=Trace(actor=by.actor, device=by.device, reason=by.reason or row.reason),
        )
    )


def _get_account(row: SellingRule) -> str:
    is_quota = row.kind == RuleKind.QUOTA
    key = rules.get_quota_key(row.pk) if is_quota else rules.get_presale_key(row.pk)
    return rules.get_pool_account(key=key, status=StockStatus.AVAILABLE)


def _note(row: SellingRule, *, step: str, by: Trace, at: datetime) -> None:
    trail.record(
        trail.Step(
            document_type=DOCUMENT_TYPE,
            number=str(row.pk),
            system="pool",
            sites=(row.site,),
            step=step,
            to_state="active" if row.is_active else "closed",
            at=at,
            actor=by.actor,
            device=by.device,
            reason=by.reason or row.reason,
        )
    )
