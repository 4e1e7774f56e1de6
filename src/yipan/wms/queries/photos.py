"""Reads of photos (照片)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from yipan.foundation.refusals import NotFound
from yipan.wms.models import Photo


@dataclass(frozen=True, kw_only=True, slots=True)
class PhotoRow:
    """A picture without its content. `size` in bytes."""

    photo_id: int
    sku: str
    size: int
    taken_by: str
    taken_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class PhotoContent:
    """A picture."""

    site: str
    media_type: str
    content: bytes


def list_photos(*, document_type: str, number: str) -> list[PhotoRow]:
    """Return the pictures of a document in the order they were taken."""
    rows = Photo.objects.filter(document_type=document_type, number=number).defer("content")
    return [
        PhotoRow(
            photo_id=row.pk,
            sku=row.sku,
            size=row.size,
            taken_by=row.taken_by,
            taken_at=row.taken_at,
        )
        for row in rows.order_by("id")
    ]


def get_photo(*, number: str, photo_id: int) -> PhotoContent:
    """
    Return a picture of a document.

    :raises NotFound: if the document has no such picture.
    """
    row = Photo.objects.filter(number=number, pk=photo_id).first()
    if row is None:
        raise NotFound(kind="photo", id=str(photo_id))
    return PhotoContent(site=row.site, media_type=row.media_type, content=bytes(row.content))
