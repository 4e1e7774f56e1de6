"""Decisions of a stocktake, in plain arithmetic. An index of its modules; no code here."""

from yipan.stocktake.rules.choosing import Candidate, Chosen, choose
from yipan.stocktake.rules.comparing import (
    Compared,
    Dated,
    Key,
    Seen,
    compare,
    correct_moment,
    read_key,
)
from yipan.stocktake.rules.recounting import (
    ROUNDS_MAX,
    Look,
    Size,
    Tolerance,
    Verdict,
    find_tolerance,
    is_beyond,
    judge,
)
from yipan.stocktake.rules.tags import Tag, TagUnreadable, read_tag

__all__ = [
    "ROUNDS_MAX",
    "Candidate",
    "Chosen",
    "Compared",
    "Dated",
    "Key",
    "Look",
    "Seen",
    "Size",
    "Tag",
    "TagUnreadable",
    "Tolerance",
    "Verdict",
    "choose",
    "compare",
    "correct_moment",
    "find_tolerance",
    "is_beyond",
    "judge",
    "read_key",
    "read_tag",
]
