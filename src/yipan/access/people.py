"""People: who may log in, with which roles, at which sites."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from yipan.access import audit
from yipan.access.actors import Actor, load_actor
from yipan.access.grants import check_grant
from yipan.access.models import RoleAssignment, SiteScope, User
from yipan.access.roles import ACTIONS, Role, sees_every_site
from yipan.foundation.refusals import NotFound, Refusal

PEOPLE_LISTED_MAX = 1000


class PersonNameTaken(Refusal):
    """A person with this log-in name exists."""

    code = "access.person_name_taken"


class PasswordWrong(Refusal):
    """The present password, asked for again before a change, is not right."""

    code = "access.password_wrong"
    status = 422


class LastAdmin(Refusal):
    """The change would leave nobody who can administer people."""

    code = "access.last_admin"


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonGrant:
    """What a person is to be. No site named is every site, for company-wide roles only."""

    username: str
    display_name: str = ""
    email: str = ""
    roles: frozenset[Role]
    sites: frozenset[str] = frozenset()
    language: str = ""
    is_active: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonRow:
    """A person as a list shows it; roles in the order of `Role`, sites by code."""

    user_id: int
    username: str
    display_name: str
    email: str
    roles: tuple[Role, ...]
    sites: tuple[str, ...]
    sees_every_site: bool
    language: str
    is_active: bool
    last_login: datetime | None


@transaction.atomic
def create(grant: PersonGrant, *, password: str, by: Actor, at: datetime, device: str = "") -> int:
    """
    Let a person in, and return the person's id.

    :raises PersonNameTaken: if the log-in name is somebody's.
    :raises RolesRequired: if no role was named.
    :raises SitesRequired: if a role works at sites and none was named.
    """
    _check(grant)
    if User.objects.filter(username__iexact=grant.username).exists():
        raise PersonNameTaken(username=grant.username)
    user = User(username=grant.username)
    user.set_password(password)
    _write(user, grant)
    change = audit.Change(
        action="access.person_created",
        subject=f"person:{user.username}",
        after=_describe(_to_row(user)),
    )
    audit.record(change, by=by, at=at, device=device)
    return user.pk


@transaction.atomic
def change(grant: PersonGrant, *, by: Actor, at: datetime, device: str = "") -> None:
    """
    Make a person what `grant` says. The change counts from the next request on.

    :raises NotFound: if nobody has this log-in name.
    :raises LastAdmin: if nobody would be left to administer people.
    """
    _check(grant)
    user = _lock(grant.username)
    before = _describe(_to_row(user))
    _write(user, grant)
    _require_an_admin()
    after = _describe(_to_row(user))
    changed = {name for name in after if after[name] != before[name]}
    if changed:
        entry = audit.Change(
            action="access.person_changed",
            subject=f"person:{user.username}",
            before={name: before[name] for name in sorted(changed)},
            after={name: after[name] for name in sorted(changed)},
        )
        audit.record(entry, by=by, at=at, device=device)


@transaction.atomic
def set_password(
    *, username: str, password: str, by: Actor, at: datetime, device: str = ""
) -> None:
    """
    Give a person another password, which ends all of the person's sessions.

    :raises NotFound: if nobody has this log-in name.
    """
    user = _lock(username)
    user.set_password(password)
    user.save(update_fields=["password"])
    entry = audit.Change(action="access.password_set", subject=f"person:{username}")
    audit.record(entry, by=by, at=at, device=device)


@transaction.atomic
def change_own_password(
    *, user_id: int, old: str, new: str, at: datetime, device: str = ""
) -> None:
    """
    Let a person choose another password, which ends all of the person's sessions.

    :raises PasswordWrong: if `old` is not the present one.
    """
    user = User.objects.select_for_update().get(pk=user_id)
    if not user.check_password(old):
        raise PasswordWrong(username=user.username)
    user.set_password(new)
    user.save(update_fields=["password"])
    entry = audit.Change(action="access.password_changed", subject=f"person:{user.username}")
    audit.record(entry, by=load_actor(user), at=at, device=device)


def get_person(user_id: int) -> PersonRow:
    """
    Return one person.

    :raises NotFound: if there is none with this id.
    """
    user = _with_grants().filter(pk=user_id).first()
    if user is None:
        raise NotFound(kind="person", id=user_id)
    return _to_row(user)


def find_actor_by_name(username: str) -> Actor | None:
    """Return the actor an active person of this log-in name is, or None."""
    user = _with_grants().filter(username=username, is_active=True).first()
    return load_actor(user) if user else None


def list_people(*, text: str = "") -> list[PersonRow]:
    """Return the people whose names hold `text`, by log-in name, at most a thousand."""
    people = _with_grants()
    for word in text.split():
        people = people.filter(Q(username__icontains=word) | Q(display_name__icontains=word))
    return [_to_row(user) for user in people.order_by("username")[:PEOPLE_LISTED_MAX]]


def list_who_may(action: str, *, site: str) -> list[tuple[str, str]]:
    """
    Return who may take an action at a site: log-in name and name on screen, by log-in name.

    Active people alone: a key is no person anybody gives work to.
    """
    able = _with_grants().filter(is_active=True, role_assignments__role__in=ACTIONS[action])
    rows = [_to_row(user) for user in able.distinct().order_by("username")[:PEOPLE_LISTED_MAX]]
    return [
        (row.username, row.display_name or row.username)
        for row in rows
        if row.sees_every_site or site in row.sites
    ]


def find_names(usernames: Collection[str]) -> dict[str, str]:
    """Return log-in names to names on screen, of those who have one, active or not."""
    named = User.objects.filter(username__in=usernames).exclude(display_name="")
    return dict(named.values_list("username", "display_name"))


def list_admins(*, limit: int) -> list[str]:
    """Return the names of people who can give roles, the first by log-in name."""
    admins = User.objects.filter(is_active=True, role_assignments__role=Role.ADMIN)
    rows = admins.order_by("username").values_list("display_name", "username")[:limit]
    return [display_name or username for display_name, username in rows]


def _with_grants() -> QuerySet[User]:
    return User.objects.prefetch_related("role_assignments", "site_scopes")


def _lock(username: str) -> User:
    user = User.objects.select_for_update().filter(username=username).first()
    if user is None:
        raise NotFound(kind="person", id=username)
    return user


def _check(grant: PersonGrant) -> None:
    check_grant(name=grant.username, roles=grant.roles, sites=grant.sites or None)


def _write(user: User, grant: PersonGrant) -> None:
    user.display_name = grant.display_name
    user.email = grant.email
    user.language = grant.language
    user.is_active = grant.is_active
    user.save()
    RoleAssignment.objects.filter(user=user).exclude(role__in=grant.roles).delete()
    SiteScope.objects.filter(user=user).exclude(site__in=grant.sites).delete()
    RoleAssignment.objects.bulk_create(
        [RoleAssignment(user=user, role=role) for role in sorted(grant.roles)],
        ignore_conflicts=True,
    )
    SiteScope.objects.bulk_create(
        [SiteScope(user=user, site=site) for site in sorted(grant.sites)], ignore_conflicts=True
    )


def _require_an_admin() -> None:
    admins = RoleAssignment.objects.filter(role=Role.ADMIN, user__is_active=True)
    if not admins.exists():
        raise LastAdmin


def _to_row(user: User) -> PersonRow:
    held = {row.role for row in user.role_assignments.all()}
    roles = tuple(role for role in Role if role in held)
    sites = tuple(sorted(row.site for row in user.site_scopes.all()))
    return PersonRow(
        user_id=user.pk,
        username=user.username,
        display_name=user.display_name,
        email=user.email,
        roles=roles,
        sites=sites,
        sees_every_site=not sites and sees_every_site(frozenset(roles)),
        language=user.language,
        is_active=user.is_active,
        last_login=user.last_login,
    )


def _describe(row: PersonRow) -> dict[str, object]:
    return {
        "display_name": row.display_name,
        "email": row.email,
        "roles": list(row.roles),
        "sites": list(row.sites),
        "is_active": row.is_active,
    }
