"""Legal entities (法人主体): who owns stock, and how its cost is told."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo, available_timezones

from django.db import transaction

from yipan.erp.models import EntitySite, LegalEntity, ValuedPlace, ValueState
from yipan.erp.queries import value_sources
from yipan.erp.queries.value_sources import EntityRow
from yipan.erp.rules.costing import Method
from yipan.foundation.refusals import NotFound, Refusal
from yipan.masterdata import queries as masterdata
from yipan.masterdata.refusals import SiteUnknown

#: What everything belongs to until somebody says otherwise.
DEFAULT_CODE = "MAIN"
CODE_LENGTH_MAX = 16


class MethodInUse(Refusal):
    """Stock of the legal entity has been valued: its method, currency and zone are fixed."""

    code = "legal_entity.method_in_use"


class SiteValued(Refusal):
    """Stock of the site has been valued in another legal entity: move it by a transfer."""

    code = "legal_entity.site_valued"


class ZoneUnknown(Refusal):
    """There is no time zone of this name."""

    code = "legal_entity.zone_unknown"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class EntityContent:
    """What somebody writes about a legal entity."""

    code: str
    name: str
    name_zh: str = ""
    currency: str = "CNY"
    method: Method = Method.MOVING_AVERAGE
    time_zone: str = "Asia/Shanghai"
    sites: tuple[str, ...] = ()


def list_or_begin() -> list[EntityRow]:
    """Return the legal entities; the very first time, begin with one that owns everything."""
    found = value_sources.list_entities()
    if any(row.is_default for row in found):
        return found
    LegalEntity.objects.get_or_create(
        code=DEFAULT_CODE,
        defaults={"name": "Main company", "name_zh": "本公司", "is_default": True},
    )
    return value_sources.list_entities()


@transaction.atomic
def save(content: EntityContent) -> LegalEntity:
    """
    Write a legal entity, and which sites belong to it.

    Sites that it had and that are not named go back to the default.

    :raises MethodInUse: if stock was valued and the method, currency or zone would change.
    :raises SiteValued: if a site would change its owner after its stock was valued.
    :raises SiteUnknown: if a site is not master data.
    :raises ZoneUnknown: if there is no such time zone.
    """
    if content.time_zone not in available_timezones():
        raise ZoneUnknown(time_zone=content.time_zone)
    ZoneInfo(content.time_zone)
    unknown = masterdata.list_unknown_sites(content.sites)
    if unknown:
        raise SiteUnknown(site=unknown[0])
    list_or_begin()
    entity = LegalEntity.objects.select_for_update().filter(code=content.code).first()
    if entity is None:
        entity = LegalEntity(code=content.code)
    elif _changes_costing(entity, content):
        raise MethodInUse(entity=content.code)
    entity.name, entity.name_zh = content.name, content.name_zh
    entity.method, entity.currency = content.method, content.currency
    entity.time_zone = content.time_zone
    entity.save()
    _assign(entity, set(content.sites))
    return entity


def get_site_entity(site: str) -> str:
    """Return the legal entity a site belongs to."""
    found = value_sources.find_site_entities([site])
    if site in found:
        return found[site]
    return next(row.code for row in list_or_begin() if row.is_default)


def require(code: str) -> EntityRow:
    """
    Return a legal entity.

    :raises NotFound: if there is none of this code.
    """
    found = next((row for row in list_or_begin() if row.code == code), None)
    if found is None:
        raise NotFound(kind="legal_entity", id=code)
    return found


def _changes_costing(entity: LegalEntity, content: EntityContent) -> bool:
    """Tell whether what is valued already would have been valued in another way."""
    before = (entity.method, entity.currency, entity.time_zone)
    if before == (content.method, content.currency, content.time_zone):
        return False
    return ValueState.objects.filter(entity=content.code).exists()


def _assign(entity: LegalEntity, wanted: set[str]) -> None:
    has = set(EntitySite.objects.filter(entity=entity).values_list("site", flat=True))
    changed = has ^ wanted
    for site in sorted(changed):
        owner = ValuedPlace.objects.filter(path=f"on_hand/{site}").first()
        becomes = entity.code if site in wanted else DEFAULT_CODE
        if owner is not None and owner.entity != becomes:
            raise SiteValued(site=site, entity=owner.entity)
    EntitySite.objects.filter(site__in=changed).delete()
    EntitySite.objects.bulk_create(
        [EntitySite(site=site, entity=entity) for site in sorted(wanted - has)]
    )
