"""What is kept and what may go: `yipan retention`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from yipan.config.cli.session import answer, open_database, remarks

if TYPE_CHECKING:
    from yipan.config.retention import Going

#: Less would be gone before a partner that was away for a week has had it.
DAYS_MIN = 7


def retention(
    *,
    now: Annotated[bool, typer.Option("--now", help="Let it go now.")] = False,
    days: Annotated[
        int | None,
        typer.Option(
            min=DAYS_MIN,
            help="Keep so many days of messages, in place of YIPAN_KEEP_MESSAGES_DAYS.",
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show what nobody asks for any more, and what holds the rest; the worker lets it go hourly."""
    with open_database():
        from django.conf import settings

        from yipan.config import retention as keeping

        kept = settings.YIPAN_KEEP_MESSAGES_DAYS if days is None else days
        at = datetime.now(UTC)
        with remarks.status("Looking at what is old …"):
            going = list(keeping.list_going(at=at, days=days))
            gone = keeping.forget(at=at, days=days) if now else None
    if not json:
        _show(going)
    count = sum(each.count for each in going)
    facts: dict[str, object] = {
        "days": kept,
        "going": [asdict(each) for each in going],
        "gone": gone,
    }
    text = f"{count:,} rows may go." if gone is None else f"{sum(gone.values()):,} rows are gone."
    messages = f"Messages are kept for {kept} days." if kept else "Messages are kept for ever."
    answer(facts, text=f"{messages} {text}", as_json=json)


def _show(going: Sequence[Going]) -> None:
    table = Table("what", "of", "rows", "held by")
    for each in going:
        table.add_row(each.what, escape(each.source), f"{each.count:,}", escape(each.held_by))
    Console(stderr=True).print(table)
