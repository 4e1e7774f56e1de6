"""What the clock starts in reconciliation."""

from __future__ import annotations

from datetime import datetime

from yipan.recon.documents import comparing, counting
from yipan.recon.documents.comparing import Compared


def compare_books(*, at: datetime) -> Compared:
    """Compare the hub's book with every site's own. Repeatable."""
    return comparing.compare(at=at)


def revisit_counts(*, at: datetime) -> int:
    """Look at the books of open count cases again. Repeatable; return how many changed."""
    return counting.revisit(at=at)
