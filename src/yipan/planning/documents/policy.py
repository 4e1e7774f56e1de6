"""Keeping policy layers (补货策略): what is decided for a scope, guarded by a version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from yipan.documents import told, trail
from yipan.foundation.refusals import NotFound, Refusal
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.masterdata.refusals import VersionMismatch
from yipan.planning.models import PolicyLayer
from yipan.planning.rules.policies import TERMS, Method

DOCUMENT_TYPE: Final = "policy_layer"

#: Term to its least and its greatest value.
LIMITS: Final[Mapping[str, tuple[int, int]]] = {
    "service_permille": (500, 999),
    "minimum": (0, 9_999_999),
    "maximum": (0, 9_999_999),
    "reorder_point": (0, 9_999_999),
    "reorder_quantity": (0, 9_999_999),
    "cover_days": (0, 365),
    "lead_time_days": (0, 90),
    "lead_time_spread_days": (0, 60),
    "minimum_order": (1, 9_999_999),
    "case_size": (0, 999_999),
    "display_minimum": (0, 99_999),
    "shelf_life_days": (0, 3_650),
    "days_max": (0, 730),
    "reserve_percent": (0, 90),
    "lane_minimum_minor": (0, 99_999_999),
    "like_percent": (1, 500),
}
FLAGS: Final = frozenset(
    {"may_exceed_max", "is_not_stocked", "is_running_out", "is_pushed", "may_rebalance"}
)
TEXTS: Final = frozenset({"method", "source", "review_days", "like_sku", "like_site"})
assert set(TERMS) == set(LIMITS) | FLAGS | TEXTS


class TermWrong(Refusal):
    """A term of a policy is not one, or its value is out of range."""

    code = "planning.term_wrong"
    status = 422


class ScopeWrong(Refusal):
    """A policy holds for a category or for a SKU, not for both, and for what is master data."""

    code = "planning.scope_wrong"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """What a layer holds for; "" stands for all."""

    category: str = ""
    site_type: str = ""
    site: str = ""
    sku: str = ""


@transaction.atomic
def save_layer(
    *, scope: Scope, terms: Mapping[str, Any], version: int | None, by: Trace, at: datetime
) -> PolicyLayer:
    """
    Make or change the layer of a scope. Terms of None are inherited and not kept.

    :raises ScopeWrong: if it names goods or sites there are not, or a category and a SKU.
    :raises TermWrong: if a term is unknown or out of range.
    :raises VersionMismatch: if somebody changed it since `version`.
    """
    _check_scope(scope)
    kept = {name: check_term(name, value) for name, value in terms.items() if value is not None}
    known = (
        PolicyLayer.objects.select_for_update()
        .filter(category=scope.category, site_type=scope.site_type, site=scope.site, sku=scope.sku)
        .first()
    )
    layer = known or PolicyLayer(
        category=scope.category,
        site_type=scope.site_type,
        site=scope.site,
        sku=scope.sku,
        version=0,
    )
    if version is not None and version != layer.version:
        raise VersionMismatch(code=str(layer), current_version=layer.version)
    if known is not None and dict(known.terms) == kept:
        return known
    layer.terms = kept
    layer.version += 1
    layer.changed_by, layer.changed_at, layer.reason = by.actor, at, by.reason[:200]
    layer.save()
    _note(layer, "create" if known is None else "edit", by=by, at=at)
    return layer


@transaction.atomic
def remove_layer(*, layer_id: int, by: Trace, at: datetime) -> None:
    """
    Take a layer away: its scope inherits again.

    :raises NotFound: if there is none.
    """
    layer = PolicyLayer.objects.select_for_update().filter(id=layer_id).first()
    if layer is None:
        raise NotFound(kind="policy_layer", id=layer_id)
    _note(layer, "cancel", by=by, at=at)
    layer.delete()


def check_term(name: str, value: Any) -> Any:
    """
    Return a term's value as it is kept.

    :raises TermWrong: if there is no such term, or the value is out of range.
    """
    if name in LIMITS:
        low, high = LIMITS[name]
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise TermWrong(term=name, value=str(value)[:32], least=low, most=high)
    elif name in FLAGS:
        if not isinstance(value, bool):
            raise TermWrong(term=name, value=str(value)[:32])
    elif name in TEXTS:
        _check_text(name, value)
    else:
        raise TermWrong(term=name)
    return value


def _check_text(name: str, value: Any) -> None:
    text = str(value)
    if name == "method":
        is_right = text in set(Method)
    elif name == "review_days":
        is_right = set(text) <= set("1234567") and len(set(text)) == len(text)
    elif name == "like_sku":
        is_right = text == "" or not masterdata.list_unknown_skus([text])
    elif name == "like_site":
        is_right = text == "" or not masterdata.list_unknown_sites([text])
    else:
        is_right = text == "" or text in {
            *masterdata.find_suppliers([text]),
            *masterdata.find_sites([text]),
        }
    if not is_right:
        raise TermWrong(term=name, value=text[:48])


def _check_scope(scope: Scope) -> None:
    if scope.sku and scope.category:
        raise ScopeWrong(sku=scope.sku, category=scope.category)
    if scope.category and masterdata.find_category(scope.category) is None:
        raise ScopeWrong(category=scope.category)
    if scope.site_type not in ("", "store", "warehouse"):
        raise ScopeWrong(site_type=scope.site_type)
    told.require_known(
        sites=[scope.site] if scope.site else [], skus={scope.sku} if scope.sku else set()
    )


def _note(layer: PolicyLayer, step: str, *, by: Trace, at: datetime) -> None:
    trail.record(
        trail.Step(
            document_type=DOCUMENT_TYPE,
            system="planning",
            sites=(layer.site,),
            number=str(layer)[:48],
            step=step,
            to_state=f"v{layer.version}",
            at=at,
            actor=by.actor,
            device=by.device,
            reason=by.reason,
        )
    )
