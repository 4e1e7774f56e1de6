"""Verbs of goods that leave: orders, waves, tasks, picks, parcels, loads, shipments."""
