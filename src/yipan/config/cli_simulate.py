"""Simulate a retailer in virtual time, in a throw-away database, and print what the truth says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from yipan.config.cli_session import answer, open_database, remarks
from yipan.config.trouble import Trouble

if TYPE_CHECKING:
    from yipan.config.virtual.systems import VirtualSystems
    from yipan.simulate.scores.model import Scores

#: How programs of a shell say that somebody pressed Ctrl-C.
INTERRUPTED = 130
DAYS_MAX = 366
_DAY = re.compile(r"day (\d+)")


def simulate(  # noqa: PLR0913 - options of a command line have names
    *,
    days: Annotated[int, typer.Option(min=1, max=DAYS_MAX, help="Virtual days.")] = 7,
    seed: Annotated[int, typer.Option(help="The same seed gives the same run.")] = 1,
    scale: Annotated[str, typer.Option(help="tiny, small, medium or large.")] = "small",
    faults: Annotated[
        str, typer.Option(help="A fault plan: a file, or default or none.")
    ] = "default",
    counts: Annotated[bool, typer.Option("--counts/--no-counts", help="Let staff count.")] = True,
    causes: Annotated[
        bool, typer.Option("--causes/--without-causes", help="Work the cases that are found.")
    ] = True,
    report: Annotated[
        Path | None, typer.Option(help="A folder to write the scores and the report into.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """
    Let a retailer live in virtual time, with faults, and score the books by the truth.

    Everything happens in a throw-away database on the same server; the live one is not touched.
    Exit 1 when a promise was oversold, a message stayed unhealed, or the books do not hold.
    """
    try:
        with open_database(makes_tables=False) as live:
            _check(scale=scale, faults=faults)
            scores = _run(
                live.dsn,
                asked={
                    "plan": faults,
                    "scale": scale,
                    "seed": seed,
                    "days": days,
                    "counts": counts,
                    "engine": causes,
                },
            )
    except KeyboardInterrupt:
        remarks.print("Stopped; the throw-away database is gone.")
        raise typer.Exit(INTERRUPTED) from None
    if report is not None:
        report.mkdir(parents=True, exist_ok=True)
        (report / "scores.json").write_text(scores.to_json() + "\n", encoding="utf-8")
    answer(scores.to_dict(), text=_tell(scores), as_json=json)
    if scores.oversold or scores.unhealed_messages or not scores.proved:
        raise typer.Exit(1)


def _check(*, scale: str, faults: str) -> None:
    """Say what is wrong before a database is made for it."""
    from yipan.simulate.cast import SCALES
    from yipan.simulate.plans.reading import PlanUnfit, load_plan

    if scale not in SCALES:
        raise Trouble(f"There is no scale {scale!r}: choose one of {', '.join(SCALES)}.")
    try:
        load_plan(faults)
    except PlanUnfit as unfit:
        raise Trouble(str(unfit)) from None


def _run(live_dsn: str, *, asked: dict[str, Any]) -> Scores:
    from yipan.config.virtual.schedule import PACES
    from yipan.config.virtual.systems import open_systems
    from yipan.simulate.acts.opening import CannotOpen
    from yipan.simulate.cast import SCALES, list_members
    from yipan.simulate.run import run

    members = list_members(SCALES[asked["scale"]])
    pace = PACES[asked["scale"]]
    with (
        _show_progress(asked["days"]) as show,
        open_systems(live_dsn, members=members, pace=pace, seed=asked["seed"]) as systems,
    ):
        try:
            scores = run(systems, on_progress=show, **asked)
        except CannotOpen as error:
            raise Trouble(str(error)) from None
        show("proving the books")
        _prove(systems, scores)
    return scores


def _prove(systems: VirtualSystems, scores: Scores) -> None:
    """Prove all books of the run. A fault of ours in a task of the clock breaks the proof."""
    from yipan.proof.run import prove

    scores.proofs = [{"name": each.check, "ok": each.ok, "detail": each.detail} for each in prove()]
    scores.proofs += [
        {"name": fault.name, "ok": False, "detail": f"{fault.at}: {fault.error!r}"}
        for fault in systems.list_faults()
    ]
    scores.proved = all(each["ok"] for each in scores.proofs)


@contextmanager
def _show_progress(days: int) -> Iterator[Any]:
    """Show a bar of days, and beside it what is said last."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=remarks, transient=True) as bar:
        task = bar.add_task("making a database", total=days)

        def show(line: str) -> None:
            day = _DAY.match(line)
            bar.update(task, description=line, completed=int(day[1]) if day else None)

        yield show


def _tell(scores: Scores) -> str:
    held = "hold" if scores.proved else "DO NOT HOLD"
    return (
        f"{scores.days} days, seed {scores.seed}, {scores.scale}: {scores.oversold} oversold, "
        f"{scores.unhealed_messages} messages unhealed; the books {held}. {scores.seconds:.0f} s."
    )
