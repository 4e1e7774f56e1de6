"""What a person decides about a message that will never be applied as it is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from yipan.exchange import database, parking, receptions
from yipan.foundation.refusals import NotFound, Refusal

REASON_LENGTH_MAX: Final = 500

_SET_ASIDE = """
update exchange_inboxmessage
set state = 'set_aside', facts = coalesce(facts, '{}'::jsonb) || %(decision)s::jsonb
where receiver = %(receiver)s and stream_id = %(stream)s and epoch = %(epoch)s
  and sequence = %(sequence)s and state = 'parked'
returning 1
"""

_SETTLE = """
update exchange_alteration
set settled_at = %(at)s, settled_by = %(by)s, reason = %(reason)s
where id = %(id)s and settled_at is null
returning 1
"""

_SETTLE_MISMATCH = """
update exchange_comparison
set settled_at = %(at)s, settled_by = %(by)s, reason = %(reason)s
where id = %(id)s and state = 'mismatch' and settled_at is null
returning 1
"""


class ReasonMissing(Refusal):
    """Whoever decides that a message is not booked says why, in 500 letters at most."""

    code = "exchange.reason_missing"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """Who decided, why, and when."""

    by: str
    reason: str
    at: datetime

    def require_reason(self) -> None:
        """
        Return quietly when there is a reason.

        :raises ReasonMissing: if not, or if it is too long.
        """
        if not 0 < len(self.reason.strip()) <= REASON_LENGTH_MAX:
            raise ReasonMissing(length_max=REASON_LENGTH_MAX)


def set_aside(*, receiver: str, source: str, epoch: int, sequence: int, decision: Decision) -> None:
    """
    Set a parked message aside (搁置): it stays on record, and is not tried any more.

    What waited behind it goes on without it. Digests keep showing that the books differ.

    :raises NotFound: if there is no such parked message.
    :raises ReasonMissing: if nobody says why.
    """
    decision.require_reason()
    told = {"set_aside_by": decision.by, "reason": decision.reason.strip()}
    with transaction.atomic():
        reception = receptions.lock(receiver=receiver, source=source, epoch=epoch)
        rows = database.fetch(
            _SET_ASIDE, {**reception.key, "sequence": sequence, "decision": json.dumps(told)}
        )
        if not rows:
            raise NotFound(kind="message", source=source, sequence=sequence)
        reception.open_count -= 1
        receptions.save(reception, is_heard=False)
    faults = parking.release_all(receiver=receiver, source=source, epoch=epoch)
    if faults:
        raise faults[0]


@transaction.atomic
def settle_alteration(*, alteration_id: int, decision: Decision) -> None:
    """
    Close the case of a message that came with other content: somebody has looked at it.

    :raises NotFound: if there is no such open case.
    :raises ReasonMissing: if nobody says why.
    """
    decision.require_reason()
    if not database.fetch(_SETTLE, _name(alteration_id, decision)):
        raise NotFound(kind="alteration", id=str(alteration_id))


@transaction.atomic
def settle_mismatch(*, comparison_id: int, decision: Decision) -> None:
    """
    Close the case of two books that differ by their digests: somebody knows why.

    What was said of the books stays. When our book says something else of these numbers
    later, the case is open again.

    :raises NotFound: if there is no such open case.
    :raises ReasonMissing: if nobody says why.
    """
    decision.require_reason()
    if not database.fetch(_SETTLE_MISMATCH, _name(comparison_id, decision)):
        raise NotFound(kind="comparison", id=str(comparison_id))


def _name(case_id: int, decision: Decision) -> dict[str, object]:
    return {
        "id": case_id,
        "at": decision.at,
        "by": decision.by,
        "reason": decision.reason.strip(),
    }
