"""Proofs over the live database."""
