"""
The way a picker walks (拣货路径): serpentine, up one aisle and down the next.

Zones by code; in a zone its aisles in their order; every other aisle from its far end, so that
nobody walks an aisle twice. Known as the S-shape or traversal heuristic (Hall, "Distance
approximations for routing manual pickers in a warehouse", IIE Transactions 25, 1993).
"""

from __future__ import annotations

import re

PATH_LENGTH_MAX = 120
_FAR = 999_999


def get_place_in_aisle(*, sequence: int, code: str) -> int:
    """
    Return how far down its aisle a bin is.

    What the layout says, else the last number in the code's last two parts: `A-01-02` is 102.
    """
    if sequence:
        return min(sequence, _FAR)
    digits = re.findall(r"\d+", code)[-2:]
    return min(int("".join(f"{int(it) % 1_000:03d}" for it in digits) or "0"), _FAR)


def write_path(*, zone: str, aisle: str, aisle_rank: int, place: int, code: str) -> str:
    """
    Return a text that sorts bins as one walks.

    `aisle_rank` counts the aisles of the zone from 0: odd ones are walked from their far end.
    """
    assert 0 <= place <= _FAR
    walked = _FAR - place if aisle_rank % 2 else place
    return f"{zone}|{aisle_rank:04d}|{aisle}|{walked:06d}|{code}"[:PATH_LENGTH_MAX]
