"""Key figures of the control tower, by what a reader may see. A figure always leads somewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yipan.console.formats import MINUS, write_age, write_integer, write_money
from yipan.console.reader import Reader, find_url
from yipan.console.tower.sparks import draw_spark
from yipan.erp.queries.day_sums import sum_site_values
from yipan.pos import queries as pos

TICKETS_MAX = 500
FIGURES_MAX: Final = 12
CURRENCY: Final = "CNY"
#: Below these shares, in percent, a figure is not as it should be.
ON_TIME_MIN: Final = 95
FILL_RATE_MIN: Final = 95
ACCURACY_MIN: Final = 97


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyFigure:
    """
    One figure and the page it opens. `tone` marks one that is not as it should be.

    `form` says how it is written: `count`, `money` (minor units), `percent`. `value` is None
    where there is nothing to tell. `trend` is what it was on the last days, today last.
    """

    label: str
    value: int | None
    note: str
    url: str
    badge: str = ""
    tone: str = ""
    form: str = "count"
    trend: tuple[int | None, ...] = ()

    @property
    def sign(self) -> str:
        """Return what stands small before the figure: the sign of a currency."""
        return write_money(0, currency=CURRENCY)[0] if self.form == "money" else ""

    @property
    def text(self) -> str:
        """Return the figure as it is shown; money in whole units, its cents would be noise."""
        if self.value is None:
            return "–"
        return write_integer(self.value // 100 if self.form == "money" else self.value)

    @property
    def unit(self) -> str:
        """Return what stands small behind the figure."""
        return "%" if self.form == "percent" and self.value is not None else ""

    @property
    def spark(self) -> SafeString:
        """Return the trend as a small picture, empty when too little is known."""
        return draw_spark(self.trend)


def _tell_change(trend: tuple[int | None, ...], *, points: bool = False) -> str:
    """Say how today compares with the usual: the mean of the seven days before."""
    before = [value for value in trend[-8:-1] if value is not None]
    now = trend[-1] if trend else None
    if not before or now is None:
        return _("the first days")
    usual = sum(before) / len(before)
    if points:
        change = round(now - usual)
        return _("%(change)s points in 7 days") % {"change": _sign(change)}
    return _("7-day mean %(usual)s") % {"usual": write_integer(round(usual))}


def _sign(change: int) -> str:
    return f"+{change}" if change > 0 else f"{MINUS}{-change}" if change else "±0"


def _tell_sales(reader: Reader) -> KeyFigure:
    trend = reader.trends.list_flow("sales_minor")
    usual = tuple(None if it is None else it // 100 for it in trend)
    may_erp = reader.actor.may("erp.read")
    return KeyFigure(
        label=_("Sales today"),
        value=reader.trends.now["sales_minor"],
        note=_tell_change(usual),
        url=find_url("erp:sales_issues" if may_erp else "pos:tickets"),
        badge="pos",
        form="money",
        trend=trend,
    )


def _tell_orders_today(reader: Reader) -> KeyFigure:
    trend = reader.trends.list_flow("orders" if reader.sites is None else "parts")
    return KeyFigure(
        label=_("Orders today"),
        value=trend[-1],
        note=_tell_change(trend),
        url=find_url("oms:orders"),
        badge="oms",
        trend=trend,
    )


def _tell_on_time(reader: Reader) -> KeyFigure:
    trend = reader.trends.list_shares("parts_on_time", "parts_left")
    return _tell_share(
        reader, trend, label=_("On time"), url="oms:board", least=ON_TIME_MIN, badge="oms"
    )


def _tell_fill_rate(reader: Reader) -> KeyFigure:
    trend = reader.trends.list_shares("pieces_left", "pieces_asked")
    return _tell_share(
        reader, trend, label=_("Fill rate"), url="oms:board", least=FILL_RATE_MIN, badge="oms"
    )


def _tell_accuracy(reader: Reader) -> KeyFigure:
    trend = reader.trends.list_shares("lines_exact", "lines_counted")
    return _tell_share(
        reader,
        trend,
        label=_("Record accuracy"),
        url="recon:accuracy",
        least=ACCURACY_MIN,
        badge="counts",
    )


def _tell_share(
    reader: Reader,  # noqa: ARG001
    trend: tuple[int | None, ...],
    *,
    label: str,
    url: str,
    least: int,
    badge: str,
) -> KeyFigure:
    now = trend[-1]
    return KeyFigure(
        label=label,
        value=now,
        note=_tell_change(trend, points=True) if now is not None else _("nothing in 7 days"),
        url=find_url(url),
        badge=badge,
        tone="warn" if now is not None and now < least else "",
        form="percent",
        trend=trend,
    )


def _tell_value(reader: Reader) -> KeyFigure:
    values = sum_site_values(on=timezone.localdate())
    sites = reader.sites
    now = sum(value for site, value in values.items() if sites is None or site in sites)
    trend = reader.trends.list_standing("value_minor", now=now)
    return KeyFigure(
        label=_("Stock value"),
        value=now,
        note=_tell_change(tuple(None if it is None else it // 100 for it in trend)),
        url=find_url("erp:value"),
        badge="erp",
        form="money",
        trend=trend,
    )


def _tell_transit(reader: Reader) -> KeyFigure:
    mine = [way for way in reader.ways if reader.sites is None or way.to_site in reader.sites]
    now = sum(way.quantity for way in mine)
    count = sum(way.transfers for way in mine)
    return KeyFigure(
        label=_("In transit"),
        value=now,
        note=ngettext("in one transfer", "in %(count)s transfers", count) % {"count": count},
        url=find_url("erp:in_transit"),
        badge="erp",
        trend=reader.trends.list_standing("in_transit", now=now),
    )


def _tell_cases(reader: Reader) -> KeyFigure:
    mine = [row for site, row in reader.cases.items() if reader.is_mine(site)]
    now, due = sum(row.open for row in mine), sum(row.due for row in mine)
    note = ngettext("one is due", "%(count)s are due", due) % {"count": due}
    return KeyFigure(
        label=_("Open differences"),
        value=now,
        note=note if due else _("none is due"),
        url=find_url("recon:cases"),
        badge="differences",
        tone="warn" if due else "",
        trend=reader.trends.list_standing("cases_open", now=now),
    )


def _tell_stock(reader: Reader) -> KeyFigure:
    total = sum(row.quantity for row in reader.place_totals)
    count = len({row.place for row in reader.place_totals})
    note = ngettext("at one site", "at %(count)s sites", count) % {"count": count}
    return KeyFigure(
        label=_("Pieces on hand"), value=total, note=note, url=find_url("books:index"), badge="erp"
    )


def _tell_below_zero(reader: Reader) -> KeyFigure:
    count = sum(row.below for row in reader.shortfalls)
    first = reader.shortfalls[0] if count else None
    return KeyFigure(
        label=_("Accounts below zero"),
        value=count,
        note=f"{first.place} · {first.sku}" if first else _("every balance is covered"),
        url=reverse("books:compare", args=[first.sku]) if first else find_url("books:index"),
        tone="bad" if count else "",
    )


def _tell_messages(reader: Reader) -> KeyFigure:
    count = sum(row.parked + row.waiting for row in reader.sources)
    lag = max((row.get_lag_seconds(timezone.now()) for row in reader.sources), default=0)
    note = _("oldest %(age)s") % {"age": write_age(lag)} if lag else _("all sources level")
    return KeyFigure(
        label=_("Messages not booked"),
        value=count,
        note=note,
        url=find_url("exchange:parked" if count else "exchange:sources"),
        tone="bad" if count else "",
        trend=reader.trends.list_standing("messages_stuck", now=count),
    )


def _tell_orders(reader: Reader) -> KeyFigure:
    late = reader.count_orders(late_on=timezone.localdate())
    note = ngettext("one is late", "%(count)s are late", late) % {"count": late}
    return KeyFigure(
        label=_("Open purchase orders"),
        value=reader.count_orders(states=("sent", "partly_received")),
        note=note if late else _("none is late"),
        url=find_url("erp:purchase_orders") + "?state=open",
        tone="warn" if late else "",
    )


def _tell_inbound(reader: Reader) -> KeyFigure:
    return KeyFigure(
        label=_("Inbound expected"),
        value=reader.inbound_open,
        note=_("orders not fully received"),
        url=find_url("wms:inbound_orders"),
        badge="wms",
    )


def _tell_tickets(reader: Reader) -> KeyFigure:
    which = pos.TicketFilter(site=reader.site, sites=reader.actor.sites, on=timezone.localdate())
    count = len(pos.list_tickets(which, limit=TICKETS_MAX))
    return KeyFigure(
        label=_("Tickets today"),
        value=count,
        note=_("booked in the stores"),
        url=find_url("pos:tickets"),
        badge="pos",
    )


#: Actions one of which a reader needs, and the figure; in the order shown, the first twelve.
FIGURES: tuple[tuple[tuple[str, ...], Callable[[Reader], KeyFigure]], ...] = (
    (("erp.read", "pos.read"), _tell_sales),
    (("oms.read",), _tell_orders_today),
    (("oms.read",), _tell_on_time),
    (("oms.read",), _tell_fill_rate),
    (("ledger.read_cost",), _tell_value),
    (("ledger.read",), _tell_stock),
    (("ledger.read",), _tell_below_zero),
    (("erp.read",), _tell_transit),
    (("recon.read",), _tell_accuracy),
    (("recon.read",), _tell_cases),
    (("exchange.read",), _tell_messages),
    (("erp.read",), _tell_orders),
    (("wms.read",), _tell_inbound),
    (("pos.read",), _tell_tickets),
)


def list_figures(reader: Reader) -> list[KeyFigure]:
    """Return the figures of the reader's roles whose pages this node has."""
    told = [tell for actions, tell in FIGURES if any(reader.actor.may(it) for it in actions)]
    figures = [tell(reader) for tell in told[:FIGURES_MAX]]
    return [figure for figure in figures if figure.url and not figure.url.startswith("?")]
