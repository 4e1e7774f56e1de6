"""What is new at each site, as far as a reader may know: alarms, and figures with a way to more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yipan.console.formats import write_age, write_integer, write_money
from yipan.console.reader import HUB_TOTALS, Reader, find_url

#: Shorter than this, a message is on its way and nobody need care.
LAG_PATIENCE_SECONDS: Final = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Alarm:
    """Something at a site a person should look at, and where."""

    text: str
    url: str
    tone: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """One thing about a site, as words, and the page that has more of it. `code` names it."""

    code: str
    label: str
    text: str
    url: str = ""


def find_alarms(reader: Reader) -> dict[str, list[Alarm]]:
    """Return what a person should look at, by site, as far as the reader may."""
    found: dict[str, list[Alarm]] = {}
    for action, find in _ALARMS:
        if reader.actor.may(action):
            for site, alarm in find(reader):
                if reader.actor.sees(site):
                    found.setdefault(site, []).append(alarm)
    return found


def find_facts(reader: Reader) -> dict[str, list[Fact]]:
    """Return what a reader may know of each site: sales, orders, goods to come, stock."""
    found: dict[str, list[Fact]] = {}
    for actions, find in _FACTS:
        if any(reader.actor.may(action) for action in actions):
            for site, fact in find(reader):
                found.setdefault(site, []).append(fact)
    return found


def _find_below_zero(reader: Reader) -> Iterator[tuple[str, Alarm]]:  # noqa: ARG001
    below: dict[str, int] = {}
    for row in HUB_TOTALS.get():
        below[row.place] = below.get(row.place, 0) + row.below
    url = find_url("books:index")
    for site, count in below.items():
        if count:
            text = ngettext("one account below zero", "%(count)s accounts below zero", count)
            yield site, Alarm(text=text % {"count": count}, url=url, tone="bad")


def _find_stuck(reader: Reader) -> Iterator[tuple[str, Alarm]]:
    now = timezone.now()
    # Whoever may not open messages is told all the same, and led to the books of the site.
    url = find_url("exchange:sources" if reader.actor.may("exchange.read") else "books:index")
    stuck: dict[str, int] = {}
    lags: dict[str, int] = {}
    for row in reader.all_sources:
        stuck[row.site] = stuck.get(row.site, 0) + row.parked + row.gaps
        lags[row.site] = max(lags.get(row.site, 0), row.get_lag_seconds(now))
    for site, count in stuck.items():
        if count:
            text = ngettext("one message stuck", "%(count)s messages stuck", count)
            yield site, Alarm(text=text % {"count": count}, url=url, tone="bad")
        elif lags[site] > LAG_PATIENCE_SECONDS:
            text = _("%(age)s behind") % {"age": write_age(lags[site])}
            yield site, Alarm(text=text, url=url, tone="warn")


def _find_late(reader: Reader) -> Iterator[tuple[str, Alarm]]:
    for site, load in reader.loads.items():
        if load.late:
            text = ngettext("one order late", "%(count)s orders late", load.late)
            alarm = Alarm(text=text % {"count": load.late}, url=find_url("oms:board"), tone="bad")
            yield site, alarm


def _find_cases(reader: Reader) -> Iterator[tuple[str, Alarm]]:
    page = find_url("recon:cases")
    for site, case in reader.cases.items():
        text = ngettext("one difference open", "%(count)s differences open", case.open)
        url = _with(page, site=site)
        tone = "bad" if case.due else "warn"
        yield site, Alarm(text=text % {"count": case.open}, url=url, tone=tone)


def _tell_sales(reader: Reader) -> Iterator[tuple[str, Fact]]:
    is_office = reader.actor.may("erp.read")
    url = find_url("erp:sales_issues" if is_office else "pos:tickets")
    sign, _text = write_money(0, currency="CNY")
    for (code, site), amount in reader.network_trends.by_site.items():
        if code == "sales_minor":
            text = f"{sign}{write_integer(amount // 100)}"
            yield site, Fact(code="sold", label=_("sold today"), text=text, url=_with(url, q=site))


def _tell_loads(reader: Reader) -> Iterator[tuple[str, Fact]]:
    url = _with(find_url("oms:orders"), state="open")
    for site, load in reader.loads.items():
        yield (
            site,
            Fact(
                code="orders", label=_("orders to fulfill"), text=write_integer(load.open), url=url
            ),
        )


def _tell_coming(reader: Reader) -> Iterator[tuple[str, Fact]]:
    coming: dict[str, int] = {}
    for way in reader.ways:
        coming[way.to_site] = coming.get(way.to_site, 0) + way.quantity
    url = find_url("erp:in_transit")
    for site, pieces in coming.items():
        yield (
            site,
            Fact(code="coming", label=_("on the way here"), text=write_integer(pieces), url=url),
        )


def _tell_expected(reader: Reader) -> Iterator[tuple[str, Fact]]:
    url = _with(find_url("erp:purchase_orders"), state="open")
    for site, pieces in reader.expected.items():
        yield site, Fact(code="expected", label=_("on order"), text=write_integer(pieces), url=url)


def _tell_stock(reader: Reader) -> Iterator[tuple[str, Fact]]:  # noqa: ARG001
    stock: dict[str, int] = {}
    for row in HUB_TOTALS.get():
        stock[row.place] = stock.get(row.place, 0) + row.quantity
    page, label = find_url("erp:stock"), _("on hand")
    for site, pieces in stock.items():
        url = _with(page, site=site)
        yield site, Fact(code="stock", label=label, text=write_integer(pieces), url=url)


def _with(url: str, **parameters: str) -> str:
    return f"{url}?{urlencode(parameters)}" if url else ""


#: Action a reader needs, and what looks for alarms.
_ALARMS: Final[tuple[tuple[str, Callable[[Reader], Iterable[tuple[str, Alarm]]]], ...]] = (
    ("ledger.read", _find_below_zero),
    ("exchange.read", _find_stuck),
    ("oms.read", _find_late),
    ("recon.read", _find_cases),
)

#: Actions one of which a reader needs, and what tells; what is told first stands on the map.
_FACTS: Final[
    tuple[tuple[tuple[str, ...], Callable[[Reader], Iterable[tuple[str, Fact]]]], ...]
] = (
    (("erp.read", "pos.read"), _tell_sales),
    (("oms.read",), _tell_loads),
    (("erp.read",), _tell_coming),
    (("erp.read",), _tell_expected),
    (("ledger.read",), _tell_stock),
)
