"""Index of the reads of the pool. No code here."""

from yipan.pool.queries.availability import (
    SKUS_PER_QUESTION_MAX,
    Availability,
    get_stock,
    list_availability,
    list_availability_by_sku,
)
from yipan.pool.queries.promise_lists import (
    PROMISES_LISTED_MAX,
    ListedPromise,
    PromiseFilter,
    find_promises,
    list_promises,
)
from yipan.pool.queries.promises import PromiseDetail, get_promise, prove_promises

__all__ = [
    "PROMISES_LISTED_MAX",
    "SKUS_PER_QUESTION_MAX",
    "Availability",
    "ListedPromise",
    "PromiseDetail",
    "PromiseFilter",
    "find_promises",
    "get_promise",
    "get_stock",
    "list_availability",
    "list_availability_by_sku",
    "list_promises",
    "prove_promises",
]
