"""Reads of reconciliation: where books are cut, what they hold, what is open."""
