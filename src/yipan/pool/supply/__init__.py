"""Index of what keeps supply that is still to come, and the promises on it. No code here."""

from yipan.pool.supply.keeping import Coming, tell
from yipan.pool.supply.pegging import follow, settle_arrivals

__all__ = ["Coming", "follow", "settle_arrivals", "tell"]
