"""Channel (渠道): who sells from the pool, out of which sites, and by which methods."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class ChannelKind(models.TextChoices):
    """Through what people buy."""

    WEB_SHOP = "web_shop", _("web shop")
    APP = "app", _("app")
    MINI_PROGRAM = "mini_program", _("mini-program")
    MARKETPLACE = "marketplace", _("marketplace")
    REGISTER = "register", _("register")


class Method(models.TextChoices):
    """How goods come to whoever bought them (履约方式)."""

    SHIP = "ship", _("ship")
    PICKUP = "pickup", _("pick-up in store")
    SHIP_TO_STORE = "ship_to_store", _("ship to store")


class SiteGroup(models.Model):
    """Sites that one may sell from together (一盘货). `sites` are codes, sorted."""

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=96)
    name_zh = models.CharField(max_length=96, blank=True)
    sites = models.JSONField(default=list)
    version = models.IntegerField(default=1)

    def __str__(self) -> str:
        return self.code


class Channel(models.Model):
    """
    A shop, an app, a marketplace.

    It sells from the sites of its group (all sites, when it has none) and from those named
    for it besides, less those withdrawn. `few_below` is where it says "few left";
    `part_value_min` is what each part of a split order is worth at least, in minor units.
    `cancel_after_days` is how long what of an order has no goods waits at most; None is for ever.
    """

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=96)
    name_zh = models.CharField(max_length=96, blank=True)
    kind = models.CharField(
        max_length=16, choices=ChannelKind.choices, default=ChannelKind.WEB_SHOP
    )
    group = models.CharField(max_length=32, blank=True)
    hold_seconds = models.IntegerField(default=900)
    few_below = models.IntegerField(default=5)
    part_value_min = models.BigIntegerField(default=0)
    cancel_after_days = models.IntegerField(null=True)
    is_active = models.BooleanField(default=True)
    version = models.IntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(hold_seconds__gt=0, few_below__gte=0), name="channel_times_positive"
            ),
            models.CheckConstraint(
                condition=Q(part_value_min__gte=0), name="channel_part_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(cancel_after_days__isnull=True) | Q(cancel_after_days__gte=1),
                name="channel_cancels_after_a_day",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class ChannelSite(models.Model):
    """A site given to a channel, or withdrawn from it, from a day to a day."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="sites")
    site = models.CharField(max_length=16)
    is_included = models.BooleanField(default=True)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True)
                | Q(starts_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
                name="channel_site_ends_after_start",
            ),
        ]
        indexes = [models.Index(fields=["channel", "site"], name="channel_site")]

    def __str__(self) -> str:
        return f"{self.channel_id}/{self.site}"


class SiteService(models.Model):
    """
    What a site can do by one method: until when today, how many orders a day, how long it takes.

    `cutoff_at` is in the site's own time; `capacity` counts orders a business day, None is no
    limit. Days count from the day an order is taken in before the cut-off. `handling_minutes` are
    minutes in which the site is open. `carriers` are who collects parcels, each with a name, its
    own cut-off and days on the way: the one that is there first is taken.
    """

    site = models.CharField(max_length=16)
    method = models.CharField(max_length=16, choices=Method.choices)
    is_open = models.BooleanField(default=True)
    cutoff_at = models.TimeField(null=True)
    handling_days = models.IntegerField(default=0)
    handling_minutes = models.IntegerField(default=0)
    carriers = models.JSONField(default=list)
    transit_days = models.IntegerField(default=2)
    capacity = models.IntegerField(null=True)
    parcel_cost_minor = models.BigIntegerField(default=0)
    unit_cost_minor = models.BigIntegerField(default=0)
    regions_denied = models.JSONField(default=list)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    version = models.IntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "method"], name="site_service_unique"),
            models.CheckConstraint(
                condition=Q(handling_days__gte=0)
                & Q(handling_minutes__gte=0)
                & Q(transit_days__gte=0)
                & Q(parcel_cost_minor__gte=0)
                & Q(unit_cost_minor__gte=0)
                & (Q(capacity__isnull=True) | Q(capacity__gte=0)),
                name="site_service_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.site}/{self.method}"


class BundlePart(models.Model):
    """So many of a part make one bundle (组合商品). A bundle has no stock of its own."""

    bundle = models.CharField(max_length=48)
    part = models.CharField(max_length=48)
    quantity = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bundle", "part"], name="bundle_part_unique"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0) & ~Q(bundle=F("part")),
                name="bundle_part_positive",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bundle}/{self.part}"
