"""Bring a running installation to life: shoppers and staff come in through its public doors."""

from __future__ import annotations

import json as json_module
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated

import typer

from yipan.config.cli.data import find_operator
from yipan.config.cli.session import answer, open_database, remarks
from yipan.config.embedded.lock import Lock
from yipan.config.home import find_home
from yipan.config.trouble import Trouble

if TYPE_CHECKING:
    from yipan.simulate.door import Door

DEVICE = "yipan live"
SPEED_MAX = 1_000.0
KNOWN_SECONDS_MAX = 10.0
LOOK_SECONDS = 0.3


def live(
    *,
    speed: Annotated[
        float, typer.Option(min=1, max=SPEED_MAX, help="How much more happens than in life.")
    ] = 60.0,
    seconds: Annotated[
        float | None, typer.Option(min=1, help="Stop after so long; else Ctrl-C does.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Who comes, and what they want.")] = 1,
    url: Annotated[str, typer.Option(help="Address of a Yipan elsewhere.")] = "",
    key: Annotated[
        str, typer.Option(help="API key there, of role integration.", envvar="YIPAN_KEY")
    ] = "",
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """
    Let people buy, order, pack and receive, in a Yipan that runs; for demonstrations.

    All of it goes through the public API and is booked like any other trade: never do this where
    the books are real.
    """
    if url and not key:
        raise Trouble("Another Yipan lets nobody in without a key: name it in YIPAN_KEY.")
    with remarks.status("Ctrl-C ends it …") as status:
        counted = trade(
            speed=speed,
            seconds=seconds,
            seed=seed,
            url=url,
            key=key,
            on_progress=lambda counted: status.update(
                f"{counted['tickets']:,} tickets, {counted['orders']:,} orders, "
                f"{counted['shipments'] + counted['store orders']:,} sent, "
                f"{counted['deliveries']:,} deliveries … Ctrl-C ends it"
            ),
        )
    text = ", ".join(f"{count:,} {what}" for what, count in sorted(counted.items()))
    answer(dict(counted), text=f"{text or 'nothing happened'}.", as_json=json)


def trade(
    *,
    speed: float,
    on_progress: Callable[[Mapping[str, int]], None],
    seed: int,
    seconds: float | None = None,
    url: str = "",
    key: str = "",
) -> Mapping[str, int]:
    """
    Let people trade until the time is over or Ctrl-C comes; return what happened how often.

    :raises Trouble: if nobody answers.
    """
    from yipan.simulate.door import Door, DoorClosed
    from yipan.simulate.live import Live

    with _find_doors(url, key) as (web, fastlane, secret):
        doors = Door(web, key=secret), Door(fastlane, key=secret)
        chance = random.Random(seed)  # noqa: S311 - shoppers, no secret
        people = Live(door=doors[0], lane=doors[1], speed=speed, chance=chance)
        try:
            _wait_until_known(doors[1])
            people.look_around()
            people.run(seconds=seconds, on_progress=on_progress)
        except KeyboardInterrupt:
            pass
        except DoorClosed as error:
            raise Trouble(str(error)) from None
        finally:
            for door in doors:
                door.close()
    return people.counted


def _wait_until_known(fastlane: Door) -> None:
    """Wait until the fastlane knows the key: it reads them anew every few seconds."""
    give_up_at = time.monotonic() + KNOWN_SECONDS_MAX
    while fastlane.ask("GET", "/api/v1/availability?sku=-")[0] == HTTPStatus.UNAUTHORIZED:
        if time.monotonic() > give_up_at:
            raise Trouble("The key is not let in: its role must be integration.")
        time.sleep(LOOK_SECONDS)


@contextmanager
def _find_doors(url: str, key: str) -> Iterator[tuple[str, str, str]]:
    """Give the addresses of web and fastlane, and a key; one made for this is revoked again."""
    if url:
        yield url, url, key
        return
    home = find_home()
    if not Lock(home.postgres.lock).is_held() and not home.address.exists():
        raise Trouble("No Yipan runs here: start it with `yipan up`, or name one with --url.")
    try:
        at = json_module.loads(home.address.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise Trouble("Yipan is just starting: try again.") from None
    host = f"[{at['host']}]" if ":" in at["host"] else at["host"]
    with open_database(makes_tables=False):
        from yipan.access import keys

        name = f"live-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
        made = keys.create(
            keys.KeyGrant(name=name), by=find_operator(), at=datetime.now(UTC), device=DEVICE
        )
        try:
            yield f"http://{host}:{at['port']}", f"http://{host}:{at['port'] + 1}", made.secret
        finally:
            keys.revoke(name=name, by=find_operator(), at=datetime.now(UTC), device=DEVICE)
