"""People from the command line: the first one who may log in, and passwords that were lost."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from yipan.config.cli.data import DEVICE, find_operator
from yipan.config.cli.session import answer, open_database
from yipan.config.trouble import Trouble

app = typer.Typer(help="People who may log in.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]
Asks = Annotated[
    bool, typer.Option("--ask", help="Ask for the password, instead of making one by chance.")
]
Name = Annotated[str, typer.Argument(help="The name to log in with.")]


@app.command("create")
def create_person(
    name: Name,
    *,
    role: Annotated[list[str], typer.Option(help="Such as admin, purchaser, store_clerk.")],
    site: Annotated[list[str] | None, typer.Option(help="Sites the person works at.")] = None,
    display_name: Annotated[str, typer.Option("--name", help="The name to show.")] = "",
    ask: Asks = False,
    json: AsJson = False,
) -> None:
    """Let a person in. The password is shown this once."""
    password = _choose_password(ask=ask)
    with open_database(), _refusals_as_trouble():
        from yipan.access import people
        from yipan.access.people import PersonGrant
        from yipan.access.roles import Role

        _check_password(password)
        people.create(
            PersonGrant(
                username=name,
                display_name=display_name or name,
                roles=frozenset(Role(each) for each in role),
                sites=frozenset(site or []),
            ),
            password=password,
            by=find_operator(),
            at=datetime.now(UTC),
            device=DEVICE,
        )
    _tell_password(name, password, was_asked=ask, as_json=json)


@app.command("password")
def set_password(name: Name, *, ask: Asks = False, json: AsJson = False) -> None:
    """Give a person another password, which ends all of the person's sessions."""
    password = _choose_password(ask=ask)
    with open_database(), _refusals_as_trouble():
        from yipan.access import people

        _check_password(password)
        people.set_password(
            username=name,
            password=password,
            by=find_operator(),
            at=datetime.now(UTC),
            device=DEVICE,
        )
    _tell_password(name, password, was_asked=ask, as_json=json)


@app.command("list")
def list_people(*, json: AsJson = False) -> None:
    """List who may log in, and as what."""
    with open_database():
        from yipan.access import people

        rows = [asdict(row) for row in people.list_people()]
    text = "\n".join(
        f"{row['username']}  {', '.join(row['roles'])}  {', '.join(row['sites'])}" for row in rows
    )
    answer({"people": rows}, text=text or "Nobody can log in yet.", as_json=json)


def _choose_password(*, ask: bool) -> str:
    if not ask:
        return secrets.token_urlsafe(12)
    chosen: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return chosen


def _check_password(password: str) -> None:
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    try:
        validate_password(password)
    except ValidationError as error:
        raise Trouble(" ".join(error.messages)) from None


@contextmanager
def _refusals_as_trouble() -> Iterator[None]:
    from yipan.foundation.refusals import Refusal

    try:
        yield
    except Refusal as refused:
        raise Trouble(f"Nothing was changed: {refused.code} {refused.facts}.") from None
    except ValueError as error:
        raise Trouble(f"Nothing was changed: {error}.") from None


def _tell_password(name: str, password: str, *, was_asked: bool, as_json: bool) -> None:
    shown = None if was_asked else password
    text = f"{name} may log in." if was_asked else f"{name} may log in with {password}"
    answer({"name": name, "password": shown}, text=text, as_json=as_json)
