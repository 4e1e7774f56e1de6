"""Using sourcing rules for a channel (寻源规则): every version is kept, with who, when and why."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Final

from django.db import transaction

from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import Trace
from yipan.oms.models import SourcingRules
from yipan.oms.queries.sourcing_rules import CHANGES, Ruled, RulesRow, list_versions
from yipan.oms.rules.sourcing import PRESETS
from yipan.pool.queries.channels import get_channel

WEIGHT_MAX: Final = 999_999_999


class RulesChanged(Refusal):
    """Somebody used other rules for the channel since you looked; look at them again."""

    code = "sourcing_rules.changed"


class WeightUnusable(Refusal):
    """A weight is an amount of at least nothing, and less than ten million."""

    code = "sourcing_rules.weight_unusable"
    status = 422


@transaction.atomic
def use(*, channel: str, ruled: Ruled, version: int, by: Trace, at: datetime) -> RulesRow:
    """
    Use rules for all orders of a channel that are decided from now on.

    `version` is the one they were compared with, 0 for those of the house. Using what is in use
    changes nothing. What was decided before stays: its question holds the weights it had.

    :raises NotFound: if there is no such channel.
    :raises WeightUnusable: if a weight is negative, or beyond the maximum.
    :raises RulesChanged: if another version was written meanwhile.
    """
    assert ruled.preset in PRESETS, "the edge knows the presets"
    get_channel(channel)
    for name in CHANGES:
        weight = getattr(ruled, name)
        if weight is not None and not 0 <= weight <= WEIGHT_MAX:
            raise WeightUnusable(weight=name, amount_minor=weight, maximum=WEIGHT_MAX)
    newest = next(iter(list_versions(channel, limit=1)), RulesRow(channel=channel))
    if newest.ruled == ruled:
        return newest
    if newest.version != version:
        raise RulesChanged(channel=channel, current_version=newest.version)
    # Two at once write the same version; the second one finds it there.
    written, is_new = SourcingRules.objects.get_or_create(
        channel=channel,
        version=version + 1,
        defaults={
            **asdict(ruled),
            "reason": by.reason,
            "written_by": by.actor,
            "written_at": at,
        },
    )
    if not is_new:
        raise RulesChanged(channel=channel, current_version=written.version)
    return list_versions(channel, limit=1)[0]
