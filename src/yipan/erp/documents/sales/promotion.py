"""Steps of a promotion (促销): made and changed in the hub, told to the stores at its version."""

from __future__ import annotations

from uuid import NAMESPACE_URL, uuid5

from django.db import transaction

from yipan.documents import trail
from yipan.documents.trail import Step
from yipan.erp.documents.master.master_record import SOURCE, Author
from yipan.exchange import outbox
from yipan.foundation.promotions import Promotion
from yipan.masterdata import promotions
from yipan.masterdata.refusals import VersionMismatch
from yipan.messages.erp_promotions import PromotionChanged

DOCUMENT_TYPE = "promotion"


@transaction.atomic
def edit(row: Promotion, *, by: Author) -> Promotion:
    """
    Save a promotion somebody had before them; `row.version` is the one they saw, 0 for a new one.

    Stores are told when anything differs; what a ticket was given before stays.

    :raises VersionMismatch: if it was changed, or made, in the meantime.
    :raises RowWrong: if it cannot be kept, naming each field and why.
    """
    known = promotions.find([row.code]).get(row.code)
    if row.version != (known.version if known else 0):
        raise VersionMismatch(code=row.code, current_version=known.version if known else 0)
    saved = promotions.save(row)
    if saved is None:
        assert known is not None, "only what is known can be the same"
        return known
    _tell(saved, by=by)
    return saved


def _tell(row: Promotion, *, by: Author) -> None:
    message_id = uuid5(
        NAMESPACE_URL, f"yipan:promotion/{row.code}/{row.version}/{by.at.isoformat()}"
    )
    [sequence] = outbox.reserve_numbers(SOURCE)
    outbox.publish(
        PromotionChanged(
            message_id=message_id,
            occurred_at=by.at,
            promotion=row.code,
            version=row.version,
            promotion_kind=row.kind,
            name=row.name,
            name_zh=row.name_zh,
            percent=row.percent,
            amount_minor=row.amount_minor,
            buy_quantity=row.buy_quantity,
            pay_quantity=row.pay_quantity,
            gift_sku=row.gift_sku,
            gift_quantity=row.gift_quantity,
            skus=row.skus,
            categories=row.categories,
            sites=row.sites,
            regions=row.regions,
            valid_from=row.valid_from.isoformat() if row.valid_from else "",
            valid_to=row.valid_to.isoformat() if row.valid_to else "",
            priority=row.priority,
            is_active=row.is_active,
        ),
        source=SOURCE,
        sequence=sequence,
    )
    trail.record(
        Step(
            document_type=DOCUMENT_TYPE,
            system="erp",
            number=row.code,
            step="create" if row.version == 1 else "edit",
            to_state=f"v{row.version}",
            at=by.at,
            actor=by.name,
            device=by.device,
            reason=by.reason,
            message_id=message_id,
        )
    )
