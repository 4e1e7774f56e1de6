"""Verbs, one module per document type."""
