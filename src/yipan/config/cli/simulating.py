"""Simulate a retailer in virtual time, in a throw-away database, and print what the truth says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from json import loads
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from yipan.config.cli.session import answer, open_database, remarks
from yipan.config.trouble import Trouble

if TYPE_CHECKING:
    from yipan.config.virtual.systems import VirtualSystems
    from yipan.simulate.plans.model import FaultPlan
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
    beside: Annotated[
        Path | None,
        typer.Option(help="The scores.json of another run, whose curve the report shows, too."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """
    Let a retailer live in virtual time, with faults, and score the books by the truth.

    Everything happens in a throw-away database on the same server; the live one is not touched.
    Exit 1 when a promise was oversold, a message stayed unhealed, or the books do not hold.
    """
    other = _read_scores(beside) if beside is not None else None
    plan = _check(scale=scale, faults=faults, days=days)
    try:
        with open_database(makes_tables=False) as live:
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
        write_report(scores, report, beside=other)
    answer(scores.to_dict(), text=_tell(scores, plan), as_json=json)
    if scores.oversold or scores.unhealed_messages or not scores.proved:
        raise typer.Exit(1)


def compare_runs(
    first: Annotated[Path, typer.Argument(help="The scores.json of a run.")],
    second: Annotated[Path, typer.Argument(help="That of another.")],
    *,
    page: Annotated[Path | None, typer.Option(help="An HTML file to write both into.")] = None,
    json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Hold two simulated runs side by side: another policy, with and without counting."""
    from yipan.simulate.scores.comparing import compare, write_comparison

    runs = [_read_scores(path) for path in (first, second)]
    if page is not None:
        page.write_text(write_comparison(*runs), encoding="utf-8")
    rows = compare(*runs)
    text = "\n".join(f"{row.name}: {row.a} → {row.b}" for row in rows)
    answer({"figures": [asdict(row) for row in rows]}, text=text, as_json=json)


def write_report(
    scores: Scores, directory: Path, *, beside: Mapping[str, Any] | None = None
) -> None:
    """Write what a run comes to: JSON, a page in each language, and PDF where typst is there."""
    from yipan.simulate.scores.paper import PrinterMissing, write_pdf
    from yipan.simulate.scores.report import write_html
    from yipan.simulate.scores.words import LANGUAGES

    directory.mkdir(parents=True, exist_ok=True)
    (directory / "scores.json").write_text(scores.to_json() + "\n", encoding="utf-8")
    for language in LANGUAGES:
        page = write_html(scores.to_dict(), language=language, beside=beside)
        (directory / f"report.{language}.html").write_text(page, encoding="utf-8")
        try:
            paper = write_pdf(scores.to_dict(), language=language, beside=beside)
        except PrinterMissing as missing:
            remarks.print(str(missing))
        else:
            (directory / f"report.{language}.pdf").write_bytes(paper)


def _read_scores(path: Path) -> dict[str, Any]:
    try:
        found = loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Trouble(f"{path} holds no scores of a run: {error}.") from None
    if not isinstance(found, dict) or "accuracy" not in found:
        raise Trouble(f"{path} holds no scores of a run.")
    return found


def _check(*, scale: str, faults: str, days: int) -> FaultPlan:
    """Say what is wrong, or in vain, before a database is made for it."""
    from yipan.simulate.cast import SCALES, list_stores, list_warehouses
    from yipan.simulate.plans.idle import find_idle
    from yipan.simulate.plans.reading import PlanUnfit, load_plan
    from yipan.simulate.world.retailer import list_categories

    if scale not in SCALES:
        raise Trouble(f"There is no scale {scale!r}: choose one of {', '.join(SCALES)}.")
    try:
        plan = load_plan(faults)
    except PlanUnfit as unfit:
        raise Trouble(str(unfit)) from None
    size = SCALES[scale]
    sites = dict.fromkeys(list_warehouses(size), "warehouse")
    sites |= dict.fromkeys(list_stores(size), "store")
    for line in find_idle(plan, sites=sites, goods=list_categories(size), days=days):
        remarks.print(line, markup=False, soft_wrap=True)
    return plan


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


def _tell(scores: Scores, plan: FaultPlan) -> str:
    """Say in a few lines what a run came to, and what became of each fault of its plan."""
    held = "hold" if scores.proved else "DO NOT HOLD"
    told = (
        f"{scores.days} days, seed {scores.seed}, {scores.scale}: {scores.oversold} oversold, "
        f"{scores.unhealed_messages} messages unhealed; the books {held}. {scores.seconds:.0f} s."
    )
    lines = [told]
    is_of_lines = {rule.fault: rule.kind.is_interface for rule in plan.rules}
    for fault, is_of_line in is_of_lines.items():
        row = scores.causes.get(fault)
        if row is None:
            lines.append(f"  {fault}: did not happen")
        elif is_of_line:
            lines.append(f"  {fault}: {row['injected']}, healed {row['healed']}")
        else:
            said = ", ".join(f"{key} {row[key]}" for key in ("found", "right", "unknown", "wrong"))
            lines.append(f"  {fault}: {row['injected']}, {said}")
    return "\n".join(lines)
