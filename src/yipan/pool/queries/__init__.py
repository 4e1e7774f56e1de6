"""Index of the reads of the pool. No code here."""

from yipan.pool.queries.availability import (
    SKUS_PER_QUESTION_MAX,
    Availability,
    get_stock,
    list_availability,
    list_availability_by_sku,
)
from yipan.pool.queries.promises import PromiseDetail, get_promise, prove_promises

__all__ = [
    "SKUS_PER_QUESTION_MAX",
    "Availability",
    "PromiseDetail",
    "get_promise",
    "get_stock",
    "list_availability",
    "list_availability_by_sku",
    "prove_promises",
]
