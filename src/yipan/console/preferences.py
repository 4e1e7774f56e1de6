"""What a person likes to see: language, theme, density, rail, site. Kept in cookies.

Cookies, because a page must come out right with the first byte; language and theme are
also kept with the person, so that another device starts with them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from yipan.access.models import Theme, User
from yipan.access.site_choice import SITE_COOKIE, SITE_LENGTH_MAX
from yipan.masterdata.queries import find_sites

YEAR_SECONDS = 365 * 24 * 3600

#: Preference to its cookie and the values it may have; any other value is forgotten.
CHOICES = {
    "theme": ("yipan_theme", ("system", "light", "dark", "contrast")),
    "density": ("yipan_density", ("normal", "roomy", "compact")),
    "rail": ("yipan_rail", ("wide", "narrow")),
}
ZONE_COOKIE = "yipan_zone"


@dataclass(frozen=True, kw_only=True, slots=True)
class Preferences:
    """The choices of one reader; the first value of each is what nobody chose."""

    theme: str
    density: str
    rail: str


def read(request: HttpRequest) -> Preferences:
    """Return the choices of the reader: cookies first, then what is kept with the person."""
    chosen = {name: _read_choice(request, name) for name in CHOICES}
    if "yipan_theme" not in request.COOKIES:
        chosen["theme"] = getattr(_find_person(request), "theme", "") or "system"
    return Preferences(**chosen)


def store(request: HttpRequest, response: HttpResponse) -> None:
    """Write the choices that stand in the form into cookies, and keep them with the person."""
    for name, (cookie, values) in CHOICES.items():
        value = request.POST.get(name, "")
        if value in values:
            _set_cookie(response, cookie, value)
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        _set_cookie(response, settings.LANGUAGE_COOKIE_NAME, language)
    if "site" in request.POST:
        _store_site(response, request.POST["site"][:SITE_LENGTH_MAX])
    _keep_with_person(request)


def apply(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Speak the person's language and count in the chosen site's time zone."""

    def respond(request: HttpRequest) -> HttpResponse:
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            language = getattr(_find_person(request), "language", "")
            if language in dict(settings.LANGUAGES):
                translation.activate(language)
                setattr(request, "LANGUAGE_CODE", language)  # noqa: B010  # not in the stubs
        zone = _find_zone(request.COOKIES.get(ZONE_COOKIE, ""))
        with timezone.override(zone):
            response = get_response(request)
        response.headers.setdefault("Content-Language", translation.get_language() or "en")
        return response

    return respond


def _store_site(response: HttpResponse, code: str) -> None:
    """Remember the site and its time zone; a site nobody knows is none."""
    found = find_sites([code]).get(code)
    _set_cookie(response, SITE_COOKIE, found.code if found else "")
    _set_cookie(response, ZONE_COOKIE, found.time_zone if found else "")


def _read_choice(request: HttpRequest, name: str) -> str:
    cookie, values = CHOICES[name]
    value = request.COOKIES.get(cookie, "")
    return value if value in values else values[0]


def _find_person(request: HttpRequest) -> User | None:
    user = getattr(request, "user", None)
    return user if isinstance(user, User) and user.is_authenticated else None


def _find_zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


def _keep_with_person(request: HttpRequest) -> None:
    person = _find_person(request)
    changed = []
    if person is None:
        return
    if request.POST.get("language", "") in dict(settings.LANGUAGES):
        person.language = request.POST["language"]
        changed.append("language")
    if request.POST.get("theme", "") in Theme.values:
        person.theme = request.POST["theme"]
        changed.append("theme")
    if changed:
        person.save(update_fields=changed)


def _set_cookie(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=YEAR_SECONDS, samesite="Lax", httponly=True)
