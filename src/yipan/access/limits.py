"""How many requests a caller may make in a short time, at whichever door."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

CALLERS_MAX = 10_000


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at: float


class TokenBuckets:
    """
    A bucket of tokens per caller: each request takes one, time gives them back.

    Kept in memory: a limit protects this process from one caller, and a process that
    forgets after a restart has protected itself well enough. Times are seconds of any
    clock that never goes back.
    """

    def __init__(self, *, per_second: float, burst: int) -> None:
        assert per_second > 0
        assert burst > 0
        self._per_second = per_second
        self._burst = burst
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, caller: str, *, now: float) -> int:
        """Take a token. Return 0, or how many milliseconds to wait for the next one."""
        with self._lock:
            bucket = self._buckets.pop(caller, None) or _Bucket(float(self._burst), now)
            self._fill(bucket, now=now)
            self._buckets[caller] = bucket
            if len(self._buckets) > CALLERS_MAX:
                # Whoever was silent longest has a full bucket, or soon would.
                self._buckets.popitem(last=False)
            wait_ms = self._get_wait(bucket)
            if not wait_ms:
                bucket.tokens -= 1
            return wait_ms

    def look(self, caller: str, *, now: float) -> int:
        """Return how many milliseconds `take` would make a caller wait, and take nothing."""
        with self._lock:
            bucket = self._buckets.get(caller)
            if bucket is None:
                return 0
            self._fill(bucket, now=now)
            return self._get_wait(bucket)

    def _fill(self, bucket: _Bucket, *, now: float) -> None:
        refill = max(0.0, now - bucket.filled_at) * self._per_second
        bucket.tokens = min(float(self._burst), bucket.tokens + refill)
        bucket.filled_at = now

    def _get_wait(self, bucket: _Bucket) -> int:
        if bucket.tokens >= 1:
            return 0
        return max(1, round((1 - bucket.tokens) / self._per_second * 1000))
