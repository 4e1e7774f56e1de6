"""Parcel (包裹) and pallet (托盘): what picked goods are packed into; and the load (装车单)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yipan.documents.base import Document
from yipan.wms.models.outbound_order import OutboundOrder


class LoadState(models.TextChoices):
    """A truck is loaded, and gone."""

    LOADING = "loading", _("Being loaded")
    DEPARTED = "departed", _("Departed")
    CANCELED = "canceled", _("Canceled")


class Load(Document):
    """What one truck of one carrier takes. What is not on it when it departs was not shipped."""

    site = models.CharField(max_length=16)
    state = models.CharField(max_length=16, choices=LoadState.choices, default=LoadState.LOADING)
    carrier = models.CharField(max_length=48, blank=True)
    vehicle = models.CharField(max_length=32, blank=True)
    dock = models.CharField(max_length=32, blank=True)
    device = models.CharField(max_length=80, blank=True)
    departed_at = models.DateTimeField(null=True)
    departed_by = models.CharField(max_length=160, blank=True)

    class Meta:
        indexes = [models.Index(fields=["site", "state"], name="load_site_state")]


class ParcelState(models.TextChoices):
    """A parcel is open while goods are put into it."""

    OPEN = "open", _("Open")
    PACKED = "packed", _("Packed")
    SHIPPED = "shipped", _("Shipped")
    CANCELED = "canceled", _("Unpacked")


class Parcel(Document):
    """
    A parcel of one order, or a pallet with parcels on it; its contents are picks.

    A parcel is no place of the book: its goods stand in `place`, the bin it was closed in.
    """

    site = models.CharField(max_length=16)
    state = models.CharField(max_length=16, choices=ParcelState.choices, default=ParcelState.OPEN)
    is_pallet = models.BooleanField(default=False)
    order = models.ForeignKey(
        OutboundOrder, null=True, on_delete=models.PROTECT, related_name="parcels"
    )
    pallet = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="parcels")
    sscc = models.CharField(max_length=18, unique=True)
    place = models.CharField(max_length=32)
    material = models.CharField(max_length=32, blank=True)
    weight_grams = models.BigIntegerField(default=0)
    carrier = models.CharField(max_length=48, blank=True)
    tracking = models.CharField(max_length=64, blank=True)
    load = models.ForeignKey(Load, null=True, on_delete=models.PROTECT, related_name="parcels")
    loaded_at = models.DateTimeField(null=True)
    loaded_by = models.CharField(max_length=160, blank=True)
    shipment = models.ForeignKey(
        "wms.Shipment", null=True, on_delete=models.PROTECT, related_name="parcels"
    )
    device = models.CharField(max_length=80, blank=True)
    packed_by = models.CharField(max_length=160, blank=True)
    packed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(is_pallet=True, order__isnull=True, pallet__isnull=True)
                | Q(is_pallet=False, order__isnull=False),
                name="parcel_of_an_order",
            ),
            models.CheckConstraint(condition=Q(weight_grams__gte=0), name="parcel_weight_sane"),
            models.UniqueConstraint(
                fields=["site", "carrier", "tracking"],
                condition=~Q(tracking="") & ~Q(state="canceled"),
                name="parcel_tracking_unique",
            ),
        ]
        indexes = [
            models.Index(
                fields=["site", "state"],
                condition=Q(state__in=["open", "packed"]),
                name="parcel_here",
            )
        ]
