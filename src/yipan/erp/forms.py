"""Forms of the ERP: a purchase order with its lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yipan.documents.doors import tell
from yipan.erp.documents.master.supplier_price import Offer, find_offers
from yipan.erp.documents.purchasing.purchase_order import (
    LINES_PER_ORDER_MAX,
    QUANTITY_ORDERED_MAX,
    UNIT_COST_MINOR_MAX,
    Ordered,
    OrderedLine,
)
from yipan.erp.documents.transfers.transfer_order import Transferred, TransferredLine
from yipan.foundation.moments import DAY_MAX, DAY_MIN
from yipan.foundation.money import parse_amount, write_amount
from yipan.masterdata import queries as masterdata
from yipan.masterdata.refusals import NotRepresentable, UnitUnknown
from yipan.masterdata.rows import SiteRow, SkuRow, SupplierRow
from yipan.masterdata.units import read_quantity, write_units


@dataclass(kw_only=True)
class LineEntry:
    """A line as somebody typed it: texts, and what is wrong with them by field."""

    sku: SkuRow
    quantity: str
    unit_cost: str
    offer: Offer | None = None
    quantity_came: int = 0
    errors: dict[str, str] = field(default_factory=dict)
    quantity_read: int = 0
    unit_cost_read: int | None = 0

    @property
    def case_size(self) -> int:
        """Return what the supplier sells in multiples of, else what is in a case of ours."""
        offered = self.offer.case_size if self.offer else 1
        return offered if offered > 1 else self.sku.case_size

    @property
    def units(self) -> str:
        """Return how the quantity may be written, and how many each is (JSON for the editor)."""
        return write_units(replace(self.sku, case_size=self.case_size))

    def check(self, *, currency: str) -> None:
        """Read the texts as numbers, and note what cannot be read. No cost: that of the list."""
        self.quantity_read, problem = 0, None
        try:
            self.quantity_read = read_quantity(sku=self.sku, text=self.quantity)
        except (NotRepresentable, UnitUnknown) as refusal:
            problem = refusal if refusal.facts["unit"] else None
        if problem is not None:
            self.errors["quantity"] = tell(problem)
        elif not 0 < self.quantity_read <= QUANTITY_ORDERED_MAX:
            self.errors["quantity"] = _("A quantity is a whole number of at least 1.")
        if not self.unit_cost.strip():
            self.unit_cost_read = None
            return
        cost = parse_amount(self.unit_cost, currency=currency)
        if cost is None or not 0 <= cost <= UNIT_COST_MINOR_MAX:
            self.errors["unit_cost"] = _("A cost is an amount such as 12.80.")
        else:
            self.unit_cost_read = cost


class Day(forms.DateField):
    """A day of a retailer: none of the year 1 or 9999."""

    default_validators = [MinValueValidator(DAY_MIN), MaxValueValidator(DAY_MAX)]


class OrderForm(forms.Form):
    """The head of a purchase order."""

    site = forms.ChoiceField(label=gettext_lazy("Deliver to"))
    supplier = forms.ChoiceField(label=gettext_lazy("Supplier"))
    expected_on = Day(label=gettext_lazy("Expected on"), required=False, input_formats=["%Y-%m-%d"])
    note = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=500)
    version = forms.IntegerField(required=False)

    def __init__(
        self, *args: Any, sites: Sequence[SiteRow], suppliers: Sequence[SupplierRow], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.sites = sites
        self.suppliers = suppliers
        self.fields["site"].choices = [(row.code, row.name) for row in sites]  # type: ignore[attr-defined]
        self.fields["supplier"].choices = [  # type: ignore[attr-defined]
            (row.code, row.name) for row in suppliers
        ]

    def get_currency(self) -> str:
        """Return the currency of the chosen supplier."""
        chosen = self["supplier"].value()
        return next((row.currency for row in self.suppliers if row.code == chosen), "CNY")

    def find_supplier(self) -> SupplierRow | None:
        """Return the chosen supplier."""
        chosen = self["supplier"].value()
        return next((row for row in self.suppliers if row.code == chosen), None)

    def read(self, lines: Sequence[LineEntry]) -> Ordered:
        """Return what is to be ordered. The form and its lines were found right before."""
        expected_on: date | None = self.cleaned_data["expected_on"]
        return Ordered(
            site=self.cleaned_data["site"],
            supplier=self.cleaned_data["supplier"],
            expected_on=expected_on,
            note=self.cleaned_data["note"],
            lines=tuple(
                OrderedLine(
                    sku=line.sku.code,
                    quantity=line.quantity_read,
                    unit_cost_minor=line.unit_cost_read,
                )
                for line in lines
            ),
        )


def read_lines(data: QueryDict, *, currency: str) -> list[LineEntry]:
    """Return the lines of a form: three lists of equal length. SKUs nobody knows are left out."""
    codes = data.getlist("sku")[:LINES_PER_ORDER_MAX]
    skus = masterdata.find_skus(codes)
    entries = [
        LineEntry(sku=skus[code], quantity=quantity, unit_cost=unit_cost)
        for code, quantity, unit_cost in zip(
            codes, data.getlist("quantity"), data.getlist("unit_cost"), strict=False
        )
        if code in skus
    ]
    seen: set[str] = set()
    for entry in entries:
        entry.check(currency=currency)
        if entry.sku.code in seen:
            entry.errors["sku"] = _("This product is on two lines; put the quantities together.")
        seen.add(entry.sku.code)
    return entries


class TransferForm(forms.Form):
    """The head of a transfer order."""

    from_site = forms.ChoiceField(label=gettext_lazy("From site"))
    to_site = forms.ChoiceField(label=gettext_lazy("To site"))
    due_on = Day(label=gettext_lazy("Due on"), required=False, input_formats=["%Y-%m-%d"])
    note = forms.CharField(label=gettext_lazy("Note"), required=False, max_length=500)
    version = forms.IntegerField(required=False)

    def __init__(self, *args: Any, sites: Sequence[SiteRow], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sites = sites
        for name in ("from_site", "to_site"):
            self.fields[name].choices = [(row.code, row.name) for row in sites]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Find that goods go from one site to another."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("from_site") and cleaned.get("from_site") == cleaned.get("to_site"):
            self.add_error("to_site", _("Goods go to another site than they come from."))
        return cleaned

    def read(self, lines: Sequence[LineEntry]) -> Transferred:
        """Return what is to be moved. The form and its lines were found right before."""
        return Transferred(
            from_site=self.cleaned_data["from_site"],
            to_site=self.cleaned_data["to_site"],
            due_on=self.cleaned_data["due_on"],
            note=self.cleaned_data["note"],
            lines=tuple(
                TransferredLine(sku=line.sku.code, quantity=line.quantity_read) for line in lines
            ),
        )


def read_goods(data: QueryDict) -> list[LineEntry]:
    """Return the lines of a form that asks for quantities alone."""
    copy = data.copy()
    copy.setlist("unit_cost", ["0"] * len(data.getlist("sku")))
    return read_lines(copy, currency="CNY")


def make_line(
    sku: SkuRow, *, quantity: int | None = None, unit_cost_minor: int | None = None
) -> LineEntry:
    """Return a line for a SKU, by default of one case at its usual cost."""
    cost = sku.cost_minor if unit_cost_minor is None else unit_cost_minor
    return LineEntry(
        sku=sku,
        quantity=str(sku.case_size if quantity is None else quantity),
        unit_cost=write_amount(cost, currency=sku.currency),
    )


def make_offered_line(sku: SkuRow, *, supplier: SupplierRow | None, on: date) -> LineEntry:
    """Return a line as a supplier sells a SKU: the least quantity in whole cases, at its price."""
    if supplier is None:
        return make_line(sku)
    asked = {sku.code: sku.case_size}
    offer = find_offers(supplier=supplier.code, quantities=asked, on=on)[sku.code]
    case = offer.case_size if offer.case_size > 1 else sku.case_size
    quantity = -(-max(offer.minimum_quantity, 1) // case) * case
    offer = find_offers(supplier=supplier.code, quantities={sku.code: quantity}, on=on)[sku.code]
    line = make_line(sku, quantity=quantity, unit_cost_minor=offer.unit_cost_minor)
    line.offer = offer
    return line


def add_offers(lines: Sequence[LineEntry], *, supplier: str, on: date) -> None:
    """Say beside each line on what terms a supplier sells it."""
    if not masterdata.find_suppliers([supplier]):
        return
    quantities = {line.sku.code: max(1, line.quantity_read) for line in lines}
    offers = find_offers(supplier=supplier, quantities=quantities, on=on)
    for line in lines:
        line.offer = offers[line.sku.code]
