"""Files people send with a form: read whole, so only those that are not too large."""

from __future__ import annotations

from django.core.files.uploadedfile import UploadedFile

from yipan.masterdata import tabular
from yipan.masterdata.refusals import FileTooLarge


def read_upload(uploaded: UploadedFile[bytes]) -> bytes:
    """
    Return the content of a table somebody sent; a large file lies on the disk until here.

    :raises FileTooLarge: if it has more bytes than any table that is read.
    """
    if (uploaded.size or 0) > tabular.FILE_BYTES_MAX:
        raise FileTooLarge(bytes=uploaded.size, maximum=tabular.FILE_BYTES_MAX)
    return bytes(uploaded.read())
