"""Valuation (存货计价): legal entities, what stock is worth as it is now, documents of value."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document


class CostMethod(models.TextChoices):
    """How a legal entity puts a cost on what leaves."""

    MOVING_AVERAGE = "moving_average", _("Moving average")
    FIFO = "fifo", _("First in, first out")


class LegalEntity(models.Model):
    """
    Who owns stock (法人主体) and shares one cost. Sites that nobody assigned belong to the default.

    `time_zone` tells the day of what happens between sites. Money is in minor units of `currency`.
    """

    code = models.CharField(max_length=16, unique=True)
    name = models.CharField(max_length=96)
    name_zh = models.CharField(max_length=96, blank=True)
    currency = models.CharField(max_length=3, default="CNY")
    method = models.CharField(
        max_length=16, choices=CostMethod.choices, default=CostMethod.MOVING_AVERAGE
    )
    time_zone = models.CharField(max_length=48, default="Asia/Shanghai")
    is_default = models.BooleanField(default=False)
    closed_through = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=Q(is_default=True), name="legal_entity_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class EntitySite(models.Model):
    """To which legal entity a site belongs. Fixed once goods of the site have been valued."""

    site = models.CharField(max_length=16, unique=True)
    entity = models.ForeignKey(
        LegalEntity, to_field="code", on_delete=models.PROTECT, db_column="entity"
    )

    def __str__(self) -> str:
        return f"{self.site}: {self.entity_id}"


class ValuedPlace(models.Model):
    """
    A place of the site book whose goods have been valued, and whose they are.

    Goods in transit belong to whoever sent them.
    """

    path = models.CharField(max_length=96, unique=True)
    entity = models.CharField(max_length=16)

    def __str__(self) -> str:
        return f"{self.path}: {self.entity}"


class ValuationMark(models.Model):
    """How far the movements of a book have been valued, in the order they were recorded."""

    book = models.CharField(max_length=48, unique=True)
    recorded_at = models.DateTimeField(null=True)
    movement_id = models.BigIntegerField(default=0)
    valued_at = models.DateTimeField(null=True)
    movements = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.book}: {self.recorded_at}"


class ValueState(models.Model):
    """
    What the next movement of a SKU in a legal entity will be valued by.

    Derived from the value entries, which are what counts. `layers` and `debts` are lists of
    `[key, quantity, value, rate amount, rate quantity, remainder]`.
    """

    entity = models.CharField(max_length=16)
    sku = models.CharField(max_length=48)
    quantity = models.BigIntegerField(default=0)
    value_minor = models.BigIntegerField(default=0)
    last_amount = models.BigIntegerField(null=True)
    last_quantity = models.BigIntegerField(null=True)
    layers = models.JSONField(default=list)
    debts = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entity", "sku"], name="value_state_unique"),
            models.CheckConstraint(
                condition=Q(last_quantity__isnull=True) | Q(last_quantity__gt=0),
                name="value_state_last_cost_for_something",
            ),
        ]
        indexes = [
            models.Index(
                fields=["entity", "sku"], condition=Q(quantity__lt=0), name="value_state_owed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entity}/{self.sku}"


class TrueUpState(models.TextChoices):
    """A true-up is written when goods come in, and never changes."""

    POSTED = "posted", _("Posted")


class TrueUp(Document):
    """
    True-up (暂估调整单): the actual cost of goods that left before it was known.

    `origin` is the posting that brought the cost. `lines` lists what was trued up:
    `[{"sku", "site", "cause", "origin", "quantity", "provisional_minor", "actual_minor"}]`.
    """

    entity = models.CharField(max_length=16)
    state = models.CharField(max_length=16, choices=TrueUpState.choices, default=TrueUpState.POSTED)
    origin = models.CharField(max_length=160)
    accounting_date = models.DateField()
    amount_minor = models.BigIntegerField()
    lines = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["entity", "-id"], name="true_up_entity_newest")]


class LandedCostState(models.TextChoices):
    """How far a landed cost is."""

    DRAFT = "draft", _("Draft")
    POSTED = "posted", _("Posted")
    CANCELED = "canceled", _("Canceled")


class CostType(models.TextChoices):
    """What was paid for besides the goods."""

    FREIGHT = "freight", _("Freight")
    DUTY = "duty", _("Duty")
    INSURANCE = "insurance", _("Insurance")
    HANDLING = "handling", _("Handling")
    PRICE = "price", _("Price correction")


class CostBasis(models.TextChoices):
    """In proportion to what a cost is spread."""

    VALUE = "value", _("Value")
    QUANTITY = "quantity", _("Quantity")


class LandedCost(Document):
    """
    Landed cost (采购费用分摊单): a cost besides the price, spread over goods receipts.

    `receipts` are their numbers; a `sku` says that only its goods take the cost, and `quantities`
    of how many units of each receipt it is, where not of all. `lines` tells, once posted, what
    each SKU took of it:
    `[{"receipt", "sku", "quantity", "amount_minor", "carried_minor", "spent_minor"}]`: carried
    by goods that are still there, or spent on those that are gone.
    """

    entity = models.CharField(max_length=16)
    state = models.CharField(
        max_length=16, choices=LandedCostState.choices, default=LandedCostState.DRAFT
    )
    cost_type = models.CharField(max_length=16, choices=CostType.choices)
    basis = models.CharField(max_length=16, choices=CostBasis.choices, default=CostBasis.VALUE)
    amount_minor = models.BigIntegerField()
    occurred_on = models.DateField()
    supplier = models.CharField(max_length=32, blank=True)
    reference = models.CharField(max_length=96, blank=True)
    note = models.CharField(max_length=500, blank=True)
    receipts = models.JSONField()
    sku = models.CharField(max_length=48, blank=True)
    quantities = models.JSONField(default=dict)
    lines = models.JSONField(default=list)
    posted_by = models.CharField(max_length=160, blank=True)
    accounting_date = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(amount_minor=0), name="landed_cost_costs_something"
            ),
            models.CheckConstraint(
                condition=~Q(state="posted") | Q(accounting_date__isnull=False),
                name="landed_cost_posted_counts_on_a_day",
            ),
        ]
        indexes = [models.Index(fields=["entity", "-id"], name="landed_cost_entity_newest")]
