"""Index of the steps of promises (承诺). No code here."""

from yipan.pool.promises.deciding import decide
from yipan.pool.promises.steps import commit, expire_due, fulfill, hold, release, reserve
from yipan.pool.promises.values import (
    ASKS_PER_BATCH_MAX,
    LINES_PER_PROMISE_MAX,
    Answer,
    Ask,
    HoldExpired,
    InsufficientStock,
    PromiseRow,
    PromiseWrongState,
    Step,
)

__all__ = [
    "ASKS_PER_BATCH_MAX",
    "LINES_PER_PROMISE_MAX",
    "Answer",
    "Ask",
    "HoldExpired",
    "InsufficientStock",
    "PromiseRow",
    "PromiseWrongState",
    "Step",
    "commit",
    "decide",
    "expire_due",
    "fulfill",
    "hold",
    "release",
    "reserve",
]
