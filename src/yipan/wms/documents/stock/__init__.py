"""Verbs of goods that stay: bins, lots, counts, adjustments, openings."""
