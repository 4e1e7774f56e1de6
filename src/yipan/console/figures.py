"""Key figures of the home board, by what a reader may see. A figure always leads somewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yipan.console.formats import write_age
from yipan.console.reader import Reader, find_url
from yipan.pos import queries as pos

TICKETS_MAX = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyFigure:
    """One figure and the page it opens. `tone` marks one that is not as it should be."""

    label: str
    value: int
    note: str
    url: str
    badge: str = ""
    tone: str = ""


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


#: Action a reader needs, and the figure; in the order shown.
FIGURES: tuple[tuple[str, Callable[[Reader], KeyFigure]], ...] = (
    ("ledger.read", _tell_stock),
    ("erp.read", _tell_orders),
    ("wms.read", _tell_inbound),
    ("pos.read", _tell_tickets),
    ("ledger.read", _tell_below_zero),
    ("exchange.read", _tell_messages),
)


def list_figures(reader: Reader) -> list[KeyFigure]:
    """Return the figures of the reader's roles whose pages this node has."""
    figures = [tell(reader) for action, tell in FIGURES if reader.actor.may(action)]
    return [figure for figure in figures if figure.url and not figure.url.startswith("?")]
