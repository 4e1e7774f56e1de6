"""Goal: a file larger than any that is read is refused before it is in memory."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from yipan.documents.uploads import read_upload
from yipan.masterdata.refusals import FileTooLarge


def test_a_file_is_read_up_to_the_limit_and_refused_unread_above(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("yipan.masterdata.tabular.FILE_BYTES_MAX", 4)
    fits, too_large = SimpleUploadedFile("a.csv", b"1234"), SimpleUploadedFile("b.csv", b"12345")

    assert read_upload(fits) == b"1234"
    with pytest.raises(FileTooLarge) as refused:
        read_upload(too_large)

    assert refused.value.facts == {"bytes": 5, "maximum": 4}
    assert too_large.tell() == 0
