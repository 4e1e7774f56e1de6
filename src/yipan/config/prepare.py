"""What is done once before serving: translations, charts, tables, static files, the demo.

One process does all of it, because starting Django costs a second. It speaks to the supervisor
by lines of its output: those that begin with a mark are for it, all others are details.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from yipan.config.database import find_dsn

STEP_MARK = "step: "
LOGIN_MARK = "log-in: "
#: Nobody can log in: an empty system, or a site node whose people are not made yet.
NOBODY_MARK = "nobody"
NO_DEMO = "--no-demo"
#: How many simulated days lie behind the demo retailer, unless said otherwise none.
DAYS_VARIABLE = "YIPAN_DEMO_DAYS"


def main() -> None:
    """Do what is missing; at a second start that is nothing."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yipan.config.settings")
    with_demo = NO_DEMO not in sys.argv[1:]
    for label, do in list_steps(with_demo=with_demo):
        say(STEP_MARK + label)
        do()
    for line in list_logins():
        say(LOGIN_MARK + line)
    if is_empty():
        say(NOBODY_MARK)


def list_steps(*, with_demo: bool) -> list[tuple[str, Callable[[], object]]]:
    """Return what is done, in order, each with what the operator reads meanwhile."""
    steps: list[tuple[str, Callable[[], object]]] = [
        ("Building translations and charts", build),
        ("Bringing the tables up to date", migrate),
        ("Gathering styles", gather),
    ]
    return [*steps, ("Looking after the demo retailer", make_demo)] if with_demo else steps


def build() -> None:
    """Compile what Django reads when it starts."""
    from yipan.config.assets import compile_translations, write_chart_bundle

    compile_translations()
    write_chart_bundle()


def migrate() -> None:
    """Bring the tables up to date."""
    import django

    django.setup()
    from yipan.config.grants import migrate_and_grant

    migrate_and_grant(verbosity=1)


def gather() -> None:
    """Gather static files under hashed names."""
    from yipan.config.assets import gather_static_files

    gather_static_files()


def make_demo() -> bool:
    """
    Make the demo retailer in a system nobody uses, and finish one that was begun.

    Return whether there was anything to do.
    """
    from django.utils import timezone

    from yipan import demo
    from yipan.access.models import User
    from yipan.demo.people import PEOPLE
    from yipan.lab import live, recorded
    from yipan.pos.models import StoreOpening

    names = [person.username for person in PEOPLE]
    is_begun = User.objects.filter(username__in=names).exists()
    if StoreOpening.objects.exists() or (User.objects.exists() and not is_begun):
        is_new = False
    else:
        is_new = _make_history() or demo.build()
    if is_new or is_begun:
        live.allow()
        recorded.keep_recorded(at=timezone.now())
    return is_new


def _make_history() -> bool:
    """Make the demo with weeks behind it, where that is wanted and can be done."""
    from django.utils import timezone

    days = int(os.environ.get(DAYS_VARIABLE) or "0")
    dsn = find_dsn()
    if not days or dsn is None:
        return False
    from yipan.config.virtual.history import make_demo_with_history

    return make_demo_with_history(dsn, now=timezone.now(), days=days, say=say)


def is_empty() -> bool:
    """Say whether nobody can log in yet."""
    from yipan.access.models import User

    return not User.objects.filter(is_active=True).exists()


def list_logins() -> list[str]:
    """Return the demo log-ins that are open, as name, tabulator, who it is."""
    from yipan.access.models import User
    from yipan.demo.people import PEOPLE

    is_open = set(User.objects.filter(is_active=True).values_list("username", flat=True))
    return [
        f"{person.username}\t{person.display_name}, {person.role.replace('_', ' ')}"
        for person in PEOPLE
        if person.username in is_open
    ]


def say(line: str) -> None:
    """Tell the supervisor."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
