"""What may be granted: at least one role, and sites for roles that work at a site."""

from __future__ import annotations

from yipan.access.roles import Role, sees_every_site
from yipan.foundation.refusals import Refusal


class RolesRequired(Refusal):
    """A person or a key needs at least one role. Choose one."""

    code = "access.roles_required"
    status = 422


class SitesRequired(Refusal):
    """A role that works at a site was given without naming the site. Name at least one."""

    code = "access.sites_required"
    status = 422


def check_grant(*, name: str, roles: frozenset[Role], sites: frozenset[str] | None) -> None:
    """
    Return quietly when roles and sites fit each other. None for `sites` is every site.

    :raises RolesRequired: if there is no role.
    :raises SitesRequired: if a role works at sites and none was named.
    """
    if not roles:
        raise RolesRequired(name=name)
    if sites is None and not sees_every_site(roles):
        raise SitesRequired(name=name)
    if sites is not None and not sites:
        raise SitesRequired(name=name)
