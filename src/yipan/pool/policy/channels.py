"""Keeping channels (渠道), groups of sites, bundles, and what sites can do by each method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import transaction

from yipan.documents import trail
from yipan.documents.told import require_known
from yipan.documents.turns import take_turns
from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import Trace
from yipan.masterdata.refusals import VersionMismatch
from yipan.pool.models import BundlePart, Channel, ChannelSite, SiteGroup, SiteService
from yipan.pool.queries.bundles import find_bundle

SITES_MAX = 1_000
PARTS_MAX = 50
CARRIERS_MAX = 10


class ChannelUnknown(Refusal):
    """There is no channel of this code."""

    code = "channel.unknown"
    status = 422


class GroupUnknown(Refusal):
    """There is no group of sites of this code."""

    code = "channel.group_unknown"
    status = 422


class DatesReversed(Refusal):
    """Something ends before it begins."""

    code = "selling_rule.dates_reversed"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class Assigned:
    """A site given to a channel or withdrawn from it, from a day to a day."""

    site: str
    is_included: bool = True
    starts_on: date | None = None
    ends_on: date | None = None
    reason: str = ""


class BundleOfItself(Refusal):
    """A bundle cannot be a part of itself."""

    code = "bundle.of_itself"
    status = 422


class CarrierWrong(Refusal):
    """A carrier needs a name, used once per site and method."""

    code = "site_service.carrier_wrong"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class Carrier:
    """Who collects parcels: until when of a day they are ready, and how long it takes then."""

    name: str
    cutoff_at: time
    transit_days: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """What a site can do by one method; see `SiteService`."""

    site: str
    method: str
    is_open: bool = True
    cutoff_at: time | None = None
    handling_days: int = 0
    handling_minutes: int = 0
    transit_days: int = 2
    carriers: tuple[Carrier, ...] = ()
    capacity: int | None = None
    parcel_cost_minor: int = 0
    unit_cost_minor: int = 0
    regions_denied: tuple[str, ...] = ()
    latitude: float | None = None
    longitude: float | None = None


@transaction.atomic
def save_group(  # noqa: PLR0913 - what a group is, and who says so
    *,
    code: str,
    name: str,
    name_zh: str = "",
    sites: Sequence[str],
    version: int | None = None,
    by: Trace,
    at: datetime,
) -> None:
    """
    Make or change a group of sites. `version` 0 makes one that must be new.

    :raises VersionMismatch: if somebody changed it meanwhile.
    :raises SiteUnknown: if one of the sites is not master data.
    """
    require_known(sites=set(sites), skus=set())
    group, is_new = SiteGroup.objects.select_for_update().get_or_create(code=code)
    if version is not None and not is_new and group.version != version:
        raise VersionMismatch(kind="site_group", id=code, current_version=group.version)
    group.name, group.name_zh = name, name_zh
    group.sites = sorted(set(sites))
    group.version += 0 if is_new else 1
    group.save()
    _note("site_group", code, by=by, at=at)


@transaction.atomic
def save_channel(
    *,
    code: str,
    fields: Mapping[str, object],
    assigned: Sequence[Assigned] | None = None,
    version: int | None = None,
    by: Trace,
    at: datetime,
) -> None:
    """
    Make or change a channel. With `assigned` its sites are replaced by these.

    `version` 0 makes one that must be new.

    :raises VersionMismatch: if somebody changed it meanwhile.
    :raises GroupUnknown: if its group does not exist.
    """
    channel, is_new = Channel.objects.select_for_update().get_or_create(code=code)
    if version is not None and not is_new and channel.version != version:
        raise VersionMismatch(kind="channel", id=code, current_version=channel.version)
    for name, value in fields.items():
        assert name in {
            "name",
            "name_zh",
            "kind",
            "group",
            "hold_seconds",
            "few_below",
            "part_value_min",
            "cancel_after_days",
            "is_active",
        }
        setattr(channel, name, value)
    if channel.group and not SiteGroup.objects.filter(code=channel.group).exists():
        raise GroupUnknown(group=channel.group)
    channel.version += 0 if is_new else 1
    channel.save()
    if assigned is not None:
        _assign(channel, assigned)
    _note("channel", code, by=by, at=at)


def _assign(channel: Channel, assigned: Sequence[Assigned]) -> None:
    require_known(sites={it.site for it in assigned}, skus=set())
    for it in assigned:
        if it.starts_on and it.ends_on and it.ends_on < it.starts_on:
            raise DatesReversed(starts_on=str(it.starts_on), ends_on=str(it.ends_on))
    channel.sites.all().delete()
    ChannelSite.objects.bulk_create(
        ChannelSite(
            channel=channel,
            site=it.site,
            is_included=it.is_included,
            starts_on=it.starts_on,
            ends_on=it.ends_on,
            reason=it.reason,
        )
        for it in assigned
    )


@transaction.atomic
def save_service(*, service: Service, by: Trace, at: datetime) -> None:
    """
    Say what a site can do by one method. Where it stands counts for its other methods too.

    :raises SiteUnknown: if the site is not master data.
    :raises CarrierWrong: if a carrier has no name, or the name of another.
    """
    require_known(sites={service.site}, skus=set())
    names = [it.name.strip() for it in service.carriers]
    if not all(names) or len(set(names)) < len(names) or len(names) > CARRIERS_MAX:
        raise CarrierWrong(site=service.site, maximum=CARRIERS_MAX)
    row, is_new = SiteService.objects.select_for_update().get_or_create(
        site=service.site, method=service.method
    )
    for name in Service.__dataclass_fields__:
        value = getattr(service, name)
        setattr(row, name, list(value) if name == "regions_denied" else value)
    row.carriers = [
        {
            "name": it.name.strip(),
            "cutoff_at": f"{it.cutoff_at:%H:%M}",
            "transit_days": it.transit_days,
        }
        for it in service.carriers
    ]
    row.version += 0 if is_new else 1
    row.save()
    if service.latitude is not None:
        # A site stands in one place, by whatever method it delivers.
        SiteService.objects.filter(site=service.site).exclude(pk=row.pk).update(
            latitude=service.latitude, longitude=service.longitude
        )
    _note("site_service", f"{service.site}/{service.method}", by=by, at=at)


@transaction.atomic
def save_bundle(
    *, bundle: str, parts: Mapping[str, int], version: int | None = None, by: Trace, at: datetime
) -> None:
    """
    Say what a bundle is made of; without parts it is a bundle no longer.

    :raises BundleOfItself: if it is one of its own parts.
    :raises VersionMismatch: if it is not as it was read, as `version` says; 0 is no bundle.
    :raises SkuUnknown: if the bundle or a part is not master data.
    """
    require_known(sites=set(), skus={bundle, *parts})
    if bundle in parts:
        raise BundleOfItself(bundle=bundle)
    take_turns(f"bundle|{bundle}")
    current = find_bundle(bundle).version
    if version is not None and version != current:
        raise VersionMismatch(kind="bundle", id=bundle, current_version=current)
    BundlePart.objects.filter(bundle=bundle).delete()
    BundlePart.objects.bulk_create(
        BundlePart(bundle=bundle, part=part, quantity=quantity)
        for part, quantity in sorted(parts.items())
    )
    _note("bundle", bundle, by=by, at=at)


def _note(document_type: str, number: str, *, by: Trace, at: datetime) -> None:
    trail.record(
        trail.Step(
            document_type=document_type,
            number=number,
            system="pool",
            step="edit",
            to_state="",
            at=at,
            actor=by.actor,
            device=by.device,
            reason=by.reason,
        )
    )
