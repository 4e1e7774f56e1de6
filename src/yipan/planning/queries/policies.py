"""Reads of policies: the layers, and what they come to for a SKU at a site."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from yipan.foundation.refusals import NotFound
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow, SkuRow, SupplierRow
from yipan.planning.models import PolicyLayer
from yipan.planning.rules.policies import TERMS, Layer, Policy, resolve

LAYERS_MAX = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class LayerRow:
    """A layer as its page shows it."""

    id: int
    category: str
    site_type: str
    site: str
    sku: str
    terms: Mapping[str, Any]
    version: int
    changed_by: str
    changed_at: datetime
    reason: str


def list_layers() -> list[LayerRow]:
    """Return all layers, the general ones first."""
    query = PolicyLayer.objects.order_by("sku", "site", "category", "site_type", "id")
    return [_make_row(it) for it in query[:LAYERS_MAX]]


def get_layer(layer_id: int) -> LayerRow:
    """
    Return one layer.

    :raises NotFound: if there is none.
    """
    found = PolicyLayer.objects.filter(id=layer_id).first()
    if found is None:
        raise NotFound(kind="policy_layer", id=layer_id)
    return _make_row(found)


def read_layers() -> list[Layer]:
    """Return all layers as the rules take them."""
    return [_make_layer(row) for row in list_layers()]


def resolve_policy(
    layers: Sequence[Layer],
    *,
    sku: SkuRow,
    site: SiteRow,
    suppliers: Mapping[str, SupplierRow],
) -> tuple[Policy, dict[str, Layer]]:
    """
    Return the policy of a SKU at a site, and which layer said each term.

    Terms of a supplier hold where no layer says otherwise.
    """
    policy, said_by = resolve(
        layers, sku=sku.code, category=sku.category, site=site.code, site_type=site.site_type
    )
    supplier = suppliers.get(policy.source)
    if supplier is not None:
        terms = list_supplier_terms(supplier)
        policy = replace(
            policy, **{name: value for name, value in terms.items() if name not in said_by}
        )
    if not sku.is_active and not policy.is_running_out:
        # What is no longer sold is never bought again, whatever a layer says.
        policy = replace(policy, is_running_out=True)
    return policy, said_by


@dataclass(frozen=True, kw_only=True, slots=True)
class Inherited:
    """A term as it holds without a layer of its own: by a more general layer, by the supplier."""

    value: Any
    layer: LayerRow | None = None
    supplier: SupplierRow | None = None


def read_inherited(
    *, category: str, site_type: str, site: str, sku: str, source: str = ""
) -> dict[str, Inherited]:
    """
    Return what a scope inherits, by term. `source` is where its own layer says goods come from.

    Goods and sites that are not master data inherit what holds for all.
    """
    scope = (category, site_type, site, sku)
    goods, place = masterdata.find_skus([sku]).get(sku), masterdata.find_sites([site]).get(site)
    rows = {it.id: it for it in list_layers() if get_scope(it) != scope}
    policy, said_by = resolve(
        [_make_layer(it) for it in rows.values()],
        sku=sku,
        category=goods.category if goods else category,
        site=site,
        site_type=place.site_type if place else site_type,
    )
    found = {
        name: Inherited(
            value=getattr(policy, name),
            layer=rows[said_by[name].number] if name in said_by else None,
        )
        for name in TERMS
    }
    code = source or policy.source
    supplier = masterdata.find_suppliers([code]).get(code)
    if supplier is not None:
        terms = list_supplier_terms(supplier)
        found |= {
            name: Inherited(value=value, supplier=supplier)
            for name, value in terms.items()
            if name not in said_by
        }
    return found


def get_scope(row: LayerRow) -> tuple[str, str, str, str]:
    """Return what a layer holds for: category, type of site, site and SKU; "" stands for all."""
    return row.category, row.site_type, row.site, row.sku


def list_supplier_terms(supplier: SupplierRow) -> dict[str, Any]:
    """Return the terms a supplier says where no layer does."""
    return {
        "lead_time_days": supplier.lead_time_days,
        "lead_time_spread_days": supplier.lead_time_spread_days,
        "minimum_order": supplier.minimum_order_quantity,
    }


def read_lane_minimums(codes: Collection[str]) -> dict[str, int]:
    """
    Return for each site what goods from another store have to be worth to be sent there.

    Layers of goods do not count: a van carries all of them.
    """
    layers, sites = read_layers(), masterdata.find_sites(set(codes))
    return {
        code: resolve(
            layers, sku="", category="", site=code, site_type=site.site_type
        )[0].lane_minimum_minor
        for code, site in sites.items()
    }  # fmt: skip


def read_suppliers(layers: Sequence[Layer]) -> dict[str, SupplierRow]:
    """Return the suppliers among the sources that layers name."""
    sources = {str(it.terms.get("source") or "") for it in layers} - {""}
    return masterdata.find_suppliers(sources)


def _make_layer(row: LayerRow) -> Layer:
    return Layer(
        terms=row.terms,
        category=row.category,
        site_type=row.site_type,
        site=row.site,
        sku=row.sku,
        number=row.id,
    )


def _make_row(it: PolicyLayer) -> LayerRow:
    return LayerRow(
        id=it.pk,
        category=it.category,
        site_type=it.site_type,
        site=it.site,
        sku=it.sku,
        terms=dict(it.terms),
        version=it.version,
        changed_by=it.changed_by,
        changed_at=it.changed_at,
        reason=it.reason,
    )
