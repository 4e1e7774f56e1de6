"""Many rows of master data at once (主数据批量): each judged, the good ones kept, or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction

from yipan.erp.documents.master import master_record
from yipan.erp.documents.master.master_record import Author
from yipan.masterdata import kinds, records
from yipan.masterdata.checks import Wrong
from yipan.masterdata.kinds import Kind
from yipan.masterdata.rows import SkuRow

ROWS_MAX = 1_000


@dataclass(frozen=True, kw_only=True, slots=True)
class LineResult:
    """
    What became of one row: `ok` (new or changed), `duplicate` (it stood so), or `refused`.

    `errors` name the fields of a refused row, and the code of each reason.
    """

    key: str
    status: str
    errors: tuple[Wrong, ...] = ()


@transaction.atomic
def upsert(
    *, kind: str, rows: Sequence[Mapping[str, Any]], rejects_everything: bool, by: Author
) -> list[LineResult]:
    """
    Make or change rows; fields that are left out stay as they are. One result per row, in order.

    With `rejects_everything` one wrong row keeps all others out: they are then told as refused
    without errors of their own.

    :raises KindUnknown: if there is no such kind of master data.
    """
    assert len(rows) <= ROWS_MAX
    told = kinds.get_kind(kind)
    keys = [tuple(str(row.get(name, "")) for name in told.key) for row in rows]
    known = told.find(set(keys))
    blank = {column.target: "" for column in told.columns if column.is_required}
    wanted = [
        replace(known[key], **row) if key in known else told.row(**(blank | dict(row)))
        for key, row in zip(keys, rows, strict=True)
    ]
    wrong = _judge(told, keys, wanted)
    if wrong and rejects_everything:
        sound: list[int] = []
    else:
        sound = [place for place in range(len(rows)) if place not in wrong]
    changed = [place for place in sound if known.get(keys[place]) != wanted[place]]
    if changed:
        master_record.keep_rows(kind, [wanted[place] for place in changed], by=by)
    return [
        LineResult(
            key="/".join(keys[place]),
            status=_get_status(place, sound=sound, changed=changed),
            errors=tuple(wrong.get(place, ())),
        )
        for place in range(len(rows))
    ]


def _get_status(place: int, *, sound: Sequence[int], changed: Sequence[int]) -> str:
    if place in changed:
        return "ok"
    return "duplicate" if place in sound else "refused"


def _judge(
    kind: Kind, keys: Sequence[tuple[str, ...]], rows: Sequence[Any]
) -> dict[int, list[Wrong]]:
    wrong: dict[int, list[Wrong]] = {}
    lost = {
        sku for sku, _ in records.list_lost_claims([it for it in rows if isinstance(it, SkuRow)])
    }
    sites = records.find_unknown_sites(rows)
    seen: set[tuple[str, ...]] = set()
    for place, (key, row) in enumerate(zip(keys, rows, strict=True)):
        found = kind.check(row)
        if key in seen:
            found.append(Wrong(field=kind.key[-1], code="row.doubled"))
        if key[-1] in lost:
            found.append(Wrong(field="barcodes", code="masterdata.barcode_taken"))
        if getattr(row, "site", None) in sites:
            found.append(Wrong(field="site", code="masterdata.site_unknown"))
        seen.add(key)
        if found:
            wrong[place] = found
    return wrong
