"""Reads of stocktakes."""
