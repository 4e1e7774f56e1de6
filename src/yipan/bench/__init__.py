"""Measurements: one module per figure."""
