"""Many at once (批量处理): each line alone, in its own savepoint, with a result of its own.

A line carries its own `id`. Sent again, under whatever key the call has, a line that was taken
is answered with its first result, and one that was refused is tried again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from yipan.documents.models import TakenLine
from yipan.documents.turns import take_turns
from yipan.foundation.refusals import Refusal

LINES_MAX: Final = 1_000
ID_LENGTH_MAX: Final = 96

OK, DUPLICATE, REFUSED = "ok", "duplicate", "refused"


class TooManyBulkLines(Refusal):
    """More lines than one call takes. Send them as a job, or in parts."""

    code = "bulk.too_many_lines"
    status = 413


class LineRepeated(Refusal):
    """An id stands on two lines of one call. Each line needs its own."""

    code = "bulk.line_repeated"
    status = 422


class LineReused(Refusal):
    """The id of the line came before with other content. A new line needs a new id."""

    code = "bulk.line_reused"


class OthersRefused(Refusal):
    """The line is in order, but others are not, and all or none was asked for."""

    code = "bulk.others_refused"


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of a call, as it was sent. `wrong` says why it cannot be read, or nothing."""

    id: str
    content: Mapping[str, Any]
    wrong: Refusal | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What became of a line: `ok`, `duplicate` or `refused`, with the code and its facts."""

    id: str
    status: str
    code: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    result: Mapping[str, Any] = field(default_factory=dict)


#: What is done with a line: takes the line, returns what is told of it.
Take = Callable[[Line], Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """
    Lines of one operation of one caller.

    `scope` names the caller and the operation: within it an id means one line for good.
    """

    scope: str
    lines: Sequence[Line]
    rejects_everything: bool = False


def check(lines: Sequence[Line], *, maximum: int = LINES_MAX) -> None:
    """
    Return quietly when a call may be looked at line by line.

    :raises TooManyBulkLines: if it has more lines than the maximum.
    :raises LineRepeated: if two lines have one id.
    """
    if len(lines) > maximum:
        raise TooManyBulkLines(lines=len(lines), maximum=maximum)
    seen: set[str] = set()
    for line in lines:
        if line.id in seen:
            raise LineRepeated(id=line.id)
        seen.add(line.id)


def take_all(batch: Batch, *, take: Take, at: datetime) -> list[Result]:
    """
    Take each line, and return the results in the order of the lines.

    When `rejects_everything` and one is refused, nothing of the batch is kept.
    """
    check(batch.lines, maximum=max(LINES_MAX, len(batch.lines)))
    with transaction.atomic():
        # Of one caller and operation, one batch after the other: the same line sent twice at
        # once is taken once.
        take_turns(f"bulk|{batch.scope}")
        known = _find_known(batch)
        results = [
            _take_line(batch, line, known=known.get(line.id), take=take, at=at)
            for line in batch.lines
        ]
        is_kept = not (batch.rejects_everything and any(it.status == REFUSED for it in results))
        transaction.set_rollback(not is_kept)
    if is_kept:
        return results
    return [
        Result(id=it.id, status=REFUSED, code=OthersRefused.code) if it.status == OK else it
        for it in results
    ]


def _take_line(
    batch: Batch, line: Line, *, known: TakenLine | None, take: Take, at: datetime
) -> Result:
    fingerprint = _take_fingerprint(line)
    if known is not None:
        if known.fingerprint != fingerprint:
            return refuse(line, LineReused(first_seen_at=known.taken_at.isoformat()))
        return Result(id=line.id, status=DUPLICATE, result=known.result)
    if line.wrong is not None:
        return refuse(line, line.wrong)
    try:
        with transaction.atomic():
            told = dict(take(line))
            TakenLine.objects.create(
                scope=_hash(batch.scope),
                line_id=line.id,
                fingerprint=fingerprint,
                result=told,
                taken_at=at,
            )
    except Refusal as refusal:
        return refuse(line, refusal)
    return Result(id=line.id, status=OK, result=told)


def refuse(line: Line, refusal: Refusal) -> Result:
    """Return the result of a line that was refused."""
    return Result(id=line.id, status=REFUSED, code=refusal.code, facts=refusal.facts)


def _find_known(batch: Batch) -> dict[str, TakenLine]:
    rows = TakenLine.objects.filter(
        scope=_hash(batch.scope), line_id__in=[line.id for line in batch.lines]
    )
    return {row.line_id: row for row in rows}


def _take_fingerprint(line: Line) -> str:
    return _hash(json.dumps(line.content, sort_keys=True, default=str))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
