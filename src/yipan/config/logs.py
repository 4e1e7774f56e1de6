"""Logs of the serving processes: one line of JSON per event, on standard error."""

from __future__ import annotations

import contextlib
import logging
import sys
from typing import Any

import structlog


def configure() -> None:
    """Write JSON lines, unless whoever started this process has chosen something else."""
    if structlog.is_configured():
        return
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(default=str),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=_make_logger,
    )


def _make_logger(*_: Any) -> _Logger:
    return _Logger(file=sys.stderr)


class _Logger(structlog.WriteLogger):
    """
    Writes a line where it can.

    On a full disk there is nowhere to say so: the line is lost, and whoever was about to be told
    to come back is told that, and not that something went wrong on our side.
    """

    def msg(self, message: str) -> None:
        """Write one line."""
        with contextlib.suppress(OSError):
            super().msg(message)

    log = debug = info = warn = warning = msg
    fatal = failure = err = error = critical = exception = msg
