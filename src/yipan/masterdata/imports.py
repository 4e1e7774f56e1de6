"""Imports of master data: each row of a file is judged, and the good ones are handed on.

A file is read in chunks, so that memory does not grow with it, and twice when it is to be
kept: once to judge it, once to write it. Judging changes nothing and is the dry run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from yipan.masterdata import cells, queries, records, refusals
from yipan.masterdata.cells import Cell, CellWrong
from yipan.masterdata.checks import Wrong
from yipan.masterdata.kinds import Column, Kind, Row
from yipan.masterdata.rows import BinRow, SkuRow
from yipan.masterdata.search import fold
from yipan.masterdata.tabular import Line, Table

ROWS_PER_CHUNK = 1_000


class Outcome(StrEnum):
    """What an import does with a row."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    WRONG = "wrong"


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """A row of the file: where it stands, what becomes of it, and what is wrong or new in it."""

    line: int
    key: str
    outcome: Outcome
    errors: tuple[Wrong, ...] = ()
    changes: tuple[tuple[str, str, str], ...] = ()
    row: Row | None = None

    def get_errors(self) -> list[dict[str, str]]:
        """Return what is wrong as the API tells it, with pointers to line and column."""
        return [
            {"pointer": f"/rows/{self.line}/{wrong.field}", "code": wrong.code}
            for wrong in self.errors
        ]


@dataclass(frozen=True, kw_only=True, slots=True)
class Header:
    """Which cell of a line is which column, and what the file has that we do not read."""

    positions: Mapping[int, Column]
    ignored: tuple[str, ...] = ()


@dataclass(kw_only=True, slots=True)
class Seen:
    """What earlier rows of the same file laid claim to, and what they gave up."""

    keys: set[tuple[str, ...]] = field(default_factory=set)
    barcodes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """A line whose cells were read; amounts wait until the currency of the row is known."""

    number: int
    values: dict[str, Any]
    amounts: dict[Column, Cell]
    errors: list[Wrong]


def judge_file(
    kind: Kind, table: Table, *, report_header: Callable[[Header], None] = lambda _: None
) -> Iterator[list[Judged]]:
    """
    Judge every row of a file against what stands in the database now, chunk by chunk.

    :raises FileUnreadable: if the file is broken.
    :raises FileTooLarge: if it is larger than an import may be.
    :raises ColumnsWrong: if a required column is missing or one is there twice.
    """
    lines = table.lines
    first = next(lines, None)
    if first is None:
        raise refusals.FileUnreadable(reason="empty")
    header = read_header(kind, first.cells)
    report_header(header)
    seen = Seen()
    chunk: list[Line] = []
    for line in lines:
        chunk.append(line)
        if len(chunk) == ROWS_PER_CHUNK:
            yield _judge_chunk(kind, header, chunk, seen)
            chunk = []
    if chunk:
        yield _judge_chunk(kind, header, chunk, seen)


def read_header(kind: Kind, names: Sequence[Cell]) -> Header:
    """
    Return which cell is which column.

    :raises ColumnsWrong: if a required column is missing or one is there twice.
    """
    known = {_fold_header(column.name): column for column in kind.columns}
    for column in kind.columns:
        known.update({_fold_header(header): column for header in column.headers})
    positions: dict[int, Column] = {}
    ignored: list[str] = []
    doubled: list[str] = []
    for position, cell in enumerate(names):
        name = str("" if cell is None else cell)
        found = known.get(_fold_header(name))
        if found is None:
            ignored += [name[:96]] if name.strip() else []
        elif found in positions.values():
            doubled.append(found.name)
        else:
            positions[position] = found
    missing = [
        column.name
        for column in kind.columns
        if column.is_required and column not in positions.values()
    ]
    if missing or doubled:
        raise refusals.ColumnsWrong(
            missing=missing, doubled=doubled, known=[column.name for column in kind.columns]
        )
    return Header(positions=positions, ignored=tuple(ignored))


def _fold_header(name: str) -> str:
    return "_".join(fold(name).strip("\ufeff*").split())


def _judge_chunk(kind: Kind, header: Header, chunk: Sequence[Line], seen: Seen) -> list[Judged]:
    read = [_read_line(header, line) for line in chunk]
    keys = {_key_of(kind, line.values) for line in read}
    known = kind.find([key for key in keys if all(key)])
    judged = [_judge_line(kind, line, known=known, seen=seen) for line in read]
    if kind.key[0] == "site":
        judged = _judge_sites(judged)
    if kind.check_all is not None:
        wrong = kind.check_all([one.row for one in judged if one.row is not None])
        judged = [
            _find_wrong(one, found.field, found.code)
            if one.row is not None
            and (found := wrong.get(tuple(str(getattr(one.row, name)) for name in kind.key)))
            else one
            for one in judged
        ]
    return _judge_barcodes(judged, seen)


def _read_line(header: Header, line: Line) -> Read:
    read = Read(number=line.number, values={}, amounts={}, errors=[])
    for position, column in header.positions.items():
        cell = line.cells[position] if position < len(line.cells) else ""
        # An empty cell says nothing: what stands stays, and a new row gets the default.
        if (cell is None or (isinstance(cell, str) and not cell.strip())) and (
            not column.is_required
        ):
            continue
        if column.is_money:
            read.amounts[column] = cell
            continue
        try:
            read.values[column.target] = column.read(cell)
        except CellWrong as wrong:
            read.errors.append(Wrong(field=column.name, code=wrong.code))
    return read


def _key_of(kind: Kind, values: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(values.get(name, "")) for name in kind.key)


def _judge_line(
    kind: Kind, line: Read, *, known: Mapping[tuple[str, ...], Any], seen: Seen
) -> Judged:
    key = _key_of(kind, line.values)
    standing = known.get(key)
    errors = line.errors + _read_amounts(line, standing)
    if key in seen.keys and all(key):
        errors.append(Wrong(field=kind.key[-1], code="row.doubled"))
    seen.keys.add(key)
    if not errors:
        row = replace(standing, **line.values) if standing else kind.row(**line.values)
        errors = kind.check(row)
    if errors:
        wrong = tuple(_use_column_names(kind, errors))
        return Judged(line=line.number, key="/".join(key), outcome=Outcome.WRONG, errors=wrong)
    changes = _list_changes(kind, standing, row)
    outcome = Outcome.CHANGED if changes else Outcome.UNCHANGED
    return Judged(
        line=line.number,
        key="/".join(key),
        outcome=outcome if standing else Outcome.NEW,
        changes=changes,
        row=row,
    )


def _read_amounts(line: Read, standing: Any) -> list[Wrong]:
    errors: list[Wrong] = []
    currency = line.values.get("currency") or (standing.currency if standing else "CNY")
    for column, cell in line.amounts.items():
        try:
            line.values[column.target] = cells.read_money(cell, currency)
        except CellWrong as wrong:
            errors.append(Wrong(field=column.name, code=wrong.code))
    return errors


def _use_column_names(kind: Kind, errors: Sequence[Wrong]) -> list[Wrong]:
    names = {column.target: column.name for column in kind.columns}
    return [Wrong(field=names.get(wrong.field, wrong.field), code=wrong.code) for wrong in errors]


def _list_changes(kind: Kind, standing: Any, row: Any) -> tuple[tuple[str, str, str], ...]:
    if standing is None:
        return ()
    return tuple(
        (column.name, str(write_cell(column, standing)), str(write_cell(column, row)))
        for column in kind.columns
        if getattr(standing, column.target) != getattr(row, column.target)
    )


def write_cell(column: Column, row: Any) -> str | int:
    """Return the value of a column as exports write it and imports read it."""
    value = getattr(row, column.target)
    if column.is_money:
        return cells.write_money(value, row.currency)
    return column.write(value)


def _judge_sites(judged: list[Judged]) -> list[Judged]:
    rows = [one.row for one in judged if isinstance(one.row, BinRow)]
    unknown = set(queries.list_unknown_sites({row.site for row in rows}))
    return [
        _find_wrong(one, "site", "masterdata.site_unknown")
        if isinstance(one.row, BinRow) and one.row.site in unknown
        else one
        for one in judged
    ]


def _judge_barcodes(judged: list[Judged], seen: Seen) -> list[Judged]:
    rows = [one.row for one in judged if isinstance(one.row, SkuRow)]
    lost = {sku for sku, _ in records.list_lost_claims(rows)} if rows else set()
    result: list[Judged] = []
    for one in judged:
        if not isinstance(one.row, SkuRow):
            result.append(one)
            continue
        claims = [seen.barcodes.setdefault(code.code, one.row.code) for code in one.row.barcodes]
        if one.row.code in lost or any(owner != one.row.code for owner in claims):
            result.append(_find_wrong(one, "barcodes", "masterdata.barcode_taken"))
        else:
            result.append(one)
    return result


def _find_wrong(judged: Judged, column: str, code: str) -> Judged:
    wrong = Wrong(field=column, code=code)
    return replace(judged, outcome=Outcome.WRONG, errors=(wrong,), changes=(), row=None)
