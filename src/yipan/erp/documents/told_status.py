"""The status of stock a message names, read."""

from __future__ import annotations

from yipan.foundation.refusals import Refusal
from yipan.foundation.status import StockStatus


class StatusUnknown(Refusal):
    """A site named a status of stock there is none of."""

    code = "document.status_unknown"
    status = 422


def read_status(text: str) -> StockStatus:
    """
    Return the status a text names.

    :raises StatusUnknown: if it names none.
    """
    try:
        return StockStatus(text)
    except ValueError as error:
        raise StatusUnknown(status=text[:32]) from error
