"""Limits of approving purchase orders (采购审批限额): how much a role may approve."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from yipan.access.roles import ACTIONS
from yipan.documents import trail
from yipan.documents.told import QuantityNotPlausible
from yipan.erp.models import PurchaseLimit
from yipan.foundation.refusals import NotFound, Refusal
from yipan.ledger.moves import Trace

DOCUMENT_TYPE = "purchase_limit"
APPROVE = "erp.purchase_order.approve"
VALUE_MINOR_MAX = 10**15


class AboveLimit(Refusal):
    """The order costs more than your role may approve; somebody with a higher limit has to."""

    code = "purchase_order.above_limit"
    status = 403


class OwnLimit(Refusal):
    """Nobody says how much a role of their own may approve; somebody else has to."""

    code = "purchase_limit.own_limit"


@dataclass(frozen=True, kw_only=True, slots=True)
class LimitRow:
    """How much a role may approve; None is without limit."""

    role: str
    currency: str
    value_max_minor: int | None


def list_roles() -> list[str]:
    """Return the roles that may approve orders at all."""
    return sorted(str(role) for role in ACTIONS[APPROVE])


def list_limits(*, currency: str = "CNY") -> list[LimitRow]:
    """Return the limit of each role that may approve at all, by role."""
    known = dict(
        PurchaseLimit.objects.filter(currency=currency).values_list("role", "value_max_minor")
    )
    return [
        LimitRow(role=role, currency=currency, value_max_minor=known.get(role))
        for role in list_roles()
    ]


@transaction.atomic
def set_limit(
    *,
    role: str,
    currency: str,
    value_max_minor: int | None,
    by: Trace,
    at: datetime,
    roles: Collection[str] = (),
) -> None:
    """
    Say how much a role may approve of orders in a currency; None is without limit.

    `roles` are those of who says it.

    :raises NotFound: if the role approves no orders.
    :raises OwnLimit: if who says it has the role.
    :raises QuantityNotPlausible: if the amount is negative, or absurd.
    """
    if role in roles:
        raise OwnLimit(role=role)
    if role not in ACTIONS[APPROVE]:
        raise NotFound(kind="role", id=role)
    if value_max_minor is not None and not 0 <= value_max_minor <= VALUE_MINOR_MAX:
        raise QuantityNotPlausible(value_max_minor=value_max_minor)
    limits = PurchaseLimit.objects.select_for_update().filter(role=role, currency=currency)
    before = limits.values_list("value_max_minor", flat=True).first()
    if before == value_max_minor:
        return
    limits.delete()
    if value_max_minor is not None:
        PurchaseLimit.objects.create(role=role, currency=currency, value_max_minor=value_max_minor)
    trail.record(
        trail.Step(
            system="erp",
            document_type=DOCUMENT_TYPE,
            number=f"{role}/{currency}",
            step="edit",
            from_state="" if before is None else str(before)[:16],
            to_state="none" if value_max_minor is None else str(value_max_minor)[:16],
            actor=by.actor,
            device=by.device,
            at=at,
            reason=by.reason,
        )
    )


def require(*, currency: str, value_minor: int, roles: Collection[str] | None) -> None:
    """
    Return quietly when one of the roles may approve so much. Roles of None have no limit.

    :raises AboveLimit: if none of them may.
    """
    if roles is None:
        return
    approving = [role for role in roles if role in ACTIONS[APPROVE]]
    known = dict(
        PurchaseLimit.objects.filter(currency=currency, role__in=approving).values_list(
            "role", "value_max_minor"
        )
    )
    if not any(role not in known or value_minor <= known[role] for role in approving):
        raise AboveLimit(value_minor=value_minor, currency=currency, maximum=max(known.values()))
