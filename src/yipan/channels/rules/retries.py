"""When a webhook is tried again: the plan of Standard Webhooks, with chance in it."""

from __future__ import annotations

from typing import Final, Literal

MINUTE, HOUR = 60, 3600

#: Seconds after a failed attempt until the next; after the last of them nothing is tried again.
WAITS: Final = (
    5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR,
)  # fmt: skip
ATTEMPTS_MAX: Final = len(WAITS) + 1
#: Waits are made longer by up to this share, so that many do not come back together.
JITTER_SHARE: Final = 0.2
#: Longer than this nobody may ask us to wait.
RETRY_AFTER_SECONDS_MAX: Final = 24 * HOUR

Verdict = Literal["accepted", "gone", "failed"]


def judge(status: int) -> Verdict:
    """Return what an answer means; 0 is no answer. A redirect is a failure: we follow none."""
    if 200 <= status < 300:
        return "accepted"
    return "gone" if status == 410 else "failed"


def find_wait(*, attempts: int, retry_after: int, chance: float) -> int | None:
    """
    Return the seconds until the next attempt, or None when there is none.

    `attempts` were made so far. `retry_after` is how long the receiver asks us to wait, in
    seconds. `chance` is between 0 and 1.
    """
    assert attempts > 0
    if attempts > len(WAITS):
        return None
    wait = round(WAITS[attempts - 1] * (1 + JITTER_SHARE * chance))
    return max(wait, min(retry_after, RETRY_AFTER_SECONDS_MAX))
