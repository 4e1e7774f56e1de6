"""Reads of channels, groups of sites, selling rules and bundles, as plain rows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, time

from django.db.models import Q, QuerySet

from yipan.foundation.kept import kept
from yipan.foundation.refusals import NotFound
from yipan.ledger.calls import call, texts
from yipan.masterdata import queries as masterdata
from yipan.pool.models import (
    BundlePart,
    Channel,
    ChannelSite,
    SellingRule,
    SiteGroup,
    SiteService,
)
from yipan.pool.rules.selling import Rule

ROWS_MAX = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupRow:
    """Sites that one may sell from together."""

    code: str
    name: str
    name_zh: str
    sites: tuple[str, ...]
    version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class AssignmentRow:
    """A site given to a channel or withdrawn from it."""

    id: int
    site: str
    is_included: bool
    starts_on: date | None
    ends_on: date | None
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ChannelName:
    """How a channel is called."""

    code: str
    name: str
    name_zh: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ChannelRow:
    """A channel, with the sites named for it."""

    code: str
    name: str
    name_zh: str
    kind: str
    group: str
    hold_seconds: int
    few_below: int
    part_value_min: int
    cancel_after_days: int | None
    is_active: bool
    version: int
    assignments: tuple[AssignmentRow, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class CarrierRow:
    """Who collects parcels of a site: until when of a day, and how many days it takes then."""

    name: str
    cutoff_at: time
    transit_days: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceRow:
    """What a site can do by one method. Costs in minor units, times in the site's own."""

    site: str
    method: str
    is_open: bool
    cutoff_at: time | None
    handling_days: int
    handling_minutes: int
    transit_days: int
    carriers: tuple[CarrierRow, ...]
    capacity: int | None
    parcel_cost_minor: int
    unit_cost_minor: int
    regions_denied: tuple[str, ...]
    latitude: float | None
    longitude: float | None
    version: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleRow:
    """A selling rule as its list shows it."""

    id: int
    kind: str
    sku: str
    site: str
    channel: str
    method: str
    quantity: int
    percent: int
    is_exclusive: bool
    due_on: date | None
    starts_on: date | None
    ends_on: date | None
    priority: int
    reason: str
    is_active: bool
    created_by: str
    version: int


def list_channels() -> list[ChannelRow]:
    """Return all channels by code."""
    return [_make_channel(it) for it in _with_sites().order_by("code")[:ROWS_MAX]]


def list_channel_names() -> list[ChannelName]:
    """Return how all channels are called, by code."""
    rows = Channel.objects.order_by("code").values_list("code", "name", "name_zh")[:ROWS_MAX]
    return [ChannelName(code=code, name=name, name_zh=name_zh) for code, name, name_zh in rows]


@kept
def get_channel(code: str) -> ChannelRow:
    """
    Return one channel.

    :raises NotFound: if there is none of this code.
    """
    found = _with_sites().filter(code=code).first()
    if found is None:
        raise NotFound(kind="channel", id=code)
    return _make_channel(found)


@kept
def find_part_value_min(code: str) -> int:
    """Return what a part of a split order of a channel is worth at least; 0 for no channel."""
    found = Channel.objects.filter(code=code).values_list("part_value_min", flat=True).first()
    return found or 0


def find_hold_seconds(codes: Collection[str]) -> dict[str, int]:
    """Return each channel to how long it keeps a cart, in seconds."""
    if not codes:
        return {}
    rows = Channel.objects.filter(code__in=set(codes)).values_list("code", "hold_seconds")
    return dict(rows)


def list_groups() -> list[GroupRow]:
    """Return all groups of sites by code."""
    return [_make_group(it) for it in SiteGroup.objects.order_by("code")[:ROWS_MAX]]


@kept
def get_group(code: str) -> GroupRow:
    """
    Return one group of sites.

    :raises NotFound: if there is none of this code.
    """
    found = SiteGroup.objects.filter(code=code).first()
    if found is None:
        raise NotFound(kind="site_group", id=code)
    return _make_group(found)


def require_open(code: str) -> ChannelRow:
    """
    Return a channel that sells.

    :raises NotFound: if there is no such channel, or it is closed.
    """
    found = get_channel(code)
    if not found.is_active:
        raise NotFound(kind="channel", id=code)
    return found


def find_sites_of(*, channel: str = "", group: str = "", on: date) -> frozenset[str] | None:
    """
    Return the sites a channel or a group sells from on a day; None means every site.

    :raises NotFound: if there is no such channel or group, or the channel is closed.
    """
    if channel:
        require_open(channel)
    return find_sites_behind(channel=channel, group=group, on=on)


def find_sites_behind(*, channel: str = "", group: str = "", on: date) -> frozenset[str] | None:
    """
    Return the sites that send what was ordered through a channel or a group; None means every one.

    A channel that is closed sells nothing more, and owes what was ordered there before.

    :raises NotFound: if there is no such channel or group.
    """
    found = get_channel(channel) if channel else None
    code = group or (found.group if found else "")
    base = frozenset(get_group(code).sites) if code else None
    if found is None or not found.assignments:
        return base
    valid = [
        it
        for it in found.assignments
        if (it.starts_on is None or it.starts_on <= on) and (it.ends_on is None or on <= it.ends_on)
    ]
    given = frozenset(it.site for it in valid if it.is_included)
    withdrawn = frozenset(it.site for it in valid if not it.is_included)
    if base is None and not any(it.is_included for it in found.assignments):
        return frozenset(site.code for site in masterdata.list_sites()) - withdrawn
    return ((base or frozenset()) | given) - withdrawn


def list_rules(
    *, kind: str = "", sku: str = "", site: str = "", channel: str = "", on: date | None = None
) -> list[RuleRow]:
    """Return selling rules that are not ended, the newest first; not those over before a day."""
    query = SellingRule.objects.filter(is_active=True).order_by("-id")
    if on is not None:
        query = query.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))
    for name, value in (("kind", kind), ("sku", sku), ("site", site), ("channel", channel)):
        if value:
            query = query.filter(**{name: value})
    return [
        RuleRow(**{name: getattr(it, name) for name in RuleRow.__dataclass_fields__})
        for it in query[:ROWS_MAX]
    ]


def list_valid_rules(skus: Collection[str], *, on: date, lock: bool = False) -> list[Rule]:
    """
    Return the rules that may count for some SKUs on a day, by id.

    With `lock` they stay as they are until the transaction ends: who sells against a limit
    and who changes it wait for each other.
    """
    query = SellingRule.objects.filter(
        Q(starts_on__isnull=True) | Q(starts_on__lte=on),
        Q(ends_on__isnull=True) | Q(ends_on__gte=on),
        Q(sku="") | Q(sku__in=set(skus)),
        is_active=True,
    ).order_by("id")
    if lock:
        query = query.select_for_update()
    names = tuple(Rule.__dataclass_fields__)
    return [Rule(**{name: getattr(it, name) for name in names}) for it in query]


@kept
def list_services(*, sites: Collection[str] | None = None, method: str = "") -> list[ServiceRow]:
    """Return what sites can do, by site and method."""
    query = SiteService.objects.order_by("site", "method")
    if sites is not None:
        query = query.filter(site__in=sites)
    if method:
        query = query.filter(method=method)
    return [
        ServiceRow(
            **{
                name: getattr(it, name)
                for name in ServiceRow.__dataclass_fields__
                if name not in {"regions_denied", "carriers"}
            },
            carriers=tuple(
                CarrierRow(
                    name=said["name"],
                    cutoff_at=time.fromisoformat(said["cutoff_at"]),
                    transit_days=said["transit_days"],
                )
                for said in it.carriers
            ),
            regions_denied=tuple(it.regions_denied),
        )
        for it in query[:ROWS_MAX]
    ]


def find_parts(skus: Collection[str]) -> dict[str, tuple[tuple[str, int], ...]]:
    """Return each bundle among the SKUs to its parts, with how many of each make one."""
    parts: dict[str, list[tuple[str, int]]] = {}
    # Bare: each batch of promises asks, and hardly ever is one of the SKUs a bundle.
    rows = call(
        "select bundle, part, quantity from pool_bundlepart where bundle = any(%s::text[])"
        " order by bundle, part",
        [texts(skus)],
    )
    for bundle, part, quantity in rows:
        parts.setdefault(bundle, []).append((part, quantity))
    return {bundle: tuple(found) for bundle, found in parts.items()}


def find_bundles_of(parts: Collection[str]) -> set[str]:
    """Return the bundles that one of some SKUs is a part of."""
    rows = BundlePart.objects.filter(part__in=set(parts))
    return set(rows.values_list("bundle", flat=True))


def find_sku_of_rule(rule: int) -> str:
    """Return the SKU a selling rule is about, also one that ended; "" is all of them."""
    return SellingRule.objects.filter(pk=rule).values_list("sku", flat=True).first() or ""


def _with_sites() -> QuerySet[Channel]:
    return Channel.objects.prefetch_related("sites")


def _make_channel(it: Channel) -> ChannelRow:
    assignments = sorted(it.sites.all(), key=lambda row: (row.site, row.pk))
    return ChannelRow(
        code=it.code,
        name=it.name,
        name_zh=it.name_zh,
        kind=it.kind,
        group=it.group,
        hold_seconds=it.hold_seconds,
        few_below=it.few_below,
        part_value_min=it.part_value_min,
        cancel_after_days=it.cancel_after_days,
        is_active=it.is_active,
        version=it.version,
        assignments=tuple(_make_assignment(row) for row in assignments),
    )


def _make_assignment(row: ChannelSite) -> AssignmentRow:
    return AssignmentRow(
        id=row.pk,
        site=row.site,
        is_included=row.is_included,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        reason=row.reason,
    )


def _make_group(it: SiteGroup) -> GroupRow:
    return GroupRow(
        code=it.code,
        name=it.name,
        name_zh=it.name_zh,
        sites=tuple(it.sites),
        version=it.version,
    )
