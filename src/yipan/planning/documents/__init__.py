"""Verbs of planning, one module per document type."""
