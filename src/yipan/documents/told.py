"""What is checked of a document another system tells of, before it is booked.

A message is data from outside: what is wrong with it is a refusal, under which the message
is parked until a person has decided or master data has arrived.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sized
from datetime import date, datetime

from yipan.foundation.moments import to_utc
from yipan.foundation.refusals import Refusal
from yipan.masterdata import queries as masterdata
from yipan.masterdata.refusals import SiteUnknown, SkuUnknown

LINES_MAX = 1_000

#: More of one SKU on one line than anybody handles at once: weighed goods count in grams.
QUANTITY_MAX = 99_999_999


class NumberReused(Refusal):
    """A site used the number of a document again, for another content. A person has to look."""

    code = "document.number_reused"


class SiteMismatch(Refusal):
    """A source told of goods at a site it does not speak for."""

    code = "document.site_mismatch"
    status = 422


class QuantityNotPlausible(Refusal):
    """A quantity or an amount is negative where it cannot be, or larger than anybody handles."""

    code = "document.quantity_not_plausible"
    status = 422


class DateUnreadable(Refusal):
    """A date is not written as year-month-day."""

    code = "document.date_unreadable"
    status = 422


class TooManyLines(Refusal):
    """A document has more lines than one may have; it has to be split."""

    code = "document.too_many_lines"
    status = 422


def is_told_by_its_site(*, source: str, site: str) -> bool:
    """
    Tell whether a source speaks for a site: `wms:W1/stock` for W1, `till:S12-1/stock` for S12.

    A source may add a device to the site's code, after a hyphen.
    """
    _, _, speaker = source.partition("/")[0].partition(":")
    return speaker == site or speaker.startswith(f"{site}-")


def require_speaker(*, source: str, site: str) -> None:
    """
    Return quietly when the source may tell of goods at the site.

    :raises SiteMismatch: if it speaks for another one.
    """
    if not is_told_by_its_site(source=source, site=site):
        raise SiteMismatch(source=source, site=site)


def require_known(*, sites: Collection[str], skus: Collection[str]) -> None:
    """
    Return quietly when all sites and SKUs are master data.

    :raises SiteUnknown: if a site is not.
    :raises SkuUnknown: if a SKU is not; what names it waits until there is one.
    """
    unknown_sites, unknown_skus = masterdata.list_unknown(sites=sites, skus=skus)
    if unknown_sites:
        raise SiteUnknown(site=unknown_sites[0])
    if unknown_skus:
        raise SkuUnknown(sku=unknown_skus[0])


def require_few(lines: Sized) -> None:
    """
    Return quietly when a document has no more lines than one may have.

    :raises TooManyLines: if it has more.
    """
    if len(lines) > LINES_MAX:
        raise TooManyLines(lines=len(lines), maximum=LINES_MAX)


def require_plausible(quantities: Iterable[tuple[str, int]], *, minimum: int = 0) -> None:
    """
    Return quietly when each quantity, told with its SKU, lies between `minimum` and the maximum.

    :raises QuantityNotPlausible: if one does not.
    """
    for sku, quantity in quantities:
        if not minimum <= quantity <= QUANTITY_MAX:
            raise QuantityNotPlausible(sku=sku, quantity=quantity)


def read_date(text: str) -> date:
    """
    Return the day a text names.

    :raises DateUnreadable: if it names none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise DateUnreadable(date=text[:32]) from error


def read_moment(text: str) -> datetime | None:
    """
    Return the instant a text names, None when it names a day alone.

    :raises DateUnreadable: if it names neither, or an instant without its offset.
    """
    if len(text) <= len("2026-01-31"):
        read_date(text)
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise DateUnreadable(date=text[:32])
        return to_utc(moment)
    except ValueError as error:
        raise DateUnreadable(date=text[:32]) from error
