"""Write all stories down anew: `python -m tests.lab.writing ADDRESS`, of a PostgreSQL's owner."""

from __future__ import annotations

import os
import sys

import django


def main(address: str) -> None:
    """Tell every story over a scratch database on the server of `address`, and keep it."""
    os.environ["DATABASE_URL"] = address
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yipan.config.settings")
    django.setup()
    from tests.lab.telling import write_recorded  # noqa: PLC0415  after the settings

    write_recorded(address)


if __name__ == "__main__":
    main(sys.argv[1])
