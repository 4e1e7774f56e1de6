"""Photos (照片) beside a document: small, of a known kind, and kept once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import Trace
from yipan.wms.models import Photo

#: A phone's picture, made smaller; larger ones fill a database with nothing.
SIZE_MAX = 3 * 1024 * 1024
PHOTOS_PER_DOCUMENT_MAX = 20

#: First bytes of a file to what it is. The name of a file and what a browser says prove nothing.
_SIGNATURES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)


class PhotoTooLarge(Refusal):
    """The picture is larger than 3 MB: take it with fewer pixels."""

    code = "photo.too_large"
    status = 413


class PhotoUnreadable(Refusal):
    """This is no picture we know: take a JPEG, PNG or WebP."""

    code = "photo.unreadable"
    status = 422


class TooManyPhotos(Refusal):
    """This document has as many pictures as one may have."""

    code = "photo.too_many"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """What a picture shows: a document, and the SKU where it is one."""

    site: str
    document_type: str
    number: str
    sku: str = ""


@transaction.atomic
def add(*, subject: Subject, content: bytes, by: Trace, at: datetime) -> Photo:
    """
    Keep a picture; the same picture of the same document again is the one that is kept.

    :raises PhotoTooLarge: if it is larger than 3 MB.
    :raises PhotoUnreadable: if its content is no picture.
    :raises TooManyPhotos: if the document has twenty.
    """
    if len(content) > SIZE_MAX:
        raise PhotoTooLarge(size=len(content), maximum=SIZE_MAX)
    media_type = _find_type(content)
    kept = Photo.objects.filter(document_type=subject.document_type, number=subject.number)
    sha256 = hashlib.sha256(content).hexdigest()
    known = kept.filter(sha256=sha256).first()
    if known is not None:
        return known
    if kept.count() >= PHOTOS_PER_DOCUMENT_MAX:
        raise TooManyPhotos(number=subject.number, maximum=PHOTOS_PER_DOCUMENT_MAX)
    return Photo.objects.create(
        site=subject.site,
        document_type=subject.document_type,
        number=subject.number,
        sku=subject.sku[:48],
        media_type=media_type,
        size=len(content),
        sha256=sha256,
        content=content,
        taken_by=by.actor,
        device=by.device,
        taken_at=at,
    )


def _find_type(content: bytes) -> str:
    for start, media_type in _SIGNATURES:
        if content.startswith(start):
            return media_type
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    raise PhotoUnreadable(size=len(content))
