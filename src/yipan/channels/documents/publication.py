"""Steps of a publication (发布设置): how a channel is told, and telling it everything again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from yipan.channels.models import FeedReader, Publication
from yipan.channels.models.publication import PublicationForm
from yipan.documents import trail
from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import Trace
from yipan.masterdata.refusals import VersionMismatch
from yipan.pool.queries.channels import get_channel

DOCUMENT_TYPE = "publication"
METHODS: Final = ("ship", "pickup", "ship_to_store")
STEP_MAX: Final = 1_000_000
DUE_SECONDS_MAX: Final = 86_400


class MethodsMissing(Refusal):
    """A channel is told for one delivery method at least."""

    code = "publication.methods_missing"
    status = 422


class PublicationOff(Refusal):
    """The channel is not told anything: switch its publication on first."""

    code = "publication.off"


@dataclass(frozen=True, kw_only=True, slots=True)
class Manner:
    """How a channel is told; see `Publication`."""

    is_on: bool = True
    form: str = PublicationForm.QUANTITY
    methods: tuple[str, ...] = ("ship",)
    step_quantity: int = 1
    due_seconds: int = 300
    has_shop: bool = False


@transaction.atomic
def save(
    *, channel: str, manner: Manner, version: int | None = None, by: Trace, at: datetime
) -> Publication:
    """
    Say how a channel is told. What it was told before is measured anew.

    :raises NotFound: if there is no such channel.
    :raises MethodsMissing: if no method is named.
    :raises VersionMismatch: if somebody changed it meanwhile.
    """
    get_channel(channel)
    if not manner.methods:
        raise MethodsMissing(channel=channel)
    row, is_new = Publication.objects.select_for_update().get_or_create(
        channel=channel, defaults={"methods": ["ship"]}
    )
    if version is not None and not is_new and row.version != version:
        raise VersionMismatch(kind="publication", id=channel, current_version=row.version)
    was_on, before = row.is_on, (row.form, tuple(row.methods))
    row.is_on, row.form = manner.is_on, manner.form
    row.methods = [name for name in METHODS if name in manner.methods]
    row.step_quantity = max(1, min(manner.step_quantity, STEP_MAX))
    row.due_seconds = max(0, min(manner.due_seconds, DUE_SECONDS_MAX))
    row.has_shop = manner.has_shop
    if row.is_on and (not was_on or before != (row.form, tuple(row.methods))):
        # In another form even the same number is news.
        row.sweep_after, row.is_sweep_forced = "", was_on
    row.version += 0 if is_new else 1
    row.save()
    _note(channel, "create" if is_new else "edit", row, by=by, at=at)
    return row


@transaction.atomic
def send_all(*, channel: str, by: Trace, at: datetime) -> None:
    """
    Tell a channel everything again, in numbers that go on where they are. Safe to repeat.

    :raises NotFound: if there is no such channel.
    :raises PublicationOff: if the channel is not told anything.
    """
    get_channel(channel)
    row = Publication.objects.select_for_update().filter(channel=channel, is_on=True).first()
    if row is None:
        raise PublicationOff(channel=channel)
    row.sweep_after, row.is_sweep_forced = "", True
    row.save(update_fields=["sweep_after", "is_sweep_forced"])
    _note(channel, "send_again", row, by=by, at=at)


def note_read(*, channel: str, reader: str, sequence: int, at: datetime) -> None:
    """Note how far a reader of the feed says it is. One that begins anew is taken at its word."""
    FeedReader.objects.update_or_create(
        channel=channel, reader=reader, defaults={"sequence": sequence, "read_at": at}
    )


def _note(channel: str, step: str, row: Publication, *, by: Trace, at: datetime) -> None:
    trail.record(
        trail.Step(
            document_type=DOCUMENT_TYPE,
            number=channel,
            system="channels",
            step=step,
            to_state="active" if row.is_on else "inactive",
            at=at,
            actor=by.actor,
            device=by.device,
            reason=by.reason,
        )
    )
