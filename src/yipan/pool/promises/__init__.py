"""Index of the steps of promises (承诺). No code here."""

from yipan.pool.promises.deciding import decide
from yipan.pool.promises.guarding import guard
from yipan.pool.promises.letting_go import let_go
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
    ReleaseReasonMissing,
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
    "ReleaseReasonMissing",
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
    "let_go",
    "move",
    "reduce",
    "release",
    "reserve",
    "take_back",
]
