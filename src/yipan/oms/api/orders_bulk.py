"""Orders taken in many at once (批量接单): what a marketplace sends in one call."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.documents.doors import get_trace
from yipan.foundation.ids import make_id
from yipan.oms.api.schemas import ChannelOrderIn
from yipan.oms.documents import order_many
from yipan.oms.documents.order import Bought, BoughtLine
from yipan.oms.documents.order_many import Answer, Placed

router = Router(tags=["OMS"])


class ChannelOrdersIn(Schema):
    rows: Annotated[list[ChannelOrderIn], Field(min_length=1, max_length=order_many.ORDERS_MAX)]


class ChannelOrderResultOut(Schema):
    """What became of one order: ok, duplicate (told before), or refused with the code."""

    id: str
    status: str
    number: str
    code: str
    facts: dict[str, Any]

    @classmethod
    def of(cls, answer: Answer) -> ChannelOrderResultOut:
        """Return what is told of an order; `id` is the channel's number of it."""
        if answer.refusal is not None:
            return cls(
                id=answer.external_id,
                status="refused",
                number="",
                code=answer.refusal.code,
                facts=answer.refusal.facts,
            )
        assert answer.taken is not None, "an order is taken or refused"
        return cls(
            id=answer.external_id,
            status="duplicate" if answer.taken.is_repeat else "ok",
            number=answer.taken.number,
            code="",
            facts={},
        )


class ChannelOrderResultsOut(Schema):
    data: list[ChannelOrderResultOut]


@router.post("/orders/bulk", response=ChannelOrderResultsOut)
@endpoint(action="oms.order.write", repeatable=True)
def take_orders(request: HttpRequest, payload: ChannelOrdersIn) -> ChannelOrderResultsOut:
    """
    Take in up to 200 orders, each by itself, in the order they are sent.

    Each carries the channel's own number, so that sending them again takes none twice. One that
    is refused holds nobody up.
    """
    actor = get_actor(request)
    for row in payload.rows:
        if row.pickup_site:
            actor.require_site(row.pickup_site)
    at = timezone.now()
    placed = [Placed(bought=_read(row), at=at, message_id=make_id()) for row in payload.rows]
    answers = order_many.take_all(placed, by=get_trace(request))
    return ChannelOrderResultsOut(data=[ChannelOrderResultOut.of(it) for it in answers])


def _read(row: ChannelOrderIn) -> Bought:
    fields = row.model_dump()
    fields["lines"] = tuple(BoughtLine(**line) for line in fields["lines"])
    return Bought(**fields)
