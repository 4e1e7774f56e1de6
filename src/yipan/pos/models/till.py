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


class RegisterTicket(models.Model):
    """
    A ticket our own register closed, as it was sent: the register's memory of its queue.

    `message_id` is made by the browser, so that a repeated click or a lost answer finds the
    ticket that is already there. `reply_state` is what the store's POS answered.
    """

    message_id = models.UUIDField(primary_key=True)
    till = models.ForeignKey(Till, on_delete=models.PROTECT, related_name="tickets")
    number = models.CharField(max_length=48)
    sequence = models.BigIntegerField()
    total_minor = models.BigIntegerField()
    closed_at = models.DateTimeField()
    reply_state = models.CharField(max_length=12)
    reply_code = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["till", "number"], name="register_ticket_number"),
        ]

    def __str__(self) -> str:
        return self.number
