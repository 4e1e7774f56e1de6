"""The hub writes down the cash a store moved (现金存取): for the cash sheet of its day."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from yipan.documents import told, trail
from yipan.erp.models import CashMove
from yipan.erp.rules import get_hub_number
from yipan.exchange.subscriptions import Heard
from yipan.foundation.refusals import Refusal
from yipan.messages.pos import CashMoved

DOCUMENT_TYPE = "cash_move"
CASH_TYPES = ("float", "pay_in", "pay_out", "drop")
AMOUNT_MAX = 10**12


class CashTypeUnknown(Refusal):
    """A store moved cash in a way that is none of float, pay in, pay out and drop."""

    code = "cash_move.type_unknown"
    status = 422


@transaction.atomic
def record(*, message: CashMoved, heard: Heard, at: datetime) -> CashMove:
    """
    Write down one movement of cash. Told again, it changes nothing.

    :raises SiteMismatch: if a source tells of another store's drawer.
    :raises CashTypeUnknown: if it is no kind of movement.
    :raises QuantityNotPlausible: if the amount is not positive, or absurd.
    :raises NumberReused: if the store used the number for another movement before.
    """
    told.require_speaker(source=heard.source, site=message.site)
    told.require_known(sites=[message.site], skus=[])
    if message.cash_type not in CASH_TYPES:
        raise CashTypeUnknown(cash_type=message.cash_type[:16])
    if not 0 < message.amount_minor <= AMOUNT_MAX:
        raise told.QuantityNotPlausible(amount_minor=message.amount_minor)
    day = told.read_date(message.business_date)
    number = get_hub_number(site=message.site, number=message.document_number)
    known = CashMove.objects.filter(number=number).first()
    if known is not None:
        if (known.till, known.business_date, known.cash_type, known.amount_minor) != (
            message.till,
            day,
            message.cash_type,
            message.amount_minor,
        ):
            raise told.NumberReused(number=message.document_number, site=message.site)
        return known
    move = CashMove.objects.create(
        number=number,
        site=message.site,
        site_number=message.document_number,
        till=message.till,
        business_date=day,
        cash_type=message.cash_type,
        amount_minor=message.amount_minor,
        currency=message.currency,
        reason=message.reason[:200],
        moved_by=message.moved_by[:160],
        occurred_at=message.occurred_at,
        recorded_at=at,
        message_id=message.message_id,
        source=heard.source,
        sequence=heard.sequence,
    )
    trail.record(
        trail.Step(
            document_type=DOCUMENT_TYPE,
            system="erp",
            sites=(message.site,),
            number=number,
            step="post",
            to_state="posted",
            actor=message.moved_by or heard.source,
            device=message.till,
            at=message.occurred_at,
            reason=message.reason[:200],
            message_id=message.message_id,
        )
    )
    return move
