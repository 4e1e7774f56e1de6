"""Who is asking: a person, a machine with a key, or the system itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.http import HttpRequest

from yipan.access.models import User
from yipan.access.roles import Role, is_allowed, sees_every_site
from yipan.foundation.refusals import NotFound, Refusal

ACTOR_ATTRIBUTE = "yipan_actor"


class Unauthenticated(Refusal):
    """Nobody is logged in, or the API key is unknown, expired or revoked."""

    code = "auth.unauthenticated"
    status = 401


class Forbidden(Refusal):
    """The asker's roles do not allow this action. An administrator can change the roles."""

    code = "auth.forbidden"
    status = 403


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """
    Whoever acts. `sites` and `sources` are None where nothing is restricted.

    `name` is what postings and documents remember: the user name, `key:<name>`, `system`.
    """

    name: str
    kind: Literal["user", "api_key", "system"]
    roles: frozenset[Role]
    sites: frozenset[str] | None = frozenset()
    sources: frozenset[str] | None = None
    user_id: int | None = None
    key_id: int | None = None

    def may(self, action: str) -> bool:
        """Tell whether a role of the actor allows `action`."""
        return self.kind == "system" or is_allowed(roles=self.roles, action=action)

    def require(self, action: str) -> None:
        """
        Return quietly when the actor may take `action`.

        :raises Forbidden: if no role of the actor allows it.
        """
        if not self.may(action):
            raise Forbidden(action=action)

    def sees(self, site: str) -> bool:
        """Tell whether the actor may see and act for `site`."""
        return self.sites is None or site in self.sites

    def require_site(self, site: str) -> None:
        """
        Return quietly when the actor may see `site`.

        :raises NotFound: if not: what another site has is none of the asker's business,
            not even that it exists.
        """
        if not self.sees(site):
            raise NotFound(kind="site", id=site)

    def require_any_site(self, *sites: str) -> None:
        """
        Return quietly when the actor may see one of `sites`: both ends see a transfer.

        :raises NotFound: if none of them.
        """
        if not any(self.sees(site) for site in sites):
            raise NotFound(kind="site", id=sites[0] if sites else "")

    def speaks_for(self, source: str) -> bool:
        """Tell whether the actor may send messages in the name of `source`."""
        return self.sources is None or source in self.sources


#: The worker, the clock and the command line.
SYSTEM = Actor(name="system", kind="system", roles=frozenset(), sites=None)


def load_actor(user: User) -> Actor:
    """Return the actor a person is, with the roles and sites of this moment."""
    roles = frozenset(Role(row.role) for row in user.role_assignments.all())
    named = frozenset(row.site for row in user.site_scopes.all())
    everywhere = not named and sees_every_site(roles)
    return Actor(
        name=user.username,
        kind="user",
        roles=roles,
        sites=None if everywhere else named,
        user_id=user.pk,
    )


def attach_actor(request: HttpRequest, actor: Actor) -> None:
    """Remember on the request who is asking."""
    setattr(request, ACTOR_ATTRIBUTE, actor)


def find_actor(request: HttpRequest) -> Actor | None:
    """Return who is asking: the attached actor, else the person logged in, else None."""
    attached: Actor | None = getattr(request, ACTOR_ATTRIBUTE, None)
    if attached is not None:
        return attached
    user = getattr(request, "user", None)
    if not isinstance(user, User) or not user.is_authenticated:
        return None
    actor = load_actor(user)
    attach_actor(request, actor)
    return actor


def get_actor(request: HttpRequest) -> Actor:
    """
    Return who is asking.

    :raises Unauthenticated: if nobody is logged in.
    """
    actor = find_actor(request)
    if actor is None:
        raise Unauthenticated
    return actor
