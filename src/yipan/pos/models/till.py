"""Till (收银机): a register of a store, and the last ticket number it gave."""

from __future__ import annotations

from django.db import models


class Till(models.Model):
    """
    A register. Its row is locked while it gives a ticket number, so that none is missing.

    The number of the *messages* it sends is another, kept by the exchange.
    """

    code = models.CharField(max_length=32, unique=True)
    site = models.CharField(max_length=16)
    last_ticket = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.code


class RegisterDevice(models.Model):
    """
    A device that numbers a till's tickets itself, within an epoch (纪元) of its own.

    A till that is set up anew, restored or cleared is another device in a new epoch, so that
    no number is given twice. The figures below `reported_at` are what the device said last:
    `last_sequence` it gave, how many it still holds. Numbers up to `given_up_sequence` that
    never came are not asked for any more; up to `settled_sequence` all days are closed.
    """

    till = models.ForeignKey(Till, on_delete=models.PROTECT, related_name="devices")
    device = models.UUIDField(unique=True)
    epoch = models.IntegerField()
    registered_at = models.DateTimeField()
    registered_by = models.CharField(max_length=160)
    reported_at = models.DateTimeField(null=True)
    last_sequence = models.BigIntegerField(default=0)
    unsent = models.IntegerField(default=0)
    oldest_unsent_at = models.DateTimeField(null=True)
    is_persistent = models.BooleanField(default=False)
    clock_offset_ms = models.BigIntegerField(default=0)
    given_up_sequence = models.BigIntegerField(default=0)
    settled_sequence = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["till", "epoch"], name="register_device_epoch"),
        ]

    def __str__(self) -> str:
        return f"{self.till_id} epoch {self.epoch}"


class RegisterTicket(models.Model):
    """
    A ticket our own register closed, as it was sent: the register's memory of its queue.

    `message_id` is made by the browser, so that a repeated click or a lost answer finds the
    ticket that is already there. `reply_state` is what the store's POS answered. `device_at`
    is the raw time of the device, `clock_offset_ms` what the hub's clock was ahead of it.
    """

    message_id = models.UUIDField(primary_key=True)
    till = models.ForeignKey(Till, on_delete=models.PROTECT, related_name="tickets")
    number = models.CharField(max_length=48)
    epoch = models.IntegerField(default=1)
    sequence = models.BigIntegerField()
    total_minor = models.BigIntegerField()
    closed_at = models.DateTimeField()
    reply_state = models.CharField(max_length=12)
    reply_code = models.CharField(max_length=64, blank=True)
    device_at = models.DateTimeField(null=True)
    clock_offset_ms = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["till", "number"], name="register_ticket_number"),
            models.UniqueConstraint(
                fields=["till", "epoch", "sequence"], name="register_ticket_sequence"
            ),
        ]

    def __str__(self) -> str:
        return self.number
