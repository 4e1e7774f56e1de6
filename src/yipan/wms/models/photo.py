"""Photo (照片): a picture of what came, kept beside the document it belongs to."""

from __future__ import annotations

from django.db import models

from yipan.documents.base import NUMBER_LENGTH_MAX


class Photo(models.Model):
    """
    A small picture, in the database, so that a backup of the books holds the evidence too.

    `sha256` is the fingerprint of the content; the same picture twice is kept once.
    """

    site = models.CharField(max_length=16)
    document_type = models.CharField(max_length=32)
    number = models.CharField(max_length=NUMBER_LENGTH_MAX)
    sku = models.CharField(max_length=48, blank=True)
    media_type = models.CharField(max_length=16)
    size = models.IntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    taken_by = models.CharField(max_length=160)
    device = models.CharField(max_length=80, blank=True)
    taken_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["document_type", "number", "sha256"], name="photo_once_per_document"
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.sha256[:8]}"
