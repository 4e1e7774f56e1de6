"""Promises through the fastlane: read in the loop, decided many at once in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import Meta

from yipan.access.actors import Actor
from yipan.documents.told import NumberReused
from yipan.fastlane.answers import Reply, encode, tell, tell_refusal
from yipan.fastlane.shelf import Shelf, Shown
from yipan.foundation.refusals import Refusal
from yipan.foundation.requests import IdempotencyKeyReused, Malformed
from yipan.ledger.moves import QUANTITY_MAX
from yipan.masterdata import queries as masterdata
from yipan.masterdata.refusals import SiteUnknown, SkuUnknown
from yipan.pool import promises, queries, rules
from yipan.pool.promises import Answer, Ask, PromiseRow, Step
from yipan.pool.rules import PromisedLine

HOLD_SECONDS_MAX = 86_400
KNOWN_MAX = 1_000_000

Clock = Callable[[], datetime]
Sku = Annotated[str, Meta(min_length=1, max_length=48)]
Site = Annotated[str, Meta(max_length=16)]
Code = Annotated[str, Meta(max_length=32)]
Method = Literal["", "ship", "pickup", "ship_to_store"]


class LineIn(msgspec.Struct, kw_only=True):
    """A quantity of one SKU, in its smallest unit, wanted at one site, or at any."""

    sku: Sku
    quantity: Annotated[int, Meta(ge=1, le=QUANTITY_MAX)]
    site: Site = ""


class ReservationIn(msgspec.Struct, kw_only=True):
    """What to set aside for an order: all lines or none."""

    lines: Annotated[list[LineIn], Meta(min_length=1, max_length=promises.LINES_PER_PROMISE_MAX)]
    external_id: Annotated[str, Meta(max_length=96)] = ""
    channel: Code = ""
    method: Method = ""
    group: Code = ""
    due_on: date | None = None
    allow_partial: bool = False
    priority: Annotated[int, Meta(ge=-1000, le=1000)] = 0


class HoldIn(ReservationIn, kw_only=True):
    """
    What to set aside for a cart, and for how long.

    Unsaid, it is as long as the channel keeps carts; 900 seconds without a channel.
    """

    expires_in_seconds: Annotated[int, Meta(ge=1, le=HOLD_SECONDS_MAX)] | None = None


class ExtendIn(msgspec.Struct, kw_only=True):
    """How much longer a hold should stand, from now; unsaid, as long as its channel keeps carts."""

    expires_in_seconds: Annotated[int, Meta(ge=1, le=HOLD_SECONDS_MAX)] | None = None


class MoveIn(msgspec.Struct, kw_only=True):
    """Where all that stands of a promise should be set aside instead."""

    lines: Annotated[list[LineIn], Meta(min_length=1, max_length=promises.LINES_PER_PROMISE_MAX)]


_read_reservation = msgspec.json.Decoder(ReservationIn).decode
_read_hold = msgspec.json.Decoder(HoldIn).decode
_read_extend = msgspec.json.Decoder(ExtendIn).decode
_read_move = msgspec.json.Decoder(MoveIn).decode


class AvailabilityAsk(NamedTuple):
    """Whose availability somebody asks for, within which sites."""

    skus: tuple[str, ...]
    sites: frozenset[str] | None


def read_new(step: Step, body: bytes, *, actor: Actor, key: str, at: datetime) -> Ask:
    """
    Return what a body asks to set aside.

    :raises msgspec.MsgspecError: if it cannot be read.
    :raises NotFound: if it names a site that is none of the asker's.
    """
    wanted = _read_hold(body) if step == "hold" else _read_reservation(body)
    lines = _read_lines(wanted.lines, actor)
    if b"\\u0000" in body:
        raise Malformed(errors=[{"pointer": "", "code": Malformed.code}])
    seconds = wanted.expires_in_seconds if isinstance(wanted, HoldIn) else None
    return Ask(
        step=step,
        number=rules.derive_number("hld" if step == "hold" else "rsv", asker=actor.name, key=key),
        lines=lines,
        expires_at=None if seconds is None else at + timedelta(seconds=seconds),
        seconds=seconds,
        external_id=wanted.external_id,
        actor=actor.name,
        channel=wanted.channel,
        method=wanted.method,
        group=wanted.group,
        due_on=wanted.due_on,
        may_be_partial=wanted.allow_partial,
        priority=wanted.priority,
    )


def read_step(step: Step, number: str, body: bytes, *, actor: Actor, at: datetime) -> Ask:
    """
    Return the next step somebody asks a promise to take.

    :raises msgspec.MsgspecError: if its body cannot be read.
    """
    ask = Ask(step=step, number=number[:64], actor=actor.name, sites=actor.sites)
    if step == "extend":
        seconds = _read_extend(body).expires_in_seconds
        return ask if seconds is None else replace(ask, expires_at=at + timedelta(seconds=seconds))
    if step == "move":
        return replace(ask, lines=_read_lines(_read_move(body).lines, actor))
    return ask


def _read_lines(lines: Sequence[LineIn], actor: Actor) -> tuple[PromisedLine, ...]:
    for site in {line.site for line in lines}:
        if site or actor.sites is not None:
            actor.require_site(site)
    return tuple(
        PromisedLine(site=line.site, sku=line.sku, quantity=line.quantity) for line in lines
    )


class Desk:
    """Decides batches of promises; remembers which SKUs and sites it has seen to exist."""

    def __init__(self, *, clock: Clock, shelf: Shelf) -> None:
        self._clock = clock
        self._shelf = shelf
        self._skus: set[str] = set()
        self._sites: set[str] = set()

    def decide(self, asks: Sequence[Ask]) -> list[Answer]:
        """Decide a batch in one transaction, in order of arrival."""
        unknown = self._find_unknown(asks)
        sound = [place for place in range(len(asks)) if place not in unknown]
        decided = promises.decide(asks=[asks[place] for place in sound], at=self._clock())
        # Of refused ones too: what was shown was wrong.
        self._shelf.forget(
            {line.sku for ask in asks for line in ask.lines}
            | {line.sku for it in decided if isinstance(it, PromiseRow) for line in it.lines}
        )
        answers: dict[int, Answer] = dict(zip(sound, decided, strict=True))
        return [unknown.get(place) or answers[place] for place in range(len(asks))]

    def _find_unknown(self, asks: Sequence[Ask]) -> dict[int, Refusal]:
        skus = {line.sku for ask in asks for line in ask.lines} - self._skus
        sites = {line.site for ask in asks for line in ask.lines} - self._sites - {""}
        lost_skus = set(masterdata.list_unknown_skus(skus)) if skus else set()
        lost_sites = set(masterdata.list_unknown_sites(sites)) if sites else set()
        if len(self._skus) > KNOWN_MAX:
            self._skus.clear()
        self._skus |= skus - lost_skus
        self._sites |= sites - lost_sites
        if not lost_skus and not lost_sites:
            return {}
        refusals: dict[int, Refusal] = {}
        for place, ask in enumerate(asks):
            for line in ask.lines:
                if line.site in lost_sites:
                    refusals.setdefault(place, SiteUnknown(site=line.site))
                elif line.sku in lost_skus:
                    refusals.setdefault(place, SkuUnknown(sku=line.sku))
        return refusals

    def find(self, asked: AvailabilityAsk) -> Reply | None:
        """Return the answer at once where all of it was read a moment ago."""
        skus = set(asked.skus)
        shown = self._shelf.find(skus)
        return _write_availability(asked, shown) if len(shown) == len(skus) else None

    def look_up(self, asks: Sequence[AvailabilityAsk]) -> list[Reply]:
        """Answer what each asked for; each SKU is read once for all of them."""
        skus = {sku for asked in asks for sku in asked.skus}
        shown = self._shelf.find(skus)
        missing = skus - shown.keys()
        if missing:
            began = self._shelf.start()
            rows = queries.list_availability_by_sku(skus=missing, at=self._clock())
            shown |= self._shelf.keep(missing, rows, began=began)
        return [_write_availability(asked, shown) for asked in asks]


def write_answer(ask: Ask, answer: Answer) -> Reply:
    """Return the reply to a decided step."""
    if isinstance(answer, NumberReused):
        return tell_refusal(IdempotencyKeyReused())
    if isinstance(answer, Refusal):
        return tell_refusal(answer)
    status = 201 if ask.step in {"hold", "reserve"} else 200
    return tell(_describe(answer), status=status, is_repeat=answer.is_repeat)


def _write_availability(asked: AvailabilityAsk, shown: Mapping[str, Shown]) -> Reply:
    """Return the reply to a question about availability, with a sum per SKU."""
    mine = {sku: shown[sku] for sku in sorted(set(asked.skus))}
    if asked.sites is not None:
        mine = {sku: each.narrow(asked.sites) for sku, each in mine.items()}
    rows = b",".join(each.body for each in mine.values() if each.body)
    sums = encode({sku: each.total for sku, each in mine.items()})
    return Reply(status=200, body=b'{"data":[%s],"available_to_promise":%s}' % (rows, sums))


def _describe(row: PromiseRow) -> dict[str, object]:
    return {
        "number": row.number,
        "state": row.state,
        "lines": [
            {
                "sku": line.sku,
                "site": line.site,
                "quantity": line.quantity,
                "supply": line.supply,
                "due_on": line.due_on,
            }
            for line in row.lines
        ],
        "external_id": row.external_id,
        "created_at": row.created_at,
        "expires_at": row.expires_at,
        "committed_at": row.committed_at,
        "short": row.short,
        "duplicate": row.is_repeat,
    }
