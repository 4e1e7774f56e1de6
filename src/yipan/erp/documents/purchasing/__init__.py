"""Verbs of what is bought: orders, notices, receipts, invoices, and what goes back."""
