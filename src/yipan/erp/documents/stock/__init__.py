"""Verbs of stock no order explains: openings, adjustments, reversals, and their limits."""
