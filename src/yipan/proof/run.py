"""Run the proofs one after another, so that whoever waits sees where it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from yipan.exchange import proof as exchange_proof
from yipan.foundation.findings import Finding
from yipan.ledger import proof as ledger_proof
from yipan.ledger.snapshot_proof import prove_snapshots
from yipan.pool.queries import prove_promises
from yipan.proof.counts import prove_counts
from yipan.proof.kits import prove_kits
from yipan.proof.lots import prove_lots
from yipan.proof.purchasing import prove_on_order, prove_supplier_account
from yipan.proof.sites import compare_sites, prove_trees
from yipan.proof.transfers import prove_transfers
from yipan.proof.values import prove_values

#: What is proved, in order, and who proves it.
PARTS: tuple[tuple[str, Callable[[], list[Finding]]], ...] = (
    ("ledger", ledger_proof.prove_ledger),
    ("snapshots", prove_snapshots),
    ("message log", exchange_proof.list_findings),
    ("hub against sites", lambda: [compare_sites(), prove_trees()]),
    ("lots and picks", prove_lots),
    ("kits", lambda: [prove_kits()]),
    ("counts", lambda: [prove_counts()]),
    ("transfers", lambda: [prove_transfers()]),
    ("purchasing", lambda: [prove_on_order(), prove_supplier_account()]),
    ("values", prove_values),
    ("promises", lambda: [prove_promises()]),
)


def prove(*, say: Callable[[str], None] = lambda _: None) -> Iterator[Finding]:
    """Give the findings of all parts, in order. `say` hears the name of each part as it begins."""
    for name, find in PARTS:
        say(name)
        yield from find()


def find_first_break(findings: list[Finding]) -> Finding | None:
    """Return the first finding that is not in order, or None."""
    return next((finding for finding in findings if not finding.ok), None)
