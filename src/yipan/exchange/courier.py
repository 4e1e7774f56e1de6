"""Whoever delivers within one database, round after round, for as long as the worker lives."""

from __future__ import annotations

from yipan.exchange.backoff import Backoff
from yipan.exchange.delivery import deliver_run, list_pending


class Courier:
    """
    Delivers a run of each stream in turn, so that a long one does not hold up the others.

    A stream that is stuck is left alone for a while; its faults were logged and counted
    by the inbox.
    """

    def __init__(self, *, backoff: Backoff) -> None:
        self._backoff = backoff

    def go_round(self, *, now: float) -> int:
        """
        Deliver one run of each stream that is due; return how many messages were received.

        0 means that there is nothing to do now. `now` is in seconds of a steady clock.
        """
        count = 0
        for pending in list_pending():
            if not self._backoff.is_due(pending, now=now):
                continue
            received, is_stuck = deliver_run(pending, faults=[])
            count += received
            if is_stuck:
                self._backoff.fail(pending, now=now)
            else:
                self._backoff.succeed(pending)
        return count
