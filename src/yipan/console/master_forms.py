"""
One form for every kind of master data, made of the columns of its import.

So a cell typed into a form is read, judged and refused exactly as one in a file is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict

from yipan.console.master_words import CHOICES, HINTS, LABELS, Words, get_message
from yipan.masterdata import cells
from yipan.masterdata.cells import CellWrong
from yipan.masterdata.imports import write_cell
from yipan.masterdata.kinds import Column, Kind
from yipan.masterdata.refusals import RowWrong

TEXT_LENGTH_MAX = 4_000

#: How the fields of each kind are grouped, and what a group is called in `GROUP_LABELS`.
GROUPS: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "skus": (
        ("identity", ("code", "name", "name_zh", "category", "external_id")),
        ("variant", ("style", "color", "size")),
        ("packs", ("unit", "case_size", "barcodes")),
        (
            "handling",
            (
                "temperature_class", "is_lot_tracked", "is_expiry_tracked", "is_serial_tracked",
                "is_weighed", "is_hot", "is_active",
            ),
        ),
        ("money", ("currency", "cost", "price")),
    ),
    "sites": (
        ("identity", ("code", "site_type", "name", "name_zh", "external_id", "is_active")),
        ("place", ("region", "address", "time_zone", "day_starts_at")),
    ),
    "bins": (
        ("identity", ("code", "zone", "zone_type", "aisle", "sequence")),
        ("handling", ("capacity", "mixing", "temperature_class", "is_active")),
    ),
    "suppliers": (
        ("identity", ("code", "name", "name_zh", "external_id", "is_active")),
        (
            "terms",
            (
                "lead_time_days", "lead_time_spread_days", "minimum_order_quantity", "currency",
                "minimum_order_value", "tolerance_over_percent", "tolerance_over_quantity",
                "tolerance_under_percent", "tolerance_under_quantity", "tolerance_price_percent",
            ),
        ),
        ("contact", ("contact", "phone", "email", "address")),
    ),
    "customers": (
        ("identity", ("code", "name", "name_zh", "external_id", "is_active")),
        ("contact", ("phone", "email", "address")),
    ),
}  # fmt: skip

NUMBERS = frozenset(
    {
        "case_size", "capacity", "sequence", "lead_time_days", "lead_time_spread_days",
        "minimum_order_quantity", "minimum_order_value", "tolerance_over_percent",
        "tolerance_under_percent", "tolerance_over_quantity", "tolerance_under_quantity",
        "tolerance_price_percent", "cost", "price",
    }
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """One field as the template draws it. `widget` is text, number, area, choice or truth."""

    name: str
    label: Words
    hint: Words
    widget: str
    value: str
    is_required: bool
    is_fixed: bool
    choices: Sequence[tuple[str, Words]]
    error: Words = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """Fields that belong together."""

    name: str
    fields: list[Field]


class RowForm:
    """A row of master data in a form: drawn from a row, or from what somebody sent."""

    def __init__(self, kind: Kind, *, row: Any, is_new: bool, fixed: Sequence[str] = ()) -> None:
        self.kind = kind
        self.row = row
        self.is_new = is_new
        self.version: int = row.version
        self.general_error: Words = ""
        self._fixed = {*fixed, *(() if is_new else kind.key)}
        self._texts: dict[str, str] = {
            column.name: str(write_cell(column, row)).replace("; ", "\n")
            if column.name == "barcodes"
            else str(write_cell(column, row))
            for column in kind.columns
        }
        self._errors: dict[str, str] = {}

    @property
    def groups(self) -> list[Group]:
        """Return the fields, group by group."""
        columns = {column.name: column for column in self.kind.columns}
        return [
            Group(name=name, fields=[self._draw(columns[field]) for field in fields])
            for name, fields in GROUPS[self.kind.name]
        ]

    def read(self, sent: QueryDict) -> Any:
        """Return the row somebody sent, or nothing when a field cannot be read."""
        version = str(sent.get("version", ""))
        self.version = int(version) if version.isdecimal() and len(version) < 16 else 0
        values: dict[str, Any] = {}
        amounts: list[Column] = []
        shown = {field for _, fields in GROUPS[self.kind.name] for field in fields}
        for column in self.kind.columns:
            if column.name in self._fixed or column.name not in shown:
                continue
            if column.name not in sent and not column.is_required and column.name in NUMBERS:
                continue
            text = str(sent.get(column.name, ""))[:TEXT_LENGTH_MAX].strip()
            self._texts[column.name] = text or ("no" if column.name.startswith("is_") else "")
            if column.is_money:
                amounts.append(column)
            else:
                self._read_cell(column, text, values)
        for column in amounts:
            self._read_amount(column, values)
        if self._errors:
            return None
        return replace(self.row, **values, version=self.version)

    def refuse(self, refusal: RowWrong) -> None:
        """Take over what the verb said no to, field by field."""
        names = {column.target: column.name for column in self.kind.columns}
        errors = refusal.facts["errors"]
        assert isinstance(errors, list)
        for error in errors:
            field = error["pointer"].removeprefix("/")
            self._errors[names.get(field, field)] = error["code"]

    def _read_cell(self, column: Column, text: str, values: dict[str, Any]) -> None:
        if column.is_required and not text:
            self._errors[column.name] = "cell.missing"
            return
        if not text and column.name in NUMBERS and column.name != "capacity":
            self._errors[column.name] = "cell.missing"
            return
        try:
            values[column.target] = None if _is_no_limit(column, text) else column.read(text)
        except CellWrong as wrong:
            self._errors[column.name] = wrong.code

    def _read_amount(self, column: Column, values: dict[str, Any]) -> None:
        currency = str(values.get("currency", self.row.currency))
        try:
            values[column.target] = cells.read_money(self._texts[column.name] or "0", currency)
        except CellWrong as wrong:
            self._errors[column.name] = wrong.code

    def _draw(self, column: Column) -> Field:
        error = self._errors.get(column.name, "")
        return Field(
            name=column.name,
            label=LABELS[column.name],
            hint=HINTS.get(column.name, ""),
            widget=_get_widget(column),
            value=self._texts[column.name],
            is_required=column.is_required,
            is_fixed=column.name in self._fixed,
            choices=CHOICES.get(column.name, []),
            error=get_message(error) if error else "",
        )


def _is_no_limit(column: Column, text: str) -> bool:
    return column.name == "capacity" and not text


def _get_widget(column: Column) -> str:
    if column.name in CHOICES:
        return "choice"
    if column.name.startswith("is_"):
        return "truth"
    if column.name == "barcodes":
        return "area"
    return "number" if column.name in NUMBERS else "text"
