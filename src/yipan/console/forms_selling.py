"""Forms of channels, groups of sites, and bundles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yipan.console.forms_access import Day
from yipan.foundation.money import parse_amount, write_amount
from yipan.pool.policy.channels import PARTS_MAX, SITES_MAX, Assigned

CODE_LENGTH_MAX = 32
NAME_LENGTH_MAX = 96
REASON_LENGTH_MAX = 200
#: Seconds a cart may be kept, and minutes the form asks for.
HOLD_SECONDS_MAX = 86_400
FEW_MAX = 1_000_000
PART_VALUE_MAX = 10**12
DAYS_MAX = 365
VERSION_MAX = 2**31 - 1
#: What the parts of an order are worth is weighed in one currency.
CURRENCY = "CNY"
#: Rows for sites that a channel is not given yet, and for parts a bundle has not yet.
ROWS_EXTRA = 3
PART_QUANTITY_MAX = 1_000_000

KINDS: Mapping[str, str | Promise] = {
    "web_shop": _("Web shop"),
    "app": _("App"),
    "mini_program": _("Mini-program"),
    "marketplace": _("Marketplace"),
    "register": _("Register"),
}

Choices = Iterable[tuple[str, str]]


class Amount(forms.Field):
    """An amount of money as people write it; minor units once it is clean."""

    def to_python(self, value: Any) -> Any:
        """Return minor units; nothing written is nothing."""
        text = str(value or "").strip()
        amount = parse_amount(text, currency=CURRENCY) if text else 0
        if amount is None or not 0 <= amount <= PART_VALUE_MAX:
            raise forms.ValidationError(_("This is no amount. Write it as 12.50."))
        return amount

    def prepare_value(self, value: Any) -> Any:
        """Return what stands in the field."""
        return write_amount(value, currency=CURRENCY) if isinstance(value, int) else value


class KeptForm(forms.Form):
    """What a channel and a group have in common: a code once and for all, and names."""

    code = forms.CharField(
        label=_("Code"),
        max_length=CODE_LENGTH_MAX,
        validators=[
            RegexValidator(
                r"^[A-Za-z0-9_.-]+\Z",
                _("Letters without accents, digits, and . _ - are possible."),
            )
        ],
    )
    name = forms.CharField(label=_("Name"), max_length=NAME_LENGTH_MAX)
    name_zh = forms.CharField(label=_("Chinese name"), max_length=NAME_LENGTH_MAX, required=False)
    #: 0 is a new one, which has to be new.
    version = forms.IntegerField(min_value=0, max_value=VERSION_MAX)

    def __init__(self, *args: Any, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_new = is_new
        self.fields["code"].disabled = not is_new


class ChannelForm(KeptForm):
    """A channel, but for the sites named for it."""

    kind = forms.ChoiceField(label=_("Kind"), choices=list(KINDS.items()))
    group = forms.ChoiceField(label=_("Sells from the sites of"), required=False)
    hold_seconds = forms.IntegerField(
        label=_("A cart is kept for, in seconds"), min_value=1, max_value=HOLD_SECONDS_MAX
    )
    few_below = forms.IntegerField(label=_("“Few left” below"), min_value=0, max_value=FEW_MAX)
    part_value_min = Amount(label=_("A part of a split order is worth at least"), required=False)
    cancel_after_days = forms.IntegerField(
        label=_("What waits for goods is canceled after, in days"),
        min_value=1,
        max_value=DAYS_MAX,
        required=False,
    )
    is_active = forms.BooleanField(label=_("It sells"), required=False)

    def __init__(self, *args: Any, groups: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].choices = [("", _("All sites")), *groups]  # type: ignore[attr-defined]

    def read(self) -> dict[str, object]:
        """Return the fields of the channel, once the form is valid."""
        return {name: value for name, value in self.cleaned_data.items() if name in WRITABLE}


#: The fields of a channel that its form writes.
WRITABLE = frozenset(ChannelForm.base_fields) - {"code", "version"}


class AssignmentForm(forms.Form):
    """A site given to a channel or withdrawn from it; without a site the row is none."""

    site = forms.ChoiceField(required=False)
    is_included = forms.TypedChoiceField(
        choices=[("yes", _("sells from it")), ("no", _("does not sell from it"))],
        coerce=lambda value: value == "yes",
    )
    starts_on = Day(required=False)
    ends_on = Day(required=False)
    reason = forms.CharField(required=False, max_length=REASON_LENGTH_MAX)

    def __init__(self, *args: Any, sites: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].choices = [("", "–"), *sites]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Refuse a row that says something about no site, and one that ends before it starts."""
        values = super().clean() or {}
        begins, ends = values.get("starts_on"), values.get("ends_on")
        if begins and ends and ends < begins:
            self.add_error("ends_on", _("It ends before it begins."))
        is_new = not self.initial.get("site")
        if is_new and not values.get("site") and (begins or ends or values.get("reason")):
            self.add_error("site", _("Choose the site."))
        return values

    def read(self) -> Assigned | None:
        """Return what the row says; None when it names no site."""
        values = self.cleaned_data
        if not values.get("site"):
            return None
        names = ("site", "is_included", "starts_on", "ends_on", "reason")
        return Assigned(**{name: values[name] for name in names})


AssignmentFormSet = forms.formset_factory(
    AssignmentForm, extra=ROWS_EXTRA, max_num=SITES_MAX, absolute_max=SITES_MAX
)


class GroupForm(KeptForm):
    """Sites that one may sell from together."""

    sites = forms.MultipleChoiceField(label=_("Sites"), required=False)

    def __init__(self, *args: Any, sites: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.site_choices = list(sites)
        self.fields["sites"].choices = self.site_choices  # type: ignore[attr-defined]

    def list_sites(self) -> list[dict[str, object]]:
        """Return each site with its name and whether it is chosen."""
        chosen = {str(value) for value in self["sites"].value() or ()}
        return [
            {"value": code, "label": label, "is_chosen": code in chosen}
            for code, label in self.site_choices
        ]


class PartForm(forms.Form):
    """So many of a SKU make one bundle; without a SKU the row is no part."""

    sku = forms.CharField(required=False, max_length=48)
    quantity = forms.IntegerField(required=False, min_value=1, max_value=PART_QUANTITY_MAX)

    def clean(self) -> dict[str, Any]:
        """Refuse a part without a quantity, and a quantity of nothing."""
        values = super().clean() or {}
        if "quantity" in values and values.get("sku") and values["quantity"] is None:
            self.add_error("quantity", _("Say how many make one bundle."))
        is_new = not self.initial.get("sku")
        if is_new and not values.get("sku") and values.get("quantity"):
            self.add_error("sku", _("Write the code of the SKU."))
        return values


class PartRows(forms.BaseFormSet):  # type: ignore[type-arg]  # no subscript when it runs
    """The parts of a bundle, each SKU once."""

    def clean(self) -> None:
        """Refuse a SKU that is named twice."""
        codes = [
            sku for each in self.forms if (sku := getattr(each, "cleaned_data", {}).get("sku"))
        ]
        twice = sorted({code for code in codes if codes.count(code) > 1})
        if twice:
            raise forms.ValidationError(
                _("Named twice: %(codes)s. Write each SKU once, with all of it."),
                params={"codes": ", ".join(twice)},
            )


PartFormSet = forms.formset_factory(
    PartForm,
    formset=PartRows,
    extra=ROWS_EXTRA,
    max_num=PARTS_MAX,
    absolute_max=PARTS_MAX + ROWS_EXTRA,
    validate_max=True,
)


def read_parts(rows: Iterable[forms.Form]) -> dict[str, int]:
    """Return each part with how many make one bundle, out of rows that are valid."""
    return {
        each.cleaned_data["sku"]: each.cleaned_data["quantity"]
        for each in rows
        if each.cleaned_data.get("sku")
    }


class VersionForm(forms.Form):
    """As which version something was read."""

    version = forms.IntegerField(min_value=0, max_value=2**63 - 1)
