"""Reconciliation (对账): where books and shelves part, why, and what puts it right."""
