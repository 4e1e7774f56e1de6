"""Index of the pure decisions of the pool. No code here."""

from yipan.pool.rules.lines import (
    PromisedLine,
    derive_number,
    get_account,
    get_digest,
    get_line_account,
    get_pool_account,
    get_presale_key,
    get_quota_key,
    get_transfer_key,
    move_between,
    move_to_customer,
    sum_lines,
    take_part,
)

__all__ = [
    "PromisedLine",
    "derive_number",
    "get_account",
    "get_digest",
    "get_line_account",
    "get_pool_account",
    "get_presale_key",
    "get_quota_key",
    "get_transfer_key",
    "move_between",
    "move_to_customer",
    "sum_lines",
    "take_part",
]
