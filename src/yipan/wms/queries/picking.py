"""Reads of the work of pickers: what is next on a walk, and how the work stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q, Sum

from yipan.foundation.refusals import NotFound
from yipan.masterdata import queries as masterdata
from yipan.wms.models import OutboundOrder, Pick, SpotCount, Wave
from yipan.wms.models.outbound_order import STATES_OPEN
from yipan.wms.queries.goods_rules import get_scan_profile
from yipan.wms.queries.outbound_orders import (
    OutboundFilter,
    OutboundRow,
    PickRow,
    list_urgent_orders,
    read_picks,
)

CLAIM = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True, slots=True)
class ToteRow:
    """A tote on a cart: whose it is, and in which slot it stands."""

    tote: str
    slot: int
    order: str
    is_full: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Walk:
    """
    One walk through the bins, of an order or a wave.

    `current` is what to pick next, `asked` a bin that should be empty now, `others` what
    colleagues have taken for themselves. On a cluster walk each order has one of the `totes`;
    `zones` are those with something left to pick, for handing the totes on.
    """

    number: str
    is_wave: bool
    site: str
    ship_to: str
    current: PickRow | None
    asked: PickRow | None
    rest: tuple[PickRow, ...]
    picked: tuple[PickRow, ...]
    others: int
    packing_bin: str
    is_cluster: bool = False
    totes: tuple[ToteRow, ...] = ()
    zones: tuple[str, ...] = ()
    scan_profile: str = "bin_product"

    @property
    def current_tote(self) -> ToteRow | None:
        """Return the tote of the order that is picked for now."""
        if self.current is None:
            return None
        mine = [it for it in self.totes if it.order == self.current.order and not it.is_full]
        return mine[0] if mine else None

    @property
    def pick_ids(self) -> list[int]:
        """Return the picks of this walk that are picked and not yet shipped."""
        return [pick.pick_id for pick in self.picked]

    @property
    def is_dropped(self) -> bool:
        """Tell whether all that was picked stands in a bin of the site."""
        return all(pick.place == self.packing_bin for pick in self.picked if pick.quantity_picked)


@dataclass(frozen=True, kw_only=True, slots=True)
class WaveRow:
    """A wave as a list shows it."""

    number: str
    site: str
    state: str
    carrier: str
    zone: str
    due_on: date | None
    created_by: str
    created_at: datetime
    mode: str
    cut_off_until: datetime | None
    orders: int
    picks_open: int
    picks: int

    @property
    def shown_state(self) -> str:
        """Return the state as people say it: a released wave is being picked."""
        return "picking" if self.state == "released" else self.state


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """So much work of one kind: by zone, by worker."""

    name: str
    picks_open: int
    picks_today: int
    quantity: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """How the outbound work of a warehouse stands."""

    orders_open: int
    orders_late: int
    picks_open: int
    picks_today: int
    to_ship: int
    counts_open: int
    zones: tuple[Share, ...]
    workers: tuple[Share, ...]
    urgent: tuple[OutboundRow, ...]


def get_walk(
    number: str, *, actor: str, at: datetime, packing_bin: str, claimed: int | None = None
) -> Walk:
    """
    Return the walk of an order or a wave as one picker sees it, beginning at the claimed pick.

    :raises NotFound: if there is neither of this number.
    """
    order = OutboundOrder.objects.filter(number=number).first()
    wave = Wave.objects.filter(number=number).first() if order is None else None
    if order is None and wave is None:
        raise NotFound(kind="walk", id=number)
    mine = Q(order=order) if order is not None else Q(order__wave=wave)
    picks = Pick.objects.filter(mine)
    is_others = Q(claimed_at__gt=at - CLAIM) & ~Q(claimed_by__in=["", actor])
    to_walk = picks.filter(state="open").exclude(is_others)
    todo = read_picks(to_walk.order_by("skips", "path", "id"))
    current = next((pick for pick in todo if pick.pick_id == claimed), None)
    picked = read_picks(picks.filter(state="picked").order_by("-recorded_at", "-id"))
    asked = [pick for pick in picked if pick.is_empty_asked and pick.picked_by == actor]
    site = order.site if order is not None else wave.site  # type: ignore[union-attr]
    zones = picks.filter(state="open").values_list("zone", flat=True).distinct().order_by("zone")
    return Walk(
        number=number,
        is_wave=order is None,
        site=site,
        ship_to=(order.ship_to_name or order.ship_to) if order is not None else "",
        current=current,
        asked=asked[0] if asked else None,
        rest=tuple(pick for pick in todo if pick is not current),
        picked=tuple(picked),
        others=picks.filter(is_others, state="open").count(),
        packing_bin=packing_bin,
        is_cluster=wave is not None and wave.mode == "cluster",
        totes=tuple(_list_totes(wave)),
        zones=tuple(zones),
        scan_profile=get_scan_profile(site, todo[0].zone) if todo else "bin_product",
    )


def _list_totes(wave: Wave | None) -> list[ToteRow]:
    if wave is None:
        return []
    rows = wave.totes.select_related("order").order_by("slot", "id")
    return [
        ToteRow(tote=row.tote, slot=row.slot, order=row.order.number, is_full=row.is_full)
        for row in rows
    ]


def find_walk(site: str, text: str) -> str:
    """Return the number of the open order or wave a scan means, empty when it means none."""
    code = text.strip().upper()
    orders = OutboundOrder.objects.filter(site=site, state__in=STATES_OPEN)
    waves = Wave.objects.filter(site=site, state="released", number=code)
    by_number = orders.filter(Q(number=code) | Q(document_number=code)).order_by("id")
    by_tote = orders.filter(picks__place=code, picks__state="picked").order_by("id")
    for query in (by_number, by_tote, waves):
        number = query.values_list("number", flat=True).first()
        if number and code:
            return str(number)
    return ""


def get_walk_site(number: str) -> str:
    """
    Return the site of an order or a wave.

    :raises NotFound: if there is neither of this number.
    """
    for model in (OutboundOrder, Wave):
        site = model._default_manager.filter(number=number).values_list("site", flat=True).first()
        if site is not None:
            return str(site)
    raise NotFound(kind="walk", id=number)


def list_wave_orders(number: str) -> list[str]:
    """Return the numbers of the orders of a wave."""
    rows = OutboundOrder.objects.filter(wave__number=number).order_by("number")
    return list(rows.values_list("number", flat=True))


def list_waves(
    *, sites: frozenset[str] | None, site: str = "", number: str = "", limit: int = 100
) -> list[WaveRow]:
    """Return waves, the last one first."""
    query = Wave.objects.all()
    if sites is not None:
        query = query.filter(site__in=sites)
    if site:
        query = query.filter(site=site)
    if number:
        query = query.filter(number=number)
    rows = query.annotate(
        orders_count=Count("orders", distinct=True),
        picks_count=Count("orders__picks", filter=~Q(orders__picks__state="canceled")),
        open_count=Count("orders__picks", filter=Q(orders__picks__state="open")),
    ).order_by("-id")[:limit]
    return [
        WaveRow(
            number=row.number,
            site=row.site,
            state="picked"
            if row.state == "released" and row.picks_count and not row.open_count
            else row.state,
            carrier=row.carrier,
            zone=row.zone,
            mode=row.mode,
            cut_off_until=row.cut_off_until,
            due_on=row.due_on,
            created_by=row.created_by,
            created_at=row.created_at,
            orders=row.orders_count,
            picks_open=row.open_count,
            picks=row.picks_count,
        )
        for row in rows
    ]


def list_wave_picks(number: str) -> list[PickRow]:
    """Return the batch pick list of a wave, in the order one walks."""
    picks = Pick.objects.filter(order__wave__number=number).exclude(state="canceled")
    return read_picks(picks.order_by("path", "order__number", "id"))


def get_work(site: str, *, today: date) -> Work:
    """Return how the outbound work of a warehouse stands; `today` is its trading day."""
    orders = OutboundOrder.objects.filter(site=site, state__in=STATES_OPEN)
    picks = Pick.objects.filter(order__site=site)
    open_picks = picks.filter(state="open", order__state__in=STATES_OPEN)
    since = masterdata.compute_day_start(masterdata.get_site(site), today)
    done = picks.filter(picked_at__gte=since, quantity_picked__gt=0)
    which = OutboundFilter(site=site, states=tuple(STATES_OPEN))
    return Work(
        orders_open=orders.count(),
        orders_late=orders.filter(due_on__lt=today).count(),
        picks_open=open_picks.count(),
        picks_today=done.count(),
        to_ship=orders.filter(state__in=["picked", "packed"]).count(),
        counts_open=SpotCount.objects.filter(site=site, state="open").count(),
        zones=_share(
            open_picks.values_list("zone").annotate(n=Count("id"), total=Sum("quantity")),
            done.values_list("zone").annotate(n=Count("id")),
        ),
        workers=_share(
            open_picks.exclude(claimed_by="")
            .values_list("claimed_by")
            .annotate(n=Count("id"), total=Sum("quantity")),
            done.values_list("picked_by").annotate(n=Count("id")),
        ),
        urgent=tuple(list_urgent_orders(which, limit=20)),
    )


def _share(
    opened: Iterable[tuple[str, int, int]], done: Iterable[tuple[str, int]]
) -> tuple[Share, ...]:
    todo = {name: (count, total) for name, count, total in opened}
    finished = dict(done)
    return tuple(
        Share(
            name=name,
            picks_open=todo.get(name, (0, 0))[0],
            picks_today=finished.get(name, 0),
            quantity=todo.get(name, (0, 0))[1],
        )
        for name in sorted(todo.keys() | finished.keys())
    )


def find_zones(site: str) -> list[str]:
    """Return the codes of the zones goods are picked from."""
    return [zone.code for zone in masterdata.list_zones(site) if zone.zone_type != "receiving"]
