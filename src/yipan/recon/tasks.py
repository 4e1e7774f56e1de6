"""What the clock starts in reconciliation."""

from __future__ import annotations

from datetime import datetime

from yipan.recon.documents import comparing, counting, report
from yipan.recon.documents.comparing import Compared


def compare_books(*, at: datetime, is_full: bool = False) -> Compared:
    """Compare the hub's book with every site's own, in full or where they changed. Repeatable."""
    return comparing.compare(at=at, is_full=is_full)


def revisit_counts(*, at: datetime) -> int:
    """Look at the books of open count cases again. Repeatable; return how many changed."""
    return counting.revisit(at=at)


def compare_reports(*, at: datetime) -> int:
    """Compare stock reports whose messages have come. Repeatable; return how many were."""
    return report.compare_waiting(at=at)
