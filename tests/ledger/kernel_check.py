"""A random workload on few, tight accounts, a model of what must come out, and a search for faults.

After the handbook of the kernel: requests of one to three lines, half promises, a quarter facts, a
quarter mixed; re-sent ids within and across batches, some with other content; a fifth of the
batches are runs of facts, half of them sent twice; places that were never used before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from random import Random
from uuid import UUID

from django.db import DatabaseError

from yipan.foundation.ids import get_bucket, make_id
from yipan.ledger import posting
from yipan.ledger.calls import call
from yipan.ledger.moves import BatchRequest, FactPosting, Move, Outcome, get_digest
from yipan.ledger.proof import prove_ledger

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BOOK = "erp"
SKUS = [f"KERNEL-{number:02d}" for number in range(40)]
TIGHT = ["on_hand/W1/available", "on_hand/W1/reserved"]
NEW = [f"on_hand/NEW-{number}/available" for number in range(6)]
OUTSIDE = "customer"
OPENED = 30

ANSWERS_LATER = {
    Outcome.ACCEPTED: Outcome.ACCEPTED_BEFORE,
    Outcome.REFUSED: Outcome.REFUSED_BEFORE,
}


@dataclass
class Workload:
    """
    Batches out of a seed. `sent` is what may be sent again, and can be shared.

    A calm workload repeats nothing and uses no new places, so that the fast path decides.
    """

    seed: int
    is_calm: bool = False
    sent: list[BatchRequest] = field(default_factory=list)
    runs: int = 0

    def __post_init__(self) -> None:
        self.random = Random(self.seed)

    def make_batch(self) -> list[BatchRequest]:
        batch: list[BatchRequest] = []
        for _ in range(self.random.randint(1, 3 if self.is_calm else 12)):
            chance = 1.0 if self.is_calm else self.random.random()
            known = [*batch, *self.sent[-40:]]
            if chance < 0.15 and known:
                batch.append(self.random.choice(known))
            elif chance < 0.17 and known:
                old = self.random.choice(known)
                batch.append(replace(old, moves=[*old.moves[:-1], self._alter(old.moves[-1])]))
            else:
                batch.append(self._make_request())
        self.sent.extend(batch)
        return batch

    def make_run(self) -> list[FactPosting]:
        self.runs += 1
        return [
            FactPosting(
                origin=f"stream/{self.seed}-{self.runs}-{number}/post",
                occurred_at=NOON,
                moves=self._make_moves(),
            )
            for number in range(self.random.randint(1, 8))
        ]

    def _make_request(self) -> BatchRequest:
        moves = self._make_moves()
        kind = self.random.random()
        guarded = [kind < 0.5 or (kind > 0.75 and self.random.random() < 0.5) for _ in moves]
        return BatchRequest(
            event_id=make_id(tail=self.random.randbytes(10)),
            occurred_at=NOON,
            moves=moves,
            guarded=guarded,
        )

    def _make_moves(self) -> list[Move]:
        return [self._make_move() for _ in range(self.random.choice([1, 1, 1, 2, 3]))]

    def _make_move(self) -> Move:
        accounts = [*TIGHT, *TIGHT, OUTSIDE]
        if not self.is_calm:
            accounts.append(self.random.choice(NEW))
        source = self.random.choice(accounts)
        target = self.random.choice([it for it in accounts if it != source])
        return Move(
            sku=self.random.choice(SKUS[:4] if self.is_calm else SKUS),
            from_account=source,
            to_account=target,
            quantity=self.random.randint(1, 12),
        )

    def _alter(self, move: Move) -> Move:
        return replace(move, quantity=move.quantity + 1)


class Model:
    """What the kernel must answer, in twenty lines."""

    def __init__(self) -> None:
        self.balances: dict[tuple[str, str], int] = defaultdict(int)
        self.known: dict[UUID, tuple[int, Outcome]] = {}

    def decide(self, batch: Sequence[BatchRequest]) -> list[Outcome]:
        return [self._decide(request) for request in batch]

    def book(self, moves: Sequence[Move]) -> None:
        for move in moves:
            self.balances[move.sku, move.from_account] -= move.quantity
            self.balances[move.sku, move.to_account] += move.quantity

    def _decide(self, request: BatchRequest) -> Outcome:
        digest = get_digest(request.moves, guarded=request.guarded)
        if request.event_id in self.known:
            first, outcome = self.known[request.event_id]
            return ANSWERS_LATER[outcome] if first == digest else Outcome.REUSED
        before = self.balances.copy()
        outcome = Outcome.ACCEPTED
        assert request.guarded is not None
        for move, is_guarded in zip(request.moves, request.guarded, strict=True):
            self.book([move])
            is_short = self.balances[move.sku, move.from_account] < 0
            if is_guarded and is_short and move.from_account != OUTSIDE:
                outcome, self.balances = Outcome.REFUSED, before
                break
        self.known[request.event_id] = digest, outcome
        return outcome


@dataclass
class Journal:
    """What was asked and answered, and what went wrong on the way."""

    asked: list[tuple[BatchRequest, Outcome]] = field(default_factory=list)
    booked: list[FactPosting] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def open_stock() -> None:
    """Give every SKU some stock, too little for what comes."""
    moves = [
        Move(sku=sku, from_account="opening", to_account=TIGHT[0], quantity=OPENED) for sku in SKUS
    ]
    opening = FactPosting(origin="opening/1/post", occurred_at=NOON, moves=moves)
    posting.post_fact(book=BOOK, posting=opening)


def drive(
    workload: Workload, *, batches: int, journal: Journal, model: Model | None = None
) -> Journal:
    """Post batches and runs; with a model, compare outcomes. Faults end up in the journal."""
    for _ in range(batches):
        try:
            if workload.random.random() < 0.2:
                _post_run(workload, journal=journal, model=model)
            else:
                _post_batch(workload, journal=journal, model=model)
        except DatabaseError as error:
            journal.faults.append(f"database: {error}")
        if model is not None and journal.faults:
            break
    return journal


def _post_batch(workload: Workload, *, journal: Journal, model: Model | None) -> None:
    batch = workload.make_batch()
    outcomes = posting.post_batch(book=BOOK, requests=batch)
    journal.asked.extend(zip(batch, outcomes, strict=True))
    if model is not None and (expected := model.decide(batch)) != outcomes:
        journal.faults.append(f"outcomes {outcomes} and not {expected}")


def _post_run(workload: Workload, *, journal: Journal, model: Model | None) -> None:
    run = workload.make_run()
    times = workload.random.choice([1, 2])
    for number in range(times):
        answers = posting.post_facts(book=BOOK, postings=run)
        if answers != [number == 0] * len(run):
            journal.faults.append(f"run answered {answers} at attempt {number + 1}")
    journal.booked.extend(run)
    if model is not None:
        for it in run:
            model.book(it.moves)


def find_faults(journal: Journal, *, model: Model | None = None) -> list[str]:
    """Look for everything that must never be, after the workload has ended."""
    faults = list(journal.faults)
    faults += [f"{it.check}: {it.detail}" for it in prove_ledger() if not it.ok]
    faults += _find_wrong_answers(journal)
    faults += _find_overdrawing(journal)
    faults += _find_lost_facts(journal)
    if model is not None:
        faults += _find_other_balances(model)
    return faults


def _find_wrong_answers(journal: Journal) -> list[str]:
    faults = []
    answers: dict[UUID, list[tuple[BatchRequest, Outcome]]] = defaultdict(list)
    for request, outcome in journal.asked:
        answers[request.event_id].append((request, outcome))
    rows = call("select event_id, digest, refused_line, bucket from ledger_request")
    stored = {event_id: rest for event_id, *rest in rows}
    for event_id, given in answers.items():
        faults += _find_wrong_answers_to(event_id, given=given, stored=stored[event_id])
    return faults


def _find_wrong_answers_to(
    event_id: UUID,
    *,
    given: list[tuple[BatchRequest, Outcome]],
    stored: list[int],
) -> list[str]:
    digest, refused_line, bucket = stored
    first = [it for it in given if it[1] in ANSWERS_LATER]
    if len(first) != 1:
        return [f"{event_id}: answered for the first time {len(first)} times"]
    request, outcome = first[0]
    faults = []
    if (outcome is Outcome.REFUSED) != (refused_line is not None):
        faults.append(f"{event_id}: answered {outcome!r}, stored line {refused_line}")
    if refused_line is not None and not (request.guarded or [])[refused_line - 1]:
        faults.append(f"{event_id}: a fact was refused")
    if bucket != get_bucket(event_id):
        faults.append(f"{event_id}: in bucket {bucket}")
    for again, answer in given:
        is_same = get_digest(again.moves, guarded=again.guarded) == digest
        right = {outcome, ANSWERS_LATER[outcome]} if is_same else {Outcome.REUSED}
        if answer not in right:
            faults.append(f"{event_id}: {answer!r} after {outcome!r}")
    return faults


def _find_overdrawing(journal: Journal) -> list[str]:
    """Replay the movements in the order of their ids: no guarded line may overdraw."""
    guards: dict[UUID, list[bool]] = {
        request.event_id: list(request.guarded or [])
        for request, outcome in journal.asked
        if outcome is Outcome.ACCEPTED
    }
    rows = call(
        "select event_id, sku_id, from_place, from_status, to_place, to_status, quantity,"
        " p.floor from ledger_movement m join ledger_place p on p.place_id = m.from_place"
        " order by m.id"
    )
    balances: dict[tuple[int, int, int], int] = defaultdict(int)
    seen: dict[UUID, int] = defaultdict(int)
    faults = []
    for event_id, sku, from_place, from_status, to_place, to_status, quantity, floor in rows:
        balances[sku, from_place, from_status] -= quantity
        balances[sku, to_place, to_status] += quantity
        guard = guards.get(event_id)
        is_guarded = guard is not None and guard[seen[event_id]]
        seen[event_id] += 1
        if is_guarded and floor is not None and balances[sku, from_place, from_status] < floor:
            faults.append(f"{event_id}: a guarded line overdraws")
    faults += [
        f"{event_id}: {seen[event_id]} movements of {len(guard)}"
        for event_id, guard in guards.items()
        if seen[event_id] != len(guard)
    ]
    return faults


def _find_lost_facts(journal: Journal) -> list[str]:
    rows = call(
        "select h.origin, count(*) from ledger_posting h join ledger_movement m using (event_id)"
        " where h.origin like 'stream/%' group by h.origin"
    )
    found: dict[str, int] = dict(rows)
    expected = {it.origin: len(it.moves) for it in journal.booked}
    return [] if found == expected else [f"facts {found} and not {expected}"]


def _find_other_balances(model: Model) -> list[str]:
    rows = call(
        "select s.code, p.path, b.status, b.quantity from ledger_balance b"
        " join ledger_sku s using (sku_id) join ledger_place p using (place_id)"
        " where p.path <> 'opening' and b.quantity <> 0"
    )
    statuses = {0: "", 1: "/available", 3: "/reserved"}
    found = {(sku, path + statuses[status]): quantity for sku, path, status, quantity in rows}
    expected = {key: quantity for key, quantity in model.balances.items() if quantity}
    return [] if found == expected else [f"balances {found} and not {expected}"]


def run_alone(*, seed: int, batches: int, is_calm: bool = False) -> list[str]:
    """Drive one connection against the model; return the faults."""
    open_stock()
    model = Model()
    for sku in SKUS:
        model.balances[sku, TIGHT[0]] = OPENED
    journal = drive(
        Workload(seed, is_calm=is_calm), batches=batches, journal=Journal(), model=model
    )
    return find_faults(journal, model=model) if not journal.faults else journal.faults
