"""
How far a person is on the tour of their role.

That somebody is walking stands in a cookie, so that no page pays for it with a query; how far
they came is kept with the person, so that another device knows it too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.http import HttpRequest

from yipan.access.models import TourProgress
from yipan.access.roles import Role
from yipan.console.reader import find_url
from yipan.console.tours import floor, office
from yipan.console.tours.parts import TourStep

TOURS: Final[Mapping[Role, tuple[TourStep, ...]]] = {**office.STEPS, **floor.STEPS}
COOKIE: Final = "yipan_tour"
STATES: Final = ("walking", "left", "finished")


@dataclass(frozen=True, kw_only=True, slots=True)
class Stop:
    """Where somebody stands: a step of a tour, counted from 0, and how many there are."""

    tour: Role
    step: int
    count: int
    content: TourStep
    url: str

    @property
    def number(self) -> int:
        """Return the step as people count."""
        return self.step + 1

    @property
    def is_last(self) -> bool:
        """Tell whether no step follows."""
        return self.number == self.count


def find_tour(roles: Iterable[Role]) -> Role | None:
    """Return the tour for somebody of some roles: of several, the first of the table."""
    mine = set(roles)
    return next((role for role in TOURS if role in mine), None)


def get_stop(tour: Role, step: int) -> Stop:
    """Return a step of a tour; one beyond its end is its last."""
    steps = [it for it in TOURS[tour] if find_url(it.url_name)]
    step = max(0, min(step, len(steps) - 1))
    content = steps[step]
    return Stop(
        tour=tour, step=step, count=len(steps), content=content, url=find_url(content.url_name)
    )


def find_walking(request: HttpRequest, roles: Iterable[Role]) -> Stop | None:
    """Return where the reader stands on their tour, None when they are not on it."""
    name, _colon, step = request.COOKIES.get(COOKIE, "").partition(":")
    tour = find_tour(roles)
    if tour is None or name != tour.value or not (step.isascii() and step.isdigit()):
        return None
    return get_stop(tour, int(step[:4]))


def find_progress(*, user_id: int, tour: Role) -> TourProgress | None:
    """Return how far a person ever was on a tour, None when they never began it."""
    return TourProgress.objects.filter(user_id=user_id, tour=tour.value).first()


def keep_progress(*, user_id: int, tour: Role, step: int, state: str, at: datetime) -> None:
    """Remember where a person stands, and whether they walk, left, or came to the end."""
    assert state in STATES
    TourProgress.objects.update_or_create(
        user_id=user_id,
        tour=tour.value,
        defaults={"step": step, "state": state, "changed_at": at},
    )
