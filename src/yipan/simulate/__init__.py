"""Retail traffic through the public doors."""
