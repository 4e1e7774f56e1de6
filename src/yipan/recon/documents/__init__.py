"""Verbs of reconciliation: cases, the comparison of books, and what a count brings."""
