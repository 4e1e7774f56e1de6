"""Operations on what channels are told: the feed, everything at once, how, and how far."""

from __future__ import annotations

from dataclasses import asdict

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router
from ninja.responses import Status

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.channels.api.schemas import (
    ChangeOut,
    ChangesOut,
    ChangesQuery,
    ChannelReaderOut,
    Code,
    PublicationBody,
    PublicationOut,
    PublicationsOut,
    SnapshotOut,
    SnapshotQuery,
    ToldOut,
    ToldQuery,
)
from yipan.channels.documents import publication as verbs
from yipan.channels.documents.publication import Manner
from yipan.channels.queries import feed, publications
from yipan.documents.doors import get_trace

router = Router(tags=["channels"])


@router.get("/inventory/changes", response=ChangesOut)
@endpoint(action="channels.read")
def list_changes(request: HttpRequest, which: Query[ChangesQuery]) -> ChangesOut:
    """Read what a channel was told behind a number: complete, in order, without gaps."""
    page = feed.list_changes(which.channel, after=which.after, limit=which.limit)
    verbs.note_read(
        channel=which.channel,
        reader=get_actor(request).name,
        sequence=which.after,
        at=timezone.now(),
    )
    return ChangesOut(
        data=[ChangeOut(**asdict(row)) for row in page.rows],
        last_position=page.last_position,
        more=page.has_more,
    )


@router.get("/inventory/snapshot", response=SnapshotOut)
@endpoint(action="channels.read")
def get_snapshot(request: HttpRequest, which: Query[SnapshotQuery]) -> SnapshotOut:
    """Read all that a channel stands told of, and the number to go on with in its feed."""
    rows, position = feed.list_snapshot(which.channel, after=which.cursor, limit=which.limit)
    last = f"{rows[-1].sku} {rows[-1].method}" if len(rows) == which.limit else None
    return SnapshotOut(
        data=[ChangeOut(**asdict(row)) for row in rows], last_position=position, next_cursor=last
    )


@router.put("/channels/{code}/publication", response={204: None})
@endpoint(action="channels.write")
def put_publication(request: HttpRequest, code: Code, payload: PublicationBody) -> Status[None]:
    """Say how a channel is told: numbers or levels, which methods, how much chatter."""
    fields = payload.model_dump()
    version = fields.pop("version")
    fields["methods"] = tuple(fields["methods"])
    verbs.save(
        channel=code,
        manner=Manner(**fields),
        version=version,
        by=get_trace(request),
        at=timezone.now(),
    )
    return Status(204, None)


@router.get("/channels/{code}/publications", response=PublicationsOut)
@endpoint(action="channels.read")
def get_publications(request: HttpRequest, code: Code, which: Query[ToldQuery]) -> PublicationsOut:
    """Tell what a channel was last told, how old that is, and who took it."""
    row = publications.get_publication(code)
    at, lag = timezone.now(), publications.get_lag()
    told = publications.list_told(code, sku=which.sku, after=which.cursor, limit=which.limit)
    names = [n for n in ToldOut.model_fields if n != "age_seconds"]
    return PublicationsOut(
        publication=PublicationOut(
            channel=code,
            is_sweeping=row.sweep_after is not None,
            followed_at=lag.followed_at,
            **{
                n: getattr(row, n)
                for n in PublicationOut.model_fields
                if n not in {"channel", "is_sweeping", "followed_at"}
            },
        ),
        readers=[ChannelReaderOut(**asdict(it)) for it in publications.list_readers(code)],
        data=[
            ToldOut(
                age_seconds=max(0, int((at - it.told_at).total_seconds())),
                **{n: getattr(it, n) for n in names},
            )
            for it in told
        ],
        next_cursor=told[-1].sku if len(told) == which.limit else None,
    )


@router.post("/channels/{code}/send-all", response={204: None})
@endpoint(action="channels.write")
def send_all(request: HttpRequest, code: Code) -> Status[None]:
    """Tell a channel everything again."""
    verbs.send_all(channel=code, by=get_trace(request), at=timezone.now())
    return Status(204, None)
