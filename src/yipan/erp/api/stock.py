"""Reads of stock levels and movements, now and as they were."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Query, Router

from yipan.access.actors import Actor, get_actor
from yipan.access.doors import endpoint
from yipan.documents import bulk
from yipan.documents.bulk import Line
from yipan.erp.api.level_lines import LevelFoundOut, LevelsFindIn, LevelsFoundOut
from yipan.erp.api.stock_schemas import (
    LevelOut,
    LevelPage,
    LevelsAsAtQuery,
    LevelsQuery,
    MovementOut,
    MovementPage,
    MovementsQuery,
)
from yipan.erp.queries import levels, levels_as_at
from yipan.erp.queries.levels import SORTS, LevelFilter
from yipan.erp.queries.levels_as_at import Moment
from yipan.foundation.refusals import NotFound, Refusal
from yipan.ledger.queries import list_movements
from yipan.ledger.rows import MovementRow
from yipan.masterdata.queries import get_sku
from yipan.pool.book import SITE_BOOK

router = Router()

#: Pages of a SKU that are looked through for movements of one site.
PAGES_SEARCHED_MAX = 20


class SortUnknown(Refusal):
    """A list cannot be ordered by this."""

    code = "levels.sort_unknown"
    status = 422


@router.post("/levels/query", response=LevelsFoundOut)
@endpoint(action="ledger.read", repeatable=True)
def query_levels(request: HttpRequest, payload: LevelsFindIn) -> LevelsFoundOut:
    """Tell what up to 1,000 sites have of a SKU each, a result per line and nothing changed."""
    actor = get_actor(request)
    bulk.check([Line(id=line.id, content={}) for line in payload.lines])
    found = levels.find_stock([(line.sku, line.site) for line in payload.lines])
    return LevelsFoundOut(
        data=[
            LevelFoundOut(id=line.id, status="refused", code=NotFound.code)
            if row is None or not actor.sees(line.site)
            else LevelFoundOut(id=line.id, status="ok", result=LevelOut.of(row))
            for line, row in zip(payload.lines, found, strict=True)
        ]
    )


@router.get("/levels", response=LevelPage)
@endpoint(action="ledger.read")
def list_levels(request: HttpRequest, which: Query[LevelsQuery]) -> LevelPage:
    """Tell what every site has of every SKU (库存): on order, in transit, on hand by status."""
    if which.sort.removeprefix("-") not in SORTS or which.sort == "-sku":
        raise SortUnknown(sort=which.sort)
    rows = levels.list_stock(
        LevelFilter(
            text=which.q,
            skus=(which.sku,) if which.sku else (),
            category=which.category,
            site=which.site,
            site_type=which.site_type,
            region=which.region,
            sites=get_actor(request).sites,
        ),
        sort=which.sort,
        after=which.cursor,
        limit=which.limit,
    )
    is_full = len(rows) == which.limit
    return LevelPage(
        data=[LevelOut.of(row) for row in rows], next_cursor=rows[-1].cursor if is_full else None
    )


@router.get("/levels/as-at", response=LevelPage)
@endpoint(action="ledger.read")
def list_levels_as_at(request: HttpRequest, which: Query[LevelsAsAtQuery]) -> LevelPage:
    """Tell what one site, or one SKU, had at a past moment, as known at another."""
    rows = levels_as_at.list_stock_as_at(
        LevelFilter(
            skus=(which.sku,) if which.sku else (),
            site=which.site,
            sites=get_actor(request).sites,
        ),
        Moment(as_of=which.as_of, known_at=which.known_at),
        after=which.cursor,
        limit=which.limit,
    )
    is_full = len(rows) == which.limit
    return LevelPage(
        data=[LevelOut.of(row) for row in rows], next_cursor=rows[-1].cursor if is_full else None
    )


@router.get("/movements", response=MovementPage)
@endpoint(action="ledger.read")
def list_hub_movements(request: HttpRequest, which: Query[MovementsQuery]) -> MovementPage:
    """Tell the movements of a SKU in the site book (库存流水), the last recorded first."""
    actor = get_actor(request)
    sku = get_sku(which.sku).code
    before = which.cursor or None
    found: list[MovementRow] = []
    for _page in range(PAGES_SEARCHED_MAX):
        rows = list_movements(book=SITE_BOOK, sku=sku, limit=which.limit, before=before)
        for row in rows:
            before = row.cursor
            if _is_asked_for(row, site=which.site, actor=actor):
                found.append(row)
            if len(found) == which.limit:
                break
        if len(found) == which.limit or len(rows) < which.limit:
            break
    is_over = len(found) < which.limit and len(rows) < which.limit
    return MovementPage(
        data=[MovementOut.of(row) for row in found], next_cursor=None if is_over else before
    )


def _is_asked_for(row: MovementRow, *, site: str, actor: Actor) -> bool:
    """Tell whether a movement touches the site asked for, and one that the actor sees."""
    sites = {
        account.split("/")[1]
        for account in (row.from_account, row.to_account)
        if account.startswith("on_hand/")
    }
    if site and site not in sites:
        return False
    return actor.sites is None or any(actor.sees(it) for it in sites)
