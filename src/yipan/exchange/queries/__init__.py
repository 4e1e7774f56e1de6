"""Reads of the message log, as plain rows. An index of its modules."""

from yipan.exchange.queries.alarms import Alarm, list_alarms
from yipan.exchange.queries.links import ReaderRow, list_readers
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
)
from yipan.exchange.queries.unsettled import (
    UnsettledRow,
    find_first,
    get_alteration,
    list_unsettled,
)

__all__ = [
    "Alarm",
    "AlterationRow",
    "HeardRow",
    "InboxRow",
    "MessageRow",
    "ReaderRow",
    "SourceRow",
    "UnsettledRow",
    "find_first",
    "get_alteration",
    "get_message",
    "get_source",
    "list_alarms",
    "list_alterations",
    "list_gaps",
    "list_inbox",
    "list_readers",
    "list_sources",
    "list_unsettled",
]
