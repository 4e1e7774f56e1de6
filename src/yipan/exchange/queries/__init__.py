"""Reads of the message log, as plain rows. An index of its modules."""

from yipan.exchange.queries.messages import (
    AlterationRow,
    HeardRow,
    InboxRow,
    MessageRow,
    get_message,
    list_alterations,
    list_inbox,
)
from yipan.exchange.queries.sources import (
    SourceRow,
    get_source,
    list_gaps,
    list_sources,
    list_watermarks,
)

__all__ = [
    "AlterationRow",
    "HeardRow",
    "InboxRow",
    "MessageRow",
    "SourceRow",
    "get_message",
    "get_source",
    "list_alterations",
    "list_gaps",
    "list_inbox",
    "list_sources",
    "list_watermarks",
]
