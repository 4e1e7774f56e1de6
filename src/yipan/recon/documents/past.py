"""Load corrections of the past (历史调整) with the words people wrote, and read their causes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from yipan.recon.models import PastCorrection
from yipan.recon.rules import Cause
from yipan.recon.rules.texts import TEXT_LENGTH_MAX, Reading, read_text

BATCH = 1_000
WORD_LENGTH_MAX = 120


@dataclass(frozen=True, kw_only=True, slots=True)
class Corrected:
    """One line of an older system: `row` is its place in the file, `quantity` is signed."""

    row: int
    occurred_at: datetime
    quantity: int
    text: str
    sku: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Loaded:
    """What a load brought: lines that were new, those known before, and lines by cause read."""

    new: int
    known: int
    by_cause: dict[str, int]
    unworded: int


def load(*, origin: str, lines: Iterable[Corrected], goods: Collection[str] = ()) -> Loaded:
    """
    Keep corrections of one file, named `origin`, each with the cause its words name.

    Lines known from the same file stay as they are. `goods` are names of goods: a text that is
    one of them says what it was, and not why.
    """
    names = {_fold(name) for name in goods}
    before = PastCorrection.objects.filter(origin=origin).count()
    total = unworded = 0
    by_cause: Counter[str] = Counter()
    batch: list[PastCorrection] = []
    for line in lines:
        reading = _read(line.text, names=names)
        total += 1
        unworded += not line.text.strip()
        by_cause[str(reading.cause)] += 1
        batch.append(_make(line, origin=origin, reading=reading))
        if len(batch) >= BATCH:
            PastCorrection.objects.bulk_create(batch, ignore_conflicts=True)
            batch = []
    PastCorrection.objects.bulk_create(batch, ignore_conflicts=True)
    new = PastCorrection.objects.filter(origin=origin).count() - before
    return Loaded(
        new=new, known=total - new, by_cause=dict(by_cause.most_common()), unworded=unworded
    )


def _read(text: str, *, names: Collection[str]) -> Reading:
    return Reading(cause=Cause.UNKNOWN) if _fold(text) in names else read_text(text)


def _fold(text: str) -> str:
    return " ".join(text.casefold().split())


def _make(line: Corrected, *, origin: str, reading: Reading) -> PastCorrection:
    return PastCorrection(
        origin=origin,
        row=line.row,
        occurred_at=line.occurred_at,
        sku=line.sku[:48],
        quantity=line.quantity,
        text=line.text.strip()[:TEXT_LENGTH_MAX],
        cause=str(reading.cause),
        also=[str(cause) for cause in reading.also],
        word=reading.word[:WORD_LENGTH_MAX],
        is_doubted=reading.is_doubted,
    )
