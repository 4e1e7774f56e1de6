"""The message log: what we said, what we heard, how far we have come. Private to the exchange."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from yipan.exchange.sources import SOURCE_LENGTH_MAX


class Stream(models.Model):
    """
    One stream of numbered messages of one source (来源系统), ours or someone else's.

    `last_sequence` counts what was issued *here*; it stays 0 for a stream we only hear.
    The row is locked from the giving of a number to the commit, so numbers are gap-free
    and in commit order. `digested_sequence` is how far digests of it were told.
    """

    id = models.AutoField(primary_key=True)
    source = models.CharField(max_length=SOURCE_LENGTH_MAX, unique=True)
    epoch = models.IntegerField(default=1)
    last_sequence = models.BigIntegerField(default=0)
    digested_sequence = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(epoch__gte=1) & Q(last_sequence__gte=0), name="stream_counts_upward"
            ),
        ]

    def __str__(self) -> str:
        return self.source


class OutboxMessage(models.Model):
    """A message written in the same transaction as the fact it tells (发件箱)."""

    pk = models.CompositePrimaryKey("stream_id", "epoch", "sequence")
    stream_id = models.IntegerField()
    epoch = models.IntegerField()
    sequence = models.BigIntegerField()
    message_id = models.UUIDField()
    kind = models.TextField()
    subject = models.TextField()
    partition_key = models.TextField()
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    business_date = models.DateField(null=True)
    correlation_id = models.TextField()
    causation_id = models.TextField()
    content_hash = models.BinaryField()
    data = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message_id"], name="outbox_says_once"),
            models.CheckConstraint(condition=Q(sequence__gte=1), name="outbox_starts_at_one"),
        ]

    def __str__(self) -> str:
        return f"{self.stream_id}/{self.epoch}/{self.sequence} {self.kind}"


class Reception(models.Model):
    """
    How far one receiver has heard one stream. Locked by whoever receives a run of it.

    `watermark` (水位线) is the highest number up to which all are durably heard: applied,
    waiting or parked. `open_count` is how many of them are not applied. `gap_since` is
    when numbers below the highest seen began to be missing; null when none is.

    The inbox rows of applied messages up to `forgotten_sequence` are gone, `forgotten_count`
    of them counted as applied; a `HeardBlock` keeps their marks. `forgotten_until` is the
    instant before which all of them, in whatever epoch, were received.
    """

    pk = models.CompositePrimaryKey("receiver", "stream_id", "epoch")
    receiver = models.CharField(max_length=16)
    stream_id = models.IntegerField()
    epoch = models.IntegerField()
    watermark = models.BigIntegerField(default=0)
    highest_seen = models.BigIntegerField(default=0)
    applied_count = models.BigIntegerField(default=0)
    duplicate_count = models.BigIntegerField(default=0)
    altered_count = models.BigIntegerField(default=0)
    open_count = models.BigIntegerField(default=0)
    fault_count = models.BigIntegerField(default=0)
    last_heard_at = models.DateTimeField(null=True)
    gap_since = models.DateTimeField(null=True)
    forgotten_sequence = models.BigIntegerField(db_default=0)
    forgotten_count = models.BigIntegerField(db_default=0)
    forgotten_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(watermark__lte=models.F("highest_seen")),
                name="reception_watermark_was_seen",
            ),
            models.CheckConstraint(
                condition=Q(forgotten_sequence__lte=models.F("watermark")),
                name="reception_forgets_what_it_heard",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.receiver} {self.stream_id}/{self.epoch} up to {self.watermark}"


class PassedRange(models.Model):
    """Numbers of a stream a receiver does not take the kinds of: heard, and not written down."""

    pk = models.CompositePrimaryKey("receiver", "stream_id", "epoch", "first_sequence")
    receiver = models.CharField(max_length=16)
    stream_id = models.IntegerField()
    epoch = models.IntegerField()
    first_sequence = models.BigIntegerField()
    last_sequence = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(first_sequence__lte=models.F("last_sequence")),
                name="passed_range_is_forward",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.receiver} {self.stream_id}/{self.epoch} {self.first_sequence} and on"


class InboxState(models.TextChoices):
    """What became of a message that was heard."""

    APPLIED = "applied"  # its effect is in the receiver's book
    WAITING = "waiting"  # in order, behind a gap or behind a parked one
    PARKED = "parked"  # 挂起: refused under a code, kept until the cause is gone
    REJECTED = "rejected"  # a request that will not be done; the answer is final
    SET_ASIDE = "set_aside"  # 搁置: a person decided that it will never be applied


class InboxMessage(models.Model):
    """
    One message one receiver has heard (收件箱), written with its effect.

    The envelope and its data are kept only while it is not applied: an applied message
    is in the sender's outbox and in our documents. `message_id` is null where the same
    message had come under another number before.
    """

    pk = models.CompositePrimaryKey("receiver", "stream_id", "epoch", "sequence")
    receiver = models.CharField(max_length=16)
    stream_id = models.IntegerField()
    epoch = models.IntegerField()
    sequence = models.BigIntegerField()
    message_id = models.UUIDField(null=True)
    kind = models.TextField()
    content_hash = models.BinaryField()
    state = models.CharField(max_length=9, choices=InboxState)
    received_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    partition_key = models.TextField(default="")
    code = models.TextField(default="")
    facts = models.JSONField(null=True)
    attempts = models.IntegerField(default=0)
    envelope = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["receiver", "message_id"], name="inbox_hears_once"),
            models.CheckConstraint(
                condition=Q(state="applied") | Q(envelope__isnull=False),
                name="inbox_open_is_kept",
            ),
            models.CheckConstraint(
                condition=Q(state="applied") | ~Q(code=""), name="inbox_open_has_code"
            ),
        ]
        indexes = [
            models.Index(
                fields=["receiver", "stream_id", "partition_key"],
                condition=Q(state__in=["waiting", "parked"]),
                name="inbox_open",
            ),
            models.Index(
                fields=["receiver", "stream_id", "received_at"],
                condition=~Q(code=""),
                name="inbox_trace",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.receiver} {self.stream_id}/{self.epoch}/{self.sequence} {self.state}"


class HeardBlock(models.Model):
    """
    What remains of a run of numbers whose inbox rows are gone (已归档): 16 bytes of each.

    `marks` holds, number by number, 8 bytes of a hash of the message id and the first 8 of
    the content hash; zeros where a number was passed over, or its row is still there.
    `count` is how many were applied under an id of their own.
    """

    pk = models.CompositePrimaryKey("receiver", "stream_id", "epoch", "first_sequence")
    receiver = models.CharField(max_length=16)
    stream_id = models.IntegerField()
    epoch = models.IntegerField()
    first_sequence = models.BigIntegerField()
    last_sequence = models.BigIntegerField()
    count = models.IntegerField()
    marks = models.BinaryField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(first_sequence__lte=models.F("last_sequence")),
                name="heard_block_is_forward",
            ),
        ]

    def __str__(self) -> str:
        numbers = f"{self.first_sequence}-{self.last_sequence}"
        return f"{self.receiver} {self.stream_id}/{self.epoch} {numbers}"


class ForgottenTold(models.Model):
    """How far the outbox of one epoch of a stream is gone: everybody has had it long ago."""

    pk = models.CompositePrimaryKey("stream_id", "epoch")
    stream_id = models.IntegerField()
    epoch = models.IntegerField()
    last_sequence = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.stream_id}/{self.epoch} up to {self.last_sequence}"


class Alteration(models.Model):
    """A number or an id that came again with other content (报文不一致). Waits for a person."""

    receiver = models.CharField(max_length=16)
    stream_id = models.IntegerField()
    epoch = models.IntegerField()
    sequence = models.BigIntegerField()
    content_hash = models.BinaryField()
    code = models.TextField()
    envelope = models.JSONField()
    received_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.TextField(default="")
    reason = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["receiver", "stream_id", "epoch", "sequence", "content_hash"],
                name="alteration_once_per_content",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.receiver} {self.stream_id}/{self.epoch}/{self.sequence} {self.code}"


class Forwarding(models.Model):
    """
    How far a stream of ours has been sent to the hub, and what became of the last try.

    `acknowledged` is the hub's watermark as it last told it: what lies above is sent again.
    """

    pk = models.CompositePrimaryKey("stream_id", "epoch")
    stream_id = models.IntegerField()
    epoch = models.IntegerField()
    acknowledged = models.BigIntegerField(default=0)
    last_answer_at = models.DateTimeField(null=True)
    last_error = models.TextField(default="")

    def __str__(self) -> str:
        return f"{self.stream_id}/{self.epoch} sent up to {self.acknowledged}"


class Reader(models.Model):
    """How far somebody has read a stream of ours, as the last question for more said."""

    reader = models.TextField()
    stream_id = models.IntegerField()
    epoch = models.IntegerField()
    after = models.BigIntegerField()
    asked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reader", "stream_id"], name="reader_once_per_stream"),
        ]

    def __str__(self) -> str:
        return f"{self.reader} {self.stream_id}/{self.epoch} up to {self.after}"


class ComparisonState(models.TextChoices):
    """What two books say of the same numbers."""

    MATCH = "match"  # the same lines
    OPEN = "open"  # some numbers are parked or waiting; decided when they are booked
    MISMATCH = "mismatch"  # a line is missing, doubled or other


class Comparison(models.Model):
    """
    A digest a source told of its own book, beside what our book says of the same numbers.

    What differs waits for a person, until it agrees or somebody settles it with a reason.
    """

    stream_id = models.IntegerField()
    epoch = models.IntegerField()
    first_sequence = models.BigIntegerField()
    last_sequence = models.BigIntegerField()
    book = models.TextField()
    theirs = models.JSONField()
    ours = models.JSONField()
    state = models.CharField(max_length=8, choices=ComparisonState)
    told_at = models.DateTimeField()
    compared_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.TextField(default="", db_default="")
    reason = models.TextField(default="", db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["stream_id", "epoch", "first_sequence", "last_sequence"],
                name="comparison_once_per_range",
            ),
        ]
        indexes = [
            models.Index(
                fields=["stream_id", "epoch", "first_sequence"],
                condition=~Q(state="match"),
                name="comparison_not_matched",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stream_id}/{self.epoch} {self.first_sequence}-{self.last_sequence}"
