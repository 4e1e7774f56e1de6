"""Verbs of goods that come in: arrivals, receipts, inspection, cross-docking."""
