"""Index of the steps of promises (承诺). No code here."""

from yipan.pool.promises.deciding import decide
from yipan.pool.promises.guarding import guard
from yipan.pool.promises.parts import Consumed, consume, consume_all, reduce, take_back
from yipan.pool.promises.steps import (
    commit,
    expire_due,
    extend,
    fulfill,
    hold,
    move,
    release,
    reserve,
)
from yipan.pool.promises.values import (
    ASKS_PER_BATCH_MAX,
    LINES_PER_PROMISE_MAX,
    Answer,
    Ask,
    HoldExpired,
    InsufficientStock,
    LinesDiffer,
    PromiseRow,
    PromiseWrongState,
    Step,
)

__all__ = [
    "ASKS_PER_BATCH_MAX",
    "LINES_PER_PROMISE_MAX",
    "Answer",
    "Ask",
    "Consumed",
    "HoldExpired",
    "InsufficientStock",
    "LinesDiffer",
    "PromiseRow",
    "PromiseWrongState",
    "Step",
    "commit",
    "consume",
    "consume_all",
    "decide",
    "expire_due",
    "extend",
    "fulfill",
    "guard",
    "hold",
    "move",
    "reduce",
    "release",
    "reserve",
    "take_back",
]
