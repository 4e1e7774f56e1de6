"""Words of master data: what columns are called, and what is said of a cell that is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yipan.masterdata.models.goods import TemperatureClass, Unit
from yipan.masterdata.models.places import Mixing, SiteType, ZoneType

Words = str | Promise

LABELS: Mapping[str, Words] = {
    "code": _("Code"),
    "name": _("Name"),
    "name_zh": _("Chinese name"),
    "category": _("Category"),
    "style": _("Style"),
    "color": _("Color"),
    "size": _("Size"),
    "unit": _("Smallest unit"),
    "case_size": _("Case size"),
    "barcodes": _("Barcodes"),
    "is_lot_tracked": _("Lot tracked"),
    "is_expiry_tracked": _("Expiry tracked"),
    "is_serial_tracked": _("Serial tracked"),
    "is_weighed": _("Weighed"),
    "is_hot": _("Hot goods (stolen often)"),
    "temperature_class": _("Temperature class"),
    "currency": _("Currency"),
    "cost": _("Cost"),
    "price": _("Price"),
    "is_active": _("In use"),
    "external_id": _("External id"),
    "site": _("Site"),
    "site_type": _("Type of site"),
    "time_zone": _("Time zone"),
    "day_starts_at": _("Trading day starts at"),
    "address": _("Address"),
    "region": _("Region"),
    "zone": _("Zone"),
    "zone_type": _("Type of zone"),
    "aisle": _("Aisle"),
    "capacity": _("Capacity"),
    "mixing": _("Mixing"),
    "sequence": _("Walking order"),
    "lead_time_days": _("Lead time in days"),
    "lead_time_spread_days": _("Spread of lead time in days"),
    "minimum_order_quantity": _("Minimum order quantity"),
    "minimum_order_value": _("Minimum order value"),
    "tolerance_over_percent": _("Over tolerance in percent"),
    "tolerance_under_percent": _("Under tolerance in percent"),
    "tolerance_over_quantity": _("Over tolerance in units"),
    "tolerance_under_quantity": _("Under tolerance in units"),
    "tolerance_price_percent": _("Price tolerance in percent"),
    "supplier": _("Supplier"),
    "sku": _("SKU"),
    "valid_from": _("Valid from"),
    "valid_to": _("Valid to"),
    "from_quantity": _("From quantity"),
    "minimum_quantity": _("Minimum order quantity"),
    "supplier_sku": _("Number at the supplier"),
    "contact": _("Contact"),
    "phone": _("Phone"),
    "email": _("E-mail"),
}

HINTS: Mapping[str, Words] = {
    "code": _("Never changes once it is saved."),
    "category": _("A path such as food/tea; branches that do not exist are made."),
    "case_size": _("Smallest units in one case."),
    "barcodes": _("One a line; with a pack size: 16901234567899*24"),
    "external_id": _("What another system calls it."),
    "time_zone": _("A name of the IANA list, such as Asia/Shanghai."),
    "day_starts_at": _("Tickets before this hour belong to the day before."),
    "capacity": _("In smallest units; empty is no limit."),
    "zone": _("Made when it does not exist."),
    "lead_time_spread_days": _("How many days it may come earlier or later."),
    "tolerance_over_quantity": _("Per line; 0 is none. Of percent and units the tighter holds."),
    "tolerance_under_quantity": _("Per line; 0 is none. Of percent and units the tighter holds."),
    "tolerance_price_percent": _("How much an invoice may differ without a decision."),
    "from_quantity": _("This price holds from this quantity of an order line on."),
    "sequence": _("In which order one walks past."),
}

#: Code of what is wrong with a cell -> what a person is told.
MESSAGES: Mapping[str, Words] = {
    "cell.missing": _("This is needed."),
    "cell.too_long": _("This is too long."),
    "cell.control_character": _("This holds a character that nobody can see."),
    "cell.not_a_code": _("A code has no quotes, slashes or angle brackets, and begins plainly."),
    "cell.not_a_choice": _("This is none of the choices."),
    "cell.not_a_number": _("This is no number."),
    "cell.number_ambiguous": _("Write the number without separators, with a point: 1000.50"),
    "cell.number_scientific": _("A spreadsheet shortened this number; format the column as text."),
    "cell.not_whole": _("A whole number is needed."),
    "cell.too_many_digits": _("The currency has fewer digits behind the point."),
    "cell.out_of_range": _("This is outside of what is possible."),
    "cell.not_a_truth": _("Write yes or no."),
    "cell.not_a_time": _("Write a time such as 06:00."),
    "cell.not_a_zone": _("There is no such time zone."),
    "cell.not_a_date": _("Write a day such as 2026-03-31."),
    "masterdata.sku_unknown": _("There is no such SKU."),
    "masterdata.supplier_unknown": _("There is no such supplier."),
    "price.ends_before_it_begins": _("It would end before it begins."),
    "price.currency_differs": _("The supplier sells in another currency."),
    "cell.doubled": _("A barcode stands here twice."),
    "row.doubled": _("This code stands in the file twice."),
    "masterdata.barcode_taken": _("A barcode belongs to another SKU."),
    "masterdata.site_unknown": _("There is no such site."),
}

OUTCOMES: Mapping[str, tuple[Words, str]] = {
    "new": (_("new"), "good"),
    "changed": (_("changed"), "info"),
    "unchanged": (_("unchanged"), "quiet"),
    "wrong": (_("wrong"), "bad"),
}

KINDS: Mapping[str, Words] = {
    "skus": _("SKUs"),
    "sites": _("Sites"),
    "bins": _("Bins"),
    "suppliers": _("Suppliers"),
    "customers": _("Customers"),
    "supplier-prices": _("Supplier prices"),
}

CHOICES: Mapping[str, list[tuple[str, Any]]] = {
    "unit": list(Unit.choices),
    "temperature_class": list(TemperatureClass.choices),
    "site_type": list(SiteType.choices),
    "zone_type": list(ZoneType.choices),
    "mixing": list(Mixing.choices),
}


def get_message(code: str) -> Words:
    """Return what a person is told of a wrong cell; the code itself when there are no words."""
    return MESSAGES.get(code, code)


def get_choice(name: str, value: str) -> Words:
    """Return how a choice is called."""
    words: Words = dict(CHOICES.get(name, [])).get(value, value)
    return words
