"""Verbs of what stores and channels sold and took back, as the hub books it."""
