"""API of the event feed: every step of every document, for whoever follows."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.config import event_feed
from yipan.documents.events import EVENTS_MAX, EventFilter

router = Router(tags=["exchange"])

Word = Annotated[str, Field(max_length=48)]


class FeedQuery(Schema):
    """Which events to read; empty is: all."""

    after: Annotated[str, Field(max_length=64)] = ""
    system: Annotated[str, Field(max_length=8)] = ""
    document_type: Word = ""
    number: Word = ""
    site: Word = ""
    limit: Annotated[int, Field(ge=1, le=EVENTS_MAX)] = 100


class FeedOut(Schema):
    """
    CloudEvents in the order they were written down.

    Go on with `last_position`, whether events came or not. `more` says that some wait already.
    """

    data: list[dict[str, Any]]
    last_position: str
    more: bool


@router.get("/events/feed", response=FeedOut)
@endpoint(action="exchange.follow")
def read_feed(request: HttpRequest, which: Query[FeedQuery]) -> FeedOut:
    """Read the steps documents took after a position, those of the asker's sites."""
    actor = get_actor(request)
    if which.site:
        actor.require_site(which.site)
    found, position = event_feed.read(
        EventFilter(
            system=which.system,
            document_type=which.document_type,
            number=which.number,
            site=which.site,
            sites=actor.sites,
        ),
        after=which.after,
        limit=which.limit,
    )
    return FeedOut(
        data=[event_feed.write_event(event) for event in found],
        last_position=position.write(),
        more=len(found) == which.limit,
    )
