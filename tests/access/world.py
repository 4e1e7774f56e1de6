"""Objects of the own sites and of other sites, for the walk over all addresses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.access.builders import a_key, a_person
from tests.access.matrix import WITHOUT_SITE
from tests.access.routes import Route
from yipan.access.models import ApiKey
from yipan.access.roles import Role

#: Address and parameter, or parameter alone, to a value.
Values = Mapping[str, str]

#: Parameters whose object belongs to a site; the key says of which values to take one.
WITH_SITE: Mapping[str, str] = {}

#: What is asked for besides: other people's sites, by hand.
QUERIES = ("?site=W2", "?site=S1")


@dataclass(frozen=True, kw_only=True, slots=True)
class Objects:
    """Values for the addresses, and the marks nobody of the own sites may see."""

    own: Values
    other: Values
    marks: tuple[str, ...]


def build() -> Objects:
    """Write the objects."""
    person = a_person(Role.FINANCE, username="somebody")
    a_key(name="some key")
    without_site = {"user_id": str(person.pk), "key_id": str(ApiKey.objects.get().pk)}
    return Objects(own=without_site, other=without_site, marks=())


def knows(route: Route, parameter: str) -> bool:
    """Tell whether the parameter of an address has values here."""
    return parameter in WITHOUT_SITE or _find_name(route, parameter) is not None


def has_site(route: Route) -> bool:
    """Tell whether an address names an object that belongs to a site."""
    return any(_find_name(route, parameter) is not None for parameter in route.parameters)


def fill(route: Route, values: Values) -> str:
    """Return the address with its parameters filled in."""
    address = "/" + route.address
    for parameter in route.parameters:
        name = _find_name(route, parameter) or parameter
        address = address.replace("{" + parameter + "}", values.get(name, "unknown"))
    return address


def _find_name(route: Route, parameter: str) -> str | None:
    """Return the name under which `build` keeps the value: of the longest fitting address."""
    fitting = [
        key
        for key in WITH_SITE
        if f"{route.address}:{parameter}".startswith(key) or key == parameter
    ]
    return WITH_SITE[max(fitting, key=len)] if fitting else None
