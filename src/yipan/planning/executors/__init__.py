"""Executors: who computes the shards of a plan. Each runs the same pure function."""
