"""Verbs of goods between our own sites: allocations, transfer orders, store deliveries."""
