"""The evidence (证据) of a document's line: how its figure came about, by whom, on what, and when.

Every line of a document that moves goods carries these columns, in the warehouse and at the
register. They cannot be recovered afterwards, and they tell a keying error from a short delivery
(handbook, differences 4).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.http import HttpRequest
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from yipan.foundation.moments import to_utc

#: A device counts what it sends; more than this nobody sends in the life of a device.
DEVICE_SEQUENCE_MAX = 2**53
BARCODE_LENGTH_MAX = 200


class CaptureMode(models.TextChoices):
    """How the quantity of a line came about. `bulk`: accepted as expected, nobody counted."""

    SCAN = "scan", _("scanned")
    KEY = "key", _("typed")
    BULK = "bulk", _("as expected")
    RFID = "rfid", _("by radio")
    IMPORT = "import", _("from a file")
    API = "api", _("by a machine")


class EvidenceColumns(models.Model):
    """
    What every line of goods keeps beside its figures. Lines inherit it.

    `quantity_entered` counts `unit_entered` of `units_per_pack` smallest units each; None where
    the quantity was not entered by a package. `quantity_expected` is what the person was to find,
    None where nothing was expected; `was_expected_shown` tells whether they saw it.
    `counterpart_document` and `counterpart_line` name the partner's paper: the order, the notice,
    the transfer. `package_id` is the license plate (SSCC) or the tote.

    Three times: `occurred_at` by the clock of the device, raw; `sent_at`, when the device sent it,
    by the same clock; `recorded_at`, when this system wrote it down. `device_sequence` counts what
    one device sends, so that a lost or doubled line shows.
    """

    capture_mode = models.CharField(max_length=8, choices=CaptureMode.choices, default="key")
    quantity_entered = models.BigIntegerField(null=True, blank=True)
    unit_entered = models.CharField(max_length=16, blank=True)
    units_per_pack = models.BigIntegerField(null=True, blank=True)
    barcode_scanned = models.CharField(max_length=BARCODE_LENGTH_MAX, blank=True)
    quantity_expected = models.BigIntegerField(null=True, blank=True)
    was_expected_shown = models.BooleanField(default=False)
    counterpart_document = models.CharField(max_length=64, blank=True)
    counterpart_line = models.IntegerField(null=True, blank=True)
    package_id = models.CharField(max_length=32, blank=True)
    actor = models.CharField(max_length=160, blank=True)
    device = models.CharField(max_length=80, blank=True)
    device_sequence = models.BigIntegerField(null=True, blank=True)
    occurred_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    recorded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Stamp:
    """
    What a device says of one thing it sends: its number, and the times by its own clock.

    None where it says nothing: a page at a desk, a machine that calls the API.
    """

    device_sequence: int | None = None
    occurred_at: datetime | None = None
    sent_at: datetime | None = None


NO_STAMP = Stamp()


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """How the figure of one line came about, before it is written down; fields as the columns."""

    capture_mode: str = "key"
    quantity_entered: int | None = None
    unit_entered: str = ""
    units_per_pack: int | None = None
    barcode_scanned: str = ""
    quantity_expected: int | None = None
    was_expected_shown: bool = False
    counterpart_document: str = ""
    counterpart_line: int | None = None
    package_id: str = ""
    actor: str = ""
    device: str = ""
    stamp: Stamp = NO_STAMP

    def make_columns(self, *, at: datetime) -> dict[str, object]:
        """
        Return the columns of a line recorded now, `at`.

        A device that tells no time of its own saw it happen when it was recorded.
        """
        return {
            "capture_mode": self.capture_mode,
            "quantity_entered": self.quantity_entered,
            "unit_entered": self.unit_entered,
            "units_per_pack": self.units_per_pack,
            "barcode_scanned": self.barcode_scanned[:BARCODE_LENGTH_MAX],
            "quantity_expected": self.quantity_expected,
            "was_expected_shown": self.was_expected_shown,
            "counterpart_document": self.counterpart_document[:64],
            "counterpart_line": self.counterpart_line,
            "package_id": self.package_id[:32],
            "actor": self.actor[:160],
            "device": self.device[:80],
            "device_sequence": self.stamp.device_sequence,
            "occurred_at": self.stamp.occurred_at or at,
            "sent_at": self.stamp.sent_at,
            "recorded_at": at,
        }


NO_EVIDENCE = Evidence()


def read_stamp(request: HttpRequest) -> Stamp:
    """
    Return what a handheld says of the thing it sends; what cannot be read is not said.

    Headers: `X-Yipan-Sequence`, `X-Yipan-Occurred-At`, `X-Yipan-Sent-At`, times in ISO 8601
    with offset.
    """
    text = request.headers.get("X-Yipan-Sequence", "")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= 16 else None
    return Stamp(
        device_sequence=number if number is None or number <= DEVICE_SEQUENCE_MAX else None,
        occurred_at=_read_moment(request.headers.get("X-Yipan-Occurred-At", "")),
        sent_at=_read_moment(request.headers.get("X-Yipan-Sent-At", "")),
    )


def _read_moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text[:40])
        return to_utc(moment) if moment is not None and moment.tzinfo is not None else None
    except ValueError:
        return None
