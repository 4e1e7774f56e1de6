"""Measurements: one module per bench, each with a `run` that returns rows of `report`."""
