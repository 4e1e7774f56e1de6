"""API of access: who am I, who may log in, and what was changed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from yipan.access import audit, people
from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.access.roles import ACTIONS

router = Router(tags=["access"])


class MeOut(Schema):
    """Whoever asks. None for sites or sources is: no restriction."""

    name: str
    kind: str
    roles: list[str]
    actions: list[str]
    sites: list[str] | None
    sources: list[str] | None


class PersonOut(Schema):
    """A person who may log in, or once might."""

    username: str
    display_name: str
    roles: list[str]
    sites: list[str] | None
    is_active: bool
    last_login: datetime | None


class PeopleOut(Schema):
    """All people, by log-in name."""

    data: list[PersonOut]


class AuditEntryOut(Schema):
    """One administrative change."""

    id: int
    at: datetime
    actor: str
    device: str
    action: str
    subject: str
    before: dict[str, Any]
    after: dict[str, Any]


class AuditOut(Schema):
    """Changes, the newest first; `next_cursor` goes on, null ends."""

    data: list[AuditEntryOut]
    next_cursor: int | None


@router.get("/me", response=MeOut)
@endpoint(action="access.me")
def get_me(request: HttpRequest) -> MeOut:
    """Tell the asker what the key or the session allows."""
    actor = get_actor(request)
    return MeOut(
        name=actor.name,
        kind=actor.kind,
        roles=sorted(actor.roles),
        actions=sorted(action for action in ACTIONS if actor.may(action)),
        sites=None if actor.sites is None else sorted(actor.sites),
        sources=None if actor.sources is None else sorted(actor.sources),
    )


@router.get("/access/people", response=PeopleOut)
@endpoint(action="access.people")
def list_people(request: HttpRequest) -> PeopleOut:
    """List the people by log-in name."""
    return PeopleOut(
        data=[
            PersonOut(
                username=row.username,
                display_name=row.display_name,
                roles=list(row.roles),
                sites=None if row.sees_every_site else list(row.sites),
                is_active=row.is_active,
                last_login=row.last_login,
            )
            for row in people.list_people()
        ]
    )


@router.get("/access/audit", response=AuditOut)
@endpoint(action="access.audit")
def list_audit(
    request: HttpRequest,
    limit: Annotated[int, Query(ge=1, le=audit.ENTRIES_LISTED_MAX)] = 100,
    cursor: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
    subject: Annotated[str, Query(max_length=200)] = "",
) -> AuditOut:
    """List administrative changes, the newest first."""
    which = audit.AuditFilter(subject=subject, before_id=cursor)
    rows = audit.list_entries(which, limit=limit)
    return AuditOut(
        data=[
            AuditEntryOut(
                id=row.entry_id,
                at=row.at,
                actor=row.actor,
                device=row.device,
                action=row.action,
                subject=row.subject,
                before=row.before,
                after=row.after,
            )
            for row in rows
        ],
        next_cursor=rows[-1].entry_id if len(rows) == limit else None,
    )
