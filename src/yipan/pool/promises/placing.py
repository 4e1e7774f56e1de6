"""
Where goods are set aside that somebody wants from the pool, or through a channel.

One look at stock, rules and supply for all asks of a batch, then each in order of arrival. The
ledger has the last word: who was overtaken meanwhile is placed again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils import timezone

from yipan.foundation.refusals import NotFound, Refusal
from yipan.pool import rules
from yipan.pool.promises.values import Ask, InsufficientStock
from yipan.pool.queries.channels import find_sites_behind, find_sites_of
from yipan.pool.queries.selling import World, measure_in, narrow, read_world, take_line
from yipan.pool.rules import PromisedLine, get_presale_key
from yipan.pool.rules.selling import Measured, Share, Terms, place


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """The lines that can be set aside, and what of the asked cannot: SKU to quantity."""

    lines: tuple[PromisedLine, ...]
    short: Mapping[str, int]


def needs_placing(ask: Ask) -> bool:
    """Tell whether the pool has to say from where, or whether a channel may."""
    return bool(ask.channel or ask.group or ask.may_be_partial or ask.due_on) or any(
        not line.site for line in ask.lines
    )


def place_all(asks: Mapping[int, Ask], *, at: datetime) -> dict[int, Placed | Refusal]:
    """Return for each ask, by its place in the batch, its lines or why there are none."""
    skus = {line.sku for ask in asks.values() for line in ask.lines}
    # The rules are locked: a limit that two doors check at once would be sold twice.
    world = read_world(skus, at=at, sites=None, lock=True)
    found: dict[int, Placed | Refusal] = {}
    today = timezone.localdate(at)
    reach: dict[tuple[str, str, bool], frozenset[str] | None] = {}
    for number, ask in asks.items():
        key = (ask.channel, ask.group, ask.is_owed)
        try:
            if key not in reach:
                find = find_sites_behind if ask.is_owed else find_sites_of
                reach[key] = find(channel=ask.channel, group=ask.group, on=today)
        except NotFound as refusal:
            found[number] = refusal
            continue
        placed, after = _place(ask, world, sites=reach[key])
        found[number] = placed
        if isinstance(placed, Placed):
            world = after
    return found


def _place(
    ask: Ask, world: World, *, sites: frozenset[str] | None
) -> tuple[Placed | Refusal, World]:
    terms = Terms(channel=ask.channel, method=ask.method, by=ask.due_on)
    lines: list[PromisedLine] = []
    short: dict[str, int] = {}
    for wanted in rules.sum_lines(_expand(ask, world)):
        seen = narrow(world, sites)
        measured = measure_in(seen, wanted.sku, terms=terms)
        shares = _share(measured, wanted, ask)
        got = sum(share.quantity for share in shares)
        if got < wanted.quantity and not ask.may_be_partial:
            return _refuse(ask, wanted, measured, got), world
        if got < wanted.quantity:
            short[wanted.sku] = short.get(wanted.sku, 0) + wanted.quantity - got
        for line in _make_lines(wanted, shares, measured):
            lines.append(line)
            world = take_line(world, line)
    if not lines:
        first = min(ask.lines)
        measured = measure_in(narrow(world, sites), first.sku, terms=terms)
        return _refuse(ask, first, measured, 0), world
    return Placed(lines=rules.sum_lines(lines), short=short), world


def _expand(ask: Ask, world: World) -> list[PromisedLine]:
    """Return the lines with every bundle replaced by its parts."""
    lines = []
    for line in ask.lines:
        parts = world.parts.get(line.sku)
        if parts:
            lines += [replace(line, sku=sku, quantity=line.quantity * n) for sku, n in parts]
        else:
            lines.append(line)
    return lines


def _share(measured: Measured, wanted: PromisedLine, ask: Ask) -> list[Share]:
    quantity = min(wanted.quantity, measured.sellable)
    by_site = dict(measured.by_site)
    if wanted.site:
        by_site = {wanted.site: by_site.get(wanted.site, 0)}
    by_site = {site: free for site, free in by_site.items() if site not in ask.without}
    # What the pool as a whole withholds is withheld from each site too.
    there = min(quantity, measured.now)
    shares = place(there, by_site=by_site)
    rest = quantity - sum(share.quantity for share in shares)
    if rest <= 0:
        return shares
    coming = [
        (it.key, it.site, it.quantity, it.usable_on)
        for it in measured.incoming
        if not wanted.site or it.site == wanted.site
    ]
    coming += [
        (get_presale_key(rule.id), "", left, rule.due_on) for rule, left in measured.presales
    ]
    return shares + place(rest, by_site={}, incoming=coming)


def _make_lines(
    wanted: PromisedLine, shares: list[Share], measured: Measured
) -> list[PromisedLine]:
    quota = measured.own_quota
    left = max(0, measured.own_quota_left)
    lines = []
    for share in shares:
        counted = min(left, share.quantity) if quota else 0
        left -= counted
        lines.append(
            PromisedLine(
                site=share.site,
                sku=wanted.sku,
                quantity=share.quantity,
                supply=share.supply,
                quota=quota.id if quota and counted else 0,
                quota_quantity=counted,
                is_floating=not wanted.site and not share.supply,
                due_on=share.due_on,
            )
        )
    return lines


def _refuse(ask: Ask, wanted: PromisedLine, measured: Measured, got: int) -> InsufficientStock:
    facts: dict[str, object] = {
        "sku": wanted.sku,
        "site": wanted.site,
        "requested_quantity": wanted.quantity,
        "available_quantity": got,
    }
    if not wanted.site:
        facts["pool"] = ask.group or ask.channel
    if measured.next_date is not None:
        facts["next_date"] = _write(measured.next_date)
    return InsufficientStock(**facts)


def _write(day: date) -> str:
    return day.isoformat()
