"""What the fastlane reads of channels' feeds: wired here, since it knows no context."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from django.utils import timezone

from yipan.channels.documents import publication
from yipan.channels.queries import feed, publications
from yipan.fastlane.changes import Asked, Feeds, Read


def read_changes(asked: Asked) -> Read:
    """
    Return what a channel was told behind a number, and note how far its reader is.

    :raises NotFound: if nothing was ever said to such a channel.
    :raises CursorTooOld: if part of it is forgotten.
    :raises CursorAhead: if the number was never given out.
    """
    page = feed.list_changes(asked.channel, after=asked.after, limit=asked.limit)
    publication.note_read(
        channel=asked.channel, reader=asked.reader, sequence=asked.after, at=timezone.now()
    )
    body = {
        "data": [asdict(row) for row in page.rows],
        "last_position": page.last_position,
        "more": page.has_more,
    }
    return Read(body, bool(page.rows))


def list_positions() -> Mapping[str, int]:
    """Return each channel to the last number of its feed."""
    return publications.list_positions()


FEEDS = Feeds(read=read_changes, list_positions=list_positions)
