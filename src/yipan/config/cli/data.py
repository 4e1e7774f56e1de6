"""The demo retailer, and keys for programs."""

from __future__ import annotations

import getpass
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from yipan.config.cli.session import answer, open_database, remarks
from yipan.config.trouble import Trouble

if TYPE_CHECKING:
    from yipan.access.actors import Actor

key_app = typer.Typer(help="Keys for programs that call the API.", no_args_is_help=True)

DEVICE = "command line"
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


def demo(
    *,
    if_empty: Annotated[
        bool, typer.Option("--if-empty", help="Do nothing when somebody can log in already.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Create the demo retailer: a warehouse, stores, goods, and one person per role."""
    with open_database():
        from yipan import demo as retailer
        from yipan.config.grants import migrate_and_grant
        from yipan.config.prepare import make_demo
        from yipan.lab import live

        migrate_and_grant()
        with remarks.status("Making the demo retailer …"):
            is_made = make_demo() if if_empty else retailer.build()
        if is_made:
            live.allow()
    answer(
        {"created": is_made},
        text="The demo retailer is made." if is_made else "There was nothing to make.",
        as_json=json,
    )


@key_app.command("create")
def create_key(
    name: Annotated[str, typer.Argument(help="What the key is for, such as `wms-w7`.")],
    *,
    role: Annotated[list[str] | None, typer.Option(help="integration, unless named.")] = None,
    site: Annotated[list[str] | None, typer.Option(help="Only these sites.")] = None,
    source: Annotated[list[str] | None, typer.Option(help="Only these message sources.")] = None,
    json: AsJson = False,
) -> None:
    """Make a key, and show it: this once, and never again."""
    with open_database():
        from yipan.access import keys
        from yipan.access.roles import Role
        from yipan.foundation.refusals import Refusal

        try:
            made = keys.create(
                keys.KeyGrant(
                    name=name,
                    roles=frozenset(Role(each) for each in role or ["integration"]),
                    sites=frozenset(site) if site else None,
                    sources=frozenset(source) if source else None,
                ),
                by=find_operator(),
                at=datetime.now(UTC),
                device=DEVICE,
            )
        except Refusal as refused:
            raise Trouble(f"No key was made: {refused.code} {refused.facts}.") from None
        except ValueError as error:
            raise Trouble(f"No key was made: {error}.") from None
    answer({"name": made.name, "key": made.secret}, text=made.secret, as_json=json)


@key_app.command("list")
def list_keys(*, json: AsJson = False) -> None:
    """List the keys, without their secrets."""
    with open_database():
        from yipan.access import keys

        rows = [asdict(row) for row in keys.list_keys(at=datetime.now(UTC))]
    text = "\n".join(f"{row['name']}  {row['prefix']}…  {row['state']}" for row in rows)
    answer({"keys": rows}, text=text or "There is no key yet.", as_json=json)


@key_app.command("revoke")
def revoke_key(name: Annotated[str, typer.Argument()], *, json: AsJson = False) -> None:
    """Let a key open nothing any more."""
    with open_database():
        from yipan.access import keys
        from yipan.foundation.refusals import Refusal

        try:
            changed = keys.revoke(
                name=name, by=find_operator(), at=datetime.now(UTC), device=DEVICE
            )
        except Refusal as refused:
            raise Trouble(f"No key was revoked: {refused.code}.") from None
    text = "The key is revoked." if changed else "It was revoked before."
    answer({"revoked": changed}, text=text, as_json=json)


def find_operator() -> Actor:
    """Return who acts when a command changes something."""
    from yipan.access.actors import Actor

    return Actor(name=f"cli:{getpass.getuser()}", kind="system", roles=frozenset())
