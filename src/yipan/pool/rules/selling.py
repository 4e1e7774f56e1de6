"""
What may be sold (可售量): from on hand to a promise, step by step, each step adding up.

Nothing here reads the database or the clock. Quantities are in the SKU's smallest unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """A selling rule that counts today. Empty fields stand for all; see `SellingRule`."""

    id: int
    kind: str
    sku: str = ""
    site: str = ""
    channel: str = ""
    method: str = ""
    quantity: int = 0
    percent: int = 0
    is_exclusive: bool = False
    due_on: date | None = None
    priority: int = 0
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteStock:
    """What one site has of one SKU, by status; `due` is what expired holds give back."""

    site: str
    available: int = 0
    held: int = 0
    reserved: int = 0
    quarantine: int = 0
    damaged: int = 0
    blocked: int = 0
    due: int = 0

    @property
    def on_hand(self) -> int:
        """Return everything at the site, in whatever status."""
        set_aside = self.held + self.reserved
        return self.available + set_aside + self.quarantine + self.damaged + self.blocked


@dataclass(frozen=True, kw_only=True, slots=True)
class Incoming:
    """What is still to come under one line of a document, and not promised to anybody yet."""

    key: str
    document_type: str
    number: str
    site: str
    quantity: int
    quantity_promised: int
    expected_on: date | None
    usable_on: date | None
    is_late: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """For whom the question is: a channel, a method, a day."""

    channel: str = ""
    method: str = ""
    by: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """
    One bar of the waterfall from on hand to the promise.

    `code` says what it is; `site`, `rule` and `number` what is behind it.
    """

    code: str
    amount: int
    is_total: bool = False
    site: str = ""
    rule: int = 0
    document_type: str = ""
    number: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """
    What may be sold of one SKU, and why.

    `sellable` is the promise; `now` is what of it is there. `by_site` maps a site to what it
    could give. `own_quota` is the quota the asker's sales count against, and what is left.
    """

    sku: str
    sellable: int
    now: int
    by_site: Mapping[str, int]
    incoming: tuple[Incoming, ...]
    late: tuple[Incoming, ...]
    presales: tuple[tuple[Rule, int], ...]
    own_quota: Rule | None
    own_quota_left: int
    next_date: date | None
    steps: tuple[Step, ...]


def find_rule(
    rules: Iterable[Rule],
    kind: str,
    *,
    sku: str,
    site: str = "",
    channel: str = "",
    method: str = "",
) -> Rule | None:
    """
    Return the most specific rule of a kind that fits, or None.

    A SKU weighs more than a site, a site more than a channel, that more than a method. Ties go
    to the higher priority, then to the older rule: never to whoever edited last.
    """
    best: tuple[tuple[int, int, int], Rule] | None = None
    for rule in rules:
        if rule.kind != kind or not _fits(rule, sku, site, channel, method):
            continue
        weight = (
            (8 if rule.sku else 0)
            + (4 if rule.site else 0)
            + (2 if rule.channel else 0)
            + (1 if rule.method else 0)
        )
        rank = (weight, rule.priority, -rule.id)
        if best is None or rank > best[0]:
            best = (rank, rule)
    return None if best is None else best[1]


def _fits(rule: Rule, sku: str, site: str, channel: str, method: str) -> bool:
    return (
        rule.sku in {"", sku}
        and rule.site in {"", site}
        and rule.channel in {"", channel}
        and rule.method in {"", method}
    )


def measure(
    *,
    sku: str,
    stock: Sequence[SiteStock],
    rules: Sequence[Rule],
    left: Mapping[int, int],
    incoming: Sequence[Incoming] = (),
    terms: Terms,
) -> Measured:
    """
    Return what may be sold of a SKU on some terms, with each step from on hand to it.

    `left` maps a quota or a pre-sale to what is left of it. The amounts of the steps add up to
    `sellable` exactly.
    """
    steps = _list_statuses(stock)
    by_site: dict[str, int] = {}
    for each in stock:
        free, withheld = _withhold_at_site(sku, each, rules, terms)
        by_site[each.site] = free
        steps += withheld
    now = sum(by_site.values())
    now, withheld = _withhold_from_pool(sku, now, rules, left, terms)
    steps += withheld
    usable, late, waiting = _sort_incoming(incoming, terms)
    steps += _list_incoming(usable)
    presales = _list_presales(sku, rules, left, terms)
    steps += [Step(code="presale", amount=rest, rule=rule.id) for rule, rest in presales]
    sellable = now + sum(it.quantity for it in usable) + sum(rest for _, rest in presales)
    quota = find_rule(rules, "quota", sku=sku, channel=terms.channel) if terms.channel else None
    quota_left = left.get(quota.id, 0) if quota else 0
    if quota is not None and not quota.is_exclusive and sellable > quota_left:
        steps.append(Step(code="quota", amount=quota_left - sellable, rule=quota.id))
        sellable = quota_left
    steps.append(Step(code="sellable", amount=sellable, is_total=True))
    return Measured(
        sku=sku,
        sellable=sellable,
        now=now,
        by_site=by_site,
        incoming=tuple(usable),
        late=tuple(late),
        presales=presales,
        own_quota=quota,
        own_quota_left=quota_left,
        next_date=min((it.usable_on for it in waiting if it.usable_on), default=None),
        steps=tuple(steps),
    )


def _list_presales(
    sku: str, rules: Sequence[Rule], left: Mapping[int, int], terms: Terms
) -> tuple[tuple[Rule, int], ...]:
    """Return the pre-sales that have something left, and how much."""
    return tuple(
        (rule, left.get(rule.id, 0))
        for rule in rules
        if rule.kind == "presale"
        and _fits(rule, sku, "", terms.channel, terms.method)
        and left.get(rule.id, 0) > 0
    )


def _list_statuses(stock: Sequence[SiteStock]) -> list[Step]:
    steps = [Step(code="on_hand", amount=sum(it.on_hand for it in stock), is_total=True)]
    amounts = (
        ("quarantine", -sum(it.quarantine for it in stock)),
        ("damaged", -sum(it.damaged for it in stock)),
        ("blocked", -sum(it.blocked for it in stock)),
        ("reserved", -sum(it.reserved for it in stock)),
        ("held", -sum(it.held - it.due for it in stock)),
    )
    steps += [Step(code=code, amount=amount) for code, amount in amounts if amount]
    # Below zero at one site takes nothing from the others: the goods there are there.
    for it in stock:
        if it.available + it.due < 0:
            steps.append(Step(code="below_zero", amount=-(it.available + it.due), site=it.site))
    return steps


def _withhold_at_site(
    sku: str, stock: SiteStock, rules: Sequence[Rule], terms: Terms
) -> tuple[int, list[Step]]:
    free = max(0, stock.available + stock.due)
    steps: list[Step] = []
    if not free:
        return 0, steps
    at = {"sku": sku, "site": stock.site}
    off = find_rule(rules, "switch_off", **at, channel=terms.channel, method=terms.method)
    if off is not None:
        return 0, [Step(code="switch_off", amount=-free, site=stock.site, rule=off.id)]
    safety = find_rule(rules, "safety_stock", **at)
    if safety is not None and safety.quantity:
        taken = min(free, safety.quantity)
        steps.append(Step(code="safety_stock", amount=-taken, site=stock.site, rule=safety.id))
        free -= taken
    of_sites = [rule for rule in rules if rule.site]
    buffer = find_rule(of_sites, "buffer", **at, channel=terms.channel, method=terms.method)
    taken = _size_buffer(buffer, free)
    if buffer is not None and taken:
        steps.append(Step(code="buffer", amount=-taken, site=stock.site, rule=buffer.id))
        free -= taken
    return free, steps


def _withhold_from_pool(
    sku: str, now: int, rules: Sequence[Rule], left: Mapping[int, int], terms: Terms
) -> tuple[int, list[Step]]:
    steps: list[Step] = []
    of_pool = [rule for rule in rules if not rule.site]
    buffer = find_rule(of_pool, "buffer", sku=sku, channel=terms.channel, method=terms.method)
    taken = _size_buffer(buffer, now)
    if buffer is not None and taken:
        steps.append(Step(code="buffer", amount=-taken, rule=buffer.id))
        now -= taken
    for rule in rules:
        is_of_others = (
            rule.kind == "quota"
            and rule.is_exclusive
            and rule.sku == sku
            and rule.channel != terms.channel
        )
        taken = min(now, left.get(rule.id, 0)) if is_of_others else 0
        if taken:
            steps.append(Step(code="exclusive", amount=-taken, rule=rule.id))
            now -= taken
    return now, steps


def _list_incoming(usable: Sequence[Incoming]) -> list[Step]:
    return [
        Step(
            code="incoming",
            amount=it.quantity,
            site=it.site,
            document_type=it.document_type,
            number=it.number,
        )
        for it in usable
    ]


def _size_buffer(rule: Rule | None, free: int) -> int:
    if rule is None:
        return 0
    # A share is rounded up: half a piece cannot be withheld.
    return min(free, max(rule.quantity, -(-free * rule.percent // 100)))


def _sort_incoming(
    incoming: Sequence[Incoming], terms: Terms
) -> tuple[list[Incoming], list[Incoming], list[Incoming]]:
    """Return what comes in time, what is late and counts no longer, and what comes after."""
    usable, late, waiting = [], [], []
    for it in sorted(incoming, key=lambda it: (it.usable_on or date.max, it.key)):
        if it.is_late or it.usable_on is None:
            late.append(it)
        elif it.quantity <= 0:
            continue
        elif terms.by is not None and it.usable_on <= terms.by:
            usable.append(it)
        else:
            waiting.append(it)
    return usable, late, waiting


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """So much of a wanted quantity from one site, one supply or one pre-sale."""

    quantity: int
    site: str = ""
    supply: str = ""
    due_on: date | None = None


def place(
    quantity: int,
    *,
    by_site: Mapping[str, int],
    incoming: Sequence[tuple[str, str, int, date | None]] = (),
) -> list[Share]:
    """
    Return from where a quantity is set aside; less than it when there is less.

    One site that has it all, if any: the one with the most, so that those with little keep it
    for whoever walks in. Else the sites by what they have, then what is to come, in its order:
    `incoming` is key, site, quantity and day.
    """
    shares: list[Share] = []
    sites = sorted(
        ((free, site) for site, free in by_site.items() if free > 0),
        key=lambda it: (-it[0], it[1]),
    )
    rest = quantity
    for free, site in sites:
        taken = min(rest, free)
        shares.append(Share(quantity=taken, site=site))
        rest -= taken
        if not rest:
            return shares
    for key, site, free, day in incoming:
        taken = min(rest, free)
        if taken > 0:
            shares.append(Share(quantity=taken, site=site, supply=key, due_on=day))
            rest -= taken
        if not rest:
            break
    return shares
