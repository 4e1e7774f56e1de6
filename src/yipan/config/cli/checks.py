"""Commands that measure and prove: they start the database they need by themselves."""

from __future__ import annotations

import inspect
import pkgutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from yipan.config.cli.session import answer, open_database, open_scratch_database, remarks
from yipan.config.trouble import Trouble
from yipan.foundation.findings import Finding

SCRATCH = "yipan_bench"
#: Benches that compute for minutes and ask no database anything: none is started for them, and
#: none that stops takes their figures along.
WITHOUT_DATABASE = frozenset({"planning"})
#: Modules of yipan.bench that share code and are no bench themselves begin like this.
PRIVATE = "_"

AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


def bench(
    name: Annotated[str | None, typer.Argument(help="Which one; all when left out.")] = None,
    *,
    file: Annotated[
        Path | None, typer.Option(help="Real input, for benches that take a file.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Measure in a throw-away database; exit 1 when a target is missed."""
    names = list_benches()
    if name is not None and name not in names:
        raise Trouble(f"There is no bench {name!r}: choose one of {', '.join(names)}.")
    missed = False
    for each in [name] if name else names:
        results = _run_bench(each, file=file)
        missed |= any(row.get("met") is False for row in results)
        if json:
            answer({"bench": each, "results": results}, text="", as_json=True)
        else:
            _show_bench(each, results)
    if missed:
        raise typer.Exit(1)


def list_benches() -> list[str]:
    """Return the names of the benches: the modules of yipan.bench that can be run."""
    package = import_module("yipan.bench")
    return sorted(
        found.name
        for found in pkgutil.iter_modules(package.__path__)
        if not found.name.startswith(PRIVATE)
        and _has_run(Path(str(package.__path__[0])), found.name)
    )


def prove(*, json: AsJson = False) -> None:
    """Prove on the live database that the books hold; exit 1 and name the first break."""
    with open_database():
        from yipan.proof.run import find_first_break
        from yipan.proof.run import prove as prove_all

        began = time.monotonic()
        with remarks.status("Proving …") as status:
            findings = list(prove_all(say=lambda part: status.update(f"Proving: {part} …")))
        seconds = round(time.monotonic() - began, 2)
    first = find_first_break(findings)
    facts = {
        "ok": first is None,
        "first_break": None if first is None else f"{first.check}: {first.detail}",
        "seconds": seconds,
        "findings": [asdict(finding) for finding in findings],
    }
    if not json:
        _show_findings(findings)
    holds = f"The books hold: {len(findings)} checks in {seconds} s."
    answer(facts, text=f"Broken: {facts['first_break']}" if first else holds, as_json=json)
    if first is not None:
        raise typer.Exit(1)


def doctor(*, json: AsJson = False) -> None:
    """Look at this machine and this installation, and say what may be in the way."""
    from yipan.config.diagnosis import examine

    found = examine()
    is_well = all(each.ok for each in found)
    if json:
        answer({"ok": is_well, "remarks": [asdict(each) for each in found]}, text="", as_json=True)
    else:
        for each in found:
            Console().print(f"[{'green]✓' if each.ok else 'red]✗'}[/] {escape(each.text)}")
    if not is_well:
        raise typer.Exit(1)


def _has_run(directory: Path, name: str) -> bool:
    source = directory / f"{name}.py"
    return source.exists() and "\ndef run(" in source.read_text(encoding="utf-8")


def _run_bench(name: str, *, file: Path | None) -> Sequence[Mapping[str, object]]:
    if name in WITHOUT_DATABASE:
        return _measure(name, file=file)
    with open_scratch_database(SCRATCH):
        from yipan.config.grants import migrate_and_grant

        with remarks.status(f"{name}: preparing a throw-away database …"):
            migrate_and_grant()
        return _measure(name, file=file)


def _measure(name: str, *, file: Path | None) -> Sequence[Mapping[str, object]]:
    module = import_module(f"yipan.bench.{name}")
    takes = inspect.signature(module.run).parameters
    if file is not None and "file" not in takes:
        raise Trouble(f"The bench {name!r} takes no file.")
    with remarks.status(f"{name}: measuring …"):
        results: Sequence[Mapping[str, object]] = (
            module.run(file=file) if file is not None else module.run()
        )
    return results


def _show_bench(name: str, results: Sequence[Mapping[str, object]]) -> None:
    table = Table("", "figure", "value", "unit", "target", title=name)
    marks = {True: "[green]✓[/]", False: "[red]✗[/]"}
    for row in results:
        met = row.get("met")
        table.add_row(
            marks[met] if isinstance(met, bool) else "",
            str(row["name"]),
            str(row["value"]),
            str(row.get("unit", "")),
            str(row.get("target") or ""),
        )
    Console().print(table)


def _show_findings(findings: Sequence[Finding]) -> None:
    table = Table("", "check", "looked at", "breaks", "first break")
    for each in findings:
        table.add_row(
            "[green]✓[/]" if each.ok else "[red]✗[/]",
            each.check,
            f"{each.examined:,}",
            f"{each.count:,}",
            "" if each.ok else escape(each.detail),
        )
    Console(stderr=True).print(table)
